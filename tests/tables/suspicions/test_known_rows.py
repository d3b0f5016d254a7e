"""Rows of training are known again in another table, and rows that are equal by chance are not."""

import numpy as np
import pytest

from multilayer._base.errors import InputError
from multilayer.tables import Column, Columns
from multilayer.tables.suspicions import KnownRows, Seen

from .cases import simulated


def test_rows_of_training_are_found_in_another_table():
    case = simulated(0, 600)
    train, test = case.columns.take(slice(0, 400)), case.columns.take(slice(396, 600))
    known = KnownRows.of(train, case.y[:400])
    assert known.seen(test, case.y[396:]) == Seen(4, 204, is_estimate=False)
    assert known.seen(test, 1 - case.y[396:]) is None  # the target belongs to a row
    apart = KnownRows.of(train.take(slice(0, 396)), case.y[:396])
    assert apart.seen(test, case.y[396:]) is None


@pytest.mark.parametrize("values", [4, 40, 10_000])
@pytest.mark.parametrize("rows", [600, 5000])
def test_rows_that_are_equal_by_chance_are_not_taken_for_those_of_training(values, rows):
    """Of coarse columns, many rows of any other table are in that of training; all of them, where it is the same."""
    rng = np.random.default_rng(0)
    columns = Columns(
        [Column(name, "number", rng.integers(0, values, rows + 400).astype(float)) for name in ("a", "b")]
    )
    y = rng.integers(0, 2, rows + 400)
    train, test = slice(0, rows), slice(rows, rows + 400)
    known = KnownRows.of(columns.take(train), y[train])
    assert known.seen(columns.take(test), y[test]) is None
    same = known.seen(columns.take(train), y[train])
    if values == 10_000:
        assert same.count == rows
    elif values == 4:
        assert same is None  # of 32 different rows all are there in any table


def test_a_coarse_table_is_known_again():
    """No column has many different values, and rows are different ones all the same."""
    rng = np.random.default_rng(0)
    columns = Columns([Column(f"c{n}", "number", rng.integers(0, 6, 500).astype(float)) for n in range(20)])
    y = columns["c0"].values
    assert KnownRows.of(columns, y).seen(columns, y) == Seen(500, 500, is_estimate=False)


def test_of_many_rows_some_are_kept_and_the_share_is_estimated():
    case = simulated(0, 6000)
    known = KnownRows.of(case.columns.take(slice(0, 5000)), case.y[:5000])
    assert len(known.hashes) == 16 * 1000
    half = case.columns.take(slice(4000, 6000)), case.y[4000:]
    found = known.seen(*half)
    assert found.is_estimate
    assert found.share == pytest.approx(0.5, abs=0.05)
    assert known.seen(case.columns.take(slice(5000, 6000)), case.y[5000:]) is None
    every = KnownRows.all_of(case.columns.take(slice(0, 5000)), case.y[:5000])
    assert every.seen(*half) == Seen(1000, 2000, is_estimate=False)


def test_equal_values_are_equal_rows_however_they_are_stored():
    values = np.r_[np.nan, -0.0, np.sqrt(np.arange(2.0, 30.0))]
    other = np.r_[-np.nan, 0.0, values[2:]]
    dates = np.arange("2020-01-01", "2020-01-31", dtype="datetime64[D]").astype("datetime64[us]")
    tables = [
        Columns([Column("x", "number", numbers), Column("d", "date", dates)]) for numbers in (values, other)
    ]
    known = KnownRows.of(tables[0], np.zeros(30, np.int32))
    assert known.seen(tables[1], np.zeros(30, np.int64)).count == 30


def test_numbers_of_float32_are_known_again_from_their_digits():
    rng = np.random.default_rng(0)
    values = rng.normal(size=50).astype(np.float32)
    digits = np.array([float(str(value)) for value in values])
    assert np.any(digits != values)
    known = KnownRows.of(Columns([Column("x", "number", values.astype(float))]), np.zeros(50))
    assert known.seen(Columns([Column("x", "number", digits)]), np.zeros(50)).count == 50
    moments = 1.6e9 + np.arange(60.0)  # whole numbers are compared to the last digit
    known = KnownRows.of(Columns([Column("x", "number", moments[:30])]), np.zeros(30))
    assert known.seen(Columns([Column("x", "number", moments[30:])]), np.zeros(30)) is None


def test_names_of_rows_are_not_compared():
    case = simulated(0, 100)
    names = [np.array([f"{part}{n}" for n in range(100)], object) for part in "ab"]
    tables = [Columns([*case.columns, Column("key", "identifier", name)]) for name in names]
    assert KnownRows.of(tables[0], case.y).seen(tables[1], case.y).count == 100


def test_it_travels_as_an_outline_that_is_checked():
    case = simulated(0, 50)
    known = KnownRows.of(case.columns, case.y)
    assert KnownRows.from_outline(known.outline()) == known
    for wrong in ({"rows": 0}, {"rows": 49}, {"hashes": "zz"}, {"hashes": "ab"}, {"by_chance": 2.0}):
        with pytest.raises(InputError, match="known_rows"):
            KnownRows.from_outline(known.outline() | wrong)

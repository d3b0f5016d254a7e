"""The sick tables are named with their columns; healthy ones are left alone, for many seeds."""

from dataclasses import replace

import numpy as np
import pytest

from multilayer.tables import Column, Columns
from multilayer.tables.suspicions import SUSPICIONS, Case, Profile, Skill, suspect

from .cases import bundled, category, numeric, simulated, with_column

SEEDS = range(6)


@pytest.mark.parametrize(("name", "case"), bundled().items(), ids=list(bundled()))
def test_data_sets_of_scikit_learn_are_healthy(name, case):
    assert not suspect(case)


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("rows", [60, 400, 3000])
@pytest.mark.parametrize("seed", SEEDS)
def test_simulated_tables_are_healthy(seed, rows, task):
    case = simulated(seed, 2 * rows, task)
    train, test = np.arange(rows), np.arange(rows, 2 * rows)
    seen = Profile.of(case.columns.take(train))
    tested = Case(case.columns.take(test), case.y[test], case.target, case.classes, seen)
    assert not suspect(tested)


def named(case, name):
    """The columns that are suspected under a name; nothing else may be suspected."""
    found = suspect(case)
    assert {one.name for one in found} <= {name}, [str(one) for one in found]
    assert all(one.sentence and f"'{column}'" in one.sentence for one in found for column in one.columns)
    return [column for one in found for column in one.columns]


LEAKS = {
    "a copy": lambda y, rng: Column("paid", "number", 3.0 * y - 1),
    "a copy with noise": lambda y, rng: Column(
        "paid", "number", y + 1e-3 * y.std() * rng.normal(size=len(y))
    ),
    "a monotone function": lambda y, rng: Column("paid", "number", np.exp(y / np.ptp(y))),
    "known for most": lambda y, rng: Column(
        "paid", "number", np.where(rng.random(len(y)) < 0.002, np.nan, y)
    ),
    "rounded": lambda y, rng: Column("paid", "number", np.round(300 * y / np.ptp(y))),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=list(LEAKS))
@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_leak_is_named(seed, task, leak):
    case = simulated(seed, 800, task)
    leaky = with_column(case, leak(case.y.astype(np.float64), np.random.default_rng(seed)))
    assert named(leaky, "leak") == ["paid"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_leak_of_a_rare_class_among_many_and_as_a_category_is_named(seed):
    case = simulated(seed, 800)
    rng = np.random.default_rng(seed)
    y = (rng.random(800) < 0.15).astype(np.int64)
    sick = Case(case.columns, y, "left", ("no", "yes"))
    status = category("status", np.where(y, rng.integers(0, 3, 800), rng.integers(3, 6, 800)), "abcdef")
    assert named(with_column(sick, status), "leak") == ["status"]
    gone = Column("gone", "date", np.where(y, np.datetime64("2020-02-01", "us"), np.datetime64("NaT", "us")))
    assert named(with_column(sick, gone), "leak") == ["gone"]
    letters = rng.integers(0, 26, 800)
    assert "leak" in {
        one.name
        for one in suspect(
            Case(Columns(numeric(letters[:, np.newaxis])), letters, "y", tuple("abcdefghijklmnopqrstuvwxyz"))
        )
    }


@pytest.mark.parametrize("strength", [0.9, 0.95])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_good_column_is_no_leak(seed, strength):
    """Right in 95 of 100, or with 95 % of the variance: a good column, and no more."""
    case, rng = simulated(seed, 1000), np.random.default_rng(seed)
    good = np.where(rng.random(1000) < strength, case.y, 1 - case.y)
    assert not suspect(with_column(case, category("good", good, "ab")))
    case = simulated(seed, 1000, "regression")
    noise = np.sqrt(1 / strength - 1) * np.std(case.y) * rng.normal(size=1000)
    assert not suspect(with_column(case, Column("good", "number", case.y + noise)))


IDENTIFIERS = {
    "row numbers": lambda rng: Column("client", "number", rng.permutation(500) + 10_001.0),
    "with gaps in their count": lambda rng: Column(
        "client", "number", rng.choice(1200, 500, replace=False) + 5e9
    ),
    "names": lambda rng: category(
        "client", np.arange(500), [f"{rng.integers(1 << 40):x}" for _ in range(500)]
    ),
    "identifiers": lambda rng: Column(
        "client", "identifier", np.array([f"c-{n}" for n in range(500)], object)
    ),
}


@pytest.mark.parametrize("column", IDENTIFIERS.values(), ids=list(IDENTIFIERS))
@pytest.mark.parametrize("seed", SEEDS)
def test_an_identifier_is_named(seed, column):
    case = simulated(seed, 500)
    assert named(with_column(case, column(np.random.default_rng(seed))), "identifier") == ["client"]


def test_different_numbers_that_measure_something_are_no_identifier():
    rng = np.random.default_rng(0)
    columns = numeric(
        np.stack([rng.normal(size=300), rng.permutation(300) * 10.0, np.arange(300) / 2], axis=1)
    )
    assert not suspect(Case(Columns(columns), rng.integers(0, 2, 300), "y", ("a", "b")))


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_with_equal_inputs_and_any_label_are_noise(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 6, (2, 900))
    columns = Columns([category("a", a, "uvwxyz"), Column("b", "number", b.astype(float))])
    y = rng.integers(0, 3, 900)
    assert named(Case(columns, y, "y", ("a", "b", "c")), "noise") == ["y"]
    assert named(Case(columns, rng.normal(size=900), "y"), "noise") == ["y"]
    # A third of what they are is in the inputs.
    y = np.where(rng.random(900) < 0.6, (a + b) % 3, y)
    assert not suspect(Case(columns, y, "y", ("a", "b", "c")))


def test_a_model_no_better_than_a_constant_makes_noise():
    case = simulated(0, 300)
    assert named(replace(case, skill=Skill(300, "AUC", 0.51, 0.5, -0.04, 0.06)), "noise") == ["bought"]
    assert not suspect(replace(case, skill=Skill(300, "AUC", 0.71, 0.5, 0.14, 0.26)))
    few = simulated(0, 60)
    assert not suspect(replace(few, skill=Skill(60, "AUC", 0.61, 0.5, -0.05, 0.26)))


SHIFTS = {
    "age": lambda c: replace(c, values=c.values + 20),
    "income": lambda c: replace(c, values=c.values * 1.8),
    "visits": lambda c: replace(c, values=np.where(np.arange(len(c.values)) % 3 == 0, np.nan, c.values)),
    "job": lambda c: replace(c, values=np.where(np.arange(len(c.values)) % 3 == 0, 2, c.values)),
    "town": lambda c: replace(c, categories=tuple(f"new {name}" for name in c.categories)),
    "since": lambda c: replace(c, values=c.values + np.timedelta64(1500, "D")),
}


@pytest.mark.parametrize("name", SHIFTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_shifted_column_is_named(seed, name):
    case = simulated(seed, 1500)
    seen = Profile.of(case.columns.take(slice(None, 700)))
    rest = case.columns.take(slice(700, None))
    moved = Columns(SHIFTS[name](column) if column.name == name else column for column in rest)
    found = named(Case(moved, case.y[700:], case.target, case.classes, seen), "shift")
    assert found == [name]


@pytest.mark.slow
def test_chance_makes_no_shift():
    """With 40 tables of 6 columns each, one in a thousand tables would be allowed."""
    for seed in range(40):
        case = simulated(seed, 260)
        seen = Profile.of(case.columns.take(slice(None, 60)))
        assert not suspect(
            replace(case, columns=case.columns.take(slice(60, None)), y=case.y[60:], seen=seen)
        )


def test_a_profile_goes_through_json():
    import json

    profile = Profile.of(simulated(0, 500).columns)
    assert Profile.from_outline(json.loads(json.dumps(profile.outline()))) == profile
    empty = Columns(
        [Column("a", "number", np.full(3, np.nan)), Column("b", "text", np.array(["x", None], object))]
    )
    assert Profile.from_outline(Profile.of(empty).outline()).columns[0].missing == 1.0


def test_imbalance_skew_and_constants_are_named():
    case, rng = simulated(0, 1000), np.random.default_rng(0)
    rare = replace(case, y=(rng.random(1000) < 0.03).astype(np.int64))
    assert named(rare, "imbalance") == ["bought"]
    price = simulated(0, 1000, "regression")
    assert named(replace(price, y=rng.lognormal(0, 2, 1000)), "skew") == ["price"]
    assert not suspect(replace(price, y=rng.exponential(size=1000)))
    still = with_column(case, Column("still", "number", np.full(1000, 3.0)))
    still = with_column(still, category("empty", np.full(1000, -1), ()))
    assert named(still, "constant") == ["still", "empty"]


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
@pytest.mark.parametrize("classes", [("a", "b"), ()])
def test_tables_of_few_rows_and_no_columns(rows, classes):
    y = np.arange(rows) % 2 if classes else np.arange(float(rows))
    for columns in ([], numeric(np.zeros((rows, 2))), [Column("t", "text", np.array(["x"] * rows, object))]):
        found = suspect(Case(Columns(columns), y, "y", classes, Profile.of(Columns(columns))))
        assert {one.name for one in found} <= {"constant"}


def test_a_column_of_gaps_and_infinite_numbers_raise_nothing():
    rng = np.random.default_rng(0)
    columns = [Column("gaps", "number", np.full(200, np.nan)), Column("far", "number", np.full(200, 1e300))]
    columns[1].values[::2] = -1e300
    case = Case(Columns(columns), rng.integers(0, 2, 200), "y", ("a", "b"), Profile.of(Columns(columns)))
    assert [one.name for one in suspect(case)] == ["noise", "constant"]


def test_every_suspicion_has_a_docstring():
    assert all(find.__doc__ for find in SUSPICIONS.values())


def test_what_is_known_is_not_looked_for_again():
    case = simulated(0, 400, "classification")
    hopeless = replace(case, skill=Skill(400, "AUC", 0.5, 0.5, -0.05, 0.05))
    for name in SUSPICIONS.keys() - {"noise"}:  # none of them needs the skill
        assert [*SUSPICIONS[name](case)] == [*SUSPICIONS[name](hopeless)]
    known = suspect(replace(case, y=np.zeros_like(case.y)))
    assert suspect(hopeless, known) == (*known, *SUSPICIONS["noise"](hopeless))
    assert len(suspect(hopeless, known)) == len(known) + 1


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_copies_of_rows_are_suspected_but_not_where_rows_are_equal_by_chance(task):
    case = simulated(0, 1000, task)
    names = Column("key", "identifier", np.array([f"r{n}" for n in range(1030)], object))
    rows = np.r_[np.arange(1000), np.arange(30)]
    twice = replace(case, columns=Columns([*case.columns.take(rows), names]), y=case.y[rows])
    (found,) = SUSPICIONS["copies"](twice)
    assert found.sentence.startswith("30 of 1,030 rows are copies of others")
    assert not [*SUSPICIONS["copies"](replace(twice, y=np.r_[case.y, case.y[:30] + 1]))]
    few = replace(case, columns=case.columns.take(rows[:1009]), y=case.y[rows[:1009]])
    assert not [*SUSPICIONS["copies"](few)]
    coarse = Columns([case.columns["job"], Column("n", "number", np.arange(1000.0) // 20)])
    assert not [*SUSPICIONS["copies"](replace(case, columns=coarse, y=np.zeros(1000, np.int64)))]


def test_an_identifier_of_many_rows_is_told_by_some_of_them():
    rows = 2**16 + 1000
    names = Column("key", "identifier", np.array([f"r{n}" for n in range(rows)], object))
    case = Case(Columns([names]), np.zeros(rows), "y")
    (found,) = SUSPICIONS["identifier"](case)
    assert "has 65,536 different values in 65,536 of 66,536 rows" in found.sentence

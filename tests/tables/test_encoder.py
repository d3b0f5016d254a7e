"""The encoder: which inputs a table gives, and that a row has one encoding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer import InputError, backend
from multilayer.tables import Column, Columns, Encoder, EncoderSettings, columns_of

ROWS = 300


def table(rows=ROWS, seed=0):
    """A table of every kind of column, with gaps."""
    rng = np.random.default_rng(seed)
    return columns_of(
        {
            "age": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(40.0, 10.0, rows)),
            "income": rng.lognormal(10.0, 1.0, rows),
            "job": rng.choice(["clerk", "cook", "pilot", ""], rows, p=[0.5, 0.3, 0.1, 0.1]),
            "smoker": rng.random(rows) < 0.3,
            "since": np.datetime64("2021-01-01T00:00") + rng.integers(0, 10**6, rows).astype("m8[m]"),
            "empty": np.full(rows, np.nan),
            "same": np.ones(rows),
            "id": np.arange(rows),
        }
    )


FULL = EncoderSettings(bins=6, missing_categories=True)


def test_inputs_have_names_and_sources():
    encoder = Encoder.fit(table(), EncoderSettings(bins=2))
    assert encoder.names[0] == "age"
    assert encoder.names[1].startswith("age from ")
    assert encoder.names[3:5] == ("age is missing", "income")
    assert {"job=clerk", "job=pilot", "smoker=true", "since: year", "since: hour, sine"} < set(encoder.names)
    assert encoder.sources[:5] == ("age", "age", "age", "age", "income")
    assert len(encoder.names) == len(encoder.sources) == encoder.width == encoder(table()).shape[1]
    assert {one.column: one.reason for one in encoder.left_out} == {
        "empty": "no row has a value",
        "same": "it does not vary",
        "id": "it names the rows",
    }


def test_names_are_distinct_though_columns_are_called_like_inputs():
    rows = columns_of(
        {"a": [1.0, np.nan, 3.0], "a is missing": [1.0, 2.0, 3.0], "a is missing (2)": [1.0, 2.0, 4.0]}
    )
    names = Encoder.fit(rows).names
    assert len(set(names)) == len(names) == 4


@pytest.mark.parametrize(
    "given", [EncoderSettings(), FULL, EncoderSettings(bins=3, normal=True, scale_categories=False)]
)
def test_a_row_alone_has_the_bits_that_it_has_in_any_batch(given):
    rows = table(5000)
    encoder = Encoder.fit(rows, given)
    x = encoder(rows)
    assert x.dtype == np.float32
    assert np.isfinite(x).all()
    for row in (0, 17, 4095, 4096, 4999):
        assert encoder(rows.take(slice(row, row + 1))).tobytes() == x[row].tobytes()
    order = np.random.default_rng(1).permutation(5000)
    assert encoder(rows.take(order)).tobytes() == x[order].tobytes()


def test_rows_are_written_into_a_matrix_that_is_given():
    encoder = Encoder.fit(table(), FULL)
    out = np.full((ROWS, encoder.width), 7.0, np.float32)
    assert encoder(table(), out) is out
    assert out.tobytes() == encoder(table()).tobytes()


def test_new_categories_and_other_columns():
    encoder = Encoder.fit(columns_of({"job": ["a", "b", "c", "a", "b", "c"], "n": [1, 2, 3, 4, 5, 6]}))
    x = encoder(columns_of({"more": ["x", "y"], "n": [1.0, 2.0], "job": ["never seen", "c"]}))
    neither = encoder(columns_of({"n": [1.0, 2.0], "job": [None, "c"]}))
    assert x.tobytes() == neither.tobytes()
    with pytest.raises(InputError, match=r"expected a column 'job'.*did you mean 'jobs'"):
        encoder(columns_of({"jobs": ["a"], "n": [1.0]}))


def test_a_table_that_tells_nothing_is_refused():
    with pytest.raises(InputError, match=r"no column of the table gives an input.*'a': it does not vary"):
        Encoder.fit(columns_of({"a": [1.0, 1.0]}))
    with pytest.raises(InputError, match="no rows"):
        Encoder.fit(columns_of({"a": np.zeros(0)}))
    with pytest.raises(InputError, match="no columns beside its target"):
        Encoder.fit(Columns([Column("y", "number", np.zeros(3))]).select([]))


def test_the_summary_has_each_column():
    text = str(Encoder.fit(table()).summary())
    assert all(name in text for name in table().names)
    assert "no row has a value" in text
    assert "<td>one-hot</td>" in Encoder.fit(table())._repr_html_()


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 1.0])


@given(
    st.lists(numbers, min_size=1, max_size=30),
    st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=30, max_size=30),
    st.integers(0, 5),
    st.booleans(),
    st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_any_numbers_and_categories_give_finite_inputs(values, labels, bins, normal, limit):
    kept = EncoderSettings(bins=bins, normal=normal, most_categories=limit, rare=min(limit, 2))
    categories = sorted({label for label in labels if label})
    codes = np.array([-1 if label is None else categories.index(label) for label in labels], np.int32)
    rows = Columns(
        [
            Column("x", "number", np.array(values)),
            Column("c", "category", codes[: len(values)], tuple(categories)),
        ]
    )
    try:
        encoder = Encoder.fit(rows, kept)
    except InputError:
        return
    x = encoder(rows)
    assert np.isfinite(x).all()
    assert np.abs(x).max() <= 5.2
    alone = np.concatenate([encoder(rows.take(slice(row, row + 1))) for row in range(rows.rows)])
    assert alone.tobytes() == x.tobytes()


def test_a_long_table_has_the_same_bits_on_any_number_of_threads():
    encoder = Encoder.fit(table(), FULL)
    long = table().take(np.arange(300_000) % ROWS)
    expected = np.tile(encoder(table()), (1000, 1))
    for count in (1, 2, 3):
        with backend.threads(count):
            np.testing.assert_array_equal(encoder(long), expected)

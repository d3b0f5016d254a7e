"""Categories that training did not have are counted by column, and a few of them named."""

import numpy as np
import pandas as pd
import pytest

from multilayer.tables import Columns, Encoder, Model, NewCategories, columns_of, conform, fit_table
from multilayer.tables.new_categories import joined, new_categories, said
from multilayer.tables.recipe import Recipe

JOBS = ["clerk", "cook"] * 20


def encoder_of(table):
    return Encoder.fit(columns_of(table))


def found_in(table, encoder):
    return new_categories(conform(columns_of(table, {"job": "category"}), encoder.schema), encoder)


def test_rows_are_counted_and_the_first_categories_named():
    jobs = ["cook", "pilot", "nurse", "pilot", None, "baker", "smith", "diver"]
    (found,) = found_in({"job": jobs}, encoder_of({"job": JOBS}))
    assert (found.column, found.rows) == ("job", 6)
    assert len(found.some) == 4
    assert set(found.some) < set(jobs)
    assert found.sentence.startswith("'job' in 6 rows (")
    assert found.sentence.endswith(", ...)")


@pytest.mark.parametrize("jobs", [JOBS, ["cook", None, "clerk"], [None, None]])
def test_a_table_with_the_categories_of_training_has_none(jobs):
    assert found_in({"job": jobs}, encoder_of({"job": JOBS})) == ()


def test_only_categories_of_rows_that_are_there_are_named():
    """A data frame keeps the categories of rows that were dropped."""
    jobs = pd.Series(["pilot", "nurse", "cook"], dtype="category")[1:]
    (found,) = found_in({"job": jobs}, encoder_of({"job": JOBS}))
    assert found == NewCategories("job", 1, ("nurse",))


def test_numbers_are_categories_by_their_value():
    encoder = Encoder.fit(columns_of({"job": [1, 2, 3] * 10}, {"job": "category"}))
    (found,) = found_in({"job": [1.0, 4.0, 2.0]}, encoder)
    assert found == NewCategories("job", 1, ("4",))


def test_of_rare_categories_with_a_shared_input_nothing_is_known():
    jobs = [f"job {n}" for n in range(150)] * 3
    assert (
        found_in({"job": ["job 149", "pilot"]}, encoder_of(columns_of({"job": jobs}, {"job": "category"})))
        == ()
    )


def test_pieces_add_up():
    pieces = [
        (NewCategories("job", 2, ("a", "b")),),
        (NewCategories("city", 1, ("Rome",)), NewCategories("job", 3, ("b", "c", "d", "e"))),
    ]
    assert joined(pieces) == (
        NewCategories("job", 5, ("a", "b", "c", "d")),
        NewCategories("city", 1, ("Rome",)),
    )
    sentence = said([NewCategories(f"c{n}", 1, ("x",)) for n in range(7)])
    assert "'c4' in one row ('x'); 2 other columns" in sentence
    assert "c5" not in sentence


def test_pieces_of_a_table_keep_them_when_they_are_joined():
    encoder = encoder_of({"job": JOBS})
    pieces = [
        conform(columns_of({"job": [new, "cook"]}, {"job": "category"}), encoder.schema) for new in "abcdef"
    ]
    assert new_categories(Columns.joined(pieces), encoder) == (NewCategories("job", 6, tuple("abcd")),)


def test_a_model_tells_them():
    table = {"job": JOBS, "age": np.arange(40.0), "y": ["no", "yes"] * 20}
    model = fit_table(table, "y", members=1, recipe=Recipe(hidden=(4,), epochs=1), progress=False)
    assert isinstance(model, Model)
    assert model.new_categories({"job": "pilot", "age": 3.0}) == (NewCategories("job", 1, ("pilot",)),)
    assert model.new_categories({"job": "cook", "age": 3.0}) == ()

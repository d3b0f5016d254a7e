"""A table is made like the one of training."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer import InputError
from multilayer.tables import columns_of, conform
from multilayer.tables.columns import MISSING, UNSEEN

TRAIN = columns_of(
    {
        "age": [31.0, None, 27.5],
        "job": ["clerk", "cook", None],
        "rooms": ["1", "2", "3"],
        "ok": [True, False, None],
        "level": ["1", "b", "10"],
    },
    {"rooms": "category"},
)


def conformed(**changed):
    table = {
        "age": [1, 2],
        "job": ["cook", "clerk"],
        "rooms": [1, 2],
        "ok": [True, True],
        "level": ["b", "1"],
    }
    return conform(columns_of({**table, **changed}), TRAIN.schema)


def test_columns_are_reordered_and_others_left_out():
    assert conformed(extra=["a", "b"]).names == TRAIN.names
    assert conformed().schema == TRAIN.schema


def test_categories_get_the_codes_of_training():
    assert conformed(job=["cook", "pilot"])["job"].values.tolist() == [1, UNSEEN]
    assert conformed(job=["", "clerk"])["job"].values.tolist() == [MISSING, 0]
    assert conformed(job=[None, None])["job"].values.tolist() == [MISSING, MISSING]
    assert conformed(job=[None, None]).schema == TRAIN.schema


def test_numbers_are_categories_by_value():
    assert conformed(rooms=[2.0, 3.0])["rooms"].values.tolist() == [1, 2]
    assert conformed(rooms=["2.0", "03"])["rooms"].values.tolist() == [1, 2]
    assert conformed(level=[10, 2])["level"].values.tolist() == [1, UNSEEN]


@pytest.mark.parametrize("ok", [[True, False], ["True", "FALSE"], np.array([True, False])])
def test_booleans_are_found_however_they_are_written(ok):
    assert conformed(ok=ok)["ok"].values.tolist() == [1, 0]


def test_texts_that_are_numbers_become_numbers():
    assert conformed(age=["31", "27.5"])["age"].values.tolist() == [31.0, 27.5]
    assert np.isnan(conformed(age=[None, ""])["age"].values).all()


def test_what_is_conformed_twice_stays():
    once = conformed(job=["cook", "pilot"])
    assert conform(once, TRAIN.schema)["job"].values.tolist() == [1, UNSEEN]
    wider = columns_of({"job": ["a", "clerk", "cook"]}).schema
    assert conform(once.select(["job"]), wider)["job"].values.tolist() == [2, UNSEEN]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"job": [1, 2]}, "column 'job': expected categories as in training, 'clerk', 'cook'; found numbers"),
        ({"age": ["31", "old"]}, "column 'age', row 2: expected a number, found 'old'"),
        ({"age": np.array(["2024-01-31"] * 2, "M8[D]")}, "column 'age': expected the type number"),
    ],
)
def test_another_kind_is_refused(changed, message):
    with pytest.raises(InputError) as error:
        conformed(**changed)
    assert str(error.value).startswith(message)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="expected a column 'job'; did you mean 'jobs'"):
        conform(columns_of({"jobs": ["cook"]}), TRAIN.select(["job"]).schema)


def test_a_column_that_is_where_it_belongs_is_no_near_match():
    wanted = columns_of({"length": [1.0], "lengths": [2.0]}).schema
    with pytest.raises(InputError, match=r"expected a column 'length'; found 'lengths'"):
        conform(columns_of({"lengths": [2.0]}), wanted)


def test_missing_columns_are_named_beside_those_that_were_found():
    with pytest.raises(InputError) as error:
        conform(columns_of({"x": [1.0], "pay": [2.0]}), TRAIN.select(["job"]).schema)
    assert str(error.value) == "expected a column 'job'; found 'x', 'pay'"
    with pytest.raises(InputError) as error:
        conform(columns_of({"x": [1.0]}), TRAIN.select(["job", "rooms", "ok", "level"]).schema)
    assert str(error.value) == "expected the columns 'job', 'rooms', 'ok', ...; found 'x'"


def test_many_texts_that_are_numbers_are_no_new_categories():
    """A file is read with the types of training: what has become numbers since comes as texts."""
    schema, types = TRAIN.select(["job"]).schema, {"job": "category"}
    few = conform(columns_of({"job": ["0", "1"] * 9 + [None]}, types), schema)
    assert set(few["job"].values.tolist()) == {UNSEEN, MISSING}
    mixed = conform(columns_of({"job": ["0", "cook"] * 15}, types), schema)
    assert mixed["job"].values.tolist() == [UNSEEN, 1] * 15
    with pytest.raises(
        InputError, match="column 'job': expected categories as in training, 'clerk', 'cook'; found"
    ):
        conform(columns_of({"job": ["0", "1"] * 10}, types), schema)

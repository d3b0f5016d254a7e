"""The target: which task it is, and there and back."""

import numpy as np
import pytest

from multilayer import InputError
from multilayer.tables import Column, Target, columns_of
from multilayer.tables.target import task_of


def column(values, kind=None):
    return columns_of({"y": values}, {} if kind is None else {"y": kind})["y"]


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b"] * 5, "classification"),
        ([True, False] * 5, "classification"),
        ([0, 1] * 3, "classification"),
        ([-1, 1] * 3, "classification"),
        ([3, 7] * 3, "classification"),
        ([0, 1, 2] * 10, "classification"),
        ([1, 2, 3, 4, 5] * 10, "classification"),
        ([0, 1, 2] * 9, "regression"),
        ([3, 4, 5] * 10, "regression"),
        ([1, 2, 4] * 10, "regression"),
        ([0.0, 0.5] * 5, "regression"),
        (list(range(11)) * 20, "regression"),
    ],
)
def test_the_rule_of_the_task(values, task):
    found, why = task_of(column(values))
    assert found == task
    assert task in why
    assert Target.of(column(values)).task == task


@pytest.mark.parametrize(
    ("values", "kind", "classes"),
    [
        (["b", "a", "a"], None, ("a", "b")),
        ([2, 10, 2, 10], None, (2, 10)),
        (["2", "10", "10"], "category", (2, 10)),
        (["02", "10", "10"], "category", ("02", "10")),
        ([True, False, True], None, (False, True)),
    ],
)
def test_classes_keep_their_type(values, kind, classes):
    target = Target.of(column(values, kind))
    assert target.classes == classes
    assert [type(one) for one in target.classes] == [type(one) for one in classes]
    y = target.encode(column(values, kind))
    assert y.dtype == np.int64
    back = target.decode(y)
    assert back.tolist() == [type(classes[0])(value) for value in values]
    assert type(back.tolist()[0]) is type(classes[0])


def test_labels_of_another_table_are_compared_by_the_rule_of_labels():
    target = Target.of(column([1, 2, 1, 2]))
    assert target.encode(column(["2", "1"], "category")).tolist() == [1, 0]
    with pytest.raises(InputError, match="column 'y' holds 3, not among the classes of the target: 1, 2"):
        target.encode(column([3.0, 1.0]))


def test_a_quantity_is_standardized_and_kept_within_the_range():
    y = np.random.default_rng(0).lognormal(size=200)
    target = Target.of(column(y))
    z = target.encode(column(y))
    assert abs(z.mean()) < 1e-12
    assert abs(z.std() - 1.0) < 1e-12
    np.testing.assert_allclose(target.decode(z), y, rtol=1e-12)
    assert target.decode([-1e9, 1e9]).tolist() == [y.min(), y.max()]


@pytest.mark.parametrize(
    ("values", "kind", "task", "message"),
    [
        ([1.0, None, None], None, None, r"missing in 2 of 3 rows; leave these rows out: .*dropna"),
        (["a", None, "b"], None, None, r"missing in 1 of 3 rows"),
        ([2.5] * 4, None, None, "expected a target that varies, found 2.5 in all 4 rows"),
        (["a"] * 4, None, None, "expected two classes or more, found 'a' in all 4 rows"),
        ([3] * 4, None, "classification", "expected two classes or more, found '3' in all 4 rows"),
        (["a", "b", "c"], "identifier", None, "found names of rows"),
        (["a b", "b", "c"], "text", None, "found text of which few rows are alike"),
        (["2024-01-01", "2024-01-02"], "date", None, "found dates"),
        (["a", "b", "c"], "category", None, "3 different values in 3 rows"),
        (["a", "b", "b"], None, "regression", "expected numbers for regression, found the type category"),
        ([1.0, 2.0], None, "cluster", "task must be one of classification, regression; got 'cluster'"),
        ([], None, None, "found no rows"),
        ([1.0], None, None, "found one row"),
    ],
)
def test_what_is_no_target_is_refused(values, kind, task, message):
    with pytest.raises(InputError, match=message):
        Target.of(column(values, kind), task)


def test_numbers_out_of_range_are_refused():
    with pytest.raises(InputError, match="change its unit"):
        Target.of(Column("y", "number", np.array([-1e308, 1e308])))
    with pytest.raises(InputError, match="row 2: expected a finite number, found inf"):
        Target.of(Column("y", "number", np.array([1.0, np.inf])))


def test_gaps_are_refused_later_as_well():
    target = Target.of(column([1.5, 2.5, 4.0]))
    with pytest.raises(InputError, match="missing in 1 of 2 rows"):
        target.encode(column([1.5, None]))

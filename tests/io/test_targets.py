"""Targets from CSV: numbers, class numbers or labels, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer._base.errors import InputError
from multilayer.io import read_samples, targets_in
from multilayer.network.labels import class_numbers

CLASSES = ("no", "yes, really", "é")


def read(folder, content, *targets, inputs=2, names=None):
    path = folder / "data.csv"
    path.write_text(content, "utf-8")
    return read_samples(path, inputs, names, targets)


def test_targets_stand_beside_the_inputs(tmp_path):
    found = read(tmp_path, "a,y,b\n1,10,2\n\n3,-0.5,4\n", "y")
    assert found.X.tolist() == [[1, 2], [3, 4]]
    assert found.names == ("a", "b")
    assert found.ignored == ()
    assert targets_in(found.targets).tolist() == [10, -0.5]


def test_several_keep_the_order_they_were_named_in(tmp_path):
    found = read(tmp_path, "p,a,q,b\n1,2,3,4\n5,6,7,8\n", "q", "1")
    assert targets_in(found.targets).tolist() == [[3, 1], [7, 5]]
    assert found.X.tolist() == [[2, 4], [6, 8]]


def test_inputs_by_name_leave_other_columns_out(tmp_path):
    found = read(tmp_path, "b,y,c,a\n1,no,3,4\n", "y", names=("a", "b"))
    assert found.X.tolist() == [[4, 1]]
    assert found.ignored == ("c",)


def test_labels_are_taken_as_they_stand(tmp_path):
    found = read(tmp_path, 'a,b,y\n1,2, é\n3,4,"yes, really"\n5,6,no\n', "y")
    assert targets_in(found.targets, CLASSES).tolist() == ["é", "yes, really", "no"]


def test_targets_have_the_decimal_sign_of_the_file(tmp_path):
    found = read(tmp_path, "sep=;\na;b;y\n1,5;2;-0,25\n3;4;5\n", "y")
    assert targets_in(found.targets).tolist() == [-0.25, 5]
    found = read(tmp_path, "sep=;\na;b;y\n1,5;2;1.234\n", "y")
    with pytest.raises(
        InputError, match=r"one decimal sign in all numbers, but line 3 has ',' and line 3 has '\.'"
    ):
        targets_in(found.targets)
    found = read(tmp_path, "sep=;\na;b;y\n1;2;yes, really\n", "y")
    assert targets_in(found.targets, CLASSES).tolist() == ["yes, really"]


@pytest.mark.parametrize("classes", [("1", "0"), (1, 0), (True, False), ("true", "false"), (1.0, 0.0)])
@pytest.mark.parametrize("cells", [("1", "0"), ("1.0", "0.0"), ("True", "FALSE")])
def test_labels_that_are_numbers_are_labels(tmp_path, classes, cells):
    found = read(tmp_path, "a,b,y\n1,2,{}\n3,4,{}\n".format(*cells), "y")
    assert class_numbers(classes, targets_in(found.targets, classes)).tolist() == [0, 1]


def test_class_numbers_are_no_labels(tmp_path):
    found = read(tmp_path, "1,2,1\n3,4,0\n", "3")
    with pytest.raises(InputError, match="line 1, column 3: expected a class of the network, found '1'"):
        targets_in(found.targets, ("no", "yes"))


def test_a_name_goes_before_a_number(tmp_path):
    found = read(tmp_path, "a,b,y\n1,2,3\n", "2")
    assert targets_in(found.targets).tolist() == [2]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "nope",
            "line 3, column 3 \\(y\\): expected a class of the network, found 'nope'; did you mean 'no'",
        ),
        ("", "line 3, column 3 \\(y\\): expected a class of the network, found an empty cell"),
        ("0", "found '0'; expected 'no', 'yes, really' or 'é'"),
        ("\x1b[31m", r"found '\\x1b\[31m'"),
    ],
)
def test_what_is_no_label(tmp_path, cell, message):
    found = read(tmp_path, f"a,b,y\n1,2,no\n3,4,{cell}\n", "y")
    with pytest.raises(InputError, match=message) as caught:
        targets_in(found.targets, CLASSES)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("cell", ["x", "nan", "inf", "1_0", "", "1e999"])
def test_what_is_no_number(tmp_path, cell):
    found = read(tmp_path, f"a,b,y\n1,2,0\n3,4,{cell}\n", "y")
    with pytest.raises(InputError, match=r"line 3, column 3 \(y\): expected a finite number"):
        targets_in(found.targets)
    read(tmp_path, "a,b,y\n1,2,0\n", "y")


@pytest.mark.parametrize(
    ("content", "targets", "message"),
    [
        ("a,b,y\n1,2,3\n", ["z"], "no column is called 'z'"),
        ("a,y,y\n1,2,3\n", ["y"], "two columns are called 'y'"),
        ("1,2,3\n", ["y"], "there is no header with the target 'y'"),
        ("1,2,3\n", ["4"], "there is no column 4; expected a number from 1 to 3"),
        ("a,b,y\n1,2,3\n", ["y", "3"], "the target '3' is named twice"),
        (
            "a,b,c,y\n1,2,3,4\n",
            ["y"],
            "expected 2 columns beside the target, one per input of the network, found 3",
        ),
        ("a,b,y\n1,2,3\n", [], "expected 2 columns, one per input of the network, found 3; name the target"),
    ],
)
def test_columns_that_are_not_there(tmp_path, content, targets, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, content, *targets)


def test_an_input_is_no_target(tmp_path):
    with pytest.raises(InputError, match="'a' is an input of the network"):
        read(tmp_path, "a,b\n1,2\n", "a", names=("a", "b"))


def test_shapes(tmp_path):
    found = read(tmp_path, "1,2,3,4\n", "3", "4")
    assert targets_in(found.targets).shape == (1, 2)
    assert targets_in(found.targets[:1]).shape == (1,)
    assert targets_in(found.targets).dtype == np.float64

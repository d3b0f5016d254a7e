"""The course of a training out of CSV."""

from __future__ import annotations

import math

import pytest

from multilayer.errors import InputError
from multilayer.tables.history import read_history


def read(folder, content):
    path = folder / "log.csv"
    path.write_text(content, "utf-8")
    return read_history(path)


def test_every_curve(tmp_path):
    found = read(tmp_path, "epoch,loss,validation_loss,learning_rate\n1,2,3,0.1\n2,1.5,2.5,0.05\n")
    assert found.loss == (2, 1.5)
    assert found.validation_loss == (3, 2.5)
    assert found.learning_rate == (0.1, 0.05)
    assert found.metrics == {}


def test_names_that_others_use(tmp_path):
    found = read(tmp_path, "val_loss,lr,accuracy,loss\n3,0.1,0.5,2\n")
    assert (found.loss, found.validation_loss, found.learning_rate) == ((2,), (3,), (0.1,))


def test_one_column_is_the_loss(tmp_path):
    assert read(tmp_path, "2\n1\n").loss == (2, 1)


def test_training_that_failed(tmp_path):
    found = read(tmp_path, "loss\n1\ninf\nnan\n").loss
    assert found[1] == math.inf
    assert math.isnan(found[2])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty file"),
        ("loss\n", "found none"),
        ("los\n1\n", "no column is called 'loss'; did you mean 'los'"),
        ("1,2\n", "2 columns without a header"),
        ("loss\nlow\n", r"line 2, column 1 \(loss\): expected a number, found 'low'"),
        ("loss,lr\n1\n", "line 2: expected 2 cells, as in line 1, found 1"),
        ("loss;lr\n1;2\n", "';'"),
    ],
)
def test_mistakes(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, content)

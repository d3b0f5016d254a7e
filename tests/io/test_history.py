"""The course of a training out of CSV."""

from __future__ import annotations

import math

import pytest

from multilayer._base.errors import InputError
from multilayer.io.history import read_history


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


LIGHTNING = """epoch,step,train_loss,val_loss
0,9,1.0,
0,9,,1.5
1,19,0.5,
1,19,,1.25
2,29,,1.125
2,29,0.25,
"""

# What is logged, and loss and validation loss by epoch.
LOGS = {
    "Lightning": (LIGHTNING, (1, 0.5, 0.25), (1.5, 1.25, 1.125)),
    "Lightning, NA": (
        LIGHTNING.replace(",\n", ",NA\n").replace(",,", ",NA,"),
        (1, 0.5, 0.25),
        (1.5, 1.25, 1.125),
    ),
    "Keras": ("epoch,loss,val_loss\n0,1,1.5\n1,0.5,1.25\n2,0.25,NA\n", (1, 0.5, 0.25), (1.5, 1.25, 1.25)),
    "no epochs": ("loss,val_loss\n1,\n,1.5\n0.5,\n,1.25\n", (1, 0.5), (1.5, 1.25)),
    "validation now and then": (
        "loss,val_loss\n1,\n0.5,2\n0.25,null\n0.125,1\n",
        (1, 0.5, 0.25, 0.125),
        (2, 2, 2, 1),
    ),
    "steps": ("epoch,train_loss,val_loss\n0,1,\n0,0.5,\n0,,2\n1,0.25,\n1,0.75,\n1,,1\n", (0.75, 0.5), (2, 1)),
    "resumed": ("epoch,loss\n0,1\n1,0.5\n0,0.25\n1,0.125\n", (1, 0.5, 0.25, 0.125), ()),
    "tested at the end": ("epoch,loss,val_loss\n0,1,2\n1,,1\n", (1,), (2,)),
    "Lightning, by slashes": (LIGHTNING.replace("_", "/"), (1, 0.5, 0.25), (1.5, 1.25, 1.125)),
    "as people write": ("Epoch, Train Loss, Val-Loss\n1,1,2\n2,0.5,1\n", (1, 0.5), (2, 1)),
    "rates apart": ("epoch,loss,lr\n,,0.1\n0,1,\n,,0.05\n1,0.5,\n", (1, 0.5), ()),
    "nothing held out": ("epoch,loss,val_loss\n0,1,\n1,0.5,\n", (1, 0.5), ()),
    "blank lines": ("loss\n1\n\n0.5\n", (1, 0.5), ()),
    "a gap first": ('""\n1\n0.5\n', (1, 0.5), ()),
    "decimal commas": ("sep=;\nepoch;loss\n1;1,5\n2;0,25\n", (1.5, 0.25), ()),
    "semicolons": ("sep=;\nloss;val_loss\n1;2\n0.5;NA\n", (1, 0.5), (2, 2)),
}


@pytest.mark.parametrize(("content", "loss", "validation"), LOGS.values(), ids=LOGS)
def test_gaps_are_gaps(tmp_path, content, loss, validation):
    found = read(tmp_path, content)
    assert (found.loss, found.validation_loss) == (loss, validation)
    assert len(found) == len(loss)


@pytest.mark.parametrize("name", ["lr", "lr-Adam", "lr-SGD-momentum", "Learning Rate"])
def test_rates_that_are_logged_before_their_epoch(tmp_path, name):
    """Lightning's LearningRateMonitor writes rows of its own, without the number of the epoch."""
    log = f"epoch,{name},step,train_loss,val_loss\n,0.1,0,,\n0,,9,1,\n0,,9,,2\n,0.05,10,,\n1,,19,0.5,\n1,,19,,1\n"
    found = read(tmp_path, log)
    assert (found.loss, found.validation_loss, found.learning_rate) == ((1, 0.5), (2, 1), (0.1, 0.05))


def test_rates_of_several_groups_are_left_out(tmp_path):
    assert read(tmp_path, "loss,lr-Adam/pg1,lr-Adam/pg2\n1,0.1,0.2\n").learning_rate == ()


def test_a_loss_that_went_wrong_is_no_gap(tmp_path):
    found = read(tmp_path, "epoch,train_loss,val_loss\n0,1,\n0,,2\n1,nan,\n1,,-inf\n")
    assert found.loss[0] == 1
    assert math.isnan(found.loss[1])
    assert found.validation_loss == (2, -math.inf)


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        ("loss,val_loss\n1,2\n0.5,1\n", []),
        (LIGHTNING, []),
        ("loss,val_loss\n1,2\n0.5,\n", ["'validation_loss' has a value in 1 of 2 epochs"]),
        ("epoch,loss\n0,1\n0,0.5\n", ["'loss' has 2 values, more than one per epoch; the mean"]),
        ("epoch,loss\n0,1\n1,\n", ["epochs without a loss are left out: 1 of 2"]),
        ("sep=;\nloss\n1,5\n", ["numbers are read with a decimal comma"]),
    ],
)
def test_the_decision_is_reported(tmp_path, content, stated):
    path = tmp_path / "log.csv"
    path.write_text(content)
    reported = []
    read_history(path, reported.append)
    assert len(reported) == len(stated)
    for line, part in zip(reported, stated, strict=True):
        assert line.startswith(f"{path}: ")
        assert part in line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("loss,loss\n1,2\n", r"line 1: column 1 \(loss\) and column 2 \(loss\) are both the loss; rename"),
        (
            "epoch,train_loss,loss\n0,1,2\n",
            r"column 2 \(train_loss\) and column 3 \(loss\) are both the loss",
        ),
        (
            "loss,val_loss,valid_loss\n0,1,2\n",
            r"\(val_loss\) and column 3 \(valid_loss\) are both the validation",
        ),
        ("loss,lr,learning_rate\n0,1,2\n", "are both the learning rate"),
        ("loss\n1_000\n", r"line 2, column 1 \(loss\): expected a number, found '1_000'"),
        ("1_000\n2\n", "line 1, column 1: expected a number, found '1_000'"),
        ("loss\n١\n", "found '١'"),
        ("loss\n1,5\n2,5\n", "expected 1 cells, as in line 1, found 2; where the comma is a decimal comma"),
        ("loss,val_loss\n,\nNA,1\n", "found none"),
        ("epoch,loss\n0,1\n,2\n", "a row with a loss has no epoch"),
        ("Loss,loss\n1,2\n", r"column 1 \(Loss\) and column 2 \(loss\) are both the loss"),
        (
            "epoch,val/loss\n0,1\n",
            "no column is called 'loss'; add the training loss",
        ),
        ("train_loss_step,val_loss\n1,2\n", "no column is called 'loss'; found 'train_loss_step'$"),
    ],
)
def test_nothing_is_guessed(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, content)


def test_the_mean_of_an_epoch_may_be_nan_or_infinite(tmp_path):
    (tmp_path / "log.csv").write_text("epoch,loss\n0,inf\n0,-inf\n1,1.5e308\n1,1.5e308\n")
    loss = read_history(tmp_path / "log.csv").loss
    assert math.isnan(loss[0])
    assert loss[1] == math.inf

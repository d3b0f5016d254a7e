"""From end to end: a sick table is named by training or by evaluation, and a healthy one is not."""

import numpy as np
import pytest

from multilayer.tables import Column, Columns, Recipe, TrainingRecord, evaluate, fit_table
from tests.tables.suspicions.cases import simulated, with_column

TINY = Recipe(hidden=(24, 16), epochs=25, batch_size=64, bins_of_classes=4, bins_of_numbers=4)
ROWS = 500


def table(case):
    """The case with its target as a column."""
    if case.classes:
        target = Column(case.target, "category", case.y.astype(np.int32), case.classes)
    else:
        target = Column(case.target, "number", case.y)
    return Columns([*case.columns, target])


def said(case, change=lambda test: test):
    """The names of what is suspected by training on half of the rows, and by evaluation on the other half."""
    whole = table(case)
    train, test = whole.take(slice(None, ROWS)), whole.take(slice(ROWS, None))
    model = fit_table(train, case.target, members=2, recipe=TINY, progress=False)
    record = TrainingRecord.of(model.record)
    found = evaluate(model, change(test))
    return {one.name for one in record.suspicions}, {one.name for one in found.suspicions}


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_healthy_table(task):
    assert said(simulated(0, 2 * ROWS, task)) == (set(), set())


def test_a_leak():
    case = simulated(0, 2 * ROWS)
    assert said(with_column(case, Column("paid", "number", 2.0 * case.y))) == ({"leak"}, {"leak"})


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_noise_labels(task):
    case = simulated(0, 2 * ROWS, task)
    np.random.default_rng(1).shuffle(case.y)
    assert said(case) == ({"noise"}, {"noise"})


def test_an_identifier_as_input():
    case = simulated(0, 2 * ROWS)
    client = Column("client", "number", np.random.default_rng(0).permutation(2 * ROWS) + 5e6)
    assert said(with_column(case, client)) == ({"identifier"}, {"identifier"})
    names = Column("name", "identifier", np.array([f"n{row}" for row in range(2 * ROWS)], object))
    assert said(with_column(case, names)) == ({"identifier"}, set())


def test_a_shifted_test_table():
    def older(test):
        return Columns(Column(c.name, c.kind, c.values + 25) if c.name == "age" else c for c in test)

    assert said(simulated(0, 2 * ROWS), older) == (set(), {"shift"})


def test_imbalance():
    case = simulated(0, 4000)
    rare = np.flatnonzero(case.y)[: ROWS // 10]
    rows = np.random.default_rng(0).permutation(
        np.concatenate([rare, np.flatnonzero(case.y == 0)[: 2 * ROWS - 50]])
    )
    few = type(case)(case.columns.take(rows), case.y[rows], case.target, case.classes)
    before, after = said(few)
    assert before == {"imbalance"}
    assert after == {"imbalance"}

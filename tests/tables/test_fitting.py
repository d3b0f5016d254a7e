"""From a table to a model: what is learned, the same bits, folds, time limits, interruption."""

import math
import os
import signal
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer.tables import FitProgress, Recipe, TrainingRecord, fit_table
from multilayer.tables.bag import Bag
from multilayer.tables.folds import folds_of, held_out_rows

TINY = Recipe(hidden=(24, 16), epochs=20, batch_size=64, bins_of_classes=4, bins_of_numbers=4)
ROWS = 240


def people(seed: int = 0, rows: int = ROWS) -> dict[str, Any]:
    """A table with numbers, categories and gaps, of which the target is a function with a little noise."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(18, 80, rows)
    job = rng.choice(["clerk", "cook", "none"], rows)
    pay = 1000 + 20 * age + 800 * (job == "cook") + rng.normal(0, 50, rows)
    level = np.where(pay < 1800, 1, np.where(pay < 2400, 2, 5))
    age[::7] = np.nan
    gaps: list[str | None] = job.tolist()
    gaps[3] = None
    return {"age": age, "job": gaps, "level": level, "pay": pay}


def without(table: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: values for key, values in table.items() if key != name}


def test_classes_of_a_table_with_gaps_and_categories() -> None:
    model = fit_table(without(people(), "pay"), "level", members=2, recipe=TINY, types={"level": "category"})
    new = people(1)
    found = model.predict(without(new, "pay"))
    assert found.dtype.kind == "i"
    assert set(found.tolist()) <= {1, 2, 5}
    assert np.mean(found == new["level"]) > 0.75
    np.testing.assert_allclose(model(new).sum(axis=1), 1.0)


def test_numbers_of_a_table_with_gaps_and_categories() -> None:
    table = people()
    model = fit_table(without(table, "level"), "pay", members=3, recipe=TINY)
    new = people(1)
    error = model.predict(new) - new["pay"]
    assert np.sqrt(np.mean(error**2)) < 0.7 * new["pay"].std()
    assert model.predict(new).max() <= table["pay"].max()
    low, high = model.predict_interval(new, 0.9)
    assert 0.8 < np.mean((low <= new["pay"]) & (new["pay"] <= high)) <= 1.0


def test_the_record_tells_what_was_trained() -> None:
    model = fit_table(without(people(), "level"), "pay", members=6, recipe=TINY)
    record = TrainingRecord.of(model.record)
    assert (record.rows, record.epochs, record.batch_rows, record.notes) == (ROWS, 20, 64, ())
    assert [member.held_out for member in record.members] == [40] * 6
    assert {member.rows + member.held_out for member in record.members} == {ROWS}
    assert all(1 <= member.best_epoch <= member.epochs == 20 for member in record.members)
    # Every row was held out once: the losses together are the score over all rows.
    loss = np.mean([member.loss for member in record.members]) * np.var(people()["pay"])
    assert record.scores["root mean squared error"] == pytest.approx(
        math.sqrt(loss), rel=0.02
    )  # but for the range
    assert len(record.table().rows) == 6


@pytest.mark.parametrize("target", ["level", "pay"])
def test_the_same_bits_for_any_number_of_threads(target: str) -> None:
    table = without(people(), "pay" if target == "level" else "level")
    models = []
    for threads in (1, 2, 2):
        with backend.threads(threads):
            models.append(fit_table(table, target, members=3, recipe=TINY, rng=5))
    first, *others = models
    for other in others:
        assert other.networks == first.networks
        np.testing.assert_array_equal(other(table), first(table))
    assert fit_table(table, target, members=3, recipe=TINY, rng=6).networks != first.networks


def test_rows_of_weight_0_are_left_out() -> None:
    table, weights = people(), np.ones(ROWS)
    table["level"][:60] = 5
    weights[:60] = 0.0
    rest = {name: np.asarray(values, object)[60:].tolist() for name, values in table.items()}
    one = fit_table(without(table, "pay"), "level", weights=weights, members=2, recipe=TINY)
    two = fit_table(without(rest, "pay"), "level", weights=weights[60:], members=2, recipe=TINY)
    assert one.networks == two.networks


def test_a_row_of_more_weight_counts_more() -> None:
    table = {"x": [0.0, 1.0] * 60, "y": ["a", "b", "b", "b"] * 30}
    half = {"x": [0.0], "y": ["a"]}
    plain = fit_table(table, "y", members=2, recipe=TINY)(half)[0]
    weights = np.where(np.arange(120) % 4 == 0, 5.0, 1.0)
    weighted = fit_table(table, "y", members=2, recipe=TINY, weights=weights)
    raw = np.mean([network(weighted.encoder(columns(half)))[0] for network in weighted.networks], axis=0)
    assert plain[0] == pytest.approx(0.5, abs=0.1)
    assert raw[0] == pytest.approx(5 / 6, abs=0.1)


def columns(table: dict[str, Any]) -> Any:
    from multilayer.tables import columns_of

    return columns_of(table, {"x": "number"})


def test_a_time_limit_leaves_fewer_epochs_and_says_so() -> None:
    seen: list[FitProgress] = []
    model = fit_table(without(people(), "pay"), "level", members=4, time_limit=1e-3, progress=seen.append)
    record = TrainingRecord.of(model.record)
    assert len(model.networks) == len(record.members) < 4
    assert record.epochs < Recipe().epochs
    assert "time limit" in record.notes[0]
    assert seen


def test_a_time_limit_that_is_long_changes_nothing() -> None:
    table = without(people(), "pay")
    one, two = (fit_table(table, "level", members=2, recipe=TINY, time_limit=limit) for limit in (None, 1e6))
    assert one.networks == two.networks
    assert not two.record["notes"]


def test_many_rows_are_said() -> None:
    recipe = Recipe(hidden=(8,), epochs=20, most_rows=1000)
    model = fit_table(without(people(), "pay"), "level", members=1, recipe=recipe)
    assert model.record["epochs"] == 5
    assert "rows are many: 5 epochs instead of 20" in model.record["notes"][0]


def test_many_columns_have_fewer_bins_and_that_is_said() -> None:
    recipe = Recipe(hidden=(8,), epochs=2, most_bins=6)
    model = fit_table(without(people(), "level"), "pay", members=1, recipe=recipe)
    numbers = sum(column.schema.kind == "number" for column in model.encoder.columns)
    bins = 6 // numbers if 6 // numbers > 1 else 0
    record = TrainingRecord.of(model.record)
    assert record.notes == (f"{numbers} columns of numbers are many: {bins} bins for each instead of 32",)


def test_progress_tells_every_epoch() -> None:
    seen: list[FitProgress] = []
    fit_table(without(people(), "pay"), "level", members=2, recipe=TINY, progress=seen.append)
    assert [at.done for at in seen] == list(range(1, 41))
    assert {at.member for at in seen} == {1, 2}
    assert seen[-1].total == 40
    assert seen[-1].seconds_left == 0.0


@pytest.mark.parametrize("calibrated", [True, False])
def test_progress_tells_the_loss_that_chooses_the_epoch(calibrated: bool) -> None:
    seen: list[Any] = []
    recipe = replace(TINY, calibrated=calibrated)
    model = fit_table(without(people(), "pay"), "level", members=2, recipe=recipe, progress=seen.append)
    for number, member in enumerate(model.record["members"], 1):
        losses = [at.loss for at in seen if at.member == number]
        assert min(losses) == losses[member["best_epoch"] - 1] == member["loss"]


def test_an_error_of_a_callback_ends_training() -> None:
    def fail(at: FitProgress) -> None:
        raise RuntimeError("the callback failed")

    with pytest.raises(RuntimeError, match="the callback failed"):
        fit_table(without(people(), "pay"), "level", members=4, recipe=TINY, progress=fail)


def test_an_interruption_gives_what_there_is() -> None:
    sent = []

    def interrupt(at: FitProgress) -> None:
        if not sent:
            sent.append(at)
            os.kill(os.getpid(), signal.SIGINT)

    with backend.threads(1):
        recipe = Recipe(hidden=(8,), epochs=5000)
        model = fit_table(without(people(), "pay"), "level", members=3, recipe=recipe, progress=interrupt)
    assert len(model.networks) == 1
    assert model.record["members"][0]["epochs"] < 5000
    assert "interrupted" in model.record["notes"][0]


def test_a_member_without_finite_weights_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    train = Bag.train
    monkeypatch.setattr(
        Bag, "train", lambda bag, member, *rest: None if member == 1 else train(bag, member, *rest)
    )
    model = fit_table(without(people(), "pay"), "level", members=3, recipe=TINY)
    assert len(model.networks) == 2
    assert model.record["notes"] == ("left out, as there were no finite weights after an epoch: member 2",)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=80), st.integers(2, 10), st.integers(0, 99))
def test_folds_have_their_share_of_each_class(y: list[int], folds: int, seed: int) -> None:
    found = folds_of(np.array(y), folds, np.random.default_rng(seed))
    sizes = np.bincount(found, minlength=folds)
    assert sizes.max() - sizes.min() <= 1
    for one in set(y):
        counts = np.bincount(found[np.array(y) == one], minlength=folds)
        assert counts.max() - counts.min() <= 2


@pytest.mark.parametrize(("members", "folds"), [(1, 5), (4, 5), (5, 5), (8, 8), (10, 10), (13, 10)])
def test_members_hold_out_folds(members: int, folds: int) -> None:
    held_out = held_out_rows(np.arange(100.0), members, np.random.default_rng(0))
    assert len(held_out) == members
    for rows in held_out:
        assert abs(np.count_nonzero(rows) - 100 / folds) < 1
    together = np.sum(held_out[:folds], axis=0)
    assert together.max() == 1
    if members >= folds:
        assert together.min() == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"members": 0}, "members"),
        ({"time_limit": -1}, "time_limit"),
        ({"target": "levl"}, "level"),
        ({"target": "age"}, "missing"),
        ({"weights": [1.0]}, "sample_weight has shape"),
    ],
)
def test_what_cannot_be_learned_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_table(people(), **{"target": "level", "recipe": TINY, **options})


def test_a_single_row_is_refused() -> None:
    with pytest.raises(InputError):
        fit_table({"x": [1.0], "y": [2.0]}, "y", recipe=TINY)


def test_two_rows_are_enough() -> None:
    model = fit_table({"x": [1.0, 2.0], "y": [2.0, 3.5]}, "y", recipe=TINY)
    assert len(model.networks) == 8
    assert 2.0 <= float(model.predict({"x": [1.5]})[0]) <= 3.5

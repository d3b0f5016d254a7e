"""Verdicts on models whose worth is known; figures against their definitions."""

import json

import numpy as np
import pytest

from multilayer._base.errors import InputError
from multilayer._base.language import in_language
from multilayer.estimators.baselines import BASELINES
from multilayer.reports.tables import evaluation_page
from multilayer.tables import Column, Columns
from multilayer.tables.evaluation import Baseline, evaluate
from multilayer.tables.suspicions import KnownRows, Profile, Seen

from .models import constant, linear_case, perfect, with_intervals

LINEAR = BASELINES[:1]
TASKS = ["regression", "classification"]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("seed", range(3))
def test_the_model_that_made_the_table_is_good(task, seed):
    train, test = linear_case(seed, task=task), linear_case(100 + seed, task=task)
    found = evaluate(perfect(train, task), test, baselines=BASELINES, train=train)
    assert found.verdict.startswith("This model is good")
    assert [one.name for one in found.comparisons] == [
        "the best constant",
        "a linear model",
        "gradient boosting",
    ]
    constant_gain, linear_gain, boosting_gain = (one.gain for one in found.comparisons)
    assert constant_gain.low > 0
    assert boosting_gain.value > 0
    assert boosting_gain.low > -0.01
    assert linear_gain.low < 0.02  # a linear model is as good here
    assert not found.suspicions


@pytest.mark.parametrize("task", TASKS)
def test_a_model_that_knows_nothing_is_of_no_use(task):
    found = evaluate(constant(linear_case(0, task=task), task), linear_case(1, task=task), baselines=LINEAR)
    assert found.verdict.startswith("This model is of no use here")
    assert "worse than a linear model" in found.verdict
    assert [one.name for one in found.suspicions] == ["noise"]


def test_a_model_that_boosting_beats_is_told_so():
    train, test = linear_case(0), linear_case(1)
    weak = perfect(train)
    weak.function = lambda table: 1.0 * table["a"].values
    found = evaluate(weak, test, baselines=LINEAR, train=train)
    assert found.verdict.startswith("This model has learned something, but a linear model is better: RMSE")


def test_a_model_alone_is_compared_with_a_constant():
    found = evaluate(perfect(linear_case(0)), linear_case(1))
    assert found.verdict.startswith("This model is better than the best constant: RMSE")
    assert found.verdict.count(".") >= 1
    assert [one.name for one in found.scores] == ["the model", "the best constant"]


def test_figures_are_their_definitions():
    test = linear_case(1, rows=300)
    found = evaluate(with_intervals(perfect(test), linear_case(2), "regression"), test)
    y, z = test["y"].values, 2 * test["a"].values - test["b"].values
    figures = found.scores[0].figures
    assert figures["RMSE"].value == pytest.approx(np.sqrt(np.mean((y - z) ** 2)))
    assert figures["RMSE"].low < figures["RMSE"].value < figures["RMSE"].high
    assert found.coverage.found.value == pytest.approx(0.9, abs=0.06)
    assert found.coverage.size == pytest.approx(2 * 1.645, rel=0.15)
    assert found.confusion is found.calibration_error is None
    gain = found.comparisons[0].gain
    assert gain.value == pytest.approx(found.scores[1].figures["RMSE"].value - figures["RMSE"].value)


def test_figures_of_classes_are_their_definitions():
    test = linear_case(1, rows=400, task="classification")
    model = with_intervals(
        perfect(test, "classification"), linear_case(2, task="classification"), "classification"
    )
    found = evaluate(model, test)
    y, p = test["y"].values, model(test)
    assert found.confusion.sum() == 400
    assert found.confusion[1, 0] == np.count_nonzero((y == 1) & (p[:, 0] > 0.5))
    assert np.trace(found.confusion) / 400 == found.scores[0].figures["accuracy"].value
    assert found.calibration_error < found.calibration_error_by_chance + 0.05
    assert 1 <= found.coverage.size <= 2


def test_intervals_cover_what_a_large_table_shows():
    """Of 40 small tables, 90 % of the intervals hold the score of a large one: 36, give or take."""
    large = perfect(linear_case(0))
    truth = evaluate(large, linear_case(1, rows=5000)).scores[0].figures["RMSE"].value
    held = 0
    for seed in range(40):
        figure = evaluate(large, linear_case(10 + seed, rows=150)).scores[0].figures["RMSE"]
        held += figure.low <= truth <= figure.high
    assert 29 <= held <= 40


def test_folds_are_used_without_a_training_table():
    seen = []

    def outputs(problem, new):
        seen.append((len(problem.y), new.rows))
        return np.zeros(new.rows)

    evaluate(perfect(linear_case(0)), linear_case(1, rows=203), baselines=[Baseline("zero", outputs)])
    assert sorted(seen) == [(162, 41)] * 3 + [(163, 40)] * 2
    seen.clear()
    evaluate(
        perfect(linear_case(0)),
        linear_case(1, rows=203),
        baselines=[Baseline("zero", outputs)],
        train=linear_case(0),
    )
    assert seen == [(600, 203)]


def test_a_shifted_table_is_named():
    train, test = linear_case(0), linear_case(1)
    model = perfect(train)
    model.record = {"profile": Profile.of(train.without(["y"])).outline()}
    moved = Columns(Column(c.name, c.kind, c.values + 1) if c.name == "c" else c for c in test)
    assert not evaluate(model, test).suspicions
    (found,) = evaluate(model, moved).suspicions
    assert found.name == "shift"
    assert "'c'" in found.sentence


SEEN = "What this model is worth on new rows cannot be measured here: it was trained on "


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("knows", ["by its record", "by the training table"])
def test_rows_of_training_get_no_verdict_but_that(task, knows):
    train = linear_case(0, rows=200, task=task)
    model, given = perfect(train, task), None
    if knows == "by its record":
        y = model.target.unscaled(model.target.encode(train["y"]))
        model.record = {"known_rows": KnownRows.of(train.without(["y"]), y).outline()}
    else:
        given = train
    found = evaluate(model, train, baselines=LINEAR, train=given)
    assert found.verdict.startswith(f"{SEEN}200 of these 200 rows (100\N{NO-BREAK SPACE}%)")
    assert found.seen == Seen(200, 200, is_estimate=False)
    assert found.level == "warning"
    shown = repr(found), found._repr_html_(), json.loads(found.to_json())["verdict"], evaluation_page(found)
    assert not [text for text in shown if "is good" in text or "better than a linear model" in text]
    assert all(SEEN in " ".join(text.split()) for text in shown)
    assert "verdict warning" in shown[-1]
    new = evaluate(model, linear_case(1, rows=200, task=task), baselines=LINEAR, train=given)
    assert new.seen is None
    assert SEEN not in new.verdict
    assert new.level == "good"


def test_a_share_of_many_rows_is_an_estimate():
    train, test = linear_case(0, rows=4000), linear_case(1, rows=1000)
    model = perfect(train)
    y = model.target.unscaled(model.target.encode(train["y"]))
    model.record = {"known_rows": KnownRows.of(train.without(["y"]), y).outline()}
    mixed = Columns.joined([train.take(slice(0, 1000)), test])
    found = evaluate(model, mixed)
    assert found.verdict.startswith(f"{SEEN}about 50\N{NO-BREAK SPACE}% of these 2,000 rows")
    with in_language("ko"):
        assert evaluate(model, mixed).verdict.startswith("이 모델이 새 행에서 얼마나 좋은지는")


@pytest.mark.parametrize("task", TASKS)
def test_it_prints_and_is_json(task):
    test = linear_case(1, rows=120, task=task)
    model = with_intervals(perfect(test, task), linear_case(2, rows=80, task=task), task)
    found = evaluate(model, test, baselines=LINEAR, train=linear_case(3, task=task))
    text = repr(found)
    assert text.startswith(found.verdict[:40])
    assert "the best constant" in text
    assert all(len(line) <= 220 for line in text.splitlines())
    assert "<script" not in found._repr_html_()
    document = json.loads(found.to_json())
    assert document["verdict"] == found.verdict
    assert document["scores"][0]["figures"].keys() == found.scores[0].figures.keys()


def test_the_same_seed_gives_the_same_figures():
    train, test = linear_case(0), linear_case(1)
    one, other = (evaluate(perfect(train), test, baselines=LINEAR, rng=5).to_json() for _ in range(2))
    assert one == other
    assert evaluate(perfect(train), test, baselines=LINEAR, rng=6).to_json() != one


def test_names_from_files_are_made_safe():
    table = linear_case(1, rows=80, task="classification")
    y = table["y"]
    nasty = Columns([*table.without(["y"]), Column("y", "category", y.values, ("<b>\x1b[2J", "yes"))])
    found = evaluate(perfect(nasty, "classification"), nasty)
    assert "\x1b" not in repr(found)
    assert "<b>" not in found._repr_html_()


@pytest.mark.parametrize("rows", [1, 2, 5, 12])
@pytest.mark.parametrize("task", TASKS)
def test_few_rows_are_scored_without_a_fuss(rows, task):
    train = linear_case(0, task=task)
    found = evaluate(
        perfect(train, task), linear_case(1, rows=rows, task=task), baselines=LINEAR, train=train
    )
    assert found.rows == rows
    assert repr(found)


def test_mistakes_are_told():
    train, test = linear_case(0), linear_case(1)
    with pytest.raises(InputError, match="expected the target, column 'y'"):
        evaluate(perfect(train), test.without(["y"]))
    with pytest.raises(InputError, match="no rows"):
        evaluate(perfect(train), test.take(slice(0, 0)))
    gaps = Columns([*test.without(["y"]), Column("y", "number", np.where(test["a"].values > 1, np.nan, 1.0))])
    with pytest.raises(InputError, match="the target is missing"):
        evaluate(perfect(train), gaps)
    with pytest.raises(InputError, match="expected a column 'a'"):
        evaluate(perfect(train), test.without(["a"]))


class Fails:
    """A baseline that must not be fitted."""

    name = "another"

    def outputs(self, problem, new):
        raise AssertionError


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("rows", [1, 200])
def test_on_rows_with_one_target_it_is_said_that_nothing_can_be_measured(task, rows):
    whole = linear_case(0, 1000, task)
    y = whole["y"].values
    same = np.flatnonzero(y == 1)[:rows] if task == "classification" else np.arange(rows)
    test = whole.take(same)
    if task == "regression":
        test = Columns([*test.without(["y"]), Column("y", "number", np.ones(rows))])
    found = evaluate(perfect(whole, task), test, baselines=[Fails()])
    assert found.verdict.startswith("What this model is worth cannot be measured here, as ")
    assert "models to compare with are left out" in found.notes[0]
    assert "nan" not in str(found)
    assert not [one for one in found.suspicions if one.name == "noise"]
    assert "not measured" in str(found)


@pytest.mark.parametrize("counts", [(9, 0), (5, 4), (11, 1)])
def test_baselines_are_fitted_where_each_fold_has_two_classes(counts):
    whole = linear_case(0, 1000, "classification")
    rows = [np.flatnonzero(whole["y"].values == label)[:count] for label, count in enumerate(counts)]
    found = evaluate(perfect(whole, "classification"), whole.take(np.concatenate(rows)), baselines=[Fails()])
    assert len(found.scores) == 2
    with pytest.raises(AssertionError):
        evaluate(perfect(whole, "classification"), whole.take(np.arange(20)), baselines=[Fails()])

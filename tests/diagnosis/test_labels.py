"""The suite labelled by intervention: its generator, its repairs, and how figures become labels."""

import numpy as np
import pytest

from tests.diagnosis_cases.cases import Figures, cases, measured, store, stored
from tests.diagnosis_cases.mistakes import MISTAKES
from tests.diagnosis_cases.recipe import Recipe, prepared
from tests.diagnosis_cases.repairs import MENDS, REPAIRS, repaired


def figures(sick: float, well_made: float, **repairs: float) -> Figures:
    """Three seeds, with a standard deviation of 0.01."""

    def three(mean: float) -> tuple[float, ...]:
        return mean - 0.01, mean, mean + 0.01

    return Figures(three(sick), three(well_made), {name: three(mean) for name, mean in repairs.items()})


@pytest.mark.parametrize(
    ("found", "label", "winners"),
    [
        (figures(0.2, 0.9, rate=0.9, longer=0.88, wider=0.3), "sick", {"rate", "longer"}),
        (figures(0.9, 0.9, rate=0.91, longer=0.5), "healthy", {"rate"}),
        (figures(0.8, 0.9, rate=0.9, longer=0.8), "between", {"rate"}),
        (figures(0.1, 0.9, rate=0.12, longer=0.1), "combined", {"rate"}),
        (figures(0.0, 0.05, rate=0.02, longer=0.01), "nothing to learn", {"rate", "longer"}),
    ],
)
def test_figures_become_a_label_and_the_repairs_that_win(found, label, winners):
    assert found.label == label
    assert found.winners == winners


def test_the_spread_is_not_widened_by_one_training_that_jumps():
    near = {"a": (0.9, 0.92, 0.91), "b": (0.6, 0.58, 0.59), "c": (0.1, 0.9, 0.9)}
    calm = Figures((0.5, 0.52, 0.51), (0.9, 0.92, 0.91), near)
    assert calm.spread == pytest.approx(0.01 / np.sqrt(np.log(2)))


def test_a_gain_that_is_unsure_makes_no_healthy_network():
    unsure = Figures(
        (0.87, 0.6, 0.87), (1.0, 1.0, 1.0), {"wider": (1.0, 0.7, 1.0), "longer": (0.9, 0.6, 0.9)}
    )
    assert unsure.noise == pytest.approx(2.0 * unsure.spread * np.sqrt(2.0 / 3.0))
    assert 0.05 < np.mean(unsure.repairs["wider"]) - np.mean(unsure.sick) < unsure.noise
    assert unsure.label == "healthy"
    jumping = Figures((0.9, 0.3, 0.9), (1.0, 0.5, 0.8), {"wider": (1.0, 0.7, 1.0), "longer": (0.9, 0.3, 0.9)})
    assert 0.15 < np.mean(jumping.repairs["wider"]) - np.mean(jumping.sick) < jumping.noise
    assert jumping.label == "between"


def test_the_spread_is_the_standard_deviation_between_seeds_where_it_is_the_same_for_all_trainings():
    drawn = np.random.default_rng(0).normal(0.5, 0.03, (2001, 3))
    first, second, *rest = (tuple(scores) for scores in drawn.tolist())
    found = Figures(first, second, {str(number): scores for number, scores in enumerate(rest)})
    assert found.spread == pytest.approx(0.03, rel=0.03)


def test_a_seed_that_is_missing_is_trained_and_the_others_are_kept():
    case = next(case for case in cases("open", 1) if case.recipe.framework == "multilayer")
    whole = measured(case)
    assert whole.is_complete
    first = Figures((0.123, *whole.sick[1:2]), whole.well_made[:2], dict.fromkeys(whole.repairs, (0.5, 0.5)))
    assert not first.is_complete
    found = measured(case, first)
    assert found.sick == (0.123, *whole.sick[1:])
    assert found.repairs == {name: (0.5, 0.5, scores[2]) for name, scores in whole.repairs.items()}


def test_labels_that_are_stored_are_read_back(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.diagnosis_cases.cases._FOLDER", tmp_path / "labels")
    kept = {"a 0": figures(0.2, 0.9, rate=0.9), "b 1": figures(0.9, 0.9, rate=0.5)}
    store("open", kept)
    assert {key: one.label for key, one in stored("open").items()} == {"a 0": "sick", "b 1": "healthy"}
    assert stored("open")["a 0"].spread == pytest.approx(kept["a 0"].spread)


@pytest.mark.parametrize("half", ["open", "fresh", "scored"])
def test_stored_labels_are_of_three_seeds(half):
    found = stored(half)
    assert found
    assert all(one.is_complete for one in found.values())


def test_over_a_thousand_cases_that_a_seed_repeats():
    both = [case for half, each in (("open", 9), ("scored", 12)) for case in cases(half, each)]
    assert len(both) >= 1000
    assert len({case.key for case in both}) == len(both)
    again = [case for half, each in (("open", 9), ("scored", 12)) for case in cases(half, each)]
    assert both == again
    frameworks = {case.recipe.framework for case in both}
    assert frameworks == {"multilayer", "scikit-learn", "torch"}


def test_half_of_the_realizations_and_all_seeds_of_the_scored_half_are_its_own():
    opened, scored = list(cases("open", 9)), list(cases("scored", 12))
    assert not {case.recipe.seed for case in opened} & {case.recipe.seed for case in scored}
    hidden = {one.name for one in MISTAKES if one.hidden_half}
    assert 0.4 <= len(hidden) / len(MISTAKES) <= 0.6
    assert not hidden & {case.name for case in opened}
    assert hidden < {case.name for case in scored}


def test_a_repair_changes_one_thing_and_never_nothing():
    for case in cases("open", 2):
        for name, other in repaired(case.recipe).items():
            assert name in REPAIRS
            assert other != case.recipe
            assert (other.data, other.seed, other.framework) == (
                case.recipe.data,
                case.recipe.seed,
                case.recipe.framework,
            )


def test_every_verdict_that_names_a_cause_stands_for_repairs_that_exist():
    assert {repair for repairs in MENDS.values() for repair in repairs} <= set(REPAIRS)


def test_a_leak_is_another_samples_target_where_the_network_is_scored():
    data = prepared(Recipe("waves", 0, change="target among the inputs"))
    assert np.corrcoef(data.X[:, -1], data.y[:, 0])[0, 1] > 0.999
    assert abs(np.corrcoef(data.scored_X[:, -1], data.scored_y[:, 0])[0, 1]) < 0.2


def test_scaled_targets_are_those_of_training_standardized_and_the_others_by_the_same_numbers():
    raw = prepared(Recipe("waves", 0, change="prices", strength=1000.0))
    scaled = prepared(Recipe("waves", 0, change="prices", strength=1000.0, scale_targets=True))
    np.testing.assert_allclose(scaled.scored_y, (raw.scored_y - raw.y.mean()) / raw.y.std())


@pytest.mark.slow
def test_stored_figures_are_measured_again():
    """By our own core, whose bits do not depend on the machine's threads; instruction sets may differ in the last."""
    known = stored("open")
    chosen = [
        case for case in cases("open", 2) if case.recipe.framework == "multilayer" and case.key in known
    ][::9]
    assert chosen
    for case in chosen:
        found, before = measured(case), known[case.key]
        assert found.label == before.label
        assert np.mean(found.sick) == pytest.approx(np.mean(before.sick), abs=0.1)

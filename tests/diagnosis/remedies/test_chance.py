"""What a gain may be by chance, for so many samples."""

import numpy as np
import pytest

from multilayer.diagnosis.remedies.chance import (
    gain_by_chance,
    of_classes,
    of_classes_weighted_equally,
    of_numbers,
)
from multilayer.training.metrics import accuracy, r2

RNG = np.random.default_rng(3)
ALL = np.arange(100)


@pytest.mark.parametrize(
    ("y", "z"),
    [
        (RNG.integers(0, 3, 100), RNG.random((100, 3))),
        (np.eye(3)[RNG.integers(0, 3, 100)], RNG.random((100, 3))),
        (RNG.integers(0, 2, (100, 1)), RNG.random((100, 1))),
    ],
)
def test_shares_of_classes_add_up_to_the_accuracy(y, z):
    assert of_classes(y, z).sum() == pytest.approx(accuracy(y, z, None))


def test_shares_of_classes_that_weigh_the_same_add_up_to_their_mean_accuracy():
    y, z = np.repeat([0, 2], [90, 10]), RNG.random((100, 3))
    right = z.argmax(axis=1) == y
    assert of_classes_weighted_equally(y, z).sum() == pytest.approx(
        (right[:90].mean() + right[90:].mean()) / 2
    )


def test_shares_of_numbers_add_up_to_what_r2_is_below_1():
    y = RNG.standard_normal((100, 2))
    z = y + RNG.standard_normal((100, 2))
    assert of_numbers(y, z).sum() == pytest.approx(r2(y, z, None) - 1.0)


def test_of_classes_it_is_mcnemars_test():
    """The difference in right answers over the root of the number that one of the two alone gets right."""
    y, before, after = RNG.integers(0, 2, 100), RNG.random((100, 2)), RNG.random((100, 2))
    one, other = of_classes(y, before), of_classes(y, after)
    alone = np.count_nonzero(one != other)
    assert gain_by_chance([ALL], [one], [other]) == pytest.approx(1.5 * np.sqrt(alone) / 100)


def test_the_same_samples_with_other_seeds_are_no_more_samples():
    one, other = RNG.random(100), RNG.random(100)
    once = gain_by_chance([ALL], [one], [other])
    assert gain_by_chance([ALL] * 5, [one] * 5, [other] * 5) == pytest.approx(once)
    halves = [ALL[:50], ALL[50:]]
    assert gain_by_chance(halves, [one[:50], one[50:]], [other[:50], other[50:]]) == pytest.approx(once / 2)


def test_a_training_that_breaks_off_is_not_chance():
    assert gain_by_chance([ALL], [np.full(100, np.nan)], [np.ones(100)]) == 0.0
    assert gain_by_chance([ALL], [np.full(100, -np.inf)], [np.ones(100)]) == 0.0


def test_one_gain_in_fifteen_is_larger_where_nothing_has_changed():
    flips = RNG.choice([-1.0, 0.0, 1.0], (4000, 100)) / 100
    gains = flips.sum(axis=1)
    larger = [
        gain > gain_by_chance([ALL], [0 * flip], [flip]) for gain, flip in zip(gains, flips, strict=True)
    ]
    assert np.mean(larger) == pytest.approx(1 / 15, abs=0.015)

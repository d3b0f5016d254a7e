"""A member of a bag: what it learns, and that its numbers are those of the network that is returned."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from multilayer import MLP
from multilayer._base.errors import InputError
from multilayer.tables import Recipe
from multilayer.tables.folds import ArrayFold
from multilayer.tables.member import _start, train_member
from multilayer.tables.recipe import Plan
from multilayer.training import Epoch

TINY = Recipe(hidden=(16, 12), epochs=15, batch_size=32)
RNG = np.random.default_rng(0)
X = RNG.standard_normal((200, 3)).astype(np.float32)
CLASSES = (X[:, 0] > 0).astype(np.int64) + (X[:, 1] > 0.5)
NUMBERS = X[:, 0] * X[:, 1]
HELD_OUT = np.arange(200) % 4 == 1


def log_loss(
    y: NDArray[np.int64], p: NDArray[np.float32], weights: NDArray[np.float64] | None = None
) -> float:
    return float(np.average(-np.log(p[np.arange(len(y)), y].astype(np.float64)), weights=weights))


def least_log_loss(
    y: NDArray[np.int64], p: NDArray[np.float32], weights: NDArray[np.float64] | None = None
) -> float:
    """The least that a temperature of 1 or more leaves."""

    def loss(log_inverse: float) -> float:
        powers = p.astype(np.float64) ** np.exp(log_inverse)
        return log_loss(y, powers / powers.sum(axis=1, keepdims=True), weights)

    return float(minimize_scalar(loss, bounds=(-7.0, 0.0), method="bounded").fun)


def test_the_score_is_the_loss_of_the_returned_network_on_the_rows_held_out() -> None:
    recipe = replace(TINY, calibrated=False)
    member = train_member(ArrayFold(X, CLASSES, None, HELD_OUT), 3, recipe, np.random.default_rng(1))
    assert member is not None
    p = member.network(X[HELD_OUT])
    assert member.score == pytest.approx(log_loss(CLASSES[HELD_OUT], p), rel=1e-4)
    assert member.score < 0.6 < log_loss(CLASSES[HELD_OUT], np.full((50, 3), 1 / 3))
    assert member.score == min(member.scores)
    assert len(member.scores) == 15


def test_the_best_epoch_is_the_best_one_with_a_temperature() -> None:
    noisy = np.where(RNG.random(200) < 0.3, 2 - CLASSES, CLASSES)  # logits that grow become too sure
    recipe = replace(TINY, epochs=60)
    losses, calibrated = list[float](), list[float]()

    def look(event: object) -> None:
        if isinstance(event, Epoch):
            p = event.network(X[HELD_OUT])
            losses.append(log_loss(noisy[HELD_OUT], p))
            calibrated.append(least_log_loss(noisy[HELD_OUT], p))

    member = train_member(
        ArrayFold(X, noisy, None, HELD_OUT), 3, recipe, np.random.default_rng(1), callback=look
    )
    assert member is not None
    np.testing.assert_allclose(member.scores, calibrated, rtol=1e-4)
    assert member.best_epoch - 1 == int(np.argmin(calibrated)) != int(np.argmin(losses))
    assert member.score == pytest.approx(
        least_log_loss(noisy[HELD_OUT], member.network(X[HELD_OUT])), rel=1e-4
    )


def test_outputs_are_the_logits_of_the_rows_held_out() -> None:
    member = train_member(ArrayFold(X, CLASSES, None, HELD_OUT), 3, TINY, np.random.default_rng(1))
    assert member is not None
    powers = np.exp(member.outputs.astype(np.float64))
    np.testing.assert_allclose(
        powers / powers.sum(axis=1, keepdims=True), member.network(X[HELD_OUT]), rtol=1e-5
    )


def test_numbers_are_learned_by_squared_error() -> None:
    recipe = replace(TINY, epochs=60)
    member = train_member(ArrayFold(X, NUMBERS, None, HELD_OUT), None, recipe, np.random.default_rng(1))
    assert member is not None
    error = member.network(X[HELD_OUT])[:, 0] - NUMBERS[HELD_OUT]
    assert np.mean(error**2) < 0.3 * NUMBERS.var()
    np.testing.assert_array_equal(member.outputs, member.network(X[HELD_OUT]))


def test_weights_count_in_the_score() -> None:
    weights = np.linspace(0.1, 3.0, 200)
    member = train_member(ArrayFold(X, CLASSES, weights, HELD_OUT), 3, TINY, np.random.default_rng(1))
    assert member is not None
    p = member.network(X[HELD_OUT])
    assert member.score == pytest.approx(least_log_loss(CLASSES[HELD_OUT], p, weights[HELD_OUT]), rel=1e-4)
    assert member.score != pytest.approx(least_log_loss(CLASSES[HELD_OUT], p), rel=1e-3)


def test_the_rows_held_out_are_not_learned_from() -> None:
    other = np.where(HELD_OUT, 2 - CLASSES, CLASSES)
    rngs = [np.random.default_rng(1), np.random.default_rng(1)]
    one, two = (
        train_member(ArrayFold(X, y, None, HELD_OUT), 3, TINY, rng, plan=Plan(1, 32))
        for y, rng in zip((CLASSES, other), rngs, strict=True)
    )
    assert one is not None
    assert two is not None
    assert one.network == two.network
    assert one.scores != two.scores


def test_first_weights_suit_the_rows() -> None:
    x = (X * [1.0, 5.0, 0.0] + [0.0, 100.0, 3.0]).astype(np.float32)  # the last input is constant
    start = _start(x, 3, Recipe(hidden=(30, 20)), np.random.default_rng(2))
    for layer in start.layers[:-1]:
        sums = x.astype(np.float64) @ layer.W
        np.testing.assert_allclose(sums.std(axis=0), 1.0, rtol=1e-3)
        # A convex mixture of sums: each unit bends among the rows.
        bend = -layer.b
        assert np.all(sums.min(axis=0) - 1e-3 <= bend)
        assert np.all(bend <= sums.max(axis=0) + 1e-3)
        x = MLP([layer])(x)
    assert not start.layers[-1].W.any()


def test_a_callback_ends_training() -> None:
    def third(event: object) -> bool:
        return isinstance(event, Epoch) and event.epoch == 3

    member = train_member(
        ArrayFold(X, CLASSES, None, HELD_OUT), 3, TINY, np.random.default_rng(1), callback=third
    )
    assert member is not None
    assert len(member.scores) == 3


def test_nothing_is_returned_without_an_epoch() -> None:
    many = np.tile(X, (20, 1))
    member = train_member(
        ArrayFold(many, np.tile(CLASSES, 20), None, np.tile(HELD_OUT, 20)),
        3,
        replace(TINY, batch_size=8),
        np.random.default_rng(1),
        callback=lambda event: True,
    )
    assert member is None


@pytest.mark.parametrize(
    ("rows", "epochs", "batch"),
    [
        (1, 96, 256),
        (87_381, 96, 256),
        (87_382, 95, 256),
        (262_144, 32, 256),
        (262_145, 31, 512),
        (10**8, 4, 131_072),
    ],
)
def test_large_tables_have_fewer_epochs_and_larger_batches(rows: int, epochs: int, batch: int) -> None:
    assert Recipe().plan(rows) == Plan(epochs, batch)


def test_a_recipe_is_checked() -> None:
    with pytest.raises(InputError, match="hidden"):
        Recipe(hidden=())
    with pytest.raises(InputError, match="selu"):
        Recipe(activation_of_classes="selo")
    with pytest.raises(InputError, match="bins_of_numbers"):
        Recipe(bins_of_numbers=-1)

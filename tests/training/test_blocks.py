"""Blocks of rows: the bits of the same order in memory, the split by a hash, and mid-epoch resumption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer import InputError, backend, fit, initialize, train
from multilayer.losses import get as loss_of
from multilayer.optimizers import LBFGS, Adam, CosineLog
from multilayer.training import Checkpoint, Epoch, Step, Trained
from multilayer.training.blocks import Blocks, ShuffledBlocks, Sides
from tests.training.block_data import MadeBlocks, made_blocks, network, rows_in_order

LOSS = "categorical_cross_entropy"
ROOM = 40
"""Rows of a buffer in these tests."""


@pytest.fixture(autouse=True)
def _small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multilayer.training.blocks.BUFFER", ROOM * 5 * 4)


def bits(trained: Trained) -> Any:
    arrays = (array.tobytes() for layer in trained.network.layers for array in (layer.W, layer.b))
    return *arrays, trained.history.loss, trained.history.validation_loss


def options(**more: Any) -> dict[str, Any]:
    return {"loss": LOSS, "optimizer": Adam(0.01), "rng": 5, "progress": False} | more


def test_no_name_of_the_blocks_is_one_that_a_lazy_frame_computes():
    # Any X is asked for these names, in an order that differs from process to process; polars warns at these five.
    assert "input_count" in vars(Blocks)
    assert not {"columns", "dtypes", "height", "schema", "width"} & set(vars(Blocks))


def orders(blocks: MadeBlocks, epochs: int) -> list[Any]:
    """The orders that a training with the seed 5 draws."""
    rng, data = np.random.default_rng(5), ShuffledBlocks.of(blocks, network(), loss_of(LOSS))
    return [data.order(None, True, rng) for _ in range(epochs)]


@pytest.mark.parametrize("block_rows", [[17, 30, 1, 64, 25, 8], [100], [3] * 50])
@pytest.mark.parametrize("size", [1, 7, 32, 1000])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_bits_are_those_of_the_same_order_in_memory(
    block_rows: list[int], size: int, weighted: bool
) -> None:
    blocks = made_blocks(block_rows, weighted=weighted)
    epochs = 1 if size == 1 else 3
    left = orders(blocks, epochs)

    def epoch() -> Any:
        rows = np.array(rows_in_order(blocks.block_rows, left.pop(0), ROOM))
        assert sorted(rows) == list(range(len(blocks.X)))
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            part = blocks.X[some].astype(np.float32), blocks.y[some]
            yield part if blocks.weights is None else (*part, blocks.weights[some])

    expected = fit(network(), epoch, **options(epochs=epochs))
    found = fit(network(), blocks, **options(epochs=epochs, batch_size=size))
    assert bits(found) == bits(expected)


def test_rows_as_they_stand_have_the_bits_of_arrays() -> None:
    blocks = made_blocks([17, 30, 1, 64], weighted=True)
    given = options(epochs=2, batch_size=24, shuffle=False, schedule=CosineLog())
    expected = fit(network(), blocks.X, blocks.y, **given, sample_weight=blocks.weights)
    assert bits(fit(network(), blocks, **given)) == bits(expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_threads_and_chunks_do_not_matter(dtype: Any) -> None:
    blocks = made_blocks([40, 23, 64, 9])
    found = []
    for threads, every in ((1, None), (2, 3), (2, 1)):
        with backend.threads(threads):
            given = options(epochs=2, batch_size=16, dropout=0.3, every=every)
            found.append(bits(fit(network(dtype), blocks, **given)))
    assert found[0] == found[1] == found[2]


def test_steps_come_at_multiples_over_all_buffers() -> None:
    blocks = made_blocks([40, 23, 64, 9])
    given = options(epochs=2, batch_size=10, every=4)
    del given["progress"]
    steps = [event.batch for event in train(network(), blocks, **given) if isinstance(event, Step)]
    assert steps == [4, 8, 12] * 2  # 136 rows are 14 batches


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 300), st.floats(0.05, 0.95), st.integers(0, 10**6))
def test_the_side_of_a_row_is_that_of_its_inputs(rows: int, fraction: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, 3)).astype(np.float32)
    sides = Sides.of(3, fraction, rng)
    found, order = sides.held_out(x), rng.permutation(rows)
    assert (sides.held_out(x[order]) == found[order]).all()
    assert (sides.held_out(x[:1]) == found[:1]).all()
    zeros = np.array([[0.0, 1.0, -0.0], [-0.0, 1.0, 0.0]], np.float32)
    assert len(set(sides.held_out(zeros).tolist())) == 1


def test_the_share_that_is_held_out_is_the_one_asked_for() -> None:
    x = np.random.default_rng(0).integers(0, 50, (40_000, 4)).astype(np.float64)
    for fraction in (0.01, 0.2, 0.5):
        share = Sides.of(4, fraction, np.random.default_rng(1)).held_out(x).mean()
        assert abs(share - fraction) < 5 * np.sqrt(fraction / len(x))


def test_validation_by_hash_has_the_bits_of_the_same_rows_in_memory() -> None:
    blocks = made_blocks([40, 23, 64, 9], weighted=True)
    out = Sides.of(5, 0.25, np.random.default_rng(5)).held_out(blocks.X.astype(np.float32))
    assert 20 < out.sum() < 60
    given = options(epochs=3, batch_size=16, shuffle=False)
    assert blocks.weights is not None
    expected = fit(
        network(),
        blocks.X[~out],
        blocks.y[~out],
        **given,
        sample_weight=blocks.weights[~out],
        validation=(blocks.X[out], blocks.y[out], blocks.weights[out]),
    )
    found = fit(network(), blocks, **given, validation=0.25)
    assert bits(found) == bits(expected)
    shuffled = fit(network(), blocks, **(given | {"shuffle": True}), validation=0.25)
    assert shuffled.memory.samples == 3 * (~out).sum()


def test_a_block_of_which_all_weights_are_0_is_one_of_the_data() -> None:
    blocks = made_blocks([40, 23, 64], weighted=True)
    assert blocks.weights is not None
    blocks.weights[40:63] = 0.0
    given = options(epochs=2, batch_size=16, shuffle=False)
    expected = fit(network(), blocks.X, blocks.y, **given, sample_weight=blocks.weights)
    assert bits(fit(network(), blocks, **given)) == bits(expected)
    blocks.weights[50] = -1.0
    with pytest.raises(InputError, match="never negative"):
        fit(network(), blocks, **given)


@pytest.mark.parametrize(
    "kinds", [(np.float32, np.float64), (np.int64, np.float64), (np.float64, np.float32)]
)
def test_targets_of_several_types_keep_their_digits(kinds: tuple[Any, Any]) -> None:
    blocks = made_blocks([30, 30])
    first, second = (np.arange(30) * kind(1) for kind in kinds)
    second = second + kinds[1](0.1)

    class Mixed(MadeBlocks):
        def read(self, block: int, x: Any) -> tuple[Any, Any]:
            return (first, second)[block], super().read(block, x)[1]

    net = initialize((5, 3, 1), rng=0, dtype=np.float64)
    given = options(loss="squared", epochs=1, shuffle=False)
    expected = fit(net, blocks.X, np.concatenate([first, second]).astype(np.float64), **given)
    mixed = Mixed(blocks.X, blocks.y, None, blocks.block_rows)
    assert bits(fit(net, mixed, **given)) == bits(expected)


@pytest.mark.parametrize("stop", [1, 5, 7, 9, 13])
def test_resumes_in_mid_epoch_with_the_same_bits(tmp_path: Path, stop: int) -> None:
    blocks = made_blocks([40, 23, 64, 9])
    given = options(epochs=2, batch_size=16, dropout=0.2, validation=0.2)
    expected = fit(network(), blocks, **given)

    def stopping(event: Step | Epoch) -> bool:
        return isinstance(event, Step) and event.steps == stop

    path = tmp_path / "checkpoint"
    first = fit(network(), blocks, **given, checkpoint=path, every=1, callbacks=stopping)
    assert first.stopped == "callback"
    assert bits(fit(network(), blocks, **given, checkpoint=path)) == bits(expected)


def test_saves_within_an_epoch(tmp_path: Path) -> None:
    blocks = made_blocks([40, 23, 64, 9])
    given = options(epochs=2, batch_size=16)
    path = tmp_path / "checkpoint"

    class KilledError(Exception):
        pass

    def killed(event: Step | Epoch) -> None:
        if isinstance(event, Step) and event.steps == 8:
            raise KilledError

    with pytest.raises(KilledError):
        fit(network(), blocks, **given, checkpoint=Checkpoint(path, batches=3), every=1, callbacks=killed)
    again: list[int] = []
    found = fit(
        network(),
        blocks,
        **given,
        checkpoint=path,
        every=1,
        callbacks=lambda event: again.append(event.steps),
    )
    assert again[0] == 7  # after the six steps that were saved
    assert bits(found) == bits(fit(network(), blocks, **given))


def test_a_checkpoint_of_other_blocks_is_refused(tmp_path: Path) -> None:
    given = options(epochs=1, batch_size=16, checkpoint=tmp_path / "checkpoint")
    fit(network(), made_blocks([40, 23]), **given)
    with pytest.raises(InputError, match="another training"):
        fit(network(), made_blocks([23, 40]), **given)


def test_progress_is_in_rows(capsys: pytest.CaptureFixture[str]) -> None:
    fit(network(), made_blocks([40, 23, 64, 9]), **options(epochs=2, batch_size=4, progress=True))
    assert "272/272" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": [1, 2]}, "bring their own y"),
        ({"sample_weight": [1.0]}, "bring their own y"),
        ({"optimizer": LBFGS()}, "all the data at once"),
        ({"validation": 0.000001}, "leaves no rows on one side"),
        ({"metrics": ["accuracy"]}, "metrics of batches"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit(network(), made_blocks([20, 20]), **options(**change))


def test_too_many_rows_to_hold_out_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multilayer.training.data._MOST_HELD_OUT", 100)
    with pytest.raises(InputError, match="give a smaller fraction"):
        fit(network(), made_blocks([20, 20]), **options(validation=0.5))


def test_blocks_of_another_width_are_refused() -> None:
    blocks = made_blocks([20]).select_inputs(("a", "c"))
    with pytest.raises(InputError, match="the blocks have 2 inputs; this network takes 5"):
        fit(network(), blocks, **options())

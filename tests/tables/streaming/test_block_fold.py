"""Members trained on blocks: the bits of the same order in memory, and rows that are held out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import fit, initialize
from multilayer.losses import get as get_loss
from multilayer.optimizers import Adam
from multilayer.tables import EncoderSettings, read_table
from multilayer.tables.streaming.block_fold import BlockFold
from multilayer.tables.streaming.places import Places
from multilayer.training import TrainConfig, Trained
from multilayer.training.blocks import ShuffledBlocks
from tests.tables.streaming.data import ROWS, table, without, written
from tests.tables.streaming.test_survey import surveyed
from tests.training.block_data import rows_in_order

ROOM = 500
"""Rows of a buffer in these tests."""


def bits(trained: Trained) -> Any:
    arrays = (array.tobytes() for layer in trained.network.layers for array in (layer.W, layer.b))
    return *arrays, trained.history.loss, trained.history.validation_loss


@pytest.mark.parametrize("target", ["kind", "amount"])
@pytest.mark.parametrize("size", [32, 1000])
def test_the_bits_are_those_of_the_same_order_in_memory(
    tmp_path: Path, target: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(without(table(), "amount" if target == "kind" else "kind"), tmp_path / "t")
    found = surveyed(folder, target)
    encoder = found.encoder(EncoderSettings(bins=3))
    monkeypatch.setattr("multilayer.training.blocks.BUFFER", ROOM * len(encoder.schema) * 8)
    whole = read_table(folder).columns
    x, y = encoder(whole), found.target.encode(whole[target])
    fold = found.folds(encoder, 2, np.random.default_rng(0))[1]
    assert isinstance(fold, BlockFold)
    used = found.places.members_of(0, ROWS) != 1
    loss, last, units = (
        ("squared", "identity", 1) if target == "amount" else ("categorical_cross_entropy", "softmax", 2)
    )
    network = initialize((encoder.width, 8, units), "tanh", last, rng=1)
    options: dict[str, Any] = {"loss": loss, "optimizer": Adam(0.01), "epochs": 2}
    more = {"rng": 5, "progress": False, "validation": (x[~used], y[~used])}
    rng, data = np.random.default_rng(5), ShuffledBlocks.of(fold.blocks, network, get_loss(loss))
    orders = [data.order(None, True, rng) for _ in range(2)]
    x_used, y_used = x[used], y[used]

    def epoch() -> Any:
        rows = np.array(rows_in_order(fold.blocks.block_rows, orders.pop(0), ROOM))
        assert sorted(rows) == list(range(len(y_used)))
        for start in range(0, len(rows), size):
            yield x_used[rows[start : start + size]], y_used[rows[start : start + size]]

    expected = fit(network, epoch, **options, **more)
    assert bits(fit(network, fold.blocks, **options, **more, batch_size=size)) == bits(expected)
    config = TrainConfig(**options, batch_size=size)
    assert bits(fold.training(network, config=config, rng=np.random.default_rng(5)).run()) == bits(expected)


_ENDS = {"amount": ("squared", "identity", 1), "kind": ("categorical_cross_entropy", "softmax", 2)}


def test_a_fold_has_each_row_once(tmp_path: Path) -> None:
    folder = written(without(table(), "amount"), tmp_path / "t")
    found = surveyed(folder, "kind", members=3)
    encoder = found.encoder(EncoderSettings())
    whole = read_table(folder).columns
    x, y = encoder(whole), found.target.encode(whole["kind"])
    members = found.places.members_of(0, ROWS)
    for number, fold in enumerate(found.folds(encoder, 3, np.random.default_rng(0))):
        assert isinstance(fold, BlockFold)
        held_out = members == number
        assert fold.rows == np.count_nonzero(~held_out)
        np.testing.assert_array_equal(np.concatenate(list(fold.held_out_x())), x[held_out])
        np.testing.assert_array_equal(fold.held_out_y, y[held_out])
        some = {row.tobytes() for row in fold.some(100, np.random.default_rng(number))}
        assert some <= {row.tobytes() for row in x[~held_out]}
        part = fold.part(50)
        assert (part.rows, len(part.held_out_y)) == (50, 50 * np.count_nonzero(held_out) // fold.rows)


def test_dates_of_any_year_keep_their_bits(tmp_path: Path) -> None:
    folder = written(table().select(["when", "kind", "x"]), tmp_path / "t")
    found = surveyed(folder, "kind")
    encoder = found.encoder(EncoderSettings())
    whole = read_table(folder).columns
    assert np.abs(whole["when"].values.astype(np.int64)).max() > 2**53
    held_out = found.places.members_of(0, ROWS) == 0
    fold = found.folds(encoder, 2, np.random.default_rng(0))[0]
    np.testing.assert_array_equal(np.concatenate(list(fold.held_out_x())), encoder(whole.take(held_out)))


@given(st.integers(0, 2**64 - 1), st.integers(1, 12), st.integers(0, 2**40), st.integers(1, 300))
def test_the_member_of_a_row_depends_on_its_place_alone(
    key: int, members: int, start: int, count: int
) -> None:
    places = Places.of(10**6, members, key)
    found = places.members_of(start, count)
    assert ((found >= -1) & (found < members)).all()
    pieces = [places.members_of(start + place, 1)[0] for place in range(0, count, 7)]
    assert found[::7].tolist() == pieces


@pytest.mark.parametrize(("rows", "members", "most", "share"), [
    (1000, 1, 2**16, 0.2), (1000, 8, 2**16, 0.125), (10**8, 8, 2**16, 2**16 / 10**8), (10**6, 2, 500, 5e-4)
])  # fmt: skip
def test_a_share_of_the_rows_is_held_out(rows: int, members: int, most: int, share: float) -> None:
    places = Places.of(rows, members, 7, most)
    assert places.share == pytest.approx(share)
    found = np.bincount(places.members_of(0, min(rows, 10**6)) + 1, minlength=members + 1)[1:]
    expected = share * min(rows, 10**6)
    assert np.abs(found - expected).max() < 5 * np.sqrt(expected) + 1

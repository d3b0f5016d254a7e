"""Encoded rows that are made where a batch needs them: the bits of the whole encoded table, and of its training."""

from typing import Any

import numpy as np
import pytest

from multilayer import backend, initialize
from multilayer.optimizers import Adam
from multilayer.tables import Columns, Encoder, EncoderSettings, Recipe, fit_table
from multilayer.tables.encoded import EncodedRows
from multilayer.training import EarlyStopping, train
from tests.tables.test_encoder import table
from tests.tables.test_fitting import TINY, people, without

ROWS = 300
SETTINGS = (
    EncoderSettings(),
    EncoderSettings(bins=6, missing_categories=True),
    EncoderSettings(bins=3, normal=True, scale_categories=False, ordinal={"job": ["cook", "pilot", "clerk"]}),
)


def made(settings: EncoderSettings) -> tuple[EncodedRows, np.ndarray[Any, Any]]:
    columns = table(ROWS)
    encoder = Encoder.fit(columns, settings)
    return EncodedRows(encoder, columns), encoder(columns)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(
    "rows", [slice(0, 0), slice(7, 8), slice(3, 200), np.array([299, 0, 5, 5]), np.arange(ROWS)[::-1]]
)
def test_rows_have_the_bits_of_the_whole_table(settings: EncoderSettings, rows: Any) -> None:
    some, whole = made(settings)
    assert some.shape == whole.shape
    assert some[rows].tobytes() == whole[rows].tobytes()
    x = np.full_like(whole[rows], np.nan)  # each number is written, whatever stood there
    some.write(rows, x)
    assert x.tobytes() == whole[rows].tobytes()


def test_columns_are_found_by_name_in_any_order() -> None:
    columns = table(ROWS)
    encoder = Encoder.fit(columns)
    turned = EncodedRows(encoder, Columns(reversed(list(columns))))
    assert turned[:].tobytes() == encoder(columns).tobytes()


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
@pytest.mark.parametrize("threads", [1, 2])
def test_training_has_the_same_bits(size: int, threads: int) -> None:
    some, whole = made(SETTINGS[1])
    y = np.random.default_rng(1).integers(0, 3, ROWS)
    weights = np.random.default_rng(2).random(ROWS)
    held_out = np.arange(ROWS) % 5 == 0
    network = initialize((whole.shape[1], 8, 3), "tanh", "softmax", rng=0)

    def trained(x: Any) -> Any:
        found = train(
            network,
            x,
            y,
            loss="categorical_cross_entropy",
            optimizer=Adam(),
            epochs=1 if size == 1 else 3,
            batch_size=size,
            dropout=0.2,
            sample_weight=weights,
            validation=held_out,
            stopping=EarlyStopping(patience=5),
            metrics=["accuracy"],
            every=2,
            rng=3,
        ).run()
        return (
            *(array.tobytes() for layer in found.network.layers for array in (layer.W, layer.b)),
            found.history.loss,
            found.history.validation_loss,
            found.history.metrics,
        )

    with backend.threads(threads):
        assert trained(some) == trained(whole)


@pytest.mark.parametrize("target", ["level", "pay"])
def test_a_bag_has_the_same_bits(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = without(people(), "pay" if target == "level" else "level")
    recipe = Recipe(hidden=(24, 16), epochs=4, batch_size=64, bins_of_classes=4, bins_of_numbers=4)
    before = fit_table(given, target, members=2, recipe=recipe)
    monkeypatch.setattr("multilayer.tables.encoded._AT_ONCE", 0)
    after = fit_table(given, target, members=2, recipe=recipe)
    new = without(people(1), target)
    assert before(new).tobytes() == after(new).tobytes()
    assert before.record["members"][0].keys() == after.record["members"][0].keys()
    limited = fit_table(given, target, members=2, recipe=TINY, time_limit=5.0)
    assert limited(new).shape == before(new).shape

"""Write a file of every format, as this version writes it, for the test that later versions read them all.

    python -m tools.format_fixtures

It writes tests/exchange/fixtures/VERSION. A folder of a released version stays as it is: it is never written again.
"""

from __future__ import annotations

import json
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from multilayer import MLP, Dense, activations, fit
from multilayer.exchange import FORMATS, write
from multilayer.exchange.source import SOURCES
from multilayer.tables import Column, Columns, ColumnSchema, Encoder, Model, Target
from multilayer.tables.calibration import Calibration
from multilayer.tables.encoder import ColumnEncoder
from multilayer.tables.transforms import Binned, Indicator, OneHot, Scaled, TwoValues
from multilayer.training.checkpoint import read as read_checkpoint

FOLDER = Path("tests/exchange/fixtures")


def grid(shape: tuple[int, ...], step: float) -> np.ndarray:
    """Return numbers that are exact in binary, no two alike in a small array."""
    return (((np.arange(np.prod(shape)) * 37 + 11) % 64 - 31.5) * step).reshape(shape).astype(np.float32)


def network() -> MLP:
    """Return the network of all fixtures."""
    layers = [
        Dense(grid((2, 3), 1 / 32), grid((3,), 1 / 64), activations.LeakyReLU(0.25)),
        Dense(grid((3, 4), 1 / 64), grid((4,), 1 / 32), "tanh"),
        Dense(grid((4, 2), 1 / 16), grid((2,), 1 / 128), "softmax"),
    ]
    return MLP(layers, classes=["no", "yes"], inputs=["x1", "x2"])


def table() -> Columns:
    """Return the table of the model."""
    numbers = np.array([0.5, -2.0, np.nan, 7.25, 1.0, 0.0])
    return Columns(
        [
            Column("size", "number", numbers),
            Column("kind", "category", np.array([0, 1, 2, -1, 1, 0], np.int32), ("a", "b", "c")),
            Column("two", "category", np.array([1, 0, -1, 1, 0, 0], np.int32), ("no", "yes")),
        ]
    )


def model() -> Model:
    """Return the model of a table of all fixtures."""
    encoder = Encoder(
        (
            ColumnEncoder(
                ColumnSchema("size", "number"),
                (Scaled(0.5, 0.75), Binned(np.array([-1.0, 0.0, 2.0]), 0.25), Indicator()),
            ),
            ColumnEncoder(
                ColumnSchema("kind", "category", ("a", "b")), (OneHot(np.zeros(3), np.ones(3), True),)
            ),
            ColumnEncoder(ColumnSchema("two", "category", ("no", "yes")), (TwoValues(),)),
        )
    )
    nets = []
    for step in (1 / 64, 1 / 32):
        first, last = (
            Dense(grid((n, m), step), grid((m,), step), h) for n, m, h in ((8, 3, "relu"), (3, 2, "softmax"))
        )
        nets.append(MLP([first, last]))
    return Model(encoder, tuple(nets), Target("y", "classification", ("no", "yes")), Calibration(1.5, 40))


def main() -> None:
    """Write the folder of this version."""
    folder = FOLDER / version("multilayer")
    folder.mkdir(parents=True, exist_ok=True)
    for one in FORMATS:
        if one.read is not None and one.write is not None and one.name not in SOURCES:
            write(network(), folder / f"network{one.suffixes[0]}")
    with zipfile.ZipFile(folder / "network.keras") as archive:
        (folder / "network.weights.h5").write_bytes(archive.read("model.weights.h5"))
    model().save(folder / "model.safetensors")
    path = folder / "training.checkpoint"
    x = grid((12, 2), 1 / 16)
    fit(network(), x, ["no", "yes"] * 6, loss="categorical_cross_entropy", epochs=3, rng=0, checkpoint=path)
    path.with_name(f"{path.name}.previous").unlink()
    values = {
        "network": network()(x).ravel().tolist(),
        "model": model()(table()).ravel().tolist(),
        "checkpoint": [array.ravel().tolist() for array in read_checkpoint(path)[1].parameters],
    }
    (folder / "values.json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()

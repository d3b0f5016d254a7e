"""Keras itself, where it is installed: the other side of a proof. The only importer of keras."""

from __future__ import annotations

import os
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.exchange.imported import Runner

__all__ = ["program"]

_BACKENDS = ("tensorflow", "jax", "torch")


def program(path: Path) -> tuple[Runner, str] | None:
    """Return what predicts with a `.keras` file, and its name; None without Keras and one of its backends."""
    backend = next((name for name in _BACKENDS if find_spec(name) is not None), None)
    if find_spec("keras") is None or backend is None:
        return None
    os.environ.setdefault("KERAS_BACKEND", backend)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jax has no float64 unless asked
        return _loaded(path)


def _loaded(path: Path) -> tuple[Runner, str] | None:
    try:
        import keras

        model = keras.saving.load_model(path, compile=False)
    except Exception:  # noqa: BLE001  (a version or a backend that does not fit: there is nothing to compare with)
        return None

    def predict(x: NDArray[Any]) -> NDArray[Any]:
        shaped = x.reshape(-1, *model.input_shape[1:])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch, when NumPy asks it for an array
            found = keras.ops.convert_to_numpy(model(shaped, training=False))
        return np.asarray(found).reshape(len(x), -1)

    if model.layers[-1].compute_dtype == "float64" and keras.backend.backend() != "tensorflow":
        return None  # jax and torch round to float32 on the way
    return predict, f"Keras {keras.__version__}"

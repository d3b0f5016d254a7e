"""What the tests of source share: inputs at the ends of what numbers can be, networks, and a C compiler."""

from __future__ import annotations

import ctypes
import subprocess
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from multilayer import MLP, Dense, activations
from multilayer.activations.table import catalogue

# Parameters that take the other branches: ordinary ones, and such that float32 cannot hold.
OTHERS = (
    activations.LeakyReLU(0.0),
    activations.LeakyReLU(-0.3),
    activations.PReLU(0.1),
    activations.ThresholdedReLU(0.1),
    activations.CELU(0.3),
    activations.CELU(1e-12),
    activations.CELU(1e300),
    activations.ELU(0.3),
    activations.ELU(1e-20),
    activations.SiLU(1.702),
    activations.SiLU(1e12),
    activations.Softplus(2.3),
    activations.Softplus(1e-12),
    activations.Softplus(1e20),
    activations.Squareplus(0.1),
    activations.Squareplus(1e14),
    activations.HardSigmoid(0.2, 0.5),
    activations.HardSigmoid(1e-12, 0.5),
    activations.HardSigmoid(0.2, 1e6),
    activations.HardTanh(-0.1, 0.7),
    activations.HardShrink(0.1),
    activations.SoftShrink(0.1),
)
ACTIVATIONS = (*catalogue, *OTHERS)
TYPES = {"f32": np.float32, "f64": np.float64}
_numbers = count()
GCC = ("gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")


def inputs(dtype: Any, n: int) -> np.ndarray:
    """Return 5 n numbers, n of any bits and the others of usual sizes, and every special one."""
    random = np.random.default_rng(18)
    bits = np.uint32 if dtype == np.float32 else np.uint64
    limits = np.finfo(dtype)
    ends = [0.0, np.inf, np.nan, limits.tiny, limits.smallest_subnormal, limits.max]
    any_bits = random.integers(0, np.iinfo(bits).max, n, dtype=bits, endpoint=True).view(dtype)
    usual = [random.normal(0, scale, n).astype(dtype) for scale in (1e-5, 1.0, 30.0)]
    wide = random.uniform(-800, 800, n).astype(dtype)
    special = np.array([*ends, *np.negative(ends)]).astype(dtype)
    return np.concatenate([any_bits, *usual, wide, special])


def same_bits(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where two arrays hold the same bits, all nan being one."""
    bits = np.uint32 if one.dtype == np.float32 else np.uint64
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    one, other = np.ascontiguousarray(one), np.ascontiguousarray(other)
    return (one.view(bits) == other.view(bits)) | (np.isnan(one) & np.isnan(other))


def network(dtype: Any, *layers: tuple[int, Any], inputs: int = 3, seed: int = 0, **names: Any) -> MLP:
    """Return a network with random weights and layers of (units, activation)."""
    random = np.random.default_rng(seed)
    made = []
    for units, activation in layers:
        W = random.normal(0, 1, (inputs, units)).astype(dtype)
        made.append(Dense(W, random.normal(0, 0.5, units).astype(dtype), activation))
        inputs = units
    return MLP(made, **names)


def rows(net: MLP, n: int) -> np.ndarray:
    """Return rows of usual numbers, and of any numbers."""
    width = net.widths[0]
    random = np.random.default_rng(3)
    usual = random.normal(0, 2, (n, width)).astype(net.dtype)
    any_numbers = random.choice(inputs(net.dtype, 1000), (n, width))
    return np.concatenate([usual, any_numbers])


def compiled(sources: dict[str, str], folder: Path, *options: str, compiler: tuple[str, ...] = GCC) -> Path:
    """Return the program or library that a compiler makes of source files."""
    for name, text in sources.items():
        (folder / name).write_text(text)
    made = folder / f"made{next(_numbers)}"  # a library is loaded once by its name
    files = [name for name in sources if name.endswith(".c")]
    subprocess.run([*compiler, *options, *files, "-o", str(made), "-lm"], cwd=folder, check=True)
    return made


def as_function(library: Path, name: str, net: MLP) -> Any:
    """Return the function of rows of a compiled network."""
    function = getattr(ctypes.CDLL(str(library)), f"{name}_predict_rows")

    def run(x: np.ndarray) -> np.ndarray:
        x = np.ascontiguousarray(x, net.dtype)
        y = np.empty((len(x), net.widths[-1]), net.dtype)
        function(
            x.ctypes.data_as(ctypes.c_void_p), y.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(len(x))
        )
        return y

    return run

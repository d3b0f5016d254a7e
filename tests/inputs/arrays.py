"""One matrix of small whole numbers in everything that it may come in, and what is no matrix of numbers."""

from __future__ import annotations

import array
import importlib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

X = np.random.default_rng(3).integers(0, 4, (12, 3)).astype(np.float64)
X[:, 0] = np.arange(12) % 2
"""Every real type holds these numbers; the first column holds 0 and 1."""

NAMES = ["a", "b", "c"]
KINDS = [
    f"{order}{kind}" for kind in ("i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "g") for order in "<>"
]
KINDS += ["i1", "u1"]


class Own(np.ndarray):
    """A subclass that adds nothing."""


def off_by_one(x: np.ndarray) -> np.ndarray:
    """Return an array that begins at an odd address, contiguous."""
    buffer = np.empty(x.nbytes + 1, np.uint8)
    moved = buffer[1:].view(x.dtype).reshape(x.shape)
    moved[...] = x
    return moved


def field_of_records(x: np.ndarray) -> np.ndarray:
    """Return an array whose strides are no multiple of its items' size."""
    records = np.zeros(x.shape[0], np.dtype([("flag", "i1"), ("x", x.dtype, x.shape[1])]))
    records["x"] = x
    return records["x"]


def spread(x: np.ndarray) -> np.ndarray:
    """Return every second row and column of a larger array."""
    wide = np.full((2 * x.shape[0], 2 * x.shape[1]), 77.0, x.dtype)
    wide[::2, ::2] = x
    return wide[::2, ::2]


def read_only(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x.flags.writeable = False
    return x


def masked(x: np.ndarray) -> Any:
    return np.ma.array(x, mask=np.zeros(x.shape, bool))


LAYOUTS: dict[str, Callable[[np.ndarray], Any]] = {
    "contiguous": np.copy,
    "Fortran": np.asfortranarray,
    "spread": spread,
    "backwards": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "off by one": off_by_one,
    "field of records": field_of_records,
    "read-only": read_only,
    "a subclass": lambda x: x.view(Own),
    "matrix": np.matrix,
    "masked array without masked values": masked,
}

SEQUENCES: dict[str, Callable[[np.ndarray], Any]] = {
    "lists": np.ndarray.tolist,
    "tuples": lambda x: tuple(map(tuple, x.tolist())),
    "rows": list,
    "masked rows": lambda x: list(masked(x)),
    "booleans and numbers": lambda x: [[bool(row[0]), int(row[1]), row[2]] for row in x.tolist()],
    "objects": lambda x: x.astype(object),
    "Fortran objects": lambda x: np.asfortranarray(x.astype(object)),
    "fractions": np.vectorize(Fraction, otypes=[object]),
    "decimals": np.vectorize(Decimal, otypes=[object]),
    "array.array": lambda x: [array.array("d", row) for row in x.tolist()],
    "memoryview": lambda x: memoryview(x.copy()),
}


def _pandas(x: np.ndarray) -> Any:
    return importlib.import_module("pandas").DataFrame(x, columns=NAMES)


def _polars(x: np.ndarray) -> Any:
    return importlib.import_module("polars").DataFrame(dict(zip(NAMES, x.T, strict=True)))


def _arrow(x: np.ndarray) -> Any:
    return importlib.import_module("pyarrow").table(dict(zip(NAMES, x.T, strict=True)))


def _dask(x: np.ndarray) -> Any:
    return importlib.import_module("dask.array").from_array(x, chunks=(5, 2))


def _dask_frame(x: np.ndarray) -> Any:
    return importlib.import_module("dask.dataframe").from_pandas(_pandas(x), npartitions=2)


FRAMES: dict[str, tuple[str, Callable[[np.ndarray], Any]]] = {
    "pandas": ("pandas", _pandas),
    "pandas, big-endian": ("pandas", lambda x: _pandas(x.astype(">f8"))),
    "pandas, mixed": ("pandas", lambda x: _pandas(x).astype({"a": bool, "b": "int16", "c": "float32"})),
    "pandas, Float64": ("pandas", lambda x: _pandas(x).astype("Float64")),
    "pandas, nullable": ("pandas", lambda x: _pandas(x).astype({"a": "boolean", "b": "Int8"})),
    "pandas, objects": ("pandas", lambda x: _pandas(x).astype(object)),
    "pandas, categories": ("pandas", lambda x: _pandas(x).astype({"b": "category"})),
    "pandas, sparse": ("pandas", lambda x: _pandas(x).astype("Sparse[float]")),
    "pandas, Arrow": ("pyarrow", lambda x: _pandas(x).astype({"a": "bool[pyarrow]", "c": "double[pyarrow]"})),
    "polars": ("polars", _polars),
    "polars, mixed": (
        "polars",
        lambda x: _polars(x).cast(
            {
                "a": importlib.import_module("polars").Boolean,
                "b": importlib.import_module("polars").Decimal(10, 2),
            }
        ),
    ),
    "Arrow": ("pyarrow", _arrow),
    "Dask array": ("dask.array", _dask),
    "Dask frame": ("dask.dataframe", _dask_frame),
    "xarray": ("xarray", lambda x: importlib.import_module("xarray").DataArray(x)),
    "PyTorch": ("torch", lambda x: importlib.import_module("torch").tensor(x)),
    "JAX": ("jax", lambda x: importlib.import_module("jax.numpy").asarray(x)),
}
"""The package that each needs, and what makes it."""


def by_package(table: dict[str, tuple[str, Any]]) -> list[Any]:
    """Return the names in a table to parametrize a test with; only pandas comes with the extra `test`."""
    return [
        pytest.param(name, marks=() if package == "pandas" else pytest.mark.oracle)
        for name, (package, _) in table.items()
    ]


def _with(x: np.ndarray, value: Any) -> Any:
    objects = x.astype(object)
    objects[2, 1] = value
    return objects


NO_NUMBERS: dict[str, Callable[[np.ndarray], Any]] = {
    "complex": lambda x: x.astype(complex),
    "text": lambda x: x.astype(str),
    "bytes": lambda x: x.astype("S8"),
    "dates": lambda x: x.astype("M8[s]"),
    "durations": lambda x: x.astype("m8[s]"),
    "records": lambda x: x.view([("a", "f8"), ("b", "f8"), ("c", "f8")]).ravel(),
    "void": lambda x: x.view("V8"),
    "objects with text": lambda x: _with(x, "1.5"),
    "objects with a list": lambda x: _with(x, [1.5]),
    "objects with a complex number": lambda x: _with(x, 1j),
    "masked values": lambda x: np.ma.array(x, mask=x == x[0, 1]),
    "rows with masked values": lambda x: list(np.ma.array(x, mask=x == x[0, 1])),
    "ragged lists": lambda x: [*x.tolist(), [1.0]],
    "a dictionary": lambda x: dict(zip(NAMES, x.T, strict=True)),
    "nothing": lambda x: None,
    "a generator": lambda x: (row for row in x),
}

NO_FRAMES: dict[str, tuple[str, Callable[[np.ndarray], Any]]] = {
    "pandas with text": ("pandas", lambda x: _pandas(x).assign(b="x")),
    "pandas with numbers as text": ("pandas", lambda x: _pandas(x).astype({"b": str})),
    "pandas with dates": ("pandas", lambda x: _pandas(x).astype({"b": "M8[ns]"})),
    "pandas with complex": ("pandas", lambda x: _pandas(x).astype({"b": complex})),
    "polars with text": (
        "polars",
        lambda x: _polars(x).cast({"b": importlib.import_module("polars").String}),
    ),
    "polars, lazy": ("polars", lambda x: _polars(x).lazy()),
}

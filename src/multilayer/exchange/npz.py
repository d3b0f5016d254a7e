"""NumPy's .npz: arrays as plain numbers, with the outline of the network beside them. No pickle is read."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from multilayer._base import storage
from multilayer._base.errors import InputError, located
from multilayer._base.storage import decode, shown
from multilayer._base.text import one_line, quoted
from multilayer.exchange import weights
from multilayer.exchange.archives import Archive
from multilayer.exchange.imported import Asked, Imported, Target
from multilayer.io.network_document import Outline, build, check_finite, outline_of, read_document
from multilayer.network import MLP

__all__ = ["read", "write"]

_OUTLINE, _ORIGIN = "multilayer", "origin"
_SUFFIX = ".npy"
_LONGEST_HEADER = 2000


def read(path: Path, asked: Asked) -> Imported:
    """Return the network in an archive of arrays: one that `write` made, or weights alone."""
    where = shown(path)
    archive = Archive(storage.read(path), where)
    arrays: dict[str, NDArray[Any]] = {}
    texts: dict[str, str] = {}
    for name in archive.names:
        with located(f"{where}: {quoted(name)}"):
            if not name.endswith(_SUFFIX):
                raise InputError("expected a member .npy, as NumPy writes it")
            array = _array(archive.read(name))
        stem = name.removesuffix(_SUFFIX)
        if array.dtype == np.uint8:
            texts[stem] = decode(array.tobytes(), f"{where}: {quoted(name)}")
        else:
            arrays[stem] = array
    if _OUTLINE not in texts:
        network, notes = weights.network_of(arrays, where, asked, units_first=False)
        return Imported(network, "arrays of NumPy", notes)
    outline = read_document(texts[_OUTLINE], Outline, f"{where}: {_OUTLINE}.npy")
    return Imported(
        _network(outline, arrays, where),
        "NumPy archive",
        origin={"origin": texts[_ORIGIN]} if _ORIGIN in texts else {},
    )


def write(network: MLP, target: Target) -> dict[str, bytes]:
    """Return W1, b1, W2, ... as plain arrays, and the outline as the bytes of its JSON."""
    arrays: dict[str, NDArray[Any]] = {_OUTLINE: _bytes(json.dumps(outline_of(network)))}
    if target.origin:
        arrays[_ORIGIN] = _bytes(json.dumps(target.origin))
    for number, layer in enumerate(network.layers, 1):
        arrays |= {f"W{number}": layer.W, f"b{number}": layer.b}
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return {".npz": file.getvalue()}


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


def _network(outline: Outline, arrays: dict[str, NDArray[Any]], where: str) -> MLP:
    names = [(f"W{number}", f"b{number}") for number in range(1, len(outline.layers) + 1)]
    expected = {name for pair in names for name in pair}
    for name in (*expected.difference(arrays), *set(arrays).difference(expected)):
        raise InputError(
            "{where}: the array {name} is not of the network; it has {layers} layers"
            if name in arrays
            else "{where}: the array {name} is missing; the network has {layers} layers",
            where=where,
            name=quoted(name),
            layers=len(outline.layers),
        )
    for name, array in arrays.items():
        if array.dtype.name != outline.dtype:
            raise InputError(
                "{where}: {name}: expected {dtype}, found {array_dtype}",
                where=where,
                name=name,
                dtype=outline.dtype,
                array_dtype=array.dtype,
            )
        check_finite(array, f"{where}: {name}")
    return build(outline, [(arrays[W], arrays[b]) for W, b in names], where, ())


def _array(data: bytes) -> NDArray[Any]:
    """Return the array of a .npy file, whose header is checked against its size before memory is taken."""
    file = io.BytesIO(data)
    try:
        version = npy.read_magic(file)
        readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        if version not in readers:
            raise InputError(
                "expected version 1 or 2 of the format, found {major}.{minor}",
                major=version[0],
                minor=version[1],
            )
        shape, by_columns, kind = readers[version](file, max_header_size=_LONGEST_HEADER)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001  (a forged header can fail anywhere in NumPy's parser)
        raise InputError("not a header of NumPy ({error})", error=one_line(str(error), 80)) from None
    if kind.hasobject:
        raise InputError("it holds Python objects, which are a pickle; expected numbers")
    if kind.fields is not None or kind.subdtype is not None or kind.kind not in "fiu" or kind.itemsize > 8:
        raise InputError("expected numbers, float32 or float64; found {kind}", kind=one_line(str(kind), 60))
    if not all(isinstance(size, int) and size >= 0 for size in shape) or len(shape) > 2:
        raise InputError("expected one or two axes; found the shape {shape}", shape=one_line(str(shape), 60))
    rest = len(data) - file.tell()
    if math.prod(shape) * kind.itemsize != rest:
        raise InputError(
            "expected {size} bytes for its shape, found {found}",
            size=math.prod(shape) * kind.itemsize,
            found=rest,
        )
    if not rest:
        raise InputError("it is empty; expected at least one number")
    flat = np.frombuffer(data, kind, offset=file.tell())
    array = flat.reshape(shape[::-1]).T if by_columns else flat.reshape(shape)
    native: NDArray[Any] = array.astype(kind.newbyteorder("="), order="C")
    return native

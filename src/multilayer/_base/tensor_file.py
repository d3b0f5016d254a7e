"""Reading safetensors files: every name, type and size is checked before any memory is allocated.

The safetensors library writes such files. It does not read them here: it accepts two tensors of one name, and aborts
the process when memory runs out.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from multilayer._base import storage, strict_json
from multilayer._base.errors import InputError, located
from multilayer._base.storage import AnyPath, decode, shown
from multilayer._base.text import either, one_line, quoted

__all__ = ["TensorEntry", "TensorFile", "digest_of", "load", "read"]

_LENGTH = 8
"""Bytes at the start of a file that give the length of its header."""
_LONGEST_HEADER = 100_000_000
"""The limit of the format."""
_TYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
    "I64": np.dtype("<i8"),
}
"""How the numbers of each type are stored. BF16, which NumPy has not, is the upper half of float32."""


class TensorEntry(Struct, forbid_unknown_fields=True):
    """The header's entry of a tensor; `data_offsets` counts from the end of the header."""

    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]


@dataclass(frozen=True)
class TensorFile:
    """A safetensors file: metadata, and the entries of its header."""

    metadata: dict[str, str]
    entries: dict[str, TensorEntry]
    where: str
    _room: int
    """How many bytes of numbers there are behind the header."""
    _numbers: Callable[[], bytes | memoryview]
    """Returns these; they are read once all of the header is checked."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return every tensor by name, as a new array; BF16 as float32, of which each is one.

        Raises
        ------
        InputError
            As `check` does, and when the numbers cannot be read.
        """
        self.check()
        try:
            numbers = self._numbers()
            if len(numbers) != self._room:
                raise InputError("{where}: the file was changed while it was read", where=self.where)
            return {name: _array(entry, numbers) for name, entry in self.entries.items()}
        except MemoryError:
            raise InputError(
                "{where}: there is not enough memory for {place} bytes of tensors",
                where=self.where,
                place=self._room,
            ) from None

    def check(self) -> None:
        """Refuse tensors of no known type, and those that do not fill the file one behind the other."""
        place = 0
        for name, entry in sorted(self.entries.items(), key=lambda item: item[1].data_offsets):
            begin, end = entry.data_offsets
            with located(f"{self.where}: tensor {one_line(name, 40)}"):
                size = _size(entry)
                if end - begin != size:
                    raise InputError(
                        "expected {size} bytes for the shape {shape}, found {found}",
                        size=size,
                        shape=tuple(entry.shape),
                        found=end - begin,
                    )
                if begin != place:
                    raise InputError(
                        "tensors do not fill the file: it begins at {begin}, expected {place}",
                        begin=begin,
                        place=place,
                    )
            place = end
        if place != self._room:
            raise InputError(
                "{where}: tensors do not fill the file: they take {place} bytes of {room} behind the header",
                where=self.where,
                place=place,
                room=self._room,
            )


def _array(entry: TensorEntry, numbers: bytes | memoryview) -> NDArray[Any]:
    kind = _TYPES[entry.dtype]
    found = np.frombuffer(numbers, kind, math.prod(entry.shape), entry.data_offsets[0])
    if entry.dtype == "BF16":
        found = (found.astype(np.uint32) << 16).view(np.float32)
    return found.reshape(entry.shape).astype(found.dtype.newbyteorder("="))


def load(path: AnyPath) -> TensorFile:
    """Return metadata and entries of a regular file, of which the header alone is read until its arrays are asked for.

    Raises
    ------
    InputError
        As `read` does, and when the file cannot be read.
    """
    where = shown(path)
    head, size = storage.read(path, _LENGTH), storage.size(path)
    start = _start(head, size, where)
    header = storage.read(path, start)[_LENGTH:]
    return _of_header(header, where, size - start, lambda: memoryview(storage.read(path))[start:])


def read(data: bytes, where: str) -> TensorFile:
    """Return metadata and entries of a safetensors file.

    Raises
    ------
    InputError
        When the bytes do not begin with such a header.
    """
    start = _start(data[:_LENGTH], len(data), where)
    return _of_header(data[_LENGTH:start], where, len(data) - start, lambda: memoryview(data)[start:])


def _of_header(
    content: bytes, where: str, room: int, numbers: Callable[[], bytes | memoryview]
) -> TensorFile:
    header = strict_json.parse(decode(content, f"{where}: header"), f"{where}: header")
    metadata = header.pop("__metadata__", {}) if isinstance(header, dict) else {}
    return TensorFile(
        strict_json.convert(metadata, dict[str, str], f"{where}: header: __metadata__"),
        strict_json.convert(header, dict[str, TensorEntry], f"{where}: header"),
        where,
        room,
        numbers,
    )


def _start(head: bytes, size: int, where: str) -> int:
    """Return where numbers begin in a file of this size."""
    length = int.from_bytes(head, "little")
    start = _LENGTH + length
    if length > _LONGEST_HEADER:
        raise InputError(
            "{where}: expected a safetensors file, with a header of {limit} bytes at most; found something else",
            where=where,
            limit=_LONGEST_HEADER,
        )
    if len(head) < _LENGTH:
        raise InputError(
            "{where}: the file is cut short: expected a safetensors header, found a file of {found} bytes",
            where=where,
            found=size,
        )
    if start > size:
        raise InputError(
            "{where}: the file is cut short: expected a safetensors header of {length} bytes, found a file of {found}",
            where=where,
            length=length,
            found=size,
        )
    return start


def _size(entry: TensorEntry) -> int:
    """Return the bytes that a tensor of this type and shape takes."""
    if entry.dtype not in _TYPES:
        raise InputError("expected {types}, found {dtype}", types=either(_TYPES), dtype=quoted(entry.dtype))
    if len(entry.shape) > 2 or min(entry.shape, default=1) < 1:
        raise InputError(
            "expected one or two axes, at least one of each, found the shape {shape}",
            shape=one_line(str(tuple(entry.shape[:9])), 60),
        )
    return math.prod(entry.shape) * _TYPES[entry.dtype].itemsize


def digest_of(text: str, tensors: Mapping[str, NDArray[Any]]) -> str:
    """Return a digest of all that a file holds."""
    digest = hashlib.blake2b(text.encode(), digest_size=16)
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tensors[name].shape}".encode())
        digest.update(np.ascontiguousarray(tensors[name]).data)
    return digest.hexdigest()

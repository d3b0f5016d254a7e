"""Where the bytes of a table come from: a file, a pipe or stdin, compressed or not."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer.io.formats import suffix_of
from multilayer.tables.files.arrow import arrow

__all__ = ["HEAD", "Source", "source_of"]

HEAD = 1 << 20
"""How many bytes are looked at before a file is read."""

_LONGEST_LINE = 1 << 28


@dataclass
class Source:
    """The bytes of a table, of which the first are known."""

    where: str
    suffix: str
    head: bytes
    """The first mebibyte, and more where the first line is longer."""
    path: Path | None
    """None for a pipe, whose bytes come once."""
    rest: BinaryIO | None = None
    whole: bool = True
    """Whether there is no more than the head."""
    _opened: int = field(default=0, init=False)

    @property
    def again(self) -> bool:
        """Whether it can be opened a second time."""
        return self.path is not None or self.rest is None

    def open(self) -> Any:
        """Return a stream of Arrow from the first byte on."""
        if self.path is not None:
            return arrow().input_stream(str(self.path), compression="detect")
        if self.rest is None:
            return arrow().BufferReader(self.head)
        if self._opened:
            raise InputError("a pipe can be read only once; save its table as a file")
        self._opened += 1
        return arrow().PythonFile(_Chained(self.head, self.rest), mode="r")

    def as_file(self, *, mapped: bool = False) -> Any:
        """Return what can be read at any place: a file, mapped to memory or not, or bytes."""
        if self.path is not None:
            return arrow().memory_map(str(self.path)) if mapped else arrow().OSFile(str(self.path))
        return arrow().BufferReader(self.head + (self.rest.read() if self.rest else b""))


class _Chained(io.RawIOBase):
    """Bytes that were read before, and then the others of a stream."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = io.BytesIO(head), rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._head.read(size) or self._rest.read(size)


@contextmanager
def refusing(where: str) -> Iterator[None]:
    """Turn errors of the system and of Arrow into an InputError."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(
            "{where}: there is no such file; check the name and the folder", where=where
        ) from None
    except IsADirectoryError:
        raise InputError("{where}: expected a file, found a folder; name a file in it", where=where) from None
    except OSError as error:
        raise InputError(
            "{where}: cannot be read ({strerror})",
            where=where,
            strerror=(error.strerror or str(error)).lower(),
        ) from None


def source_of(path: AnyPath, *, once: bool = False) -> Source:
    """Return the source at a path, "-" for stdin; unless it is read `once`, what a pipe holds is kept.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    where = "stdin" if path == "-" else shown(path)
    with refusing(where):
        file = None if path == "-" else Path(path)
        if file is not None and file.is_dir():
            raise IsADirectoryError
        if file is not None and (file.is_file() or not file.exists()):
            with arrow().input_stream(str(file), compression="detect") as stream:
                head, whole = _head(stream)
                return Source(where, suffix_of(file), head, file, whole=whole)
        if file is not None and not once:
            return Source(where, "", file.read_bytes(), None)
        pipe: Any = sys.stdin.buffer if file is None else file.open("rb")
        if once:
            head, whole = _head(pipe)
            return Source(where, "", head, None, pipe, whole)
        return Source(where, "", pipe.read(), None)


def _head(stream: Any) -> tuple[bytes, bool]:
    """Return the first bytes, and whether there are no others."""
    head = bytearray()
    # A table of many columns has long lines: the first two have to be here.
    while len(head) < HEAD or (head.count(b"\n") < 2 and len(head) < _LONGEST_LINE):
        piece = stream.read(HEAD - len(head) if len(head) < HEAD else HEAD)
        if not piece:
            return bytes(head), True
        head += piece
    return bytes(head), False

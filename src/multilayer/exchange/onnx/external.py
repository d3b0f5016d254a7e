"""Tensors that an ONNX file keeps in a file beside it, as PyTorch writes them.

A location is a name chosen by whoever made the file. Only a regular file in the same folder is read, no link of either
kind, and nothing beyond its end.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from multilayer._base.errors import InputError
from multilayer._base.text import one_line, quoted

__all__ = ["Sidecar"]

_NUMBER = re.compile(r"\d{1,18}")
_NO_NAME = re.compile(r'[/\\:\0<>|"?*]')


@dataclass(frozen=True)
class Sidecar:
    """The folder of an ONNX file, from which external tensors are read."""

    folder: Path | None

    def read(self, entries: Mapping[str, str], size: int) -> bytes:
        """Return the `size` bytes of a tensor.

        Raises
        ------
        InputError
            For anything but a plain file beside the ONNX file that holds all of them.
        """
        if self.folder is None:
            raise InputError("its numbers are in another file, but there is no folder to find it in")
        location = entries.get("location", "")
        if not location or location in (".", "..") or _NO_NAME.search(location):
            raise InputError(
                "its numbers are in {location}; expected the plain name of a file in the same folder",
                location=quoted(location),
            )
        offset = _number(entries, "offset", 0)
        length = _number(entries, "length", size)
        if length != size:
            raise InputError(
                "its shape takes {size} bytes, but its entry in {location} has {length}",
                size=size,
                location=quoted(location),
                length=length,
            )
        return _bytes(self.folder / location, offset, size)


def _number(entries: Mapping[str, str], name: str, default: int) -> int:
    text = entries.get(name, str(default))
    if not _NUMBER.fullmatch(text):
        raise InputError("its {name} is {text}; expected a whole number", name=name, text=quoted(text))
    return int(text)


def _bytes(path: Path, offset: int, size: int) -> bytes:
    name = quoted(path.name)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        named = path.lstat()
        if not stat.S_ISREG(named.st_mode) or named.st_nlink != 1:
            raise InputError(
                "its numbers are in {name}, which is a link, a folder or a device; expected a plain file",
                name=name,
            )
        descriptor = os.open(path, flags)
    except OSError as error:
        reason = one_line((error.strerror or str(error)).lower())
        raise InputError(
            "its numbers are in {name}, which cannot be read ({reason})", name=name, reason=reason
        ) from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if (status.st_dev, status.st_ino) != (named.st_dev, named.st_ino):
            raise InputError("its numbers are in {name}, which is replaced while it is read", name=name)
        if offset + size > status.st_size:
            raise InputError(
                "its numbers are in {name} up to byte {offset}, but that file has {st_size}",
                name=name,
                offset=offset + size,
                st_size=status.st_size,
            )
        file.seek(offset)
        data = file.read(size)
    if len(data) != size:
        raise InputError("its numbers are in {name}, which is cut short", name=name)
    return data

"""Reading and writing files: a write is atomic."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from multilayer._base.errors import InputError
from multilayer._base.temporary import replacing, second_name, temporary_file
from multilayer._base.text import one_line
from multilayer._base.translation import N_

__all__ = [
    "AnyPath",
    "check_regular",
    "check_writable",
    "decode",
    "exists",
    "keep",
    "read",
    "shown",
    "size",
    "write",
    "writing",
]

_NOT_READ = N_("{path}: cannot be read ({reason})")
_NOT_WRITTEN = N_("{path}: cannot be written ({reason})")

AnyPath = str | PathLike[str]


def shown(path: AnyPath) -> str:
    """Return the path as messages print it, in one line.

    Raises
    ------
    InputError
        When it is not a path.
    """
    if not isinstance(path, str | PathLike):
        raise InputError("a path is a text or a Path; got {path}", path=one_line(repr(path), 60))
    return one_line(os.fspath(path)) or "''"


def read(path: AnyPath, most: int = -1) -> bytes:
    """Return the content of a file, or so many bytes of its beginning.

    Raises
    ------
    InputError
        When there is no such file, or it cannot be read.
    """
    with _refusing(path, _NOT_READ):
        try:
            with Path(path).open("rb") as file:
                return file.read(most)
        except FileNotFoundError:
            raise InputError(
                "{path}: there is no such file; check the name and the folder", path=shown(path)
            ) from None
        except MemoryError:
            raise InputError(
                "{path}: cannot be read (not enough memory for its size)", path=shown(path)
            ) from None


def size(path: AnyPath) -> int:
    """Return how many bytes a regular file has.

    Raises
    ------
    InputError
        When the system refuses to answer.
    """
    with _refusing(path, _NOT_READ):
        return Path(path).stat().st_size


def exists(path: AnyPath) -> bool:
    """Return whether the path exists.

    Raises
    ------
    InputError
        When the system refuses to answer.
    """
    with _refusing(path, _NOT_READ), suppress(FileNotFoundError, NotADirectoryError):
        Path(path).stat()
        return True
    return False


def check_regular(path: AnyPath) -> None:
    """Refuse a device or a pipe, which cannot be read twice.

    Raises
    ------
    InputError
        When the path exists, but is neither a file nor a folder.
    """
    with _refusing(path, _NOT_READ):
        if Path(path).exists() and not Path(path).is_file() and not Path(path).is_dir():
            raise InputError(
                "{path}: expected a file, found a device or a pipe; name a file", path=shown(path)
            )


def decode(data: bytes, where: str) -> str:
    """Return UTF-8 bytes, with or without a byte order mark, as text.

    Raises
    ------
    InputError
        When the bytes are not UTF-8; the message names the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The position counts from behind a byte order mark, which holds no line end.
        line = error.object.count(b"\n", 0, error.start) + 1
        found = error.object[error.start]
        raise InputError(
            "{where}, line {line}: expected text in UTF-8, found the byte 0x{found:02x}; save it as UTF-8",
            where=where,
            line=line,
            found=found,
        ) from None


def check_not_read(path: AnyPath, *sources: AnyPath) -> None:
    """Refuse to write a file that is read: it would be lost.

    Raises
    ------
    InputError
        When the file is one of the sources, by whatever name.
    """
    if any(_are_same(path, source) for source in sources):
        raise InputError(
            "{file}: it is read here, too, and would be lost; name another file", file=shown(path)
        )


def _are_same(one: AnyPath, other: AnyPath) -> bool:
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):  # there is no such file
        return False


def check_writable(path: AnyPath) -> None:
    """Fail early where `write` could not succeed later: try to create a file beside the target.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    with _refusing(path, _NOT_WRITTEN):
        target = Path(os.path.realpath(path))
        if not target.exists() or target.is_file():
            with temporary_file(target):
                pass
        elif target.is_dir():
            raise IsADirectoryError


def write(path: AnyPath, data: bytes, *, overwrite: bool = True) -> None:
    """Write a file atomically: it then holds either all of `data` or its previous content.

    The bytes go to a temporary file beside the target, are flushed to the disk, and the file is renamed in one step.
    With several processes at once the content is that of one of them. Links are followed, and the permissions of an
    existing file are kept. A device or a pipe, which has no previous content, is written to directly.

    Raises
    ------
    InputError
        When the file exists and `overwrite` is False, or it cannot be written. No temporary file remains.
    """
    with writing(path, overwrite=overwrite) as file:
        file.write(data)


@contextmanager
def writing(path: AnyPath, *, overwrite: bool = True) -> Iterator[BinaryIO]:
    """Open a file to write it in pieces, atomically as by `write`: an error within leaves what was there.

    Raises
    ------
    InputError
        As `write` does.
    """
    with _refusing(path, _NOT_WRITTEN):
        target = Path(os.path.realpath(path))
        before: os.stat_result | None = None
        with suppress(FileNotFoundError):
            before = target.stat()
        if before is not None and stat.S_ISDIR(before.st_mode):
            raise IsADirectoryError
        if before is not None and not overwrite:
            raise FileExistsError
        if before is not None and not stat.S_ISREG(before.st_mode):
            with target.open("wb") as file:
                yield file
        else:
            with replacing(target, before, overwrite=overwrite) as file:
                yield file


def keep(path: AnyPath, name: AnyPath) -> None:
    """Keep the file at `path`, if there is one, under a second name, so that `path` can be replaced.

    Raises
    ------
    InputError
        When the second name cannot be created.
    """
    with _refusing(name, _NOT_WRITTEN):
        target, kept = Path(os.path.realpath(path)), Path(name)
        if target.is_file() and not second_name(target, kept):
            write(kept, read(target))


@contextmanager
def _refusing(path: AnyPath, template: str) -> Iterator[None]:
    """Turn errors of the system into an InputError: the path cannot be read or written, and why."""
    try:
        yield
    except IsADirectoryError:
        raise InputError(
            "{path}: expected a file, found a folder; name a file in it", path=shown(path)
        ) from None
    except FileExistsError:
        raise InputError(
            "{path}: the file is there already; name another one, or overwrite it", path=shown(path)
        ) from None
    except InputError:
        raise
    except OSError as error:
        raise InputError(template, path=shown(path), reason=_reason(error)) from None
    except ValueError as error:
        if "null" not in str(error):  # not of the path, in which there is a NUL character
            raise
        raise InputError(template, path=shown(path), reason=_reason(error)) from None


def _reason(error: Exception) -> str:
    return one_line((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()

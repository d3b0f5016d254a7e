"""Bytes from and to the disk: a file is read whole, and written whole or not at all."""

from __future__ import annotations

import os
import re
import stat
from os import PathLike
from pathlib import Path

from multilayer.errors import InputError
from multilayer.wording import one_line

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

__all__ = ["AnyPath", "check_writable", "decode", "keep", "read", "shown", "write"]

AnyPath = str | PathLike[str]


def shown(path: AnyPath) -> str:
    """Return the path as messages print it, in one line."""
    return one_line(os.fspath(path))


def read(path: AnyPath) -> bytes:
    """Return the content of a file.

    Raises
    ------
    InputError
        When there is no such file, or it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{shown(path)}: there is no such file; check the name and the folder") from None
    except IsADirectoryError:
        raise InputError(f"{shown(path)}: expected a file, found a folder; name a file in it") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        raise InputError(f"{shown(path)}: cannot be read ({_reason(error)})") from None


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
            f"{where}, line {line}: expected text in UTF-8, found the byte 0x{found:02x}; save it as UTF-8"
        ) from None


def check_writable(path: AnyPath) -> None:
    """Raise before long work what `write` would raise behind it: tries whether a file can be made beside the target.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise InputError(f"{shown(path)}: expected a file, found a folder; name a file in it")
        if not target.exists() or target.is_file():
            temporary, descriptor = _temporary_beside(target)
            os.close(descriptor)
            temporary.unlink()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{shown(path)}: cannot be written ({_reason(error)})") from None


def write(path: AnyPath, data: bytes, *, overwrite: bool = True) -> None:
    """Write a file: afterwards it holds either all of `data` or what it held before.

    The bytes go to a temporary file beside the target, reach the disk, and take the target's name in one
    step. A link is followed, and the permissions of a file that was there are kept. A device or a pipe, which
    has no earlier content to save, is written to directly.

    Raises
    ------
    InputError
        When the file is there and `overwrite` is False, or it cannot be written. Nothing is left behind.
    """
    try:
        target = Path(os.path.realpath(path))
        before = target.stat() if target.exists() else None
        if before is not None and stat.S_ISDIR(before.st_mode):
            raise InputError(f"{shown(path)}: expected a file, found a folder; name a file in it")
        if before is not None and not overwrite:
            raise InputError(f"{shown(path)}: the file is there already; name another one, or overwrite it")
        if before is not None and not stat.S_ISREG(before.st_mode):
            target.write_bytes(data)
        else:
            _replace(target, data, before)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{shown(path)}: cannot be written ({_reason(error)})") from None


def _replace(target: Path, data: bytes, before: os.stat_result | None) -> None:
    temporary, descriptor = _temporary_beside(target)
    try:
        _hold(descriptor)
        with os.fdopen(descriptor, "wb") as file:
            if before is not None:
                temporary.chmod(stat.S_IMODE(before.st_mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    _sweep(target)


def keep(path: AnyPath, name: AnyPath) -> None:
    """Give the file at `path`, if there is one, a second name, so that it outlives a new one in its place."""
    target, kept = Path(os.path.realpath(path)), Path(name)
    if not target.is_file():
        return
    temporary = _temporary(kept)
    try:
        temporary.hardlink_to(target)
    except OSError:  # a file system without hard links
        write(kept, read(target))
    else:
        temporary.replace(kept)
        _sweep(kept)


def _temporary(target: Path) -> Path:
    """Return the name of a new file beside `target`, by which those that were left behind are known."""
    return target.parent / f".{_stem(target)}.{os.urandom(8).hex()}.tmp"


def _stem(target: Path) -> str:
    """Return as much of a name as leaves room for more: file systems count bytes."""
    return os.fsdecode(os.fsencode(target.name)[:200])


def _hold(descriptor: int) -> None:
    """Let others see that whoever writes this file is alive."""
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _sweep(target: Path) -> None:
    """Remove the temporary files of `target` that a process left behind when it was killed."""
    if fcntl is None:
        return
    ours = re.compile(rf"\.{re.escape(_stem(target))}\.[0-9a-f]{{16}}\.tmp")
    for path in target.parent.iterdir():
        if not ours.fullmatch(path.name):
            continue
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
        except OSError:  # somebody is at it, or was quicker
            continue


def _temporary_beside(target: Path) -> tuple[Path, int]:
    temporary = _temporary(target)
    # The mode is what open() gives a new file: everything the umask allows, unlike tempfile's 0600.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return temporary, os.open(temporary, flags, 0o666)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a loss of power; only POSIX systems can, and have to be told."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: Exception) -> str:
    return one_line((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()

"""Temporary files beside the file that they are to replace, and their leftovers."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

__all__ = ["replacing", "second_name", "sweep", "temporary_file", "temporary_name"]


@contextmanager
def replacing(target: Path, before: os.stat_result | None, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Open a temporary file, which replaces `target` at the end; an error within leaves `target` as it was.

    `before` is what the system said of the target, None where there is none.
    """
    with temporary_file(target) as (temporary, file):
        if before is not None:
            temporary.chmod(stat.S_IMODE(before.st_mode))
        yield file
        file.flush()
        os.fsync(file.fileno())
        if fcntl is None:
            file.close()  # on POSIX it stays locked until it is renamed
        if overwrite or not _link(temporary, target):
            temporary.replace(target)
    _sync_folder(target.parent)
    sweep(target)


def second_name(target: Path, kept: Path) -> bool:
    """Make `kept` a second name of the file `target`; return False where the file system has no hard links."""
    while target.is_file():
        temporary = temporary_name(kept)
        try:
            temporary.hardlink_to(target)
        except OSError:
            return False
        try:
            temporary.replace(kept)
        except FileNotFoundError:  # another process has removed it as a leftover
            continue
        finally:
            temporary.unlink(missing_ok=True)  # renaming does nothing where both are names of one file
        sweep(kept)
        break
    return True


def _link(temporary: Path, target: Path) -> bool:
    """Link the target to a file unless it exists; return whether the file system has hard links."""
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True


@contextmanager
def temporary_file(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Create a new file beside `target`, and remove it at the end unless it was renamed."""
    # The mode is what open() gives a new file: everything the umask allows, unlike tempfile's 0600.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        temporary = temporary_name(target)
        descriptor = os.open(temporary, flags, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _lock(file)
                if temporary.exists():  # another process may have removed it before it was locked
                    yield temporary, file
                    return
        finally:
            temporary.unlink(missing_ok=True)


def temporary_name(target: Path) -> Path:
    """Return the name of a new file beside `target`, in the form that `sweep` recognizes."""
    return target.parent / f".{_stem(target)}.{os.urandom(8).hex()}.tmp"


def _stem(target: Path) -> str:
    """Return a name cut so that a suffix still fits: file systems limit its bytes."""
    return os.fsdecode(os.fsencode(target.name)[:200])


def _lock(file: BinaryIO) -> None:
    """Lock a file, so that other processes see that its writer is alive."""
    if fcntl is not None:
        with suppress(OSError):  # a file system without locks: `sweep` removes nothing there
            fcntl.flock(file, fcntl.LOCK_EX)


def sweep(target: Path) -> None:
    """Remove temporary files of `target` from processes that were killed."""
    if fcntl is None:
        return
    ours = re.compile(rf"\.{re.escape(_stem(target))}\.[0-9a-f]{{16}}\.tmp")
    with suppress(PermissionError):  # a folder that may be written to, but not read
        for path in target.parent.iterdir():
            if ours.fullmatch(path.name):
                with suppress(OSError), path.open("rb") as file:  # in use, or removed by another process
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


def _sync_folder(folder: Path) -> None:
    """Flush the folder, so that the new name survives a loss of power; on POSIX systems only."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # a folder that may be written to, but not read
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that syncs no folders
            raise
    finally:
        os.close(descriptor)

"""A table in several files: those of a folder, or those that a pattern names."""

from __future__ import annotations

import glob
from pathlib import Path

from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown

__all__ = ["files_of", "is_several"]

_HIDDEN = ("_", ".")
"""What readers of data sets leave out: manifests, marks of success, temporary files."""


def is_several(table: AnyPath) -> bool:
    """Whether a table is a folder, or a pattern that is not itself the name of a file."""
    path = Path(table)
    return path.is_dir() or (glob.has_magic(str(table)) and not path.exists())


def files_of(table: AnyPath) -> tuple[Path, list[Path]]:
    """Return a folder, and the files below it that a table is, in the order of their names: all of a folder, those that
    a pattern names (`**` stands for any folders), or the one file.

    Files and folders whose names begin with _ or . are left out.

    Raises
    ------
    InputError
        When there is no file.
    """
    path, text = Path(table), str(table)
    if path.is_dir():
        base, found = path, sorted(path.rglob("*"))
    elif path.exists() or not glob.has_magic(text):
        base, found = path.parent, [path]
    else:
        base, found = _fixed(path), sorted(map(Path, glob.glob(text, recursive=True)))  # noqa: PTH207  (of any path)
    files = [file for file in found if not file.is_dir() and not _hidden(file.relative_to(base))]
    if not files:
        raise InputError(
            "{table}: expected files, found none; names that begin with _ or . are left out",
            table=shown(table),
        )
    return base, files


def _fixed(pattern: Path) -> Path:
    """Return the folders of a pattern before the first sign that stands for others."""
    parts = pattern.parts
    first = next(place for place, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first])


def _hidden(path: Path) -> bool:
    return any(part.startswith(_HIDDEN) for part in path.parts)

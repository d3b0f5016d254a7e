"""The fragments of a table: files of a folder, or those that a pattern names."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path

from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import fill
from multilayer.io.formats import COMPRESSED
from multilayer.tables.files.writing import SUFFIXES

__all__ = ["Fragment", "fragments_of", "is_several"]

_HIDDEN = ("_", ".")
"""What readers of data sets leave out: manifests, marks of success, temporary files."""


@dataclass(frozen=True)
class Fragment:
    """A file of a table in several files, and the name of its predictions within the folder that they go to."""

    source: str
    """The whole path, which workers of a cluster read, too."""
    output: str


def is_several(table: AnyPath) -> bool:
    """Whether a table is a folder, or a pattern that is not itself the name of a file."""
    path = Path(table)
    return path.is_dir() or (glob.has_magic(str(table)) and not path.exists())


def fragments_of(table: AnyPath) -> list[Fragment]:
    """Return the files of a folder, those that a pattern names (`**` stands for any folders), or the one file.

    Files and folders whose names begin with _ or . are left out. Predictions have the name of their fragment, below the
    same folders, and its format; Parquet where it is one that is not written, as for Arrow files.

    Raises
    ------
    InputError
        When there is no file, or two of them would have the same predictions.
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
            fill(
                "{table}: expected files, found none; names that begin with _ or . are left out",
                table=shown(table),
            )
        )
    by_output: dict[str, Path] = {}
    for file in files:
        output = _output(file.relative_to(base))
        if output in by_output:
            raise InputError(
                fill(
                    "{first} and {second} would both have their predictions in {output}; rename one of them",
                    first=shown(by_output[output]),
                    second=shown(file),
                    output=output,
                )
            )
        by_output[output] = file
    return [Fragment(str(file.absolute()), output) for output, file in by_output.items()]


def _fixed(pattern: Path) -> Path:
    """Return the folders of a pattern before the first sign that stands for others."""
    parts = pattern.parts
    first = next(place for place, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first])


def _hidden(path: Path) -> bool:
    return any(part.startswith(_HIDDEN) for part in path.parts)


def _output(path: Path) -> str:
    if path.suffix.lower() in COMPRESSED:
        path = path.with_suffix("")
    return (path if path.suffix.lower() in SUFFIXES else path.with_suffix(".parquet")).as_posix()

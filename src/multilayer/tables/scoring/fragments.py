"""The fragments of a table, and where their predictions go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer.io.formats import COMPRESSED
from multilayer.tables.files.several import files_of
from multilayer.tables.files.writing import SUFFIXES

__all__ = ["Fragment", "fragments_of"]


@dataclass(frozen=True)
class Fragment:
    """A file of a table in several files, and the name of its predictions within the folder that they go to."""

    source: str
    """The whole path, which workers of a cluster read, too."""
    output: str


def fragments_of(table: AnyPath) -> list[Fragment]:
    """Return the files of a folder, those that a pattern names (`**` stands for any folders), or the one file.

    Files and folders whose names begin with _ or . are left out. Predictions have the name of their fragment, below the
    same folders, and its format; Parquet where it is one that is not written, as for Arrow files.

    Raises
    ------
    InputError
        When there is no file, or two of them would have the same predictions.
    """
    base, files = files_of(table)
    by_output: dict[str, Path] = {}
    for file in files:
        output = _output(file.relative_to(base))
        if output in by_output:
            raise InputError(
                "{first} and {second} would both have their predictions in {output}; rename one of them",
                first=shown(by_output[output]),
                second=shown(file),
                output=output,
            )
        by_output[output] = file
    return [Fragment(str(file.absolute()), output) for output, file in by_output.items()]


def _output(path: Path) -> str:
    if path.suffix.lower() in COMPRESSED:
        path = path.with_suffix("")
    return (path if path.suffix.lower() in SUFFIXES else path.with_suffix(".parquet")).as_posix()

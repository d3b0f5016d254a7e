"""Results of `python -m benchmarks tables` in a file of JSON lines, so that a run that was ended goes on later.

The first line holds what all results were measured with; each other line is one result, written when it is there.
Several runs, of other contenders or sets, may write to the same file at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from benchmarks.tables import Measured

__all__ = ["Kept"]


class Kept:
    """A file of results.

    Parameters
    ----------
    file : Path or None
        None keeps results in memory alone.
    options : dict
        What they are measured with.
    first : iterable of dict
        Results that a new file begins with.

    Raises
    ------
    click.UsageError
        For a file whose results were measured with other options.
    """

    def __init__(
        self, file: Path | None, options: dict[str, Any], first: Iterable[dict[str, Any]] = ()
    ) -> None:
        self._file = file
        self._lines = list(map(json.dumps, first))
        if file is None:
            return
        if not file.exists():
            file.write_text("\n".join(map(json.dumps, (options, *first))))
        found = json.loads(file.read_text().splitlines()[0])
        if found != options:
            raise click.UsageError(
                f"{file} holds results of {found}; expected {options}: choose another file"
            )

    def __iter__(self) -> Iterator[Measured]:
        """Yield the results so far. A line that is not whole is left out: its run was ended while it wrote."""
        for line in self._lines if self._file is None else self._file.read_text().splitlines()[1:]:
            with suppress(json.JSONDecodeError):
                yield Measured(**json.loads(line))

    def __contains__(self, work: tuple[str, int, str]) -> bool:
        """Whether a set, a split and a contender have a result."""
        return any((one.data, one.split, one.contender) == work for one in self)

    def add(self, result: Measured) -> None:
        """Write a result as a line of its own, whatever the one before it has become."""
        line = json.dumps(asdict(result))
        self._lines.append(line)
        if self._file is not None:
            with self._file.open("a") as file:
                file.write(f"\n{line}")

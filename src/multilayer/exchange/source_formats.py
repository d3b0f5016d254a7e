"""Standalone sources as formats of `multilayer convert`."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from multilayer._base.errors import InputError
from multilayer.exchange.imported import ModelProver, Origin, Target
from multilayer.exchange.proof import Proof, compared_numbers
from multilayer.exchange.source import Source
from multilayer.exchange.source.table_plan import bound_of, texts_of
from multilayer.exchange.table_proof import Rows
from multilayer.network import MLP
from multilayer.tables import Columns, Model

__all__ = ["prover_of", "writer_of"]

_HEAD = re.compile(r"(Written by multilayer [^\n ]*\.)(\s+(?:\*|//)?\s?)(?=Network|[0-9]+ networks)")
"""The first line of a head, and what is between it and the next: the sign of a comment, or a space."""


def writer_of(source: Source) -> Callable[[MLP | Model, Target], dict[str, bytes]]:
    """Return the writer of a target of `multilayer.exchange.source.SOURCES`, as the table of formats has them."""

    def contents(network: MLP | Model, target: Target) -> dict[str, bytes]:
        if source.takes_samples and target.samples is None and isinstance(network, MLP):
            raise InputError(
                "fixed point needs rows that show how large the numbers become; add --check DATA.csv (check=X in "
                "Python)"
            )
        more = {"samples": target.samples} if source.takes_samples else {}
        with tempfile.TemporaryDirectory() as folder:
            written = source.write(network, Path(folder, target.stem), **more)
            found = {path.name.removeprefix(target.stem): path.read_text("ascii") for path in written}
        return {
            suffix: _with(target.origin, found[suffix], suffix).encode()
            for suffix in reversed(source.suffixes)
        }

    return contents


def prover_of(source: Source) -> ModelProver:
    """Return what compares the source of a model of a table with the model: its bits, or what `bound_of` allows."""

    def prove(model: Model, path: Path, given: Columns | None = None) -> Proof | None:
        found = None if source.run_rows is None else source.run_rows(path)
        if found is None:
            return None
        run, by = found
        columns, bound = Rows().of(model, given), bound_of(model)
        other = run(texts_of(columns))
        y = model(columns).reshape(other.shape)
        return replace(compared_numbers(y, other, bound * np.abs(y), by), bound=bound)

    return prove


def _with(origin: Origin, text: str, suffix: str) -> str:
    """Return a source that says in its head who made it, of what, and how it was checked.

    The script of a page stays as it is, as the page has its hash.
    """
    said = [
        f"{name}: {re.sub(r'[^A-Za-z0-9 .,:;+_()|-]', '?', value)}"
        for name, value in origin.items()
        if name != "by"
    ]

    def head(found: re.Match[str]) -> str:
        first, between = found.groups()
        if suffix == ".html" and "/" in between:
            return found[0]
        return "".join(f"{line}{between}" for line in [first, *said])

    return _HEAD.sub(head, text)

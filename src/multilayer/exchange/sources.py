"""Standalone sources as formats of `multilayer convert`."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Callable
from pathlib import Path

from multilayer._base.errors import InputError
from multilayer.exchange.imported import Target
from multilayer.network import MLP
from multilayer.tables import Model

__all__ = ["Writer", "writer_of"]

Writer = Callable[[MLP | Model, Target], dict[str, bytes]]


def writer_of(suffixes: tuple[str, ...], write: Callable[..., tuple[Path, ...]]) -> Writer:
    """Return the writer of a target of `multilayer.exchange.source.SOURCES`, as the table of formats has them."""
    takes_samples = "samples" in inspect.signature(write).parameters

    def contents(network: MLP | Model, target: Target) -> dict[str, bytes]:
        if isinstance(network, Model):
            raise InputError("a source holds a network, not a model of a table; write it as .safetensors")
        if takes_samples and target.samples is None:
            raise InputError(
                "fixed point needs rows that show how large the numbers become; add --check DATA.csv (check=X in "
                "Python)"
            )
        more = {"samples": target.samples} if takes_samples else {}
        with tempfile.TemporaryDirectory() as folder:
            written = write(network, Path(folder, target.stem), **more)
            found = {path.name.removeprefix(target.stem): path.read_bytes() for path in written}
        return {suffix: found[suffix] for suffix in reversed(suffixes)}

    return contents

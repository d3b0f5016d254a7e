"""Everything that a training is, in a file: it can be killed at any moment, and goes on as if nothing had been."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import storage
from multilayer.errors import InputError
from multilayer.network import MLP
from multilayer.optimizers import OptimizerState, Parameters
from multilayer.randomness import restored, state_of
from multilayer.settings import check_settings, setting
from multilayer.storage import AnyPath, shown
from multilayer.training.data import Arrays, Source, Stream
from multilayer.training.events import History
from multilayer.training.plan import Rows, State
from multilayer.training.position import Position
from multilayer.training.recipe import Recipe
from multilayer.training.stopping import Watch
from multilayer.wording import one_line

__all__ = ["Checkpoint", "Keeper", "read", "write"]

FORMAT = "multilayer-checkpoint 1"
Tensors = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often to save: after every `every` epochs, at the end, and when interrupted.

    The file is replaced in one step when the new one is on the disk; the one before it is kept beside it, as
    PATH.previous. With `resume`, a file that is there is gone on from; without, it is replaced.
    """

    path: AnyPath
    every: int = setting(1, least=1, whole=True)
    resume: bool = True

    def __post_init__(self) -> None:
        check_settings(self)
        if not isinstance(self.path, str | os.PathLike):
            raise InputError(
                f"checkpoint must be a path or a Checkpoint; got {one_line(repr(self.path), 60)}"
            )


@dataclass(frozen=True)
class Keeper:
    """A checkpoint, and what a training has to be for it to fit: `terms`, by name."""

    checkpoint: Checkpoint
    terms: Mapping[str, str]

    @staticmethod
    def of(
        checkpoint: Checkpoint | AnyPath, network: MLP, recipe: Recipe, data: Source, held_out: Arrays | None
    ) -> Keeper:
        """Return the keeper of this training; reads all the data once, for their digest."""
        if not isinstance(checkpoint, Checkpoint):
            checkpoint = Checkpoint(checkpoint)
        terms = recipe.terms() | {
            "network": repr(network),
            "activations": ", ".join(repr(layer.activation) for layer in network.layers),
            "data": _described(data),
            "validation data": "none" if held_out is None else _described(held_out),
        }
        return Keeper(checkpoint, terms)

    def resumed(self, position: Position) -> Position:
        """Return the position that was saved, or where there is none, the one given.

        Raises
        ------
        InputError
            When the file is damaged, or belongs to another training; the message lists what differs.
        """
        path = Path(self.checkpoint.path)
        if not self.checkpoint.resume or not path.exists():
            return position
        terms, saved = read(path)
        names = {**terms, **self.terms}
        differences = [
            f"{name}: {terms.get(name, 'none')} there, {self.terms.get(name, 'none')} here"
            for name in names
            if terms.get(name) != self.terms.get(name)
        ]
        if differences:
            raise InputError(
                f"{shown(path)}: the checkpoint is of another training ({'; '.join(differences)}); "
                "name another file, or give Checkpoint(..., resume=False) to replace it"
            )
        return saved

    def after_epoch(self, position: Position, *, last: bool) -> None:
        """Save when it is time to."""
        if last or position.epoch % self.checkpoint.every == 0:
            self.save(position)

    def save(self, position: Position) -> None:
        """Save now."""
        write(self.checkpoint.path, self.terms, position)


def write(path: AnyPath, terms: Mapping[str, str], position: Position) -> None:
    """Write a checkpoint: afterwards `path` holds the new one whole, or what it held before."""
    from safetensors.numpy import save

    parameters, memory = position.state.parameters, position.state.optimizer
    tensors = _named("parameters", parameters)
    for slot, arrays in memory.slots.items():
        tensors |= _named(f"optimizer.{slot}", arrays)
    if position.best is not None:
        tensors |= _named("best", position.best)
    if position.order is not None:
        tensors["order"] = position.order.astype(np.int64, copy=False)
    text = json.dumps(
        {
            "format": FORMAT,
            "terms": dict(terms),
            "arrays": len(parameters),
            "best": position.best is not None,
            "optimizer": {
                "step": memory.step,
                "slots": list(memory.slots),
            },
            "rng": state_of(position.rng),
            "history": asdict(position.history),
            "watch": asdict(position.watch),
            **{name: getattr(position, name) for name in _NUMBERS},
        }
    )
    data = save(tensors, {"checkpoint": text, "digest": _digest(text, tensors)})
    storage.keep(path, f"{os.fspath(path)}.previous")
    storage.write(path, data)


_NUMBERS = ("learning_rate", "epoch", "batch", "steps", "samples", "loss_sum", "rows", "ended")
"""Fields of a position that JSON holds as they are."""


def read(path: AnyPath) -> tuple[dict[str, str], Position]:
    """Return terms and position of a checkpoint.

    Raises
    ------
    InputError
        When it is not one, or a bit of it has changed.
    """
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import load

    data = storage.read(path)
    try:
        tensors = load(data)
        with safe_open(os.fspath(path), "numpy") as file:
            metadata = file.metadata() or {}
        text = metadata["checkpoint"]
        intact = metadata["digest"] == _digest(text, tensors)
    except (SafetensorError, KeyError) as error:
        raise InputError(
            f"{shown(path)}: this is no whole checkpoint ({one_line(str(error))}){_hint(path)}"
        ) from None
    if not intact:
        raise InputError(f"{shown(path)}: the checkpoint is damaged, its digest does not fit{_hint(path)}")
    saved: dict[str, Any] = json.loads(text)
    if saved["format"] != FORMAT:
        raise InputError(f"{shown(path)}: expected {FORMAT}, found {one_line(str(saved['format']))}")
    count = saved["arrays"]
    history, watch = saved["history"], saved["watch"]
    memory = OptimizerState(
        saved["optimizer"]["step"],
        {slot: _taken(tensors, f"optimizer.{slot}", count) for slot in saved["optimizer"]["slots"]},
    )
    position = Position(
        State(_taken(tensors, "parameters", count), memory),
        restored(saved["rng"]),
        order=tensors["order"].astype(np.intp, copy=False) if "order" in tensors else None,
        history=History(
            **{name: tuple(values) for name, values in history.items() if name != "metrics"},
            metrics={name: tuple(values) for name, values in history["metrics"].items()},
        ),
        watch=Watch(**watch),
        best=_taken(tensors, "best", count) if saved["best"] else None,
        **{name: saved[name] for name in _NUMBERS},
    )
    return saved["terms"], position


def _hint(path: AnyPath) -> str:
    previous = f"{os.fspath(path)}.previous"
    if Path(previous).is_file():
        return f"; the one before it is {shown(previous)}: copy it to {shown(path)} to go on from there"
    return "; remove it to start anew"


def _named(kind: str, arrays: Parameters) -> Tensors:
    return {
        f"{kind}.{'Wb'[n % 2]}{n // 2 + 1}": np.ascontiguousarray(array) for n, array in enumerate(arrays)
    }


def _taken(tensors: Tensors, kind: str, count: int) -> Parameters:
    return tuple(tensors[f"{kind}.{'Wb'[n % 2]}{n // 2 + 1}"] for n in range(count))


def _digest(text: str, tensors: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.blake2b(text.encode(), digest_size=16)
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tensors[name].shape}".encode())
        digest.update(np.ascontiguousarray(tensors[name]).data)
    return digest.hexdigest()


def _described(data: Source) -> str:
    if isinstance(data, Stream):
        return "batches"
    arrays = {"y": data.y, "weights": data.weights, "rows": data.chosen}
    digests = {name: _content(array, len(array)) for name, array in arrays.items() if array is not None}
    return ", ".join(
        f"{name} {digest}" for name, digest in {"X": _content(data.X, data.X.shape[0]), **digests}.items()
    )


def _content(rows: Rows, count: int) -> str:
    """Return shape, type and digest, read in pieces, so that what is memory-mapped need not fit into memory."""
    digest = hashlib.blake2b(digest_size=8)
    first = rows[:1]
    at_once = max(1, (1 << 24) // max(1, first.nbytes))
    for start in range(0, count, at_once):
        digest.update(np.ascontiguousarray(rows[start : start + at_once]).data)
    return f"{rows.shape} {first.dtype} {digest.hexdigest()}"

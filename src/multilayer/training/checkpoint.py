"""Checkpoints: the whole training state in one file, written atomically; resuming is bit-exact."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import UNSET, structs
from numpy.typing import NDArray

from multilayer._base import storage, strict_json, tensor_file
from multilayer._base.errors import InputError
from multilayer._base.random import restored, state_of
from multilayer._base.storage import AnyPath, shown
from multilayer._base.tensor_file import digest_of as _digest
from multilayer._base.text import fill, one_line
from multilayer.optimizers import InputScale, OptimizerState, Parameters
from multilayer.training.checkpoint_document import (
    FORMAT,
    CheckpointDocument,
    CheckpointHead,
    OptimizerDocument,
)
from multilayer.training.curves import Curves
from multilayer.training.events import History
from multilayer.training.state import Progress, TrainState
from multilayer.training.stopping import EarlyStoppingState

__all__ = ["check_alike", "previous", "read", "write"]

Tensors = dict[str, NDArray[Any]]


def write(path: AnyPath, terms: Mapping[str, str], state: TrainState) -> None:
    """Write a checkpoint: afterwards `path` holds the new one whole, or what it held before."""
    from safetensors.numpy import save

    parameters, memory, progress = state.parameters, state.optimizer, state.progress
    tensors = _named("parameters", parameters)
    for slot, arrays in memory.slots.items():
        check_alike(arrays, parameters, f"optimizer.{slot}")
        tensors |= _named(f"optimizer.{slot}", arrays)
    if memory.scale is not None:
        names = _scale_names(tuple(memory.slots))
        tensors |= dict(zip(names, map(np.ascontiguousarray, memory.scale.arrays), strict=True))
    if progress.best is not None:
        tensors |= _named("best", progress.best)
    if progress.order is not None:
        tensors["order"] = progress.order.astype(np.int64, copy=False)
    text = json.dumps(
        {
            "format": FORMAT,
            "terms": dict(terms),
            "arrays": len(parameters),
            "best": progress.best is not None,
            "optimizer": {
                "step": memory.step,
                "slots": list(memory.slots),
                "scale": memory.scale is not None,
            },
            "rng": state_of(state.rng),
            "history": asdict(progress.curves.history()),
            "watch": asdict(progress.early_stopping),
            **{name: getattr(progress, name) for name in _NUMBERS},
        }
    )
    data = save(tensors, {"checkpoint": text, "digest": _digest(text, tensors)})
    storage.keep(path, previous(path))
    storage.write(path, data)


_NUMBERS = ("learning_rate", "epoch", "batch", "steps", "samples", "loss_sum", "rows", "ended", "drawn")
"""Fields of Progress that JSON holds as they are."""


def read(path: AnyPath) -> tuple[dict[str, str], TrainState]:
    """Return terms and state of a checkpoint. The file is read once: another process may replace it meanwhile.

    Raises
    ------
    InputError
        When it is not one, a bit of it has changed, or it holds what no training has.
    """
    data = storage.read(path)
    try:
        return _content(data, shown(path))
    except InputError as error:
        raise InputError(f"{error}{_hint(path)}") from None


def _content(data: bytes, where: str) -> tuple[dict[str, str], TrainState]:
    file = tensor_file.read(data, fill("{where}: this is no whole checkpoint", where=where))
    tensors = file.arrays()
    if not {"checkpoint", "digest"} <= file.metadata.keys():
        raise InputError("{where}: this is no checkpoint; train(checkpoint=...) writes one", where=where)
    text = file.metadata["checkpoint"]
    if file.metadata["digest"] != _digest(text, tensors):
        raise InputError("{where}: the checkpoint is damaged, its digest does not fit", where=where)
    found = strict_json.parse(text, where)
    head = strict_json.convert(found, CheckpointHead, where)
    if head.format != FORMAT:
        raise InputError(
            "{where}: expected {expected}, found {found}",
            where=where,
            expected=FORMAT,
            found=one_line(head.format, 40),
        )
    document = strict_json.convert(found, CheckpointDocument, where)
    return document.terms, _state(document, tensors, where)


def _state(document: CheckpointDocument, tensors: Tensors, where: str) -> TrainState:
    slots = document.optimizer.slots
    scale, tensors = _input_scale(document.optimizer, tensors, where)
    kinds = ["parameters", *(f"optimizer.{slot}" for slot in slots), *(["best"] if document.best else [])]
    _check_names(kinds, document.arrays, tensors, where)
    parameters, *others = (_taken(tensors, kind, document.arrays) for kind in kinds)
    for kind, arrays in zip(kinds[1:], others, strict=True):
        check_alike(arrays, parameters, f"{where}: {one_line(kind, 40)}")
    order = tensors.get("order")
    if order is not None and (order.ndim != 1 or order.dtype != np.int64):
        raise InputError(
            "{where}: order: expected int64 with one axis, found {dtype} {shape}",
            where=where,
            dtype=order.dtype,
            shape=order.shape,
        )
    best = others[len(slots) :]
    progress = Progress(
        order=None if order is None else order.astype(np.intp, copy=False),
        curves=Curves.of(History(**structs.asdict(document.history))),
        early_stopping=EarlyStoppingState(
            document.watch.best, document.watch.best_epoch, document.watch.waited
        ),
        best=best[0] if best else None,
        **{name: getattr(document, name) for name in _NUMBERS},
    )
    if document.drawn is UNSET:
        progress = replace(progress, drawn=document.batch > 0)
    return TrainState(
        parameters,
        OptimizerState(document.optimizer.step, dict(zip(slots, others, strict=False)), scale),
        restored(document.rng, f"{where}: rng"),
        progress,
    )


def _input_scale(
    document: OptimizerDocument, tensors: Tensors, where: str
) -> tuple[InputScale | None, Tensors]:
    """Return the scale of the inputs, if there is one, and the tensors that are left."""
    if not document.scale:
        return None, tensors
    names = _scale_names(document.slots)
    if not tensors.keys() >= {*names}:
        raise InputError(
            "{where}: expected the tensors {names} of the input scale",
            where=where,
            names=one_line(", ".join(names), 200),
        )
    arrays = tuple(tensors[name] for name in names)
    W = tensors.get("parameters.W1", arrays[0])
    number_per_input = np.empty(W.shape[:1], W.dtype)
    check_alike(
        arrays, (W, *[number_per_input] * (len(names) - 1)), fill("{where}: input scale", where=where)
    )
    left = {name: array for name, array in tensors.items() if name not in names}
    return InputScale.from_arrays(arrays, document.slots), left


def _scale_names(slots: Sequence[str]) -> list[str]:
    return ["input_scale.W1", "input_scale.s", *(f"optimizer.{slot}.s" for slot in slots)]


def check_alike(arrays: Parameters, expected: Parameters, where: str) -> None:
    """Refuse arrays that are not, one by one, of the types and shapes expected."""
    found, needed = (", ".join(f"{a.dtype} {a.shape}" for a in each) for each in (arrays, expected))
    if found != needed:
        raise InputError(
            "{where}: expected {needed}, found {found}",
            where=where,
            needed=one_line(needed, 100),
            found=one_line(found, 100),
        )


def _check_names(kinds: list[str], count: int, tensors: Tensors, where: str) -> None:
    """Refuse tensors that are not `count` of each kind, and perhaps an order."""
    found = tensors.keys() - {"order"}
    # Counted first, so that no number in a file decides how many names are made.
    fit = len(found) == count * len(kinds) and found == {
        name for kind in kinds for name in _names(kind, count)
    }
    if not fit or count % 2:
        raise InputError(
            "{where}: expected {count} tensors each of {kinds}, found {found}",
            where=where,
            count=count,
            kinds=one_line(", ".join(kinds), 100),
            found=one_line(", ".join(sorted(found)), 200) or fill("none"),
        )


def previous(path: AnyPath) -> str:
    """Return the path of the checkpoint before this one."""
    return f"{os.fspath(path)}.previous"


def _hint(path: AnyPath) -> str:
    before = previous(path)
    with suppress(OSError):
        if Path(before).is_file():
            return fill(
                "; the one before it is {before}: copy it to {path} to go on from there",
                before=shown(before),
                path=shown(path),
            )
    return fill("; remove it to start anew")


def _names(kind: str, count: int) -> list[str]:
    return [f"{kind}.{'Wb'[n % 2]}{n // 2 + 1}" for n in range(count)]


def _named(kind: str, arrays: Parameters) -> Tensors:
    return dict(zip(_names(kind, len(arrays)), map(np.ascontiguousarray, arrays), strict=True))


def _taken(tensors: Tensors, kind: str, count: int) -> Parameters:
    return tuple(tensors[name] for name in _names(kind, count))

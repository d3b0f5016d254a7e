"""When a checkpoint is written, and whether one that exists fits the training."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from multilayer._base import storage
from multilayer._base.errors import InputError, TrainingWarning, located
from multilayer._base.fields import check_settings, setting
from multilayer._base.random import Random, restored, state_of
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import fill, one_line
from multilayer.network import MLP
from multilayer.optimizers import Optimizer
from multilayer.training.blocks import ShuffledBlocks
from multilayer.training.checkpoint import check_alike, previous, read, write
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays, Source, Stream
from multilayer.training.samples import Rows
from multilayer.training.state import Progress, TrainState

__all__ = ["Checkpoint", "CheckpointWriter", "described", "differences"]


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often to save the state of training, beside the end and an interruption.

    The file is replaced in one step when the new one is on the disk; the one before it is kept beside it, as
    PATH.previous.

    Parameters
    ----------
    path : str or path
    every : int
        Save after so many epochs.
    resume : bool
        Whether training continues from a file that exists; otherwise the file is replaced.
    batches : int, optional
        Save also after so many batches, for long epochs.

    Raises
    ------
    InputError
        When a parameter is out of its limits.

    Examples
    --------
    >>> Checkpoint("run.checkpoint", every=10).resume
    True
    """

    path: AnyPath
    every: int = setting(1, minimum=1, integer=True)
    resume: bool = True
    batches: int | None = setting(None, minimum=1, integer=True, optional=True)

    def __post_init__(self) -> None:
        check_settings(self)
        if not isinstance(self.path, str | os.PathLike):
            raise InputError(
                "checkpoint must be a path or a Checkpoint; got {path}", path=one_line(repr(self.path), 60)
            )


@dataclass(eq=False)
class CheckpointWriter:
    """A checkpoint, and the training that it belongs to: its config and data, and all `terms` by name."""

    checkpoint: Checkpoint
    terms: Mapping[str, str]
    config: TrainConfig
    data: Source
    has_validation: bool
    _not_saved: str | None = None
    """Why the checkpoint could not be saved last time."""

    @staticmethod
    def of(
        checkpoint: Checkpoint | AnyPath,
        network: MLP,
        config: TrainConfig,
        data: Source,
        held_out: Arrays | None,
    ) -> CheckpointWriter:
        """Return the writer for this training; reads all the data once, for their digest."""
        if not isinstance(checkpoint, Checkpoint):
            checkpoint = Checkpoint(checkpoint)
        terms = config.terms(network) | {
            "network": repr(network),
            "activations": ", ".join(repr(layer.activation) for layer in network.layers),
            "data": described(data),
            "validation data": "none" if held_out is None else described(held_out),
        }
        return CheckpointWriter(checkpoint, terms, config, data, held_out is not None)

    def check_ready(self, rng: Random) -> None:
        """Fail early where the checkpoint could not be saved later, or not be read again."""
        restored(state_of(rng))
        storage.check_writable(self.checkpoint.path)
        storage.check_writable(previous(self.checkpoint.path))

    def resumed(self, start: TrainState) -> TrainState:
        """Return the state that was saved, or where there is none, the one given.

        Raises
        ------
        InputError
            When the file is damaged, or belongs to another training; the message lists what differs.
        """
        path = self.checkpoint.path
        storage.check_regular(path)
        if not self.checkpoint.resume or not storage.exists(path):
            return start
        terms, saved = read(path)
        other = differences(terms, self.terms)
        if other:
            raise InputError(
                "{path}: the checkpoint is of another training ({differences}); name "
                "another file, or give Checkpoint(..., resume=False) to replace it",
                path=shown(path),
                differences=other,
            )
        with located(fill("{path}: the checkpoint does not fit its own terms", path=shown(path))):
            self._check_state(saved, start)
            self._check_place(saved.progress)
            self._check_order(saved.progress)
        return saved

    def is_due(self, epoch: int) -> bool:
        """Whether to save after this epoch."""
        return epoch % self.checkpoint.every == 0

    def is_due_inside(self, batch: int) -> bool:
        """Whether to save after this batch of an epoch."""
        return self.checkpoint.batches is not None and batch % self.checkpoint.batches == 0

    def save(self, state: TrainState) -> None:
        """Save now. Where that fails, warn once for each reason, and let training go on: its results would be lost."""
        try:
            write(self.checkpoint.path, self.terms, state)
        except (InputError, MemoryError) as error:
            reason = str(error) or fill("not enough memory")
            if reason != self._not_saved:
                warnings.warn(
                    fill(
                        "after epoch {epoch} the checkpoint could not be saved, training goes on: {reason}",
                        epoch=state.progress.epoch,
                        reason=reason,
                    ),
                    TrainingWarning,
                    stacklevel=4,  # the caller that asks for the next event
                )
            self._not_saved = reason
        else:
            self._not_saved = None

    def _check_state(self, saved: TrainState, start: TrainState) -> None:
        parameters, memory = saved.parameters, saved.optimizer
        check_alike(parameters, start.parameters, "parameters")
        scale = memory.scale
        scaled = () if scale is None else (scale.weights, scale.scale)
        if (scale is None) is bool(self.config.input_scale):
            raise InputError("optimizer: expected an input scale where one is trained, and nowhere else")
        for kind, arrays in (
            ("parameters", parameters),
            ("best", saved.progress.best or ()),
            ("input scale", scaled),
        ):
            if not all(np.isfinite(array).all() for array in arrays):
                raise InputError("{kind}: expected finite numbers, found others", kind=kind)
        slots = self.config.optimizer.slots if isinstance(self.config.optimizer, Optimizer) else ()
        if tuple(memory.slots) != slots:
            found = one_line(", ".join(memory.slots), 60)
            raise InputError(
                "optimizer: expected the slots {slots}, found {found}",
                slots=", ".join(slots),
                found=found or fill("none"),
            )

    def _check_place(self, saved: Progress) -> None:
        curves, measured = saved.curves, {metric.name for metric in self.config.metrics}
        if saved.epoch and curves.metrics.keys() != measured:
            raise InputError("history: its metrics are not those of this training")
        if bool(curves.validation_loss) != (self.has_validation and saved.epoch > 0):
            raise InputError(
                "history: expected a validation loss where there are validation data, and nowhere else"
            )
        batches = self.data.count(self.config.batch_size)
        if batches is None or isinstance(self.data, Stream):
            return
        rows = self.data.rows
        fit = (
            saved.batch < batches
            and saved.rows == saved.batch * min(self.config.batch_size, rows)
            and saved.steps >= saved.epoch * batches + saved.batch
            and saved.samples >= saved.epoch * rows
        )
        if not fit:
            raise InputError(
                "an epoch has {batches} batches and {rows} rows; found {epoch} epochs "
                "and {batch} batches of {saved_rows} rows, after {steps} steps and "
                "{samples} samples",
                batches=batches,
                rows=rows,
                epoch=saved.epoch,
                batch=saved.batch,
                saved_rows=saved.rows,
                steps=saved.steps,
                samples=saved.samples,
            )

    def _check_order(self, saved: Progress) -> None:
        """Refuse an order that is not one of the rows to use."""
        data = self.data
        ordered = not isinstance(data, Stream) and self.config.shuffle
        ordered |= isinstance(data, Arrays) and data.chosen is not None
        begun = saved.epoch > 0 or saved.drawn
        if (saved.order is not None) != (ordered and begun) or (saved.batch > 0) > saved.drawn:
            raise InputError("order: expected one where rows have been shuffled, and nowhere else")
        if saved.order is not None and not isinstance(data, Stream) and not data.is_order(saved.order):
            raise InputError("order: expected the {rows} rows of the data, each of them once", rows=data.rows)


def differences(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """Return in words what two trainings do not have in common, by their terms; nothing where they are the same."""
    both = ((name, there.get(name, "none"), here.get(name, "none")) for name in {**there, **here})
    found = [
        fill(
            "{name}: {there} there, {here} here",
            name=name,
            there=one_line(one, 120),
            here=one_line(other, 120),
        )
        for name, one, other in both
        if one != other
    ]
    return one_line("; ".join(found), 1000)


def described(data: Source) -> str:
    """Return the data of a training in one line, with digests."""
    if isinstance(data, Stream):
        return "batches"
    if isinstance(data, ShuffledBlocks):
        return data.described
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

"""Members of a bag that are trained, also in a file: a training that was cut off goes on from them."""

from __future__ import annotations

import json
import threading
import time
import warnings
from typing import Any

import numpy as np
from msgspec import Struct, to_builtins
from numpy.typing import NDArray
from safetensors.numpy import save

from multilayer._base import storage, strict_json, tensor_file
from multilayer._base.errors import InputError, TrainingWarning
from multilayer._base.storage import AnyPath, shown
from multilayer._base.tensor_file import digest_of
from multilayer._base.text import fill
from multilayer.tables.bag import Bag
from multilayer.tables.member import Member
from multilayer.tables.recipe import Plan
from multilayer.training.checkpoint import check_alike
from multilayer.training.checkpoint_writer import differences
from multilayer.training.state import parameters_of, with_parameters

__all__ = ["Finished", "FinishedFile"]

_FORMAT = "multilayer-members 1"
_MEMBERS, _DIGEST = "multilayer-members", "digest"
_SHARE = 10
"""A file is written again after so many times what writing took: so it takes a tenth of the time at most."""


class Finished:
    """The members that are trained, by number."""

    def __init__(self) -> None:
        self.members = dict[int, Member]()
        self._lock = threading.Lock()

    def add(self, number: int, member: Member) -> None:
        """Take a member that is trained; may be called by several threads."""
        with self._lock:
            self.members[number] = member

    def close(self) -> None:
        """Write what is not written yet."""


class FinishedFile(Finished):
    """The same, kept in a safetensors file, which belongs to one bag. No code is read from it.

    Raises
    ------
    InputError
        When the file is damaged, belongs to another bag, or cannot be written.
    """

    def __init__(self, path: AnyPath, bag: Bag, plan: Plan) -> None:
        super().__init__()
        self._path, self._plan, self._bag = path, plan, bag
        training = bag.training(0, plan)
        self._start = training.network
        self._terms = {
            "recipe": repr(bag.recipe),
            "plan": repr(plan),
            "classes": str(bag.classes),
            "members": " ".join(map(str, bag.seeds)),
            "network": repr(training.network),
            "data": training.described,
        }
        storage.check_regular(path)
        if storage.exists(path):
            self.members = self._read()
        storage.check_writable(path)
        self._kept = set(self.members)
        self._next = time.monotonic()

    def add(self, number: int, member: Member) -> None:
        """Take a member that is trained, and write it, unless that was done a moment before."""
        super().add(number, member)
        with self._lock:
            if time.monotonic() >= self._next:
                self._write()

    def close(self) -> None:
        """Write what is not written yet."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        # One that was ended before its last epoch is no member of this bag: it is trained again.
        whole = {number: member for number, member in self.members.items() if not member.cut_short}
        if whole.keys() == self._kept:
            return
        began = time.monotonic()
        try:
            storage.write(self._path, _packed(self._terms, whole))
        except (InputError, MemoryError) as error:
            reason = str(error) or fill("not enough memory")
            warnings.warn(
                fill("finished members could not be kept, training goes on: {reason}", reason=reason),
                TrainingWarning,
                stacklevel=2,
            )
        else:
            self._kept = set(whole)
        now = time.monotonic()
        self._next = now + (_SHARE - 1) * (now - began)

    def _read(self) -> dict[int, Member]:
        where = shown(self._path)
        file = tensor_file.read(
            storage.read(self._path), fill("{where}: this is no whole checkpoint", where=where)
        )
        if not {_MEMBERS, _DIGEST} <= file.metadata.keys():
            raise InputError("{where}: expected finished members of a model, found another file", where=where)
        text, tensors = file.metadata[_MEMBERS], file.arrays()
        if file.metadata[_DIGEST] != digest_of(text, tensors):
            raise InputError(
                "{where}: the checkpoint is damaged, its digest does not fit; remove it", where=where
            )
        document = strict_json.convert(strict_json.parse(text, where), Document, where)
        other = differences({"format": document.format, **document.terms}, {"format": _FORMAT, **self._terms})
        if other:
            raise InputError(
                "{path}: the finished members there are of another training ({differences}); name another file, "
                "or remove it",
                path=where,
                differences=other,
            )
        return {one.number: self._member(one, tensors, where) for one in document.members}

    def _member(self, found: MemberDocument, tensors: dict[str, NDArray[Any]], where: str) -> Member:
        place = fill("{where}: member {number}", where=where, number=found.number + 1)
        folds, epochs, expected = self._bag.folds, self._plan.epochs, parameters_of(self._start)
        if found.number >= len(folds) or not 1 <= found.best_epoch <= len(found.scores) <= epochs:
            raise InputError(
                "{where}: expected a member of this model, a score for each epoch, and the best one",
                where=place,
            )
        arrays = tuple(tensors.get(name, np.empty(0)) for name in _names(found.number, len(expected)))
        *parameters, outputs = arrays
        rows = len(folds[found.number].held_out_y)
        check_alike(arrays, (*expected, np.empty((rows, expected[-1].size), np.float32)), place)
        network = with_parameters(self._start, tuple(parameters))
        return Member(network, tuple(found.scores), found.best_epoch, outputs, found.seconds)


class MemberDocument(Struct, forbid_unknown_fields=True):
    """A member beside its tensors."""

    number: int
    scores: list[float]
    best_epoch: int
    seconds: float

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError(f"expected the number of a member, found {self.number}")


class Document(Struct, forbid_unknown_fields=True):
    """What the file has beside its tensors."""

    format: str
    terms: dict[str, str]
    members: list[MemberDocument]


def _names(number: int, count: int) -> list[str]:
    arrays = [f"member{number + 1}.{'Wb'[place % 2]}{place // 2 + 1}" for place in range(count)]
    return [*arrays, f"member{number + 1}.outputs"]


def _packed(terms: dict[str, str], members: dict[int, Member]) -> bytes:
    tensors, documents = dict[str, NDArray[Any]](), []
    for number, member in sorted(members.items()):
        arrays = (*parameters_of(member.network), member.outputs)
        tensors |= dict(zip(_names(number, len(arrays) - 1), map(np.ascontiguousarray, arrays), strict=True))
        documents.append(MemberDocument(number, list(member.scores), member.best_epoch, member.seconds))
    text = json.dumps(to_builtins(Document(_FORMAT, terms, documents)))
    return save(tensors, {_MEMBERS: text, _DIGEST: digest_of(text, tensors)})

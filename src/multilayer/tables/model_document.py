"""A model file beside its tensors: columns, transforms, target, layers. Typed, with limits, and checked.

Numbers of transforms stand in one tensor, one behind the other; the document has how many belong to each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, quoted
from multilayer.io.network_document import Labels, Outline, outline_of
from multilayer.network import MLP
from multilayer.tables.calibration import Calibration
from multilayer.tables.columns import ColumnSchema, Kind
from multilayer.tables.encoder import ColumnEncoder, Encoder, LeftOut
from multilayer.tables.row_norm import NORMS, RowNorm
from multilayer.tables.target import Target, Task
from multilayer.tables.transforms.table import TRANSFORMS

__all__ = ["ModelDocument", "ModelHead", "document_of"]

_Count = Annotated[int, Meta(ge=1, le=10_000_000)]
_MOST_NETWORKS = 10_000


class TransformEntry(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A transform: its kind, how many numbers it has, and the part of a date."""

    kind: str
    numbers: _Count
    part: str = ""


class ColumnEntry(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A column that gives inputs."""

    name: str
    kind: Kind
    transforms: Annotated[list[TransformEntry], Meta(min_length=1)]
    categories: list[str] = msgspec.field(default_factory=list)

    def __post_init__(self) -> None:
        if len(set(self.categories)) != len(self.categories):
            raise ValueError("a category is there twice")


class LeftOutEntry(Struct, forbid_unknown_fields=True):
    """A column that gives none."""

    column: str
    reason: str


class NormEntry(Struct, forbid_unknown_fields=True):
    """Inputs that are divided by their norm; see `RowNorm`."""

    norm: str
    places: Annotated[list[Annotated[int, Meta(ge=0)]], Meta(min_length=1)]
    least: float

    def __post_init__(self) -> None:
        if self.norm not in NORMS or not 0.0 <= self.least < math.inf:
            raise ValueError("expected a norm that is known, and a least one of 0 or more")
        if any(one >= other for one, other in pairwise(self.places)):
            raise ValueError("expected places of inputs that ascend")


class TargetEntry(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The target; see `Target`."""

    name: str
    task: Task
    classes: Labels | None = None
    offset: float = 0.0
    scale: float = 1.0
    low: float = 0.0
    high: float = 0.0

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.offset, self.scale, self.low, self.high))):
            raise ValueError("expected finite numbers for the range and scale of the target")
        if not self.scale > 0.0 or self.low > self.high:
            raise ValueError("expected a scale above 0 and a range that is not empty")
        if (self.task == "classification") != bool(self.classes):
            raise ValueError("classes are for classification, and needed there")


class CalibrationEntry(Struct, forbid_unknown_fields=True):
    """The temperature; see `Calibration`."""

    temperature: float
    rows: int


class ModelHead(Struct, kw_only=True):
    """What identifies a model. Read first, so that the error for a later version is about the version."""

    format: Literal["multilayer-model"]
    version: Literal[1]


class ModelDocument(ModelHead, forbid_unknown_fields=True, kw_only=True):
    """A model without its tensors."""

    columns: Annotated[list[ColumnEntry], Meta(min_length=1)]
    left_out: list[LeftOutEntry]
    target: TargetEntry
    networks: Annotated[list[Outline], Meta(min_length=1, max_length=_MOST_NETWORKS)]
    calibration: CalibrationEntry | None
    intervals: bool
    record: dict[str, Any]
    norms: list[NormEntry] = msgspec.field(default_factory=list)

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError("a column is there twice")

    def encoder(self, numbers: NDArray[np.float64]) -> Encoder:
        """Return the encoder with these numbers.

        Raises
        ------
        InputError
            When there are more or less, or they do not fit a transform.
        """
        needed = sum(entry.numbers for column in self.columns for entry in column.transforms)
        if needed != len(numbers):
            raise InputError(
                "encoder: expected {needed} numbers, found {numbers}", needed=needed, numbers=len(numbers)
            )
        columns, place = list[ColumnEncoder](), 0
        for column in self.columns:
            schema = ColumnSchema(column.name, column.kind, tuple(column.categories))
            transforms = list[Any]()
            for entry in column.transforms:
                transforms.append(_transform(entry, schema, numbers[place : place + entry.numbers]))
                place += entry.numbers
            columns.append(ColumnEncoder(schema, tuple(transforms)))
        left_out = tuple(LeftOut(one.column, one.reason) for one in self.left_out)
        return self._with_norms(Encoder(tuple(columns), left_out))

    def _with_norms(self, encoder: Encoder) -> Encoder:
        places = [place for norm in self.norms for place in norm.places]
        if any(place >= encoder.width for place in places) or len(set(places)) != len(places):
            raise InputError(
                "norms: expected places of {width} inputs, each in one norm", width=encoder.width
            )
        norms = tuple(RowNorm(one.norm, tuple(one.places), one.least) for one in self.norms)
        return replace(encoder, norms=norms)

    def target_of(self) -> Target:
        """Return the target."""
        one = self.target
        return Target(one.name, one.task, tuple(one.classes or ()), one.offset, one.scale, one.low, one.high)

    def calibration_of(self) -> Calibration | None:
        """Return the calibration, if there is one."""
        found = self.calibration
        return None if found is None else Calibration(found.temperature, found.rows)


def _transform(entry: TransformEntry, schema: ColumnSchema, numbers: NDArray[np.float64]) -> Any:
    place = fill("column {name}, transform {kind}", name=quoted(schema.name), kind=quoted(entry.kind))
    kind = TRANSFORMS.get(entry.kind)
    if kind is None or schema.kind not in kind.columns:
        raise InputError("{place}: there is no such transform of a {kind}", place=place, kind=schema.kind)
    with located(place):
        try:
            return kind.of(numbers, schema, entry.part)
        except ValueError as error:
            raise InputError(str(error)) from None


def document_of(
    encoder: Encoder,
    target: Target,
    networks: Sequence[MLP],
    calibration: Calibration | None,
    *,
    intervals: bool,
    record: dict[str, Any],
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Return what `ModelDocument` describes, as plain data, and the numbers of the encoder."""
    columns, numbers = list[ColumnEntry](), list[NDArray[np.float64]]()
    for column in encoder.columns:
        entries = list[TransformEntry]()
        for transform in column.transforms:
            numbers.append(transform.numbers())
            entries.append(TransformEntry(transform.kind, len(numbers[-1]), getattr(transform, "part", "")))
        schema = column.schema
        columns.append(ColumnEntry(schema.name, schema.kind, entries, list(schema.categories)))
    classes = list(target.classes) or None
    document = {
        "format": "multilayer-model",
        "version": 1,
        "columns": columns,
        "left_out": [LeftOutEntry(one.column, one.reason) for one in encoder.left_out],
        "target": TargetEntry(
            target.name, target.task, classes, target.offset, target.scale, target.low, target.high
        ),
        "networks": [outline_of(MLP(network.layers)) for network in networks],
        "calibration": calibration and CalibrationEntry(calibration.temperature, calibration.rows),
        "intervals": intervals,
        "record": record,
    }
    if encoder.norms:
        document["norms"] = [NormEntry(one.norm, list(one.places), one.least) for one in encoder.norms]
    plain: dict[str, Any] = msgspec.to_builtins(document)
    return plain, np.concatenate(numbers)

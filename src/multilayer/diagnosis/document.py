"""A diagnosis as a JSON document for programs: versioned, with everything that was found and measured.

The document has the fields of `Diagnosis`, `Evidence` and `Ranking`; its structures are derived from these classes, and
`python -m multilayer.diagnosis.document` prints their JSON Schema. Numbers are the shortest decimals that read back bit
for bit. JSON has no number that is not finite: nan and infinities stand as the strings "nan", "inf" and "-inf", which
`float()` reads back, as in the results of `multilayer run`. What is not known or was not measured is null. Layers and
units of findings are counted from 1, as in `Finding`; classes, and the columns in "duplicates", from 0.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct

from multilayer._base.strict_json import fields_of, plain
from multilayer.diagnosis.check import Check, Finding, NotMeasured
from multilayer.diagnosis.checks import consequences
from multilayer.diagnosis.evidence import Evidence, LayerStatistics, OutputStatistics
from multilayer.diagnosis.remedies import Ranking, Row
from multilayer.losses import Loss
from multilayer.network import MLP, Dense

if TYPE_CHECKING:
    from multilayer.diagnosis.diagnosis import Diagnosis

__all__ = ["Document", "document_of", "schema", "structure", "to_json"]

FORMAT = "multilayer-diagnosis"
VERSION = 1

Number = float | Literal["nan", "inf", "-inf"]


class CheckEntry(Struct, kw_only=True):
    """A check that was run."""

    name: str
    question: str
    explains: Annotated[
        list[str], Meta(description="Checks whose findings it may explain, through others too.")
    ]


class NetworkEntry(Struct, kw_only=True):
    """A network without its weights."""

    widths: list[int]
    activations: list[str]
    dtype: Literal["float32", "float64"]
    inputs: list[str] | None
    classes: list[str | int | float | bool] | None


_SIMPLE: Mapping[Any, Any] = {
    float: Number,
    Check: CheckEntry,
    MLP: NetworkEntry,
    Loss: str,
    Dense: Annotated[str, Meta(description="The activation, with its parameters.")],
}
"""What stands in a document for objects that are not written field by field."""
_CHANGED: Mapping[tuple[type, str], Any] = {
    (Finding, "layer"): Annotated[
        int | None, Meta(description="From 1; 0 is the input; null for the whole.")
    ],
    (OutputStatistics, "confusion"): list[list[int]] | None,
    (Evidence, "not_finite"): Annotated[
        tuple[int, str, int] | None,
        Meta(description="Layer, what, and sample of the first number that is not finite."),
    ],
}
"""Fields whose type is less specific than the document."""
_PROPERTIES: Mapping[type, Mapping[str, Any]] = {
    LayerStatistics: {"constant_fraction": Number},
    Ranking: {"verdict": str},
    Row: {"score": Number, "gain": Number, "helps": bool},
}
"""Properties that stand beside the fields of a class."""


@cache
def structure(kind: type[Any]) -> type[Struct]:
    """Return the structure with the fields of a dataclass."""
    hints = typing.get_type_hints(kind)
    fields = [
        (field.name, _CHANGED.get((kind, field.name)) or _type(hints[field.name]))
        for field in dataclasses.fields(kind)
    ]
    more = _PROPERTIES.get(kind, {}).items()
    own = kind.__module__.startswith(__package__)  # the schema does not change with docstrings elsewhere
    namespace = {"__doc__": (kind.__doc__ or "").partition("\n\n")[0] if own else None}
    return msgspec.defstruct(kind.__name__, [*fields, *more], kw_only=True, namespace=namespace)


def _described(kind: type, description: str) -> Any:
    return Annotated[structure(kind) | None, Meta(description=description)]


def _type(hint: Any) -> Any:
    """Return what a document has for a type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(map(_type, arguments))]  # noqa: UP007  (of a tuple)
    if origin is np.ndarray:
        (scalar,) = typing.get_args(arguments[1])
        return list[int] if scalar is np.int64 else list[Number]
    if origin is tuple:
        return list[_type(arguments[0])] if ... in arguments else tuple[tuple(map(_type, arguments))]  # type: ignore
    if origin in (dict, Mapping):
        return dict[str, _type(arguments[1])]  # type: ignore[misc]
    return structure(hint) if isinstance(hint, type) and dataclasses.is_dataclass(hint) else hint


Document = msgspec.defstruct(
    "Document",
    [
        ("format", Literal["multilayer-diagnosis"]),
        ("version", Literal[1]),
        ("verdict", str),
        ("trouble", Annotated[bool, Meta(description="Whether a finding is an error.")]),
        ("cause", _described(Finding, "The first finding, where it is an error.")),
        (
            "confidence",
            Annotated[
                Number | None, Meta(description="Probability that the first finding is the main cause.")
            ],
        ),
        ("runner_up", _described(Finding, "The next finding that names another cause, as severe.")),
        ("undecided", Annotated[list[str], Meta(description="What is not known and would help to decide.")]),
        ("findings", _type(tuple[Finding, ...])),
        ("not_measured", _type(tuple[NotMeasured, ...])),
        ("checks", list[CheckEntry]),
        ("evidence", structure(Evidence)),
        ("remedies", _described(Ranking, "Where remedies were tried, what they gained.")),
    ],
    kw_only=True,
    namespace={"__doc__": "A diagnosis: the verdict, the findings, and what they rest on."},
)


def document_of(diagnosis: Diagnosis, ranking: Ranking | None = None) -> Struct:
    """Return the diagnosis, and the ranking of remedies where they were tried, as a document."""
    names = ("trouble", "confidence", "runner_up", "undecided")
    head = {"format": FORMAT, "version": VERSION} | {name: getattr(diagnosis, name) for name in names}
    return msgspec.convert(plain(head | fields_of(diagnosis) | {"remedies": ranking}, _entry), Document)


def to_json(diagnosis: Diagnosis, ranking: Ranking | None = None) -> bytes:
    """Return the document as JSON, as docs/diagnosis.schema.json describes it.

    Examples
    --------
    >>> from multilayer import MLP, Dense, diagnose
    >>> diagnosis = diagnose(MLP([Dense([[1.0], [1.0]])]), [[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]])
    >>> to_json(diagnosis)[:48]
    b'{"format":"multilayer-diagnosis","version":1,"ve'
    """
    return msgspec.json.encode(document_of(diagnosis, ranking))


def _entry(value: Any) -> Any:
    """Return what stands in a document for an object."""
    match value:
        case Dense():
            return repr(value.activation)
        case Loss():
            return value.facts.name
        case Check():
            explains = sorted(consequences().get(value.name, ()))
            return {"name": value.name, "question": value.question, "explains": explains}
        case MLP():
            return {
                "widths": value.widths,
                "activations": [layer.activation.facts.name for layer in value.layers],
                "dtype": value.dtype.name,
                "inputs": value.input_names,
                "classes": value.classes,
            }
    return fields_of(value) | {name: getattr(value, name) for name in _PROPERTIES.get(type(value), ())}


def schema() -> str:
    """Return the JSON Schema as text; docs/diagnosis.schema.json is this text."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A diagnosis of a multilayer network",
        **msgspec.json.schema(Document),
    }
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())

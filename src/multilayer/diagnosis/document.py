"""A diagnosis as a JSON document for programs: versioned, with everything that was found and measured.

Numbers are the shortest decimals that read back bit for bit. JSON has no number that is not finite: nan and infinities
stand as the strings "nan", "inf" and "-inf", which `float()` reads back, as in the results of `multilayer run`. What is
not known or was not measured is null. Layers and units of findings are counted from 1, as in `Finding`; classes, and
the columns and units in "duplicates", from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from multilayer._base.strict_json import fields_of, plain
from multilayer.diagnosis.causes import consequences
from multilayer.diagnosis.evidence import LayerStatistics
from multilayer.diagnosis.finding import Check
from multilayer.diagnosis.remedies import Ranking, Row
from multilayer.losses import Loss
from multilayer.network import MLP, Dense

if TYPE_CHECKING:
    from multilayer.diagnosis.diagnosis import Diagnosis

__all__ = ["Document", "document_of", "to_json"]

FORMAT = "multilayer-diagnosis"
VERSION = 1

Number = float | Literal["nan", "inf", "-inf"]
Numbers = list[Number]
Counts = list[int]
Pairs = Annotated[
    list[tuple[int, int, Number]],
    Meta(description="Two units or columns, from 0, and their correlation."),
]


class FindingEntry(Struct, kw_only=True):
    """One trouble, as in `Finding`."""

    check: str
    title: str
    severity: Literal["error", "warning", "note"]
    layer: Annotated[int | None, Meta(description="From 1; 0 is the input; null for the whole.")]
    units: Counts
    value: Number | None
    threshold: Number | None
    evidence: str
    advice: str


class NotMeasuredEntry(Struct, kw_only=True):
    """A check that had not what it needs."""

    check: str
    reason: str


class CheckEntry(Struct, kw_only=True):
    """A check that was run."""

    name: str
    question: str
    explains: Annotated[
        list[str], Meta(description="Checks whose findings it may explain, through others too.")
    ]


class NetworkEntry(Struct, kw_only=True):
    """A network without its weights."""

    shape: Counts
    activations: list[str]
    dtype: Literal["float32", "float64"]
    inputs: list[str] | None
    classes: list[str | int | float | bool] | None


class HistogramEntry(Struct, kw_only=True):
    """Counts between edges; what lies outside is in the first and last one."""

    edges: Numbers
    counts: Counts


class LayerEntry(Struct, kw_only=True):
    """One layer over all samples, as in `LayerStatistics`; lists have an entry per unit."""

    layer: Annotated[str, Meta(description="The activation, with its parameters.")]
    samples: int
    constant_share: Number
    mean_a: Numbers
    variance_a: Numbers
    mean_z: Numbers
    variance_z: Numbers
    mean_square_z: Numbers
    least_z: Numbers
    largest_z: Numbers
    active: Counts | None
    saturated: Counts | None
    linearity: Numbers
    duplicates: Pairs
    a: HistogramEntry
    z: HistogramEntry


class InputsEntry(Struct, kw_only=True):
    """The columns of X, as in `InputStatistics`."""

    mean: Numbers
    standard_deviation: Numbers
    least: Numbers
    largest: Numbers
    duplicates: Pairs
    target_correlation: Numbers | None


class GradientEntry(Struct, kw_only=True):
    """The gradient of the mean loss in one layer, as in `GradientStatistics`."""

    norm_W: Number
    norm_dW: Number
    dW: Annotated[HistogramEntry, Meta(description="Of log10 |dW|.")]
    rms_da: Numbers
    zero_da: Numbers


class OutputsEntry(Struct, kw_only=True):
    """What the network says, beside what it should say, as in `OutputStatistics`."""

    loss: Number | None
    constant_loss: Number | None
    score: Number | None
    linear_score: Number | None
    constant_score: Number | None
    target_counts: Counts | None
    predicted_counts: Counts | None
    confusion: list[Counts] | None
    unreachable: Number | None
    probabilities_squashed: bool
    mismatch: str | None


class HistoryEntry(Struct, kw_only=True):
    """The curves of the training, an entry per epoch."""

    loss: Numbers
    validation_loss: Numbers
    metrics: dict[str, Numbers]
    learning_rate: Numbers
    seconds: Numbers


class TrainingRecordEntry(Struct, kw_only=True):
    """What is known of the training, as in `TrainingRecord`."""

    history: HistoryEntry | None
    stopped: str | None
    optimizer: str | None
    learning_rate: Number | None
    epochs: int | None
    tolerance: Number | None
    patience: int | None
    start: NetworkEntry | None
    update_ratios: list[Numbers] | None
    loss: str | None


class EvidenceEntry(Struct, kw_only=True):
    """Everything that was measured, as in `Evidence`."""

    network: NetworkEntry
    samples: int
    inputs: InputsEntry
    layers: list[LayerEntry]
    outputs: OutputsEntry | None
    gradients: list[GradientEntry] | None
    not_finite: Annotated[
        tuple[int, str, int] | None,
        Meta(description="Layer, what, and sample of the first number that is not finite."),
    ]
    loss: str | None
    course: TrainingRecordEntry
    start: list[LayerEntry] | None
    reference: list[LayerEntry] | None
    missing: dict[str, str]
    notes: list[str]


class RemedyEntry(Struct, kw_only=True):
    """One way to take a remedy, trained with each seed, as in `Row`; score and gain are medians."""

    remedy: str
    change: str
    call: str
    score: Number
    scores: Numbers
    gain: Number
    gains: Numbers
    helps: bool
    seconds: Number


class NotTriedEntry(Struct, kw_only=True):
    """A remedy that was not there to try."""

    change: str
    reason: str


class RankingEntry(Struct, kw_only=True):
    """What every remedy gained, the largest gain first, as in `Ranking`."""

    verdict: str
    metric: str
    of: str
    samples: int
    seeds: Counts
    untouched: RemedyEntry
    rows: list[RemedyEntry]
    not_tried: list[NotTriedEntry]
    notes: list[str]
    partial: Annotated[str | None, Meta(description="Why fewer trainings were made than asked for.")]


class Document(Struct, kw_only=True):
    """A diagnosis: the verdict, the findings, and what they rest on."""

    format: Literal["multilayer-diagnosis"]
    version: Literal[1]
    verdict: str
    trouble: Annotated[bool, Meta(description="Whether anything was found that is an error.")]
    cause: Annotated[FindingEntry | None, Meta(description="The first finding, where it is an error.")]
    findings: list[FindingEntry]
    not_measured: list[NotMeasuredEntry]
    checks: list[CheckEntry]
    evidence: EvidenceEntry
    remedies: Annotated[RankingEntry | None, Meta(description="Where remedies were tried, what they gained.")]


def document_of(diagnosis: Diagnosis, ranking: Ranking | None = None) -> Document:
    """Return the diagnosis, and the ranking of remedies where they were tried, as a document."""
    head = {"format": FORMAT, "version": VERSION, "trouble": diagnosis.trouble}
    return msgspec.convert(plain(head | _entry(diagnosis) | {"remedies": ranking}, _entry), Document)


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


# What is told beside the fields of a class.
_PROPERTIES: Mapping[type, tuple[str, ...]] = {
    LayerStatistics: ("constant_share",),
    Ranking: ("verdict",),
    Row: ("score", "gain", "helps"),
}


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
                "shape": value.shape,
                "activations": [layer.activation.facts.name for layer in value.layers],
                "dtype": value.dtype.name,
                "inputs": value.inputs,
                "classes": value.classes,
            }
    return fields_of(value) | {name: getattr(value, name) for name in _PROPERTIES.get(type(value), ())}

"""What a network file says: the structures every format shares, and their way into a network and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np
from msgspec import UNSET, Meta, Struct, UnsetType
from numpy.typing import NDArray

from multilayer._base import strict_json
from multilayer._base.errors import InputError, located
from multilayer._base.text import quoted
from multilayer.activations import Activation
from multilayer.activations.table import describe
from multilayer.io.own_activations import brought, check_distinct, is_own
from multilayer.network import MLP, Dense
from multilayer.network.labels import Label

__all__ = ["Document", "Outline", "build", "check_finite", "outline_of", "read_document"]

FORMAT = "multilayer-network"
VERSION = 1

Numbers = Annotated[list[float], Meta(min_length=1)]
ActivationEntry = (
    str
    | Annotated[
        dict[str, float | list[float] | str],
        Meta(extra_json_schema={"required": ["name"], "properties": {"name": {"type": "string"}}}),
    ]
)
Names = Annotated[list[str], Meta(min_length=1)]
Labels = Annotated[list[str | int | float | bool], Meta(min_length=1)]


class LayerOutline(Struct, forbid_unknown_fields=True, kw_only=True):
    """A layer without its numbers."""

    activation: Annotated[
        ActivationEntry, Meta(description='A name, or {"name": ...} with parameters, such as "slope": 0.2.')
    ]


class Layer(LayerOutline, forbid_unknown_fields=True, kw_only=True):
    """A layer: a = x W + b, z = h(a)."""

    W: Annotated[
        list[Numbers],
        Meta(min_length=1, description="Weights: one row per input of the layer, one column per unit."),
    ]
    b: Annotated[Numbers, Meta(description="Biases: one number per unit.")]


class Head(Struct, kw_only=True):
    """What tells a network file from others. Read first, so that a later version is not picked to pieces."""

    format: Literal["multilayer-network"]
    version: Literal[1]


class _Common(Head, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    schema: str | UnsetType = msgspec.field(default=UNSET, name="$schema")
    description: Annotated[str, Meta(description="Free text.")] | UnsetType = UNSET
    inputs: Annotated[Names, Meta(description="Names of the inputs, one each.")] | UnsetType = UNSET
    classes: (
        Annotated[Labels, Meta(description="Labels: one per output unit, or two for a single output unit.")]
        | UnsetType
    ) = UNSET
    dtype: Annotated[
        Literal["float32", "float64"], Meta(description="What numbers are held and computed in.")
    ] = "float64"


class Outline(_Common, forbid_unknown_fields=True, kw_only=True):
    """A network without its numbers, for formats that hold these apart."""

    layers: Annotated[list[LayerOutline], Meta(min_length=1)]


class Document(_Common, forbid_unknown_fields=True, kw_only=True):
    """A whole network."""

    layers: Annotated[
        list[Layer], Meta(min_length=1, description="From the first hidden to the output layer.")
    ]


D = TypeVar("D", Outline, Document)


def read_document(text: str, kind: type[D], where: str) -> D:
    """Return JSON text as an `Outline` or a `Document`."""
    document = strict_json.parse(text, where)
    strict_json.convert(document, Head, where)
    return strict_json.convert(document, kind, where)


def outline_of(network: MLP) -> dict[str, Any]:
    """Return what a file says of the network beside its numbers, in the order in which it is written."""
    _check_text([*(network.inputs or ()), *(network.classes or ())])
    outline: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    if network.inputs is not None:
        outline["inputs"] = list(network.inputs)
    if network.classes is not None:
        outline["classes"] = list(network.classes)
    outline["dtype"] = network.dtype.name
    outline["layers"] = [
        {"activation": _describe(layer.activation, number)} for number, layer in enumerate(network.layers, 1)
    ]
    check_distinct(network.layers)
    for number, layer in enumerate(network.layers, 1):
        check_finite(layer.W, f"layer {number}: W")
        check_finite(layer.b, f"layer {number}: b")
    return outline


def _describe(activation: Activation, number: int) -> str | dict[str, Any]:
    """Describe an activation, unless its name would bring back another one."""
    _check_text([activation.facts.name])
    with located(f"layer {number}"):
        is_own(activation)  # refuses a name of the catalogue
        return describe(activation)


def build(
    outline: Outline | Document,
    numbers: Iterable[tuple[NDArray[Any], NDArray[Any]]],
    where: str,
    activations: Sequence[Activation],
) -> MLP:
    """Return the network that the outline and the W and b of each layer make."""
    layers = []
    for number, (layer, (weights, biases)) in enumerate(zip(outline.layers, numbers, strict=True), 1):
        with located(f"{where}: layer {number}"):
            layers.append(Dense(weights, biases, brought(layer.activation, activations)))
    with located(where):
        return MLP(layers, classes=outline.classes or None, inputs=outline.inputs or None)


def _check_text(names: Iterable[Label]) -> None:
    """Refuse half of a surrogate pair, which no file can hold as text."""
    for name in map(str, names):
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(f"the name {quoted(name)} is not text; take out the lone surrogate") from None


def check_finite(array: NDArray[Any], where: str) -> None:
    """Refuse nan and infinities, naming the first."""
    if not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0]
        words = ("row", "column") if array.ndim == 2 else ("entry",)
        at = ", ".join(f"{word} {index + 1}" for word, index in zip(words, place, strict=True))
        raise InputError(
            f"{where}, {at}: expected a finite number, found {array[tuple(place)]}; a network file holds "
            f"neither NaN nor infinities, nor what is beyond {array.dtype}"
        )

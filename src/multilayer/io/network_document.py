"""The structure of a network file, which all formats share; from a network to it and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np
from msgspec import UNSET, Meta, Struct, UnsetType
from numpy.typing import NDArray

from multilayer._base import strict_json
from multilayer._base.errors import InputError, located
from multilayer._base.fields import entries
from multilayer._base.names import folded
from multilayer._base.text import one_line, quoted
from multilayer.activations import Activation, get
from multilayer.activations.table import describe, from_description, registry
from multilayer.network import MLP, Dense
from multilayer.network.labels import Label

__all__ = [
    "NetworkDocument",
    "Outline",
    "build",
    "check_finite",
    "outline_of",
    "read_document",
    "schema",
    "user_activations",
]


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


class LayerDocument(LayerOutline, forbid_unknown_fields=True, kw_only=True):
    """A layer: a = x W + b, z = h(a)."""

    W: Annotated[
        list[Numbers],
        Meta(min_length=1, description="Weights: one row per input of the layer, one column per unit."),
    ]
    b: Annotated[Numbers, Meta(description="Biases: one number per unit.")]


class NetworkHead(Struct, kw_only=True):
    """What identifies a network file. Read first, so that the error for a later version is about the version."""

    format: Literal["multilayer-network"]
    version: Literal[1]


class _Common(NetworkHead, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
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
    """A network without its numbers, for formats that store these separately."""

    layers: Annotated[list[LayerOutline], Meta(min_length=1)]


class NetworkDocument(_Common, forbid_unknown_fields=True, kw_only=True):
    """A whole network."""

    layers: Annotated[
        list[LayerDocument], Meta(min_length=1, description="From the first hidden to the output layer.")
    ]


D = TypeVar("D", Outline, NetworkDocument)


def read_document(text: str, kind: type[D], where: str) -> D:
    """Return JSON text as an `Outline` or a `NetworkDocument`."""
    document = strict_json.parse(text, where)
    strict_json.convert(document, NetworkHead, where)
    return strict_json.convert(document, kind, where)


def outline_of(network: MLP) -> dict[str, Any]:
    """Return the network without its numbers as plain data, in the order in which a file has it."""
    _check_text([*(network.input_names or ()), *(network.classes or ())])
    outline: dict[str, Any] = {"format": "multilayer-network", "version": 1}
    if network.input_names is not None:
        outline["inputs"] = list(network.input_names)
    if network.classes is not None:
        outline["classes"] = list(network.classes)
    outline["dtype"] = network.dtype.name
    outline["layers"] = [
        {"activation": _describe(layer.activation, number)} for number, layer in enumerate(network.layers, 1)
    ]
    _check_distinct(network.layers)
    for number, layer in enumerate(network.layers, 1):
        check_finite(layer.W, f"layer {number}: W")
        check_finite(layer.b, f"layer {number}: b")
    return outline


def _describe(activation: Activation, number: int) -> str | dict[str, Any]:
    """Return the entry of an activation in a file, unless it would be read back as another one."""
    _check_text([activation.facts.name])
    with located(f"layer {number}"):
        _is_user_defined(activation)  # refuses a name of the catalogue
        return describe(activation)


def build(
    outline: Outline | NetworkDocument,
    numbers: Iterable[tuple[NDArray[Any], NDArray[Any]]],
    where: str,
    activations: Sequence[Activation],
) -> MLP:
    """Return the network of an outline and the W and b of each layer."""
    layers = []
    for number, (layer, (weights, biases)) in enumerate(zip(outline.layers, numbers, strict=True), 1):
        with located(f"{where}: layer {number}"):
            layers.append(Dense(weights, biases, _activation_of(layer.activation, activations)))
    with located(where):
        return MLP(layers, classes=outline.classes or None, inputs=outline.inputs or None)


def schema() -> str:
    """Return the JSON Schema of network JSON; docs/network.schema.json is this text."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A multilayer network",
        **msgspec.json.schema(NetworkDocument),
    }
    return json.dumps(document, indent=2) + "\n"


def _check_text(names: Iterable[Label]) -> None:
    """Refuse half of a surrogate pair, which cannot be encoded as text."""
    for name in map(str, names):
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            raise InputError(
                "the name {name} is not text; take out the lone surrogate", name=quoted(name)
            ) from None


def check_finite(array: NDArray[Any], where: str) -> None:
    """Refuse nan and infinities, naming the first."""
    array = np.atleast_1d(array)
    if not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0]
        words = ("row", "column") if array.ndim == 2 else ("entry",)
        at = ", ".join(f"{word} {index + 1}" for word, index in zip(words, place, strict=True))
        raise InputError(
            "{where}, {at}: expected a finite number, found {found}; a network file "
            "holds neither NaN nor infinities, nor what is beyond {dtype}",
            where=where,
            at=at,
            found=array[tuple(place)],
            dtype=array.dtype,
        )


def _is_user_defined(activation: Activation) -> bool:
    """Whether an activation is not in the catalogue. If it is not, but has the name of one that is, it is refused."""
    name = activation.facts.name
    if not registry.takes(name):
        return True
    if type(get(name)) is not type(activation):
        raise InputError(
            "an activation of your own is called {name}, as one in the catalogue, which "
            "would be read back; give yours another name",
            name=quoted(name),
        )
    return False


def user_activations(given: Any) -> tuple[Activation, ...]:
    """Return the activations given as `activations=`, one or several.

    Refused are other objects, a name of the catalogue for another activation, and two different ones with one name.
    """
    if isinstance(given, Activation):
        given = (given,)
    listed = entries(given)
    if listed is None:
        raise InputError(
            "activations must be Activations of your own; got {given}", given=one_line(repr(given), 60)
        )
    own: dict[str, Activation] = {}
    for number, activation in enumerate(listed, 1):
        if not isinstance(activation, Activation):
            raise InputError(
                "activations, entry {number}: expected an Activation of your own; got {activation}",
                number=number,
                activation=one_line(repr(activation), 60),
            )
        name = activation.facts.name
        if _is_user_defined(activation) and own.setdefault(folded(name), activation) != activation:
            raise InputError(
                "activations: two different ones are called {name}; give only the one meant",
                name=quoted(name),
            )
    return tuple(own.values())


def _activation_of(description: str | Mapping[str, Any], own: Sequence[Activation]) -> Activation:
    """Return the activation that a file describes, from the catalogue or from those passed to `load`."""
    try:
        return from_description(description, among=own)
    except InputError as error:
        name = description if isinstance(description, str) else description.get("name")
        names = {folded(activation.facts.name) for activation in own}
        if not isinstance(name, str) or registry.takes(name) or folded(name) in names:
            raise
        raise InputError(
            "{error} (an activation of your own is passed to load: load(path, activations=[...]))",
            error=error,
        ) from None


def _check_distinct(layers: Sequence[Dense]) -> None:
    """Refuse layers with different activations that would be read back as the same one."""
    first: dict[str, tuple[int, Activation]] = {}
    for number, layer in enumerate(layers, 1):
        activation = layer.activation
        if not registry.takes(activation.facts.name):
            name = activation.facts.name
            before, known = first.setdefault(folded(name), (number, activation))
            if from_description(describe(activation), among=[known]) != activation:
                raise InputError(
                    "layers {before} and {number} have different activations of your own "
                    "that are both called {name}; a file holds names and parameters "
                    "only, so give each its own name",
                    before=before,
                    number=number,
                    name=quoted(name),
                )

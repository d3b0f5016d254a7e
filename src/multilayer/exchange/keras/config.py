"""The configuration of a Keras model: layers in a row, each of a class of Keras."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from multilayer._base.errors import InputError, located
from multilayer._base.text import one_line, quoted

__all__ = ["Layer", "layers_of"]

_MODELS = ("Sequential", "Functional", "Model")
_KINDS = ("float32", "float64")
_DEEPEST = 8
_MOST_LAYERS = 10_000


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer: its class, its name, its settings, and the group in which its weights lie."""

    kind: str
    name: str
    config: Mapping[str, Any]
    group: tuple[str, ...]

    def __str__(self) -> str:
        return f"layer {one_line(self.name, 40)} ({one_line(self.kind, 40)})"

    @property
    def dtype(self) -> str:
        """The type of its numbers."""
        policy = self.config.get("dtype")
        if isinstance(policy, Mapping):
            if policy.get("class_name") != "DTypePolicy":
                raise InputError("its weights are quantized; save the model as it was before quantization")
            config = policy.get("config")
            policy = config.get("name") if isinstance(config, Mapping) else None
        if policy not in _KINDS:
            raise InputError(
                "its type is {policy}; expected float32 or float64, without quantization",
                policy=one_line(repr(policy), 40),
            )
        return str(policy)


def layers_of(model: Any, group: tuple[str, ...] = (), depth: int = 0) -> Iterator[Layer]:
    """Yield the layers of a model in order, those of inner models among them.

    Raises
    ------
    InputError
        For a model or a layer whose computation is code, and for branches and layers that are shared.
    """
    kind, config = _class_of(model), _config_of(model)
    if kind not in _MODELS or depth > _DEEPEST:
        raise InputError(
            "the class {kind} of the model is user code; expected Sequential, or a Functional model of layers in a row",
            kind=quoted(kind),
        )
    entries = config.get("layers")
    if not isinstance(entries, list) or not all(isinstance(one, Mapping) for one in entries):
        raise InputError("its layers are not a list of objects")
    if len(entries) > _MOST_LAYERS:
        raise InputError(
            "it has {entries} layers; expected {most_layers} at most",
            entries=len(entries),
            most_layers=_MOST_LAYERS,
        )
    counts: Counter[str] = Counter()
    found = []
    for entry in entries:
        inner, settings = _class_of(entry), _config_of(entry)
        number, counts[inner] = counts[inner], counts[inner] + 1
        place = _snake(inner) + (f"_{number}" if number else "")
        layer = Layer(inner, str(settings.get("name", place)), settings, (*group, "layers", place))
        with located(str(layer)):
            _check(entry, layer)
        found.append((layer, entry))
    for layer, entry in found if kind == "Sequential" else _in_a_row(found, config):
        if layer.kind in _MODELS:
            with located(str(layer)):
                yield from layers_of(entry, layer.group, depth + 1)
        else:
            yield layer


def _class_of(entry: Any) -> str:
    name = entry.get("class_name") if isinstance(entry, Mapping) else None
    if not isinstance(name, str):
        raise InputError("expected an object with a class_name")
    return name


def _config_of(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    config = entry.get("config")
    if not isinstance(config, Mapping):
        raise InputError("{class_of} has no configuration", class_of=quoted(_class_of(entry)))
    return config


def _check(entry: Mapping[str, Any], layer: Layer) -> None:
    if layer.kind == "Lambda":
        raise InputError(
            "it holds code, which is never run; replace it by layers of Keras, such as Rescaling"
        )
    if entry.get("registered_name") is not None or not str(entry.get("module", "")).startswith("keras"):
        raise InputError("its class is not one of Keras, so its computation is code")
    for setting in ("lora_rank", "quantization_config", "quantization_mode"):
        if layer.config.get(setting) is not None:
            raise InputError(
                "it has {setting}; merge or remove that, and save the model again", setting=setting
            )


def _in_a_row(found: list[tuple[Layer, Any]], config: Mapping[str, Any]) -> list[tuple[Layer, Any]]:
    """Return the layers of a Functional model in the order in which they run."""
    source: dict[str, str | None] = {}
    for layer, entry in found:
        nodes = entry.get("inbound_nodes")
        if not isinstance(nodes, list) or len(nodes) > 1:
            raise InputError("{layer}: it is used in several places; expected each layer once", layer=layer)
        names = list(_tensors(nodes, 0))
        if len(names) > 1:
            raise InputError(
                "{layer}: it joins {names}; expected layers in a row",
                layer=layer,
                names=", ".join(map(quoted, names[:4])),
            )
        source[layer.name] = names[0] if names else None
    by_name = {layer.name: (layer, entry) for layer, entry in found}
    ends = _ends(config)
    row: list[tuple[Layer, Any]] = []
    name: str | None = ends
    while name is not None:
        if name not in by_name or len(row) > len(found):
            raise InputError("its layers do not follow each other, at {name}", name=quoted(name))
        row.append(by_name[name])
        name = source[name]
    if len(row) != len(found):
        left = next(layer for layer, entry in found if (layer, entry) not in row)
        raise InputError("{left}: it is on a branch; expected layers in a row", left=left)
    return row[::-1]


def _ends(config: Mapping[str, Any]) -> str:
    outputs = config.get("output_layers")
    while isinstance(outputs, list) and len(outputs) == 1:
        outputs = outputs[0]
    if not isinstance(outputs, list) or len(outputs) != 3 or not isinstance(outputs[0], str):
        raise InputError("it has several outputs; expected one")
    return outputs[0]


def _tensors(value: Any, depth: int) -> Iterator[str]:
    """Yield the names of the layers whose outputs are arguments."""
    if depth > 2 * _DEEPEST:
        raise InputError("arguments of its layers are nested too deep")
    if isinstance(value, Mapping):
        config = value.get("config")
        history = config.get("keras_history") if isinstance(config, Mapping) else None
        if value.get("class_name") == "__keras_tensor__" and isinstance(history, list) and history:
            yield str(history[0])
        else:
            for one in value.values():
                yield from _tensors(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from _tensors(one, depth + 1)


def _snake(name: str) -> str:
    """Return the name of a class as Keras writes it in files: LeakyReLU is leaky_re_lu."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()

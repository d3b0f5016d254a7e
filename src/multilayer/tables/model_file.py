"""A model in one safetensors file: tensors, and a document in the metadata. No code is read from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as save_tensors

from multilayer._base import storage, strict_json, tensor_file
from multilayer._base.errors import InputError, located
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import near_matches, one_line, quoted
from multilayer.io.network_document import build, check_finite
from multilayer.io.safetensors import MODEL, NETWORK
from multilayer.network import MLP
from multilayer.tables.calibration import Calibration
from multilayer.tables.conformal import Conformal
from multilayer.tables.encoder import Encoder
from multilayer.tables.model_document import ModelDocument, ModelHead, document_of
from multilayer.tables.target import Target

__all__ = ["Parts", "read", "write"]

_SUFFIX = ".safetensors"
_NUMBERS = "encoder.numbers"
_SCORES, _KNOTS, _SCALES = "intervals.scores", "intervals.knots", "intervals.scales"
_TYPES = {"float32": "F32", "float64": "F64"}


class Parts(NamedTuple):
    """What a model is made of, in the order in which `Model` takes it."""

    encoder: Encoder
    networks: tuple[MLP, ...]
    target: Target
    calibration: Calibration | None
    intervals: Conformal | None
    record: dict[str, Any]


def write(parts: Parts, path: AnyPath, *, overwrite: bool = True) -> None:
    """Write a model to a .safetensors file, whole or not at all.

    Raises
    ------
    InputError
        For another suffix, a weight or score that is not finite, a record that JSON cannot hold, and a file that cannot
        be written.
    """
    where = shown(path)
    if Path(where).suffix.lower() != _SUFFIX:
        raise InputError(
            "{where}: expected a name that ends in {suffix}, as a model is kept in such a file",
            where=where,
            suffix=_SUFFIX,
        )
    with located(where):
        data = _bytes_of(parts)
    storage.write(path, data, overwrite=overwrite)


def _bytes_of(parts: Parts) -> bytes:
    intervals = parts.intervals
    document, numbers = document_of(
        parts.encoder,
        parts.target,
        parts.networks,
        parts.calibration,
        intervals=intervals is not None,
        record=parts.record,
    )
    tensors: dict[str, NDArray[Any]] = {_NUMBERS: numbers}
    for number, network in enumerate(parts.networks, 1):
        for place, layer in enumerate(network.layers, 1):
            tensors |= {_weights(number, place): layer.W, _biases(number, place): layer.b}
    if intervals is not None:
        tensors[_SCORES] = intervals.scores
        if intervals.knots.size:
            tensors |= {_KNOTS: intervals.knots, _SCALES: intervals.scales}
    for name, array in tensors.items():
        check_finite(array, name)
    try:
        text = strict_json.to_json(document).decode()
    except (TypeError, ValueError) as error:  # half of a surrogate pair, an object
        raise InputError("the model cannot be written as JSON: {error}", error=error) from None
    return save_tensors(tensors, {MODEL: text})


def read(path: AnyPath) -> Parts:
    """Return the parts of the model in a file.

    Raises
    ------
    InputError
        When there is no such file, or it is not a model whose parts fit: one line with the place and what was expected.
    """
    where = shown(path)
    file = _model_in(path)
    place = f"{where}: metadata '{MODEL}'"
    content = strict_json.parse(file.metadata[MODEL], place)
    strict_json.convert(content, ModelHead, place)
    document = strict_json.convert(content, ModelDocument, place)
    _check_entries(file.entries, document, where)
    _check_chains(file.entries, document, where)
    arrays = file.arrays()
    for name, array in arrays.items():
        check_finite(array, f"{where}: tensor {one_line(name, 40)}")
    with located(where):
        return Parts(
            document.encoder(arrays[_NUMBERS]),
            _networks(document, arrays),
            document.target_of(),
            document.calibration_of(),
            _intervals(arrays) if document.intervals else None,
            document.record,
        )


def _model_in(path: AnyPath) -> tensor_file.TensorFile:
    """Return a file that says that it is a model."""
    where = shown(path)
    storage.check_regular(path)
    if Path(where).suffix.lower() != _SUFFIX:
        raise InputError(
            "{where}: expected a model of a table, a {suffix} file that multilayer train wrote; multilayer run takes "
            "networks",
            where=where,
            suffix=_SUFFIX,
        )
    file = tensor_file.load(path)
    if NETWORK in file.metadata:
        raise InputError(
            "{where}: expected a model of a table, found a network; multilayer.load reads it", where=where
        )
    if MODEL not in file.metadata:
        raise InputError(
            "{where}: expected metadata '{model}' that describes a model, found none; Model.save writes it",
            where=where,
            model=MODEL,
        )
    return file


def _networks(document: ModelDocument, arrays: dict[str, NDArray[Any]]) -> tuple[MLP, ...]:
    networks = list[MLP]()
    for number, outline in enumerate(document.networks, 1):
        places = range(1, len(outline.layers) + 1)
        layers = [(arrays[_weights(number, place)], arrays[_biases(number, place)]) for place in places]
        networks.append(build(outline, layers, f"network {number}", ()))
    return tuple(networks)


def _weights(network: int, layer: int) -> str:
    return f"network{network}.layer{layer}.W"


def _biases(network: int, layer: int) -> str:
    return f"network{network}.layer{layer}.b"


def _expected(document: ModelDocument) -> dict[str, tuple[str, int]]:
    """Return type and number of axes of each tensor of a model."""
    expected = {_NUMBERS: ("F64", 1)}
    for number, outline in enumerate(document.networks, 1):
        kind = _TYPES[outline.dtype]
        for place in range(1, len(outline.layers) + 1):
            expected |= {_weights(number, place): (kind, 2), _biases(number, place): (kind, 1)}
    if document.intervals:
        expected[_SCORES] = ("F64", 1)
        if document.target.task == "regression":
            expected |= {_KNOTS: ("F64", 1), _SCALES: ("F64", 1)}
    return expected


def _check_entries(entries: dict[str, tensor_file.TensorEntry], document: ModelDocument, where: str) -> None:
    """Refuse tensors that are not those of the model, before memory is allocated for them."""
    expected = _expected(document)
    missing = next((name for name in expected if name not in entries), None)
    if missing is not None:
        raise InputError("{where}: the tensor {missing} is missing", where=where, missing=missing)
    for name, entry in entries.items():
        if name not in expected:
            raise InputError(
                "{where}: unknown tensor {name}; {near}",
                where=where,
                name=quoted(name),
                near=near_matches(name, expected),
            )
        kind, axes = expected[name]
        if entry.dtype != kind or len(entry.shape) != axes:
            raise InputError(
                "{where}: tensor {name}: expected {kind} of {axes} axes, found {dtype} of {found_axes}",
                where=where,
                name=name,
                kind=kind,
                axes=axes,
                dtype=quoted(entry.dtype),
                found_axes=len(entry.shape),
            )


def _check_chains(entries: dict[str, tensor_file.TensorEntry], document: ModelDocument, where: str) -> None:
    """Refuse layers that do not fit each other, before memory is allocated for them."""
    for number, outline in enumerate(document.networks, 1):
        before = None
        for place in range(1, len(outline.layers) + 1):
            inputs, units = entries[_weights(number, place)].shape
            (biases,) = entries[_biases(number, place)].shape
            if units != biases or before not in (None, inputs):
                raise InputError(
                    "{where}: network {number}, layer {layer}: W of the shape {shape} does not fit {biases} biases "
                    "and {before} units before",
                    where=where,
                    number=number,
                    layer=place,
                    shape=(inputs, units),
                    biases=biases,
                    before=inputs if before is None else before,
                )
            before = units


def _intervals(arrays: dict[str, NDArray[Any]]) -> Conformal:
    scores = arrays[_SCORES]
    knots, scales = arrays.get(_KNOTS, np.empty(0)), arrays.get(_SCALES, np.empty(0))
    if np.any(np.diff(scores) < 0.0) or np.any(np.diff(knots) < 0.0):
        raise InputError("intervals: expected scores and knots in ascending order")
    if len(knots) != len(scales) or np.any(scales <= 0.0) or scores[0] < 0.0:
        raise InputError("intervals: expected scores of at least 0, and a scale above 0 for each knot")
    return Conformal(scores, knots, scales)

"""Files of every format to damage: how each is loaded, and what another program finds in it."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

from multilayer import MLP, fit
from multilayer.exchange import read, write
from multilayer.exchange.proof import prove, samples_for
from multilayer.tables import Encoder, Model, Target, columns_of
from multilayer.tables.row_norm import RowNorm
from multilayer.training.checkpoint import read as read_checkpoint
from tests.exchange.mutated.structure import of_archive, of_graph, of_hdf5, of_json, of_keras, of_safetensors
from tests.exchange.networks import random_network

Arrays = list[np.ndarray]

NET = random_network((3, 5, 4, 2), ("relu", "tanh", "softmax"), np.float32, classes=["no", "yes"])


@dataclass(frozen=True)
class Kind:
    """A format: an undamaged file, its loader, a reader of another hand, and changes of its structure."""

    suffix: str
    make: Callable[[Path], None]
    load: Callable[[Path], Any]
    right: Callable[[bytes, Any], bool]
    """Whether what was loaded is in the file, by a program of another hand."""
    changed: Callable[[Any, bytes], bytes]


def weights(loaded: Any) -> Arrays:
    networks = loaded.networks if isinstance(loaded, Model) else [loaded]
    if isinstance(loaded, list):
        return loaded
    return [array for network in networks for layer in network.layers for array in (layer.W, layer.b)]


def network_of(path: Path) -> MLP | Model:
    return read(path, hidden="tanh" if path.suffix == ".h5" else ()).network


def holding(found: Callable[[bytes], Iterator[np.ndarray]]) -> Callable[[bytes, Any], bool]:
    """Return whether every weight is among the arrays that another program finds."""

    def right(data: bytes, loaded: Any) -> bool:
        there = list(found(data))
        return all(any(_same(array, one) for one in there) for array in weights(loaded))

    return right


def _same(array: np.ndarray, one: np.ndarray) -> bool:
    """Whether two arrays hold the same numbers, whichever of them is transposed, flat or of float64."""
    if array.size != one.size or one.dtype.kind not in "fiu":
        return False
    numbers = array.ravel()
    return any(np.array_equal(numbers, either.ravel().astype(array.dtype)) for either in (one, one.T))


def model(path: Path) -> None:
    random = np.random.default_rng(0)
    table = columns_of({"size": random.normal(size=30), "kind": np.resize(["a", "b", "c"], 30)})
    encoder = Encoder.fit(table)
    target = Target.of(columns_of({"y": np.resize(["no", "yes"], 30)})["y"])
    net = random_network((encoder.width, 4, 2), ("relu", "softmax"), np.float32)
    places = tuple(range(encoder.width))
    norms = RowNorm("l2", places[:1]), RowNorm("max", places[1:], 1e-9)
    Model(replace(encoder, norms=norms), (net, net), target).save(path)


def checkpoint(path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    fit(NET, x, ["no", "yes"] * 10, loss="categorical_cross_entropy", epochs=2, rng=0, checkpoint=path)


def in_json(data: bytes) -> Iterator[np.ndarray]:
    document = json.loads(data)
    for layer in document["layers"]:
        for name in ("W", "b"):
            yield np.array(layer[name], document.get("dtype", "float64"))


def in_safetensors(data: bytes) -> Iterator[np.ndarray]:
    (length,) = struct.unpack("<Q", data[:8])
    header, numbers = json.loads(data[8 : 8 + length]), data[8 + length :]
    header.pop("__metadata__", None)
    types = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "BF16": "<u2", "I64": "<i8"}
    for entry in header.values():
        start, end = entry["data_offsets"]
        found = np.frombuffer(numbers[start:end], types[entry["dtype"]]).reshape(entry["shape"])
        yield (found.astype(np.uint32) << 16).view(np.float32) if entry["dtype"] == "BF16" else found


def in_archive(data: bytes) -> Iterator[np.ndarray]:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        yield from (arrays[name] for name in arrays.files)


def in_hdf5(data: bytes) -> Iterator[np.ndarray]:
    with h5py.File(io.BytesIO(data), "r") as file:
        yield from _within(file)


def _within(group: Any) -> Iterator[np.ndarray]:
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        with suppress(KeyError, OSError, RuntimeError):  # damaged in a place that holds no weights
            one = group[name]
            if isinstance(one, h5py.Dataset):
                yield one[()]
                yield np.zeros(one.shape[-1:])  # the biases of a layer that has kernels alone
            else:
                yield from _within(one)


def in_keras(data: bytes) -> Iterator[np.ndarray]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield from in_hdf5(archive.read("model.weights.h5"))


def as_evaluated(data: bytes, network: MLP) -> bool:
    """Whether the evaluator of onnx gives the same outputs; what it refuses is not compared."""
    x = samples_for(network)
    try:
        evaluator = ReferenceEvaluator(onnx.load_from_string(data))
        name = evaluator.input_names[0]
        with np.errstate(all="ignore"):
            outputs = evaluator.run(None, {name: x})
    except Exception:  # noqa: BLE001  (a file that is not valid for it)
        return True
    alike = [y for y in outputs if np.shape(y) == (len(x), network.widths[-1]) and y.dtype.kind == "f"]
    return not alike or any(prove(network, lambda _, y=y: y, "onnx", x).holds for y in alike)


def written(path: Path) -> None:
    write(NET, path)


def hdf5(path: Path) -> None:
    write(NET, path.with_suffix(".keras"))
    with zipfile.ZipFile(path.with_suffix(".keras")) as archive:
        path.write_bytes(archive.read("model.weights.h5"))


KINDS = {
    "json": Kind(".json", written, network_of, holding(in_json), of_json),
    "safetensors": Kind(".safetensors", written, network_of, holding(in_safetensors), of_safetensors),
    "npz": Kind(".npz", written, network_of, holding(in_archive), of_archive),
    "onnx": Kind(".onnx", written, network_of, as_evaluated, of_graph),
    "keras": Kind(".keras", written, network_of, holding(in_keras), of_keras),
    "keras-weights": Kind(".weights.h5", hdf5, network_of, holding(in_hdf5), of_hdf5),
    "model": Kind(
        ".safetensors",
        model,
        Model.load,
        holding(in_safetensors),
        of_safetensors,
    ),
    "checkpoint": Kind(
        ".ckpt",
        checkpoint,
        lambda path: list(read_checkpoint(path)[1].parameters),
        holding(in_safetensors),
        of_safetensors,
    ),
}

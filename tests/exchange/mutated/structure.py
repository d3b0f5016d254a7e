"""Changes of the structure of files: another tree of JSON, other members, tensors, nodes and groups."""

from __future__ import annotations

import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import h5py
import numpy as np
import onnx
from hypothesis import strategies as st
from onnx import numpy_helper

from tests.io.test_mutations import change

TYPES = ("<f4", "<f8", ">f4", "<f2", "<i8", "|u1", "?", "<U3", "<c8")
SHAPES = ((), (0,), (1,), (-1,), (1, -1), (-1, 1), (1, 1, -1))


def several(draw: Any, act: Callable[[], None]) -> None:
    for _ in range(draw(st.integers(1, 3))):
        act()


def of_json(draw: Any, data: bytes) -> bytes:
    document = json.loads(data)
    several(draw, lambda: change(draw, document))
    return json.dumps(document).encode()


def of_safetensors(draw: Any, data: bytes) -> bytes:
    (length,) = struct.unpack("<Q", data[:8])
    header, numbers = json.loads(data[8 : 8 + length]), data[8 + length :]
    texts = header["__metadata__"]
    name = draw(st.sampled_from([None, *texts]))
    tree = json.loads(texts[name]) if name and texts[name].startswith("{") else header
    several(draw, lambda: change(draw, tree))
    if tree is not header:
        texts[name] = json.dumps(tree)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + numbers


def other_array(draw: Any, array: np.ndarray) -> np.ndarray:
    """Return the numbers as another type, in another shape, or others."""
    action = draw(st.sampled_from(["type", "shape", "number", "less"]))
    with np.errstate(all="ignore"):
        if action == "type":
            kind = draw(st.sampled_from(TYPES))
            # What is no such number stays as it is.
            with suppress(ValueError, OverflowError, np.exceptions.ComplexWarning):
                array = array.astype(kind)
            return array
        if action == "shape":
            shape = draw(st.sampled_from(SHAPES))
            return array.reshape(shape) if -1 in shape else np.resize(array, shape)
        if action == "less":
            return array[:-1] if array.ndim else array
        if not array.size:
            return array
        changed = np.atleast_1d(array.copy())
        value = draw(st.sampled_from([np.nan, np.inf, 0.0, -1.0, 1e30]))
        changed.flat[draw(st.integers(0, changed.size - 1))] = np.asarray(value).astype(array.dtype)
        return changed.reshape(array.shape)


def of_archive(draw: Any, data: bytes) -> bytes:
    with np.load(io.BytesIO(data)) as file:
        arrays = [(name, file[name]) for name in file.files]

    def act() -> None:
        place = draw(st.integers(0, len(arrays) - 1)) if arrays else 0
        action = draw(st.sampled_from(["remove", "rename", "twice", "swap", "array"]))
        if not arrays:
            return
        name, array = arrays[place]
        if action == "remove":
            del arrays[place]
        elif action == "rename":
            arrays[place] = draw(st.sampled_from(["W1", "b1", "W9", "../W1", "", "origin"])), array
        elif action == "twice":
            arrays.append((name, array))
        elif action == "swap":
            arrays[place] = name, arrays[0][1]
        else:
            arrays[place] = name, other_array(draw, array)

    several(draw, act)
    return archive_of(arrays)


def archive_of(arrays: list[tuple[str, np.ndarray]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        for name, array in arrays:
            member = io.BytesIO()
            np.save(member, array)
            archive.writestr(f"{name}.npy", member.getvalue())
    return file.getvalue()


def of_graph(draw: Any, data: bytes) -> bytes:
    model = onnx.load_from_string(data)
    graph = model.graph

    def act() -> None:
        nodes, tensors = graph.node, graph.initializer
        action = draw(
            st.sampled_from(["operator", "remove", "twice", "input", "tensor", "dims", "opset", "order"])
        )
        if not nodes or not tensors:
            return
        node = nodes[draw(st.integers(0, len(nodes) - 1))]
        place = draw(st.integers(0, len(tensors) - 1))
        tensor = tensors[place]
        if action == "operator":
            node.op_type = draw(
                st.sampled_from(["Relu", "Gemm", "MatMul", "Add", "If", "Softmax", "", "Sub"])
            )
        elif action == "remove":
            nodes.remove(node)
        elif action == "twice":
            nodes.append(node)
        elif action == "input" and node.input:
            known = [*(one.name for one in tensors), *(out for one in nodes for out in one.output), "", "?"]
            node.input[draw(st.integers(0, len(node.input) - 1))] = draw(st.sampled_from(known))
        elif action == "tensor":
            array = numpy_helper.to_array(tensor)
            changed = other_array(draw, array if array.dtype.kind in "fiu" else np.ones(array.shape))
            if changed.dtype.kind != "U":
                native = changed.astype(changed.dtype.newbyteorder("="))
                tensor.CopyFrom(numpy_helper.from_array(native, tensor.name))
        elif action == "dims" and tensor.dims:
            tensor.dims[0] = draw(st.sampled_from([0, -1, 1, 2**40, 2**62]))
        elif action == "opset":
            model.opset_import[0].version = draw(st.sampled_from([0, 1, 6, 12, 13, 22, 2**40]))
        elif action == "order":
            moved = draw(st.permutations(list(nodes)))
            del nodes[:]
            nodes.extend(moved)

    with suppress(ValueError):  # of onnx, for a tensor that was changed twice
        several(draw, act)
    if draw(st.booleans()):
        del model.metadata_props[:]
    return model.SerializeToString()


def of_hdf5(draw: Any, data: bytes) -> bytes:
    buffer = io.BytesIO(data)
    refusals = (ValueError, KeyError, RuntimeError)  # of HDF5 itself, as for a name that is taken
    with h5py.File(buffer, "r+") as file, suppress(*refusals):
        several(draw, lambda: _of_group(draw, file))
    return buffer.getvalue()


def _of_group(draw: Any, file: Any) -> None:
    names: list[str] = []
    file.visit(names.append)
    if not names:
        return
    name = draw(st.sampled_from(sorted(names)))
    action = draw(st.sampled_from(["remove", "move", "array", "soft", "external", "attribute", "copy"]))
    if action == "remove":
        del file[name]
    elif action == "move":
        file.move(name, f"other{len(names)}")
    elif action == "array" and isinstance(file[name], h5py.Dataset):
        array = other_array(draw, file[name][()])
        del file[name]
        file[name] = array.astype("S") if array.dtype.kind == "U" else array
    elif action in ("soft", "external"):
        other = draw(st.sampled_from([name, "/", *names]))
        del file[name]
        file[name] = h5py.SoftLink(other) if action == "soft" else h5py.ExternalLink("elsewhere.h5", other)
    elif action == "attribute":
        file[name].attrs["x"] = draw(
            st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=3)
        )
    elif action == "copy":
        file.copy(file[name], f"copy{len(names)}")


def of_keras(draw: Any, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if draw(st.booleans()):
        members["config.json"] = of_json(draw, members["config.json"])
    else:
        members["model.weights.h5"] = of_hdf5(draw, members["model.weights.h5"])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()

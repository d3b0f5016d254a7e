"""Hostile ONNX files: each is refused in one line, in constant memory, and nothing of it is run."""

import os
import subprocess
import sys

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from multilayer import InputError
from multilayer.exchange import read, write
from multilayer.network import MLP
from tests.exchange.networks import random_network
from tests.exchange.onnx.graphs import WEIGHTS, W, dense, model

f = np.float32
NET = random_network((3, 5, 2), ("gelu", "softmax"), np.float32, classes=["no", "yes"])


def put(path, made):
    path.write_bytes(made.SerializeToString())
    return path


def refused(path, message):
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert len(str(caught.value).splitlines()) == 1


SIZE, BYTES = str(W.nbytes), W.tobytes()


def with_sidecar(folder, location="n.data", offset="0", length=SIZE, data=BYTES):
    """A model whose W is in another file."""
    made = model([dense(y="y")], WEIGHTS)
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        if value is not None:
            tensor.external_data.add(key=key, value=value)
    if data is not None:
        (folder / "n.data").write_bytes(data)
    return put(folder / "n.onnx", made)


def test_a_plain_file_beside_it_is_read(tmp_path):
    path = with_sidecar(tmp_path, offset="8", data=b"-" * 8 + W.tobytes() + b"more")
    np.testing.assert_array_equal(read(path).network.layers[0].W, W)
    path = with_sidecar(tmp_path, offset=None, length=None)
    np.testing.assert_array_equal(read(path).network.layers[0].W, W)


@pytest.mark.parametrize(
    "location",
    ["../n.data", "/etc/passwd", ".", "..", "", "sub/n.data", "C:n.data", "a\\b", "n.data\0", "n:data"],
)
def test_locations_elsewhere(tmp_path, location):
    refused(with_sidecar(tmp_path, location), "plain name of a file in the same folder")


@pytest.mark.parametrize(
    ("offset", "length", "message"),
    [
        ("1", str(W.nbytes), "up to byte"),
        ("-1", str(W.nbytes), "whole number"),
        ("1e3", str(W.nbytes), "whole number"),
        ("9" * 30, str(W.nbytes), "whole number"),
        ("0", str(W.nbytes - 1), "has 47"),
        ("0", "4" + "0" * 15, "has 4000000000000000"),
    ],
)
def test_offsets_and_lengths(tmp_path, offset, length, message):
    refused(with_sidecar(tmp_path, offset=offset, length=length), message)


def test_links_and_what_is_no_file(tmp_path):
    (tmp_path / "real").write_bytes(W.tobytes())
    path = with_sidecar(tmp_path, data=None)
    refused(path, "cannot be read")
    (tmp_path / "n.data").symlink_to(tmp_path / "real")
    refused(path, "which is a link")
    (tmp_path / "n.data").unlink()
    (tmp_path / "n.data").hardlink_to(tmp_path / "real")
    refused(path, "which is a link")
    (tmp_path / "n.data").unlink()
    (tmp_path / "n.data").mkdir()
    refused(path, "which is a link, a folder")
    (tmp_path / "n.data").rmdir()
    os.mkfifo(tmp_path / "n.data")
    refused(path, "which is a link, a folder or a device")


def subgraph():
    inner = helper.make_graph([], "inner", [], [helper.make_tensor_value_info("x", TensorProto.FLOAT, None)])
    return model([dense(), ("If", ["x"], ["y"], {"then_branch": inner, "else_branch": inner})], WEIGHTS)


def bomb(shape, chain=0):
    nodes = [("ConstantOfShape", ["shape"], ["k0"], {"value": numpy_helper.from_array(np.ones(1, f))})]
    nodes += [("Concat", [f"k{i}", f"k{i}"], [f"k{i + 1}"], {"axis": 0}) for i in range(chain)]
    nodes += [dense(), ("Add", ["a", f"k{chain}"], ["y"], {})]
    return model(nodes, WEIGHTS | {"shape": np.array(shape, np.int64)})


def expanded():
    nodes = [("Expand", ["b", "s"], ["k"], {}), dense(), ("Add", ["a", "k"], ["y"], {})]
    return model(nodes, WEIGHTS | {"s": np.array([2**20, 2**10, 4])})


def outer():
    """A sum of a column and a row, many times: each is the square of the one before."""
    column, row = np.ones((2**12, 1), f), np.ones((1, 2**12), f)
    nodes = [("Add", ["c", "r"], ["k"], {}), dense(), ("Add", ["a", "k"], ["y"], {})]
    return model(nodes, WEIGHTS | {"c": column, "r": row})


def cycle():
    return model(
        [("Add", ["x", "v"], ["u"], {}), ("Add", ["u", "b"], ["v"], {}), dense(x="v", y="y")], WEIGHTS
    )


def twice():
    return model([dense(y="y"), dense(y="y")], WEIGHTS)


def changed(change):
    made = model([dense(y="y")], WEIGHTS)
    change(made)
    return made


def forged(made):
    made.graph.initializer[0].dims[:] = [2**40, 2**30]


def negative(made):
    made.graph.initializer[0].dims[:] = [-3, -4]


def sparse(made):
    made.graph.sparse_initializer.add()


def typed(made):
    made.graph.initializer[0].data_type = 99


def no_opset(made):
    del made.opset_import[:]


def function(made):
    made.functions.add(name="Mine", domain="mine")
    made.graph.node[0].op_type, made.graph.node[0].domain = "Mine", "mine"


def doubled(made):
    made.graph.initializer.append(made.graph.initializer[0])


def no_input(made):
    del made.graph.input[:]


HOSTILE = {
    "a subgraph": (subgraph, r"node n1 \(If\): its attribute '(then|else)_branch' is a subgraph"),
    "a bomb": (lambda: bomb([2**31, 2**31]), "far larger than the file"),
    "a bomb of negative sizes": (lambda: bomb([-1, 4]), "makes a tensor of the shape"),
    "a bomb by doubling": (lambda: bomb([2**10], 40), "far larger than the file"),
    "a bomb by expansion": (expanded, "far larger than the file"),
    "a bomb by broadcasting": (outer, "far larger than the file"),
    "a cycle": (cycle, "is made by no node before it"),
    "an output made twice": (twice, "is there already"),
    "a forged shape": (lambda: changed(forged), "its shape takes"),
    "a negative shape": (lambda: changed(negative), "has the shape"),
    "a sparse tensor": (lambda: changed(sparse), "sparse"),
    "an unknown type": (lambda: changed(typed), "type 99"),
    "no opset": (lambda: changed(no_opset), "which version"),
    "a function": (lambda: changed(function), r"mine\.Mine"),
    "a tensor twice": (lambda: changed(doubled), "there twice"),
    "no input": (lambda: changed(no_input), "made by no node"),
    "nothing": (onnx.ModelProto, "no graph"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_models(tmp_path, name):
    make, message = HOSTILE[name]
    refused(put(tmp_path / "n.onnx", make()), message)


def test_bytes_that_are_no_model(tmp_path):
    for data in (b"\xff" * 100, b"PK\x03\x04" + b"\0" * 60):
        (tmp_path / "n.onnx").write_bytes(data)
        refused(tmp_path / "n.onnx", "not a model of ONNX|no graph")


def test_a_graph_that_was_changed_beside_its_metadata(tmp_path):
    write(NET, tmp_path / "n.onnx")
    made = onnx.load(tmp_path / "n.onnx")
    made.metadata_props[0].value = made.metadata_props[0].value.replace("gelu", "relu")
    refused(put(tmp_path / "n.onnx", made), "it was changed")


@pytest.mark.slow
def test_bombs_take_no_memory(tmp_path):
    """In a process of its own with 400 MB of address space beyond the imports."""
    for name in ("a bomb", "a bomb by doubling", "a bomb by expansion", "a bomb by broadcasting"):
        path = put(tmp_path / "n.onnx", HOSTILE[name][0]())
        program = f"""
import resource, onnx, multilayer.exchange
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 400_000_000,) * 2)
try:
    multilayer.exchange.read({str(path)!r})
except multilayer.InputError as error:
    assert "far larger" in str(error), error
else:
    raise SystemExit(1)
"""
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "n.onnx"
    write(NET, path)
    return path.read_bytes()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_mutated_bytes(tmp_path_factory, content, data):
    """Damaged files give a network or one line; a network has the weights of the file, changed or not."""
    path = tmp_path_factory.getbasetemp() / "mutated.onnx"
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(changed)))
        end = min(len(changed), start + data.draw(st.sampled_from([0, 1, 2, 8])))
        changed[start:end] = data.draw(st.binary(max_size=8))
    path.write_bytes(bytes(changed))
    outcome = network_or_line(path)
    assert isinstance(outcome, MLP) or len(outcome.splitlines()) == 1


def network_or_line(path):
    try:
        return read(path).network
    except InputError as error:
        return str(error)

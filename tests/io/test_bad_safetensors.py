"""A faulty safetensors file is refused before memory is taken for any tensor."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as save_tensors

from multilayer._base.errors import InputError
from multilayer.io import load
from tests.io.networks import NETWORK

OUTLINE: dict[str, Any] = {
    "format": "multilayer-network",
    "version": 1,
    "dtype": "float32",
    "layers": [{"activation": "leaky_relu"}, {"activation": "sigmoid"}],
}
TENSORS = {
    "layer1.W": np.ones((2, 3), np.float32),
    "layer1.b": np.ones(3, np.float32),
    "layer2.W": np.ones((3, 1), np.float32),
    "layer2.b": np.ones(1, np.float32),
}


def made(outline: dict[str, Any] | None = None, **changes: Any) -> bytes:
    """A file of these tensors (None takes one out), written by the library itself."""
    named = {name.replace("_", "."): value for name, value in changes.items()}
    tensors = {name: value for name, value in (TENSORS | named).items() if value is not None}
    return save_tensors(tensors, {"multilayer": json.dumps(OUTLINE if outline is None else outline)})


def raw(header: str | dict[str, Any], content: bytes = b"") -> bytes:
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return len(text).to_bytes(8, "little") + text + content


def with_header(change: tuple[str, str]) -> bytes:
    data = made()
    end = 8 + int.from_bytes(data[:8], "little")
    text = data[8:end].decode()
    assert change[0] in text
    return raw(text.replace(*change), data[end:])


def tensor(name: str, **changes: Any) -> bytes:
    data = made()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    header[name] |= changes
    return raw(header, data[end:])


BAD: list[tuple[str, bytes, list[str]]] = [
    ("empty", b"", ["cut short", "header", "found a file of 0"]),
    ("seven bytes", b"\0" * 7, ["found a file of 7"]),
    ("header of nothing", b"\0" * 8, ["header", "empty"]),
    ("header beyond the file", (2**63).to_bytes(8, "little") + b"{}", ["expected a safetensors file"]),
    ("header cut short", (99).to_bytes(8, "little") + b"{}", ["cut short", "header of 99", "a file of 10"]),
    ("header not JSON", raw("{]"), ["header, line 1, column 2"]),
    ("header not UTF-8", b"\x01" + b"\0" * 7 + b"\xff", ["header, line 1", "UTF-8"]),
    ("header a list", raw("[]"), ["header: expected an object, found an empty list"]),
    ("header nested", raw('{"a":' + "[" * 100_000), ["nested too deep"]),
    ("cut short", made()[:-1], ["fill the file"]),
    ("bytes behind", made() + b"\0", ["fill the file"]),
    ("no metadata", save_tensors(TENSORS), ["expected metadata 'multilayer'", "found none"]),
    ("other metadata", save_tensors(TENSORS, {"format": "pt"}), ["expected metadata 'multilayer'"]),
    (
        "metadata a number",
        with_header(('"__metadata__":{', '"__metadata__":{"a":1,')),
        ["__metadata__: a: ", "1"],
    ),
    (
        "metadata twice",
        with_header(('"__metadata__":{', '"__metadata__":{"multilayer":"",')),
        ["given twice"],
    ),
    ("outline not JSON", save_tensors(TENSORS, {"multilayer": "{"}), ["metadata 'multilayer', line 1"]),
    ("outline of version 2", made(OUTLINE | {"version": 2}), ["version: expected 1, found 2"]),
    ("outline with W", made(OUTLINE | {"layers": [{"activation": "step", "W": []}]}), ["unknown key 'W'"]),
    (
        "outline unknown activation",
        made(OUTLINE | {"layers": [{"activation": "rleu"}] * 2}),
        ["layer 1", "rleu"],
    ),
    (
        "tensor half a character",
        with_header(('"layer1.b":', '"\\ud800":')),
        ["header", "'\\ud800' is not text"],
    ),
    (
        "outline half a character",
        made(OUTLINE | {"\udfff": 1}),
        ["metadata 'multilayer'", "'\\udfff' is not text"],
    ),
    ("tensor twice", with_header(('"layer1.b":', '"layer1.W":')), ["the key 'layer1.W' is given twice"]),
    ("tensor missing", made(layer2_b=None), ["the tensor layer2.b is missing", "2 layers"]),
    ("tensor unknown", made(layer3_W=TENSORS["layer2.W"]), ["unknown tensor 'layer3.W'", "'layer1.W'"]),
    (
        "tensor of text",
        with_header(('"shape":[2,3]', '"shape":[2,"3"]')),
        ["layer1.W", "shape, entry 2", "'3'"],
    ),
    ("tensor of halves", tensor("layer1.W", shape=[2.5, 3]), ["layer1.W", "shape, entry 1", "2.5"]),
    ("tensor key", tensor("layer1.W", stride=1), ["layer1.W", "unknown key 'stride'"]),
    ("float64", made(layer1_b=np.ones(3)), ["layer1.b: expected F32", "'F64'"]),
    ("float16", made(layer1_b=np.ones(3, np.float16)), ["layer1.b: expected F32", "'F16'"]),
    ("whole numbers", made(layer1_b=np.ones(3, np.int32)), ["layer1.b: expected F32", "'I32'"]),
    ("W of one axis", made(layer1_W=np.ones(6, np.float32)), ["layer1.W", "(inputs, units)", "(6,)"]),
    ("b of two axes", made(layer1_b=np.ones((1, 3), np.float32)), ["layer1.b", "(units,)", "(1, 3)"]),
    ("no units", made(layer1_W=np.ones((2, 0), np.float32)), ["layer1.W", "at least one of each", "(2, 0)"]),
    ("empty yet huge", tensor("layer1.W", shape=[0, 2**60], data_offsets=[0, 0]), ["layer1.W", "(0, "]),
    (
        "10^9 units",
        tensor("layer1.W", shape=[2, 10**9]),
        ["layer1.W", "expected 8000000000 bytes", "found 24"],
    ),
    (
        "10^30 units",
        tensor("layer1.W", shape=[2, 10**30]),
        ["layer1.W", "bytes for the shape (2, 1000", "found 24"],
    ),
    ("many axes", tensor("layer1.W", shape=[10**17] * 10**5), ["layer1.W", "(inputs, units)"]),
    ("negative units", tensor("layer1.W", shape=[-2, -3]), ["layer1.W", "(-2, -3)"]),
    ("three offsets", tensor("layer1.W", data_offsets=[0, 1, 2]), ["data_offsets", "a list of 2 numbers"]),
    ("overlap", tensor("layer1.W", data_offsets=[12, 36]), ["fill the file"]),
    ("beyond the end", tensor("layer1.W", data_offsets=[10**6, 10**6 + 24]), ["fill the file"]),
    ("before the start", tensor("layer1.W", data_offsets=[-24, 0]), ["fill the file"]),
    ("nan", made(layer2_W=np.array([[1], [np.nan], [1]], np.float32)), ["layer2.W, row 2, column 1", "nan"]),
    ("inf", made(layer2_b=np.array([-np.inf], np.float32)), ["layer2.b, entry 1", "-inf"]),
    ("neighbours", made(layer2_W=np.ones((4, 1), np.float32)), ["layer 2", "(4, 1)", "3 units"]),
    ("b too long", made(layer2_b=np.ones(2, np.float32)), ["layer 2", "b has shape (2,)"]),
    ("too many classes", made(OUTLINE | {"classes": ["a", "b", "c"]}), ["classes has 3 names"]),
]


@pytest.mark.parametrize(("content", "parts"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_message(content: bytes, parts: list[str], tmp_path: Path) -> None:
    path = tmp_path / "network.safetensors"
    path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(InputError) as caught:
            load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    message = str(caught.value)
    assert message.startswith(str(path))
    assert len(message.splitlines()) == 1
    for part in parts:
        assert part in message
    assert peak < 1_000_000 + 20 * len(content)


def test_a_file_of_the_library_loads(tmp_path: Path) -> None:
    path = tmp_path / "network.safetensors"
    path.write_bytes(made())
    assert load(path).widths == (2, 3, 1)


def test_a_file_of_ours_is_one_of_the_library(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    from multilayer.io import save

    path = tmp_path / "network.safetensors"
    save(NETWORK, path)
    tensors = load_file(path)
    assert sorted(tensors) == ["layer1.W", "layer1.b", "layer2.W", "layer2.b"]
    np.testing.assert_array_equal(tensors["layer2.W"], NETWORK.layers[1].W)


def test_a_header_whose_length_resembles_a_pickle_loads(tmp_path: Path) -> None:
    data = made()
    end = 8 + int.from_bytes(data[:8], "little")
    path = tmp_path / "network.safetensors"
    path.write_bytes(raw(data[8:end].decode().ljust(0x480), data[end:]))
    assert path.read_bytes()[:2] == b"\x80\x04"
    assert load(path).widths == (2, 3, 1)

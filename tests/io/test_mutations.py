"""However a file is damaged, loading gives a network or an InputError of one line; nothing else, ever."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer._base.errors import InputError
from multilayer.io.networks import FORMATS, Format
from multilayer.network import MLP
from tests.io.networks import NETWORK

every_format = pytest.mark.parametrize("format_", FORMATS, ids=lambda entry: entry.name)
SAVED = {entry.name: entry.write(NETWORK) for entry in FORMATS}

# Bytes and words that mean something in these files.
TOKENS = [
    b"",
    b"\0",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b'"',
    b":",
    b"-",
    b"1e999",
    b"NaN",
    b"null",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\\\\ud800",
]


def check(format_: Format, data: bytes) -> None:
    message = "network"
    try:
        assert isinstance(format_.read(data, "network", ()), MLP)
    except InputError as error:
        message = str(error)
    assert message.startswith("network")
    assert len(message.splitlines()) == 1


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 2, 8, 40])))
        put = draw(st.sampled_from(TOKENS) | st.binary(max_size=8) | st.just(data[end : 2 * end - start]))
        data = data[:start] + put + data[end:]
    return data


@every_format
@given(st.data())
def test_damaged_bytes(format_: Format, data: st.DataObject) -> None:
    check(format_, data.draw(damaged(SAVED[format_.name])))


@every_format
@given(content=st.binary(max_size=200))
def test_any_bytes(format_: Format, content: bytes) -> None:
    check(format_, content)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 0.0, -0.0])
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", "a\udfff", "sigmoid", "name", "layer1.W", "F32", "F64", "multilayer"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def nodes(tree: Any) -> list[Any]:
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return (
        [tree, *(node for entry in inner for node in nodes(entry))] if isinstance(tree, dict | list) else []
    )


def change(draw: Any, tree: Any) -> None:
    """Change one entry somewhere in the tree: replace it, take it out, double it or add another."""
    node = draw(st.sampled_from([node for node in nodes(tree) if node] or [tree]))
    key = draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node)) or [0]))
    action = draw(st.sampled_from(["replace", "remove", "add"]))
    if action == "replace":
        node[key] = draw(VALUES)
    elif action == "remove":
        del node[key]
    elif isinstance(node, dict):
        node[draw(st.text(max_size=5))] = draw(VALUES)
    else:
        node.append(node[key])


@given(st.data())
def test_network_json_with_another_structure(data: st.DataObject) -> None:
    document = json.loads(SAVED["network JSON"])
    for _ in range(data.draw(st.integers(1, 3))):
        if document:
            change(data.draw, document)
    check(FORMATS[0], json.dumps(document).encode())


@given(st.data())
def test_safetensors_with_another_structure(data: st.DataObject) -> None:
    saved = SAVED["safetensors"]
    end = 8 + int.from_bytes(saved[:8], "little")
    header = json.loads(saved[8:end])
    outline = json.loads(header["__metadata__"]["multilayer"])
    if data.draw(st.booleans()):
        change(data.draw, outline)
        header["__metadata__"]["multilayer"] = json.dumps(outline)
    else:
        change(data.draw, header)
    text = json.dumps(header).encode()
    check(FORMATS[1], len(text).to_bytes(8, "little") + text + saved[end:])

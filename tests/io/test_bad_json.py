"""A faulty network JSON file is refused in one line: where, what was expected, what was found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from multilayer._base.errors import InputError
from multilayer.io import load

LAYER = {"W": [[1, 2, 3], [4, 5, 6]], "b": [1, 2, 3], "activation": "sigmoid"}
NETWORK = {"format": "multilayer-network", "version": 1, "layers": [LAYER]}
TEXT = json.dumps(NETWORK)


def top(**changes: Any) -> str:
    return json.dumps(NETWORK | changes)


def layer(**changes: Any) -> str:
    return json.dumps(NETWORK | {"layers": [LAYER | changes]})


def without(key: str) -> str:
    return json.dumps(NETWORK | {"layers": [{name: LAYER[name] for name in LAYER if name != key}]})


# Name of the case, content of network.json, and what the message has to contain besides "network.json".
BAD: list[tuple[str, str | bytes, list[str]]] = [
    ("empty", "", ["expected a JSON object", "found an empty file"]),
    ("blank", " \n\n", ["expected a JSON object", "found an empty file"]),
    ("byte order mark alone", b"\xef\xbb\xbf", ["found an empty file"]),
    ("list", "[]", ["expected an object", "found an empty list"]),
    ("number", "3", ["expected an object", "found 3"]),
    ("string", '"a\\nb"', ["expected an object", "found the string 'a\\nb'"]),
    ("null", "null", ["expected an object", "found null"]),
    ("number beyond everything", "1" * 5000, ["expected an object", "found Infinity"]),
    ("nothing in it", "{}", ["'format' and 'version' missing"]),
    ("no version", '{"format": "multilayer-network"}', ["'version' missing; add it"]),
    ("no layers", '{"format": "multilayer-network", "version": 1}', ["'layers' missing; add it"]),
    (
        "other format",
        top(format="onnx"),
        ["format", 'expected "multilayer-network"', "found the string 'onnx'"],
    ),
    ("later version", top(version=2, extra=1), ["version: expected 1, found 2"]),
    ("version true", top(version=True), ["version: expected 1, found true"]),
    ("version as text", top(version="1"), ["version: expected 1", "found the string '1'"]),
    ("unknown key", top(layer=[]), ["unknown key 'layer'", "did you mean 'layers'?"]),
    ("unknown key like none", top(zzz=1), ["unknown key 'zzz'", "expected 'format'"]),
    ("key that looks like a path", top(**{"x` - at `$.foo": 1}), ["unknown key 'x` - at `$.foo'"]),
    ("key of many lines", top(**{"a\nb": 1}), ["unknown key 'a\\nb'"]),
    ("key without end", top(**{"a" * 10**6: 1}), ["unknown key 'aaa", "aaa'"]),
    ("unknown key in a layer", layer(activaton=1), ["layer 1", "unknown key 'activaton'", "'activation'"]),
    ("key twice", TEXT.replace('"W"', '"b": [], "W"'), ["layer 1", "the key 'b' is given twice"]),
    (
        "key twice at the top",
        TEXT.replace('"version"', '"format": 1, "version"'),
        ["'format' is given twice"],
    ),
    ("no W", without("W"), ["layer 1", "'W' missing"]),
    ("no b", without("b"), ["layer 1", "'b' missing"]),
    ("no activation", without("activation"), ["layer 1", "'activation' missing"]),
    ("layers empty", top(layers=[]), ["layers", "a list with at least one entry", "an empty list"]),
    ("layers an object", top(layers={}), ["layers: expected a list", "found an object"]),
    ("layer a list", top(layers=[LAYER, [[1]]]), ["layer 2: expected an object, found a list"]),
    ("W text", layer(W="[[1]]"), ["layer 1: W: expected a list", "found the string '[[1]]'"]),
    ("W empty", layer(W=[]), ["layer 1: W", "found an empty list"]),
    ("W of empty rows", layer(W=[[], []]), ["layer 1: W, row 1", "found an empty list"]),
    ("W flat", layer(W=[1, 2]), ["layer 1: W, row 1: expected a list", "found 1"]),
    (
        "W ragged",
        layer(W=[[1, 2, 3], [4, 5]]),
        ["layer 1: W, row 2: expected 3 numbers, as in row 1, found 2"],
    ),
    ("W holds text", layer(W=[[1, 2, 3], [4, "5", 6]]), ["W, row 2, column 2: expected a number", "'5'"]),
    ("W holds null", layer(W=[[None, 2, 3], [4, 5, 6]]), ["W, row 1, column 1", "found null"]),
    ("W holds true", layer(W=[[True, 2, 3], [4, 5, 6]]), ["W, row 1, column 1", "found true"]),
    ("W 10^400", layer(W=[[10**400, 2, 3], [4, 5, 6]]), ["W, row 1, column 1", "finite", "inf"]),
    ("W of 5000 digits", TEXT.replace("[1, 2, 3], [4", f"[{'1' * 5000}, 2, 3], [4"), ["W, row 1, column 1"]),
    ("W 1e999", TEXT.replace("6]]", "-1e999]]"), ["layer 1: W, row 2, column 3", "finite", "-inf"]),
    ("W NaN", TEXT.replace("6]]", "NaN]]"), ["layer 1: W, row 2, column 3", "finite", "nan"]),
    ("b Infinity", TEXT.replace('"b": [1', '"b": [Infinity'), ["layer 1: b, entry 1", "finite", "inf"]),
    ("1e39 in float32", top(dtype="float32").replace("6]]", "1e39]]"), ["row 2, column 3", "float32"]),
    ("b holds text", layer(b=[1, "x", 3]), ["layer 1: b, entry 2: expected a number", "the string 'x'"]),
    ("b too short", layer(b=[1, 2]), ["layer 1", "b has shape (2,)", "3"]),
    ("activation unknown", layer(activation="sigmod"), ["layer 1", "'sigmod'", "sigmoid"]),
    ("activation null", layer(activation=None), ["layer 1: activation: expected a string or an object"]),
    ("parameter unknown", layer(activation={"name": "leaky_relu", "slop": 1}), ["'slop'", "'slope'"]),
    ("parameter of none", layer(activation={"name": "sigmoid", "among": 1}), ["layer 1", "'among'", "none"]),
    ("parameter text", layer(activation={"name": "leaky_relu", "slope": "x"}), ["layer 1", "slope", "'x'"]),
    (
        "parameter null",
        layer(activation={"name": "leaky_relu", "slope": None}),
        ["activation: slope", "null"],
    ),
    (
        "parameter list",
        layer(activation={"name": "leaky_relu", "slope": [1, None]}),
        ["slope, entry 2", "null"],
    ),
    ("activation unnamed", layer(activation={"slope": 1}), ["layer 1", '"name"']),
    ("dtype", top(dtype="float16"), ['dtype: expected "float32" or "float64"', "'float16'"]),
    ("inputs too many", top(inputs=["a", "b", "c"]), ["inputs has 3 names", "2"]),
    ("inputs a number", top(inputs=["a", 2]), ["inputs, entry 2: expected a string, found 2"]),
    ("inputs empty", top(inputs=[]), ["inputs: expected a list with at least one entry"]),
    ("inputs null", top(inputs=None), ["inputs: expected a list", "found null"]),
    ("classes text", top(classes="abc"), ["classes: expected a list", "'abc'"]),
    (
        "classes null",
        top(classes=["a", None]),
        ["classes, entry 2: expected a string or a number or true or"],
    ),
    ("classes a list", top(classes=["a", []]), ["classes, entry 2", "found an empty list"]),
    ("classes infinite", TEXT.replace('"layers"', '"classes": [1, 2, NaN], "layers"'), ["classes", "finite"]),
    ("classes equal", top(classes=["a", 1, 1.0]), ["classes", "one thing twice: a, 1, 1.0"]),
    ("classes look the same", top(classes=["a", 1, "1"]), ["classes", "one thing twice: a, 1, 1"]),
    ("classes twice", top(classes=["a", "b", "a\n"]).replace("a\\n", "a"), ["classes", "a, b, a"]),
    ("classes half a character", top(classes=["a", "b", "\ud800"]), ["'\\ud800' is not text"]),
    ("key half a character", top(**{"\udc00": 1}), ["line 1, column ", "'\\udc00' is not text"]),
    ("format half a character", top(format="a\ud83d"), ["line 1, column 14", "'\\ud83d' is not text"]),
    ("dtype half a character", top(dtype="\ud800x"), ["'\\ud800' is not text"]),
    ("free text half a character", top(description="\n\ude00\ud83d"), ["'\\ude00' is not text"]),
    ("activation half a character", layer(activation={"name": "\ud800"}), ["'\\ud800' is not text"]),
    ("parameter half a character", layer(activation={"name": "elu", "\ud800": 1}), ["'\\ud800' is not text"]),
    ("key twice, half a character", '{"\\ud800": 1, "\\ud800": 2}', ["'\\ud800' is not text"]),
    ("half a character on line 3", '{"a":\n1,\n"\\uD800": 1}', ["line 3, column 2", "'\\uD800' is not text"]),
    ("layers that do not fit", top(layers=[LAYER, LAYER]), ["layer 2", "(2, 3)", "3 units"]),
    ("nested 100 levels", "[" * 100 + "]" * 100, ["expected an object", "found a list"]),
    ("nested 100 levels in W", layer(W=[json.loads("[" * 100 + "]" * 100)]), ["W, row 1, column 1"]),
    ("nested 100000 levels", '{"layers": ' + "[" * 100_000, ["nested too deep"]),
    ("cut short", TEXT[:-20], ["network.json, line 1, column ", "found"]),
    ("comma behind the last", "{\n  1,\n}", ["network.json, line 2, column 3", "double quotes"]),
    ("single quotes", TEXT.replace('"', "'"), ["line 1, column 2", "double quotes", "found '''"]),
    ("two documents", "{}\n{}", ["line 2, column 1", "extra data", "found '{'"]),
    ("UTF-16", TEXT.encode("utf-16"), ["line 1", "UTF-8", "0xff"]),
    ("not UTF-8", b'{\n"format": "\xe9"}', ["line 2", "UTF-8", "0xe9"]),
    ("not UTF-8 behind a mark", b'\xef\xbb\xbf{\n"format": "\xe9"}', ["line 2", "UTF-8", "0xe9"]),
    ("pickle", b"\x80\x04\x95\x00\x00\x00", ["found a pickle", "runs code", ".json or .safetensors"]),
    ("zip archive", b"PK\x03\x04\x00\x00", ["found a zip archive", "runs code", ".json or .safetensors"]),
    ("null bytes", b"\0" * 100, ["line 1, column 1"]),
]


@pytest.mark.parametrize(("content", "parts"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_message(content: str | bytes, parts: list[str], tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert len(message.splitlines()) == 1
    assert len(message) < len(str(path)) + 600
    for part in parts:
        assert part in message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_whole_characters_may_be_escaped(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text(top(classes=["\U0001f600", "\\ud800", "\\\\ud800"]))
    assert load(path).classes == ("\U0001f600", "\\ud800", "\\\\ud800")


def test_what_a_hand_may_write(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_bytes(b"\xef\xbb\xbf" + top(**{"$schema": "x", "description": "two\nlines"}).encode())
    network = load(path)
    assert network.widths == (2, 3)
    path.write_text(TEXT.replace("[1, 2, 3], [4", "[-0, 1e-400, 1E+2], [4"))
    assert str(load(path).layers[0].W[0].tolist()) == "[-0.0, 0.0, 100.0]"

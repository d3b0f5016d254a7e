"""The published JSON Schema agrees with the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from multilayer._base.errors import InputError
from multilayer.io import network_json
from multilayer.io.network_document import schema
from tests.io.networks import NETWORK
from tests.io.test_bad_json import BAD

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/network.json"))

# What a schema cannot see: how lengths and names hang together, and what a parser refuses or forgives.
BEYOND_A_SCHEMA = {
    "W ragged",
    "W 10^400",
    "W of 5000 digits",
    "W 1e999",
    "W NaN",
    "b Infinity",
    "1e39 in float32",
    "b too short",
    "activation unknown",
    "parameter unknown",
    "parameter of none",
    "parameter text",
    "inputs too many",
    "classes twice",
    "classes infinite",
    "classes equal",
    "classes look the same",
    "classes half a character",
    "free text half a character",
    "activation half a character",
    "parameter half a character",
    "layers that do not fit",
}


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def documents() -> list[Any]:
    cases = []
    for name, content, _ in BAD:
        text = content if isinstance(content, bytes) else content.encode()
        try:
            cases.append(pytest.param(json.loads(text.decode(), object_pairs_hook=unique), id=name))
        except (ValueError, RecursionError):  # not JSON at all, so nothing for a schema
            continue
    return cases


def validator() -> Any:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(json.loads(schema()))
    return jsonschema.Draft202012Validator(json.loads(schema()))


def test_the_published_schema_is_current() -> None:
    published = (ROOT / "docs" / "network.schema.json").read_text()
    assert published == schema(), "write the text of multilayer.io.network_document.schema() to that file"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_examples_are_valid(path: Path) -> None:
    validator().validate(json.loads(path.read_text()))


def test_what_save_writes_is_valid() -> None:
    validator().validate(json.loads(network_json.write(NETWORK)))


@pytest.mark.parametrize("document", documents())
def test_wrong_documents_are_invalid(document: Any, request: pytest.FixtureRequest) -> None:
    assert validator().is_valid(document) == (request.node.callspec.id in BEYOND_A_SCHEMA)
    with pytest.raises(InputError):
        network_json.read(json.dumps(document).encode(), "network", ())

"""The JSON Schema of network JSON: `python -m multilayer.io.schema` prints it."""

from __future__ import annotations

import json
import sys

import msgspec

from multilayer.io.document import Document

__all__ = ["schema"]


def schema() -> str:
    """Return the schema as JSON text; docs/network.schema.json is this text."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A multilayer network",
        **msgspec.json.schema(Document),
    }
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())

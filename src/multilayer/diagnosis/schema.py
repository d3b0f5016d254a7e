"""The JSON Schema of a diagnosis: `python -m multilayer.diagnosis.schema` prints it."""

from __future__ import annotations

import json
import sys

import msgspec

from multilayer.diagnosis.document import Document

__all__ = ["schema"]


def schema() -> str:
    """Return the schema as JSON text; docs/diagnosis.schema.json is this text."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A diagnosis of a multilayer network",
        **msgspec.json.schema(Document),
    }
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())

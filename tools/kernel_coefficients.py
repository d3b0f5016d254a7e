"""Write the coefficients of the core's polynomials, out of the headers of native/math, for source that is exported.

python -m tools.kernel_coefficients
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HEADERS = (
    ROOT / "native" / "math" / "coefficients.hpp",
    ROOT / "native" / "math" / "coefficients_float32.hpp",
)
FILE = ROOT / "src" / "multilayer" / "exchange" / "source" / "kernels" / "coefficients.json"

_TABLE = re.compile(
    r"constexpr\s+(?P<type>double|float|Pieces|Tables)(?:<\d+>)?\s+(?P<name>\w+)(?:\[\])?\s*=\s*(?P<value>\{.*?\});",
    re.S,
)
_SUFFIX = re.compile(r"(?<=[\dp.])f\b")


def coefficients() -> dict[str, Any]:
    """Return each table of the headers by its name, its numbers as hexadecimal text."""
    found: dict[str, Any] = {}
    for header in HEADERS:
        text = re.sub(r"//.*", "", header.read_text())
        for match in _TABLE.finditer(text):
            found |= _entries(match["type"], match["name"], _nested(match["value"]))
    return found


def text() -> str:
    return json.dumps(coefficients(), indent=0, separators=(",", ":")) + "\n"


def _entries(kind: str, name: str, value: list[Any]) -> dict[str, Any]:
    if kind == "Pieces":
        offset, shift, *tables = value
        centre, lead, rows = tables
        return {name: {"offset": offset, "shift": int(shift), "tables": [centre, lead, *rows]}}
    if kind == "Tables":
        return {name: {"type": "f64", "numbers": [number for row in value[0] for number in row]}}
    return {name: {"type": "f64" if kind == "double" else "f32", "numbers": value}}


def _nested(value: str) -> list[Any]:
    """Return a braced list of C numbers as lists of text."""
    value = re.sub(r"[^\s{},]+", lambda number: f'"{_SUFFIX.sub("", number[0])}"', value)
    value = re.sub(r",\s*\}", "}", value).replace("{", "[").replace("}", "]")
    nested: list[Any] = json.loads(value)
    return nested


if __name__ == "__main__":
    FILE.write_text(text())
    print(f"wrote {FILE.relative_to(ROOT)}")

"""The error bounds in the sources of the activations are those that were measured."""

import json
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOUND = re.compile(
    r"// Max ULP of value and derivative: float32 (\S+) and (\S+), float64 (\S+) and (\S+); any x\.\n"
    r"struct (\w+)"
)


def test_each_kernel_states_its_largest_errors():
    errors = json.loads((ROOT / "tests/activations/largest_errors.json").read_text())
    measured: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for key, ulps in errors.items():
        if found := re.fullmatch(r"native/(float\d+)/(\w+)\(.*\)/(\w+)", key):
            kind, name, part = found.groups()
            of_name = measured[name.lower()]
            of_name[f"{kind} {part}"] = max(of_name[f"{kind} {part}"], ulps)

    stated = {}
    for header in (ROOT / "native/activations").glob("*.hpp"):
        for *bounds, name in BOUND.findall(header.read_text()):
            parts = ("float32 value", "float32 derivative", "float64 value", "float64 derivative")
            stated[name.removesuffix("Function").lower()] = dict(zip(parts, map(float, bounds), strict=True))
    assert stated == measured

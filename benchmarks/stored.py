"""Stored results: what the tables of the documents are made from. One line per case, so that a change can be read."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.race import PACKAGES, Outcome
from multilayer import backend

RESULTS = Path(__file__).with_name("results")


def load(name: str) -> dict[str, Any]:
    """Return a stored document; empty where there is none."""
    path = RESULTS / f"{name}.json"
    document: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return document


def store(name: str, outcomes: Iterable[Outcome], **facts: Any) -> None:
    """Write the outcomes of a benchmark, with what they were measured on."""
    write(
        name,
        {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": _processor(),
            "processors": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
            "versions": {package: version_of(package) for package in PACKAGES.values()},
            "backend": asdict(backend.info()),
            **facts,
            "outcomes": [asdict(outcome) | {"ratio": outcome.ratio()} for outcome in outcomes],
        },
    )


def write(name: str, document: dict[str, Any]) -> None:
    """Write a document, one line for each entry of a list or of a table of tables."""
    RESULTS.mkdir(exist_ok=True)
    entries = ",\n".join(f" {json.dumps(key)}: {_lines(value)}" for key, value in document.items())
    (RESULTS / f"{name}.json").write_text(f"{{\n{entries}\n}}\n")


def _lines(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
    if isinstance(value, dict) and any(isinstance(entry, dict | list) for entry in value.values()):
        rows = (f"{json.dumps(key)}: {json.dumps(entry)}" for key, entry in value.items())
        return "{\n  " + ",\n  ".join(rows) + "\n }"
    return json.dumps(value)


def version_of(package: str) -> str | None:
    try:
        return version({"sklearn": "scikit-learn"}.get(package, package))
    except PackageNotFoundError:
        return None


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()

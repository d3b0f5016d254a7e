"""What docs/benchmarks.md has about tables: how well they are learned, and how fast they are predicted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from benchmarks.stored import load
from benchmarks.tables import OURS, Measured, Summary, means, summary

__all__ = ["END", "START", "sections"]

START, END = "<!-- tables: python -m benchmarks page -->", "<!-- end of the tables -->"


def sections() -> Iterable[str]:
    """Yield what is stored, as Markdown."""
    if learned := load("tables"):
        yield _learned(learned)
    if predicted := load("predict"):
        yield _predicted(predicted)


def _learned(stored: Mapping[str, Any]) -> str:
    results = [Measured(**one) for one in stored["results"]]
    errors = means(results)
    names = sorted(errors, key=lambda name: name != OURS)
    rows = [["set", *names], ["---"] * (1 + len(names))]
    rows += [[data, *(_figure(errors[name].get(data)) for name in names)] for data in errors[OURS]]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    splits = _counted(len({one.split for one in results}), "split")
    sizes = f"{_counted(stored['members'], 'network')}, {_counted(stored['threads'], 'thread')}"
    title = (
        f"Measured {stored['date']}: {splits} of each set (not the first one, on which the recipe was chosen), "
        f"{sizes}, at most 6,000 rows of training. Error: 1 - AUC for two classes, log-loss for more, RMSE for numbers."
    )
    summaries = summary(results)
    beside = [_beside(one, errors) for one in summaries if one.contender != OURS]
    ours = next(one for one in summaries if one.contender == OURS)
    own = [f"calibration error {ours.calibration_error:.3f}"] if ours.calibration_error is not None else []
    own += [f"coverage of 90 % intervals {100 * ours.coverage:.1f} %"] if ours.coverage is not None else []
    return "\n\n".join([title, table, f"{' '.join(beside)} Medians: {', '.join(own)}."])


def _beside(other: Summary, errors: Mapping[str, Mapping[str, float]]) -> str:
    theirs = errors[other.contender]
    ratios = [ours / theirs[data] for data, ours in errors[OURS].items() if data in theirs]
    mean = float(np.exp(np.mean(np.log(ratios))))
    lost = f"; lost: {', '.join(other.losses)}" if other.losses else ""
    return (
        f"Less error than {other.contender} on {other.wins} of {other.sets} sets (geometric mean of the ratios "
        f"{mean:.2f}{lost})."
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _figure(error: float | None) -> str:
    if error is None:
        return ""
    return f"{error:.4g}" if error < 1000 else f"{error:.0f}"


def _predicted(stored: Mapping[str, Any]) -> str:
    rows = [
        [
            "model",
            "seconds",
            "of the processor",
            "memory",
            "script: seconds",
            "of the processor",
            "memory",
            "ratio",
        ],
        ["---"] * 8,
    ]
    count = 0
    for one in stored["verdicts"]:
        ours, theirs, count = one["ours"], one["theirs"], one["rows"]
        ratio = theirs["processor_seconds"] / ours["processor_seconds"]
        rows.append([one["case"], *_cells(ours), *_cells(theirs), f"**{ratio:.2f}**"])
    title = (
        f"`multilayer predict` of {count:,} x 32 Parquet rows, beside a script that does the same with pyarrow, NumPy "
        f"and ONNX Runtime (`python -m benchmarks predict`, {stored['date']}, "
        f"{_counted(stored['threads'], 'thread')}); the ratio is that of the processor's seconds, as the machine was "
        "shared (goal: 1.5):"
    )
    growth = max(one["ours"]["peak_bytes"] - one["small"]["peak_bytes"] for one in stored["verdicts"])
    note = f"Memory is {growth / 2**20:.0f} MiB over that of 1,000 rows, whatever the length (goal: 400)."
    return "\n\n".join([title, "\n".join(f"| {' | '.join(row)} |" for row in rows), note])


def _cells(run: Mapping[str, Any]) -> list[str]:
    return [
        f"{run['seconds']:.1f} s",
        f"{run['processor_seconds']:.1f} s",
        f"{run['peak_bytes'] / 2**20:.0f} MiB",
    ]

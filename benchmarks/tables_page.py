"""What docs/benchmarks.md has about tables: how well they are learned, and how fast they are predicted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.markdown import table
from benchmarks.stored import load
from benchmarks.tables import OURS, Measured, Summary, beside, pairs, ratio, summary
from benchmarks.tables_peers import LIMITED

__all__ = ["sections"]


def sections() -> Iterable[str]:
    """Yield what is stored, as Markdown."""
    if learned := load("tables"):
        yield _learned(learned)
    if predicted := load("predict"):
        yield _predicted(predicted)


def _learned(stored: Mapping[str, Any]) -> str:
    results = [Measured(**one) for one in stored["results"]]
    ours, *others = (one for one in summary(results) if one.contender not in LIMITED)
    of_others = {other.contender: pairs(results, other.contender) for other in others}
    rows = []
    for data, own in pairs(results, OURS).items():
        ratios = (ratio(by_set[data]) if data in by_set else None for by_set in of_others.values())
        cells = ["" if one is None else f"{one:.3f}" if one > 1.0 else f"**{one:.3f}**" for one in ratios]
        rows.append([data, _figure(float(np.mean([one.error for one, _ in own]))), *cells])
    title = (
        f"Measured {stored['date']} on splits other than the one that chose the recipe: "
        f"{_counted(stored['members'], 'network')}, {_counted(stored['threads'], 'thread')}, "
        "at most 6,000 rows of training. Error: 1 - AUC for two classes, log-loss for more, RMSE for "
        "numbers, the mean over the splits; for the others its ratio to ours on the same splits, in bold where ours is "
        "not lower, empty where it was not measured. Time is that of the processor, the "
        "median over the splits that both have."
    )
    own_words = (
        [f"calibration error {ours.calibration_error:.3f}"] if ours.calibration_error is not None else []
    )
    own_words += (
        [f"coverage of 90 % intervals {100 * ours.coverage:.1f} %"] if ours.coverage is not None else []
    )
    summaries = table(
        ["contender", "sets", "splits", "ours has less error", "geometric mean", "processor time", "ours"],
        map(_beside, others),
    )
    return "\n\n".join(
        [
            title,
            table(["set", "error of multilayer", *of_others], rows),
            summaries,
            f"Medians of ours: {', '.join(own_words)}.",
            *(_in_time(results, name, other) for name, other in LIMITED.items()),
        ]
    )


def _in_time(results: Sequence[Measured], name: str, other: str) -> str:
    """Ours with the time of another contender, beside it."""
    found, rows = pairs(results, other, name), []
    for data, both in found.items():
        own = [ours for _, ours in both]
        times = (np.mean([getattr(one, of) for one in own]) for of in ("time_limit", "seconds"))
        mean = ratio(both)
        rows.append(
            [
                data,
                _figure(float(np.mean([one.error for one in own]))),
                f"{mean:.3f}" if mean > 1.0 else f"**{mean:.3f}**",
                *(f"{seconds:.1f} s" for seconds in times),
            ]
        )
    whole = beside(results, name, other)
    sets = f"{whole.wins} of {_counted(whole.sets, 'set')}, {_counted(whole.splits, 'split')}"
    title = (
        f"{name}: `time_limit` is what {other} took to learn the same split with the same threads a moment before; "
        "both are measured by the time of the processor, as the machine had other work. Ours has less error on "
        f"{sets}; the geometric mean of the ratios is {whole.ratio:.3f}."
    )
    heads = ["set", f"error of {name}", other, "time limit", "ours, with imports and predictions"]
    return "\n\n".join([title, table(heads, rows)]) if rows else f"{name}: not measured."


def _beside(other: Summary) -> list[str]:
    return [
        other.contender,
        str(other.sets),
        str(other.splits),
        f"{other.wins} of {other.sets}",
        f"{other.ratio:.3f}",
        f"{other.seconds:.1f} s",
        f"{other.our_seconds:.1f} s",
    ]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _figure(error: float | None) -> str:
    if error is None:
        return ""
    return f"{error:.4g}" if error < 1000 else f"{error:.0f}"


def _predicted(stored: Mapping[str, Any]) -> str:
    headings = ["model", "seconds", "of the processor", "memory"]
    headings += ["script: seconds", "of the processor", "memory", "ratio"]
    rows = []
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
    return "\n\n".join([title, table(headings, rows), note])


def _cells(run: Mapping[str, Any]) -> list[str]:
    return [
        f"{run['seconds']:.1f} s",
        f"{run['processor_seconds']:.1f} s",
        f"{run['peak_bytes'] / 2**20:.0f} MiB",
    ]

"""How well tables are learned: ours and peers, each by its defaults, on the same rows and threads.

The error is 1 - AUC for two classes, log-loss for more, root mean squared error for numbers. Of each set 6,000 rows are
learned from at most, and 10,000 are predicted at most. Each piece of work has a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.race import environment
from benchmarks.tables_data import SETS, TARGET, load
from benchmarks.tables_peers import CONTENDERS, Predicted, Work

__all__ = ["OURS", "Measured", "Summary", "installed", "means", "measured", "report", "summary"]

_MOST_TRAINED, _MOST_PREDICTED = 6_000, 10_000
OURS = "multilayer"
UNIT = "HistGradientBoosting"
"""Errors are compared across sets in units of this contender's."""


@dataclass(frozen=True)
class Measured:
    """One contender on one split of one set."""

    data: str
    split: int
    contender: str
    error: float
    seconds: float
    calibration_error: float | None = None
    coverage: float | None = None
    """Of intervals, or sets, that are to hold 90 %."""


def installed() -> list[str]:
    """Return the names of the contenders whose packages are there."""
    return [name for name, contender in CONTENDERS.items() if find_spec(contender.package)]


def measured(data: str, split: int, contender: str, *, members: int, threads: int) -> Measured | str:
    """Let a contender learn a set in a process of its own; return why, where it cannot."""
    request = json.dumps([data, split, contender, members, threads])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tables", request],
        capture_output=True,
        text=True,
        check=False,
        env=environment(threads),
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"it ended with code {done.returncode}"])[-1]
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _measure(data: str, split: int, contender: str, members: int, threads: int) -> Measured:
    work, true = _work(data, split, members, threads)
    run = CONTENDERS[contender].run
    began = time.perf_counter()
    predicted = run(work)
    seconds = time.perf_counter() - began
    return Measured(
        data,
        split,
        contender,
        error(work.classes, true, predicted.y),
        seconds,
        calibration(true, predicted.y) if work.classes else None,
        _coverage(true, predicted),
    )


def _work(data: str, split: int, members: int, threads: int) -> tuple[Work, NDArray[Any]]:
    from sklearn.model_selection import train_test_split

    frame = load(data)
    y, classes = frame.pop(TARGET).to_numpy(), 0
    if SETS[data].task != "numbers":
        names, y = np.unique(y.astype(str), return_inverse=True)
        classes = len(names)

    def cut(rows: NDArray[np.intp], **size: Any) -> list[NDArray[np.intp]]:
        stratify = y[rows] if classes else None
        return list(train_test_split(rows, random_state=split, stratify=stratify, **size))

    train, test = cut(np.arange(len(y)), test_size=0.25)
    if len(train) > _MOST_TRAINED:
        train, _ = cut(train, train_size=_MOST_TRAINED)
    test = test[:_MOST_PREDICTED]
    parts = (frame.iloc[rows].reset_index(drop=True) for rows in (train, test))
    learned, asked = parts
    return Work(learned, y[train], asked, classes, split, threads, members), y[test]


def error(classes: int, y: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Return 1 - AUC, log-loss or root mean squared error."""
    from sklearn.metrics import log_loss, roc_auc_score

    if not classes:
        return float(np.sqrt(np.mean((predicted - y) ** 2)))
    if classes == 2:
        return 1.0 - float(roc_auc_score(y, predicted[:, 1]))
    p = np.clip(predicted.astype(np.float64), 1e-15, 1.0)
    return float(log_loss(y, p / p.sum(axis=1, keepdims=True), labels=range(classes)))


def calibration(y: NDArray[Any], p: NDArray[Any]) -> float:
    """Return the expected calibration error."""
    from multilayer.tables import calibration_error

    return calibration_error(p, y)


def _coverage(true: NDArray[Any], predicted: Predicted) -> float | None:
    if predicted.interval is None:
        return None
    low, high = predicted.interval
    return float(np.mean((low <= true) & (true <= high)))


@dataclass(frozen=True)
class Summary:
    """A contender over all sets, beside ours."""

    contender: str
    sets: int
    wins: int
    """Sets on which our error is lower."""
    losses: tuple[str, ...]
    """The other sets."""
    normalized: float
    """Geometric mean of its errors in units of `UNIT`'s."""
    seconds: float
    """Median of a fit with its predictions."""
    calibration_error: float | None
    """Median over sets of classes."""
    coverage: float | None
    """Median over sets of numbers."""


def summary(results: Sequence[Measured]) -> list[Summary]:
    """Return a summary for each contender, over the sets that it, we and `UNIT` have; a set's error is its mean."""
    of_all = means(results)
    ours, unit = of_all.get(OURS, {}), of_all.get(UNIT, {})
    summaries = []
    for name, errors in of_all.items():
        common = [data for data in errors if data in ours and data in unit]
        lost = tuple(data for data in common if errors[data] <= ours[data])
        own = [one for one in results if one.contender == name]
        ratios = [errors[data] / unit[data] for data in common]
        summaries.append(
            Summary(
                name,
                len(common),
                len(common) - len(lost),
                () if name == OURS else lost,
                float(np.exp(np.mean(np.log(ratios)))) if ratios else float("nan"),
                float(np.median([one.seconds for one in own])),
                _median([one.calibration_error for one in own]),
                _median([one.coverage for one in own]),
            )
        )
    return summaries


def means(results: Sequence[Measured]) -> dict[str, dict[str, float]]:
    """Return the mean error of each contender by set, over the splits."""
    names = dict.fromkeys(one.contender for one in results)
    sets = dict.fromkeys(one.data for one in results)
    errors_of = {
        name: {
            data: [one.error for one in results if (one.contender, one.data) == (name, data)] for data in sets
        }
        for name in names
    }
    return {
        name: {data: float(np.mean(errors)) for data, errors in by_set.items() if errors}
        for name, by_set in errors_of.items()
    }


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None


def report(results: Sequence[Measured]) -> str:
    """Return the errors by set, ours marked where it is not the lowest, and the summary."""
    of_all = means(results)
    width = max(map(len, of_all)) + 2
    lines = ["".join([f"{'':<16}", *(f"{name:>{width}}" for name in of_all)])]
    for data in dict.fromkeys(one.data for one in results):
        row = {name: errors.get(data) for name, errors in of_all.items()}
        best = min(value for value in row.values() if value is not None)
        cells = (
            f"{'' if v is None else f'{v:.4g}' + ('*' if v == best else ' '):>{width}}" for v in row.values()
        )
        lines.append("".join([f"{data:<16}", *cells]))
    for one in summary(results):
        words = f"mean normalized error {one.normalized:.3f}, {one.seconds:.1f} s a set"
        if one.contender != OURS:
            lost = f"; lost: {', '.join(one.losses)}" if one.losses else ""
            words += f"; ours has less error on {one.wins} of {one.sets}{lost}"
        if one.calibration_error is not None:
            words += f"; calibration error {one.calibration_error:.3f}"
        if one.coverage is not None:
            words += f"; coverage {one.coverage:.1%}"
        lines.append(f"{one.contender}: {words}")
    return "\n".join(lines)


if __name__ == "__main__":
    print_to, sys.stdout = sys.stdout, sys.stderr
    # The threads of a library that does not read the environment are held to as many processors.
    task: list[Any] = json.loads(sys.argv[1])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: task[-1]])
    print(json.dumps(asdict(_measure(*task))), file=print_to)

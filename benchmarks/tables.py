"""How well tables are learned: ours and peers, each by its defaults, on the same rows and threads.

The error is 1 - AUC for two classes, log-loss for more, root mean squared error for numbers. Of each set 6,000 rows are
learned from at most, and 10,000 are predicted at most. Each piece of work has a process of its own. Time is that of the
processor, so that a machine with other work measures the same.
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

__all__ = [
    "OURS",
    "Measured",
    "Summary",
    "beside",
    "installed",
    "measured",
    "pairs",
    "ratio",
    "report",
    "summary",
]

_MOST_TRAINED, _MOST_PREDICTED = 6_000, 10_000
OURS = "multilayer"


@dataclass(frozen=True)
class Measured:
    """One contender on one split of one set."""

    data: str
    split: int
    contender: str
    error: float
    seconds: float
    """Of the processor, for learning and predicting."""
    calibration_error: float | None = None
    coverage: float | None = None
    """Of intervals that are to hold 90 %."""
    time_limit: float | None = None
    """Seconds that it was given to learn in."""


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
    began = time.process_time()
    predicted = run(work)
    seconds = time.process_time() - began
    return Measured(
        data,
        split,
        contender,
        error(work.classes, true, predicted.y),
        seconds if predicted.seconds is None else predicted.seconds,
        calibration(true, predicted.y) if work.classes else None,
        _coverage(true, predicted),
        predicted.time_limit,
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
    """A contender beside ours, on the splits of the sets that both have learned."""

    contender: str
    sets: int
    splits: int
    """Of all sets together."""
    losses: tuple[str, ...]
    """The sets on which our error is not lower."""
    ratio: float
    """Geometric mean over the sets of its error over ours; below 1 is a loss."""
    seconds: float
    """Median of the processor's seconds."""
    our_seconds: float
    """Of ours, on the same splits."""
    calibration_error: float | None
    """Median over sets of classes."""
    coverage: float | None
    """Median over sets of numbers."""

    @property
    def wins(self) -> int:
        """Sets on which our error is lower."""
        return self.sets - len(self.losses)


def beside(results: Sequence[Measured], ours: str, other: str) -> Summary:
    """Return the summary of another contender beside one of ours that is not the default."""
    return _summary(other, pairs(results, other, ours))


def summary(results: Sequence[Measured]) -> list[Summary]:
    """Return a summary for each contender, ours first."""
    names = dict.fromkeys((OURS, *(one.contender for one in results)))
    return [_summary(name, pairs(results, name)) for name in names]


def _summary(name: str, by_set: dict[str, list[tuple[Measured, Measured]]]) -> Summary:
    ratios = {data: ratio(both) for data, both in by_set.items()}
    both = [pair for of_set in by_set.values() for pair in of_set]
    return Summary(
        name,
        len(by_set),
        len(both),
        () if name == OURS else tuple(data for data, ratio in ratios.items() if ratio <= 1.0),
        float(np.exp(np.mean(np.log(list(ratios.values()))))) if ratios else float("nan"),
        _median([theirs.seconds for theirs, _ in both]) or float("nan"),
        _median([ours.seconds for _, ours in both]) or float("nan"),
        _median([theirs.calibration_error for theirs, _ in both]),
        _median([theirs.coverage for theirs, _ in both]),
    )


def pairs(
    results: Sequence[Measured], name: str, ours: str = OURS
) -> dict[str, list[tuple[Measured, Measured]]]:
    """Return the results of a contender by set, each with ours of the same split."""
    own = {(one.data, one.split): one for one in results if one.contender == ours}
    found: dict[str, list[tuple[Measured, Measured]]] = {}
    for one in results:
        if one.contender == name and (one.data, one.split) in own:
            found.setdefault(one.data, []).append((one, own[one.data, one.split]))
    return found


def ratio(both: Sequence[tuple[Measured, Measured]]) -> float:
    """Return the ratio of two mean errors."""
    return sum(theirs.error for theirs, _ in both) / sum(ours.error for _, ours in both)


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None


def report(results: Sequence[Measured]) -> str:
    """Return our error by set and the ratios of all others' to it, below 1 where ours is not the lowest; a summary."""
    ours, *others = summary(results)
    if not ours.sets:
        return f"no results of {OURS} to compare others with"
    of_others = {other.contender: pairs(results, other.contender) for other in others}
    width = max(map(len, (OURS, *of_others))) + 2
    lines = ["".join([f"{'':<16}", *(f"{name:>{width}}" for name in (OURS, *of_others))])]
    for data, both in pairs(results, OURS).items():
        ratios = (ratio(by_set[data]) if data in by_set else None for by_set in of_others.values())
        cells = ("" if one is None else f"{one:.3f}" for one in ratios)
        error = f"{np.mean([one.error for one, _ in both]):.4g}"
        lines.append("".join([f"{data:<16}", *(f"{cell:>{width}}" for cell in (error, *cells))]))
    lines += map(_sentence, (ours, *others))
    return "\n".join(lines)


def _sentence(one: Summary) -> str:
    words = (
        f"{one.contender}: {one.splits} splits of {one.sets} sets, {one.seconds:.1f} s of the processor each"
    )
    if one.contender != OURS:
        words += f" (ours {one.our_seconds:.1f}); {one.ratio:.3f} of our error; ours has less on {one.wins}"
        words += f"; lost: {', '.join(one.losses)}" if one.losses else ""
    if one.calibration_error is not None:
        words += f"; calibration error {one.calibration_error:.3f}"
    if one.coverage is not None:
        words += f"; coverage {one.coverage:.1%}"
    return words


if __name__ == "__main__":
    print_to, sys.stdout = sys.stdout, sys.stderr
    # The threads of a library that does not read the environment are held to as many processors.
    task: list[Any] = json.loads(sys.argv[1])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: task[-1]])
    print(json.dumps(asdict(_measure(*task))), file=print_to)

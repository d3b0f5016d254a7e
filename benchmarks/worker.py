"""A contender's own process: prepares one piece of work at a time, and times it when asked.

Speaks JSON lines: {"prepare": [kind, fields], "result": path} -> {"ready": bool, "error": text};
{"time": seconds} -> {"ns": time of one call}. Between requests it sleeps on its standard input, so that
only one contender works at a time; what its threads do then, the race stops.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from benchmarks.cases import ElementwiseCase, ForwardCase, TrainingCase


def prepare(peer: Any, request: list[Any], result: str) -> Callable[[], Any] | None:
    """Build the work, run it once and leave its result in a file for the correctness check."""
    kind, fields = request
    build = getattr(peer, kind, None)
    if build is None:
        return None
    if kind == "forward":
        fields["shape"] = tuple(fields["shape"])
        case = ForwardCase(**fields)
        work = build(case.layers(), case.x())
    elif kind == "training":
        fields["shape"] = tuple(fields["shape"])
        training = TrainingCase(**fields)
        work = build(training)
        # Each call is an epoch that goes on from the one before, and returns its mean loss.
        np.save(result, np.array([work() for _ in range(training.epochs)], np.float64))
        return cast("Callable[[], Any]", work)
    else:
        chosen = ElementwiseCase(**fields)
        work = build(chosen.activation, chosen.x())
    if work is not None:
        np.save(result, np.asarray(work()))
    return cast("Callable[[], Any] | None", work)


def time_call(work: Callable[[], Any], seconds: float) -> float:
    """Return the nanoseconds of one call, the mean over as many as fit in `seconds`."""
    calls = 1
    while True:
        start = time.perf_counter_ns()
        for _ in range(calls):
            work()
        elapsed = time.perf_counter_ns() - start
        if elapsed >= seconds * 0.5e9:
            return elapsed / calls
        calls = max(2 * calls, int(calls * seconds * 1e9 / max(elapsed, 1) * 0.8))


def main() -> None:
    """Serve requests until standard input ends."""
    name, threads = sys.argv[1], int(sys.argv[2])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    peer = importlib.import_module(f"benchmarks.peers.{name}")
    work: Callable[[], Any] | None = None
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any]
        if "prepare" in request:
            try:
                work = prepare(peer, request["prepare"], request["result"])
                answer = {"ready": work is not None}
            except Exception as error:  # noqa: BLE001  (a peer may fail in any way; the table says how)
                answer = {"ready": False, "error": f"{type(error).__name__}: {error}"[:200]}
        else:
            assert work is not None
            answer = {"ns": time_call(work, request["time"])}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()

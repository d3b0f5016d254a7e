"""Labels of the diagnosis suite: every case is trained as it is and with each repair alone, and the figures stored."""

from __future__ import annotations

import time

from tests.diagnosis_cases.cases import Half, cases, measured, store, stored

__all__ = ["label"]


def label(half: Half, each: int, minutes: float) -> tuple[int, int]:
    """Label the cases whose figures are not stored yet, for so long; return how many are stored, and of how many."""
    ends, known = time.monotonic() + 60.0 * minutes, set(stored(half))
    wanted = list(cases(half, each))
    for case in wanted:
        if case.key not in known:
            if time.monotonic() > ends:
                break
            store(half, case.key, measured(case))
            known.add(case.key)
    return sum(case.key in known for case in wanted), len(wanted)

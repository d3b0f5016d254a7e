"""Labels of the diagnosis suite: every case is trained as it is and with each repair alone, and the figures stored."""

from __future__ import annotations

import time

from tests.diagnosis_cases.cases import Half, cases, measured, store, stored

__all__ = ["label"]


def label(half: Half, each: int, minutes: float) -> tuple[int, int]:
    """Train the cases without a label, and the seeds that a stored one lacks, for so long; return how many have one.

    The second number is how many there are. Each case is stored as soon as it is done.
    """
    ends, known = time.monotonic() + 60.0 * minutes, stored(half)
    wanted = list(cases(half, each))
    for case in wanted:
        if case.key not in known or not known[case.key].is_complete:
            if time.monotonic() > ends:
                break
            known[case.key] = measured(case, known.get(case.key))
            store(half, known)
    return sum(case.key in known and known[case.key].is_complete for case in wanted), len(wanted)

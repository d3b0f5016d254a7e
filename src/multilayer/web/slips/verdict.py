"""What is found about numbers, and the arrays that they may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multilayer.web.slips.calculation import Array, Work
from multilayer.web.slips.precision import Given

__all__ = ["Candidates", "Finding", "Verdict", "arrays_of", "verdict_on"]

Candidates = dict[str, list[Given]]
"""What the numbers may be, and how they may be laid out: as they stand, and turned."""


@dataclass(frozen=True)
class Finding:
    """An explanation: the numbers are meant to be this array, and this happened."""

    array: str
    slip: str
    """Its name; "" for none."""
    sentence: str
    advice: str = ""
    """What to do next."""


@dataclass(frozen=True)
class Verdict:
    """What was found about numbers that were given."""

    array: str
    """Which array they are: a(1), or of several that they may be the first."""
    right: bool
    findings: tuple[Finding, ...]
    """What explains them; of several that do, all. Where nothing does, what is said of it, without a slip."""
    given: Given
    expected: Array
    is_found: bool = True
    """Whether it is clear which array they are meant to be."""

    @property
    def slips(self) -> tuple[str, ...]:
        """The names of the slips, each once."""
        return tuple(dict.fromkeys(finding.slip for finding in self.findings if finding.slip))

    @property
    def fits(self) -> Array:
        """Where the numbers are right."""
        return self.given.fits(self.expected)


def arrays_of(work: Work) -> dict[str, Array]:
    """Return the arrays of a calculation that can be checked, and what is right in them."""
    found: dict[str, Array] = {}
    back = work.right
    for n in range(1, work.layers + 1):
        found |= {f"a({n})": back.record(n).a, f"z({n})": back.record(n).z}
    found["loss"] = back.losses
    if work.rows > 1:
        found["mean loss"] = np.array([back.gradients.loss])
    for n in range(work.layers, 0, -1):
        dz = back.dz(n)
        found |= {} if dz is None else {f"dz({n})": dz}
        each = back.gradients[n - 1]
        found |= {f"da({n})": each.da, f"dW({n})": each.dW, f"db({n})": each.db}
    return found | {"dx": np.asarray(back.dz(0))}


def verdict_on(
    array: str, finding: Finding, given: Given, expected: Array, *, right: bool = False
) -> Verdict:
    return Verdict(array, right, (finding,), given, expected)

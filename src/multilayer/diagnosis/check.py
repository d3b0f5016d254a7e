"""What a check is, a pure function of the evidence, and what it reports: a finding, or why it could not measure."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, get_args

from multilayer._base.text import printable
from multilayer.diagnosis.evidence import Evidence

__all__ = ["SEVERITIES", "Check", "Finding", "NotMeasured", "Outcomes", "Severity", "check"]

Severity = Literal["error", "warning", "note"]
"""error: this is why it does not learn or predict; warning: it may become so; note: good to know, no trouble."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The worst first."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One trouble, where it is, how much of it there is, and what to do.

    Layers and units are counted from 1; layer 0 is the input, and its "units" are the columns of X. Names out of files
    and data stand in its sentences in printable form.
    """

    check: str = ""
    """The name of the check that found it; the check adds it."""
    title: str
    """The trouble in one sentence without a full stop: "layer 2's outputs barely depend on the input"."""
    severity: Severity
    layer: int | None = None
    """None for the network or its training as a whole."""
    units: tuple[int, ...] = ()
    """The units concerned; empty for the layer as a whole."""
    value: float | None = None
    """What was measured; `evidence` names the quantity."""
    threshold: float | None = None
    """What it was compared with."""
    evidence: str
    """The measurements in whole sentences."""
    advice: str
    """What to do about it in whole sentences, the most promising first."""

    def __post_init__(self) -> None:
        for name in ("title", "evidence", "advice"):
            object.__setattr__(self, name, printable(getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class NotMeasured:
    """A check that was skipped for lack of data."""

    check: str = ""
    """The name of the check; the check adds it."""
    reason: str
    """What is missing, and how to give it: "no y was given"."""


T = TypeVar("T")
Outcomes = Iterable[Finding | NotMeasured]


@dataclass(frozen=True)
class Check:
    """A check, as `@check` makes it of a function."""

    name: str
    question: str
    """What it asks, in one sentence: "Is every unit active for some sample?"."""
    run: Callable[[Evidence], Outcomes]
    explanation: str = ""
    """What it does, why that matters, an example, and what it cannot see."""
    catch_all: bool = False
    """Whether what it finds has a cause that others may name: any other finding as severe comes first."""
    lasting: bool = False
    """Whether no further training mends what it finds, so that it is an error during training, too."""


def check(
    question: str,
    need: Callable[[Evidence], T | NotMeasured],
    *,
    catch_all: bool = False,
    lasting: bool = False,
) -> Callable[[Callable[[Evidence, T], Outcomes]], Check]:
    """Make a check of a function of the evidence and of what it needs of that (see `needs`).

    The check has the function's name, which it puts into what the function yields, and is explained by the docstring
    of the function's module. Where the need is not met, the reason is the only outcome.
    """

    def checked(function: Callable[[Evidence, T], Outcomes]) -> Check:
        name = function.__name__

        def run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
            given = need(evidence)
            outcomes = (given,) if isinstance(given, NotMeasured) else function(evidence, given)
            for outcome in outcomes:
                yield replace(outcome, check=name)

        explanation = sys.modules[function.__module__].__doc__ or ""
        return Check(name, question, run, explanation.strip(), catch_all, lasting)

    return checked

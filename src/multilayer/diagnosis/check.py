"""What a check is: a pure function of the evidence, with a name, a question and an explanation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Finding, NotMeasured

__all__ = ["Check", "Outcomes", "check"]

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

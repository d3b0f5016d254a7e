"""The outcome of a diagnosis: a verdict first, then the findings, then what was checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured
from multilayer.diagnosis.notebook import to_html
from multilayer.diagnosis.text import to_text

__all__ = ["Diagnosis"]


@dataclass(frozen=True, eq=False, repr=False)
class Diagnosis:
    """What was found out about a network; printable, and as a page in a notebook."""

    verdict: str
    """One sentence: the main cause, or "no trouble found" with what was checked."""
    cause: Finding | None
    """The main cause; None where no error was found."""
    findings: tuple[Finding, ...]
    """Main cause first, then by severity."""
    not_measured: tuple[NotMeasured, ...]
    checks: tuple[Check, ...]
    """All that were run, in the order of the table."""
    evidence: Evidence = field(repr=False)

    @property
    def trouble(self) -> bool:
        """Whether anything was found that is an error."""
        return self.cause is not None

    def __repr__(self) -> str:
        return to_text(self)

    def _repr_html_(self) -> str:
        return to_html(self)

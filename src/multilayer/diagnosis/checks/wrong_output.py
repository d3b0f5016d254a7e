"""An output activation that does not fit the loss or the targets."""

from __future__ import annotations

from collections.abc import Iterator

from multilayer.diagnosis.checks.judgement import fares, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, Severity

__all__ = ["wrong_output"]

_UNREACHABLE = 0.01
"""Share of targets outside the output's range from which on it is no matter of a few outliers."""


def _run(evidence: Evidence) -> Iterator[Finding]:
    outputs, layers = evidence.outputs, len(evidence.layers)
    assert outputs is not None  # noqa: S101
    assert evidence.loss is not None  # noqa: S101
    last = evidence.network.layers[-1].activation.facts
    severity: Severity = "warning" if fares(evidence) == "well" else "error"
    if outputs.mismatch is not None:
        yield Finding(
            check="wrong_output",
            title=f"the output activation {last.name} does not fit the loss {evidence.loss.facts.name}",
            severity="error",
            layer=layers,
            units=(),
            value=None,
            threshold=None,
            evidence=outputs.mismatch,
            advice=f"Give the last layer another activation ({evidence.loss.facts.advice or 'identity'}), "
            "or take another loss.",
        )
    if outputs.probabilities_squashed:
        yield Finding(
            check="wrong_output",
            title="probabilities are turned into probabilities a second time",
            severity=severity,
            layer=layers,
            units=(),
            value=None,
            threshold=None,
            evidence=joined(
                (
                    f"the weighted sums of the last layer are probabilities already, and {last.name} "
                    "flattens them: with sums between 0 and 1 no output comes near 1",
                    how_it_fares(evidence),
                )
            ),
            advice=f"Keep one of the two: drop the {last.name} before the last layer, or give the loss the "
            "sums themselves.",
        )
    if outputs.unreachable is not None and outputs.unreachable > _UNREACHABLE:
        yield Finding(
            check="wrong_output",
            title=f"the output activation {last.name} cannot reach the targets",
            severity=severity,
            layer=layers,
            units=(),
            value=outputs.unreachable,
            threshold=_UNREACHABLE,
            evidence=joined(
                (
                    f"{outputs.unreachable:.1%} of the targets lie outside its range {last.range}",
                    how_it_fares(evidence),
                )
            ),
            advice="Take output_activation identity for numbers without bounds, or scale the targets into "
            "the range (sklearn.compose.TransformedTargetRegressor).",
        )


wrong_output = Check(
    "wrong_output",
    "Can the outputs become what the loss and the targets ask for?",
    needing("wrong_output", _run, "outputs"),
    lasting=True,
)

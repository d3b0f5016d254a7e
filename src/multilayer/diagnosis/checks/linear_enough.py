"""The linear model beside the network."""

from __future__ import annotations

from collections.abc import Iterator

from multilayer.diagnosis.checks.judgement import early
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding

__all__ = ["linear_enough"]

_EQUAL, _BETTER = 0.005, 0.02


def _run(evidence: Evidence) -> Iterator[Finding]:
    outputs = evidence.outputs
    assert outputs is not None  # noqa: S101
    score, linear, constant = outputs.score, outputs.linear_score, outputs.constant_score
    if score is None or linear is None or constant is None or len(evidence.layers) < 2:
        return
    gain = linear - score
    if gain < -_EQUAL or linear - constant < _BETTER:
        return
    better = gain > _BETTER
    # A linear model that makes no mistake is a proof; one that makes some may be one that was not found.
    separable = outputs.target_counts is not None and linear == 1.0
    yield Finding(
        check="linear_enough",
        title="a linear model does better than the network" if better else "a linear model would do",
        severity="warning" if better and not early(evidence) else "note",
        layer=None,
        units=(),
        value=linear,
        threshold=score,
        evidence=f"a linear model reaches {linear:.4g} on the same samples, the network {score:.4g}"
        + ("; the classes are linearly separable, and need no hidden layer" if separable else ""),
        advice="Look for the cause in the other findings; until it is found, use the linear model "
        "(hidden_layer_sizes=())."
        if better
        else "Take the linear model (hidden_layer_sizes=(), or LogisticRegression / LinearRegression): it "
        "is smaller, faster and easier to explain.",
    )


linear_enough = Check(
    "linear_enough",
    "Does the network do more than a linear model?",
    needing("linear_enough", _run, "outputs", "linear"),
)

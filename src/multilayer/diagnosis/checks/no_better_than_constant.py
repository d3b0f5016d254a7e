"""A network that a constant would replace: found by what comes out, whatever the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from multilayer.diagnosis.checks.constant import Beside, beside_constant, linear_is_better, outputs_alike
from multilayer.diagnosis.checks.judgement import early, how_it_fares, just_begun, learned
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence, OutputStatistics
from multilayer.diagnosis.finding import Check, Finding, Severity

__all__ = ["no_better_than_constant"]


def _run(evidence: Evidence) -> Iterator[Finding]:
    outputs = evidence.outputs
    assert outputs is not None  # noqa: S101
    found = beside_constant(evidence)
    if found == "better":
        return
    yield Finding(
        check="no_better_than_constant",
        title=f"the network fares {'worse' if found == 'worse' else 'no better'} than a constant",
        severity=_severity(evidence, outputs),
        layer=None,
        units=(),
        value=outputs.score,
        threshold=outputs.constant_score,
        evidence=joined(
            (
                how_it_fares(evidence),
                _losses(outputs),
                "its outputs are nearly the same for all samples" if outputs_alike(evidence) else "",
                _beside_linear(evidence, outputs),
            )
        ),
        advice=next(advice for applies, advice in _FIRST if applies(evidence, outputs, found)),
    )


def _severity(evidence: Evidence, outputs: OutputStatistics) -> Severity:
    if just_begun(evidence):
        return "note"
    faultless = outputs.score == 1.0  # as the constant is, where all targets are the same
    return "warning" if faultless or early(evidence) else "error"


def _losses(outputs: OutputStatistics) -> str:
    if outputs.loss is None or outputs.constant_loss is None:
        return ""
    return f"its loss is {outputs.loss:.4g}, that of the best constant {outputs.constant_loss:.4g}"


def _beside_linear(evidence: Evidence, outputs: OutputStatistics) -> str:
    if outputs.constant_loss == 0.0:
        return "all targets are the same"
    if outputs.linear_score is None:
        return ""  # `linear_enough` says why none was fitted
    if linear_is_better(evidence):
        return "a linear model does better, so there is something to learn"
    if outputs.linear_score > max(outputs.score or 0.0, outputs.constant_score or 0.0):
        return "a linear model does better by no more than chance: nothing learnable was shown"
    return "a linear model does no better either: nothing learnable was shown"


def _inverted(outputs: OutputStatistics) -> bool:
    """Whether one of two classes is predicted where the other is meant."""
    score, constant = outputs.score, outputs.constant_score
    if outputs.confusion is None or score is None or constant is None:
        return False
    return len(outputs.confusion) == 2 and 1.0 - score > constant


_TRAINING = (
    "at the training: more epochs, a learning rate ten times as high or as low, other starting weights "
    "(random_state), standardized X; try_fixes(...) tries them."
)
_FIRST: tuple[tuple[Callable[[Evidence, OutputStatistics, Beside], bool], str], ...] = (
    (
        lambda evidence, outputs, found: outputs.constant_loss == 0.0,
        "Look first at y: the same target everywhere leaves nothing to learn; take samples of every kind.",
    ),
    (
        lambda evidence, outputs, found: found == "worse" and _inverted(outputs),
        "Look first at the labels: with the two classes exchanged it would do better than a constant; their order "
        "in y may be another one than in training.",
    ),
    (
        lambda evidence, outputs, found: learned(evidence),
        "Look first at the data: training ended at a loss far below this one, so that these are not the X and y of "
        "training; rows of y in another order, other units, another scaling of X do that.",
    ),
    (
        lambda evidence, outputs, found: found == "worse" and outputs.confusion is None,
        "Look first at the scale of y and X: they have to be in the units of the training data, and y of a size of "
        "about 1 (sklearn.compose.TransformedTargetRegressor); then " + _TRAINING,
    ),
    (lambda evidence, outputs, found: linear_is_better(evidence), "Look first " + _TRAINING),
    (
        lambda evidence, outputs, found: True,
        "Look first at the data: does every row of y belong to its row of X, and does X say anything about y? Then "
        + _TRAINING,
    ),
)
"""What to look at first: the first line that applies."""


no_better_than_constant = Check(
    "no_better_than_constant",
    "Does the network fare better than a constant?",
    needing("no_better_than_constant", _run, "outputs"),
    catch_all=True,
)

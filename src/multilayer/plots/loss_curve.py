"""The learning curve: the loss by epoch, and the events of the training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.table import Table
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.plots.figures import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    Picture,
    drawn_on,
    log_scale,
    number,
)
from multilayer.plots.fonts import captioned

if TYPE_CHECKING:
    from multilayer.diagnosis import Evidence
    from multilayer.plots.figures import Axes
    from multilayer.training import History

__all__ = ["loss_curve", "picture"]

_ROWS = 25
_LABELS = {
    "epochs": N_("all epochs done"),
    "plateau": N_("stopped: no more improvement"),
    "patience": N_("stopped: no improvement\nfor {epochs} epochs"),
    "interrupted": N_("interrupted"),
    "callback": N_("stopped by a callback"),
    "not finite": N_("stopped: not finite"),
}
_SENTENCES = {
    "epochs": N_("All epochs were done."),
    "plateau": N_("Training stopped because there was no more improvement."),
    "patience": N_("Training stopped after {epochs} epochs without improvement."),
    "interrupted": N_("Training was interrupted."),
    "callback": N_("Training was stopped by a callback."),
    "not finite": N_("Training stopped at numbers that are not finite."),
}


@dataclass(frozen=True)
class _Curve:
    """What is drawn, from whatever source."""

    history: History
    stopped: str | None = None
    patience: int | None = None
    constant: float | None = None
    """The loss of the best constant prediction."""

    def ended(self, templates: Mapping[str, str]) -> str | None:
        """Return why training ended, as a label or a sentence."""
        reason = "patience" if self.stopped == "plateau" and self.patience is not None else self.stopped
        if reason is None or reason not in templates:
            return reason
        return fill(templates[reason], epochs=self.patience)


@captioned
def loss_curve(source: Any, ax: Axes | None = None) -> Axes:
    """Draw the loss by epoch, and the validation loss where there is one; logarithmic where they differ threefold.

    Marked: the best epoch, why training ended, where the learning rate was cut, and, of a diagnosis, the loss of the
    best constant prediction; a network that has learned is below it.

    Parameters
    ----------
    source : Trained, History, Diagnosis, Evidence, or a fitted estimator
        Where the curve comes from.
    ax : matplotlib Axes, optional
        What to draw on; new axes of pyplot unless given.

    Raises
    ------
    InputError
        When there is no curve in it.
    MissingExtraError
        When matplotlib is not installed.
    """
    curve = _curve_of(source)
    history = curve.history
    ax = drawn_on(ax)
    epochs = np.arange(1, len(history) + 1)
    marker = "o" if len(history) < 3 else ""
    ax.plot(epochs, history.loss, label=fill("training"), color=BLUE, marker=marker)
    if history.validation_loss:
        ax.plot(epochs, history.validation_loss, label=fill("validation"), color=ORANGE, marker=marker)
    values = [*history.loss, *history.validation_loss]
    if curve.constant is not None and np.isfinite(curve.constant):
        label = fill("best constant prediction")
        ax.axhline(curve.constant, color=GREY, linestyle="--", linewidth=1.0, label=label)
        values.append(curve.constant)
    finite = np.array([value for value in values if np.isfinite(value)])
    if finite.size and 0 < 3 * finite.min() < finite.max():
        log_scale(ax, finite)
    _mark(curve, ax)
    ax.set_xlim(min(1, len(history) - 1), len(history) * 1.02)
    ax.locator_params(axis="x", integer=True)
    ax.set_xlabel(fill("epoch"))
    ax.set_ylabel(fill("loss"))
    ax.legend(loc="best")
    return ax


def _mark(curve: _Curve, ax: Axes) -> None:
    """Mark the best epoch, cuts of the learning rate, and the end."""
    history = curve.history
    best, cuts = _best(history), _cuts(history)
    if best is not None:
        losses = history.validation_loss or history.loss
        label = fill("best epoch, {epoch}", epoch=best)
        ax.plot([best], [losses[best - 1]], "D", color=GREEN, label=label, zorder=3)
    for epoch in cuts:
        ax.axvline(epoch, color=PURPLE, linestyle=":", linewidth=1.0)
    if cuts:
        ax.plot([], [], color=PURPLE, linestyle=":", label=fill("learning rate cut"))
    ended = curve.ended(_LABELS)
    if ended is not None:
        ax.axvline(len(history), color=RED, linewidth=1.0, label=ended)


def _curve_of(source: Any) -> _Curve:
    from multilayer.diagnosis import Diagnosis, Evidence
    from multilayer.interop.scikit_learn import history_of, stopped_of
    from multilayer.training import History, Trained

    if isinstance(source, Diagnosis):
        source = source.evidence
    if isinstance(source, History):
        curve = _Curve(source)
    elif isinstance(source, Trained):
        curve = _Curve(source.history, source.stopped)
    elif isinstance(source, Evidence):
        course, outputs = source.course, source.outputs
        constant = None if outputs is None else outputs.constant_loss
        curve = _Curve(course.history or History(), course.stopped, course.patience, constant)
    elif hasattr(source, "loss_curve_"):
        curve = _Curve(history_of(source) or History(), stopped_of(source), source.n_iter_no_change)
    else:
        raise InputError(
            "a loss curve is drawn of a Trained, a History, a Diagnosis or a fitted estimator; got {kind}",
            kind=type(source).__name__,
        )
    if not len(curve.history):
        raise InputError("there is no loss curve to draw: no epoch of the training is known")
    return curve


def _best(history: History) -> int | None:
    curve = np.array(history.validation_loss or history.loss, np.float64)
    return int(np.nanargmin(curve)) + 1 if np.isfinite(curve).any() else None


def _cuts(history: History) -> list[int]:
    """Return the epochs in which the rate fell by a fifth or more, unless it falls all the time."""
    rates = np.array(history.learning_rate, np.float64)
    cuts = (np.flatnonzero(rates[1:] < 0.8 * rates[:-1]) + 2).tolist()
    return cuts if len(cuts) <= max(1, len(history) // 10) else []


def _missing(evidence: Evidence) -> str | None:
    history = evidence.course.history
    return None if history is not None and len(history) else fill("the history of the training is not known")


def _words(evidence: Evidence) -> str:
    curve = _curve_of(evidence)
    history, best = curve.history, _best(curve.history)
    validation = history.validation_loss
    sentences = [
        fill(
            "Over {epochs} epochs the loss went from {first} to {last}.",
            epochs=len(history),
            first=number(history.loss[0]),
            last=number(history.loss[-1]),
        )
    ]
    if validation:
        template = N_("The validation loss went from {first} to {last}.")
        sentences.append(fill(template, first=number(validation[0]), last=number(validation[-1])))
    if best is not None:
        sentences.append(fill("The best epoch was {epoch}.", epoch=best))
    if curve.constant is not None:
        sentences.append(
            fill("The best constant prediction has a loss of {loss}.", loss=number(curve.constant))
        )
    ended = curve.ended(_SENTENCES)
    return " ".join(sentences if ended is None else [*sentences, ended])


def _numbers(evidence: Evidence) -> Table:
    history = _curve_of(evidence).history
    epochs = np.unique(np.linspace(1, len(history), min(len(history), _ROWS)).round().astype(int)).tolist()
    columns = {
        fill("loss"): history.loss,
        fill("validation loss"): history.validation_loss,
        fill("learning rate"): history.learning_rate,
        **history.metrics,
    }
    shown = {name: curve for name, curve in columns.items() if len(curve) == len(history)}
    rows = tuple((str(e), *(number(curve[e - 1]) for curve in shown.values())) for e in epochs)
    return Table(fill("Training by epoch"), (fill("epoch"), *shown), rows)


picture = Picture(
    name="loss",
    heading=N_("Learning curve"),
    shows=N_("The loss after each epoch of training."),
    draw=lambda evidence, figure: loss_curve(evidence, figure.subplots()),
    words=_words,
    numbers=_numbers,
    size=lambda _: (7.2, 2.8),
    missing=_missing,
)

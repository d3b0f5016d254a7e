"""How the loss went, and what happened on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from multilayer.plots.axes import log_scale, number
from multilayer.plots.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, RED
from multilayer.plots.picture import Numbers, Picture

if TYPE_CHECKING:
    from multilayer.diagnosis import Evidence
    from multilayer.plots.figures import Axes
    from multilayer.training import History

__all__ = ["loss_curve", "picture"]

_ROWS = 25
_STOPPED = {
    "epochs": "all epochs done",
    "plateau": "stopped: no more improvement",
    "interrupted": "interrupted",
    "callback": "stopped by a callback",
    "not finite": "stopped: not finite",
}


def loss_curve(evidence: Evidence, ax: Axes) -> Axes:
    """Draw the loss by epoch, and the validation loss where there is one; logarithmic where they differ threefold.

    Marked: the best epoch, why training ended, where the learning rate was cut, and the loss of the best constant
    prediction, which a network that learns has to leave below it.
    """
    history = _history(evidence)
    epochs = np.arange(1, len(history) + 1)
    marker = "o" if len(history) < 3 else ""
    ax.plot(epochs, history.loss, label="training", color=BLUE, marker=marker)
    if history.validation_loss:
        ax.plot(epochs, history.validation_loss, label="validation", color=ORANGE, marker=marker)
    values = [*history.loss, *history.validation_loss]
    constant = None if evidence.outputs is None else evidence.outputs.constant_loss
    if constant is not None and np.isfinite(constant):
        ax.axhline(constant, color=GREY, linestyle="--", linewidth=1.0, label="best constant prediction")
        values.append(constant)
    finite = np.array([value for value in values if np.isfinite(value)])
    if finite.size and 0 < 3 * finite.min() < finite.max():
        log_scale(ax, finite)
    best = _best(history)
    if best is not None:
        curve = history.validation_loss or history.loss
        ax.plot([best], [curve[best - 1]], "D", color=GREEN, label=f"best epoch, {best}", zorder=3)
    for epoch in _cuts(history):
        ax.axvline(epoch, color=PURPLE, linestyle=":", linewidth=1.0)
    if _cuts(history):
        ax.plot([], [], color=PURPLE, linestyle=":", label="learning rate cut")
    ended = _ended(evidence)
    if ended:
        ax.axvline(len(history), color=RED, linewidth=1.0, label=ended)
    ax.set_xlim(min(1, len(history) - 1), len(history) * 1.02)
    ax.locator_params(axis="x", integer=True)
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def _history(evidence: Evidence) -> History:
    assert evidence.course.history is not None  # noqa: S101  (a picture that is `missing` is not drawn)
    return evidence.course.history


def _best(history: History) -> int | None:
    curve = np.array(history.validation_loss or history.loss, np.float64)
    return int(np.nanargmin(curve)) + 1 if np.isfinite(curve).any() else None


def _cuts(history: History) -> list[int]:
    """Return the epochs in which the rate fell by a fifth or more, unless it falls all the time."""
    rates = np.array(history.learning_rate, np.float64)
    cuts = (np.flatnonzero(rates[1:] < 0.8 * rates[:-1]) + 2).tolist()
    return cuts if len(cuts) <= max(1, len(history) // 10) else []


def _ended(evidence: Evidence) -> str | None:
    stopped, patience = evidence.course.stopped, evidence.course.patience
    if stopped == "plateau" and patience is not None:
        return f"stopped: no improvement\nfor {patience} epochs"
    return None if stopped is None else _STOPPED.get(stopped, stopped)


def _missing(evidence: Evidence) -> str | None:
    history = evidence.course.history
    return None if history is not None and len(history) else "the history of the training is not known"


def _words(evidence: Evidence) -> str:
    history = _history(evidence)
    parts = [
        f"Over {len(history)} epochs the loss went from {number(history.loss[0])} to {number(history.loss[-1])}"
    ]
    if history.validation_loss:
        first, last = history.validation_loss[0], history.validation_loss[-1]
        parts.append(f"that of the validation data from {number(first)} to {number(last)}")
    best = _best(history)
    if best is not None:
        parts.append(f"epoch {best} was the best")
    if evidence.outputs is not None and evidence.outputs.constant_loss is not None:
        parts.append(f"the best constant prediction has {number(evidence.outputs.constant_loss)}")
    ended = _ended(evidence)
    return ", ".join(parts) + (f"; {' '.join(ended.split())}." if ended else ".")


def _numbers(evidence: Evidence) -> Numbers:
    history = _history(evidence)
    epochs = np.unique(np.linspace(1, len(history), min(len(history), _ROWS)).round().astype(int)).tolist()
    columns = {"loss": history.loss, "validation loss": history.validation_loss}
    columns |= {"learning rate": history.learning_rate} | dict(history.metrics)
    shown = {name: curve for name, curve in columns.items() if len(curve) == len(history)}
    rows = tuple((str(e), *(number(curve[e - 1]) for curve in shown.values())) for e in epochs)
    return Numbers("The course of training, by epoch", ("epoch", *shown), rows)


picture = Picture(
    name="loss",
    heading="How the loss went",
    shows="The loss after each epoch of training.",
    draw=lambda evidence, figure: loss_curve(evidence, figure.subplots()),
    words=_words,
    numbers=_numbers,
    size=lambda _: (7.2, 2.8),
    missing=_missing,
)

"""Early stopping: when to stop, and which epoch was the best."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, setting
from multilayer._base.text import one_line

__all__ = ["EarlyStopping", "EarlyStoppingState"]


@dataclass(frozen=True)
class EarlyStopping:
    """Stop after more than `patience` epochs in a row without improvement.

    An epoch improves when it is better than the best before by at least `tolerance`; both are scikit-learn's rule.

    Parameters
    ----------
    patience : int
        `n_iter_no_change` of scikit-learn; infinite to have the best weights without ever stopping.
    tolerance : float
        `tol` of scikit-learn.
    monitor : str, optional
        "loss", "validation_loss" or the name of a metric. Unless given, the validation loss where there are validation
        data, else the loss.
    restore_best : bool
        Whether training returns the weights of the best epoch; otherwise those of the last.
    ties : "first" or "last"
        Which of several equally good epochs is the best one.

    Raises
    ------
    InputError
        When a parameter is out of its limits.

    Examples
    --------
    >>> EarlyStopping(patience=3, monitor="accuracy").restore_best
    True
    """

    patience: float = setting(10, minimum=0, infinite=True)
    tolerance: float = setting(1e-4)
    monitor: str | None = None
    restore_best: bool = True
    ties: Literal["first", "last"] = "first"

    def __post_init__(self) -> None:
        check_settings(self)
        if self.monitor is not None and not isinstance(self.monitor, str):
            raise InputError(
                "EarlyStopping: monitor must be a name or None; got {monitor}",
                monitor=one_line(repr(self.monitor), 60),
            )
        if self.ties not in ("first", "last"):
            raise InputError(
                "EarlyStopping: ties must be 'first' or 'last'; got {ties}",
                ties=one_line(repr(self.ties), 60),
            )


@dataclass(frozen=True)
class EarlyStoppingState:
    """The best value so far, its epoch, and how many epochs in a row did not improve."""

    best: float | None = None
    best_epoch: int | None = None
    waited: int = 0

    def after(
        self, value: float, epoch: int, rule: EarlyStopping, greater_is_better: bool
    ) -> EarlyStoppingState:
        """Return the state after one more epoch. A value that is nan is no improvement."""
        sign = 1.0 if greater_is_better else -1.0
        best = -math.inf if self.best is None else sign * self.best
        waited = 0 if sign * value >= best + rule.tolerance else self.waited + 1
        if sign * value > best or (rule.ties == "last" and value == self.best):
            return EarlyStoppingState(value, epoch, waited)
        return replace(self, waited=waited)

    def reset(self) -> EarlyStoppingState:
        """Return the same with no epochs waited."""
        return replace(self, waited=0)

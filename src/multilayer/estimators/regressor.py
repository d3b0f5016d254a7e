"""The regressor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if

from multilayer import losses
from multilayer.estimators.parameters import described
from multilayer.estimators.perceptron import Perceptron
from multilayer.losses import Loss, LossFacts, squared
from multilayer.losses.loss import Array

__all__ = ["MLPRegressor"]


@described
@dataclass(eq=False, repr=False, kw_only=True)
class MLPRegressor(RegressorMixin, Perceptron):
    """A drop-in replacement for `sklearn.neural_network.MLPRegressor`.

    With the same `random_state` it has the same weights after each epoch, to rounding. It adds the parameters from
    `output_activation` on, activations by object or layer, losses beyond two, and `validation_data`.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from multilayer.estimators import MLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = MLPRegressor("huber", (8,), solver="lbfgs", max_iter=2000, random_state=0).fit(X, y)
    >>> regressor.network_
    MLP(10-8-1, relu identity, float64)
    """

    @available_if(lambda estimator: estimator._offers_partial_fit())
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Train for one epoch over the given samples.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the outputs for X: shape (n_samples,), or (n_samples, n_outputs) for several targets."""
        outputs = self._outputs(X)
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    def _validated(
        self, X: Any, y: Any, *, known: bool, reset: bool, finite: bool = True
    ) -> tuple[Any, NDArray[Any], NDArray[Any]]:
        X, y = self._checked(X, y, reset=reset, finite=finite, y_numeric=True)
        columns = y.reshape(len(y), -1)
        if reset:
            self.n_outputs_ = columns.shape[1]
        return X, y, self._loss().targets(columns, self.n_outputs_)

    def _natural_output(self) -> str:
        return "exp" if self._loss() == losses.poisson else "identity"

    def _loss(self) -> Loss:
        several = self.loss == "squared_error" and self.n_outputs_ > 1
        return SquaredOfOutputs(self.n_outputs_) if several else losses.get(self.loss)

    def _score_of(self, y: NDArray[Any], outputs: NDArray[Any], weight: NDArray[Any] | None) -> float:
        if not np.isfinite(outputs).all():
            return float("nan")
        with np.errstate(all="ignore"):  # squares of finite numbers may overflow
            return float(r2_score(y, outputs, sample_weight=weight))


@final
@dataclass(frozen=True)
class SquaredOfOutputs(Loss):
    """Half the squared error: the value is its mean over outputs, the gradient that of its sum.

    So `loss_`, `tol` and the steps are those of scikit-learn.
    """

    outputs: int

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return replace(
            squared.facts, name="squared_of_outputs", formula="(z - y)^2 / (2 outputs)", aliases=()
        )

    def formula(self, z: Array, y: Array, /) -> Array:
        return squared.formula(z, y) / self.outputs

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return squared.derivative_formula(z, y)

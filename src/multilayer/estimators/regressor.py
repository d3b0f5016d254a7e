"""The regressor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import column_or_1d, validate_data

from multilayer import losses
from multilayer.estimators.losses import SquaredOfOutputs
from multilayer.estimators.parameters import Parameters
from multilayer.estimators.perceptron import Perceptron
from multilayer.estimators.samples import Samples
from multilayer.losses import Loss

__all__ = ["MLPRegressor"]


@dataclass(eq=False, repr=False)
class MLPRegressor(RegressorMixin, Perceptron):
    """A network for numbers.
    """

    loss: Any = "squared_error"
    hidden_layer_sizes: Any = (100,)
    activation: Any = "relu"

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **Parameters._parameter_constraints,
        "loss": [str, Loss],
    }
    _score_name: ClassVar[str] = "r2"

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
        self, X: Any, y: Any, *, known: bool, reset: bool
    ) -> tuple[Any, NDArray[Any], NDArray[Any]]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        columns = y.reshape(len(y), -1)
        if reset:
            self.n_outputs_ = columns.shape[1]
        return X, y, self._loss().targets(columns, self.n_outputs_)

    def _natural_output(self) -> str:
        return "exp" if self._loss() == losses.poisson else "identity"

    def _loss(self) -> Loss:
        several = self.loss == "squared_error" and self.n_outputs_ > 1
        return SquaredOfOutputs(self.n_outputs_) if several else losses.get(self.loss)

    def _score_of(self, outputs: NDArray[Any], samples: Samples) -> float:
        if not np.isfinite(outputs).all():
            return float("nan")
        return float(r2_score(samples.y, outputs, sample_weight=samples.weight))

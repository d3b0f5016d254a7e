"""L-BFGS: all samples in every step, the line search of SciPy."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize
from sklearn.exceptions import ConvergenceWarning

from multilayer.estimators.samples import Samples, blocks, dense
from multilayer.estimators.stochastic import NOT_FINITE
from multilayer.optimizers import Parameters
from multilayer.training.plan import Plan
from multilayer.training.position import with_parameters
from multilayer.training.steps import objective

if TYPE_CHECKING:
    from multilayer.estimators.perceptron import Perceptron

__all__ = ["fit"]


def fit(estimator: Perceptron, samples: Samples) -> None:
    """Minimise the objective over all samples, with SciPy's L-BFGS-B as scikit-learn calls it."""
    start: Parameters = (*estimator.coefs_, *estimator.intercepts_)
    function = _Function(estimator, samples, [array.shape for array in start])
    options: Any = {"maxfun": estimator.max_fun, "maxiter": estimator.max_iter, "gtol": estimator.tol}
    result = minimize(function, _joined(start), method="L-BFGS-B", jac=True, options=options)
    estimator.n_iter_ = min(int(result.nit), estimator.max_iter)
    estimator.loss_ = float(result.fun)
    if result.status != 0:
        _warn(result, estimator)
    if not np.isfinite(result.x).all():
        raise ValueError(NOT_FINITE)
    found = tuple(array.astype(start[0].dtype) for array in function.parameters(result.x))
    estimator._adopt(with_parameters(estimator.network_, found))


class _Function:
    """The objective and its gradient by one vector: every W, then every b, in float64."""

    def __init__(self, estimator: Perceptron, samples: Samples, shapes: list[tuple[int, ...]]) -> None:
        activations = tuple(layer.activation for layer in estimator.network_.layers)
        self._plan = Plan(activations, estimator._loss(), None)
        self._alpha = float(estimator.alpha)
        X = samples.X
        self._X = X.astype(np.float64, copy=False) if isinstance(X, np.ndarray) else X.tocsr()
        self._y, self._weight = samples.y, samples.weight
        self._total = float(len(samples) if samples.weight is None else samples.weight.sum(dtype=np.float64))
        self._shapes = shapes
        self._ends = np.cumsum([math.prod(shape) for shape in shapes])

    def __call__(self, vector: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        parameters = self.parameters(vector)
        W = vector[: self._ends[len(self._shapes) // 2 - 1]]
        value = 0.5 * self._alpha * float(np.dot(W, W)) / self._total
        gradient = np.zeros_like(vector)
        gradient[: W.size] = (self._alpha / self._total) * W
        for rows in blocks(self._X):
            weight = None if self._weight is None else self._weight[rows]
            x = dense(self._X, rows).astype(np.float64, copy=False)
            mean, gradients, _ = objective(self._plan, parameters, x, self._y[rows], weight)
            if not gradients:  # a line search that went too far comes back from infinity
                return math.inf, np.zeros_like(vector)
            share = float(len(x) if weight is None else weight.sum(dtype=np.float64)) / self._total
            value += share * mean
            gradient += share * _joined((*gradients[::2], *gradients[1::2]))
        return value, gradient

    def parameters(self, vector: NDArray[np.float64]) -> Parameters:
        """Return W1, b1, W2, b2, ..., views of the vector."""
        parts = [
            part.reshape(shape)
            for part, shape in zip(np.split(vector, self._ends[:-1]), self._shapes, strict=True)
        ]
        half = len(parts) // 2
        return tuple(parts[place] for n in range(half) for place in (n, n + half))


def _joined(arrays: Parameters) -> NDArray[np.float64]:
    return np.concatenate([array.ravel() for array in arrays], dtype=np.float64)


def _warn(result: OptimizeResult, estimator: Perceptron) -> None:
    more = ""
    if estimator.n_iter_ == estimator.max_iter:
        more = (
            f"\nIncrease the number of iterations to improve the convergence (max_iter={estimator.max_iter})."
        )
    warnings.warn(
        f"lbfgs failed to converge after {estimator.n_iter_} iteration(s) (status={result.status}):\n"
        f"{result.message}\n{more}\n"
        "You might also want to scale the data as shown in:\n"
        "    https://scikit-learn.org/stable/modules/preprocessing.html",
        ConvergenceWarning,
        stacklevel=5,
    )

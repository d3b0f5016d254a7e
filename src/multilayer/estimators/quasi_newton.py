"""L-BFGS: all samples in every step, the line search of SciPy."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize
from sklearn.exceptions import ConvergenceWarning

from multilayer.estimators.samples import Samples, SparseRows
from multilayer.estimators.stochastic import NOT_FINITE
from multilayer.optimizers import Parameters
from multilayer.training.position import with_parameters
from multilayer.training.steps import Plan, objective

if TYPE_CHECKING:
    from multilayer.estimators.perceptron import Perceptron

__all__ = ["fit"]


def fit(estimator: Perceptron, samples: Samples) -> None:
    """Minimise the objective over all samples, with SciPy's L-BFGS-B as scikit-learn calls it."""
    activations = tuple(layer.activation for layer in estimator.network_.layers)
    plan = Plan(activations, estimator._loss(), None, l2=float(estimator.alpha))
    start: Parameters = (*estimator.coefs_, *estimator.intercepts_)
    shapes = [array.shape for array in start]
    # SciPy works in float64 whatever it is given, so float32 samples would be converted again and again.
    X: Any = samples.X if isinstance(samples.X, SparseRows) else samples.X.astype(np.float64, copy=False)

    def value_and_gradient(vector: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradients, _ = objective(plan, _by_layer(_apart(vector, shapes)), X, samples.y, samples.weight)
        if not gradients:
            return math.inf, np.zeros_like(vector)
        return value, _joined((*gradients[::2], *gradients[1::2]))

    options: Any = {"maxfun": estimator.max_fun, "maxiter": estimator.max_iter, "gtol": estimator.tol}
    result = minimize(value_and_gradient, _joined(start), method="L-BFGS-B", jac=True, options=options)
    estimator.n_iter_ = min(int(result.nit), estimator.max_iter)
    estimator.loss_ = float(result.fun)
    if result.status != 0:
        _warn(result, estimator)
    if not np.isfinite(result.x).all():
        raise ValueError(NOT_FINITE)
    found = tuple(array.astype(start[0].dtype) for array in _apart(result.x, shapes))
    estimator._adopt(with_parameters(estimator.network_, _by_layer(found)))


def _joined(arrays: Parameters) -> NDArray[np.float64]:
    return np.concatenate([array.ravel() for array in arrays], dtype=np.float64)


def _apart(vector: NDArray[Any], shapes: list[tuple[int, ...]]) -> Parameters:
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    return tuple(part.reshape(shape) for part, shape in zip(np.split(vector, ends[:-1]), shapes, strict=True))


def _by_layer(arrays: Parameters) -> Parameters:
    """From W1, W2, ..., b1, b2, ..., which is scikit-learn's order, to W1, b1, W2, b2, ..."""
    half = len(arrays) // 2
    return tuple(arrays[place] for n in range(half) for place in (n, n + half))


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

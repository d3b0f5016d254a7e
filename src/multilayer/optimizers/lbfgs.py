"""L-BFGS, by SciPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import MissingExtraError
from multilayer._base.fields import check_settings, setting

__all__ = ["LBFGS", "Minimum"]

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Minimum:
    """The result of SciPy."""

    value: float
    iterations: int
    status: int
    """0 where the gradient is small enough, 1 where a limit of iterations or evaluations ended it, else 2."""
    message: str


@final
@dataclass(frozen=True)
class LBFGS:
    """Limited-memory BFGS: a quasi-Newton method with a line search, over all the data at once; for small data.

    It has no learning rate, and takes no batches: an epoch is one of its iterations. All of it is computed in float64,
    whatever the network's dtype, as a line search cannot distinguish a small step from rounding in float32.

    Parameters
    ----------
    tolerance : float
        Ends when no entry of the gradient is larger: scikit-learn's `tol`.
    max_evaluations : int
        Ends after so many evaluations of the objective: scikit-learn's `max_fun`.
    memory : int
        Number of updates that the curvature is made of.

    References
    ----------
    Liu, D. C., Nocedal, J. (1989). On the limited memory BFGS method for large scale optimization. Mathematical
    Programming 45.
    """

    tolerance: float = setting(1e-4, minimum=0.0)
    max_evaluations: int = setting(15_000, minimum=1, integer=True)
    memory: int = setting(10, minimum=1, integer=True)

    def __post_init__(self) -> None:
        check_settings(self)

    def minimize(
        self,
        objective: Callable[[Vector], tuple[float, Vector]],
        start: Vector,
        iterations: int,
        after_iteration: Callable[[Vector, float], None],
    ) -> Minimum:
        """Minimize; `after_iteration` may raise StopIteration to end it."""
        try:
            from scipy import optimize
        except ImportError:
            raise MissingExtraError("L-BFGS", "SciPy", "lbfgs") from None

        def callback(intermediate_result: Any) -> None:
            after_iteration(intermediate_result.x, float(intermediate_result.fun))

        result = optimize.minimize(
            objective,
            start,
            method="L-BFGS-B",
            jac=True,
            callback=callback,
            options={
                "maxiter": iterations,
                "maxfun": self.max_evaluations,
                "gtol": self.tolerance,
                "maxcor": self.memory,
            },
        )
        return Minimum(float(result.fun), int(result.nit), int(result.status), str(result.message))

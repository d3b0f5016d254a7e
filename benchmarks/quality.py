"""How good fits are beside scikit-learn's: the same data, splits and random states, on the sets it brings along.

    python -m benchmarks.quality [SEEDS]

Prints per data set the mean and standard deviation of accuracy or R2 over the seeds, the largest difference between
the two libraries for one seed, how many fits took the same number of epochs, and the time of all fits.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import datasets, neural_network
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from multilayer import estimators

CLASSES: tuple[Callable[..., Any], ...] = (
    datasets.load_iris,
    datasets.load_wine,
    datasets.load_breast_cancer,
    datasets.load_digits,
)
NUMBERS: tuple[Callable[..., Any], ...] = (datasets.load_diabetes, datasets.load_linnerud)


def fits(module: Any, name: str, X: NDArray[Any], y: NDArray[Any], seed: int) -> tuple[float, int, float]:
    """Return score, epochs and seconds of one fit with the defaults."""
    X, X_test, y, y_test = train_test_split(X, y, random_state=seed)
    model = make_pipeline(StandardScaler(), getattr(module, name)(random_state=seed))
    began = time.perf_counter()
    model.fit(X, y)
    return model.score(X_test, y_test), model[-1].n_iter_, time.perf_counter() - began


def main(seeds: int) -> None:
    """Print the table."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    head = f"{'data':<14}{'multilayer':>16}{'scikit-learn':>16}{'most apart':>12}{'same epochs':>13}{'seconds':>16}"
    print(head)
    for load in (*CLASSES, *NUMBERS):
        name = "MLPClassifier" if load in CLASSES else "MLPRegressor"
        X, y = load(return_X_y=True)
        if name == "MLPRegressor":
            y = (y - y.mean(axis=0)) / y.std(axis=0)
        both = np.array(
            [
                [fits(module, name, X, y, seed) for module in (estimators, neural_network)]
                for seed in range(seeds)
            ]
        )
        (ours, theirs), apart = both[:, :, 0].T, np.abs(np.diff(both[:, :, 0])).max()
        cells = [f"{score.mean():.4f} ± {score.std():.4f}" for score in (ours, theirs)]
        same = f"{int((both[:, 0, 1] == both[:, 1, 1]).sum())} of {seeds}"
        seconds = " : ".join(f"{total:.1f}" for total in both[:, :, 2].sum(axis=0))
        print(
            f"{load.__name__[5:]:<14}{cells[0]:>16}{cells[1]:>16}{apart:>12.1e}{same:>13}{seconds:>16}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)

"""Simple models of tables to compare with, of scikit-learn: a linear model and gradient boosting, with its defaults."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from multilayer._base.translation import N_
from multilayer.tables.columns import Column, Columns
from multilayer.tables.evaluation import Baseline, Problem

__all__ = ["BASELINES", "boosting", "linear"]

_MOST_CATEGORIES = 255
"""More categories than this gradient boosting takes as numbers."""
_WORTH_THREADS = 1_000_000
"""Numbers in a table from which on a fit uses several threads."""
_PENALTIES = np.logspace(-3, 3, 7)


def linear(problem: Problem, new: Columns) -> NDArray[np.float64]:
    """Predict with a linear model: ridge regression, or logistic regression.

    Numbers are standardized, gaps filled with the median and marked; categories are one-hot.
    """
    categories = [column.kind == "category" for column in problem.columns]
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    prepare = make_column_transformer(
        (numbers, np.flatnonzero(np.logical_not(categories))),
        (OneHotEncoder(handle_unknown="ignore"), np.flatnonzero(categories)),
    )
    model = LogisticRegression(max_iter=1000) if problem.classes else RidgeCV(_PENALTIES)
    return _fitted(make_pipeline(prepare, model), problem, new)


def boosting(problem: Problem, new: Columns) -> NDArray[np.float64]:
    """Predict with HistGradientBoosting's defaults, which take gaps and categories as they are."""
    few = [column.kind == "category" and _codes(column) <= _MOST_CATEGORIES for column in problem.columns]
    kind = HistGradientBoostingClassifier if problem.classes else HistGradientBoostingRegressor
    return _fitted(kind(categorical_features=np.array(few, bool), random_state=0), problem, new)


BASELINES = (Baseline(N_("a linear model"), linear), Baseline(N_("gradient boosting"), boosting))
"""For `multilayer.tables.evaluate`."""


def _codes(column: Column) -> int:
    return len(column.categories)


def _fitted(model: Any, problem: Problem, new: Columns) -> NDArray[np.float64]:
    x, y, x_new = _matrix(problem.columns), problem.y, _matrix(new)
    if not problem.classes:
        return np.asarray(_fit(model, x, y).predict(x_new), np.float64)
    p = np.zeros((new.rows, problem.classes))
    known = np.unique(y)
    if known.size == 1:  # which no classifier takes
        p[:, known] = 1.0
        return p
    p[:, known] = _fit(model, x, y).predict_proba(x_new)
    return p


def _fit(model: Any, x: NDArray[Any], y: NDArray[Any]) -> Any:
    # Small fits are over before a second thread has begun, and threads that wait for each other take seconds.
    limits = threadpool_limits(1 if x.size < _WORTH_THREADS else None)
    with limits, warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of constant columns and iterations: a baseline is what its defaults give
        return model.fit(x, y)


def _matrix(columns: Columns) -> NDArray[np.float64]:
    """Return numbers, days of dates, and codes of categories; nan where they are missing or new."""
    return np.stack([_numbers(column) for column in columns], axis=1)


def _numbers(column: Column) -> NDArray[np.float64]:
    if column.kind == "category":
        return np.where(column.values < 0, np.nan, column.values)
    if column.kind == "date":
        days = column.values.astype("datetime64[s]").astype(np.int64) / 86400
        return np.where(column.missing, np.nan, days)
    return np.asarray(column.values, np.float64)

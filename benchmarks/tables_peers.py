"""Who learns tables in `python -m benchmarks tables`, each with its own defaults, and the preparation that it needs.

A contender takes training rows, their targets, rows to predict and how many threads it may use, and returns
probabilities (rows, classes) or numbers (rows,), and perhaps intervals that hold 90 % of the targets.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONTENDERS", "LIMITED", "Contender", "Predicted", "Work"]


@dataclass(frozen=True, eq=False)
class Work:
    """One split of one data set. Numbers are float64 columns, everything else is text or None."""

    train: Any
    y: NDArray[Any]
    """Class numbers, or the target itself."""
    test: Any
    classes: int
    """0 where the target is a number."""
    seed: int
    threads: int
    members: int

    @property
    def numbers(self) -> list[str]:
        """The columns that hold numbers."""
        return [name for name in self.train if self.train[name].dtype == float]

    @property
    def categories(self) -> list[str]:
        """All other columns."""
        return [name for name in self.train if self.train[name].dtype != float]


@dataclass(frozen=True, eq=False)
class Predicted:
    """What a contender says about the test rows."""

    y: NDArray[Any]
    interval: NDArray[np.float64] | None = None
    seconds: float | None = None
    """Of the processor, where it is not all that the contender took."""
    time_limit: float | None = None
    """The seconds that it was given, where it was."""


@dataclass(frozen=True)
class Contender:
    """Its package, and how it learns and predicts."""

    package: str
    run: Callable[[Work], Predicted]


def multilayer(work: Work, time_limit: float | None = None) -> Predicted:
    """Our default: a bag with its encoder inside."""
    from multilayer.tables import fit_table

    table = work.train.assign(**{"the target": _as_words(work)})
    types: dict[str, Any] = dict.fromkeys(work.numbers, "number") | dict.fromkeys(work.categories, "category")
    task: Any = "classification" if work.classes else "regression"
    types["the target"] = "category" if work.classes else "number"
    model = fit_table(
        table,
        "the target",
        task=task,
        types=types,
        members=work.members,
        time_limit=time_limit,
        rng=work.seed,
        progress=False,
    )
    if work.classes:
        return Predicted(model.predict_proba(work.test))
    return Predicted(model.predict(work.test), np.stack(model.predict_interval(work.test, 0.9)))


def _as_words(work: Work) -> NDArray[Any]:
    """Class numbers as text whose order is that of the numbers."""
    return np.array([f"class {number:05d}" for number in work.y]) if work.classes else work.y


def sklearn_mlp(work: Work) -> Predicted:
    """MLPClassifier or MLPRegressor behind StandardScaler and one-hot, the target of a regression standardized."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    x, new = _matrices(work)
    if work.classes:
        return Predicted(MLPClassifier(random_state=work.seed).fit(x, work.y).predict_proba(new))
    mean, spread = work.y.mean(), work.y.std()
    fitted = MLPRegressor(random_state=work.seed).fit(x, (work.y - mean) / spread)
    return Predicted(fitted.predict(new) * spread + mean)


def _matrices(work: Work) -> tuple[NDArray[Any], NDArray[Any]]:
    """Numbers with their median for gaps and an indicator, one-hot categories, all standardized."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encode = make_column_transformer(
        (SimpleImputer(strategy="median", add_indicator=True), work.numbers),
        (OneHotEncoder(handle_unknown="ignore", drop="if_binary", sparse_output=False), work.categories),
    )
    pipeline = make_pipeline(encode, StandardScaler())
    return pipeline.fit_transform(work.train), pipeline.transform(work.test)


def hist_gradient_boosting(work: Work) -> Predicted:
    """scikit-learn's gradient boosting, with its own treatment of gaps and categories."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if work.classes else HistGradientBoostingRegressor
    train, test = _typed(work)
    return _predicted(
        kind(random_state=work.seed, categorical_features="from_dtype").fit(train, work.y), work, test
    )


def lightgbm(work: Work) -> Predicted:
    """LightGBM, with its own treatment of gaps and categories."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if work.classes else LGBMRegressor
    train, test = _typed(work)
    fitted = kind(random_state=work.seed, n_jobs=work.threads, verbose=-1).fit(train, work.y)
    return _predicted(fitted, work, test)


def catboost(work: Work) -> Predicted:
    """CatBoost, with its own treatment of gaps and categories."""
    model, train, test = _catboost(work)
    return _predicted(model.fit(train, work.y), work, test)


def _catboost(work: Work) -> tuple[Any, Any, Any]:
    """Return its model, and the rows as it takes them."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostClassifier if work.classes else CatBoostRegressor
    filled = dict.fromkeys(work.categories, "missing")
    model = kind(
        random_seed=work.seed,
        thread_count=work.threads,
        verbose=0,
        cat_features=work.categories,
        allow_writing_files=False,
    )
    return model, work.train.fillna(filled), work.test.fillna(filled)


def multilayer_in_catboosts_time(work: Work) -> Predicted:
    """Our default, given the seconds that CatBoost took to learn the same rows a moment before.

    They are measured, and kept to, by the time of the processor: as if the machine had no other work.
    """

    def clock() -> float:
        return time.process_time() / work.threads

    model, train, _ = _catboost(work)
    began = clock()
    model.fit(train, work.y)
    limit = clock() - began
    began = time.process_time()
    with patch.multiple(time, monotonic=clock, perf_counter=clock):
        predicted = multilayer(work, limit)
    return replace(predicted, seconds=time.process_time() - began, time_limit=limit)


def realmlp(work: Work) -> Predicted:
    """pytabkit's RealMLP-TD, as many networks as our bag has; the metric that is measured chooses its epochs."""
    from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

    kind = RealMLP_TD_Classifier if work.classes else RealMLP_TD_Regressor
    metric = {0: "rmse", 2: "1-auc_ovr"}.get(work.classes, "cross_entropy")
    smoothing = {"use_ls": False} if work.classes else {}
    train, test = _typed(work)
    medians = {name: train[name].median() for name in work.numbers}
    for frame in (train, test):
        for name in [one for one in work.numbers if work.train[one].isna().any()]:
            frame[f"{name} is missing"] = frame[name].isna().astype(str).astype("category")
    fitted = kind(
        device="cpu",
        random_state=work.seed,
        n_cv=work.members,
        n_threads=work.threads,
        verbosity=0,
        val_metric_name=metric,
        **smoothing,
    ).fit(train.fillna(medians), work.y)
    return _predicted(fitted, work, test.fillna(medians))


def _typed(work: Work) -> tuple[Any, Any]:
    """Categories as pandas has them, those of training."""
    import pandas as pd

    frames = work.train.copy(), work.test.copy()
    for name in work.categories:
        categories = sorted(set(work.train[name].dropna()))
        for frame in frames:
            frame[name] = pd.Categorical(frame[name], categories=categories)
    return frames


def _predicted(fitted: Any, work: Work, test: Any) -> Predicted:
    return Predicted(np.asarray(fitted.predict_proba(test) if work.classes else fitted.predict(test)))


CONTENDERS: dict[str, Contender] = {
    "multilayer": Contender("multilayer", multilayer),
    "sklearn MLP": Contender("sklearn", sklearn_mlp),
    "HistGradientBoosting": Contender("sklearn", hist_gradient_boosting),
    "LightGBM": Contender("lightgbm", lightgbm),
    "CatBoost": Contender("catboost", catboost),
    "multilayer in CatBoost's time": Contender("catboost", multilayer_in_catboosts_time),
    "RealMLP-TD": Contender("pytabkit", realmlp),
}
"""By the name in the table."""

LIMITED = {"multilayer in CatBoost's time": "CatBoost"}
"""Contenders that are ours, with the time of another one, which they are compared with."""

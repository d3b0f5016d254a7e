"""Estimators of tables: data frames in, with categories and gaps, a bag of networks behind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, _fit_context
from sklearn.utils import check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from multilayer._base.errors import InputError
from multilayer.estimators.columns import column_of_labels, columns_of_samples, free_name, is_frame
from multilayer.estimators.parameters import COUNT, FRACTION, NOT_NEGATIVE, POSITIVE, described, parameter
from multilayer.network.labels import array_of_labels
from multilayer.tables import Column, Columns, Recipe, fit_table
from multilayer.tables.columns import Kind
from multilayer.tables.rows_of import rows_of
from multilayer.tables.streaming.opening import MEMORY, is_in_files
from multilayer.tables.table_source import TableSource
from multilayer.tables.target import Task

__all__ = ["TabularClassifier", "TabularRegressor", "class_order"]


@dataclass(eq=False, repr=False, kw_only=True)
class _Tabular(BaseEstimator, ABC):
    """What both have: parameters, columns of X, the fit."""

    members: int = parameter(8, "Networks, whose mean is the model.", COUNT, positional=True)
    time_limit: float | None = parameter(
        None,
        "Seconds that `fit` takes at most; with a limit the result depends on the machine.",
        POSITIVE,
        None,
    )
    types: Mapping[str, Kind] | None = parameter(
        None,
        'Kinds of columns of a data frame, where not the inferred ones: "number", "category", "date", "text", '
        '"identifier".',
        dict,
        None,
    )
    hidden: Sequence[int] | None = parameter(
        None, "Units of each hidden layer; None is the recipe's.", list, tuple, None
    )
    learning_rate: float | None = parameter(None, "Learning rate; None is the recipe's.", POSITIVE, None)
    epochs: int | None = parameter(None, "Epochs of each network; None is the recipe's.", COUNT, None)
    dropout: float | None = parameter(
        None, "Fraction of the units that each step drops; None is the recipe's.", FRACTION, None
    )
    weight_decay: float | None = parameter(
        None,
        "As of `multilayer.TrainConfig`; None is the recipe's.",
        NOT_NEGATIVE,
        None,
    )
    recipe: Recipe | None = parameter(
        None, "All constants of the training; None is `multilayer.tables.Recipe()`.", Recipe, None
    )
    random_state: int | np.random.RandomState | None = parameter(
        None, "Source of folds, first weights, orders and dropout.", "random_state"
    )
    verbose: bool = parameter(
        False, "Whether to show a progress bar on a terminal and in a notebook.", "boolean"
    )

    _parameter_constraints: ClassVar[dict[str, list[Any]]]
    _task: ClassVar[Task]
    _rate: ClassVar[str]

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        cluster: Any = None,
        checkpoint: Any = None,
        memory: int | str = MEMORY,
    ) -> Any:
        """Train anew.

        Parameters
        ----------
        X : data frame or array-like, shape (n_samples, n_features); path, or data set of Arrow
            Columns of a data frame are numbers, categories or dates, by the rules of `multilayer.tables` or by `types`;
            those of an array are numbers. Missing values stay missing. Of files, which may be larger than memory (see
            `multilayer.tables.fit_table`), all columns but y.
        y : array-like, shape (n_samples,), or str
            Labels for a classifier, numbers for a regressor. Of files the name of their column.
        sample_weight : array-like, shape (n_samples,), optional
            The weight of each sample in the losses of training and of the best epoch; those of weight 0 are left out.
            Calibration, intervals and the encoder count samples without them. A weight of 2 is not the same as the
            sample twice: folds and batches are made of samples.
        cluster : distributed.Client or str, optional
            Workers that train the members, with the same bits: a client, the address of a Dask scheduler, or "local:4".
        checkpoint : path, optional
            A file that finished members are kept in, and from which the same call goes on, with the same bits.
        memory : int or str
            What the columns of files may take before they are read in blocks, as of `multilayer.tables.fit_table`.

        Returns
        -------
        self
        """
        rng = check_random_state(self.random_state)
        if is_in_files(X):
            rows = self._in_files(X, y, sample_weight, rng, memory)
        else:
            X, y = self._checked(X, y)
            if sample_weight is not None:
                sample_weight = _check_sample_weight(
                    sample_weight, X, dtype=np.float64, ensure_non_negative=True
                )
            columns = self._columns(X, self.types)
            target = self._target(free_name(columns.names), y)
            rows = self._rows(Columns([*columns, target]), target.name, sample_weight, rng, memory, None)
        self.model_ = fit_table(
            rows,
            rows.target.name,
            members=self.members,
            time_limit=self.time_limit,
            recipe=self._recipe(),
            rng=rng,
            progress=None if self.verbose else False,
            cluster=cluster,
            checkpoint=checkpoint,
        )
        return self

    def _rows(
        self, table: Any, target: str, weights: Any, rng: Any, memory: int | str, types: Any
    ) -> TableSource:
        """Return the rows to train on."""
        given = {"weights": weights, "members": self.members, "memory": memory, "rng": rng}
        return rows_of(table, target, task=self._task, types=types, **given)

    def _in_files(self, X: Any, y: Any, weights: Any, rng: Any, memory: int | str) -> TableSource:
        """Return the rows of files, of which y is a column."""
        if not isinstance(y, str):
            raise InputError("X names files; expected the name of a column in them as y")
        rows = self._rows(X, y, weights, rng, memory, self.types)
        self.feature_names_in_ = np.array(rows.inputs.names, object)
        self.n_features_in_ = len(rows.inputs)
        if rows.target.classes:
            self.classes_ = array_of_labels(rows.target.classes)
        return rows

    def _checked(self, X: Any, y: Any) -> tuple[Any, NDArray[Any]]:
        """Return X and y after scikit-learn's checks."""
        if not is_frame(X):
            X, y = validate_data(
                self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=2
            )
            return X, y
        validate_data(self, X, y, skip_check_array=True)
        y = column_or_1d(y, warn=True)
        check_consistent_length(X, y)
        return X, y

    @abstractmethod
    def _target(self, name: str, y: NDArray[Any]) -> Column:
        """Return y as a column."""

    def _columns(self, X: Any, types: Mapping[str, Kind] | None = None) -> Columns:
        return columns_of_samples(X, getattr(self, "feature_names_in_", None), types)

    def _recipe(self) -> Recipe:
        given = {
            "hidden": self.hidden,
            self._rate: self.learning_rate,
            "epochs": self.epochs,
            "dropout": self.dropout,
            "weight_decay": self.weight_decay,
        }
        chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        return replace(Recipe() if self.recipe is None else self.recipe, **chosen)

    def _table(self, X: Any) -> Columns:
        """Return X of a prediction as columns, after scikit-learn's checks."""
        check_is_fitted(self)
        if is_frame(X):
            validate_data(self, X, reset=False, skip_check_array=True)
        else:
            X = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        return self._columns(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.required = True
        return tags


@described
@dataclass(eq=False, repr=False, kw_only=True)
class TabularClassifier(ClassifierMixin, _Tabular):
    """A classifier of tables with numbers, categories, dates and gaps: a bag of networks by `multilayer.tables`.

    It scales and encodes by itself: give it the data frame as it is.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    model_ : multilayer.tables.Model
        To trace, to diagnose, to explain, to save. It takes columns in any order, and gives sets of classes.
    classes_ : array
        The labels, in the order of `predict_proba`.
    n_features_in_, feature_names_in_
        Columns of X, and their names where it has some.

    Examples
    --------
    >>> import pandas as pd
    >>> from multilayer.estimators import TabularClassifier
    >>> X = pd.DataFrame({"size": [1.0, 1.1, 0.9, None, 3.0, 3.1, 2.9, 3.2] * 5, "site": list("aabbccbb") * 5})
    >>> y = ["small"] * 4 + ["large"] * 4
    >>> classifier = TabularClassifier(2, epochs=30, hidden=(16,), random_state=0).fit(X, y * 5)
    >>> classifier.predict(X[:5]).tolist()
    ['small', 'small', 'small', 'small', 'large']
    """

    _task = "classification"
    _rate = "rate_of_classes"

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class of each row, the most probable one."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the probability of every class, in the order of `classes_`: shape (n_samples, n_classes)."""
        table = self._table(X)
        return self.model_.predict_proba(table)[:, class_order(self)]

    def _target(self, name: str, y: NDArray[Any]) -> Column:
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        return column_of_labels(name, y, self.classes_)


@described
@dataclass(eq=False, repr=False, kw_only=True)
class TabularRegressor(RegressorMixin, _Tabular):
    """A regressor of tables with numbers, categories, dates and gaps: a bag of networks by `multilayer.tables`.

    It scales and encodes by itself, y too: give it the data frame as it is.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    model_ : multilayer.tables.Model
        To trace, to diagnose, to explain, to save. It takes columns in any order, and gives intervals.
    n_features_in_, feature_names_in_
        Columns of X, and their names where it has some.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer.estimators import TabularRegressor
    >>> X = np.linspace(-1.0, 1.0, 100)[:, np.newaxis]
    >>> regressor = TabularRegressor(2, epochs=30, hidden=(16,), random_state=0).fit(X, np.abs(X[:, 0]))
    >>> bool(regressor.score(X, np.abs(X[:, 0])) > 0.9)
    True
    """

    _task = "regression"
    _rate = "rate_of_numbers"

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the number of each row."""
        table = self._table(X)
        return np.asarray(self.model_.predict(table))

    def _target(self, name: str, y: NDArray[Any]) -> Column:
        return Column(name, "number", np.asarray(y, np.float64))


def class_order(classifier: TabularClassifier) -> NDArray[np.int64]:
    """Return where each of `classes_` stands among the classes of `model_`."""
    target, classes = classifier.model_.target, classifier.classes_
    return target.encode(column_of_labels(target.name, classes, classes))

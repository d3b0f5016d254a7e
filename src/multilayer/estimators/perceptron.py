"""The part that both estimators share: data and weights for a fit, and outputs, fast in the plain case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, _fit_context
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d, validate_data

from multilayer import losses
from multilayer._base.arrays import refuse_masked
from multilayer._base.data_frames import named_columns
from multilayer._base.errors import InputError
from multilayer.activations import Activation, get
from multilayer.diagnosis import Diagnosis, diagnose
from multilayer.diagnosis.case import Case, case_of_fit
from multilayer.estimators.fitting import Fitting
from multilayer.estimators.parameters import Parameters
from multilayer.interop.containers import input_names
from multilayer.interop.scikit_learn import hidden_activations, hidden_widths, initial_weights, score_name
from multilayer.losses import Loss
from multilayer.network import MLP, Dense
from multilayer.network.labels import Label
from multilayer.training import Metric
from multilayer.training.data import Arrays
from multilayer.training.events import callables
from multilayer.training.samples import Rows, SparseRows, sample_weights

__all__ = ["Perceptron"]

_BLOCK_NUMBERS = 1_000_000
"""Numbers of a sparse matrix that are made dense at a time."""
_NOTHING = (0, None)
"""Width and type that no array has."""


class Perceptron(Parameters, BaseEstimator, ABC):
    """An estimator without the meaning of its outputs, which `MLPClassifier` and `MLPRegressor` add.

    The weights of a fitted estimator are the arrays in the lists `coefs_` and `intercepts_`. They are the arrays of
    `network_` themselves, so they are read-only; to change one, replace it.
    """

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, validation_data: Any = None) -> Any:
        """Fit the network to X and y.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n_samples, n_features)
            Inputs. float32 makes a float32 network, everything else a float64 one.
        y : array-like, shape (n_samples,) or (n_samples, n_outputs)
            Targets: numbers for a regressor; labels, or a column of 0 and 1 per label, for a classifier.
        sample_weight : array-like, shape (n_samples,), optional
            The weight of each sample.
        validation_data : (X, y) or (X, y, sample_weight), optional
            Samples to score after every epoch, in `validation_scores_` and `validation_loss_curve_`; early stopping
            monitors them in place of a part of X.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, validation_data)

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, validation_data: Any = None, *, incremental: bool = False
    ) -> Any:
        for name, given in {"X": X, "y": y, "sample_weight": sample_weight}.items():
            refuse_masked(name, given)
        hidden = hidden_widths(self.hidden_layer_sizes)
        callables(self.callbacks)  # refused before training, not after an epoch
        anew = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        X, y, targets = self._validated(X, y, known=incremental or not anew, reset=anew)
        data = Arrays(_rows(X), targets, self._weighted(_weights(sample_weight, X), y))
        held_out = None if validation_data is None else self._validation_arrays(validation_data)
        random = check_random_state(self.random_state)
        if anew:
            self._start([X.shape[1], *hidden, self.n_outputs_], X.dtype, random)
        fitting = Fitting(
            self,
            self._loss(),
            self._metric(),
            random,
            getattr(self, "_optimizer", None),
            getattr(self, "_no_improvement_count", 0),
        )
        try:
            fitting.run(data, held_out, anew=anew, incremental=incremental)
        finally:
            self._adopt(fitting.network)
            # These are scikit-learn's names, which its own tests and a diagnosis read.
            self._optimizer, self._no_improvement_count = fitting.optimizer, fitting.waited
        return self

    def _offers_partial_fit(self) -> bool:
        if self.solver == "lbfgs" and self.optimizer is None:
            raise AttributeError(
                f"partial_fit is only available for stochastic optimizers. {self.solver} is not stochastic."
            )
        return True

    @abstractmethod
    def _validated(
        self, X: Any, y: Any, *, known: bool, reset: bool, finite: bool = True
    ) -> tuple[Any, NDArray[Any], NDArray[Any]]:
        """Return X, y, and y as targets of the loss.

        With `known` y may have no new classes, with `finite` X may have no nan and no infinity.
        """

    def _checked(
        self, X: Any, y: Any, *, reset: bool, finite: bool, **options: Any
    ) -> tuple[Any, NDArray[Any]]:
        """Return X and y after scikit-learn's checks, a single column of y with one axis."""
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=(np.float64, np.float32),
            ensure_all_finite=finite,
            reset=reset,
            **options,
        )
        return X, column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y

    def _weighted(
        self, sample_weight: NDArray[np.float64] | None, y: NDArray[Any]
    ) -> NDArray[np.float64] | None:
        """Return the weight of each sample in the loss."""
        return sample_weight

    def _validation_arrays(self, given: Any) -> Arrays:
        if not isinstance(given, Sequence) or len(given) not in (2, 3):
            raise InputError("validation_data must be (X, y) or (X, y, sample_weight)")
        refuse_masked("validation_data", tuple(given))
        X, _, targets = self._validated(given[0], given[1], known=True, reset=False)
        return Arrays(_rows(X), targets, _weights(given[2], X) if len(given) == 3 else None)

    def _start(self, widths: Sequence[int], dtype: Any, random: np.random.RandomState) -> None:
        """Draw initial weights, as scikit-learn draws them."""
        self.n_iter_ = 0
        self.t_ = 0
        self.n_layers_ = len(widths)
        chosen = self.output_activation
        # The names of scikit-learn for those that it has.
        self.out_activation_ = self._natural_output() if chosen is None else get(chosen).facts.name
        weights = list(initial_weights(widths, self.activation, random))
        self.coefs_ = [W.astype(dtype, copy=False) for W, _ in weights]
        self.intercepts_ = [b.astype(dtype, copy=False) for _, b in weights]
        self._adopt(self._network_of_weights())

    @abstractmethod
    def _natural_output(self) -> str:
        """Return the name of the output activation that fits the loss and the targets."""

    def _output(self) -> Activation:
        return get(self._natural_output() if self.output_activation is None else self.output_activation)

    def _loss(self) -> Loss:
        return losses.get(self.loss)

    def _metric(self) -> Metric:
        return Metric(score_name(self), self._score_of)

    @abstractmethod
    def _score_of(self, y: NDArray[Any], outputs: NDArray[Any], weight: NDArray[Any] | None) -> float:
        """Return the score of outputs, for targets in the form of the loss."""

    def _network_of_weights(self) -> MLP:
        activations = (*hidden_activations(self.activation, len(self.coefs_) - 1), self._output())
        arrays = zip(self.coefs_, self.intercepts_, activations, strict=True)
        return MLP(
            [Dense(W, b, activation) for W, b, activation in arrays],
            classes=self._class_names(),
            inputs=input_names(self),
        )

    def _adopt(self, network: MLP) -> None:
        """Take over a network and its weights."""
        self._network = network
        self.coefs_ = [layer.W for layer in network.layers]
        self.intercepts_ = [layer.b for layer in network.layers]
        # An array has no column names to compare with those of the fit: scikit-learn warns of that.
        self._plain = _NOTHING if hasattr(self, "feature_names_in_") else (network.widths[0], network.dtype)

    def _class_names(self) -> Sequence[Label] | None:
        """Return the labels as a network holds them."""
        return None

    @property
    def network_(self) -> MLP:
        """The fitted network itself: to trace, to diagnose, to save."""
        network: MLP | None = getattr(self, "_network", None)
        if network is not None and all(
            W is layer.W and b is layer.b
            for W, b, layer in zip(self.coefs_, self.intercepts_, network.layers, strict=True)
        ):
            return network
        if not hasattr(self, "coefs_"):
            raise NotFittedError(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with appropriate arguments "
                "before using this estimator."
            )
        self._adopt(self._network_of_weights())
        return self._network

    def diagnose(self, X: Any, y: Any = None) -> Diagnosis:
        """Diagnose why the network does not learn: measure it on data, and name the main cause.

        The record of the fit counts too: loss curve, validation scores, learning rate, and why training ended.
        `multilayer.diagnosis.try_fixes(estimator, X, y)` continues from there and fits again with remedies.

        Parameters
        ----------
        X, y
            Samples and targets, as for `fit`. Without y only inputs and activations are measured.

        Returns
        -------
        multilayer.diagnosis.Diagnosis
        """
        check_is_fitted(self)
        return diagnose(self, X, y)

    def as_case(self, X: Any, y: Any) -> Case:
        """Return the estimator and its fit as `diagnose` and `try_fixes` of `multilayer.diagnosis` take them."""
        network = self.network_
        refuse_masked("X", X)
        refuse_masked("y", y)
        X = named_columns("X", X, network.input_names)
        targets = None
        if y is None:
            X = validate_data(self, X, accept_sparse=["csr", "csc"], ensure_all_finite=False, reset=False)
        else:
            X, _, targets = self._validated(X, y, known=True, reset=False, finite=False)
        return case_of_fit(self, network, X, targets, self._loss(), self._metric())

    def _outputs(self, X: Any) -> NDArray[Any]:
        """Return the outputs of the network for X, after scikit-learn's checks."""
        inputs, dtype = getattr(self, "_plain", _NOTHING)
        # The fast path: no conversion and no further checks are needed. All else takes the slow path, and fails there.
        if (
            type(X) is np.ndarray
            and X.dtype is dtype
            and X.ndim == 2
            and X.shape[1] == inputs
            and X.size
            # One byte a number, none of them 0: the quickest test that every number is finite.
            and b"\0" not in np.isfinite(X).tobytes()
        ):
            return self.network_(X)
        check_is_fitted(self)
        refuse_masked("X", X)
        X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        if isinstance(X, np.ndarray):
            return self.network_(X)
        rows, size = SparseRows(X.tocsr()), max(1, _BLOCK_NUMBERS // X.shape[1])
        blocks = [rows[first : first + size] for first in range(0, X.shape[0], size)]
        return np.concatenate([self.network_(block) for block in blocks])

    def __getstate__(self) -> Any:
        # Without the network, which is built again from coefs_ and intercepts_: weights are not stored twice.
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_network"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _rows(X: Any) -> Rows:
    return X if isinstance(X, np.ndarray) else SparseRows(X.tocsr())


def _weights(sample_weight: Any, X: Any) -> NDArray[np.float64] | None:
    """Return sample weights after scikit-learn's checks and those of `multilayer.fit`."""
    if sample_weight is None:
        return None
    return sample_weights(_check_sample_weight(sample_weight, X), X.shape[0])

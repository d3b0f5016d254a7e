"""What both estimators have in common: fitting in all its variants, and outputs, fast for the plain case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, _fit_context
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from multilayer import losses
from multilayer._base.arrays import named_columns, refuse_masked
from multilayer._base.errors import InputError
from multilayer.activations import get
from multilayer.diagnosis import Diagnosis, diagnose
from multilayer.diagnosis.case import Case, case_of_fit
from multilayer.estimators.fitting import Fitting
from multilayer.estimators.parameters import Parameters
from multilayer.initializers import ScikitLearn
from multilayer.interop.scikit_learn import hidden_activations, initializer_of, score_name
from multilayer.losses import Loss
from multilayer.network import MLP, Dense
from multilayer.network.labels import Label
from multilayer.training import Metric
from multilayer.training.callbacks import callables
from multilayer.training.data import Arrays, SparseRows, sample_weights
from multilayer.training.plan import Rows

__all__ = ["Perceptron"]

_BLOCK_NUMBERS = 1_000_000
"""Numbers of a sparse matrix that are dense at a time."""
_NOTHING = (0, None)
"""Width and type of an array that is never given."""


class Perceptron(Parameters, BaseEstimator):
    """The estimator, save for what outputs mean: `MLPClassifier` and `MLPRegressor` know that.

    The weights of a fitted estimator are the arrays in the lists `coefs_` and `intercepts_`. They are the very
    arrays of `network_`, so they are read-only; to change one, put another array in its place.
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
            How much each sample counts.
        validation_data : (X, y) or (X, y, sample_weight), optional
            Samples of your own to score after every epoch, in `validation_scores_` and `validation_loss_curve_`;
            early stopping looks at them in place of a part of X.

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
        hidden = _hidden_widths(self.hidden_layer_sizes)
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

    def _stochastic(self) -> bool:
        return self.solver != "lbfgs" or self.optimizer is not None

    def _offers_partial_fit(self) -> bool:
        if not self._stochastic():
            raise AttributeError(
                f"partial_fit is only available for stochastic optimizers. {self.solver} is not stochastic."
            )
        return True

    def _validated(
        self, X: Any, y: Any, *, known: bool, reset: bool, finite: bool = True
    ) -> tuple[Any, NDArray[Any], NDArray[Any]]:
        """Return X, y, and y as targets of the loss.

        `known` tells that y may bring nothing new, `finite` that X may have no nan and no infinity.
        """
        raise NotImplementedError

    def _weighted(
        self, sample_weight: NDArray[np.float64] | None, y: NDArray[Any]
    ) -> NDArray[np.float64] | None:
        """Return what each sample counts in the loss."""
        return sample_weight

    def _validation_arrays(self, given: Any) -> Arrays:
        if not isinstance(given, Sequence) or len(given) not in (2, 3):
            raise InputError("validation_data must be (X, y) or (X, y, sample_weight)")
        refuse_masked("validation_data", tuple(given))
        X, _, targets = self._validated(given[0], given[1], known=True, reset=False)
        return Arrays(_rows(X), targets, _weights(given[2], X) if len(given) == 3 else None)

    def _start(self, widths: Sequence[int], dtype: Any, random: np.random.RandomState) -> None:
        """Begin with random weights, drawn as scikit-learn draws them."""
        self.n_iter_ = 0
        self.t_ = 0
        self.n_layers_ = len(widths)
        self.out_activation_ = self._output_name()
        hidden = hidden_activations(self.activation, len(widths) - 2)
        initializers = [*map(ScikitLearn, hidden), initializer_of(self.activation, hidden)]
        self.coefs_, self.intercepts_ = [], []
        for (inputs, units), initializer in zip(pairwise(widths), initializers, strict=True):
            W, b = initializer(inputs, units, initializer.hidden, random)
            self.coefs_.append(W.astype(dtype, copy=False))
            self.intercepts_.append(b.astype(dtype, copy=False))
        self._adopt(self._network_of_weights())

    def _output_name(self) -> str:
        """Return the name of the output activation; those that scikit-learn has go by its names."""
        chosen = self.output_activation
        return self._natural_output() if chosen is None else get(chosen).facts.name

    def _natural_output(self) -> str:
        """Return the name of the output activation that goes with the loss and with what y is."""
        raise NotImplementedError

    def _loss(self) -> Loss:
        return losses.get(self.loss)

    def _metric(self) -> Metric:
        return Metric(score_name(self), self._score_of)

    def _score_of(self, y: NDArray[Any], outputs: NDArray[Any], weight: NDArray[Any] | None) -> float:
        """Return the estimator's own score of outputs, for targets as the loss takes them."""
        raise NotImplementedError

    def _network_of_weights(self) -> MLP:
        chosen = self.output_activation
        output = get(self.out_activation_ if chosen is None else chosen)
        activations = (*hidden_activations(self.activation, len(self.coefs_) - 1), output)
        arrays = zip(self.coefs_, self.intercepts_, activations, strict=True)
        return MLP(
            [Dense(W, b, activation) for W, b, activation in arrays],
            classes=self._class_names(),
            inputs=self._input_names(),
        )

    def _adopt(self, network: MLP) -> None:
        """Make a network the estimator's own."""
        self._network = network
        self.coefs_ = [layer.W for layer in network.layers]
        self.intercepts_ = [layer.b for layer in network.layers]
        # An array has no column names to compare with those of the fit, which deserves scikit-learn's warning.
        self._plain = _NOTHING if hasattr(self, "feature_names_in_") else (network.shape[0], network.dtype)

    def _class_names(self) -> Sequence[Label] | None:
        """Return the labels as a network holds them."""
        return None

    def _input_names(self) -> list[str] | None:
        names = list(getattr(self, "feature_names_in_", ()))
        return names if names and len(set(names)) == len(names) else None

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
        """Say why the network does not learn: measure it on data, and name the main cause of trouble.

        What is known of the fit counts too: the loss curve and validation scores, why it ended, with which rate.
        `multilayer.diagnosis.try_fixes(estimator, X, y)` goes on from there and fits again with remedies.

        Parameters
        ----------
        X, y
            Samples and targets, as for `fit`. Without y only inputs and activations are looked at.

        Returns
        -------
        multilayer.diagnosis.Diagnosis
        """
        check_is_fitted(self)
        return diagnose(self, X, y)

    def as_case(self, X: Any, y: Any) -> Case:
        """Return what `diagnose` and `try_fixes` of `multilayer.diagnosis` ask of an estimator."""
        network = self.network_
        refuse_masked("X", X)
        refuse_masked("y", y)
        X = named_columns("X", X, network.inputs)
        targets = None
        if y is None:
            X = validate_data(self, X, accept_sparse=["csr", "csc"], ensure_all_finite=False, reset=False)
        else:
            X, _, targets = self._validated(X, y, known=True, reset=False, finite=False)
        return case_of_fit(self, network, X, targets, self._loss(), self._metric())

    def _outputs(self, X: Any) -> NDArray[Any]:
        """Return what the network says to X, after the checks that scikit-learn makes."""
        inputs, dtype = getattr(self, "_plain", _NOTHING)
        # What needs no conversion and no further look; everything else goes the long way, and fails there if it must.
        if (
            type(X) is np.ndarray
            and X.dtype is dtype
            and X.ndim == 2
            and X.shape[1] == inputs
            and X.size
            # One byte a number, and none of them 0: the quickest way to tell that every number is finite.
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
        # The network is made again of coefs_ and intercepts_, so that weights are not stored twice.
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_network"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _hidden_widths(sizes: Any) -> list[int]:
    """Return the units of each hidden layer; `sizes` is one number or any number of them."""
    widths = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    if not all(isinstance(width, Integral) and not isinstance(width, bool) for width in widths):
        raise InputError(f"hidden_layer_sizes must be whole numbers; got {widths}")
    if any(width <= 0 for width in widths):
        raise ValueError(f"hidden_layer_sizes must be > 0, got {widths}.")
    return [int(width) for width in widths]


def _rows(X: Any) -> Rows:
    return X if isinstance(X, np.ndarray) else SparseRows(X.tocsr())


def _weights(sample_weight: Any, X: Any) -> NDArray[np.float64] | None:
    """Return weights that scikit-learn takes, after the checks that `fit` makes."""
    if sample_weight is None:
        return None
    return sample_weights(_check_sample_weight(sample_weight, X), X.shape[0])

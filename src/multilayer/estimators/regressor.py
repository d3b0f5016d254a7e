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
from multilayer.losses import Loss

__all__ = ["MLPRegressor"]


@dataclass(eq=False, repr=False)
class MLPRegressor(RegressorMixin, Perceptron):
    """A regressor that takes the place of `sklearn.neural_network.MLPRegressor`, in all it does.

    With the same `random_state` it goes through the same weights, to rounding. What scikit-learn does not have are the
    parameters from `output_activation` on, activations by object or layer, losses beyond two, and `validation_data`.

    Parameters
    ----------
    loss : str or Loss
        "squared_error", "poisson", or one of `multilayer.losses`: "huber", Quantile(0.9), and so on.
    hidden_layer_sizes : sequence of int
        Units of each hidden layer.
    activation : str, Activation, or a sequence of them
        Of all hidden layers, or of each: any of `multilayer.activations`, or one of your own.
    solver : "adam", "sgd" or "lbfgs"
        What moves the weights: Adam, gradient descent with momentum, or L-BFGS over all samples at once.
    alpha : float
        Strength of the L2 penalty on weights; it is divided by the number of samples of a batch.
    batch_size : int or "auto"
        Samples per step; "auto" is min(200, n_samples).
    learning_rate : "constant", "invscaling", "adaptive", or a `multilayer.optimizers.Schedule`
        How the rate changes. The names are for "sgd": by 1 / t^power_t, or by a fifth whenever training stalls.
    learning_rate_init : float
        The rate to begin with.
    power_t : float
        The exponent of "invscaling".
    max_iter : int
        Epochs at most; iterations of L-BFGS.
    shuffle : bool
        Whether every epoch has an order of its own.
    random_state : int, RandomState or None
        Where first weights, orders and splits come from. The same one gives scikit-learn's own.
    tol : float
        What counts as an improvement. L-BFGS ends when no gradient is larger.
    verbose : bool or int
        Whether to print the loss of every epoch, and to show a progress bar on a terminal and in a notebook.
    warm_start : bool
        Whether `fit` goes on from the weights there are.
    momentum, nesterovs_momentum : float, bool
        Momentum of "sgd", and whether it looks ahead.
    early_stopping : bool
        Whether to score samples that are not trained on, stop when the score improves no more, and keep the best
        weights. They are a share of X, unless `fit` is given `validation_data`.
    validation_fraction : float
        That share.
    beta_1, beta_2, epsilon : float
        Settings of "adam".
    n_iter_no_change : int
        Epochs without improvement before training ends.
    max_fun : int
        Evaluations at most, for "lbfgs".
    output_activation : str or Activation, optional
        Of the output layer; unless given, the one that fits the loss: exponential for "poisson", else none.
    dropout : float or sequence of float
        Share of the units that each step leaves out, in every hidden layer or a number for each.
    optimizer : multilayer.optimizers.Optimizer, optional
        In the place of `solver`, with its own learning rate: AdamW(0.001, weight_decay=0.01), say.
    callbacks : sequence of callables, optional
        Each is called with a `multilayer.training.Epoch` after every epoch; one that returns True ends training.
    checkpoint : path or multilayer.training.Checkpoint, optional
        A file that `fit` saves everything to after each epoch. If it is there already, `fit` goes on from it.

    Attributes
    ----------
    coefs_, intercepts_ : list of array
        W, of shape (inputs, units), and b of each layer: the arrays of `network_`, read-only. To change one, put
        another in its place.
    network_ : MLP
        The network itself: to trace, to save, to diagnose.
    loss_, loss_curve_, best_loss_ : float, list of float, float or None
        Loss of the last epoch, of all, of the best one (None with early stopping).
    validation_scores_, best_validation_score_ : list of float, float
        R2 of the validation samples after each epoch; None without any.
    validation_loss_curve_ : list of float
        Their loss.
    n_iter_, t_ : int
        Epochs, and samples seen.
    n_layers_, n_outputs_, out_activation_
        Layers with the input layer, output units, name of the output activation.
    n_features_in_, feature_names_in_
        Columns of X, and their names where it has some.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from multilayer.estimators import MLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = MLPRegressor("huber", (8,), solver="lbfgs", max_iter=2000, random_state=0).fit(X, y)
    >>> regressor.network_
    MLP(10-8-1, relu identity, float64)
    """

    loss: Any = "squared_error"
    hidden_layer_sizes: Any = (100,)
    activation: Any = "relu"

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **Parameters._parameter_constraints,
        "loss": [str, Loss],
    }

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
        self, X: Any, y: Any, *, known: bool, reset: bool, finite: bool = True
    ) -> tuple[Any, NDArray[Any], NDArray[Any]]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=True,
            dtype=(np.float64, np.float32),
            ensure_all_finite=finite,
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

    def _score_of(self, y: NDArray[Any], outputs: NDArray[Any], weight: NDArray[Any] | None) -> float:
        if not np.isfinite(outputs).all():
            return float("nan")
        with np.errstate(all="ignore"):  # squares of finite numbers may overflow
            return float(r2_score(y, outputs, sample_weight=weight))

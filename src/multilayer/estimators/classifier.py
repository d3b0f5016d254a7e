"""The classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels
from sklearn.utils.validation import column_or_1d, validate_data

from multilayer import losses
from multilayer.activations import get
from multilayer.activations.along_axis import AlongAxis
from multilayer.estimators.class_weights import weights_by_class
from multilayer.estimators.parameters import Parameters
from multilayer.estimators.perceptron import Perceptron
from multilayer.losses import Loss
from multilayer.losses.outputs import check_probabilities
from multilayer.network.labels import Label, labels_of

__all__ = ["MLPClassifier"]


@dataclass(eq=False, repr=False)
class MLPClassifier(ClassifierMixin, Perceptron):
    """A classifier that takes the place of `sklearn.neural_network.MLPClassifier`, in all it does.

    With the same `random_state` it goes through the same weights, to rounding. What scikit-learn does not have are the
    parameters from `output_activation` on, activations by object or layer, and `validation_data`.

    Parameters
    ----------
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
        Of the output layer; unless given, the one that fits what y is: softmax or sigmoid. Two classes have one unit
        with sigmoid, and two with softmax. Its values have to be probabilities.
    dropout : float or sequence of float
        Share of the units that each step leaves out, in every hidden layer or a number for each.
    optimizer : multilayer.optimizers.Optimizer, optional
        In the place of `solver`, with its own learning rate: AdamW(0.001, weight_decay=0.01), say.
    callbacks : sequence of callables, optional
        Each is called with a `multilayer.training.Epoch` after every epoch; one that returns True ends training.
    checkpoint : path or multilayer.training.Checkpoint, optional
        A file that `fit` saves everything to after each epoch. If it is there already, `fit` goes on from it.
    loss : str or Loss
        "log_loss", or one of `multilayer.losses`, such as CategoricalCrossEntropy(label_smoothing=0.1).
    class_weight : dict, "balanced" or None
        How much each class counts.

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
        Accuracy of the validation samples after each epoch; None without any.
    validation_loss_curve_ : list of float
        Their loss.
    n_iter_, t_ : int
        Epochs, and samples seen.
    n_layers_, n_outputs_, out_activation_
        Layers with the input layer, output units, name of the output activation.
    n_features_in_, feature_names_in_
        Columns of X, and their names where it has some.
    classes_ : array
        The labels, in the order of `predict_proba`.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from multilayer.estimators import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = MLPClassifier((10, 5), ["tanh", "gelu"], learning_rate_init=0.01, max_iter=1000, random_state=0)
    >>> _ = classifier.fit(X, y)
    >>> classifier.network_
    MLP(4-10-5-3, tanh gelu softmax, float64)
    >>> bool(classifier.score(X, y) > 0.95)
    True
    """

    hidden_layer_sizes: Any = (100,)
    activation: Any = "relu"
    _: KW_ONLY
    loss: Any = "log_loss"
    class_weight: Any = None

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **Parameters._parameter_constraints,
        "loss": [str, Loss],
        "class_weight": [dict, list, StrOptions({"balanced"}), None],
    }

    @available_if(lambda estimator: estimator._offers_partial_fit())
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Any:
        """Train for one epoch over the given samples.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array-like, shape (n_classes,), optional
            All labels there will ever be; needed by the first call.

        Returns
        -------
        self
        """
        if _check_partial_fit_first_call(self, classes):
            labels = y if type_of_target(y).startswith("multilabel") else classes
            self._label_binarizer = LabelBinarizer().fit(labels)
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> Any:
        """Return the class of each sample; for several labels, a column of 0 and 1 for each, sparse if y was."""
        return self._labels_of(self._outputs(X))

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Return the probability of every class, in the order of `classes_`: shape (n_samples, n_classes)."""
        outputs = self._outputs(X)
        if outputs.shape[1] > 1:
            return outputs
        return np.concatenate([1 - outputs, outputs], axis=1)

    def predict_log_proba(self, X: Any) -> NDArray[Any]:
        """Return the logarithm of `predict_proba`."""
        probabilities = self.predict_proba(X)
        with np.errstate(divide="ignore"):
            np.log(probabilities, out=probabilities)
        return probabilities

    def _labels_of(self, outputs: NDArray[Any]) -> Any:
        if self._has_unit_per_class():
            return np.asarray(self.classes_[outputs.argmax(axis=1)])
        if self._label_binarizer.y_type_ == "binary" and len(self.classes_) == 2:
            return np.asarray(self.classes_[(outputs[:, 0] > 0.5).astype(np.intp)])
        return self._label_binarizer.inverse_transform(outputs.ravel() if self.n_outputs_ == 1 else outputs)

    def _validated(
        self, X: Any, y: Any, *, known: bool, reset: bool, finite: bool = True
    ) -> tuple[Any, NDArray[Any], NDArray[Any]]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=(np.float64, np.float32),
            ensure_all_finite=finite,
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if not known:
            self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            self._check_known(unique_labels(y))
        if reset:
            self.n_outputs_ = self._units()
            self._check_probabilities()
        return X, y, self._targets(y)

    def _is_multilabel(self) -> bool:
        kind: str = self._label_binarizer.y_type_
        return kind.startswith("multilabel")

    def _units(self) -> int:
        """Return the number of output units: one for two classes, unless softmax or alike is asked for."""
        if self._is_multilabel() or len(self.classes_) > 2:
            return len(self.classes_)
        chosen = None if self.output_activation is None else get(self.output_activation)
        return len(self.classes_) if isinstance(chosen, AlongAxis) else 1

    def _has_unit_per_class(self) -> bool:
        """Whether the outputs are the probabilities of classes that exclude each other."""
        return self.n_outputs_ > 1 and not self._is_multilabel()

    def _check_probabilities(self) -> None:
        """Refuse an output activation whose values `predict_proba` could not hand out."""
        activation = get(self._natural_output() if self.output_activation is None else self.output_activation)
        self._loss().check(activation, self.n_outputs_)
        check_probabilities(activation, exclusive=not self._is_multilabel(), units=self.n_outputs_)

    def _check_known(self, labels: NDArray[Any]) -> None:
        if self.warm_start:
            if set(labels) != set(self.classes_):
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                    f"Previously got {self.classes_}, `y` has {labels}"
                )
        elif len(np.setdiff1d(labels, self.classes_, assume_unique=True)):
            raise ValueError(
                "`y` has classes not in `self.classes_`. "
                f"`self.classes_` has {self.classes_}. 'y' has {labels}."
            )

    def _targets(self, y: NDArray[Any]) -> NDArray[Any]:
        """Return class numbers where the loss takes them, else a column of True and False per output."""
        if self._is_multilabel() or y.ndim == 2:  # and where only one of both holds, this is refused
            columns: NDArray[Any] = self._label_binarizer.transform(y)
            return self._loss().targets(columns.astype(bool), self.n_outputs_)
        numbers = np.searchsorted(self.classes_, y)
        if self._loss().facts.distribution:
            return numbers
        if self.n_outputs_ == 1:
            return numbers.astype(bool)[:, np.newaxis]
        one_hot: NDArray[Any] = numbers[:, np.newaxis] == np.arange(self.n_outputs_)
        return one_hot

    def _weighted(
        self, sample_weight: NDArray[np.float64] | None, y: NDArray[Any]
    ) -> NDArray[np.float64] | None:
        if self.class_weight is None:
            return sample_weight
        by_class = weights_by_class(self.class_weight, y, None if self._is_multilabel() else self.classes_)
        return by_class if sample_weight is None else sample_weight * by_class

    def _natural_output(self) -> str:
        return "softmax" if self._has_unit_per_class() else "logistic"

    def _loss(self) -> Loss:
        if self.loss != "log_loss":
            return losses.get(self.loss)
        several = self._has_unit_per_class()
        return losses.categorical_cross_entropy if several else losses.binary_cross_entropy

    def _score_of(self, y: NDArray[Any], outputs: NDArray[Any], weight: NDArray[Any] | None) -> float:
        if self._has_unit_per_class():
            predicted = outputs.argmax(axis=1)
            y = y if y.ndim == 1 else y.argmax(axis=1)
        else:
            predicted = (outputs > 0.5) & (len(self.classes_) > 1)  # a class alone is always right
        return float(accuracy_score(y, predicted, sample_weight=weight))

    def _class_names(self) -> Sequence[Label] | None:
        if self._is_multilabel() or len(self.classes_) < 2:
            return None
        return labels_of(self.classes_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

"""The classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import compute_sample_weight
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels

from multilayer import losses
from multilayer.activations import get
from multilayer.activations.elementwise import AlongAxis
from multilayer.estimators.parameters import described, parameter
from multilayer.estimators.perceptron import Perceptron
from multilayer.losses import Loss
from multilayer.losses.output_checks import check_probabilities
from multilayer.network.labels import Label, labels_of
from multilayer.training.samples import (
    ClassWeight,
    check_some_weight,
    checked_class_weights,
    numbers_of_named,
)

__all__ = ["MLPClassifier"]


@described
@dataclass(eq=False, repr=False, kw_only=True)
class MLPClassifier(ClassifierMixin, Perceptron):
    """A drop-in replacement for `sklearn.neural_network.MLPClassifier`.

    With the same `random_state` it has the same weights after each epoch, to rounding. It adds the parameters from
    `output_activation` on, activations by object or layer, losses, and `validation_data`.

    The values of the output activation have to be probabilities. Two classes have one output unit with sigmoid, and two
    with softmax.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}
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

    loss: str | Loss = parameter(
        "log_loss",
        '"log_loss", or one of `multilayer.losses`, such as CategoricalCrossEntropy(label_smoothing=0.1).',
        str,
        Loss,
    )
    class_weight: ClassWeight | Sequence[ClassWeight] = parameter(
        None, "Weight of each class; None weighs all alike.", dict, list, StrOptions({"balanced"}), None
    )

    @available_if(lambda estimator: estimator._offers_partial_fit())
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Any:
        """Train for one epoch over the given samples.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array-like, shape (n_classes,), optional
            All labels of all calls; needed by the first one.

        Returns
        -------
        self
        """
        if _check_partial_fit_first_call(self, classes):
            labels = y if type_of_target(y).startswith("multilabel") else classes
            self._label_binarizer = LabelBinarizer().fit(labels)
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: Any) -> Any:
        """Return the class of each sample; for multilabel y a column of 0 and 1 per label, sparse if y was."""
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
        X, y = self._checked(X, y, reset=reset, finite=finite)
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
        """Refuse an output activation whose values `predict_proba` could not return."""
        activation = self._output()
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
        if self._is_multilabel() or y.ndim == 2:  # where only one of both holds, this refuses it
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
        by_class = _weights_by_class(self.class_weight, y, None if self._is_multilabel() else self.classes_)
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


def _weights_by_class(class_weight: Any, y: Any, classes: NDArray[Any] | None) -> NDArray[np.float64]:
    """Return the weight of each sample's class, after the checks that `fit` makes; `classes` is None for multilabel."""
    for given in class_weight if isinstance(class_weight, list) else [class_weight]:
        if isinstance(given, dict):
            checked_class_weights(given)
    if isinstance(class_weight, dict) and classes is not None:
        named = numbers_of_named(classes.tolist(), class_weight, "classifier")
        class_weight = dict(zip(classes[named].tolist(), class_weight.values(), strict=True))
    weights: NDArray[np.float64] = compute_sample_weight(class_weight, y)
    check_some_weight(weights)
    return weights

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
from sklearn.utils import compute_sample_weight
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels
from sklearn.utils.validation import column_or_1d, validate_data

from multilayer import losses
from multilayer.estimators.parameters import Parameters
from multilayer.estimators.perceptron import Perceptron
from multilayer.estimators.samples import Samples
from multilayer.losses import Loss

__all__ = ["MLPClassifier"]


@dataclass(eq=False, repr=False)
class MLPClassifier(ClassifierMixin, Perceptron):
    """A network for classes.
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
    _score_name: ClassVar[str] = "accuracy"

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

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class of each sample; for several labels, a column of 0 and 1 for each."""
        return self._labels_of(self._outputs(X))

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """Return the probability of every class, in the order of `classes_`: shape (n_samples, n_classes)."""
        outputs = self._outputs(X)
        if outputs.shape[1] > 1:
            return outputs
        both = np.empty((len(outputs), 2), outputs.dtype)
        both[:, 1:] = outputs
        np.subtract(1, outputs, out=both[:, :1])
        return both

    def predict_log_proba(self, X: Any) -> NDArray[Any]:
        """Return the logarithm of `predict_proba`."""
        probabilities = self.predict_proba(X)
        with np.errstate(divide="ignore"):
            return np.log(probabilities, out=probabilities)

    def _labels_of(self, outputs: NDArray[Any]) -> NDArray[Any]:
        kind = self._label_binarizer.y_type_
        if kind == "multiclass":
            return np.asarray(self.classes_[outputs.argmax(axis=1)])
        if kind == "binary" and len(self.classes_) == 2:
            return np.asarray(self.classes_[(outputs[:, 0] > 0.5).astype(np.intp)])
        return np.asarray(
            self._label_binarizer.inverse_transform(outputs.ravel() if self.n_outputs_ == 1 else outputs)
        )

    def _validated(
        self, X: Any, y: Any, *, known: bool, reset: bool
    ) -> tuple[Any, NDArray[Any], NDArray[Any]]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if not known:
            self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            self._check_known(unique_labels(y))
        several = len(self.classes_) > 2 or self._label_binarizer.y_type_.startswith("multilabel")
        self.n_outputs_ = len(self.classes_) if several else 1
        return X, y, self._targets(y)

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
        """Return class numbers for several classes, else a column of True and False per output."""
        if self._label_binarizer.y_type_.startswith("multilabel"):
            columns: NDArray[Any] = self._label_binarizer.transform(y).astype(bool)
            return columns
        numbers = np.searchsorted(self.classes_, y)
        return numbers if self.n_outputs_ > 1 else numbers.astype(bool)[:, np.newaxis]

    def _weighted(self, sample_weight: NDArray[Any] | None, y: NDArray[Any]) -> NDArray[Any] | None:
        if self.class_weight is None:
            return sample_weight
        by_class: NDArray[Any] = compute_sample_weight(self.class_weight, y)
        return by_class if sample_weight is None else sample_weight * by_class

    def _natural_output(self) -> str:
        return "softmax" if self._label_binarizer.y_type_ == "multiclass" else "logistic"

    def _loss(self) -> Loss:
        if self.loss != "log_loss":
            return losses.get(self.loss)
        several = self._label_binarizer.y_type_ == "multiclass"
        return losses.categorical_cross_entropy if several else losses.binary_cross_entropy

    def _score_of(self, outputs: NDArray[Any], samples: Samples) -> float:
        kind = self._label_binarizer.y_type_
        predicted = outputs.argmax(axis=1) if kind == "multiclass" else outputs > 0.5
        return float(accuracy_score(samples.y, predicted, sample_weight=samples.weight))

    def _class_names(self) -> Sequence[str] | None:
        if self._label_binarizer.y_type_.startswith("multilabel") or len(self.classes_) < 2:
            return None
        names = [str(label) for label in self.classes_]
        return names if len(set(names)) == len(names) else None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

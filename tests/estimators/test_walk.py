"""Random configurations of both estimators go through scikit-learn's numbers, warnings, words and errors.

Where they part on purpose (ARCHITECTURE.md, the estimators) a walk ends: at a loss that scikit-learn caps, at numbers
that are not finite, and where scikit-learn fails by accident.
"""

import contextlib
import copy
import io
import re
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn import neural_network as theirs
from sklearn.neural_network import _base, _multilayer_perceptron

from multilayer import estimators as ours
from tests.estimators.walk import walk

ATTRIBUTES = (
    *(
        "coefs_",
        "intercepts_",
        "loss_",
        "loss_curve_",
        "best_loss_",
        "validation_scores_",
        "best_validation_score_",
    ),
    *("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_", "classes_"),
)


@pytest.mark.parametrize(
    "seed", [*range(50), *(pytest.param(n, marks=pytest.mark.slow) for n in range(50, 400))]
)
def test_as_scikit_learn(seed, monkeypatch):
    capped = []
    for name in ("log_loss", "binary_log_loss"):
        loss = _watched(getattr(_base, name), capped)
        monkeypatch.setitem(_multilayer_perceptron.LOSS_FUNCTIONS, name, loss)
    drawn = walk(seed)
    for our, their in zip(played(ours, drawn), played(theirs, drawn), strict=False):
        failed = our.get("error")
        if capped or not finite(their) or is_accident(their.get("error")):
            assert failed is None or isinstance(failed, ValueError) or same(failed, their.get("error"), 0.0)
            return
        compared = [key for key in our | their if not is_rounding(key, drawn)]
        if "error" in our and "error" in their:
            compared = ["error"]
        differing = [key for key in compared if not same(our.get(key), their.get(key), drawn.tolerance)]
        assert not differing, (drawn, {key: (our.get(key), their.get(key)) for key in differing})
        if "error" in their:
            return


def is_rounding(key, drawn):
    """Whether it is decided by the last digits: an improvement by a hair, for one, in float32."""
    by_solver = {"lbfgs": ["printed", *["n_iter_"] * drawn.single]}.get(drawn.settings["solver"], [])
    return key in by_solver or (drawn.single and key in ("printed", "warned"))


def _watched(function, capped):
    """Return the loss, and have it say when it caps a probability."""

    def loss(y, p, weight=None):
        right = np.where(y, p, 1.0 - p if function is _base.binary_log_loss or p.shape[1] == 1 else 1.0)
        capped.extend([True] * bool((right < np.finfo(p.dtype).eps).any()))
        return function(y, p, weight)

    return loss


def played(module, drawn):
    """Yield what is seen of an estimator after each call, by name."""
    drawn = copy.deepcopy(drawn)
    model = getattr(module, drawn.name)(**drawn.settings)
    for call in drawn.calls:
        model.set_params(**call.changed)
        seen, printed = {}, io.StringIO()
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed):
            warnings.simplefilter("always")
            try:
                getattr(model, call.method)(call.X, call.y, **call.options)
            except Exception as error:  # noqa: BLE001  (which one it is is what is compared)
                seen["error"] = error
        seen["printed"] = printed.getvalue()
        kinds = (RuntimeWarning, DeprecationWarning)  # NumPy's, of an overflow on the way; SciPy's own
        seen["warned"] = [(w.category, str(w.message)) for w in caught if not issubclass(w.category, kinds)]
        if "error" not in seen:
            seen |= {name: getattr(model, name, "missing") for name in ATTRIBUTES}
            seen = copy.deepcopy(seen) | asked(model, call)
        yield seen


def asked(model, call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = ("predict", "predict_proba", "predict_log_proba")
        seen = {name: getattr(model, name)(call.X) for name in names if hasattr(model, name)}
        try:
            return seen | {"score": model.score(call.X, call.y)}
        except ValueError as error:
            return seen | {"score": error}


def is_accident(error):
    """Whether scikit-learn fails at a place that was not meant to refuse anything."""
    unmeant = ("could not be broadcast", "The number of class is not equal to the number of dimension of y")
    kinds = AttributeError | TypeError | ZeroDivisionError
    return isinstance(error, kinds) or any(words in str(error) for words in unmeant)


def finite(seen):
    numbers = [seen.get("loss_"), *(seen.get("loss_curve_") or [])]
    return all(np.isfinite(number) for number in numbers if isinstance(number, float)) and not (
        "error" in seen and "non-finite" in str(seen["error"])
    )


def same(a, b, tolerance):
    """Whether two things that were seen are the same: of one kind, and to rounding."""
    if isinstance(b, Exception):
        return isinstance(a, type(b)) and str(a) == str(b)
    for kind, alike in ALIKE.items():
        if isinstance(b, kind):
            return isinstance(a, kind) and bool(alike(a, b, tolerance))
    return bool(a == b)


def alike_arrays(a, b, tolerance):
    if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
        return False
    return np.allclose(a, b, tolerance, tolerance / 100) if b.dtype.kind == "f" else (a == b).all()


def alike_sparse(a, b, tolerance):
    return (a.format, a.shape, a.dtype) == (b.format, b.shape, b.dtype) and not (a != b).nnz


def alike_lists(a, b, tolerance):
    return len(a) == len(b) and all(same(*pair, tolerance) for pair in zip(a, b, strict=True))


def alike_texts(a, b, tolerance):
    words, numbers = zip(
        *((re.split(NUMBER, text), re.findall(NUMBER, text)) for text in (a, b)), strict=True
    )
    return words[0] == words[1] and np.allclose(*(np.array(found, float) for found in numbers), 1e-5, 1e-7)


def alike_numbers(a, b, tolerance):
    return np.isclose(a, b, tolerance, tolerance / 100, equal_nan=True)


NUMBER = r"\d+\.\d+"
ALIKE = {
    np.ndarray: alike_arrays,
    (sparse.sparray, sparse.spmatrix): alike_sparse,
    (float, np.floating): alike_numbers,
    (list, tuple): alike_lists,
    str: alike_texts,
}

"""Random configurations of the estimators: settings, and calls one after the other, a function of the seed alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse


@dataclass
class Call:
    """A call of `fit` or `partial_fit`, and the parameters that are changed before it."""

    method: str
    X: Any
    y: Any
    options: dict[str, Any]
    changed: dict[str, Any]


@dataclass
class Walk:
    name: str
    settings: dict[str, Any]
    calls: list[Call]

    @property
    def single(self):
        """Whether float32 has a part in it, so that numbers agree to fewer digits."""
        given = [each for call in self.calls for each in (call.X, call.options.get("sample_weight"))]
        return any(getattr(array, "dtype", None) == np.float32 for array in given)

    @property
    def tolerance(self):
        """How far numbers may be apart: the line searches of L-BFGS magnify rounding."""
        return 1e-2 if self.single else 1e-3 if self.settings["solver"] == "lbfgs" else 1e-6


def walk(seed):
    """Return the configuration of this seed."""
    rng = np.random.default_rng(seed)
    name = pick(rng, ["MLPClassifier", "MLPClassifier", "MLPRegressor"])
    settings = drawn_settings(rng, name)
    kinds = LABELS if name == "MLPClassifier" else COUNTS if "loss" in settings else NUMBERS
    kind, make = pick(rng, list(kinds)), kinds
    rows, inputs = pick(rng, [1, 2, 4, 9, 20, 40, 40, 60]), int(rng.integers(1, 6))
    in_parts = settings["solver"] != "lbfgs" and rng.random() < 0.3
    calls = []
    for number in range(pick(rng, [1, 1, 2, 3])):
        changed = {}
        if number:
            rows = pick(rng, [rows, rows, max(1, rows // 2), rows + 7])
            inputs += rng.random() < 0.06
            kind = pick(rng, list(kinds)) if kinds is LABELS and rng.random() < 0.1 else kind
            changed = pick(rng, [{}, {}, {}, {}, {}, *CHANGES])
        X = rng.normal(size=(rows, inputs))
        y = make[kind](rng, X @ rng.normal(size=inputs) + 0.3 * rng.normal(size=rows))
        method = "partial_fit" if in_parts and rng.random() < 0.9 else "fit"
        options = {}
        weight = drawn_weight(rng, rows)
        if weight is not None:
            options["sample_weight"] = weight
        if method == "partial_fit" and name == "MLPClassifier" and rng.random() < (0.2 if number else 0.95):
            options["classes"] = (
                [0, 1] if np.ndim(y) != 1 else np.unique(make[kind](rng, rng.normal(size=60)))
            )
        calls.append(Call(method, pick(rng, SHAPES)(X), y, options, changed))
    return Walk(name, settings, calls)


def pick(rng, options):
    return options[rng.integers(len(options))]


def thirds(rng, score):
    return np.searchsorted(np.quantile(score, [0.4, 0.7]), score)


def several(rng, score):
    return np.c_[score < 0, thirds(rng, score) > 1, rng.random(len(score)) < 0.5].astype(int)


WORDS = np.array(["one", "three", "two"])

LABELS = {
    "several classes": thirds,
    "words": lambda rng, score: WORDS[thirds(rng, score)],
    "objects": lambda rng, score: WORDS.astype(object)[thirds(rng, score)],
    "two classes": lambda rng, score: (score > 0).astype(int),
    "signs": lambda rng, score: np.where(score > 0, 1, -1),
    "floats": lambda rng, score: np.where(score > 0, 2.0, 1.0),
    "bools": lambda rng, score: score > 0,
    "a column": lambda rng, score: (score > 0).astype(int)[:, np.newaxis],
    "one class": lambda rng, score: np.full(len(score), 7),
    "several labels": several,
    "two labels": lambda rng, score: several(rng, score)[:, :2],
    "sparse labels": lambda rng, score: sparse.csr_matrix(several(rng, score)),
    "sparse columns": lambda rng, score: sparse.csc_array(several(rng, score)),
    "a sparse column": lambda rng, score: sparse.csr_matrix(several(rng, score)[:, :1]),
    "no labels": lambda rng, score: score,
}
COUNTS = {
    "counts": lambda rng, score: rng.poisson(np.exp(np.clip(score, -3, 3))),
    "two counts": lambda rng, score: rng.poisson(np.exp(np.clip(np.c_[score, -score], -3, 3))),
}
NUMBERS = COUNTS | {
    "numbers": lambda rng, score: score,
    "a column": lambda rng, score: score[:, np.newaxis],
    "integers": lambda rng, score: np.round(3 * score).astype(int),
    "float32": lambda rng, score: score.astype(np.float32),
    "two outputs": lambda rng, score: np.c_[score, score**2],
    "a constant": lambda rng, score: np.full(len(score), 2.5),
}


def thinned(X):
    return np.where(np.abs(X) > 0.5, X, 0.0)


SHAPES = [
    *[lambda X: X] * 5,
    np.asfortranarray,
    lambda X: X.astype(np.float32),
    lambda X: np.round(2 * X).astype(int),
    lambda X: X > 0,
    lambda X: X.tolist(),
    lambda X: sparse.csr_matrix(thinned(X)),
    lambda X: sparse.csc_matrix(thinned(X)),
    lambda X: sparse.coo_matrix(thinned(X)),
    lambda X: sparse.csr_array(thinned(X).astype(np.float32)),
]

CHANGES = [
    {"max_iter": 3},
    {"alpha": 3},
    {"learning_rate_init": 0.05},
    {"tol": 1},
    {"warm_start": True},
    {"warm_start": False},
    {"early_stopping": True},
    {"early_stopping": False},
    {"shuffle": False},
    {"solver": "adam"},
    {"solver": "sgd"},
]


def drawn_weight(rng, rows):
    weight = rng.uniform(0.1, 2.0, rows)
    options = [None, None, None, None, weight, weight.tolist(), np.ceil(2 * weight).astype(int)]
    return pick(
        rng, [*options, weight.astype(np.float32), 2.0, weight * (rng.random(rows) < 0.8), weight[1:]]
    )


OPTIONAL = {
    "alpha": [0.0, 0.1, 1, 10.0],
    "batch_size": [1, 3, 7, 1000, "auto"],
    "learning_rate": ["invscaling", "adaptive"],
    "learning_rate_init": [0.1, 0.01, 1e-6],
    "power_t": [0.1, 0.0, 1, 2.0],
    "shuffle": [False, np.False_],
    "tol": [0.0, 0.5, 1e-2, 100.0, 1],
    "verbose": [True, 1, 2],
    "warm_start": [True],
    "momentum": [0.0, 0.5, 1],
    "nesterovs_momentum": [False],
    "early_stopping": [True],
    "validation_fraction": [0.3, 0.5, 0.02, 0.0],
    "beta_1": [0.0, 0.5],
    "beta_2": [0.5, 0.9],
    "epsilon": [1e-3, 1.0],
    "n_iter_no_change": [1, 2, 3, np.inf],
    "max_fun": [1, 5, 20],
}


def drawn_settings(rng, name):
    settings = {
        "hidden_layer_sizes": pick(rng, [(), 3, (4,), [5, 3], np.array([3, 2]), (3, 3, 3)]),
        "activation": pick(rng, ["relu", "tanh", "logistic", "identity"]),
        "solver": pick(rng, ["adam", "adam", "sgd", "sgd", "lbfgs"]),
        "max_iter": pick(rng, [1, 2, 5, 12, 25]),
        "random_state": int(rng.integers(1000)),
    }
    if settings["solver"] == "lbfgs":
        settings["max_iter"] = min(settings["max_iter"], 8)
    settings |= {key: pick(rng, options) for key, options in OPTIONAL.items() if rng.random() < 0.35}
    if name == "MLPRegressor" and rng.random() < 0.3:
        settings["loss"] = "poisson"
    return settings

"""What operators do to columns before the network: imputers, encoders and scalers, as skl2onnx writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer.exchange.features import Coded, Feature, Number, Text, category_text, filled, normed, scaled
from multilayer.exchange.onnx.columns import Features, Given, array_of, check_count
from multilayer.exchange.onnx.data_types import FLOATS, KINDS

__all__ = ["CHOOSE", "COLUMN_STEPS", "FOR_TABLES", "ONE_HOT"]


def _each(features: Features, change: Callable[..., Feature], *numbers: Any) -> Features:
    """Return the features changed one by one, with numbers along the last axis."""
    spread = [np.broadcast_to(np.asarray(one), features.shape).reshape(-1).tolist() for one in numbers]
    changed = [change(*one) for one in zip(features.flat, *spread, strict=True)]
    return array_of(changed, features.shape)


def _same(given: Given) -> Features:
    return given.features


def _cast(given: Given) -> Features:
    kind = KINDS.get(given.node.attribute("to", 0))
    if kind in FLOATS:
        return given.features
    if kind in ("int32", "int64"):  # of an encoder of whole numbers; what is no whole number, it would cut
        return _each(given.features, _as_text)
    raise InputError(
        "it makes texts or truth values of columns; expected numbers, or categories as they stand"
    )


def _as_text(feature: Feature) -> Text | Coded:
    if isinstance(feature, Number) and feature.is_plain:
        return Text(feature.column)
    if isinstance(feature, Text):
        return feature
    if isinstance(feature, Coded) and all(
        value.is_integer() for value in (feature.other, *(value for _, value in feature.values))
    ):
        return feature
    raise InputError("column {name} is cut to whole numbers", name=quoted(feature.column))


def _concat(given: Given) -> Features:
    parts = [given.known[name] for name in given.node.inputs if name in given.known]
    if len(parts) < len(given.node.inputs):
        raise InputError("it joins columns and constants")
    if given.node.attribute("axis", 0) == 0:
        raise InputError("it joins samples")
    check_count(sum(part.size for part in parts))
    return np.concatenate(parts, axis=given.axis(0))


def _chosen(given: Given) -> Features:
    places = given.constant(1)
    axis = -1 if given.node.domain else given.axis(0)
    if not given.node.domain and given.node.attribute("axis", 0) == 0:
        raise InputError("it chooses samples")
    return np.take(given.features, places.reshape(-1).astype(np.int64), axis=axis)


def _reshape(given: Given) -> Features:
    sizes = given.constant(1).reshape(-1).tolist()
    features = given.features
    if not sizes or sizes[0] not in (-1, 0) or (sizes[0] == -1 and -1 in sizes[1:]):
        raise InputError("it makes the shape {sizes}; expected a row for each sample", sizes=sizes[:9])
    return features.reshape(sizes[1:] or (1,))


def _flatten(given: Given) -> Features:
    if given.node.attribute("axis", 1) != 1:
        raise InputError("it joins samples")
    return given.features.reshape(-1)


def _shifted(sign: float) -> Callable[[Given], Features]:
    def rule(given: Given) -> Features:
        features, numbers, first = _with_constant(given)
        factor, times = (1.0, sign) if first else (sign, 1.0)
        return _each(features, lambda one, shift: scaled(one, factor, times * shift), numbers)

    return rule


def _multiplied(given: Given) -> Features:
    features, numbers, _ = _with_constant(given)
    return _each(features, lambda one, factor: scaled(one, factor, 0.0), numbers)


def _with_constant(given: Given) -> tuple[Features, NDArray[np.float64], bool]:
    """Return the features and the numbers of an operator of both, and whether the features come first."""
    features = given.features
    first = given.node.inputs[0] in given.known
    return features, _numbers(given.constant(1 if first else 0)), first


def _divided(given: Given) -> Features:
    by = _numbers(given.constant(1))
    if not np.all(by):
        raise InputError("it divides by 0")
    return _each(given.features, lambda one, factor: scaled(one, 1.0 / factor, 0.0), by)


def _numbers(array: NDArray[Any]) -> NDArray[np.float64]:
    """Return constants, which may have the axis of samples before."""
    if array.dtype.kind not in "fiu":
        raise InputError("its constant is no number")
    numbers = array.astype(np.float64)
    return numbers[0] if numbers.ndim > 1 and numbers.shape[0] == 1 else numbers


def _scaler(given: Given) -> Features:
    offset, scale = (
        given.node.attribute(name, (default,)) for name, default in (("offset", 0.0), ("scale", 1.0))
    )
    return _each(given.features, lambda one, at, by: scaled(scaled(one, 1.0, -at), by, 0.0), offset, scale)


def _imputer(given: Given) -> Features:
    node = given.node
    node.refuse_others("imputed_value_floats", "replaced_value_float")
    if not np.isnan(node.attribute("replaced_value_float", 0.0)):
        raise InputError("it fills another value than a gap; expected nan")
    return _each(given.features, filled, node.attribute("imputed_value_floats", (0.0,)))


_NORMS = {"L1": "l1", "L2": "l2", "MAX": "largest"}
"""ONNX has MAX as x / max x, and ONNX Runtime computes that; max |x| is scikit-learn's."""


def _normalizer(given: Given) -> Features:
    given.node.refuse_others("norm")
    name = given.node.attribute("norm", "MAX")
    if name not in _NORMS:
        raise InputError("its norm is {norm!r}; expected MAX, L1 or L2", norm=name)
    features = given.features
    if features.ndim != 1:
        raise InputError("it takes a sample of several axes; expected columns side by side")
    return array_of(normed(features, _NORMS[name]), features.shape)


ONE_HOT = "ai.onnx.ml.OneHotEncoder"


def _one_hot(given: Given) -> Features:
    node = given.node
    node.refuse_others("cats_strings", "cats_int64s", "zeros")
    categories = _texts(node.attribute("cats_strings", ()) or node.attribute("cats_int64s", ()))
    columns = _raw(given)
    check_count(columns.size * len(categories))
    made = [
        Coded(text.column, categories, ((category, 1.0),)) for text in columns.flat for category in categories
    ]
    return array_of(made, (*columns.shape, len(categories)))


_KEYS = ("keys_strings", "keys_int64s", "keys_floats", "keys_tensor")
_VALUES = ("values_int64s", "values_floats", "values_tensor")
_DEFAULTS = {"values_int64s": ("default_int64", -1), "values_floats": ("default_float", -0.0)}


def _label_encoder(given: Given) -> Features:
    node = given.node
    keys = next((name for name in _KEYS if name in node.attributes), None)
    values = next((name for name in _VALUES if name in node.attributes), None)
    if keys is None or values is None:
        raise InputError("it makes no numbers of categories")
    name, default = _DEFAULTS.get(values, ("default_tensor", -1))
    other = float(np.asarray(node.attributes.get(name, default)).reshape(-1)[0])
    texts = _texts(np.asarray(node.attributes[keys], object).reshape(-1))
    numbers = np.asarray(node.attributes[values], np.float64).reshape(-1).tolist()
    if len(texts) != len(numbers) or not np.isfinite([*numbers, other]).all():
        raise InputError("its keys and values do not fit each other")
    coded = tuple(zip(texts, numbers, strict=True))
    return _each(_raw(given), lambda text: Coded(text.column, texts, coded, other))


def _raw(given: Given) -> Features:
    """Return columns of categories, which may be whole numbers."""
    return _each(given.features, _only_text)


def _only_text(feature: Feature) -> Text:
    if isinstance(feature, Text):
        return feature
    if isinstance(feature, Number) and feature.is_plain:
        return Text(feature.column)
    raise InputError("column {name} is encoded behind another step", name=quoted(feature.column))


def _texts(categories: Any) -> tuple[str, ...]:
    """Return categories as those of a table.

    Raises
    ------
    InputError
        Where two of them are one category of a table, or there is none.
    """
    found = tuple(map(category_text, categories))
    if len(set(found)) < len(found) or not found:
        raise InputError(
            "it has no categories, or two that differ in spaces alone, which a table does not keep"
        )
    return found


CHOOSE = ("Gather", "ai.onnx.ml.ArrayFeatureExtractor")
NORMALIZER = "ai.onnx.ml.Normalizer"
FOR_TABLES = ("ai.onnx.ml.Imputer", NORMALIZER, ONE_HOT, "ai.onnx.ml.LabelEncoder")
COLUMN_STEPS: dict[str, Callable[[Given], Features]] = {
    "Identity": _same,
    "Cast": _cast,
    "Concat": _concat,
    **dict.fromkeys(CHOOSE, _chosen),
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Add": _shifted(1.0),
    "Sub": _shifted(-1.0),
    "Mul": _multiplied,
    "Div": _divided,
    "ai.onnx.ml.Scaler": _scaler,
    "ai.onnx.ml.Imputer": _imputer,
    NORMALIZER: _normalizer,
    ONE_HOT: _one_hot,
    "ai.onnx.ml.LabelEncoder": _label_encoder,
}

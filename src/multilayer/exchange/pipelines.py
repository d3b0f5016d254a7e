"""Pipelines of scikit-learn that take a table: imputers, encoders and scalers before an MLP, as a model of a table.

They are recognized by their attributes; scikit-learn is not imported. Each step changes the features of
`multilayer.exchange.features`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill
from multilayer.exchange.assembly import table_model
from multilayer.exchange.features import (
    Coded,
    Feature,
    Gap,
    Number,
    Text,
    category_text,
    filled,
    is_missing,
    normed,
    scaled,
)
from multilayer.interop.containers import PipelineStep, has_transformed_targets, scaling_of, with_targets
from multilayer.interop.conversion import calibrated, calibrated_networks, from_model
from multilayer.network import MLP
from multilayer.tables import Model

__all__ = ["holds_table", "model_of"]


def holds_table(model: Any) -> bool:
    """Whether a model is a fitted pipeline with a step that is for tables, or holds one, or is a mean of networks."""
    model = getattr(model, "best_estimator_", model)
    if has_transformed_targets(model):
        return holds_table(model.regressor_)
    members = getattr(model, "calibrated_classifiers_", ())
    if len(members) > 1 or any(holds_table(_within(member)) for member in members):
        return True
    return any(_rule_of(step) is not None for step in _steps(model))


def _steps(model: Any) -> Iterator[Any]:
    """Yield the steps of a pipeline, and of pipelines within."""
    if hasattr(model, "steps"):
        for _, step in model.steps:
            yield from _steps(step)
    else:
        yield model


def model_of(pipeline: Any) -> tuple[Model, tuple[str, ...]]:
    """Return the model of a table that a fitted pipeline is, and notes.

    Raises
    ------
    InputError
        For a transformer that no model of a table has, by its name.
    """
    pipeline = getattr(pipeline, "best_estimator_", pipeline)
    if has_transformed_targets(pipeline):
        steps, last = _split(pipeline.regressor_)
        networks: Sequence[MLP] = [with_targets(from_model(last), pipeline.transformer_)]
    elif hasattr(member := _first_member(pipeline), "steps"):
        steps, last = _split(member)
        networks = [calibrated(pipeline.calibrated_classifiers_[0], from_model(last), pipeline)]
    else:
        steps, last = _split(pipeline)
        networks = calibrated_networks(last) or [from_model(last)]
    features = _inputs(steps[0].transformer if steps else last)
    for step in steps:
        with located(str(step)):
            features = _after(step.transformer, features)
    model, notes = table_model(features, networks, "target")
    said = fill(
        "columns are prepared as in the pipeline, and rounded to float32; a category that training had not has all of "
        "its inputs off, or is -1 where categories are numbered; a gap that no imputer fills is 0 after scaling"
    )
    return model, (said, *notes)


def _within(member: Any) -> Any:
    """Return the classifier of a member of a CalibratedClassifierCV, out of a FrozenEstimator."""
    inner = member.estimator
    return inner.estimator if type(inner).__module__.startswith("sklearn.frozen") else inner


def _first_member(model: Any) -> Any:
    """Return the one classifier that a CalibratedClassifierCV calibrates; None for another model.

    Raises
    ------
    InputError
        For several pipelines, of which each prepares columns in its own way.
    """
    members = getattr(model, "calibrated_classifiers_", ())
    found = [_within(member) for member in members]
    if len(found) > 1 and any(map(holds_table, found)):
        raise InputError(
            "it calibrates {count} pipelines, of which each prepares columns in its own way; fit it with "
            "ensemble=False, or calibrate the last step of the pipeline",
            count=len(found),
        )
    return found[0] if len(found) == 1 else None


def _split(pipeline: Any) -> tuple[list[PipelineStep], Any]:
    if not hasattr(pipeline, "steps"):
        return [], pipeline
    *before, (_, last) = pipeline.steps
    return [PipelineStep(name, step) for name, step in before], last


def _inputs(fitted: Any) -> list[Feature]:
    """Return the columns of the table that something was fitted on: by name, or x1, x2, ... where it was an array.

    Which ones hold categories is seen at what encodes them.
    """
    names = getattr(fitted, "feature_names_in_", None)
    if names is None:
        names = [f"x{place}" for place in range(1, fitted.n_features_in_ + 1)]
    return [Number(str(name)) for name in names]


def _after(transformer: Any, features: list[Feature]) -> list[Feature]:
    """Return the features after a transformer."""
    if _does_nothing(transformer):
        return features
    if hasattr(transformer, "steps"):
        for _, step in transformer.steps:
            features = _after(step, features)
        return features
    rule = _rule_of(transformer)
    return _scaled(transformer, features) if rule is None else rule(transformer, features)


def _does_nothing(transformer: Any) -> bool:
    function = getattr(
        transformer, "func", 0
    )  # a FunctionTransformer without one is what "passthrough" becomes
    return transformer is None or function is None or _is(transformer, "passthrough")


def _is(transformer: Any, word: str) -> bool:
    return isinstance(transformer, str) and transformer == word


def _of_columns(transformer: Any, features: list[Feature]) -> list[Feature]:
    """Return the features of a ColumnTransformer, one transformer after another."""
    made: list[Feature] = []
    chosen = transformer._transformer_to_input_indices
    for name, inner, _ in transformer.transformers_:
        if not _is(inner, "drop"):
            with located(f"transformer {name}"):
                made += _after(inner, [features[place] for place in chosen[name]])
    return made


def _filled(imputer: Any, features: list[Feature]) -> list[Feature]:
    if not is_missing(imputer.missing_values):
        raise InputError("its imputer fills another value than a gap; expected missing_values=np.nan or None")
    if len(imputer.statistics_) != len(features) or any(map(is_missing, imputer.statistics_)):
        raise InputError("its imputer leaves out columns; fit the pipeline without columns that are empty")
    made = [
        filled(_as_text(feature) if isinstance(value, str) else feature, value)
        for feature, value in zip(features, imputer.statistics_, strict=True)
    ]
    indicator = imputer.indicator_
    return made + [Gap(features[place].column) for place in getattr(indicator, "features_", ())]


def _scaled(scaler: Any, features: list[Feature]) -> list[Feature]:
    affine = scaling_of(scaler, len(features))
    numbers = zip(affine.centre, affine.std, affine.scale, affine.shift, strict=True)
    return [
        scaled(scaled(feature, 1.0, -float(centre)), float(scale / std), float(shift))
        for feature, (centre, std, scale, shift) in zip(features, numbers, strict=True)
    ]


def _over_norm(normalizer: Any, features: list[Feature]) -> list[Feature]:
    """Return numbers over their norm; scikit-learn leaves a row of a smaller one than 10 eps of float64."""
    if normalizer.norm not in ("l1", "l2", "max"):
        raise InputError("its norm is {norm!r}; expected 'l1', 'l2' or 'max'", norm=normalizer.norm)
    least = float(np.nextafter(10.0 * np.finfo(np.float64).eps, 0.0))
    return normed(features, normalizer.norm, least)


def _as_text(feature: Feature) -> Text:
    """Return a column of categories, which may be numbers.

    Raises
    ------
    InputError
        Where something was done with its numbers before.
    """
    if isinstance(feature, Text):
        return feature
    if not isinstance(feature, Number) or (feature.centre, feature.scale) != (0.0, 1.0):
        raise InputError("it encodes numbers that were scaled; expected a column as it stands")
    return Text(feature.column, None if feature.missing is None else category_text(feature.missing))


def _coded(feature: Feature, categories: tuple[str, ...], values: dict[str, float], other: float) -> Coded:
    """Return a number for each category; a gap has that of its category, or of the one that an imputer makes it."""
    text = _as_text(feature)
    of_gaps = text.missing or ""
    missing = values.get(of_gaps, other) if of_gaps or "" in categories else None
    own = tuple((category, value) for category, value in values.items() if value != other)
    return Coded(text.column, categories, own, other, missing)


def _one_hot(encoder: Any, features: list[Feature]) -> list[Feature]:
    if getattr(encoder, "_infrequent_enabled", False):
        raise InputError("it is no OneHotEncoder of all categories; expected one without min_frequency")
    made: list[Feature] = []
    for place, (feature, categories) in enumerate(zip(features, _categories(encoder), strict=True)):
        dropped = None if encoder.drop_idx_ is None else encoder.drop_idx_[place]
        made += [
            _coded(feature, categories, {category: 1.0}, 0.0)
            for code, category in enumerate(categories)
            if code != dropped
        ]
    return made


def _ordinal(encoder: Any, features: list[Feature]) -> list[Feature]:
    if getattr(encoder, "_infrequent_enabled", False):
        raise InputError("it is no OrdinalEncoder of all categories; expected one without min_frequency")
    unknown = -1.0 if encoder.unknown_value is None else float(encoder.unknown_value)
    made: list[Feature] = []
    for feature, categories in zip(features, _categories(encoder), strict=True):
        codes = {category: float(code) for code, category in enumerate(categories)}
        if "" in codes:
            codes[""] = float(encoder.encoded_missing_value)
        if any(map(is_missing, (*codes.values(), unknown))):
            raise InputError("it makes some categories nan, which no network takes; give them a number")
        made.append(_coded(feature, categories, codes, unknown))
    return made


def _categories(encoder: Any) -> list[tuple[str, ...]]:
    """Return the categories of each column as texts.

    Raises
    ------
    InputError
        Where two of them are one category of a table.
    """
    found = [tuple(map(category_text, categories.tolist())) for categories in encoder.categories_]
    for texts in found:
        if len(set(texts)) < len(texts):
            raise InputError("two of its categories differ in spaces alone, which a table does not keep")
    return found


_RULES: dict[str, Callable[[Any, list[Feature]], list[Feature]]] = {
    "ColumnTransformer": _of_columns,
    "SimpleImputer": _filled,
    "Normalizer": _over_norm,
    "OneHotEncoder": _one_hot,
    "OrdinalEncoder": _ordinal,
}
"""By the class that defines transform. What is not among them is a scaler, or refused."""


def _rule_of(transformer: Any) -> Callable[[Any, list[Feature]], list[Feature]] | None:
    transform: Any = getattr(type(transformer), "transform", None)
    if not getattr(transform, "__module__", "").startswith("sklearn."):
        return None
    return _RULES.get(transform.__qualname__.partition(".")[0])

"""A model of a table out of features and networks: the weights change their order alone, and keep their bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer.activations import Identity, Sigmoid, Softmax
from multilayer.exchange.features import Coded, Feature, Gap, Normed, Number, Text
from multilayer.interop.containers import Affine
from multilayer.network import MLP, Dense
from multilayer.tables import ColumnSchema, Encoder, Model, Target
from multilayer.tables.encoder import ColumnEncoder
from multilayer.tables.row_norm import RowNorm
from multilayer.tables.texts import is_gap
from multilayer.tables.transforms.categories import OneHot
from multilayer.tables.transforms.linear import Linear
from multilayer.tables.transforms.missing import Indicator
from multilayer.tables.transforms.transform import Transform

__all__ = ["table_model"]

_LARGEST = float(np.finfo(np.float64).max)
_MOST_WEIGHTS = 2**24
"""Of the first layer, unless the file has as many: a category takes an input where a file may have a number alone."""


def table_model(features: Sequence[Feature], networks: Sequence[MLP], target: str) -> tuple[Model, list[str]]:
    """Return the model of a table whose networks take these features in this order, and notes.

    Its networks have the same classes. Inputs are put into the order of the columns, and the rows of the first weights
    with them.

    Raises
    ------
    InputError
        Where the features do not fit the networks, or no model of a table has such an output.
    """
    if len(features) != networks[0].widths[0]:
        raise InputError(
            "its transformers make {columns} columns, but the network takes {inputs} inputs",
            columns=len(features),
            inputs=networks[0].widths[0],
        )
    columns: dict[str, list[tuple[int, Feature]]] = {}
    for row, feature in enumerate(features):
        before = feature.before if isinstance(feature, Normed) else feature
        columns.setdefault(feature.column, []).append((row, before))
    notes: list[str] = []
    encoders, order = [], list[int | None]()
    for name, found in columns.items():
        encoder, rows = _column(name, found, notes)
        encoders.append(encoder)
        order += rows
    aim, ended = _target(networks, target)
    first = [_behind_norms(one.layers[0], features, notes) for one in ended]
    made = tuple(
        MLP([_reordered(layer, order), *one.layers[1:]]) for layer, one in zip(first, ended, strict=True)
    )
    return Model(Encoder(tuple(encoders), norms=_norms(features, order)), made, aim), list(
        dict.fromkeys(notes)
    )


def _norms(features: Sequence[Feature], order: Sequence[int | None]) -> tuple[RowNorm, ...]:
    """Return the norms of rows, over the inputs that features become; `order` has the feature of each input."""
    groups = dict.fromkeys(one.group for one in features if isinstance(one, Normed))
    made = []
    for group in groups:
        members = {row for row, one in enumerate(features) if isinstance(one, Normed) and one.group is group}
        places = tuple(place for place, row in enumerate(order) if row in members)
        # Of the inputs of one feature all but one are 0, which changes no norm but this.
        if group.norm == "largest" and len(places) > len(members):
            raise InputError(
                "it divides by the largest of numbers that categories are coded by, and a model of a table has several "
                "inputs of such a number"
            )
        made.append(RowNorm(group.norm, places, group.least))
    return tuple(made)


def _behind_norms(layer: Dense, features: Sequence[Feature], notes: list[str]) -> Dense:
    """Return a first layer with what features are scaled by behind their norm, in float64, rounded once."""
    scales = [(one.factor, one.shift) if isinstance(one, Normed) else (1.0, 0.0) for one in features]
    factor, shift = np.array(scales).T
    if np.all(factor == 1.0) and not np.any(shift):
        return layer
    behind = Affine(-shift / factor, 1.0 / factor, np.ones(len(factor)), np.zeros(len(factor)))
    behind.check_before(layer.dtype)
    W, b = behind.before(layer.W.astype(np.float64), layer.b.astype(np.float64))
    notes.append(
        fill("a scale behind the norm of rows is folded into the first weights, in float64, rounded once")
    )
    return Dense(W.astype(layer.dtype), b.astype(layer.dtype), layer.activation)


def _reordered(layer: Dense, order: Sequence[int | None]) -> Dense:
    count, most = len(order) * layer.units, max(_MOST_WEIGHTS, 2 * layer.W.size)
    if count > most:
        raise InputError(
            "its categories need {count:,} weights in the first layer; expected {most:,} at most",
            count=count,
            most=most,
        )
    nothing = np.zeros_like(layer.W[0])
    W = np.array([nothing if row is None else layer.W[row] for row in order])
    return Dense(W, layer.b, layer.activation)


_Rows: TypeAlias = list[int | None]
"""The row of the first weights of each input; None for an input of no weight."""


def _column(name: str, found: list[tuple[int, Feature]], notes: list[str]) -> tuple[ColumnEncoder, _Rows]:
    """Return the transforms of a column, and the row of the first weights of each of their inputs."""
    if any(isinstance(one, Text) for _, one in found):
        raise InputError(
            "column {name} holds categories; expected a step that encodes them", name=quoted(name)
        )
    coded = [(row, one) for row, one in found if isinstance(one, Coded)]
    if coded and any(isinstance(one, Number) for _, one in found):
        raise InputError(
            "column {name} is taken as a number and as a category; expected one of them", name=quoted(name)
        )
    categories = _categories(name, (one for _, one in coded), notes)
    transforms, rows = _of_categories(categories, [(row, _without_gaps(one)) for row, one in coded])
    for row, one in found:
        if isinstance(one, Number):
            transforms.append(Linear(one.centre, one.scale, one.missing or 0.0))
            rows.append(row)
        elif isinstance(one, Gap):
            transforms.append(Indicator(one.off, one.on))
            rows.append(row)
    schema = ColumnSchema(name, "category", categories) if coded else ColumnSchema(name, "number")
    return ColumnEncoder(schema, tuple(transforms)), rows


def _categories(name: str, coded: Iterable[Coded], notes: list[str]) -> tuple[str, ...]:
    """Return the categories of a column. One that is written like a gap is what stands for missing values."""
    texts = dict.fromkeys(text for own in dict.fromkeys(one.categories for one in coded) for text in own)
    gaps = [text for text in texts if is_gap(text)]
    if len(gaps) > 1:
        raise InputError(
            "column {name}: {one} and {other} are categories, but in a table both are gaps",
            name=quoted(name),
            one=quoted(gaps[0]),
            other=quoted(gaps[1]),
        )
    if gaps:
        notes.append(
            fill(
                "column {name}: the category {gap} is a gap in a table",
                name=quoted(name),
                gap=quoted(gaps[0]),
            )
        )
    return tuple(text for text in texts if not is_gap(text))


def _without_gaps(one: Coded) -> Coded:
    """Return the feature with the number of a category that is a gap as that of what is missing."""
    values, missing = dict(one.values), one.missing
    for gap in filter(is_gap, one.categories):
        number = values.pop(gap, one.other)
        if missing not in (None, number):
            raise InputError(
                "column {name}: {gap} is a category, but in a table it is a gap, which is filled by another one",
                name=quoted(one.column),
                gap=quoted(gap),
            )
        missing = number
    return replace(one, values=tuple(values.items()), missing=one.other if missing is None else missing)


def _of_categories(
    categories: Sequence[str], coded: Sequence[tuple[int, Coded]]
) -> tuple[list[Transform], _Rows]:
    """Return transforms: one input for each category where features have one of their own, the rest one by one.

    A feature that has another number for each category becomes inputs of one weight, of which one at most is not 0: so
    its product is rounded once, as that of the feature itself.
    """
    places = {category: place for place, category in enumerate(categories)}
    count = len(categories)
    off, on = np.zeros(count), np.zeros(count)
    slots: _Rows = [None] * count
    transforms: list[Transform] = []
    rows: _Rows = []
    for row, one in coded:
        differ = [(places[text], value) for text, value in one.values if value != one.other]
        if len(differ) == 1 and one.missing == one.other and slots[differ[0][0]] is None:
            place, value = differ[0]
            slots[place], off[place], on[place] = row, one.other, value
            continue
        if differ:
            codes = np.full(count + 1, one.other)
            codes[[place for place, _ in differ]] = [value for _, value in differ]
            transforms.append(OneHot(np.zeros(count + 1), codes, other=True))
            rows += [row] * (count + 1)
        if not differ or one.missing:
            transforms.append(Indicator(0.0 if differ else one.other, one.missing or 0.0))
            rows.append(row)
    if any(slot is not None for slot in slots):
        return [OneHot(off, on, other=False), *transforms], [*slots, *rows]
    return transforms, rows


def _target(networks: Sequence[MLP], name: str) -> tuple[Target, Sequence[MLP]]:
    """Return what the networks predict, and the networks with an output for each class."""
    last, classes = networks[0].layers[-1], networks[0].classes
    if classes is None and isinstance(last.activation, Softmax):
        classes = tuple(range(last.units))
    if classes is None and isinstance(last.activation, Sigmoid) and last.units == 1:
        classes = (0, 1)
    if classes is None:
        if last.units > 1:
            raise InputError("it predicts several targets; a model of a table has one")
        return Target(name, "regression", low=-_LARGEST, high=_LARGEST), [
            _of_quantity(one) for one in networks
        ]
    return Target(name, "classification", classes), [_of_classes(one) for one in networks]


def _of_quantity(network: MLP) -> MLP:
    """Return a network that ends in the identity, as a model of a table does."""
    if isinstance(network.layers[-1].activation, Identity):
        return network
    one = np.ones((1, 1), network.dtype)
    return MLP([*network.layers, Dense(one, np.zeros(1, network.dtype))])


def _of_classes(network: MLP) -> MLP:
    *others, last = network.layers
    if last.units > 1:
        return network
    # softmax of 0 and a is 1 - sigmoid(a) and sigmoid(a)
    W, b = np.hstack([np.zeros_like(last.W), last.W]), np.concatenate([np.zeros_like(last.b), last.b])
    return MLP([*others, Dense(W, b, "softmax")])

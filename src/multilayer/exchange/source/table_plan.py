"""A model of a table as source: what becomes of each column, its networks, and rows to test it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill
from multilayer.exchange.source.kernels.coefficients import Table
from multilayer.exchange.source.kernels.rows import softmax_f64
from multilayer.exchange.source.languages.dialect import Dialect
from multilayer.exchange.source.plan import LayerPlan, Plan, digest_of, plan_of
from multilayer.exchange.source.program import Program
from multilayer.exchange.source.table_inputs import (
    TRANSFORMS,
    Cell,
    kernels_of_norm,
    norm_statements,
    tables_of,
)
from multilayer.exchange.table_proof import Rows
from multilayer.network import MLP, Dense
from multilayer.tables.columns import Columns, ColumnSchema
from multilayer.tables.model import Model
from multilayer.tables.transforms.transform import Transform

__all__ = ["TablePlan", "bound_of", "table_plan_of", "texts_of"]

_TEST_ROWS = 12
_CELLS = {"number": "v", "category": "c", "date": "d"}
"""Where source has the values of columns of each kind."""


@dataclass(frozen=True)
class TablePlan:
    """A model that can be written as source."""

    model: Model
    members: tuple[Plan, ...]
    """Networks that end in weighted sums; their layers are numbered through."""
    rows: tuple[tuple[str, ...], ...]
    """Rows to test with, as texts, and what the model makes of them, (rows, answers)."""
    answers: NDArray[np.float64]

    @property
    def name(self) -> str:
        return self.members[0].name

    @property
    def origin(self) -> tuple[str, ...]:
        """Return lines on what the source was made of; nothing in them was written by a user."""
        first, *_ = self.members[0].origin
        return (
            first,
            f"{len(self.members)} networks of a table, {len(self.schema)} columns, {self.model.encoder.width} inputs; "
            "sha256 of all W and b:",
            digest_of(self.layers),
        )

    @property
    def answer(self) -> str:
        """What is predicted."""
        return "the probabilities of the classes" if self.model.target.classes else "the quantity"

    @property
    def exactness(self) -> str:
        """How near answers are to the model's, in a sentence."""
        if self.bound:
            return f"Answers are those of the model to {self.bound:.1e} of their value."
        return "Answers have the bits of the model's."

    @property
    def schema(self) -> tuple[ColumnSchema, ...]:
        return self.model.encoder.schema

    @property
    def has_dates(self) -> bool:
        return any(one.kind == "date" for one in self.schema)

    @property
    def layers(self) -> tuple[LayerPlan, ...]:
        return tuple(chain.from_iterable(member.layers for member in self.members))

    @property
    def bound(self) -> float:
        """How far an answer may be from the model's, of its value."""
        return bound_of(self.model)

    def combination(self, literal: Callable[[float, str], str], copy: str, divided: str) -> dict[str, Any]:
        """Return the numbers of target and calibration: `copy` and `divided` are the logits, by the temperature."""
        target, calibration = self.model.target, self.model.calibration
        places = {"members": len(self.members), "classes": len(target.classes), "logits": copy, "share": "s"}
        places |= {name: literal(getattr(target, name), "f64") for name in ("scale", "offset", "low", "high")}
        if calibration is not None:
            n = literal(calibration.rows, "f64")
            places["logits"] = divided.format(literal(calibration.temperature, "f64"))
            places["share"] = f"({n} * s + {literal(1 / len(target.classes), 'f64')}) / ({n} + 1.0)"
        return places

    def parts(self, dialect_of: Callable[[str], Dialect]) -> list[str]:
        """Return the kernels of networks and columns as text, each once, with all that they need.

        `dialect_of` returns a dialect for networks of type f32 or f64.
        """
        real = self.members[0].real
        network, answers = Program(dialect_of(real), real), Program(dialect_of("f64"), "f64")
        for layer in self.layers:
            network.add(layer.kernel)
        for kernel in dict.fromkeys(chain.from_iterable(self._kernels())):
            network.add(kernel)
        if self.model.target.classes:
            answers.add(softmax_f64)
        network.parts |= answers.parts
        network.primitives |= answers.primitives
        return [*network.texts(), *(network.dialect.table(one) for one in self._tables())]

    def _kernels(self) -> Iterator[tuple[Any, ...]]:
        for column in self.model.encoder.columns:
            for one in column.transforms:
                yield TRANSFORMS[type(one)][0]
        for norm in self.model.encoder.norms:
            yield kernels_of_norm(norm)

    def _tables(self) -> Iterator[Table]:
        found = (table for place, one in self._transforms() for table in tables_of(one, place))
        yield from {table.name: table for table in found}.values()

    def _transforms(self) -> Iterator[tuple[int, Transform]]:
        """Return each transform with the place of its first input."""
        encoder = self.model.encoder
        all_of_them = [one for column in encoder.columns for one in column.transforms]
        widths = [len(names) for column in encoder.columns for names in column.names]
        yield from zip(accumulate(widths, initial=0), all_of_them, strict=False)

    def inputs(self, dialect: Dialect) -> list[str]:
        """Return an expression for each input, of v[i] where column i is a number, c[i] a category, d[i] a date."""
        number = lambda value: dialect.number(float(value), "f64")  # noqa: E731
        equal = dialect.comparisons.get("==", "==")
        places = iter(self._transforms())
        found = []
        for i, column in enumerate(self.model.encoder.columns):
            cell = Cell(f"{_CELLS[column.schema.kind]}[{i}]", number, equal)
            for _ in column.transforms:
                place, one = next(places)
                found += TRANSFORMS[type(one)][1](one, cell, place)
        return found

    def norms(self, dialect: Dialect, indent: str) -> str:
        """Return the statements behind the expressions of all inputs, in lines."""
        lines = norm_statements(self.model.encoder.norms, dialect)
        return "".join(f"{indent}{line}\n" for line in lines)


def bound_of(model: Model) -> float:
    """Return how far an answer of the source may be from the model's, of its value.

    It is 0 without a calibration, for which NumPy computes exponentials, whose last bit depends on the machine.
    """
    if model.calibration is None:
        return 0.0
    return (len(model.target.classes) + 8) * float(np.finfo(np.float64).eps)


def table_plan_of(model: Model, name: str) -> TablePlan:
    """Return what to write of a model of a table.

    Raises
    ------
    InputError
        For what `plan_of` refuses in one of the networks.
    """
    members: list[Plan] = []
    layers = 0
    for number, network in enumerate(model.networks, 1):
        last = network.layers[-1]
        with located(fill("network {number}", number=number)):
            plan = plan_of(MLP([*network.layers[:-1], Dense(last.W, last.b)]), name)
            if members and plan.real != members[0].real:
                raise InputError(
                    "expected the type of network 1, {first}, found {dtype}",
                    first=model.networks[0].dtype,
                    dtype=network.dtype,
                )
        members.append(
            replace(plan, layers=tuple(replace(one, number=layers + one.number) for one in plan.layers))
        )
        layers += len(plan.layers)
    columns = Rows().of(model).take(slice(_TEST_ROWS))
    rows = texts_of(columns)
    return TablePlan(model, tuple(members), rows, model(columns).reshape(len(rows), -1))


def texts_of(columns: Columns) -> tuple[tuple[str, ...], ...]:
    """Return rows of texts, "" where a value is missing."""
    texts = zip(*(column.texts() for column in columns), strict=True)
    return tuple(tuple("" if text is None else text for text in row) for row in texts)

"""The target of a table: what is learned, as numbers for training, and back to words.

Which task it is, by the first rule that applies:

1. The task that the user sets.
2. Categories are classes. Dates, text and names of rows are refused.
3. A number is a class where there are two different whole numbers, or where whole numbers count up by one from 0 or 1,
   ten at most, each in ten rows or more on average.
4. Any other number is a quantity: regression.

`task_of` names the rule. Classes keep their type: categories that are all whole numbers are integers, "false"
and "true" are truth values, anything else is text; they stand in ascending order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.network.labels import Label, array_of_labels, class_numbers
from multilayer.tables.columns import Column
from multilayer.tables.moments import Moments
from multilayer.tables.target_rows import check_rows, refuse_gaps

__all__ = ["TASKS", "Target", "Task", "task_of"]

Task: TypeAlias = Literal["classification", "regression"]
TASKS: tuple[Task, ...] = get_args(Task)

_FEW = 10
_ROWS_OF_CLASS = 10
_LARGEST = 2.0**53
"""Up to here each whole number is a float."""


@dataclass(frozen=True)
class Target:
    """What is learned: classes, or a quantity.

    Parameters
    ----------
    name : str
        The column.
    task : str
        "classification" or "regression".
    classes : tuple of str, int, float or bool
        For classification, in the order of the network's outputs.
    offset, scale : float
        For regression: mean and standard deviation in training; networks learn z = (y - offset) / scale.
    low, high : float
        For regression: the range in training; predictions stay within it.

    Examples
    --------
    >>> target = Target.of(Column("price", "number", np.array([1.0, 2.0, 6.5])))
    >>> target.task, target.decode([0.0, 100.0]).round(3).tolist()
    ('regression', [3.167, 6.5])
    """

    name: str
    task: Task
    classes: tuple[Label, ...] = ()
    offset: float = 0.0
    scale: float = 1.0
    low: float = 0.0
    high: float = 0.0

    @classmethod
    def of(
        cls,
        column: Column,
        task: Task | None = None,
        *,
        rows: int | None = None,
        moments: Moments | None = None,
    ) -> Target:
        """Return the target that a column is; `task_of` has the rule where no task is given.

        Where a column has each of its values once, `rows` is how many there are, and of numbers `moments` are theirs.

        Raises
        ------
        InputError
            When there are gaps, or nothing to learn: one class, a constant, a name for each row.
        """
        if task is not None and task not in TASKS:
            raise InputError(
                "task must be one of {tasks}; got {task}", tasks=", ".join(TASKS), task=quoted(str(task))
            )
        rows = len(column.values) if rows is None else rows
        check_rows(column, rows)
        task = task_of(column, rows)[0] if task is None else task
        return _classes_of(column, rows) if task == "classification" else _quantity_of(column, moments)

    @property
    def outputs(self) -> int:
        """How many outputs a network of this target has."""
        return len(self.classes) if self.task == "classification" else 1

    def encode(self, column: Column) -> NDArray[Any]:
        """Return y as networks learn it: numbers of classes, int64, or standardized quantities, float64.

        Raises
        ------
        InputError
            When there are gaps, or classes that training had not.
        """
        refuse_gaps(column)
        if self.task == "regression":
            return (_numbers(column, _NUMBERS_AS_IN_TRAINING) - self.offset) / self.scale
        labels, members = _labels(column)
        numbers = class_numbers(
            self.classes,
            labels,
            name=fill("column {name}", name=quoted(column.name)),
            whose="target",
            advice=fill("; expected the classes of training: leave these rows out"),
        )
        return numbers if members is None else numbers[members]

    def decode(self, z: ArrayLike) -> NDArray[Any]:
        """Return the classes of these numbers of classes, or the quantities of these outputs, within the range."""
        if self.task == "classification":
            return array_of_labels(self.classes)[np.asarray(z, np.intp)]
        quantities: NDArray[np.float64] = np.clip(
            self.unscaled(np.asarray(z, np.float64)), self.low, self.high
        )
        return quantities

    def unscaled(self, y: NDArray[Any]) -> NDArray[Any]:
        """Return the quantities of what `encode` returned; the numbers of classes as they are."""
        return y if self.task == "classification" else y * self.scale + self.offset


def task_of(column: Column, rows: int | None = None) -> tuple[Task, str]:
    """Return the task of a target, and why, in a sentence; `rows` as `Target.of` takes them.

    Raises
    ------
    InputError
        For a column of names of rows, of text and of dates.
    """
    name = quoted(column.name)
    if column.kind in _NO_TARGET:
        raise InputError(
            "column {name}: expected a target of numbers or categories, found {found}; give another column, or set its "
            "type: number or category",
            name=name,
            found=fill(_NO_TARGET[column.kind]),
        )
    if column.kind != "number":
        return "classification", fill("{column} holds categories, so this is classification", column=name)
    distinct = np.unique(column.values[~np.isnan(column.values)])
    whole = bool(np.all(distinct == np.rint(distinct)) and np.all(np.abs(distinct) <= _LARGEST))
    if whole and len(distinct) == 2:
        return "classification", fill(
            "{column} holds two different whole numbers, so this is classification; set the task to change that",
            column=name,
        )
    counts = (
        whole and len(distinct) <= _FEW and distinct[:1] in (0.0, 1.0) and np.all(np.diff(distinct) == 1.0)
    )
    if counts and (len(column.values) if rows is None else rows) >= _ROWS_OF_CLASS * len(distinct):
        return "classification", fill(
            "{column} holds the whole numbers from {first:.0f} to {last:.0f}, so this is classification; "
            "set the task to change that",
            column=name,
            first=distinct[0],
            last=distinct[-1],
        )
    return "regression", fill(
        "{column} holds {count} different numbers, so this is regression", column=name, count=len(distinct)
    )


def _quantity_of(column: Column, moments: Moments | None) -> Target:
    y = _numbers(column, _NUMBERS_TO_LEARN)
    moments = Moments.of(y) if moments is None else moments
    low, high, offset, scale = moments.low, moments.high, moments.mean, moments.deviation
    if low == high:
        raise InputError(
            "column {name}: expected a target that varies, found {low:.6g} in all {rows} rows; give another column, "
            "or other rows",
            name=quoted(column.name),
            low=low,
            rows=moments.rows,
        )
    if not (np.isfinite(offset) and np.isfinite(scale) and scale > 0.0 and np.isfinite(1.0 / scale)):
        raise InputError(
            "column {name}: expected numbers whose mean and spread float64 can hold, "
            "found {low:.6g} to {high:.6g}; change its unit",
            name=quoted(column.name),
            low=low,
            high=high,
        )
    return Target(column.name, "regression", (), offset, scale, low, high)


_NUMBERS_TO_LEARN = N_(
    "column {name}: expected numbers for regression, found the type {kind}; set the type number, or the task "
    "classification"
)
_NUMBERS_AS_IN_TRAINING = N_(
    "column {name}: expected numbers, as in training, found the type {kind}; mend the column"
)
_ALL_DIFFERENT_CLASSES = N_(
    "column {name}: expected classes that occur more than once, found {rows} different values in {rows} rows; give "
    "another column"
)
_ALL_DIFFERENT_NUMBERS = N_(
    "column {name}: expected classes that occur more than once, found {rows} different values in {rows} rows; give "
    "another column, or set the task regression"
)


def _numbers(column: Column, refusal: str) -> NDArray[np.float64]:
    if column.kind != "number":
        raise InputError(refusal, name=quoted(column.name), kind=column.kind)
    return _finite(column)


def _finite(column: Column) -> NDArray[np.float64]:
    bad = np.flatnonzero(~np.isfinite(column.values))
    if bad.size:
        raise InputError(
            "column {name}, row {row}: expected a finite number, found {found}; mend it, or leave the row out",
            name=quoted(column.name),
            row=bad[0] + 1,
            found=column.values[bad[0]],
        )
    return np.asarray(column.values, np.float64)


def _classes_of(column: Column, rows: int) -> Target:
    classes = _ascending(_labels(column)[0])
    name = quoted(column.name)
    if len(classes) == 1:
        raise InputError(
            "column {name}: expected two classes or more, found {classes} in all {rows} rows; give another column, "
            "or rows of other classes",
            name=name,
            classes=quoted(str(classes[0])),
            rows=rows,
        )
    if len(classes) == rows:
        refusal = _ALL_DIFFERENT_NUMBERS if column.kind == "number" else _ALL_DIFFERENT_CLASSES
        raise InputError(refusal, name=name, rows=rows)
    return Target(column.name, "classification", classes)


def _labels(column: Column) -> tuple[NDArray[Any], NDArray[np.intp] | None]:
    """Return labels in the type that the classes have, and which of them each row has; without these one for each row.

    Of categories those that there are, each once: their rows are already numbers.
    """
    if column.kind == "category":
        used = np.flatnonzero(np.bincount(column.values, minlength=len(column.categories)))
        place = np.zeros(len(column.categories), np.intp)
        place[used] = np.arange(len(used))
        return array_of_labels(typed(column.categories))[used], place[column.values]
    if column.kind != "number":
        return np.array(column.texts(), object), None
    values = _finite(column)
    whole = np.all(values == np.rint(values)) and np.all(np.abs(values) <= _LARGEST)
    return np.asarray(values, np.int64 if whole else np.float64), None


def _ascending(labels: NDArray[Any]) -> tuple[Label, ...]:
    if labels.dtype.kind == "O":
        return tuple(sorted(set(labels.tolist())))
    return tuple(np.unique(labels).tolist())


def typed(categories: Sequence[str]) -> tuple[Label, ...]:
    """Return categories as labels: integers or truth values where all are, else text.

    >>> typed(["1", "12"]), typed(["false", "true"]), typed(["01", "2"])
    ((1, 12), (False, True), ('01', '2'))
    """
    if set(categories) <= _TRUTH.keys():
        return tuple(_TRUTH[text] for text in categories)
    if all(text.removeprefix("-").isdecimal() and len(text) < 19 for text in categories):
        numbers = [int(text) for text in categories]
        if [str(number) for number in numbers] == list(categories):
            return tuple(numbers)
    return tuple(categories)


_TRUTH = {"false": False, "true": True}
_ALL_DIFFERENT = N_("names of rows, hardly one of which is there twice")
_TEXT, _DATES = N_("text of which few rows are alike"), N_("dates")
_NO_TARGET = {"identifier": _ALL_DIFFERENT, "text": _TEXT, "date": _DATES}

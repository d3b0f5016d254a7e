"""A model: from a table to predictions, with all that stands between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.fields import checked_flag
from multilayer._base.random import Seed, generator
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import fill, one_line, quoted
from multilayer.network import MLP
from multilayer.tables.calibration import Calibration
from multilayer.tables.columns import Columns
from multilayer.tables.conform import conform
from multilayer.tables.conformal import Conformal
from multilayer.tables.encoder import Encoder
from multilayer.tables.ensemble import Ensemble, check_networks
from multilayer.tables.frames import columns_of
from multilayer.tables.model_file import Parts, read, write
from multilayer.tables.model_views import ModelSummary, ModelTrace
from multilayer.tables.new_categories import NewCategories, new_categories
from multilayer.tables.target import Target

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, TrainingRecord
    from multilayer.diagnosis.case import Case
    from multilayer.training import History, Trained

__all__ = ["Model"]


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """Columns of a table -> encoder -> x -> networks -> y -> target: classes or quantities.

    The probability of a class is the mean over the networks of softmax(a / T), mixed as in `Calibration`: a are the
    weighted sums of the last layer, T is the temperature of the calibration, 1 without one. A predicted quantity is the
    mean of their outputs, unscaled, within the range of training. Rows have the same bits alone and in any batch.

    Parameters
    ----------
    encoder : Encoder
    networks : sequence of MLP
        Each takes the encoder's inputs. For classification it ends in softmax, a unit for each class; for regression in
        one unit with the identity. They are given the names of inputs and classes.
    target : Target
    calibration : Calibration, optional
    intervals : Conformal, optional
    record : mapping, optional
        What is worth keeping of the training, as JSON can hold it.

    A table is `Columns`, a data frame, a mapping from names to arrays, or, as one row, a mapping from names to values.
    Columns are found by name; others are left out.

    Raises
    ------
    InputError
        When the parts do not fit each other.
    """

    encoder: Encoder
    networks: tuple[MLP, ...]
    target: Target
    calibration: Calibration | None = None
    intervals: Conformal | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_networks(self.networks, self.encoder, self.target)
        classes = self.target.classes or None
        named = (MLP(one.layers, classes=classes, inputs=self.encoder.names) for one in self.networks)
        object.__setattr__(self, "networks", tuple(named))

    def __call__(self, table: Any) -> NDArray[Any]:
        """Return what `predict_proba` returns for classes, and what `predict` returns for quantities.

        float64 of shape (rows, classes) or (rows,); for a mapping of single values, (classes,) or ().

        Raises
        ------
        InputError
            When a column is missing, or is of another kind.
        """
        columns, single = self._rows(table)
        y = self._ensemble(columns)
        found: NDArray[Any] = y[0] if single else y
        return found

    def predict(self, table: Any) -> Any:
        """Return the class of each row, the most probable one and the first of equals, or its quantity.

        Classes have their own type: an array of integers where they are integers. For a single row, one of them.
        """
        y = self._decoded(self(table))
        return y.item() if y.ndim == 0 and isinstance(y, np.generic | np.ndarray) else y

    def predict_proba(self, table: Any) -> NDArray[np.float64]:
        """Return the probability of each class, float64 of shape (rows, classes), classes as in `target.classes`.

        Raises
        ------
        InputError
            For a model of a quantity.
        """
        self._require("classification", fill("probabilities of classes"))
        return self(table)

    def predict_interval(self, table: Any, coverage: float = 0.9) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return low and high of each row, of shape (rows,): the quantity is between with the probability `coverage`.

        They are as far from the prediction as held-out rows ask for, on both sides alike, and are not held within the
        range of training, as predictions are: a quantity that cannot be negative may have a negative low. With a
        coverage that is too near to 1 for the held-out rows they are infinite.

        Raises
        ------
        InputError
            For a model of classes, and for one without intervals.
        """
        self._require("regression", fill("intervals"))
        columns, single = self._rows(table)
        low, high = self._known().interval(self._ensemble(columns), coverage)
        return (low[0], high[0]) if single else (low, high)

    def predict_set(self, table: Any, coverage: float = 0.9) -> NDArray[np.bool_]:
        """Return which classes are in the set of each row, (rows, classes), which holds its class with `coverage`.

        Raises
        ------
        InputError
            For a model of a quantity, and for one without sets.
        """
        self._require("classification", fill("sets of classes"))
        columns, single = self._rows(table)
        found = self._known().sets(self._ensemble(columns), coverage)
        return found[0] if single else found

    def new_categories(self, table: Any) -> tuple[NewCategories, ...]:
        """Return the columns with categories that training did not have, rows and some of these categories."""
        return new_categories(conform(self._rows(table)[0], self.encoder.schema), self.encoder)

    def trace(self, table: Any, member: int = 1) -> ModelTrace:
        """Return the way of some rows through the model: as they are, encoded, and through the layers of one network.

        Parameters
        ----------
        table
            Rows, as for `model(table)`.
        member : int
            Which network, from 1.

        Raises
        ------
        InputError
            As `model(table)` does, and for a member that is not there.
        """
        network = self._network(member)
        columns, _ = self._rows(table)
        before = columns.select(schema.name for schema in self.encoder.schema if schema.name in columns)
        trace = network.trace(self.encoder(columns))
        y = self._ensemble(columns)
        return ModelTrace(before, trace, member, y, self._decoded(y))

    def diagnose(
        self,
        table: Any,
        member: int = 1,
        *,
        course: TrainingRecord | Trained | History | None = None,
        baseline: bool = True,
        rng: Seed = 0,
    ) -> Diagnosis:
        """Find out what is wrong with one of the networks, on the encoded rows of a table: see `multilayer.diagnose`.

        Inputs and classes are called by their names. Checks of the inputs' scales and copies are left out, as those are
        the encoder's; `evaluate` compares the columns with those of training. Without the target's column only
        activations are measured. Of more than 100,000 rows as many are drawn.

        Raises
        ------
        InputError
            As `model(table)` does, for a target with gaps, and for a member that is not there.
        """
        from multilayer.tables import model_case  # here, as training and prediction do not wait for it

        baseline, random = checked_flag("baseline", baseline), generator(rng)
        columns, _ = self._rows(table, whole=True)
        network = self._network(member)
        return model_case.diagnosed(self.encoder, network, self.target, columns, course, baseline, random)

    def as_case(self, table: Any, y: Any = None) -> Case:
        """Return the first network on encoded rows, for `multilayer.diagnose`; without y, with the target's column."""
        from multilayer.tables import model_case

        columns, _ = self._rows(table, whole=True)
        if y is not None:
            targets = columns_of({self.target.name: y})
            columns = Columns([*columns.without([self.target.name]), *targets])
        return model_case.case_of(self.encoder, self.networks[0], self.target, columns)

    def summary(self) -> ModelSummary:
        """Return target, networks, calibration, intervals and what becomes of each column; printable."""
        return ModelSummary(self.encoder, self.networks, self.target, self.calibration, self.intervals)

    def save(self, path: AnyPath, overwrite: bool = True) -> None:
        """Write the model to one .safetensors file, whole or not at all; `Model.load` reads it back bit for bit.

        Raises
        ------
        InputError
            For another suffix, a record that JSON cannot hold, and a file that cannot be written (with
            `overwrite=False`: or is there already).
        """
        parts = Parts(
            self.encoder, self.networks, self.target, self.calibration, self.intervals, dict(self.record)
        )
        write(parts, path, overwrite=checked_flag("overwrite", overwrite))

    @classmethod
    def load(cls, path: AnyPath) -> Model:
        """Return the model in a file that `save` wrote. It is data: no code is run from it.

        Raises
        ------
        InputError
            When there is no such file, or it is not a model whose parts fit each other.
        """
        parts = read(path)
        with located(shown(path)):
            return cls(*parts)

    def _rows(self, table: Any, *, whole: bool = False) -> tuple[Columns, bool]:
        """Return a table as columns, and whether it was a single row: a mapping from names to single values.

        Columns that the encoder does not take are not looked at, unless the `whole` table is asked for.
        """
        single = isinstance(table, Mapping) and len(table) > 0 and all(map(_is_single, table.values()))
        if single:
            table = {name: [value] for name, value in table.items()}
        return columns_of(table, only=None if whole else [one.name for one in self.encoder.schema]), single

    def _network(self, member: int) -> MLP:
        if (
            isinstance(member, bool)
            or not isinstance(member, Integral)
            or not 1 <= member <= len(self.networks)
        ):
            raise InputError(
                "there is no network {member}; this model has networks 1 to {networks}",
                member=one_line(repr(member), 40),
                networks=len(self.networks),
            )
        return self.networks[int(member) - 1]

    def _decoded(self, y: NDArray[Any]) -> NDArray[Any]:
        """Return the predictions of what the model returns."""
        return self.target.decode(y.argmax(axis=-1)) if self.target.task == "classification" else y

    def __repr__(self) -> str:
        shape = (
            f"{len(self.encoder.columns)} columns, {self.encoder.width} inputs, {len(self.networks)} networks"
        )
        return f"Model({self.target.task} of {quoted(self.target.name)}: {shape})"

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def _require(self, task: str, what: str) -> None:
        if self.target.task != task:
            raise InputError(
                "{what} are for {task}; this model is of {target_task}, of {name}",
                what=what,
                task=task,
                target_task=self.target.task,
                name=quoted(self.target.name),
            )

    def _known(self) -> Conformal:
        if self.intervals is None:
            raise InputError(
                "this model has no intervals, as no rows were held out for them; train it with "
                "multilayer.tables.fit_table"
            )
        return self.intervals

    @cached_property
    def _ensemble(self) -> Ensemble:
        return Ensemble(self.encoder, self.networks, self.target, self.calibration)


def _is_single(value: Any) -> bool:
    return isinstance(value, str) or np.ndim(value) == 0

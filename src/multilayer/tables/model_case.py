"""A network of a model on the rows of a table, as a diagnosis takes it; imported where a diagnosis is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from multilayer import losses
from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer.diagnosis import Diagnosis, TrainingRecord
from multilayer.diagnosis.api import diagnose_case
from multilayer.diagnosis.case import Case, course_of
from multilayer.diagnosis.evidence import Caller
from multilayer.network import MLP
from multilayer.tables.columns import Columns
from multilayer.tables.encoder import Encoder
from multilayer.tables.target import Target
from multilayer.training import History, Trained

__all__ = ["case_of", "diagnosed"]

_MOST_ROWS = 100_000
_LOSSES = {"classification": "categorical_cross_entropy", "regression": "squared"}


def diagnosed(
    encoder: Encoder,
    network: MLP,
    target: Target,
    columns: Columns,
    course: TrainingRecord | Trained | History | None,
    baseline: bool,
    rng: Random,
    caller: Caller = "fit",
) -> Diagnosis:
    """Return the diagnosis of a network on the columns, or on 100,000 rows of them where there are more."""
    if not columns.rows:
        raise InputError("the table has no rows; expected one or more to diagnose")
    if columns.rows > _MOST_ROWS:
        columns = columns.take(np.sort(rng.choice(columns.rows, _MOST_ROWS, replace=False)))
    case = case_of(encoder, network, target, columns)
    if course is not None:
        case = replace(case, course=course_of(course))
    return diagnose_case(case, None, caller, baseline=baseline, rng=rng)


def case_of(encoder: Encoder, network: MLP, target: Target, columns: Columns) -> Case:
    """Return a network on encoded columns, with the target where it is one of them: labels, or quantities."""
    y, loss = None, None
    if target.name in columns:
        y = target.encode(columns[target.name])
        if target.task == "classification":
            y = target.decode(y)
        loss = losses.get(_LOSSES[target.task])
    return Case(network, encoder(columns), y, loss, encoded=True)

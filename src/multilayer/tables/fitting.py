"""From a table to a model: a bag of networks, each of which held out other rows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from multilayer._base.errors import InputError
from multilayer._base.fields import Limits
from multilayer._base.random import Seed, generator, words
from multilayer._base.storage import AnyPath
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.tables.assessment import assess, time_of_assessment
from multilayer.tables.bag import Bag
from multilayer.tables.columns import Columns, Kind
from multilayer.tables.conform import conform
from multilayer.tables.encoder import Encoder
from multilayer.tables.folds import Fold
from multilayer.tables.member import Member
from multilayer.tables.members import Found, train_bag
from multilayer.tables.model import Model
from multilayer.tables.recipe import Recipe
from multilayer.tables.record import MemberRecord, TrainingRecord
from multilayer.tables.rows_of import rows_of
from multilayer.tables.schedule import Deadline
from multilayer.tables.streaming.opening import MEMORY
from multilayer.tables.suspicions import Case, KnownRows, Profile, Suspicion, suspect
from multilayer.tables.table_source import TableSource
from multilayer.tables.target import Task
from multilayer.tables.transforms.fitting import EncoderSettings
from multilayer.tables.watch import Progress

__all__ = ["check_together", "fit_table"]

_MEMBERS = Limits(minimum=1, maximum=1000, integer=True)
_SECONDS = Limits(above=0.0, optional=True)
_PROFILED = 1000
"""Columns, at most, that a later table is compared with."""


def fit_table(  # noqa: PLR0913  (all but two are keywords with defaults)
    table: Any,
    target: str,
    *,
    task: Task | None = None,
    types: Mapping[str, Kind] | None = None,
    weights: ArrayLike | None = None,
    members: int = 8,
    time_limit: float | None = None,
    recipe: Recipe | None = None,
    rng: Seed = 0,
    progress: Progress = None,
    known: Sequence[Suspicion] | None = None,
    cluster: Any = None,
    checkpoint: AnyPath | None = None,
    memory: int | str = MEMORY,
) -> Model:
    """Return a model of a column of a table: the encoder, a bag of networks, calibration and intervals.

    Each member of the bag is trained on a part of the rows, and held out the others, which choose its best epoch. What
    the members predict for the rows that they held out gives the temperature of the probabilities, the intervals or
    sets, and the scores of the record. The same table, seed and options give the same bits, for any number of threads;
    with a time limit the number of epochs depends on the machine.

    Ctrl-C ends training and returns what there is; a second one raises KeyboardInterrupt.

    Parameters
    ----------
    table : Columns, data frame, mapping, array of shape (rows, columns), path, or data set of Arrow
        As `columns_of` takes it; or as `read_table` does: a file, a folder of Parquet or Arrow files, a pattern.
    target : str
        The column to learn.
    task : str, optional
        "classification" or "regression"; by `multilayer.tables.target` unless given.
    types : mapping from names to kinds, optional
        Kinds of columns, where not the inferred ones.
    weights : array_like, shape (rows,), optional
        The weight of each row in training; rows of weight 0 are left out.
    members : int
        Networks in the bag. Fewer than 5 hold out a fifth of the rows each, up to 10 their share.
    time_limit : float, optional
        Seconds, about, with what comes before and after training. Members get fewer epochs, and where that is not
        enough there are fewer; what members that end early leave is given to those that begin later. The record has a
        note of it.
    recipe : Recipe, optional
        How a member is trained.
    rng : Generator, RandomState, int or None
        The source of folds, first weights, orders and dropout.
    progress : bool or callable, optional
        Whether to show a progress bar on stderr, by default where that is a terminal; or a function that is called with
        a `FitProgress` after each epoch of a member; with a cluster, about twice a second, and with a `WorkerLost`.
    known : sequence of Suspicion, optional
        What `suspect` found in this table; unless given it is looked for.
    cluster : distributed.Client or str, optional
        Workers that train the members, with the same bits, as for `multilayer.cluster.connected`: an address,
        "local:4", or a client. A member whose worker is lost is trained again by another one.
    checkpoint : path, optional
        A file that finished members are kept in. Where it exists, and is of the same table, seed and options, training
        goes on from them, with the same bits, with a cluster or without; not together with a time limit, as that gives
        other epochs each time.
    memory : int or str
        What the columns of a table in Parquet or Arrow files may take, as "500MB" or in bytes: 8 bytes a value. A table
        that takes more is read in blocks (see `multilayer.tables.row_blocks`), once for the encoder, which is that of
        the same table in memory, and once for each epoch. Members then hold out up to 2^16 rows each, chosen by a hash
        of a row's place; columns, sample and buffers take about the memory that is given, at most.

    Returns
    -------
    Model
        Its `record` is the outline of a `TrainingRecord`; under "profile" that of a `Profile` of the columns,
        and under "known_rows" that of `KnownRows`, hashes of up to 1,024 rows.

    Raises
    ------
    InputError
        When the target cannot be learned, nothing is left to learn it from, or an option is out of its limits.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(-1.0, 1.0, 60)
    >>> table = {"x": x, "y": np.where(x > 0.2, "high", "low")}
    >>> model = fit_table(table, "y", members=2, recipe=Recipe(hidden=(16,), epochs=30), progress=False)
    >>> model.predict({"x": [-0.5, 0.9]}).tolist()
    ['low', 'high']
    """
    began = time.monotonic()
    members = _MEMBERS.checked("members", members)
    time_limit = _SECONDS.checked("time_limit", time_limit)
    check_together(checkpoint, time_limit)
    recipe = Recipe() if recipe is None else recipe
    random = generator(rng)
    source = rows_of(
        table, target, task=task, types=types, weights=weights, members=members, memory=memory, rng=random
    )
    encoder = source.encoder(_settings(source, recipe))
    folds = source.folds(encoder, members, random)
    seeds = [int(word) for word in words(random, (members,))]
    bag = Bag(folds, len(source.target.classes) or None, recipe, seeds, source.at_once)
    # What training need not wait for comes first, as a time limit can only end training.
    case = source.case()
    doubts = _Doubts(
        suspect(case) if known is None else known,
        _profile(case.columns, encoder),
        _known_rows(source, case.sample, encoder),
    )
    deadline = None
    if time_limit is not None:
        deadline = Deadline(began + time_limit, time_of_assessment(bag, source.target, time.monotonic))
    found = train_bag(bag, deadline, progress, cluster, checkpoint)
    return _model(source, bag, encoder, found, began, doubts)


def check_together(checkpoint: AnyPath | None, time_limit: float | None) -> None:
    """Refuse a checkpoint with a time limit."""
    if checkpoint is not None and time_limit is not None:
        raise InputError(
            "a checkpoint and a time limit do not go together, as a time limit gives other epochs each time; leave out "
            "one of the two"
        )


@dataclass(frozen=True)
class _Doubts:
    """What is known of a table before training."""

    known: Sequence[Suspicion]
    profile: Profile
    known_rows: KnownRows


def _settings(source: TableSource, recipe: Recipe) -> EncoderSettings:
    return EncoderSettings(bins=recipe.bins(bool(source.target.classes), _numbers(source.inputs)))


def _numbers(columns: Columns) -> int:
    return sum(column.kind == "number" for column in columns)


def _notes(source: TableSource, recipe: Recipe) -> tuple[str, ...]:
    """Return a note where numbers have fewer bins than usual."""
    numbers, classes = _numbers(source.inputs), bool(source.target.classes)
    bins = recipe.bins(classes, numbers)
    usual = recipe.bins_of_classes if classes else recipe.bins_of_numbers
    if bins >= usual:
        return ()
    template = N_("{numbers:,} columns of numbers are many: {bins} bins for each instead of {usual}")
    return (fill(template, numbers=numbers, bins=bins, usual=usual),)


def _profile(columns: Columns, encoder: Encoder) -> Profile:
    """Return what the columns looked like, by some of the rows and columns where they are many."""
    return Profile.of(conform(columns, encoder.schema[:_PROFILED]))


def _known_rows(source: TableSource, sample: Case, encoder: Encoder) -> KnownRows:
    """Return by what rows of training are known again, with columns and target as `evaluate` has them."""
    columns = conform(sample.columns, encoder.schema)
    return KnownRows.of(columns, source.target.unscaled(sample.y), rows=source.rows)


def _model(
    source: TableSource, bag: Bag, encoder: Encoder, found: Found, began: float, doubts: _Doubts
) -> Model:
    """Return the model, with what the rows tell that its members held out."""
    members, folds = found.members, [bag.folds[number] for number in found.members]
    networks = tuple(member.network for member in members.values())
    outputs = [member.outputs for member in members.values()]
    assessment = assess(source.target, networks, folds, outputs)
    suspicions = suspect(source.case(assessment.skill), doubts.known)
    record = TrainingRecord(
        source.rows,
        encoder.width,
        found.plan.epochs,
        found.plan.batch_rows,
        tuple(map(_member_record, folds, members.values())),
        assessment.scores,
        time.monotonic() - began,
        (*source.notes, *_notes(source, bag.recipe), *found.notes),
        suspicions,
        assessment.skill if assessment.skill.is_measured else None,
    )
    kept = {"profile": doubts.profile.outline(), "known_rows": doubts.known_rows.outline()}
    outline = {**record.outline(), **kept}
    return Model(encoder, networks, source.target, assessment.calibration, assessment.intervals, outline)


def _member_record(fold: Fold, member: Member) -> MemberRecord:
    epochs, best = len(member.scores), member.best_epoch
    return MemberRecord(fold.rows, len(fold.held_out_y), epochs, best, member.score, member.seconds)

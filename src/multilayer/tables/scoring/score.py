"""Predictions for all fragments of a table, in this process or on a cluster: the same files with the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from multilayer._base import storage
from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import fill
from multilayer.cluster import Outcome, UnfitWorkerError, WorkerLost, completed, connected
from multilayer.tables.model import Model
from multilayer.tables.new_categories import NewCategories, joined
from multilayer.tables.scoring.answers import Answers, Written
from multilayer.tables.scoring.fragments import Fragment, fragments_of
from multilayer.tables.scoring.plan import Plan, begun, finish

__all__ = ["Fault", "Scored", "score"]


@dataclass(frozen=True)
class Fault:
    """A fragment that could not be read, or whose predictions could not be written."""

    source: str
    reason: str
    """Which begins with a path."""

    @classmethod
    def of(cls, source: str, reason: str) -> Fault:
        """Return a fault, whose reason names the fragment."""
        return cls(source, reason if shown(source) in reason else f"{shown(source)}: {reason}")


@dataclass(frozen=True)
class Scored:
    """How far `score` is, or was in the end."""

    total: int
    """Fragments."""
    done: int
    """Those that have predictions, of this run and of earlier ones."""
    rows: int
    """Of this run."""
    before: int
    """Fragments that earlier runs had done."""
    faults: tuple[Fault, ...] = ()
    new_categories: tuple[NewCategories, ...] = ()
    """Of this run."""


Event = Scored | WorkerLost


def score(
    model: AnyPath,
    table: AnyPath,
    folder: AnyPath,
    *,
    answers: Answers = Answers(),  # noqa: B008  (frozen)
    cluster: Any = None,
    say: Callable[[Event], Any] = lambda _: None,
    **dialect: Any,
) -> Scored:
    """Write a model's predictions for each fragment of a table into a folder.

    Each file has a temporary name until it is whole. `_manifest.json` is written when there is one for each fragment.
    When a run ends before that, for whatever reason, the next one does what is missing. A fragment that has changed
    since is done again; one that cannot be read is a fault, and the others are done. Memory does not grow with the
    rows of a fragment, nor with the number of fragments but for their names.

    Parameters
    ----------
    model : path
        A file that `Model.save` wrote.
    table : path
        A folder, a pattern such as "data/*.parquet", or one file (`fragments_of`).
    folder : path
        Where the predictions go; it is made if it is not there.
    answers : Answers
        What to write beside the predictions.
    cluster : distributed.Client or str, optional
        As for `multilayer.cluster.connected`. Workers read and write the same files by the same paths.
    say : callable
        Called with a `Scored` after each fragment, and with a `WorkerLost`.
    **dialect
        As for `read_table`.

    Raises
    ------
    InputError
        When there are no fragments, or the folder holds something else.
    """
    path = Path(model).absolute()
    content = sha256(storage.read(path)).hexdigest()
    _model(str(path), content)
    fragments = fragments_of(table)
    options = {"proba": answers.proba, "interval": answers.interval, "keep": answers.keep}
    options |= {name: value for name, value in dialect.items() if value is not None}
    target = Path(folder).absolute()
    plan = Plan.of(content, options, fragments)
    missing = begun(target, plan)
    job = _Job(str(path), content, str(target), answers, dialect)
    at = Scored(len(fragments), len(fragments) - len(missing), 0, len(fragments) - len(missing))
    for outcome in _outcomes(job, [fragments[number] for number in missing], cluster, say):
        if outcome.error is None:
            written: Written = outcome.value
            new = joined((at.new_categories, written.new_categories))
            at = replace(at, done=at.done + 1, rows=at.rows + written.rows, new_categories=new)
        else:
            fault = Fault.of(fragments[missing[outcome.number]].source, str(outcome.error))
            at = replace(at, faults=(*at.faults, fault))
        say(at)
    if at.done == at.total:
        finish(target, plan)
    return at


@dataclass(frozen=True)
class _Job:
    """What the tasks of a run have in common."""

    model: str
    content: str
    folder: str
    answers: Answers
    dialect: Mapping[str, Any]


def _outcomes(
    job: _Job, fragments: list[Fragment], cluster: Any, say: Callable[[Event], Any]
) -> Iterator[Outcome]:
    arguments = [(job, fragment) for fragment in fragments]
    if cluster is not None:
        with connected(cluster) as client:
            yield from completed(client, fragment_scored, arguments, say)
        return
    for number, argument in enumerate(arguments):
        try:
            yield Outcome(number, fragment_scored(*argument))
        except InputError as error:
            yield Outcome(number, error=error)


def fragment_scored(job: _Job, fragment: Fragment) -> Written:
    """Write the predictions for one fragment; here or on a worker."""
    output = Path(job.folder) / fragment.output
    return job.answers.write(_model(job.model, job.content), fragment.source, output, job.dialect)


@lru_cache(maxsize=1)
def _model(path: str, content: str) -> Model:
    """Return the model in a file, which is read once in a process."""
    if sha256(storage.read(path)).hexdigest() != content:
        raise UnfitWorkerError(
            fill(
                "{path}: a worker finds another file there than this process; put the model where all of them read it",
                path=shown(path),
            )
        )
    return Model.load(path)

"""`multilayer train`: a model of one column of a table."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from multilayer._base.errors import InputError, located
from multilayer._base.random import generator
from multilayer._base.storage import check_writable
from multilayer._base.table import Table
from multilayer._base.text import fill, percent, quoted
from multilayer._base.translation import N_
from multilayer.cli.cluster import cluster_option, events_option, events_shown
from multilayer.cli.config import recipe_in
from multilayer.cli.console import flush, path, print_text, show_status
from multilayer.cli.tables import csv_options, table_argument, types_option
from multilayer.cli.training_rows import memory_option, rows_to_train_on
from multilayer.cli.understood import understood
from multilayer.io import source

if TYPE_CHECKING:
    from multilayer.tables import Model, TrainingRecord
    from multilayer.tables.suspicions import Suspicion
    from multilayer.tables.table_source import TableSource

__all__ = ["train"]

_SUFFIX = ".model.safetensors"


@click.command()
@table_argument
@click.option("--target", required=True, metavar="COLUMN", help="The column to learn.")
@click.option(
    "-o", "--output", metavar="MODEL", type=path, help="Where to write the model (default: beside the table)."
)
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    help="What the target is: classes or a quantity (default: decided by its values).",
)
@types_option
@click.option("--ignore", multiple=True, metavar="COLUMN", help="Leave out a column; repeatable.")
@click.option(
    "--time",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Train no longer than this (default: as long as it takes).",
)
@click.option(
    "--members",
    type=click.IntRange(1, 1000),
    default=8,
    metavar="NUMBER",
    show_default=True,
    help="Number of networks; the model is their mean.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    metavar="NUMBER",
    show_default=True,
    help="Seed of all random numbers.",
)
@click.option(
    "--config",
    metavar="FILE",
    type=path,
    help="Fields of multilayer.tables.Recipe, in a .toml or .json file.",
)
@click.option(
    "--checkpoint",
    metavar="FILE",
    type=path,
    help="Keep finished networks in this file, and go on from them when started again.",
)
@memory_option
@cluster_option
@events_option
@csv_options
def train(  # noqa: PLR0913, PLR0917  (the options of a command)
    table: str,
    target: str,
    output: str | None,
    task: Any,
    types: dict[str, Any],
    ignore: tuple[str, ...],
    seconds: float | None,
    members: int,
    seed: int,
    config: str | None,
    checkpoint: str | None,
    memory: int,
    cluster: str | None,
    as_json: bool,
    **dialect: Any,
) -> None:
    """Train a model of one column of a table.

    TABLE is a CSV, Parquet, Arrow or JSON lines file, or - for standard input; or a folder or a pattern of Parquet or
    Arrow files. Rows without a target are left out. The model holds its preprocessing and several networks, and takes
    tables with the same columns, in any order. It is written when training ends, or at the first Ctrl-C.

    Parquet and Arrow tables that take more than --memory are read once for the preprocessing, and in blocks while
    networks are trained; each network is then validated on up to 65,536 held-out rows.

    The same table, seed and options give the same model, bit for bit, with a cluster and without; with --time it also
    depends on the machine.
    """
    # Here, so that no other command imports them.
    from multilayer.tables import Recipe, fit_table
    from multilayer.tables.fitting import check_together

    check_together(checkpoint, seconds)
    file = _file(table, output)
    recipe = Recipe() if config is None else recipe_in(config)
    rng = generator(seed)
    rows = rows_to_train_on(
        table,
        target,
        task=task,
        types=types,
        ignore=ignore,
        members=members,
        rng=rng,
        memory=memory,
        as_json=as_json,
        **dialect,
    )
    with located(source(table)):
        known = _shown(table, rows, members, as_json)
        with events_shown("epoch" if rows.at_once is None else "row", as_json) as show:
            model = fit_table(
                rows,
                target,
                members=members,
                time_limit=seconds,
                recipe=recipe,
                rng=rng,
                progress=show.of_training,
                known=known,
                cluster=cluster,
                checkpoint=checkpoint,
            )
    model.save(file)
    if as_json:
        show.end("trained", {"model": file, "record": model.record})
        return
    print_text(_reached(model, rows, seconds).text())
    print_text(_next(file).text())


def _file(table: str, output: str | None) -> str:
    """Return the name of the file to write, which can be written."""
    file = _beside(table) if output is None else output
    if not file.lower().endswith(".safetensors"):
        raise InputError(
            "{file}: expected a name that ends in .safetensors, as a model is such a file", file=file
        )
    check_writable(file)
    return file


def _beside(table: str) -> str:
    """Return the name of a model beside a table or the folder of its files; for standard input, in the current one."""
    from multilayer.tables.files.several import files_of, is_several

    if table == "-":
        return f"table{_SUFFIX}"
    if not is_several(table):
        return str(Path(table).parent / f"{Path(table).stem}{_SUFFIX}")
    base = files_of(table)[0]
    return str(base.parent / f"{base.name or 'table'}{_SUFFIX}")


def _shown(table: str, rows: TableSource, members: int, as_json: bool) -> tuple[Suspicion, ...]:
    """Print how a table was understood and what is suspicious about it, except as JSON; return the suspicions."""
    from multilayer.tables.suspicions import suspect

    if not as_json:
        print_text(understood(source(table), rows, members).text())
    with show_status(fill("looking for leaks")):
        suspicions = suspect(rows.case())
    if not as_json:
        for suspicion in suspicions:
            print_text(fill("suspicious: {sentence}", sentence=suspicion.sentence))
    flush()
    return suspicions


_WORDS = (
    (0.25, N_("much better than the same answer for each row")),
    (0.9, N_("better than the same answer for each row")),
    (float("inf"), N_("a little better than the same answer for each row")),
)
"""What is said where so much is left of the distance of the best constant from a perfect score."""
_HARDLY = N_("hardly better than the same answer for each row: these columns may not predict the target")
_HARDLY_IN_TIME = N_(
    "hardly better than the same answer for each row: the time may be too short, or these columns may not predict the "
    "target"
)
_UNKNOWN = N_("not to be told from these held-out rows: there are fewer than {least}, or none of a class")
_LEAST_ROWS = 20
"""Held-out rows from which on it is said whether a model is better."""

_TWO_CLASSES = N_(
    "accuracy {accuracy}, log-loss {loss:.4g} and AUC {auc:.4g} on held-out rows; the most frequent class alone has "
    "{constant}, and an AUC of 0.5"
)
_CLASSES = N_(
    "accuracy {accuracy} and log-loss {loss:.4g} on held-out rows; the most frequent class alone has {constant}"
)
_NUMBERS = N_(
    "root mean squared error {error:.4g} and mean absolute error {absolute:.4g} on held-out rows; the mean alone has "
    "{constant:.4g}"
)
_ONE = N_("one network in {seconds:.1f} s; the best epoch is {last} of {epochs}")
_ALIKE = N_("{networks} networks in {seconds:.1f} s; the best epoch of each is {last} of {epochs}")
_SEVERAL = N_("{networks} networks in {seconds:.1f} s; the best epochs are {first} to {last} of {epochs}")


def _reached(model: Model, rows: TableSource, seconds: float | None) -> Table:
    """Return what was trained, and how good it is, in figures and words."""
    from multilayer.tables import TrainingRecord

    record = TrainingRecord.of(model.record)
    best = [member.best_epoch for member in record.members]
    trained = fill(
        _ONE if len(best) == 1 else _ALIKE if min(best) == max(best) else _SEVERAL,
        networks=len(best),
        seconds=record.seconds,
        first=min(best),
        last=max(best),
        epochs=record.epochs,
    )
    notes = [note for note in record.notes if note not in rows.notes]  # those stand above
    said = [(fill("trained"), trained), *((fill("note"), note) for note in notes)]
    said += [(fill("reached"), _figures(record, rows)), (fill("which is"), _words(record, rows, seconds))]
    return Table(
        fill("Model of {target}", target=quoted(model.target.name)), (), tuple(said), frozenset({0, 1})
    )


def _figures(record: TrainingRecord, rows: TableSource) -> str:
    scores, skill = record.scores, record.skill
    if rows.target.task == "regression":
        error, absolute = scores["root mean squared error"], scores["mean absolute error"]
        return fill(_NUMBERS, error=error, absolute=absolute, constant=rows.target.scale)
    return fill(
        _TWO_CLASSES if skill is not None and len(rows.target.classes) == 2 else _CLASSES,
        accuracy=_percent(scores["accuracy"]),
        loss=scores["log-loss"],
        auc=skill.value if skill is not None else None,
        constant=_percent(float(rows.class_rows.max() / rows.rows)),
    )


def _words(record: TrainingRecord, rows: TableSource, seconds: float | None) -> str:
    from multilayer.tables.evaluation.scores import main_score

    skill = record.skill
    if skill is None or skill.rows < _LEAST_ROWS:
        return fill(_UNKNOWN, least=_LEAST_ROWS)
    if skill.low <= 0:
        return fill(_HARDLY if seconds is None else _HARDLY_IN_TIME)
    left = main_score(len(rows.target.classes)).left(skill.value, skill.constant)
    words = next(words for limit, words in _WORDS if left <= limit)
    return fill(words)


def _percent(fraction: float) -> str:
    return percent(round(fraction, 3))


def _next(file: str) -> Table:
    """Return commands to go on with."""
    model = shlex.quote(file)
    rows = (
        (
            fill("multilayer evaluate {model} TABLE", model=model),
            fill("is it any good, on rows that it has not seen"),
        ),
        (fill("multilayer explain {model} TABLE", model=model), fill("which columns matter")),
        (fill("multilayer predict {model} TABLE", model=model), fill("its prediction for each row")),
    )
    return Table(fill("wrote {file}; go on with", file=file), (), rows, frozenset({0, 1}))

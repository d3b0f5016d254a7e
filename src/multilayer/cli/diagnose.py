"""`multilayer diagnose`: why a network does not learn, or that no error was found in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.cli.console import (
    json_option,
    network_argument,
    path,
    print_note,
    print_styled,
    print_text,
    samples_argument,
    show_status,
    write_json,
)
from multilayer.cli.samples import samples_for
from multilayer.cli.tables import csv_options, read_for
from multilayer.io import load, source
from multilayer.io.safetensors import holds_model
from multilayer.network import MLP

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Ranking
    from multilayer.losses import Loss
    from multilayer.tables import Columns, Model
    from multilayer.tables.suspicions import Suspicion

__all__ = ["TROUBLE", "diagnose"]

TROUBLE = 1
_STYLES = {
    r"\A(?s:.*?)(?=\n\n|\Z)": "bold",  # the verdict
    r"(?m)^\d+\. Error:": "bold red",
    r"(?m)^\d+\. Warning:": "bold yellow",
    r"(?m)^\d+\. Note:": "bold blue",
}


def _explain(context: click.Context, _: click.Parameter, name: str | None) -> None:
    if name is not None:
        from multilayer.diagnosis.reference import explain

        print_text(explain(name))
        context.exit()


@click.command()
@network_argument
@samples_argument
@click.option(
    "--target", multiple=True, metavar="COLUMN", help="Target column, by name or 1-based index; repeatable."
)
@click.option(
    "--loss", metavar="NAME", help="Training loss (default: the one that matches the output activation)."
)
@click.option(
    "--history",
    metavar="FILE",
    type=path,
    help="Learning curves: a CSV file with columns loss, validation_loss, learning_rate.",
)
@click.option("--html", metavar="FILE", type=path, help="Write a page with pictures (extra plot).")
@json_option
@csv_options
@click.option("--try-fixes", is_flag=True, help="Retrain with each remedy and rank them by their gain.")
@click.option(
    "--time-limit",
    type=float,
    metavar="SECONDS",
    help="With --try-fixes: stop after this time and rank what was trained.",
)
@click.option(
    "--explain",
    metavar="CHECK",
    is_flag=False,
    flag_value="list",
    is_eager=True,
    expose_value=False,
    callback=_explain,
    help="Explain a check and exit; without a name, list all checks.",
)
def diagnose(  # noqa: PLR0913, PLR0917  (the options of a command)
    network: str,
    samples: str,
    target: tuple[str, ...],
    loss: str | None,
    history: str | None,
    html: str | None,
    header: bool | None,
    as_json: bool,
    try_fixes: bool,
    time_limit: float | None,
    **dialect: str | None,
) -> int:
    """Find out why a network does not learn.

    NETWORK is a .json or .safetensors file. SAMPLES is a CSV, Parquet, Arrow or JSON lines file with one sample per
    row, or - for CSV on standard input. Prints the main cause, all findings with evidence and advice, and what was
    checked.

    NETWORK may also be a model that `multilayer train` wrote: its first network is diagnosed, and SAMPLES is a table
    with its columns. --separator, --decimal, --quote and --encoding are for such tables.

    Exit codes: 0 no trouble found; 1 trouble found: a finding is an error; 2 bad input.
    """
    # Here, so that no other command imports them.
    from multilayer.diagnosis.api import diagnose_case
    from multilayer.diagnosis.case import Case
    from multilayer.diagnosis.evidence import TrainingRecord
    from multilayer.io.history import read_history
    from multilayer.reports import check_ready

    if time_limit is not None and not try_fixes:
        raise InputError("--time-limit needs --try-fixes")
    if try_fixes and not target:
        raise InputError("--try-fixes needs --target")
    if html is not None:
        check_ready(html, network, samples, *([] if history is None else [history]))
    if holds_model(network):
        _refuse_for_models(
            {"--target": target, "--loss": loss, "--history": history, "--try-fixes": try_fixes}
        )
        found = _of_model(network, samples, {"header": header, **dialect})
        _show(found, None, html, as_json)
        return TROUBLE if found.trouble else 0
    _refuse_for_networks(dialect)
    net = load(network)
    with show_status(fill("reading {samples}", samples=samples)):
        table = samples_for(net, samples, target, header=header, carry=False)
    y, notes = table.y, [*table.notes]
    if table.others:
        notes.append(fill("columns not used: {columns}", columns=", ".join(name for name, _ in table.others)))
    course = TrainingRecord(history=None if history is None else read_history(history, notes.append))
    with show_status(fill("diagnosing")), located(source(samples)):
        found = diagnose_case(Case(net, table.X, y, course=course), loss, "command")
    for note in notes:
        print_note(note)
    ranking = None
    if try_fixes and y is not None:
        ranking = _ranking(net, table.X, y, found.evidence.loss, time_limit)
    _show(found, ranking, html, as_json)
    if ranking is not None and ranking.interrupted:
        raise KeyboardInterrupt
    return TROUBLE if found.trouble else 0


def _show(found: Diagnosis, ranking: Ranking | None, html: str | None, as_json: bool) -> None:
    from multilayer.diagnosis.document import to_json
    from multilayer.reports import write_html

    if html is not None:
        write_html(found, html, ranking)
        print_note(fill("wrote {file}", file=html))
    if as_json:
        write_json(to_json(found, ranking))
        return
    print_styled(repr(found), _STYLES)
    if ranking is not None:
        print_text(f"\n{ranking!r}")
        own = "" if found.cause is None else ranking.on(found.cause.check)
        if own:
            print_text(own)


def _refuse_for_models(options: dict[str, object]) -> None:
    given = next((name for name, value in options.items() if value), None)
    if given is not None:
        raise InputError("{option} is for networks; a model of a table knows its own training", option=given)


def _refuse_for_networks(options: Mapping[str, object]) -> None:
    given = next((name for name, value in options.items() if value is not None), None)
    if given is not None:
        template = N_("{option} is for models of tables; save the samples of a network as CSV in UTF-8")
        raise InputError(template, option=f"--{given}")


def _of_model(model: str, table: str, dialect: Mapping[str, Any]) -> Diagnosis:
    from multilayer._base.random import generator
    from multilayer.tables import Model
    from multilayer.tables.model_case import diagnosed

    loaded = Model.load(model)
    columns = read_for(loaded, table, dialect)
    with show_status(fill("diagnosing")), located(source(table)):
        network, random = loaded.networks[0], generator(0)
        found = diagnosed(loaded.encoder, network, loaded.target, columns, None, True, random, "model")
    for suspicion in _suspicions(loaded, columns):
        print_note(fill("suspicious ({name}): {sentence}", name=suspicion.name, sentence=suspicion.sentence))
    return found


def _suspicions(model: Model, columns: Columns) -> Sequence[Suspicion]:
    """Return what is suspicious about a table, beside the one that the model was trained on."""
    from multilayer.tables.suspicions import Case, suspect

    target = model.target
    y = target.encode(columns[target.name]) if target.name in columns else np.empty(0)
    return suspect(Case.beside(target, model.record, columns.without([target.name]), y))


def _ranking(
    net: MLP, X: NDArray[Any], y: NDArray[Any], loss: Loss | None, time_limit: float | None
) -> Ranking:
    from multilayer.diagnosis import try_fixes

    if loss is None:
        name = net.layers[-1].activation.facts.name
        raise InputError(
            "--try-fixes needs --loss: none matches the output activation {activation}", activation=name
        )
    return try_fixes(net, X, y, loss, time_limit=time_limit)

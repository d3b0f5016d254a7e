"""`multilayer diagnose`: why a network does not learn, or that nothing is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from numpy.typing import NDArray
from rich.text import Text

from multilayer._base.errors import InputError, located
from multilayer.cli.console import (
    HeaderOption,
    JsonOption,
    NetworkArgument,
    busy,
    say,
    say_styled,
    tell,
    write_bytes,
)
from multilayer.io import Samples, load, read_samples, source, targets_in
from multilayer.network import MLP

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Ranking
    from multilayer.losses import Loss

__all__ = ["TROUBLE", "diagnose"]

TROUBLE = 1
_COLOURS = {"Error": "bold red", "Warning": "bold yellow", "Note": "bold blue"}


def diagnose(  # noqa: PLR0913, PLR0917  (the options of a command)
    network: NetworkArgument,
    samples: Annotated[str, typer.Argument(metavar="DATA", help="A CSV file, a row a sample; - is stdin.")],
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="What the network should say: a name or a number, from 1; repeatable."
        ),
    ] = None,
    loss: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What was trained on; else what belongs to the outputs."),
    ] = None,
    history: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="The loss by epoch: a CSV file with loss, validation_loss, learning_rate."
        ),
    ] = None,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page with pictures (extra plot).")
    ] = None,
    header: HeaderOption = None,
    as_json: JsonOption = False,
    try_fixes: Annotated[
        bool,
        typer.Option("--try-fixes", help="Train again with each remedy, and rank them by what they gain."),
    ] = False,
    time_limit: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="With --try-fixes: when to stop training, with what there is."),
    ] = None,
) -> None:
    """Say why a network does not learn: the main cause, all findings with evidence and advice, what was checked.

    Exit codes: 0 no trouble found; 1 trouble found: a finding is an error; 2 something given was wrong.
    """
    # Here, so that no other command waits for them.
    from multilayer.diagnosis import diagnose as diagnosis_of
    from multilayer.diagnosis.document import to_json
    from multilayer.diagnosis.remedies.trials import INTERRUPTED
    from multilayer.io.history import read_history
    from multilayer.reports import check_ready, write_html

    if html is not None:
        check_ready(html)
    net = load(network)
    with busy(f"reading {samples}"):
        table = read_samples(samples, net.layers[0].inputs, net.inputs, target or (), header=header)
    notes = [*table.notes]
    if table.ignored:
        notes.append(f"columns not used: {', '.join(table.ignored)}")
    y = _targets(table, net, source(samples))
    sign = table.targets[0].sign if table.targets else None
    if sign is not None and sign.comma and sign.note not in notes:  # in a target alone
        notes.append(sign.note)
    if time_limit is not None and not try_fixes:
        raise InputError("--time-limit belongs to --try-fixes; add it")
    if try_fixes and y is None:
        raise InputError("--try-fixes needs to know what the network should say; add --target")
    course = None if history is None else read_history(history, notes.append)
    with busy("diagnosing"), located(source(samples)):
        found = diagnosis_of(net, table.X, y, loss, course=course)
    for note in notes:
        tell(note)
    ranking = None
    if try_fixes and y is not None:
        ranking = _ranking(net, table.X, y, found.evidence.loss, time_limit)
    if html is not None:
        write_html(found, html, ranking)
        tell(f"wrote {html}")
    if as_json:
        write_bytes(to_json(found, ranking))
    else:
        _print(found, ranking)
    if ranking is not None and ranking.partial == INTERRUPTED:
        raise KeyboardInterrupt
    if found.trouble:
        raise typer.Exit(TROUBLE)


def _targets(table: Samples, net: MLP, where: str) -> NDArray[Any] | None:
    if not table.targets:
        return None
    count, outputs = len(table.targets), net.layers[-1].units
    if count not in {1, outputs}:
        raise InputError(
            f"{where}: {count} targets are named, but the network has {outputs} output{'s' if outputs > 1 else ''}; "
            "name one column of classes, or one per output"
        )
    return targets_in(table.targets, net.classes)


def _ranking(
    net: MLP, X: NDArray[Any], y: NDArray[Any], loss: Loss | None, time_limit: float | None
) -> Ranking:
    from multilayer.diagnosis import try_fixes

    if loss is None:
        name = net.layers[-1].activation.facts.name
        raise InputError(
            f"--try-fixes needs a loss, and none belongs to the output activation {name}; add --loss"
        )
    return try_fixes(net, X, y, loss, time_limit=time_limit)


def _print(diagnosis: Diagnosis, ranking: Ranking | None) -> None:
    text = Text(repr(diagnosis))
    for severity, style in _COLOURS.items():
        text.highlight_regex(rf"(?m)^\d+\. {severity}:", style)
    verdict, _, _ = text.plain.partition("\n\n")
    text.stylize("bold", 0, len(verdict))
    say_styled(text)
    if ranking is not None:
        say(f"\n{ranking!r}")

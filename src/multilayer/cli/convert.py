"""`multilayer convert`: a network from one format to another."""

from __future__ import annotations

from typing import Any

import click

from multilayer._base.table import Table
from multilayer._base.text import fill
from multilayer._base.translation import N_, translated
from multilayer.cli.console import path, print_text, show_status

__all__ = ["convert"]

_USES = {(True, True): N_("read and written"), (True, False): N_("read"), (False, True): N_("written")}


class _Convert(click.Command):
    """A command whose help has the table of formats."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from multilayer.exchange import FORMATS  # here, so that no other help waits for it

        heads = fill("FORMAT"), fill("file"), fill("holds"), ""
        rows = tuple(
            (one.name, one.file, one.title, translated(_USES[one.read is not None, one.write is not None]))
            for one in FORMATS
        )
        formatter.write_paragraph()
        formatter.write(f"{Table('', heads, rows, frozenset(range(4))).text()}\n")
        super().format_options(ctx, formatter)


@click.command(cls=_Convert)
@click.argument("source", metavar="SOURCE", type=path)
@click.argument("target", metavar="TARGET", type=path)
@click.option(
    "--from", "from_format", metavar="FORMAT", help="The format of SOURCE, where its suffix does not say."
)
@click.option(
    "--to", "to_format", metavar="FORMAT", help="The format of TARGET, where its suffix does not say."
)
@click.option(
    "--check",
    metavar="DATA",
    type=path,
    help="Compare both sides on the rows of a CSV file, not on random ones.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0.0),
    default=1.0,
    metavar="TIMES",
    help="Multiply the tolerance by this, for a program that is known to be inexact.",
)
@click.option(
    "--hidden",
    multiple=True,
    metavar="ACTIVATION",
    help="For files that hold only weights: the activation of the hidden layers; repeatable, one per layer.",
)
@click.option(
    "--output",
    metavar="ACTIVATION",
    help="The last activation, where SOURCE ends in weighted sums: softmax for logits of classes.",
)
@click.option(
    "--class", "classes", multiple=True, metavar="LABEL", help="Label of a class; repeatable, in order."
)
def convert(
    source: str,
    target: str,
    from_format: str | None,
    to_format: str | None,
    check: str | None,
    tolerance: float,
    **added: Any,
) -> None:
    """Convert a network, and check that its numbers are the same.

    The suffix of a file gives its format; --from and --to name another one. Where two formats have one suffix, it is
    the first in this table.

    Both sides are run on the same samples where their programs are installed; where they differ by more than rounding,
    nothing is written.
    """
    from multilayer import exchange  # here, so that no other command waits for it

    with show_status(fill("converting {source}", source=source)):
        done = exchange.convert(
            source,
            target,
            from_format=from_format,
            to_format=to_format,
            check=check,
            tolerance=tolerance,
            **added,
        )
    print_text(repr(done))

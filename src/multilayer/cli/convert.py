"""`multilayer convert`: a network from one format to another."""

from __future__ import annotations

from typing import Any

import click

from multilayer._base.text import fill
from multilayer.cli.console import path, print_text, show_status

__all__ = ["convert"]


@click.command()
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
    help="Compare both sides on the rows of a CSV file, not on made ones.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0.0),
    default=1.0,
    metavar="TIMES",
    help="Accept differences of so many times the tolerance, where a program is known to be inexact.",
)
@click.option(
    "--hidden",
    multiple=True,
    metavar="ACTIVATION",
    help="For files of weights alone: the activation of the hidden layers; repeatable, one for each.",
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

    Read are .json, .safetensors, .npz, .onnx, .keras and .weights.h5; written are the first five, and sources: .c, .py
    and .mjs need no package, NAME_torch.py is for PyTorch, NAME_sklearn.py for scikit-learn. --from and --to name a
    format whatever the suffix is.

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

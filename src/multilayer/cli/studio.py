"""`multilayer studio`: a network and rows on a page in a browser."""

from __future__ import annotations

import click

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer.cli.console import flush, header_option, path, print_note, print_text
from multilayer.cli.language import asked_language
from multilayer.io.networks import is_network_file

__all__ = ["studio"]


@click.command()
@click.argument("network", required=False, metavar="[NETWORK]", type=path)
@click.argument("data", required=False, metavar="[DATA.csv]", type=path)
@click.option(
    "--target",
    multiple=True,
    metavar="COLUMN",
    help="Target column of DATA, by name or 1-based index; repeatable.",
)
@header_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="NUMBER",
    help="Port (default: any that is free).",
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
def studio(
    network: str | None,
    data: str | None,
    target: tuple[str, ...],
    header: bool | None,
    port: int,
    no_browser: bool,
) -> None:
    """See, edit and train a network in a browser.

    NETWORK is a .json or .safetensors file. DATA is a CSV file with one sample per row. A single file with another
    suffix is DATA, for which a new network is made. Without files the tutorial's network opens.

    The page is served to this machine alone. Ctrl-C ends it.
    """
    from multilayer.web.opening import opened  # here, so that no other command imports them
    from multilayer.web.server import run
    from multilayer.web.session import Session

    if network is not None and data is None and not is_network_file(network):
        network, data = None, network
    if target and data is None:
        raise InputError(
            "--target {column} is a column of DATA, and no DATA is given", column=quoted(target[0])
        )
    state, notes = opened(network, data, target, header)
    for note in notes:
        print_note(note)
    run(Session(state, asked_language()), port, browser=not no_browser, say=_say)


def _say(text: str) -> None:
    """Print a line at once, as it is waited for also where stdout is a pipe."""
    print_text(text)
    flush()

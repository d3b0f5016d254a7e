"""`multilayer summary`: the layers and the size of a network."""

from __future__ import annotations

from dataclasses import asdict

import click

from multilayer.cli.console import json_option, network_argument, print_text, write_json
from multilayer.io import load, to_json

__all__ = ["summary"]


@click.command()
@network_argument
@json_option
def summary(network: str, as_json: bool) -> None:
    """Show the layers, shapes and size of a network.

    NETWORK is a .json or .safetensors file. Each layer is shown with its units, activation, shapes, parameters and
    bytes.
    """
    found = load(network).summary()
    if as_json:
        write_json(to_json(asdict(found)))
    else:
        print_text(str(found))

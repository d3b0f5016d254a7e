"""`multilayer summary`: how large a network is."""

from __future__ import annotations

from dataclasses import asdict

from multilayer.cli.console import JsonOption, NetworkArgument, say, write_bytes
from multilayer.io import load, to_json

__all__ = ["summary"]


def summary(network: NetworkArgument, as_json: JsonOption = False) -> None:
    """Show the units, activation, shapes, counts and bytes of every layer."""
    found = load(network).summary()
    if as_json:
        write_bytes(to_json(asdict(found)))
    else:
        say(str(found))

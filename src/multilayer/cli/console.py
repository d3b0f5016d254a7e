"""What every command writes with: results on stdout, progress and messages on stderr."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

__all__ = ["JsonOption", "NetworkArgument", "messages", "say", "unicode_out", "write_bytes"]

NetworkArgument = Annotated[str, typer.Argument(metavar="NETWORK", help="A network: .json or .safetensors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

_ASCII = {"∞": "inf", "≤": "<=", "≥": ">=", "±": "+-", "–": "-"}


def messages() -> Console:
    """Return a console on stderr; rich itself follows NO_COLOR and stays plain when it is no terminal."""
    return Console(stderr=True, highlight=False)


def unicode_out() -> bool:
    """Whether stdout can show characters beyond ASCII."""
    try:
        "⣿∞…".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def say(text: str) -> None:
    """Print text, in ASCII where stdout can show no more."""
    if not unicode_out():
        for fancy, simple in _ASCII.items():
            text = text.replace(fancy, simple)
        text = text.encode("ascii", "replace").decode()
    print(text)


def write_bytes(document: bytes) -> None:
    """Write a JSON document to stdout, with a newline."""
    sys.stdout.flush()
    sys.stdout.buffer.write(document + b"\n")

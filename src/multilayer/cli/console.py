"""What every command writes with: results on stdout, progress and messages on stderr.

Nothing from files or data is markup or an escape code here, whatever it holds. A reader that has seen enough (head, a
pager) ends the output and not the command, so that the exit code stays the command's own.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.status import Status
from rich.text import Text

from multilayer._base.errors import InputError
from multilayer._base.text import one_line, printable, shows

__all__ = [
    "HeaderOption",
    "JsonOption",
    "NetworkArgument",
    "abandon_stdout",
    "busy",
    "complain",
    "finish",
    "messages",
    "say",
    "say_styled",
    "tell",
    "unicode_out",
    "write_bytes",
]

NetworkArgument = Annotated[str, typer.Argument(metavar="NETWORK", help="A network: .json or .safetensors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
HeaderOption = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header", help="Whether line 1 holds names of columns; unless given, a rule decides."
    ),
]

_ASCII = {"∞": "inf", "≤": "<=", "≥": ">=", "±": "+-", "–": "-", "…": "...", "−": "-"}


def messages() -> Console:
    """Return a console on stderr; rich itself follows NO_COLOR and stays plain when it is no terminal."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def tell(text: str) -> None:
    """Print a message on stderr, in one line of bounded length."""
    with _messages() as out:
        out.write(_rendered(messages(), Text(one_line(text), style="dim")))


def complain(mistake: str) -> None:
    """Print what was wrong on stderr, in one line of bounded length."""
    with _messages() as out:
        out.write(f"multilayer: {one_line(mistake)}\n")


def busy(text: str) -> Status:
    """Return a context in which a terminal shows what is being done; its `update` takes another `Text`."""
    console = messages()
    # Where there is no terminal rich would still write, if nothing: an error on a full device.
    return (console if console.is_terminal else Console(quiet=True)).status(Text(one_line(text)))


def unicode_out() -> bool:
    """Whether stdout can show characters beyond ASCII."""
    try:
        "⣿∞…".encode(_encoding())
    except UnicodeEncodeError:
        return False
    return True


def say(text: str) -> None:
    """Print lines on stdout, in the characters it has."""
    with _stdout() as out:
        out.write(_fitting(text) + "\n")


def say_styled(text: Text) -> None:
    """Print lines on stdout, in colours where it is a terminal."""
    plain = _fitting(text.plain)
    if plain != text.plain:
        text = Text(plain)
    with _stdout() as out:
        out.write(_rendered(Console(file=out, highlight=False, soft_wrap=True), text))


def _rendered(console: Console, text: Text) -> str:
    """Return what rich would print: it would end the process itself where the reader has gone."""
    with console.capture() as printed:
        console.print(text)
    return printed.get()


def write_bytes(document: bytes) -> None:
    """Write a JSON document to stdout, with a newline; what a terminal would act upon is spelt as JSON can spell it."""
    text = document.decode("utf-8")
    if not text.isprintable():
        document = _spelt(text).encode("utf-8")
    with _stdout() as out:
        out.flush()
        out.buffer.write(document + b"\n")


def finish() -> None:
    """Write what is still waiting to be written."""
    if sys.stdout is not None:
        with _stdout() as out:
            out.flush()


def abandon_stdout() -> None:
    """Let what is still waiting to be written to stdout go nowhere."""
    _silence(sys.stdout)


def _spelt(document: str) -> str:
    return "".join(c if shows(c) or c == "\n" else json.dumps(c)[1:-1] for c in document)


def _encoding() -> str:
    return (sys.stdout.encoding if sys.stdout is not None else None) or "ascii"


def _fitting(text: str) -> str:
    """Return lines as stdout can show them: printable, and what its encoding lacks as visible escapes."""
    if not unicode_out():
        for fancy, simple in _ASCII.items():
            text = text.replace(fancy, simple)
    text = "\n".join(map(printable, text.split("\n")))
    return text.encode(_encoding(), "backslashreplace").decode(_encoding())


@contextmanager
def _stdout() -> Iterator[TextIO]:
    if sys.stdout is None:
        raise InputError("standard output is closed; open it, or write to a file")
    with _may_end(sys.stdout):
        yield sys.stdout


@contextmanager
def _messages() -> Iterator[TextIO]:
    """Yield stderr; where it cannot be written there is nobody left to tell, and the command goes on."""
    if sys.stderr is None:
        yield io.StringIO()
        return
    try:
        yield sys.stderr
    except OSError:
        _silence(sys.stderr)


@contextmanager
def _may_end(stream: TextIO) -> Iterator[None]:
    """Let a stream end whose reader has gone: what follows goes nowhere, Python's own flush at exit included."""
    try:
        yield
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        raise InputError(
            f"standard output: cannot be written ({(error.strerror or str(error)).lower()})"
        ) from None


def _silence(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

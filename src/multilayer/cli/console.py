"""Output of the commands: results on stdout, progress and messages on stderr.

Text from files and data is never treated as markup or as an escape code. When the reader of a pipe stops early (head,
a pager), the output ends but the command does not, so that its exit code is its own.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TextIO

import click

from multilayer._base.errors import InputError
from multilayer._base.text import one_line, printable, shows

__all__ = [
    "abandon_stdout",
    "flush",
    "header_option",
    "json_option",
    "network_argument",
    "path",
    "print_error",
    "print_note",
    "print_styled",
    "print_text",
    "samples_argument",
    "show_status",
    "unicode_out",
    "write_json",
]

_ASCII = {"\u00a0": " ", "∞": "inf", "≤": "<=", "≥": ">=", "±": "+-", "–": "-", "…": "...", "−": "-"}


def print_note(text: str) -> None:
    """Print a message on stderr, in one line of bounded length."""
    with _stderr() as out:
        out.write(_styled(out, one_line(text), {"(?s).+": "dim"}) + "\n")


def print_error(message: str) -> None:
    """Print an error on stderr, in one line of bounded length."""
    with _stderr() as out:
        out.write(f"multilayer: {one_line(message)}\n")


def show_status(text: str) -> AbstractContextManager[object]:
    """Return a context in which a terminal shows what is being done."""
    if not _takes_styles(sys.stderr):
        return nullcontext()
    from rich.console import Console
    from rich.text import Text

    return Console(stderr=True).status(Text(one_line(text)))


def unicode_out() -> bool:
    """Whether stdout can show characters beyond ASCII."""
    try:
        "⣿∞…".encode(_encoding())
    except UnicodeEncodeError:
        return False
    return True


def print_text(text: str) -> None:
    """Print lines on stdout, in the characters it has."""
    print_styled(text, {})


def print_styled(text: str, styles: Mapping[str, str]) -> None:
    """Print lines on stdout; on a terminal, matches of each regular expression in `styles` have that style."""
    with _stdout() as out:
        out.write(_styled(out, _fitting(text), styles) + "\n")


def write_json(document: bytes) -> None:
    """Write a JSON document to stdout, with a newline; characters that a terminal acts upon are escaped."""
    text = document.decode("utf-8")
    if not text.isprintable():
        document = _escaped(text).encode("utf-8")
    with _stdout() as out:
        out.flush()
        out.buffer.write(document + b"\n")


def flush() -> None:
    """Write what is still buffered for stdout."""
    if sys.stdout is not None:
        with _stdout() as out:
            out.flush()


def abandon_stdout() -> None:
    """Discard what is still buffered for stdout."""
    _discard(sys.stdout)


def _takes_styles(stream: TextIO | None) -> bool:
    """Whether rich may find a terminal in a stream; where not, nothing waits for its import."""
    forced = os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE")
    return stream is not None and (stream.isatty() or bool(forced))


def _styled(stream: TextIO, text: str, styles: Mapping[str, str]) -> str:
    """Return text with escape codes for its styles, as far as rich finds that the stream takes them."""
    if not styles or not _takes_styles(stream):
        return text
    from rich.console import Console
    from rich.text import Text

    styled = Text(text)
    for pattern, style in styles.items():
        styled.highlight_regex(pattern, style)
    console = Console(file=stream, highlight=False, soft_wrap=True)
    # Captured, because rich itself would end the process when the reader of a pipe has gone.
    with console.capture() as printed:
        console.print(styled, end="")
    return printed.get()


def _escaped(document: str) -> str:
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
    try:
        yield sys.stdout
    except BrokenPipeError:
        # The reader has gone: the rest is discarded, Python's own flush at exit included.
        _discard(sys.stdout)
    except OSError as error:
        _discard(sys.stdout)
        reason = (error.strerror or str(error)).lower()
        raise InputError("standard output: cannot be written ({reason})", reason=reason) from None


@contextmanager
def _stderr() -> Iterator[TextIO]:
    """Yield stderr. Where it cannot be written the message is lost, and the command goes on."""
    if sys.stderr is None:
        yield io.StringIO()
        return
    try:
        yield sys.stderr
    except OSError:
        _discard(sys.stderr)


def _discard(stream: Any) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


path = click.Path(readable=False)
"""Completed by shells as a file name. Whether the file can be read or written is checked where that is done."""

network_argument = click.argument("network", metavar="NETWORK", type=path)
samples_argument = click.argument("samples", metavar="SAMPLES", type=path)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
header_option = click.option(
    "--header/--no-header",
    default=None,
    help="Whether line 1 holds column names (default: decided by its content).",
)

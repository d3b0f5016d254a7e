"""Options that several benchmarks have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = [
    "only_option",
    "refuse_parts",
    "rounds_option",
    "seconds_option",
    "size_option",
    "store_option",
    "threads_option",
]

Command = TypeVar("Command", bound=Callable[..., Any])

threads_option = click.option(
    "--threads", default=2, show_default=True, help="Processors each contender may use."
)
only_option = click.option(
    "--only", default="", metavar="TEXT", help="Only cases whose name holds this text."
)
store_option = click.option(
    "--store", is_flag=True, help="Replace the figures that the documents are made from."
)


def rounds_option(default: int) -> Callable[[Command], Command]:
    return click.option(
        "--rounds", default=default, show_default=True, help="Timed rounds; medians are taken over them."
    )


def seconds_option(default: float) -> Callable[[Command], Command]:
    return click.option("--seconds", default=default, show_default=True, help="Length of one timing.")


def size_option(default: int) -> Callable[[Command], Command]:
    return click.option("--size", default=default, show_default=True, help="How many numbers.")


def refuse_parts(store: bool, only: str) -> None:
    """Refuse to store figures of some cases alone."""
    if store and only:
        raise click.UsageError("--store replaces all figures of a benchmark; leave out --only")

"""Arguments and options that several commands share."""

from __future__ import annotations

import click

__all__ = ["header_option", "json_option", "lang_option", "network_argument", "path", "samples_argument"]

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
lang_option = click.option(
    "--lang",
    default="en",
    metavar="TAG",
    help="With --html: the language that the page declares, such as ko (default: en).",
)

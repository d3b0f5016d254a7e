"""The commands in one table, and how a mistake ends: one line on stderr and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer

import multilayer
from multilayer.cli import activations, diagnose, info, names, run, summary
from multilayer.errors import InputError, MissingExtraError

__all__ = ["app", "main"]

OK, BAD_INPUT, INTERRUPTED = 0, 2, 130

app = typer.Typer(
    name="multilayer",
    help="The multilayer perceptron, complete: see every number, trust every digit.",
    epilog="Exit codes: 0 done; 1 diagnose found trouble; 2 something given was wrong, and nothing was written; "
    "130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    run.run,
    summary.summary,
    diagnose.diagnose,
    activations.activations,
    names.names,
    info.info,
):
    app.command()(command)


def _version(asked: bool) -> None:
    if asked:
        print(f"multilayer {multilayer.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def main() -> NoReturn:
    """Run the command line and exit."""
    sys.exit(_exit_code())


def _exit_code() -> int:
    try:
        try:
            app()
        except SystemExit as ending:  # typer ends so, whether all went well or the usage was wrong
            sys.stdout.flush()
            return ending.code if isinstance(ending.code, int) else OK
    except (InputError, MissingExtraError) as mistake:
        return _refuse(str(mistake))
    except BrokenPipeError:
        # The reader (head, a pager) has seen enough. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as mistake:
        return _refuse(f"{mistake.filename}: {mistake.strerror}" if mistake.filename else str(mistake))
    except KeyboardInterrupt:
        return INTERRUPTED
    return OK


def _refuse(message: str) -> int:
    print(f"multilayer: {message}", file=sys.stderr)
    return BAD_INPUT

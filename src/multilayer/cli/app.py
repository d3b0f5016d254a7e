"""The commands in one table, and how a mistake ends: one line on stderr and an exit code."""

from __future__ import annotations

import sys
import warnings
from typing import Annotated, Any, NoReturn

import typer

import multilayer
from multilayer._base.errors import InputError, MissingExtraError
from multilayer.cli import activations, diagnose, info, names, run, summary
from multilayer.cli.console import abandon_stdout, complain, finish, say

__all__ = ["app", "main"]

OK, BAD_INPUT, INTERRUPTED = 0, 2, 130

# Of click, or of the copy of it inside typer, whichever is installed.
_UsageError: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

app = typer.Typer(
    name="multilayer",
    help="The multilayer perceptron, complete: see every number, trust every digit.",
    epilog="Exit codes: 0 done; 1 diagnose found trouble; 2 something given was wrong, and nothing was written; "
    "130 interrupted.",
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
        say(f"multilayer {multilayer.__version__}")
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
    arguments = sys.argv[1:] or ["--help"]
    warnings.showwarning = _tell_warning
    try:
        # Left to itself, typer prints a mistake in a box, and ends with 1 where the reader of a pipe has gone.
        code = app(arguments, prog_name="multilayer", standalone_mode=False)
        finish()
    except (InputError, MissingExtraError, OSError, MemoryError, _UsageError) as mistake:
        if isinstance(mistake, OSError) and not mistake.filename:
            abandon_stdout()  # or Python would fail again when it flushes at exit
        complain(_in_words(mistake))
        return BAD_INPUT
    except SystemExit:  # typer's way out where the reader of the help has gone
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED
    return code if isinstance(code, int) else OK


def _tell_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """Tell a warning in one line; where in the code it was raised is of no use to who runs a command."""
    complain(f"warning: {message}")


def _in_words(mistake: BaseException) -> str:
    if isinstance(mistake, _UsageError):
        context = getattr(mistake, "ctx", None)
        command = "multilayer" if context is None else context.command_path
        message = mistake.format_message().rstrip(".")
        return f"{message[:1].lower()}{message[1:]}; {command} --help tells what it takes"
    if isinstance(mistake, MemoryError):
        return "there is not enough memory for this; give fewer samples at a time"
    if isinstance(mistake, OSError) and mistake.strerror:
        return f"{mistake.filename or 'standard output'}: {mistake.strerror.lower()}"
    return str(mistake)

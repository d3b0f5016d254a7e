"""The table of commands, and how a command ends: with an exit code, and for an error with one line on stderr."""

from __future__ import annotations

import sys
import warnings
from typing import Any, NoReturn

import click

import multilayer
from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.text import fill, near_matches, quoted
from multilayer.cli.activations import activations
from multilayer.cli.console import abandon_stdout, flush, print_error, print_text
from multilayer.cli.convert import convert
from multilayer.cli.diagnose import diagnose
from multilayer.cli.evaluate import evaluate
from multilayer.cli.explain import explain
from multilayer.cli.info import info
from multilayer.cli.language import (
    Context,
    help_option,
    in_chosen_language,
    language_option,
    translated_command,
)
from multilayer.cli.names import names
from multilayer.cli.predict import predict
from multilayer.cli.run import run
from multilayer.cli.studio import studio
from multilayer.cli.summary import summary
from multilayer.cli.train import train

__all__ = ["app", "main", "run_command_line"]

OK, BAD_INPUT, INTERRUPTED = 0, 2, 130


class _Commands(click.Group):
    context_class = Context

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        return command and translated_command(command)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Group.format_help(translated_command(self), ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they are added, not of the alphabet."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise InputError(
                "there is no command {command}; {near}",
                command=quoted(args[0]),
                near=near_matches(args[0], self.commands),
            )
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        print_text(f"multilayer {multilayer.__version__}")
        ctx.exit()


@click.command(
    cls=_Commands,
    epilog="""
    Exit codes: 0 done; 1 diagnose found trouble; 2 bad input, nothing was written; 130 interrupted.

    Tab completion: add  eval "$(_MULTILAYER_COMPLETE=bash_source multilayer)"  to ~/.bashrc. For zsh write zsh_source;
    for fish, write the output of  env _MULTILAYER_COMPLETE=fish_source multilayer  to
    ~/.config/fish/completions/multilayer.fish.
    """,
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@language_option
@help_option
def app() -> None:
    """The multilayer perceptron, complete: see every number, trust every digit."""


for command in (
    train,
    predict,
    evaluate,
    explain,
    run,
    summary,
    convert,
    diagnose,
    studio,
    activations,
    names,
    info,
):
    app.add_command(help_option(language_option(command)))


def main() -> NoReturn:
    """Run the command line and exit."""
    sys.exit(run_command_line(sys.argv[1:]))


def run_command_line(arguments: list[str]) -> int:
    """Run a command, and return its exit code."""
    warnings.showwarning = _print_warning
    with in_chosen_language():
        return _ended(arguments)


def _ended(arguments: list[str]) -> int:
    try:
        # In click's own mode, errors would have two more lines, and a reader that has gone would be an error.
        code = app(arguments or ["--help"], prog_name="multilayer", standalone_mode=False)
        flush()
    except (InputError, MissingExtraError, OSError, MemoryError, click.ClickException) as error:
        if isinstance(error, OSError) and not error.filename:
            abandon_stdout()  # or Python would fail again when it flushes at exit
        print_error(_message(error))
        return BAD_INPUT
    except SystemExit:  # click's way out after a completion, or when the reader of the help has gone
        return OK
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    return code if isinstance(code, int) else OK


def _print_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """Print a warning in one line, without its place in the code, which is of no use on a command line."""
    print_error(fill("warning: {warning}", warning=message))


def _message(error: BaseException) -> str:
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        known = [name for option in error.ctx.command.get_params(error.ctx) for name in option.opts]
        return fill(
            "{command} has no option {option}; {near}",
            command=error.ctx.command_path,
            option=quoted(error.option_name),
            near=near_matches(error.option_name, [name for name in known if name.startswith("-")]),
        )
    if isinstance(error, click.ClickException):
        context = getattr(error, "ctx", None)
        command = "multilayer" if context is None else context.command_path
        message = error.format_message().rstrip(".")
        return fill(
            "{message}; see {command} --help", message=message[:1].lower() + message[1:], command=command
        )
    if isinstance(error, MemoryError):
        return fill("not enough memory; give fewer samples at a time")
    if isinstance(error, OSError) and error.strerror:
        file, reason = error.filename or fill("standard output"), error.strerror.lower()
        return fill("{file}: {reason}", file=file, reason=reason)
    return str(error)

"""Run the command line in this process."""

from dataclasses import dataclass

import pytest

from multilayer.cli.app import run_command_line


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def multilayer(capfd):
    """Return a function that runs `multilayer ARGUMENTS`, and returns its exit code and output."""

    def run(*arguments):
        code = run_command_line([*map(str, arguments)])
        return Outcome(code, *capfd.readouterr())

    return run

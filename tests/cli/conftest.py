"""Run the command line in this process."""

import sys
from dataclasses import dataclass

import pytest

from multilayer.cli.app import _exit_code


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def multilayer(capfd, monkeypatch):
    """Return a function that runs `multilayer ARGUMENTS` and says how it ended."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["multilayer", *map(str, arguments)])
        code = _exit_code()
        return Outcome(code, *capfd.readouterr())

    return run

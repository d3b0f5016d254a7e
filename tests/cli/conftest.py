"""Run the command line in this process."""

from dataclasses import dataclass

import pytest

from multilayer.cli.app import run_command_line
from tests.cli.penguins import TINY, TRAIN


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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with models of penguins and the configuration they were trained with."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "tiny.toml").write_text(TINY)
    for target in ("species", "body_mass_g"):
        train = [
            "train",
            str(TRAIN),
            "--target",
            target,
            "--members",
            "2",
            "--config",
            str(folder / "tiny.toml"),
        ]
        assert run_command_line([*train, "-o", str(folder / f"{target}.safetensors")]) == 0
    return folder


@pytest.fixture(scope="module")
def species(folder):
    return folder / "species.safetensors"


@pytest.fixture(scope="module")
def mass(folder):
    return folder / "body_mass_g.safetensors"

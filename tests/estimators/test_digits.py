"""The example reaches what it promises; it checks that by itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import multilayer

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits.py"


@pytest.mark.slow
def test_the_example(tmp_path):
    where = {"PYTHONPATH": str(Path(multilayer.__file__).parents[1])}
    command = [sys.executable, "-W", "error", EXAMPLE, tmp_path]
    outcome = subprocess.run(command, capture_output=True, text=True, env=os.environ | where, check=False)
    assert outcome.returncode == 0, outcome.stderr
    assert "the same digits True, the same bits True" in outcome.stdout
    assert multilayer.load(tmp_path / "digits.safetensors").widths == (64, 96, 10)

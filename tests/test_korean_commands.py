"""Commands in Korean from end to end, each in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SEED = "examples/seed"
COMMANDS = {
    "run": ["run", f"{SEED}/network.json", f"{SEED}/samples.csv"],
    "summary": ["summary", f"{SEED}/network.json"],
    "activations": ["activations", "sigmoid"],
    "info": ["info"],
    "a mistake": ["run", "nowhere.json", f"{SEED}/samples.csv"],
    "explain": ["diagnose", "--explain", "saturated_units", "x", "y"],
}


@pytest.mark.slow
@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("asked_by", ["option", "environment"])
def test_a_command_speaks_korean(arguments, asked_by):
    environment = {
        key: value for key, value in os.environ.items() if key not in ("LANGUAGE", "LC_ALL", "LC_MESSAGES")
    }
    environment |= {
        "PYTHONIOENCODING": "utf-8",
        "LANG": "ko_KR.UTF-8" if asked_by == "environment" else "C.UTF-8",
    }
    option = ["--lang", "ko"] if asked_by == "option" else []
    done = subprocess.run(
        [sys.executable, "-m", "multilayer", *option, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == (2 if "nowhere.json" in arguments else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert len(re.findall("[가-힣]", done.stdout + done.stderr)) > 4

"""What runs standalone source, where it is installed: a C compiler, Python, Node; each in a process of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, one_line
from multilayer.exchange.imported import Runner

__all__ = ["of_c", "of_javascript", "of_python"]

_PYTHON = """
import runpy, sys
predict = runpy.run_path(sys.argv[1])["predict"]
for line in sys.stdin:
    print(*predict([float(word) for word in line.split()]))
"""
_JAVASCRIPT = """
const { pathToFileURL } = await import("node:url");
const { readFileSync } = await import("node:fs");
const { predict } = await import(pathToFileURL(process.argv[2]).href);
for (const line of readFileSync(0, "utf8").trim().split("\\n")) {
    console.log(predict(line.split(" ").map(Number)).join(" "));
}
"""


def of_python(path: Path) -> tuple[Runner, str]:
    """Return what runs a Python file."""
    name = ".".join(map(str, sys.version_info[:3]))
    return _runner([sys.executable, "-I", "-c", _PYTHON, path]), f"Python {name}"


def of_javascript(path: Path) -> tuple[Runner, str] | None:
    """Return what runs a JavaScript module; None without Node."""
    node = shutil.which("node")
    if node is None:
        return None
    version = _output([node, "--version"], "").strip()
    return _runner([node, "--input-type=module", "-e", _JAVASCRIPT, ".", path]), f"Node {version.lstrip('v')}"


def of_c(path: Path) -> tuple[Runner, str] | None:
    """Return what compiles and runs a C file; None without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")
    units = re.search(r"^#define (\w+)_UNITS (\d+)$", path.with_suffix(".h").read_text("ascii"), re.MULTILINE)
    if compiler is None or units is None:
        return None

    def run(x: NDArray[Any]) -> NDArray[Any]:
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder, "program")
            options = ["-std=c99", "-O2", "-ffp-contract=off", f"-D{units[1]}_MAIN"]
            _output([compiler, *options, path, "-o", program, "-lm"], "")
            return _runner([program], int(units[2]))(x)

    return run, _output([compiler, "--version"], "").splitlines()[0]


def _runner(command: Sequence[Any], units: int | None = None) -> Runner:
    """Return a function of rows, which a command reads as lines of text; it prints numbers, and perhaps a class."""

    def run(x: NDArray[Any]) -> NDArray[Any]:
        text = "".join(" ".join(map(repr, row)) + "\n" for row in x.astype(np.float64).tolist())
        rows = [line.split()[:units] for line in _output(command, text).splitlines()]
        return np.array(rows, np.float64).astype(x.dtype)

    return run


def _output(command: Sequence[Any], text: str) -> str:
    try:
        run = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
    except OSError as error:
        raise InputError(fill("{program} cannot be run: {error}", program=command[0], error=error)) from None
    if run.returncode != 0:
        message = one_line(run.stderr.strip(), 200)
        raise InputError(fill("{program} failed: {error}", program=Path(command[0]).name, error=message))
    return run.stdout

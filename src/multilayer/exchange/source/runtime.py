"""What runs standalone source, where it is installed: a C compiler, Python, Node; each in a process of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import one_line
from multilayer.exchange.imported import Runner

__all__ = [
    "RowsRunner",
    "of_c",
    "of_javascript",
    "of_python",
    "rows_of_c",
    "rows_of_javascript",
    "rows_of_python",
]

RowsRunner = Callable[[Sequence[Sequence[str]]], NDArray[np.float64]]
"""What computes the answers of a model of a table for rows of texts, of shape (rows, answers)."""

_COMMAND_LINE = 16_000
"""Bytes of arguments that every system takes in a command line, beside a last row."""

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

_PYTHON_ROWS = """
import json, runpy, sys
predict = runpy.run_path(sys.argv[1])["predict"]
for row in json.load(sys.stdin):
    y = predict(row)
    print(*(y if isinstance(y, list) else [y]))
"""
_JAVASCRIPT_ROWS = """
const { pathToFileURL } = await import("node:url");
const { readFileSync } = await import("node:fs");
const { predict } = await import(pathToFileURL(process.argv[2]).href);
for (const row of JSON.parse(readFileSync(0, "utf8"))) console.log([predict(row)].flat().join(" "));
"""


def of_python(path: Path) -> tuple[Runner, str]:
    """Return what runs a Python file."""
    name = ".".join(map(str, sys.version_info[:3]))
    return _runner([sys.executable, "-I", "-c", _PYTHON, path]), f"Python {name}"


def of_javascript(path: Path) -> tuple[Runner, str] | None:
    """Return what runs a JavaScript module; None without Node, and for a suffix that is not one for it."""
    node = shutil.which("node")
    if node is None or path.suffix != ".mjs":
        return None
    version = _output([node, "--version"], "").strip()
    return _runner([node, "--input-type=module", "-e", _JAVASCRIPT, ".", path]), f"Node {version.lstrip('v')}"


def of_c(path: Path) -> tuple[Runner, str] | None:
    """Return what compiles and runs a C file; None without a compiler."""
    compiler = _compiler()
    units = _defined(path, "UNITS")
    if compiler is None or units is None:
        return None

    def run(x: NDArray[Any]) -> NDArray[Any]:
        with tempfile.TemporaryDirectory() as folder:
            program = _compiled(path, compiler, Path(folder, "program"), units[1])
            return _runner([program], int(units[2]))(x)

    return run, _output([compiler, "--version"], "").splitlines()[0]


def rows_of_python(path: Path) -> tuple[RowsRunner, str]:
    """Return what runs the Python file of a model of a table."""
    return _rows_runner([sys.executable, "-I", "-c", _PYTHON_ROWS, path]), of_python(path)[1]


def rows_of_javascript(path: Path) -> tuple[RowsRunner, str] | None:
    """Return what runs the JavaScript module of one; None without Node."""
    found = of_javascript(path)
    command = [shutil.which("node"), "--input-type=module", "-e", _JAVASCRIPT_ROWS, ".", path]
    return None if found is None else (_rows_runner(command), found[1])


def rows_of_c(path: Path) -> tuple[RowsRunner, str] | None:
    """Return what compiles and runs the C file of one; None without a compiler."""
    compiler = _compiler()
    count = _defined(path, "OUTPUTS")
    if compiler is None or count is None:
        return None

    def run(rows: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        with tempfile.TemporaryDirectory() as folder:
            program = _compiled(path, compiler, Path(folder, "program"), count[1])
            text = "".join(_output([program, *chain.from_iterable(part)], "") for part in _parts(rows))
        return np.array([line.split()[: int(count[2])] for line in text.splitlines()], np.float64)

    return run, _output([compiler, "--version"], "").splitlines()[0]


def _parts(rows: Sequence[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    """Return rows in parts that a command line takes."""
    part: list[Sequence[str]] = []
    size = 0
    for row in rows:
        part.append(row)
        size += sum(len(text.encode()) + 1 for text in row)
        if size > _COMMAND_LINE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _rows_runner(command: Sequence[Any]) -> RowsRunner:
    def run(rows: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        lines = _output(command, json.dumps(rows)).splitlines()
        return np.array([line.split() for line in lines], np.float64)

    return run


def _compiler() -> str | None:
    return shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")


def _defined(path: Path, what: str) -> re.Match[str] | None:
    """Return a number that the header defines: the prefix of its name, and the number."""
    header = path.with_suffix(".h").read_text("ascii")
    return re.search(rf"^#define (\w+)_{what} (\d+)$", header, re.MULTILINE)


def _compiled(path: Path, compiler: str, program: Path, prefix: str) -> Path:
    options = ["-std=c99", "-O2", "-ffp-contract=off", f"-D{prefix}_MAIN"]
    _output([compiler, *options, "-x", "c", path, "-o", program, "-lm"], "")
    return program


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
        raise InputError("{program} cannot be run: {error}", program=command[0], error=error) from None
    if run.returncode != 0:
        message = one_line(run.stderr.strip(), 200)
        raise InputError("{program} failed: {error}", program=Path(command[0]).name, error=message)
    return run.stdout

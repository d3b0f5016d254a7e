"""Run the code blocks of a Markdown page, in order, as a reader would: in one directory and one Python.

    python -m tests.documents PAGE            run the blocks in a temporary directory that holds examples/
    python -m tests.documents --install PAGE  print the commands of the blocks that start with `pip install`

What happens to a block follows from its language:

- `python`, `pycon`, or none and starting with `>>>`: executed, in one namespace for the page. The outputs of a session
  with `>>>` are compared.
- `console`, or none and starting with `$`: a shell runs what follows each `$`; outputs that are shown are compared.
- `sh`: a shell runs each line.
- Any of these that starts with `pip install`: left to .ci/run, which has a new virtual environment for it.
- Another language (`json`, `diff`, `text`, ...): not run. A block without a language that is none of these is an error.

Outputs are compared as doctest does, with `...` for what differs; numbers may differ in the sixth digit. A command has
to end with 0, and `multilayer diagnose` with 0 or 1. A block after the line `<!-- not run: REASON -->` is not run.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the number of its first line."""

    language: str
    text: str
    line: int

    @property
    def kind(self) -> str:
        """How it is run: "python", "session", "console", "sh", "install" or "text"."""
        start = self.text.lstrip()
        if start.removeprefix("$ ").startswith("pip install"):
            return "install"
        if self.language in ("python", "pycon", "py", ""):
            if start.startswith(">>>"):
                return "session"
            if self.language == "python":
                return "python"
        if self.language == "console" or (self.language == "" and start.startswith("$ ")):
            return "console"
        if self.language in ("sh", "bash"):
            return "sh"
        if self.language:
            return "text"
        raise ValueError(f"line {self.line}: a block without a language is a session with >>> or with $")


class Numbers(doctest.OutputChecker):
    """Compares numbers to six digits."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Compare as doctest does, or else the text between the numbers, and the numbers."""
        if super().check_output(want, got, optionflags):
            return True
        if not super().check_output(NUMBER.sub("0.0", want), NUMBER.sub("0.0", got), optionflags):
            return False
        wanted, found = NUMBER.findall(want), NUMBER.findall(got)
        return len(wanted) == len(found) and all(
            math.isclose(float(a), float(b), rel_tol=1e-5) for a, b in zip(wanted, found, strict=True)
        )


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks that are to be run, or shown."""
    lines = iter(enumerate(text.splitlines(), 1))
    before = ""
    for number, line in lines:
        fence = re.match(r"( *)(```+)(\w*)", line)
        if fence:
            indent, ticks, language = fence.groups()
            inner = []
            for _, inside in lines:
                if inside.strip() == ticks:
                    break
                inner.append(inside.removeprefix(indent))
            if not re.match(r"<!-- not run: .+ -->$", before):
                yield Block(language, "\n".join(inner) + "\n", number + 1)
        if line.strip():
            before = line.strip()


def runnable(page: Path) -> list[Block]:
    """Return the blocks of a page that `run` runs."""
    text = page.read_text(encoding="utf-8")
    return [block for block in blocks(text) if block.kind in ("python", "session", "console", "sh")]


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Yield the commands of a block, each with the output that is shown, or ""."""
    if block.kind != "console":
        text = re.sub(r"\\\n", "", block.text)
        lines = (line.removeprefix("$ ") for line in text.splitlines())
        yield from ((line, "") for line in lines if line.strip() and not line.startswith("#"))
        return
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, output = re.sub(r"\\\n(?:> )?", "", part).partition("\n")
        yield command, output


def run_python(block: Block, namespace: dict[str, Any]) -> str:
    """Execute a block; return what is wrong, or ""."""
    name = f"<block at line {block.line}>"
    if block.kind == "python":
        exec(compile("\n" * (block.line - 1) + block.text, name, "exec"), namespace)  # noqa: S102
        return ""
    test = doctest.DocTestParser().get_doctest(block.text, namespace, name, None, block.line - 1)
    reported = io.StringIO()
    runner = doctest.DocTestRunner(Numbers(), verbose=False, optionflags=FLAGS)
    runner.run(test, out=reported.write, clear_globs=False)
    namespace.update(test.globs)
    return reported.getvalue()


def run_command(command: str, output: str) -> str:
    """Run a command; return what is wrong, or ""."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    allowed = (0, 1) if command.startswith("multilayer diagnose") else (0,)
    if done.returncode not in allowed:
        return f"$ {command}\nends with {done.returncode}:\n{done.stdout}"
    if output.strip() and not Numbers().check_output(output, done.stdout, FLAGS):
        return f"$ {command}\nis shown as\n{output}\nand prints\n{done.stdout}"
    return ""


def run(page: Path) -> list[str]:
    """Run a page in the current directory; return what is wrong in it."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    wrong = []
    for block in runnable(page):
        if block.kind in ("python", "session"):
            with contextlib.redirect_stdout(io.StringIO()):
                found = run_python(block, namespace)
            wrong += [f"line {block.line}: {found}"] if found else []
        else:
            for command, output in commands(block):
                if found := run_command(command, output):
                    wrong.append(f"line {block.line}: {found}")
    return wrong


def main(arguments: list[str]) -> int:
    """Run a page, or print its commands that install."""
    *options, name = arguments
    page = Path(name).resolve()
    if options == ["--install"]:
        for block in blocks(page.read_text(encoding="utf-8")):
            if block.kind == "install":
                sys.stdout.writelines(f"{command}\n" for command, _ in commands(block))
        return 0
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["MPLBACKEND"] = "agg"
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(ROOT / "examples", Path(directory) / "examples")
        with contextlib.chdir(directory):
            wrong = run(page)
    sys.stdout.writelines(f"{page.name}, {fault}\n" for fault in wrong)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

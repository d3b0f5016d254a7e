"""The newcomer's path: every code block and every command of README and docs runs, and prints what it shows."""

import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import ROOT, Block, Numbers, blocks, commands, run_command, runnable

PAGES = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/guide/**/*.md")])


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def different() -> list[Path]:
    """Return one page of those with the same blocks: a translation has those of the page that it translates."""
    found: dict[tuple[tuple[str, str], ...], Path] = {}
    for page in PAGES:
        if run := runnable(page):
            found.setdefault(tuple((block.kind, block.text) for block in run), page)
    return list(found.values())


@pytest.mark.slow
@pytest.mark.parametrize("page", different(), ids=name)
def test_every_block_of_a_page_runs(page):
    done = subprocess.run(
        [sys.executable, "-m", "tests.documents", str(page)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_has_a_kind(page):
    assert all(block.kind for block in blocks(page.read_text(encoding="utf-8")))


def inline_commands(page):
    """The subcommands of `multilayer` that stand in a line of text, each with the options given to it."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for span in re.findall(r"`multilayer ([a-z][^`]*)`", text):
        yield span.split()[0], re.findall(r"--[a-z][a-z-]*", span)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_in_the_text_is_one_with_these_options(page):
    wanted = {}
    for command, options in inline_commands(page):
        wanted.setdefault(command, set()).update(options)
    for command, options in wanted.items():
        help_text = run_help(command)
        assert options <= set(re.findall(r"--[a-z][a-z-]*", help_text)), (command, options)


@functools.cache
def run_help(command):
    done = subprocess.run(
        [sys.executable, "-m", "multilayer", command, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def test_the_readme_installs_and_tests():
    """What .ci/run takes from README: blocks that start with `pip install`; the last of them runs the tests."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [command for block in blocks(readme) if block.kind == "install" for command, _ in commands(block)]
    assert lines
    assert "pytest" in lines[-1]


def kinds(text):
    return [block.kind for block in blocks(text)]


def test_kinds_of_blocks():
    assert kinds("```python\nx = 1\n```\n") == ["python"]
    assert kinds("```\n>>> 1\n1\n```\n") == ["session"]
    assert kinds("```\n$ multilayer info\n```\n") == ["console"]
    assert kinds("```sh\nmultilayer info\n```\n") == ["sh"]
    assert kinds("```sh\npip install .\n```\n") == ["install"]
    assert kinds("```json\n{}\n```\n") == ["text"]
    assert kinds("<!-- not run: needs a network -->\n\n```python\n1 / 0\n```\n") == []
    with pytest.raises(ValueError, match="line 2: a block without a language"):
        kinds("```\nx = 1\n```\n")


def test_commands_and_their_outputs():
    block = Block("console", "$ echo a \\\n> b\na b\n$ true\n", 1)
    assert list(commands(block)) == [("echo a b", "a b\n"), ("true", "")]
    assert list(commands(Block("sh", "# a comment\ntrue\n\nfalse\n", 1))) == [("true", ""), ("false", "")]
    assert list(commands(Block("console", "$ pip install .\n", 1))) == [("pip install .", "")]


def test_outputs_are_compared():
    assert run_command("echo 'loss 0.1234567 at 3'", "loss 0.1234568 at 3") == ""
    assert run_command("printf 'a\\nb\\nc\\n'", "a\n...\nc\n") == ""
    assert "is shown as" in run_command("echo 'loss 0.1234 at 3'", "loss 0.1235 at 3")
    assert "ends with 3" in run_command("exit 3", "")
    assert Numbers().check_output("1.5 of ...\n", "1.5000000001 of many\n", 0) is False

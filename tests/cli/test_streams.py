"""What a shell can do to a command: streams closed, full or gone, and text that no terminal should act upon."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="closes streams as a POSIX shell does"),
]

INPUT, LABEL = "\x1b]0;own\x07", "\x1b[2Jcleared"
GONE = f"| {shlex.quote(sys.executable)} -c pass; exit ${{PIPESTATUS[0]}}"
COMMANDS = {
    "run": "run net.json x.csv",
    "trace": "run net.json x.csv --trace",
    "json": "run net.json x.csv --json",
    "summary": "summary net.json",
    "diagnose": "diagnose net.json x.csv --target t",
    "activations": "activations",
    "card": "activations relu",
    "info": "info",
    "version": "--version",
    "help": "--help",
}
REFUSED = {
    "folder as samples": "run net.json .",
    "folder as network": "summary .",
    "empty table": "run net.json empty.csv",
    "empty network": "summary empty.json",
    "empty history": "diagnose net.json x.csv --target t --history empty.csv",
    "folder as history": "diagnose net.json x.csv --target t --history .",
    "folder as output": "run net.json x.csv -o folder.csv",
    "no command": "frobnicate",
    "no arguments": "run",
    "option": f"run net.json x.csv --x{LABEL}",
    "long option": f"run net.json x.csv --digits {'9' * 5000}",
    "long number": f"diagnose net.json x.csv --target {'9' * 5000}",
    "long name": f"diagnose net.json x.csv --target {'z' * 5000}",
    "long file": f"run net.json {'z' * 5000}.csv",
    "escape in a file's name": f"run net.json {LABEL}.csv",
    "half a surrogate": "run net.json \udc80.csv",
    "activation": f"activations {LABEL}{'z' * 5000}",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    network = {
        "format": "multilayer-network",
        "version": 1,
        "classes": [LABEL, "b\nc", "ε\u202eb"],
        "inputs": ["x", INPUT],
        "layers": [{"W": [[1, 2, 1], [0, 1, 0]], "b": [0, 0, 0], "activation": "softmax"}],
    }
    (folder / "net.json").write_text(json.dumps(network))
    rows = ["1,2,3,ε\u202eb", '-1,2,3,"b\nc"', f"-2,1,3,{LABEL}", f"0,1,0,{LABEL}"]
    (folder / "x.csv").write_text("\n".join([f"x,{INPUT},rate [/s] \u202e,t", *rows]), "utf-8")
    (folder / "empty.csv").touch()
    (folder / "empty.json").touch()
    (folder / "folder.csv").mkdir()
    return folder


def shell(
    folder: Path, command: str, redirections: str = "", executable: str | None = None, **environment: str
) -> tuple[int, str, str]:
    """Return code, stdout and stderr of a command in a shell."""
    arguments = shlex.join([sys.executable, "-m", "multilayer", *command.split(" ")])
    done = subprocess.run(
        f"{arguments} {redirections}",
        shell=True,
        executable=executable and shutil.which(executable),
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


@cache
def whole(folder: Path, command: str) -> tuple[int, str, str]:
    """Return what a command does when nothing is in its way."""
    return shell(folder, command)


def check_text(text: str) -> None:
    assert "Traceback" not in text
    assert "Exception ignored" not in text
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text) is None


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_is_acted_upon(folder: Path, command: str) -> None:
    code, out, err = whole(folder, command)
    assert code in (0, 1)
    check_text(out + err)
    assert out
    assert len(err.splitlines()) <= 1


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_an_ascii_terminal(folder: Path, command: str) -> None:
    code, out, err = shell(folder, command, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert code in (0, 1)
    check_text(out + err)
    assert "--json" in command or (out + err).isascii()
    if command == COMMANDS["run"]:
        assert r"\u03b5\u202eb" in out


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_streams_that_are_not_needed(folder: Path, command: str) -> None:
    code, out, err = shell(folder, command, "<&- 2>&-")
    assert (code, out) == whole(folder, command)[:2]
    check_text(err)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_standard_output(folder: Path, command: str) -> None:
    code, _, err = shell(folder, command, ">&-")
    check_text(err)
    if command == COMMANDS["help"]:  # click's, which prints nothing then
        assert code == 0
    else:
        assert code == 2
        assert "multilayer: standard output is closed" in err.splitlines()[-1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_full_disk(folder: Path, command: str) -> None:
    code, _, err = shell(folder, command, ">/dev/full")
    assert code == 2
    check_text(err)
    assert "multilayer: standard output: " in err.splitlines()[-1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_messages_that_cannot_be_written_change_nothing(folder: Path, command: str) -> None:
    assert shell(folder, command, "2>/dev/full")[:2] == whole(folder, command)[:2]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_mistake_that_cannot_be_printed_keeps_its_exit_code(folder: Path) -> None:
    assert shell(folder, "summary .", "2>/dev/full")[0] == 2


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_reader_that_has_gone(folder: Path, command: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "multilayer", *command.split(" ")],
        cwd=folder,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    os.close(writer)
    expected, _, _ = whole(folder, command)
    assert done.returncode == expected
    check_text(done.stderr.decode())
    assert b"multilayer: " not in done.stderr


def test_trouble_is_trouble_for_a_reader_that_has_gone(folder: Path) -> None:
    network = json.loads((folder / "net.json").read_text())
    network["layers"][0]["b"] = [99, 0, 0]
    (folder / "sick.json").write_text(json.dumps(network))
    rows = [f"{n},{n % 3},{LABEL if n % 2 else 'ε' + chr(0x202E) + 'b'}" for n in range(-20, 20)]
    (folder / "many.csv").write_text("\n".join([f"x,{INPUT},t", *rows]), "utf-8")
    command = "diagnose sick.json many.csv --target t"
    assert shell(folder, command)[0] == 1
    assert shell(folder, command, GONE, "bash")[0] == 1


def test_a_mistake_without_a_reader(folder: Path) -> None:
    assert shell(folder, "summary .", f"2>&1 {GONE}", "bash")[0] == 2


def test_closed_input_that_is_needed(folder: Path) -> None:
    code, out, err = shell(folder, "run net.json -", "<&-")
    assert (code, out) == (2, "")
    assert err.startswith("multilayer: standard input is closed")


def test_output_to_a_file_needs_no_standard_output(folder: Path) -> None:
    code, _, _ = shell(folder, "run net.json x.csv -o y.csv", ">&-")
    assert code == 0
    assert (folder / "y.csv").read_bytes()


@pytest.mark.parametrize("command", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(folder: Path, command: str) -> None:
    code, out, err = shell(folder, command)
    assert (code, out) == (2, "")
    check_text(err)
    (line,) = err.splitlines()
    assert line.startswith("multilayer: ")
    assert len(line) <= 520


@pytest.mark.parametrize("command", ["run", "trace", "summary", "diagnose"])
def test_a_real_terminal(folder: Path, command: str) -> None:
    """Rich colours and moves the cursor there, but nothing of a file does."""
    master, terminal = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "multilayer", *COMMANDS[command].split(" ")],
        cwd=folder,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(terminal)
    seen = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # its other end is closed
            break
        if not piece:
            break
        seen += piece
    os.close(master)
    assert process.wait(60) in (0, 1)
    assert seen
    for sequence in (b"\x1b[2J", b"\x1b]0;", b"\x07", "\u202e".encode()):
        assert sequence not in seen


def test_json_on_a_terminal_reads_back(folder: Path) -> None:
    _, out, _ = whole(folder, COMMANDS["json"])
    assert json.loads(out)["network"]["classes"][2] == "ε\u202eb"

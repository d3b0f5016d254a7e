"""Several processes at one file: it is whole at any moment, and no false error is reported."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from multilayer._base import storage, temporary
from multilayer._base.errors import InputError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions and locks of POSIX")

CONTENTS = [bytes([letter]) * (60_000 + letter) for letter in b"abc"]
NOBODY = 65534


def process(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a program that has `sys` and `storage`."""
    program = f"import sys; from multilayer._base import storage; {program}"
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def check_ended_well(started: subprocess.Popen[str]) -> None:
    _, errors = started.communicate(timeout=300)
    assert (started.returncode, errors) == (0, "")


def test_writers_and_a_reader_at_one_file(tmp_path: Path) -> None:
    path, kept = tmp_path / "file", tmp_path / "file.previous"
    path.write_bytes(CONTENTS[0])
    save = "[(storage.keep(path, kept), storage.write(path, data)) for _ in range(150)]"
    writer = f"path, kept, letter = sys.argv[1:]; data = letter.encode() * (60_000 + ord(letter)); {save}"
    writers = [process(writer, path, kept, letter) for letter in "abc"]
    while any(writer.poll() is None for writer in writers):
        assert storage.read(path) in CONTENTS
        assert not kept.exists() or storage.read(kept) in CONTENTS
    for writer in writers:
        check_ended_well(writer)
    assert sorted(tmp_path.iterdir()) == [path, kept]


@pytest.mark.parametrize("step", ["write", "check_writable", "keep"])
def test_what_another_process_sweeps_is_made_anew(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, kept = tmp_path / "file", tmp_path / "kept"
    path.write_bytes(b"before")
    made = temporary.temporary_name
    swept: list[Path] = []

    def sweep_after_the_next_file_was_made(target: Path) -> Path:
        if not swept:
            swept.append(target)
            opened, linked = os.open, Path.hardlink_to
            monkeypatch.setattr(
                os, "open", lambda *a: (opened(*a), monkeypatch.undo(), temporary.sweep(target))[0]
            )
            monkeypatch.setattr(
                Path, "hardlink_to", lambda *a: (linked(*a), monkeypatch.undo(), temporary.sweep(target))[0]
            )
        return made(target)

    monkeypatch.setattr(temporary, "temporary_name", sweep_after_the_next_file_was_made)
    {
        "write": lambda: storage.write(path, b"after"),
        "check_writable": lambda: storage.check_writable(path),
        "keep": lambda: storage.keep(path, kept),
    }[step]()
    assert swept
    expected = {"write": {path: b"after"}, "keep": {path: b"before", kept: b"before"}}
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == expected.get(step, {path: b"before"})


def test_a_file_kept_twice_leaves_nothing_else(tmp_path: Path) -> None:
    path, kept = tmp_path / "file", tmp_path / "kept"
    storage.write(path, b"one")
    for _ in range(2):
        storage.keep(path, kept)
        assert sorted(tmp_path.iterdir()) == [path, kept]


def test_a_target_that_appears_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (sync(descriptor), path.write_bytes(b"theirs"))[0])
    with pytest.raises(InputError, match="the file is there already"):
        storage.write(path, b"ours", overwrite=False)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == {path: b"theirs"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that processes of other users can reach."""
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o711)
        inner = Path(parent) / "inner"
        inner.mkdir()
        if os.geteuid() == 0:
            os.chown(inner, NOBODY, NOBODY)
        yield inner
        inner.chmod(0o700)


AS_NOBODY = f"import os; os.geteuid() or os.seteuid({NOBODY}); from multilayer import InputError; "


def test_a_folder_that_cannot_be_listed_is_written_to(folder: Path) -> None:
    path = folder / "file"
    folder.chmod(0o300)
    program = (
        "path = sys.argv[1]; storage.check_writable(path); storage.write(path, b'one')\n"
        "storage.keep(path, path + '.previous'); storage.write(path, b'two')\n"
        "assert storage.exists(path) and storage.read(path) == b'two'\n"
        "assert storage.read(path + '.previous') == b'one'"
    )
    check_ended_well(process(AS_NOBODY + program, path))
    folder.chmod(0o700)
    assert sorted(file.name for file in folder.iterdir()) == ["file", "file.previous"]


def test_a_folder_that_cannot_be_written_is_refused_early(folder: Path) -> None:
    folder.chmod(0o500)
    program = (
        "path, refused = sys.argv[1], []\n"
        "for attempt in (storage.check_writable, lambda path: storage.write(path, b'')):\n"
        "    try: attempt(path)\n"
        "    except InputError as error: refused.append(str(error))\n"
        "assert refused == [f'{path}: cannot be written (permission denied)'] * 2, refused"
    )
    check_ended_well(process(AS_NOBODY + program, folder / "file"))


def test_a_folder_that_cannot_be_entered(folder: Path) -> None:
    folder.chmod(0o600)
    program = (
        "path, refused = sys.argv[1], []\n"
        "for attempt in (storage.exists, storage.read, lambda path: storage.keep(path, path + '.previous')):\n"
        "    try: attempt(path)\n"
        "    except InputError as error: refused.append(str(error).rsplit(': ')[-1])\n"
        "denied = 'permission denied'\n"
        "assert refused == [f'cannot be {done} ({denied})' for done in ('read', 'read', 'written')], refused"
    )
    check_ended_well(process(AS_NOBODY + program, folder / "file"))

"""A file is written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from multilayer._base import storage
from multilayer._base.errors import InputError

posix = pytest.mark.skipif(os.name != "posix", reason="permissions, links and pipes of POSIX")


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "file"
    storage.write(path, b"one")
    storage.write(str(path), b"two")
    assert storage.read(path) == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_overwriting_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "file"
    storage.write(path, b"one", overwrite=False)
    with pytest.raises(InputError, match="the file is there already"):
        storage.write(path, b"two", overwrite=False)
    assert path.read_bytes() == b"one"


@posix
def test_what_a_killed_writer_left_goes_with_the_next_write(tmp_path: Path) -> None:
    import fcntl

    path = tmp_path / "file"
    left, others = tmp_path / ".file.0123456789abcdef.tmp", tmp_path / ".other.0123456789abcdef.tmp"
    mine, busy = tmp_path / ".file.txt.tmp", tmp_path / ".file.fedcba9876543210.tmp"
    for file in (left, others, mine, busy):
        file.write_bytes(b"half")
    with busy.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)  # as another writer would
        storage.write(path, b"one")
    assert sorted(tmp_path.iterdir()) == sorted([path, others, mine, busy])
    storage.keep(path, tmp_path / "kept")
    storage.write(path, b"two")
    assert sorted(tmp_path.iterdir()) == sorted([path, tmp_path / "kept", others, mine])
    assert storage.read(tmp_path / "kept") == b"one"


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_fault_leaves_what_was_there(
    step: str, fault: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise fault

    path = tmp_path / "file"
    path.write_bytes(b"before")
    if step == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    expected = InputError if isinstance(fault, OSError) else type(fault)
    with pytest.raises(expected) as caught:
        storage.write(path, b"after")
    if isinstance(fault, OSError):
        assert "cannot be written (no space left on device)" in str(caught.value)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_the_bytes_reach_the_disk_before_the_name_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    sync, replace = os.fsync, Path.replace
    kinds = {True: "sync folder", False: "sync file"}
    monkeypatch.setattr(
        os, "fsync", lambda fd: (order.append(kinds[stat.S_ISDIR(os.fstat(fd).st_mode)]), sync(fd))[1]
    )
    monkeypatch.setattr(Path, "replace", lambda self, to: (order.append("rename"), replace(self, to))[1])
    storage.write(tmp_path / "file", b"data")
    assert order == ["sync file", "rename", "sync folder"]


@posix
def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        storage.write(tmp_path / "file", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


@posix
def test_permissions_are_kept_and_links_followed(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"before")
    path.chmod(0o604)
    link.symlink_to(path)
    storage.write(link, b"after")
    assert link.is_symlink()
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@posix
def test_a_device_stays_a_device() -> None:
    storage.write(os.devnull, b"data")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_disk() -> None:
    with pytest.raises(InputError, match=r"/dev/full: cannot be written \(no space left on device\)"):
        storage.write("/dev/full", b"data")


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a file, found a folder"):
        storage.write(tmp_path, b"")
    with pytest.raises(InputError, match="cannot be written"):
        storage.write(tmp_path / "none" / "file", b"")
    with pytest.raises(InputError, match="cannot be written"):
        storage.write("a\0b", b"")
    assert not list(tmp_path.iterdir())


def test_messages_show_a_path_in_one_line() -> None:
    with pytest.raises(InputError, match=r"a\\nb: there is no such file"):
        storage.read("a\nb")


def test_a_path_that_cannot_be_written_is_refused_early(tmp_path: Path) -> None:
    there = tmp_path / "there.txt"
    there.write_bytes(b"kept")
    storage.check_writable(there)
    storage.check_writable(tmp_path / "new.txt")
    storage.check_writable(os.devnull)
    assert [path.name for path in tmp_path.iterdir()] == ["there.txt"]
    assert there.read_bytes() == b"kept"
    for wrong in (tmp_path, tmp_path / "no" / "new.txt", "\0"):
        with pytest.raises(InputError) as beforehand:
            storage.check_writable(wrong)
        with pytest.raises(InputError) as afterwards:
            storage.write(wrong, b"")
        assert str(beforehand.value) == str(afterwards.value)

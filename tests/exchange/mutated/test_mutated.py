"""However a file is damaged, its reader returns the weights that are in it, or refuses it in one line; nothing else.

100 files of each kind are tried. For 10,000, each from bytes and from its structure:

    pytest tests/exchange/mutated -m slow --hypothesis-profile=extended
"""

from __future__ import annotations

import faulthandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import InputError
from tests.exchange.mutated.files import KINDS, Kind
from tests.io.test_mutations import damaged

every_kind = pytest.mark.parametrize("name", KINDS)
pytestmark = pytest.mark.slow
_HANGS = 60.0
"""Seconds after which a reader hangs, on any machine."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder, found = tmp_path_factory.mktemp("whole"), {}
    for name, kind in KINDS.items():
        path = folder / f"{name}{kind.suffix}"
        kind.make(path)
        found[name] = path.read_bytes()
    return found


def outcome(kind: Kind, path: Path, data: bytes) -> None:
    """Load a file, and compare what comes of it with what another program finds there."""
    path.write_bytes(data)
    loaded, message = None, ""
    faulthandler.dump_traceback_later(_HANGS, exit=True)
    try:
        loaded = kind.load(path)
    except InputError as error:
        message = str(error)
    faulthandler.cancel_dump_traceback_later()
    assert len(message.splitlines()) == (1 if loaded is None else 0)
    assert loaded is None or kind.right(data, loaded)


@every_kind
def test_whole_files(name: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    kind = KINDS[name]
    path = tmp_path / f"n{kind.suffix}"
    path.write_bytes(whole[name])
    assert kind.load(path)
    outcome(kind, path, whole[name])


@every_kind
@given(data=st.data())
def test_other_bytes(name: str, whole: dict[str, bytes], data: Any, tmp_path_factory: Any) -> None:
    kind = KINDS[name]
    path = tmp_path_factory.getbasetemp() / f"bytes{kind.suffix}"
    outcome(kind, path, data.draw(damaged(whole[name])))


@every_kind
@given(data=st.data())
def test_another_structure(name: str, whole: dict[str, bytes], data: Any, tmp_path_factory: Any) -> None:
    kind = KINDS[name]
    path = tmp_path_factory.getbasetemp() / f"structure{kind.suffix}"
    outcome(kind, path, kind.changed(data.draw, whole[name]))

"""Files that cannot be networks: by name, by place, by content."""

from __future__ import annotations

import io
import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from multilayer._base.errors import InputError
from multilayer.io import load, save
from tests.io.networks import NETWORK


class Trap:
    """Unpickling this makes a file: the sign that code was run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def pickled(trap: Trap, protocol: int) -> bytes:
    return pickle.dumps(trap, protocol)


def archived(trap: Trap) -> bytes:
    content = io.BytesIO()
    np.savez(content, W=np.array([trap], object))
    return content.getvalue()


@pytest.mark.parametrize(
    "suffix", [".pkl", ".pickle", ".joblib", ".pt", ".pth", ".PT", ".npz", ".npy", ".ckpt"]
)
def test_a_pickle_is_refused_by_its_name(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"network{suffix}"
    path.write_bytes(pickled(Trap(tmp_path / "ran"), 4))
    with pytest.raises(InputError, match=r"runs code when it is loaded; .* save the weights as \.json or"):
        load(path)
    with pytest.raises(InputError, match="runs code"):
        save(NETWORK, path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", [".json", ".safetensors"])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_refused_under_another_name(suffix: str, protocol: int, tmp_path: Path) -> None:
    path = tmp_path / f"network{suffix}"
    path.write_bytes(pickled(Trap(tmp_path / "ran"), protocol))
    # Protocols 0 and 1 have no mark of their own: they are simply neither JSON nor safetensors.
    with pytest.raises(InputError, match="a pickle runs code" if protocol >= 2 else "expect"):
        load(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", [".json", ".safetensors"])
def test_an_archive_is_refused_under_another_name(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"network{suffix}"
    path.write_bytes(archived(Trap(tmp_path / "ran")))
    with pytest.raises(InputError, match="found a zip archive; a pickle runs code"):
        load(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["network.onnx", "network", ".json", "network.json.bak", "network.\n"])
def test_an_unknown_suffix_lists_the_formats(name: str, tmp_path: Path) -> None:
    for action in (load, partial(save, NETWORK)):
        with pytest.raises(
            InputError, match=r"\.json \(network JSON\) or \.safetensors \(safetensors\)"
        ) as caught:
            action(tmp_path / name)
        assert len(str(caught.value).splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_no_file_a_folder_and_a_name_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        load(tmp_path / "network.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(InputError, match="found a folder"):
        load(tmp_path / "folder.json")
    with pytest.raises(InputError, match="cannot be read"):
        load("a\0b.json")
    with pytest.raises(InputError, match="cannot be read"):
        load("a" * 10_000 + ".json")

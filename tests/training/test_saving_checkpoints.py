"""A checkpoint that cannot be saved is refused before the first batch, or reported without losing the training."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from multilayer import InputError, fit, initialize, train
from multilayer._base import storage
from multilayer._base.errors import TrainingWarning
from multilayer.optimizers import Optimizer
from multilayer.training import Checkpoint, Epoch
from multilayer.training.checkpoint import read

X = np.random.default_rng(0).normal(size=(30, 3))
Y = (X @ [1.0, -2.0, 0.5])[:, np.newaxis]
NET = initialize((3, 4, 1), "tanh", rng=0, dtype=np.float64)


def options(**changed: Any) -> dict[str, Any]:
    return {"loss": "squared", "batch_size": 10, "epochs": 6, "rng": 7} | changed


def a_folder_there(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


CANNOT: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no folder": (
        lambda folder: folder / "none" / "c",
        r"c: cannot be written \(no such file or directory\)",
    ),
    "a folder": (lambda folder: a_folder_there(folder / "c"), "c: expected a file, found a folder"),
    "the one before a folder": (
        lambda folder: a_folder_there(folder / "c.previous").with_suffix(""),
        "c.previous: expected a file, found a folder",
    ),
    "below a file": (lambda folder: (folder / "f").write_bytes(b"") or folder / "f" / "c", "not a directory"),
    "name too long": (lambda folder: folder / ("c" * 300), "name too long"),
    "name before too long": (lambda folder: folder / ("c" * 250), "name too long"),
    "no name of a file": (lambda folder: f"{folder}/a\0b", "cannot be read|cannot be written"),
}


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize(("make", "message"), CANNOT.values(), ids=CANNOT)
def test_refused_before_the_first_batch(
    make: Callable[[Path], Any], message: str, resume: bool, tmp_path: Path
) -> None:
    path = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=message):
        train(NET, X, Y, checkpoint=Checkpoint(path, every=50, resume=resume), **options())
    assert sorted(tmp_path.rglob("*")) == before


def test_a_generator_that_could_not_be_restored_is_known_before_the_first_batch(tmp_path: Path) -> None:
    class Mine(np.random.PCG64):
        pass

    with pytest.raises(
        InputError, match="a state of 'Mine' cannot be restored; expected one of MT19937, PCG64"
    ):
        train(NET, X, Y, checkpoint=tmp_path / "c", **options(rng=np.random.Generator(Mine(1))))


def test_the_probe_leaves_nothing_and_a_finished_training_needs_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c"
    train(NET, X, Y, checkpoint=path, **options())
    assert list(tmp_path.iterdir()) == []
    whole = fit(NET, X, Y, checkpoint=path, **options())

    def refuse(_: Any) -> None:
        raise InputError("cannot be written")

    monkeypatch.setattr(storage, "check_writable", refuse)
    assert fit(NET, X, Y, checkpoint=path, **options()).network == whole.network
    with pytest.raises(InputError, match="cannot be written"):
        train(NET, X, Y, checkpoint=path, **options(epochs=7))


def test_training_goes_on_where_the_folder_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "c"
    path.parent.mkdir()

    def disturb(event: Epoch) -> None:
        if event.epoch == 2:
            shutil.rmtree(path.parent)
        elif event.epoch == 4:
            path.parent.mkdir()

    with pytest.warns(TrainingWarning) as reported:
        trained = fit(NET, X, Y, checkpoint=path, callbacks=[disturb], **options())
    (warning,) = reported  # of two saves that failed for one reason
    assert str(warning.message) == (
        "after epoch 3 the checkpoint could not be saved, training goes on: "
        f"{path}: cannot be written (no such file or directory)"
    )
    assert trained.network == fit(NET, X, Y, **options()).network
    assert read(path)[1].progress.epoch == 6  # where it can be saved again, it is


def test_every_reason_is_told(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "c"
    path.parent.mkdir()

    def disturb(event: Epoch) -> None:
        if event.epoch == 1:
            shutil.rmtree(path.parent)
        elif event.epoch == 3:
            a_folder_there(path)

    with pytest.warns(TrainingWarning) as reported:
        fit(NET, X, Y, checkpoint=path, callbacks=[disturb], **options())
    assert [str(warning.message).rsplit(": ", 1)[1] for warning in reported] == [
        "cannot be written (no such file or directory)",
        "expected a file, found a folder; name a file in it",
    ]


@pytest.mark.parametrize("error", [MemoryError(), MemoryError("Unable to allocate 3 GiB")])
def test_too_little_memory_to_save(
    error: MemoryError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(storage, "write", fail)
    with pytest.warns(TrainingWarning, match="not enough memory|Unable to allocate") as reported:
        trained = fit(NET, X, Y, checkpoint=tmp_path / "c", **options())
    assert len(reported) == 1
    assert trained.network == fit(NET, X, Y, **options()).network


def test_what_an_interruption_could_not_save_is_handed_back(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "c"
    path.parent.mkdir()

    def disturb(event: Epoch) -> None:
        if event.epoch == 2:
            shutil.rmtree(path.parent)
            signal.raise_signal(signal.SIGINT)

    with pytest.warns(TrainingWarning, match="after epoch 2 the checkpoint could not be saved"):
        trained = fit(NET, X, Y, checkpoint=path, callbacks=[disturb], **options())
    assert (trained.stopped, len(trained.history)) == ("interrupted", 2)
    assert trained.network == fit(NET, X, Y, **options(epochs=2)).network


class Wide(Optimizer):
    """An optimizer of the user's own whose memory is not of the parameters' type."""

    slots = ("mean",)
    learning_rate = 0.01

    def formula(self, t: int, rate: float, w: Any, g: Any, /, *slots: Any) -> tuple[Any, ...]:
        return w - w.dtype.type(rate) * g, slots[0].astype(np.float64) + g


def test_memory_that_could_not_be_resumed_is_told_when_it_is_saved(tmp_path: Path) -> None:
    net = NET.astype(np.float32)
    with pytest.warns(
        TrainingWarning, match=r"optimizer\.mean: expected float32 \(3, 4\), .* found float64"
    ) as reported:
        fit(net, X, Y, checkpoint=tmp_path / "c", optimizer=Wide(), **options())
    assert len(reported) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_warning_names_the_callers_line(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "c"
    path.parent.mkdir()
    training = train(NET, X, Y, checkpoint=path, **options())
    shutil.rmtree(path.parent)
    with warnings.catch_warnings(record=True) as reported:
        warnings.simplefilter("always")
        for _ in training:
            pass
    assert [warning.filename for warning in reported] == [__file__]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_two_trainings_and_a_reader_at_one_checkpoint(tmp_path: Path) -> None:
    program = (
        "import sys, warnings; warnings.simplefilter('error')\n"
        "from tests.training.test_saving_checkpoints import *\n"
        "path, seed = sys.argv[1], int(sys.argv[2])\n"
        "fit(NET, X, Y, checkpoint=Checkpoint(path, resume=False), **options(epochs=80, rng=seed))"
    )
    path = tmp_path / "c"
    fit(NET, X, Y, checkpoint=path, **options(epochs=1))
    root = Path(__file__).parents[2]
    trainings = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path), str(seed)],
            cwd=root,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in (1, 2)
    ]
    while any(training.poll() is None for training in trainings):
        for file in (path, tmp_path / "c.previous"):
            if file.exists():
                progress = read(file)[1].progress
                assert 1 <= progress.epoch <= 80
    for training in trainings:
        _, errors = training.communicate(timeout=300)
        assert (training.returncode, errors) == (0, "")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["c", "c.previous"]

"""Checkpoints: going on bit for bit, refusing what does not fit, and surviving a kill at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from multilayer import InputError, fit, initialize, train
from multilayer.optimizers import LBFGS, SGD, Adam, Adaptive, Cosine, RMSprop
from multilayer.training import Checkpoint, EarlyStopping, Step
from multilayer.training.checkpoint import read

X = np.random.default_rng(0).normal(size=(70, 4))
Y = (X @ [1.0, -2.0, 0.5, 0.0])[:, np.newaxis]
NET = initialize((4, 6, 1), "tanh", rng=0, dtype=np.float64)


def options(**changed):
    return {"loss": "squared", "batch_size": 16, "rng": 7, "epochs": 8, **changed}


def bits(network):
    return [array.tobytes() for layer in network.layers for array in (layer.W, layer.b)]


def same(one, other):
    assert bits(one.network) == bits(other.network)
    assert one.history.loss == other.history.loss
    assert one.history.validation_loss == other.history.validation_loss
    assert one.history.metrics == other.history.metrics
    assert one.history.learning_rate == other.history.learning_rate
    assert (one.stopped, one.best_epoch, one.memory.steps) == (
        other.stopped,
        other.best_epoch,
        other.memory.steps,
    )


SETTINGS = [
    {},
    {"optimizer": SGD(0.01), "schedule": Adaptive(), "stopping": EarlyStopping(patience=0, tolerance=10.0)},
    {"optimizer": RMSprop(), "schedule": Cosine(warmup=3), "validation": 0.2, "metrics": ["r2"]},
    {"dropout": 0.3, "validation": (X[:20], Y[:20]), "stopping": EarlyStopping(patience=2), "l2": 0.1},
    {"shuffle": False},
    {"rng": "RandomState"},
    {"rng": "Philox"},
]


def started(setting):
    """The options of a run of its own: each has to start with a generator in the same state."""
    rngs = {
        "RandomState": lambda: np.random.RandomState(3),
        "Philox": lambda: np.random.Generator(np.random.Philox(3)),
    }
    changed = dict(setting)
    if changed.get("rng") in rngs:
        changed["rng"] = rngs[changed["rng"]]()
    return options(**changed)


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS, ids=repr)
@pytest.mark.parametrize("steps", [1, 5, 12])
def test_interrupted_and_resumed_is_uninterrupted(setting, steps, tmp_path):
    whole = fit(NET, X, Y, **started(setting))
    path = tmp_path / "run.checkpoint"

    def press(event):
        if isinstance(event, Step) and event.steps == steps:
            os.kill(os.getpid(), signal.SIGINT)

    part = fit(NET, X, Y, checkpoint=path, every=1, callbacks=[press], **started(setting))
    assert part.stopped == "interrupted"
    assert part.memory.steps == steps
    same(fit(NET, X, Y, checkpoint=path, **started(setting)), whole)
    # It is done now, and ends at once when run again.
    same(fit(NET, X, Y, checkpoint=path, **started(setting)), whole)


def test_more_epochs_later(tmp_path):
    path = tmp_path / "run.checkpoint"
    fit(NET, X, Y, checkpoint=Checkpoint(path, every=3), **options(epochs=5))
    same(fit(NET, X, Y, checkpoint=path, **options(epochs=8)), fit(NET, X, Y, **options()))


def test_saved_as_often_as_asked(tmp_path):
    path = tmp_path / "run.checkpoint"
    seen = []
    for event in train(NET, X, Y, checkpoint=Checkpoint(path, every=3), **options()):
        seen.append(read(path)[1].progress.epoch if path.exists() else 0)
        assert event.epoch >= seen[-1]
    assert seen == [0, 0, 3, 3, 3, 6, 6, 8]
    assert read(f"{path}.previous")[1].progress.epoch == 6


def test_a_function_of_batches(tmp_path):
    def batches():
        return ((X[start : start + 16], Y[start : start + 16]) for start in range(0, 70, 16))

    whole = fit(NET, batches, **options())
    path = tmp_path / "run.checkpoint"
    fit(NET, batches, checkpoint=path, every=1, callbacks=[lambda event: event.steps == 7], **options())
    same(fit(NET, batches, checkpoint=path, **options()), whole)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"optimizer": Adam(0.1)},
            r"optimizer: Adam\(learning_rate=0.001.* there, Adam\(learning_rate=0.1.* here",
        ),
        ({"batch_size": 8}, "batch_size: 16 there, 8 here"),
        ({"loss": "huber"}, r"loss: Squared\(\) there, Huber"),
        ({"validation": 0.1}, "validation data: none there"),
        ({"sample_weight": np.ones(70)}, "data: "),
        ({"schedule": Cosine(), "l2": 1.0}, r"schedule: .*; l2: 0.0 there, 1.0 here"),
    ],
)
def test_another_recipe_is_refused_with_the_differences(changed, message, tmp_path):
    path = tmp_path / "run.checkpoint"
    fit(NET, X, Y, checkpoint=path, **options(epochs=1))
    before = path.read_bytes()
    with pytest.raises(InputError, match=f"the checkpoint is of another training .*{message}"):
        fit(NET, X, Y, checkpoint=path, **options(**changed))
    assert path.read_bytes() == before


def test_other_data_or_another_network_are_refused(tmp_path):
    path = tmp_path / "run.checkpoint"
    fit(NET, X, Y, checkpoint=path, **options(epochs=1))
    other = X.copy()
    other[69, 3] += 1e-12
    with pytest.raises(
        InputError, match=r"\(data: X \(70, 4\) float64 [0-9a-f]{16}, y .* there, X .* here\)"
    ):
        fit(NET, other, Y, checkpoint=path, **options())
    with pytest.raises(InputError, match=r"network: MLP.*activations: Tanh.* there, ReLU"):
        fit(initialize((4, 7, 1), rng=0, dtype=np.float64), X, Y, checkpoint=path, **options())
    anew = fit(NET, other, Y, checkpoint=Checkpoint(path, resume=False), **options())
    same(anew, fit(NET, other, Y, **options()))


def test_a_split_needs_a_seed(tmp_path):
    with pytest.raises(InputError, match="the same split of the data only; give a seed"):
        fit(NET, X, Y, loss="squared", checkpoint=tmp_path / "x", validation=0.5)


def test_damage_is_seen_and_the_one_before_offered(tmp_path):
    path = tmp_path / "run.checkpoint"
    fit(NET, X, Y, checkpoint=path, **options(epochs=3))
    good = path.read_bytes()
    rng = random.Random(0)  # noqa: S311
    for _ in range(60):
        place = rng.randrange(len(good))
        path.write_bytes(good[:place] + bytes([good[place] ^ (1 << rng.randrange(8))]) + good[place + 1 :])
        with pytest.raises(InputError, match=r"run\.checkpoint"):
            read(path)
        path.write_bytes(good[:place])
        with pytest.raises(
            InputError, match=r"no whole checkpoint.*the one before it is .*run\.checkpoint\.previous"
        ):
            read(path)
    path.write_bytes((tmp_path / "run.checkpoint.previous").read_bytes())
    same(fit(NET, X, Y, checkpoint=path, **options()), fit(NET, X, Y, **options()))


def test_lbfgs_has_no_checkpoints(tmp_path):
    with pytest.raises(InputError, match="LBFGS takes no checkpoint"):
        fit(NET, X, Y, checkpoint=tmp_path / "x", loss="squared", optimizer=LBFGS())


def test_where_nothing_can_be_written(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        fit(NET, X, Y, checkpoint=tmp_path / "no" / "such" / "folder", **options())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_moment_leaves_a_checkpoint_that_goes_on(tmp_path):
    # In a process of its own: other libraries warn of a fork, or do not survive one.
    program = "import sys, tests.training.test_checkpoint as t; t.killed_at_any_moment(t.Path(sys.argv[1]))"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=root, check=True, timeout=300)


def killed_at_any_moment(folder):
    """A hundred children are killed while they train and save, each one going on where the one before was killed."""
    path = folder / "run.checkpoint"
    began = time.perf_counter()
    fit(NET, X, Y, checkpoint=folder / "another", **options(epochs=3))
    # A few epochs, however long this machine takes for them at this moment.
    longest = max(0.02, time.perf_counter() - began)
    for file in ("another", "another.previous"):
        (folder / file).unlink()
    settings = options(epochs=1_000_000, checkpoint=path)
    rng = random.Random(0)  # noqa: S311
    epochs = [0]
    for _ in range(100):
        ready, tell = os.pipe()
        child = os.fork()
        if not child:
            try:
                training = train(NET, X, Y, **settings)
                os.write(tell, b".")
                for _event in training:
                    pass
            finally:
                os._exit(1)
        os.close(tell)
        os.read(ready, 1)
        os.close(ready)
        time.sleep(rng.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)  # it was killed, and had not failed before
        for file in (path, folder / "run.checkpoint.previous"):
            if file.exists():
                progress = read(file)[1].progress
                if file == path:
                    epochs.append(progress.epoch)
    assert epochs == sorted(epochs)
    assert epochs[-1] > 0
    same(
        fit(NET, X, Y, checkpoint=path, **options(epochs=epochs[-1] + 2)),
        fit(NET, X, Y, **options(epochs=epochs[-1] + 2)),
    )
    assert sorted(file.name for file in folder.iterdir()) == ["run.checkpoint", "run.checkpoint.previous"]

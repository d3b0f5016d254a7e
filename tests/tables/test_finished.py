"""A bag that was cut off goes on from the members that its checkpoint has, with the same bits."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from multilayer import InputError, backend
from multilayer._base import storage, tensor_file
from multilayer._base.errors import TrainingWarning
from multilayer._base.tensor_file import digest_of
from multilayer.tables import Recipe, fit_table
from multilayer.tables.bag import Bag
from multilayer.training.interruption import Interruption
from multilayer.training.state import parameters_of

RECIPE = Recipe(hidden=(8, 4), epochs=4, batch_size=32, bins_of_numbers=4)
MEMBERS = 4


def table(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((90, 2))
    return {"a": x[:, 0], "b": x[:, 1], "y": np.where(x[:, 0] * x[:, 1] > 0, "up", "down")}


def fitted(checkpoint=None, *, of=None, recipe=RECIPE, members=MEMBERS, progress=False, **options):
    with backend.threads(1):  # one member at a time
        return fit_table(
            of or table(),
            "y",
            members=members,
            recipe=recipe,
            progress=progress,
            checkpoint=checkpoint,
            **options,
        )


def bits(model):
    arrays = [array.tobytes() for network in model.networks for array in parameters_of(network)]
    return arrays, model.calibration, model.intervals.scores.tobytes(), model.record["scores"]


@pytest.fixture
def trained(monkeypatch):
    """Return the numbers of the members that are trained from here on."""
    numbers, train = [], Bag.train

    def watched(bag, member, *arguments):
        numbers.append(member)
        return train(bag, member, *arguments)

    monkeypatch.setattr(Bag, "train", watched)
    return numbers


class CutOffError(Exception):
    pass


def cut_off(at):
    """Return a function of events that ends the training in the second epoch of a member."""

    def look(event):
        if (event.member, event.epoch) == (at, 2):
            raise CutOffError

    return look


@pytest.mark.parametrize("at", [1, 2, 4])
def test_the_bits_of_a_run_that_was_not_cut_off(tmp_path, trained, at):
    file = tmp_path / "members"
    with pytest.raises(CutOffError):
        fitted(file, progress=cut_off(at))
    trained.clear()
    seen = []
    model = fitted(file, progress=seen.append)
    kept = MEMBERS - len(trained)  # at - 1 of them, or more where others were done before they saw the end
    assert kept >= at - 1
    assert at - 1 in trained
    assert seen[-1].done == seen[-1].total == MEMBERS * RECIPE.epochs
    assert bits(model) == bits(fitted())
    assert [note for note in model.record["notes"] if "an earlier run" in note] == (
        [f"members that an earlier run had finished: {kept}"] if kept else []
    )
    trained.clear()
    assert bits(fitted(file)) == bits(model)  # which needs no training at all
    assert trained == []


def test_members_that_end_before_their_last_epoch_are_kept_and_their_epochs_counted(tmp_path, trained):
    impatient, seen = replace(RECIPE, epochs=30, patience_of_classes=2), []
    model = fitted(tmp_path / "members", recipe=impatient, progress=seen.append)
    epochs = [member["epochs"] for member in model.record["members"]]
    assert max(epochs) < 30
    assert [one.epoch for one in seen if one.member == 1] == [*range(1, epochs[0] + 1), epochs[0]]
    assert seen[-1].done == seen[-1].total == MEMBERS * 30
    patient = fitted(recipe=replace(impatient, patience_of_classes=math.inf))
    best = [one["best_epoch"] for one in patient.record["members"]]
    same = [one["best_epoch"] == epoch for one, epoch in zip(model.record["members"], best, strict=True)]
    assert any(same)
    for one, other, alike in zip(model.networks, patient.networks, same, strict=True):
        if alike:
            assert all(map(np.array_equal, parameters_of(one), parameters_of(other)))
    trained.clear()
    assert bits(fitted(tmp_path / "members", recipe=impatient)) == bits(model)
    assert trained == []


def test_a_member_that_ctrl_c_has_ended_is_trained_again(tmp_path, trained):
    file = tmp_path / "members"

    def interrupt(event):
        if (event.member, event.epoch) == (3, 2):
            os.kill(os.getpid(), signal.SIGINT)
            while not any(one.requested for one in Interruption._entered):  # the main thread may be late
                time.sleep(0.001)

    assert len(fitted(file, progress=interrupt).networks) == 3
    trained.clear()
    assert bits(fitted(file)) == bits(fitted())
    assert trained[:2] == [2, 3]


@pytest.mark.slow
def test_sigkill_at_any_moment(tmp_path):
    file, alone = tmp_path / "members", bits(fitted())
    program = f"from {__name__} import fitted; fitted({str(file)!r})"
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", program], check=True)
    whole = time.monotonic() - began
    file.unlink()
    for share in (0.7, 0.8, 0.9, 0.95):
        with pytest.raises(subprocess.TimeoutExpired):  # which kills it
            subprocess.run(
                [sys.executable, "-c", f"{program}; import time; time.sleep(9)"],
                timeout=share * whole,
                check=True,
            )
        assert bits(fitted(file)) == alone
        file.unlink()


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"of": table(1)}, "data: "),
        ({"recipe": Recipe(hidden=(8, 4), epochs=5, batch_size=32, bins_of_numbers=4)}, "recipe: "),
        ({"recipe": Recipe(hidden=(8, 5), epochs=4, batch_size=32, bins_of_numbers=4)}, "network: "),
        ({"rng": 1}, "members: "),
        ({"members": 5}, "members: "),
        ({"weights": np.linspace(0.5, 1.0, 90)}, "data: "),
    ],
)
def test_another_training_is_refused(tmp_path, options, what):
    file = tmp_path / "members"
    fitted(file)
    before = file.read_bytes()
    with pytest.raises(
        InputError, match=r"members there are of another training .* name another file"
    ) as refused:
        fitted(file, **options)
    assert what in str(refused.value)
    assert file.read_bytes() == before


def test_what_is_no_checkpoint_of_members_is_refused(tmp_path):
    file = tmp_path / "members"
    fitted(file)
    content = file.read_bytes()
    for wrong, message in (
        (b"", "this is no whole checkpoint"),
        (content[:-1], "do not fill the file"),
        (content[:-9] + bytes([content[-9] ^ 1]) + content[-8:], "is damaged, its digest does not fit"),
    ):
        file.write_bytes(wrong)
        with pytest.raises(InputError, match=message):
            fitted(file)
    fitted().save(tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="expected finished members of a model, found another file"):
        fitted(tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="folder"):
        fitted(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"number": 3', '"number": 4', "member 5: expected a member of this model"),
        ('"number": 3', '"number": -1', "expected the number of a member, found -1"),
        ('"best_epoch": ', '"best_epoch": 9', "expected a member of this model, a score for each epoch"),
        ('"scores": [', '"scores": [1.0, ', "expected a member of this model, a score for each epoch"),
        ('"number": 0, ', '"number": 0, "more": 1, ', "more"),
        ('"member', '"member', "member 2: expected float32"),
    ],
)
def test_a_file_that_does_not_fit_itself_is_refused(tmp_path, old, new, message):
    from safetensors.numpy import save

    path = tmp_path / "members"
    fitted(path)
    file = tensor_file.read(path.read_bytes(), "here")
    text, tensors = file.metadata["multilayer-members"].replace(old, new, 1), file.arrays()
    if old == new:
        tensors["member2.W1"] = tensors["member2.W1"].T.copy()
    storage.write(path, save(tensors, {"multilayer-members": text, "digest": digest_of(text, tensors)}))
    with pytest.raises(InputError, match=message):
        fitted(path)


def test_where_the_file_cannot_be_written(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="nowhere"):
        fitted(tmp_path / "nowhere" / "members")
    with pytest.raises(InputError, match="a checkpoint and a time limit do not go together"):
        fitted(tmp_path / "members", time_limit=9.0)

    def full(*_):
        raise InputError("members: cannot be written (no space left on device)")

    monkeypatch.setattr(storage, "write", full)
    with pytest.warns(
        TrainingWarning, match="could not be kept, training goes on: members: cannot be written"
    ):
        model = fitted(tmp_path / "members")
    assert bits(model) == bits(fitted())

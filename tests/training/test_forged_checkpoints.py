"""Whatever a checkpoint holds, with a digest that fits: it is resumed, or refused in one line; nothing else, ever."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load, save

from multilayer import InputError, fit, initialize, train
from multilayer._base.tensor_file import digest_of
from multilayer._base.text import printable
from multilayer.training import Checkpoint, EarlyStopping
from multilayer.training.checkpoint import read
from tests.io.test_mutations import change, damaged

Document = dict[str, Any]
Tensors = dict[str, np.ndarray[Any, Any]]

X = np.random.default_rng(0).normal(size=(23, 3))
Y = (X @ [1.0, -2.0, 0.5])[:, np.newaxis]
NET = initialize((3, 4, 1), "tanh", rng=0, dtype=np.float32)
GENERATORS: list[Callable[[], Any]] = [
    lambda: np.random.RandomState(1),
    lambda: np.random.default_rng(1),
    lambda: np.random.Generator(np.random.Philox(1)),
    lambda: np.random.Generator(np.random.SFC64(1)),
]


def options(**changed: Any) -> dict[str, Any]:
    given = {
        "loss": "squared",
        "batch_size": 5,
        "rng": GENERATORS[0](),
        "epochs": 4,
        "stopping": EarlyStopping(),
    }
    return given | {"validation": (X[:9], Y[:9]), "metrics": ["r2"], "dropout": 0.2} | changed


def saved(folder: Path, **changed: Any) -> bytes:
    """The bytes of a checkpoint from the middle of the third epoch."""
    path = folder / "saved"
    fit(
        NET, X, Y, checkpoint=path, every=1, callbacks=[lambda event: event.steps == 12], **options(**changed)
    )
    assert (read(path)[1].progress.epoch, read(path)[1].progress.batch) == (2, 2)
    return path.read_bytes()


def opened(data: bytes, path: Path) -> tuple[Document, Tensors]:
    path.write_bytes(data)
    with safe_open(path, "numpy") as file:
        return json.loads(file.metadata()["checkpoint"]), load(data)


def forge(path: Path, document: Any, tensors: Tensors) -> None:
    """Write a checkpoint of this content, with a digest that fits."""
    text = document if isinstance(document, str) else json.dumps(document)
    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    path.write_bytes(save(tensors, {"checkpoint": text, "digest": digest_of(text, tensors)}))


def refusal(path: Path, **changed: Any) -> str:
    """Resume, and return the message of an InputError, or "" where there is none."""
    try:
        training = train(NET, X, Y, checkpoint=Checkpoint(path, every=1000), **options(**changed))
        next(training, None)
        training.trained.network(X)
    except InputError as error:
        message = str(error)
        assert message.startswith(str(path))
        assert message == printable(message)
        assert len(message) < len(str(path)) * 3 + 1500
        return message
    return ""


def setting(path: str, value: Any) -> Callable[[Document, Tensors], None]:
    """The change that puts a value at a place in the document."""

    def put(document: Document, tensors: Tensors) -> None:
        *keys, last = path.split()
        for key in keys:
            document = document[key]
        document[last] = value

    return put


def tensor(name: str, value: Any) -> Callable[[Document, Tensors], None]:
    """The change that replaces a tensor, made of the one before."""
    return lambda document, tensors: tensors.__setitem__(name, value(tensors[name]))


def more(document: Document, tensors: Tensors) -> None:
    tensors["more"] = np.zeros(1)


FORGED: list[tuple[str, Callable[[Document, Tensors], Any], str]] = [
    ("position of the generator", setting("rng state pos", 2**31 - 1), "rng: state: pos: expected a whole number"),
    ("key of the generator", setting("rng state key array", [1]), "rng: state: key: array: expected a list of"),
    ("generator of another kind", setting("rng bit_generator", "SFC64"), "rng: state: unknown key"),
    ("no generator", setting("rng", None), "rng: expected an object, found null"),
    ("format", setting("format", "multilayer-checkpoint 2"), "expected multilayer-checkpoint 1, found multilayer-ch"),
    ("format of no text", setting("format", 1), "format: expected a string, found 1"),
    ("half a character", setting("format", "\ud800"), "'\\ud800' is not text"),
    ("unknown key", setting("epochs", 1), "unknown key 'epochs'; did you mean 'epoch'?"),
    ("missing key", lambda document, tensors: document.pop("watch"), "'watch' missing"),
    ("terms of numbers", setting("terms", {"loss": 1}), "terms: loss: expected a string, found 1"),
    ("terms of escape codes", setting("terms loss", "\x1b[2J\n" * 1000), r"loss: \x1b[2J\n"),
    ("many terms", setting("terms", {str(n): "x" * 500 for n in range(500)}), "of another training"),
    ("epoch below 0", setting("epoch", -1), "epoch: expected a whole number from 0 to 9007199254740992, found -1"),
    ("epoch of a half", setting("epoch", 1.5), "epoch: expected a whole number"),
    ("epoch too large", setting("epoch", 10**30), "epoch: expected a whole number"),
    ("epoch true", setting("epoch", True), "epoch: expected a whole number from 0 to 9007199254740992, found true"),
    ("another epoch", setting("epoch", 3), "has 2 entries for 3 epochs"),
    ("batches beyond the epoch", setting("batch", 5), "an epoch has 5 batches and 23 rows"),
    ("more rows", setting("rows", 11), "an epoch has 5 batches and 23 rows; found 2 epochs and 2 batches of 11 rows"),
    ("no rows", setting("rows", 0), "2 batches of the epoch under way have 0 rows"),
    ("no batch", setting("batch", 0), "0 batches of the epoch under way have 10 rows"),
    ("fewer steps", setting("steps", 11), "after 11 steps"),
    ("steps below the epochs", setting("steps", 1), "2 epochs and 2 batches have 1 steps"),
    ("fewer samples", setting("samples", 45), "and 45 samples"),
    ("rate of 0", setting("learning_rate", 0.0), "expected a finite learning_rate above 0, found 0.0"),
    ("rate of nan", setting("learning_rate", float("nan")), "expected a finite learning_rate above 0, found nan"),
    ("loss as text", setting("loss_sum", "0"), "loss_sum: expected a number, found the string '0'"),
    ("ended otherwise", setting("ended", "epochs"), 'ended: expected "plateau" or null, found the string'),
    ("shorter curve", lambda d, _: d["history"]["loss"].pop(), "history: loss has 1 entries for 2 epochs"),
    ("longer curve", lambda d, _: d["history"]["metrics"]["r2"].append(0.0), "history: r2 has 3 entries for 2 epochs"),
    ("curve of text", setting("history seconds", ["1", "2"]), "history: seconds, entry 1: expected a number"),
    ("another metric", setting("history metrics", {"r3": [0.0, 0.0]}), "metrics are not those of this training"),
    ("no metric", setting("history metrics", {}), "metrics are not those of this training"),
    ("no validation", setting("history validation_loss", []), "expected a validation loss where there are validation"),
    ("best epoch to come", setting("watch best_epoch", 3), "the best of 2 epochs is number 3"),
    ("best epoch of 0", setting("watch best_epoch", 0), "the best of 2 epochs is number 0"),
    ("best of nan", setting("watch best", float("nan")), "watch: expected a best that is a number, found nan"),
    ("waited below 0", setting("watch waited", -1), "watch: waited: expected a whole number"),
    ("more arrays", setting("arrays", 6), "expected 6 tensors each of parameters"),
    ("arrays without number", setting("arrays", 2**53), "expected 9007199254740992 tensors each of"),
    ("odd arrays", setting("arrays", 3), "expected 3 tensors each of"),
    ("another slot", setting("optimizer slots", ["m", "x"]), "each of parameters, optimizer.m, optimizer.x"),
    ("slots of one name", setting("optimizer slots", ["m", "m"]), "each of parameters, optimizer.m, optimizer.m"),
    ("updates without end", setting("optimizer step", 2**64), "optimizer: step: expected a whole number"),
    ("no best", setting("best", False), "expected 4 tensors each of parameters, optimizer.m, optimizer.v"),
    ("one more tensor", more, "found best.W1"),
    ("a tensor less", lambda _, tensors: tensors.pop("best.b2"), "found best.W1, best.W2, best.b1, optimizer"),
    ("weights of another type", tensor("parameters.W1", np.float64), "optimizer.m: expected float64 (3, 4)"),
    ("weights of another shape", tensor("parameters.W1", np.transpose), "optimizer.m: expected float32 (4, 3)"),
    ("best of another shape", tensor("best.W2", np.ravel), "best: expected float32 (3, 4), float32 (4,)"),
    ("slot of another shape", tensor("optimizer.v.b1", lambda b: b[:2]), "optimizer.v: expected float32 (3, 4)"),
    ("weights of nan", tensor("parameters.b1", lambda b: b * np.nan), "parameters: expected finite numbers"),
    ("best of infinity", tensor("best.b1", lambda b: b + np.inf), "best: expected finite numbers"),
    ("order beyond the rows", tensor("order", lambda rows: rows + 1), "order: expected the 23 rows of the data"),
    ("order before the rows", tensor("order", lambda rows: rows - 1), "order: expected the 23 rows of the data"),
    ("a row twice", tensor("order", lambda rows: rows - (rows == 3)), "order: expected the 23 rows of the data"),
    ("fewer rows", tensor("order", lambda rows: rows[:20]), "order: expected the 23 rows of the data"),
    ("order of another type", tensor("order", np.float64), "order: expected int64 with one axis, found float64 (23,)"),
    ("order of two axes", tensor("order", lambda rows: rows[:, None]), "order: expected int64 with one axis"),
    ("no order", lambda _, tensors: tensors.pop("order"), "order: expected one where rows have been shuffled"),
    ("not drawn", setting("drawn", False), "order: expected one where rows have been shuffled"),
    ("drawn as number", setting("drawn", 1), "drawn: expected"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("forger", "message"), [case[1:] for case in FORGED], ids=[case[0] for case in FORGED]
)
def test_refused_with_the_place(forger: Callable[..., Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "forged"
    document, tensors = opened(saved(tmp_path), path)
    assert refusal(path) == ""
    forger(document, tensors)
    forge(path, document, tensors)
    assert message in refusal(path)


@pytest.mark.parametrize("document", [[], "[]", "null", "{", "[" * 10**5, '{"format": 1, "format": 1}', ""])
def test_documents_of_another_kind(document: Any, tmp_path: Path) -> None:
    path = tmp_path / "forged"
    _, tensors = opened(saved(tmp_path), path)
    forge(path, document, tensors)
    assert refusal(path)


def test_files_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "forged"
    for metadata in (None, {}, {"checkpoint": "{}"}, {"digest": ""}):
        path.write_bytes(save({"order": np.arange(3)}, metadata))
        assert "this is no checkpoint" in refusal(path)
    path.write_bytes(save({"order": np.arange(3)}, {"checkpoint": "{}", "digest": "é\n"}))
    assert "is damaged" in refusal(path)


def test_a_name_that_leaves_no_room_for_more(tmp_path: Path) -> None:
    path = tmp_path / ("c" * 250)
    path.write_bytes(b"")
    assert refusal(path).endswith("found a file of 0 bytes; remove it to start anew")


def test_an_order_where_nothing_is_shuffled(tmp_path: Path) -> None:
    path = tmp_path / "forged"
    document, tensors = opened(saved(tmp_path, shuffle=False), path)
    assert refusal(path, shuffle=False) == ""
    forge(path, document, tensors | {"order": np.arange(23)})
    assert "order: expected one where rows have been shuffled" in refusal(path, shuffle=False)


def test_a_checkpoint_from_before_orders_were_marked_as_drawn(tmp_path: Path) -> None:
    path = tmp_path / "forged"
    document, tensors = opened(saved(tmp_path), path)
    del document["drawn"]
    forge(path, document, tensors)
    old = fit(NET, X, Y, checkpoint=path, **options())
    assert old.network == fit(NET, X, Y, **options()).network


MANY = settings(max_examples=400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forged")


@pytest.fixture(scope="module")
def checkpoints(folder: Path) -> list[Path]:
    """A checkpoint with each kind of generator."""
    folders = [folder / str(number) for number in range(len(GENERATORS))]
    for each, make in zip(folders, GENERATORS, strict=True):
        each.mkdir()
        saved(each, rng=make())
    return [each / "saved" for each in folders]


@pytest.mark.slow
@MANY
@given(data=st.data())
def test_another_structure(data: st.DataObject, folder: Path, checkpoints: list[Path]) -> None:
    path = folder / "forged"
    document, tensors = opened(data.draw(st.sampled_from(checkpoints)).read_bytes(), path)
    for _ in range(data.draw(st.integers(1, 3))):
        change(data.draw, document)
    forge(path, document, tensors)
    refusal(path)


@pytest.mark.slow
@MANY
@given(data=st.data())
def test_other_tensors(data: st.DataObject, folder: Path, checkpoints: list[Path]) -> None:
    path = folder / "forged"
    document, tensors = opened(checkpoints[0].read_bytes(), path)
    names = st.sampled_from(sorted(tensors))
    for _ in range(data.draw(st.integers(1, 3))):
        name, other = data.draw(names), data.draw(names)
        act = data.draw(st.sampled_from(["swap", "drop", "type", "shape", "numbers", "add"]))
        array = tensors.get(name, np.zeros(1))
        if act == "swap":
            tensors[name] = tensors.get(other, array)
        elif act == "drop":
            tensors.pop(name, None)
        elif act == "type":
            kind = data.draw(st.sampled_from(["f2", "f4", "f8", "i8", "u1", "?"]))
            with np.errstate(all="ignore"):
                tensors[name] = array.astype(kind)
        elif act == "shape":
            tensors[name] = array.reshape(data.draw(st.sampled_from([(-1,), (1, -1), (-1, 1), (-1, 1, 1)])))
        elif act == "numbers":
            with np.errstate(all="ignore"):
                tensors[name] = array * np.array(data.draw(st.sampled_from([0, -1, 10**9]))).astype(
                    array.dtype
                )
        else:
            tensors[data.draw(st.text(max_size=4))] = array
    forge(path, document, tensors)
    refusal(path)


@pytest.mark.slow
@MANY
@given(data=st.data())
def test_other_bytes(data: st.DataObject, folder: Path, checkpoints: list[Path]) -> None:
    path = folder / "forged"
    path.write_bytes(data.draw(damaged(data.draw(st.sampled_from(checkpoints)).read_bytes())))
    refusal(path)

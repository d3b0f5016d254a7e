"""NumPy archives and files of weights alone."""

import io
import json
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save, save_file

from multilayer import InputError
from multilayer.exchange import read, write
from multilayer.network import MLP, Dense
from tests.exchange.networks import random_network
from tests.io.networks import NETWORK

NET = random_network((4, 7, 3), ("relu", "identity"), np.float32)


def test_names_and_classes_are_kept(tmp_path):
    write(NETWORK, tmp_path / "n.npz")
    assert read(tmp_path / "n.npz").network == NETWORK


def test_numpy_reads_what_was_written(tmp_path):
    write(NET, tmp_path / "n.npz")
    with np.load(tmp_path / "n.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["W1"], NET.layers[0].W)
        assert json.loads(arrays["multilayer"].tobytes())["dtype"] == "float32"


def test_arrays_of_numpy_alone(tmp_path):
    arrays = {"W2": NET.layers[1].W, "b2": NET.layers[1].b, "W1": NET.layers[0].W, "b1": NET.layers[0].b}
    np.savez_compressed(tmp_path / "n.npz", **arrays)
    found = read(tmp_path / "n.npz", hidden="relu", output="softmax")
    assert found.network == MLP([NET.layers[0], Dense(NET.layers[1].W, NET.layers[1].b, "softmax")])
    with pytest.raises(InputError, match="add the activation of the hidden layers"):
        read(tmp_path / "n.npz")


def state_dict(network, names):
    return {
        f"{name}.{kind}": np.ascontiguousarray(array)
        for name, layer in zip(names, network.layers, strict=True)
        for kind, array in (("weight", layer.W.T), ("bias", layer.b))
    }


@pytest.mark.parametrize("names", [("2", "10"), ("fc2", "fc10"), ("input_layer", "head")])
def test_state_dict_in_safetensors(tmp_path, names):
    save_file(state_dict(NET, names), tmp_path / "w.safetensors")
    found = read(tmp_path / "w.safetensors", hidden="relu")
    assert found.network == NET
    assert any("logits" in note for note in found.notes)
    assert names[0] in found.notes[0]


def test_halves_in_safetensors(tmp_path):
    """Each half is a float32; those of BF16 are the upper halves of them."""
    given = state_dict(NET, "02")
    save_file({name: array.astype(np.float16) for name, array in given.items()}, tmp_path / "f.safetensors")
    upper = {name: (array.view(np.uint32) >> 16).astype("<u2") for name, array in given.items()}
    data = save({name: array.view(np.float16) for name, array in upper.items()})
    size = int.from_bytes(data[:8], "little")
    header = data[8 : 8 + size].replace(b'"F16"', b'"BF16"')
    (tmp_path / "b.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + data[8 + size :])
    halves = {
        "f": {name: array.astype(np.float16).astype(np.float32) for name, array in given.items()},
        "b": {name: (array.astype(np.uint32) << 16).view(np.float32) for name, array in upper.items()},
    }
    for file, expected in halves.items():
        layers = read(tmp_path / f"{file}.safetensors", hidden="relu").network.layers
        for name, layer in zip("02", layers, strict=True):
            np.testing.assert_array_equal(layer.W, expected[f"{name}.weight"].T, strict=True)
            np.testing.assert_array_equal(layer.b, expected[f"{name}.bias"], strict=True)


def test_whole_numbers(tmp_path):
    np.savez(tmp_path / "w.npz", W1=[[1, -2], [3, 4]], b1=[0, 5])
    layer = read(tmp_path / "w.npz").network.layers[0]
    assert layer == Dense(np.array([[1.0, -2.0], [3.0, 4.0]]), np.array([0.0, 5.0]), "identity")
    np.savez(tmp_path / "q.npz", W1=np.array([[100, -127]], np.int8))
    with pytest.raises(
        InputError, match="'W1': found int8, the type of quantized weights, whose scale is not"
    ):
        read(tmp_path / "q.npz")


def test_layers_that_could_stand_in_several_orders_are_refused(tmp_path):
    square = random_network((3, 3, 3), ("relu", "identity"), np.float32)
    save_file(state_dict(square, ("head", "body")), tmp_path / "w.safetensors")
    with pytest.raises(InputError, match="several orders"):
        read(tmp_path / "w.safetensors", hidden="relu")


def test_batch_normalization_in_a_state_dict_is_refused(tmp_path):
    save_file(state_dict(NET, "02") | {"1.running_mean": np.zeros(7, np.float32)}, tmp_path / "w.safetensors")
    with pytest.raises(InputError, match="batch normalization"):
        read(tmp_path / "w.safetensors", hidden="relu")


def archive(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(f"{name}.npy", content)
    return file.getvalue()


def header(text):
    data = text.encode() + b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(data).to_bytes(2, "little") + data


def pickled():
    file = io.BytesIO()
    np.save(file, np.array([{}], object), allow_pickle=True)
    return file.getvalue()


BAD = {
    "a forged shape": (
        archive(W1=header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 2000000), }")),
        "W1.npy': expected 8000000000000 bytes",
    ),
    "a bomb": (archive(W1=b"\0" * 10**8), "would fill the memory"),
    "objects": (archive(W1=pickled()), "pickle"),
    "code in the header": (archive(W1=header("{'descr': __import__('os').getpid(), }")), "not a header"),
    "a negative shape": (
        archive(W1=header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -4), }")),
        "one or two axes",
    ),
    "an empty array": (
        archive(W1=header("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }")),
        "is empty",
    ),
    "a structured type": (
        archive(W1=header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }")),
        "expected numbers",
    ),
    "no zip": (b"PK\x03\x04" + b"\0" * 50, "not a readable zip archive"),
    "nothing": (b"", "not a readable zip archive"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_archives(tmp_path, name):
    content, message = BAD[name]
    (tmp_path / "n.npz").write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / "n.npz", hidden="relu")
    assert len(str(caught.value).splitlines()) == 1


def test_nan_without_an_axis(tmp_path):
    write(NETWORK, tmp_path / "n.npz")
    with np.load(tmp_path / "n.npz", allow_pickle=False) as arrays:
        kept = dict(arrays)
    kept["b1"] = np.array(np.nan, kept["b1"].dtype)
    np.savez(tmp_path / "m.npz", **kept)
    with pytest.raises(InputError, match="b1, entry 1: expected a finite number, found nan"):
        read(tmp_path / "m.npz")

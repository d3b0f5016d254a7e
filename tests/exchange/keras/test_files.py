"""Keras files without Keras: what we write is read back; hostile files are refused."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer import InputError
from multilayer.activations import CELU, ELU, LeakyReLU, ThresholdedReLU
from multilayer.exchange import read, write
from multilayer.exchange.keras.activations import NAMES
from multilayer.network import MLP
from tests.exchange.networks import random_network
from tests.io.test_mutations import change

ACTIVATIONS = (*NAMES.values(), LeakyReLU(0.3), ELU(0.5), ThresholdedReLU(0.5))
NET = random_network((3, 5, 4, 2), ("relu", "tanh", "softmax"), np.float32, classes=["no", "yes"])


def test_names_and_classes(tmp_path):
    network = MLP(NET.layers, classes=NET.classes, inputs=["a", "b", "c"])
    write(network, tmp_path / "n.keras")
    assert read(tmp_path / "n.keras").network == network


def test_an_activation_that_keras_has_not(tmp_path):
    with pytest.raises(InputError, match=r"layer 1: Keras has no activation CELU\(alpha=2\.0\)"):
        write(
            random_network((2, 3), (CELU(2.0),), np.float32),
            tmp_path / "n.keras",
        )
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Config, weights and metadata of a file."""
    path = tmp_path_factory.mktemp("keras") / "n.keras"
    write(NET, path)
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json")), archive.read("model.weights.h5")


def put(path, config, weights, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("config.json", config if isinstance(config, str | bytes) else json.dumps(config))
        archive.writestr("model.weights.h5", weights)
    return path


def refused(path, message):
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert len(str(caught.value).splitlines()) == 1


def copied(config):
    return json.loads(json.dumps(config))


def layer(config, place, **changes):
    config = copied(config)
    entry = config["config"]["layers"][place]
    for key, value in changes.items():
        if key in entry:
            entry[key] = value
        else:
            entry["config"][key] = value
    return config


QUANTIZED = {"module": "keras", "class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}}
FUNCTION = {"class_name": "function", "config": "f", "registered_name": "mine>f"}
CONFIGS = {
    "code": ({"class_name": "Lambda"}, r"layer layer1 \(Lambda\): it holds code"),
    "a class of ones own": ({"registered_name": "mine>Dense"}, "not one of Keras"),
    "a module of ones own": ({"module": "mine.layers"}, "not one of Keras"),
    "quantized": ({"dtype": QUANTIZED}, "quantized"),
    "half": ({"dtype": "float16"}, "expected float32 or float64"),
    "mixed": ({"dtype": "mixed_float16"}, "expected float32 or float64"),
    "an adapter": ({"lora_rank": 4}, "lora_rank"),
    "a function": ({"activation": FUNCTION}, "user code"),
    "another function of that name": ({"activation": "sparsemax"}, "another function by that name"),
    "an unknown activation": ({"activation": "reelu"}, "did you mean 'relu'"),
    "another width": ({"units": 6}, "expected the shape"),
    "no width": ({"units": -1}, "units"),
    "a convolution": ({"class_name": "Conv1D"}, "no such layer"),
    "no class": ({"class_name": 7}, "class_name"),
    "float64 in the configuration alone": ({"dtype": "float64"}, "expected float64"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_configurations(tmp_path, parts, name):
    changes, message = CONFIGS[name]
    refused(put(tmp_path / "n.keras", layer(parts[0], 1, **changes), parts[1]), message)


def test_models_that_are_no_row_of_layers(tmp_path, parts):
    config, weights = copied(parts[0]), parts[1]
    config["class_name"] = "MyModel"
    refused(put(tmp_path / "n.keras", config, weights), "user code")
    config["class_name"] = "Functional"
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}
    layers = config["config"]["layers"]
    names = [entry["config"]["name"] for entry in layers]
    for place, entry in enumerate(layers):
        history = {"config": {"keras_history": [names[place - 1], 0, 0]}}
        entry["inbound_nodes"] = [{"args": [tensor | history], "kwargs": {}}] if place else []
    config["config"]["output_layers"] = [[names[-1], 0, 0]]
    assert read(put(tmp_path / "n.keras", config, weights)).network.layers == NET.layers
    layers[2]["inbound_nodes"] *= 2
    refused(put(tmp_path / "n.keras", config, weights), "used in several places")
    layers[2]["inbound_nodes"] = [
        {"args": [tensor, tensor | {"config": {"keras_history": ["layer1", 0, 0]}}]}
    ]
    refused(put(tmp_path / "n.keras", config, weights), "it joins 'x', 'layer1'")
    layers[2]["inbound_nodes"] = [{"args": [tensor | {"config": {"keras_history": ["layer3", 0, 0]}}]}]
    refused(put(tmp_path / "n.keras", config, weights), "do not follow each other")


def changed_weights(weights, change):
    file = io.BytesIO(weights)
    with h5py.File(file, "r+") as root:
        change(root)
    return file.getvalue()


KERNEL = "layers/dense/vars/0"


def external_link(root):
    del root[KERNEL]
    root[KERNEL] = h5py.ExternalLink("/etc/other.h5", "/data")


def soft_link(root):
    del root[KERNEL]
    root[KERNEL] = h5py.SoftLink("/layers/dense_1/vars/0")


def virtual(root):
    del root[KERNEL]
    layout = h5py.VirtualLayout(shape=(3, 5), dtype="<f4")
    layout[:] = h5py.VirtualSource("other.h5", "data", shape=(3, 5))
    root.create_virtual_dataset(KERNEL, layout)


def external(root):
    del root[KERNEL]
    root.create_dataset(KERNEL, (3, 5), "<f4", external=[("other.bin", 0, 60)])


def bomb(root):
    del root["layers/dense"]
    root.create_dataset(
        KERNEL, (3, 10_000_000), "<f4", chunks=(3, 1_000_000), compression="gzip", fillvalue=0
    )


def chunk(root):
    """A small matrix in a chunk that unpacks to 400 MB."""
    del root[KERNEL]
    made = root.create_dataset(
        KERNEL, (3, 5), "<f4", chunks=(10_000, 10_000), maxshape=(None, None), compression="gzip"
    )
    made.id.write_direct_chunk((0, 0), bytes(300_000))


def filtered(**filters):
    def change(root):
        del root[KERNEL]
        root.create_dataset(KERNEL, data=np.ones((3, 5), "<f4"), chunks=(3, 5), **filters)

    return change


def integers(root):
    del root[KERNEL]
    root[KERNEL] = np.ones((3, 5), np.int32)


def missing(root):
    del root["layers/dense/vars"]


def unknown(root):
    root[KERNEL][0, 0] = np.nan


WEIGHTS = {
    "an external link": (external_link, {}, "link to another place"),
    "a soft link": (soft_link, {}, "link to another place"),
    "a virtual dataset": (virtual, {}, "in other files"),
    "external storage": (external, {}, "in other files"),
    "a bomb": (bomb, {"units": 10_000_000}, "would fill the memory"),
    "a bomb of one chunk": (chunk, {}, "would fill the memory"),
    "a filter that is a plugin": (filtered(compression="lzf"), {}, "the filter 32000 of HDF5"),
    "a filter that loses digits": (filtered(scaleoffset=2), {}, "the filter 6 of HDF5"),
    "integers": (integers, {}, "expected float32"),
    "a group that is missing": (missing, {}, "is missing"),
    "nan": (unknown, {}, "finite"),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights(tmp_path, parts, name):
    change_, settings_, message = WEIGHTS[name]
    weights = changed_weights(parts[1], change_)
    refused(put(tmp_path / "n.keras", layer(parts[0], 1, **settings_), weights), message)


@pytest.mark.parametrize("filters", [{"compression": "gzip"}, {"shuffle": True}, {"fletcher32": True}])
def test_filters_of_keras(tmp_path, parts, filters):
    weights = changed_weights(parts[1], filtered(**filters))
    found = read(put(tmp_path / "n.keras", parts[0], weights)).network
    np.testing.assert_array_equal(found.layers[0].W, np.ones((3, 5)))


def test_archives(tmp_path, parts):
    path = tmp_path / "n.keras"
    refused(put(path, parts[0], b"\0" * 10**8, zipfile.ZIP_DEFLATED), "would fill the memory")
    refused(put(path, parts[0], b"no HDF5"), "not a readable HDF5 file")
    refused(put(path, "{", parts[1]), r"config\.json, line 1")
    refused(put(path, "[" * 100_000, parts[1]), r"config\.json")
    path.write_bytes(b"PK\x03\x04 no archive")
    refused(path, "not a readable zip archive")


def test_weights_alone(tmp_path, parts):
    path = tmp_path / "n.weights.h5"
    path.write_bytes(parts[1])
    found = read(path, hidden=["relu", "tanh"], output="softmax")
    assert found.network.layers == NET.layers
    assert "dense, dense_1, dense_2" in found.notes[0]
    path.write_bytes(changed_weights(parts[1], lambda root: root.attrs.create("model_config", "{}")))
    refused(path, "Keras 2")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_configurations_of_another_structure(tmp_path_factory, parts, data):
    config = copied(parts[0])
    for _ in range(data.draw(st.integers(1, 3))):
        change(data.draw, config)
    path = put(tmp_path_factory.getbasetemp() / "mutated.keras", json.dumps(config), parts[1])
    outcome = network_or_line(path)
    assert isinstance(outcome, MLP) or len(outcome.splitlines()) == 1


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_archives(tmp_path_factory, parts, data):
    path = put(tmp_path_factory.getbasetemp() / "mutated.keras", parts[0], parts[1][:2048])
    content = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(content)))
    content[start : start + data.draw(st.sampled_from([0, 1, 2, 8]))] = data.draw(st.binary(max_size=8))
    path.write_bytes(bytes(content))
    assert len(network_or_line(path).splitlines()) == 1


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_weights(tmp_path_factory, parts, data):
    content = bytearray(parts[1])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content) - 8))
        put_ = data.draw(st.binary(max_size=8))
        content[start : start + len(put_)] = put_
    path = tmp_path_factory.getbasetemp() / "mutated.weights.h5"
    path.write_bytes(bytes(content))
    outcome = network_or_line(path)
    assert isinstance(outcome, MLP) or len(outcome.splitlines()) == 1


def network_or_line(path):
    try:
        return read(path, hidden="tanh" if path.suffix == ".h5" else ()).network
    except InputError as error:
        return str(error)

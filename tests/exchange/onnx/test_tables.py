"""A model of a table as ONNX: the same answers as ours, in ONNX Runtime."""

import pytest

import multilayer
from multilayer import InputError
from multilayer.exchange import convert, read
from multilayer.exchange.imported import Target as Written
from multilayer.exchange.onnx.runtime import prove_table as proof
from multilayer.exchange.onnx.tables import write
from multilayer.tables import Calibration, Encoder, EncoderSettings, Model, Target, columns_of
from tests.tables.test_model import frame

SETTINGS = {
    "default": {},
    "normal": {"normal": True},
    "bins": {"bins": 6, "missing_categories": True},
    "rare": {"most_categories": 1, "scale_categories": False},
    "ordinal": {"ordinal": {"job": ("cook", "clerk", "pilot")}},
}


def model(target="class", members=3, calibration=None, **settings):
    columns = columns_of(frame().drop(columns="since"))
    inputs = columns.without(["class", "price"])
    encoder = Encoder.fit(inputs, EncoderSettings(**settings) if settings else None)
    found = Target.of(columns[target])
    output = "softmax" if found.classes else "identity"
    networks = tuple(
        multilayer.initialize((encoder.width, 16, found.outputs), "selu", output, rng=seed).astype("float32")
        for seed in range(members)
    )
    return Model(encoder, networks, found, calibration)


@pytest.mark.oracle
@pytest.mark.parametrize("target", ["class", "price"])
@pytest.mark.parametrize("members", [1, 3])
def test_answers(tmp_path, target, members):
    calibration = Calibration(1.7, 100) if target == "class" else None
    made = model(target, members, calibration)
    (tmp_path / "m.onnx").write_bytes(write(made, Written("m"))[".onnx"])
    found = proof(made, tmp_path / "m.onnx")
    assert found.by.startswith("ONNX Runtime")
    assert found.holds, found


@pytest.mark.oracle
@pytest.mark.parametrize("name", SETTINGS)
def test_transforms(tmp_path, name):
    made = model(**SETTINGS[name])
    (tmp_path / "m.onnx").write_bytes(write(made, Written("m"))[".onnx"])
    assert proof(made, tmp_path / "m.onnx").holds


@pytest.mark.oracle
def test_conversion(tmp_path):
    made = model()
    made.save(tmp_path / "m.safetensors")
    done = convert(tmp_path / "m.safetensors", tmp_path / "m.onnx")
    assert "ONNX Runtime" in repr(done)
    convert(tmp_path / "m.safetensors", tmp_path / "n.safetensors")
    assert read(tmp_path / "n.safetensors").network.networks == made.networks


def test_what_we_write_of_a_table_is_for_other_programs(tmp_path):
    (tmp_path / "m.onnx").write_bytes(write(model(), Written("m"))[".onnx"])
    with pytest.raises(InputError, match=r"which multilayer wrote and does not read; read the \.safetensors"):
        read(tmp_path / "m.onnx")


def test_dates_are_refused_by_name(tmp_path):
    columns = columns_of(frame())
    encoder = Encoder.fit(columns.without(["class", "price"]))
    network = multilayer.initialize((encoder.width, 4, 3), "relu", "softmax", rng=0).astype("float32")
    with pytest.raises(InputError, match="column 'since': ONNX has no dates"):
        write(Model(encoder, (network,), Target.of(columns["class"])), Written("m"))


def test_other_formats_hold_networks(tmp_path):
    model().save(tmp_path / "m.safetensors")
    for target in ("m.json", "m.npz", "m.keras", "m_torch.py", "m_sklearn.py"):
        with pytest.raises(InputError, match=r"\.safetensors"):
            convert(tmp_path / "m.safetensors", tmp_path / target)
        assert not (tmp_path / target).exists()

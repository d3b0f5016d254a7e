"""A model in a file: round trip to the bit, and nothing but an InputError from a forged one."""

import json
import os
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

import multilayer
from multilayer import InputError
from multilayer.tables import Calibration, Conformal, Encoder, EncoderSettings, Model, Target, columns_of

RNG = np.random.default_rng(0)
ROWS = 300
TABLE = columns_of(
    {
        "age": np.where(RNG.random(ROWS) < 0.1, np.nan, RNG.normal(40.0, 10.0, ROWS)),
        "größe, cm": RNG.lognormal(size=ROWS),
        "job": RNG.choice(["clerk", 'a "cook"', "pilot", "葉"], ROWS),
        "level": RNG.choice(["low", "middle", "high"], ROWS),
        "smoker": RNG.random(ROWS) < 0.3,
        "since": np.datetime64("2021-01-01T00:00") + RNG.integers(0, 10**6, ROWS).astype("m8[m]"),
        "same": np.ones(ROWS),
        "class": RNG.choice([3, 7, 12], ROWS),
        "price": RNG.lognormal(size=ROWS),
    },
    {"class": "category"},
)
SETTINGS = EncoderSettings(bins=4, most_categories=3, ordinal={"level": ("low", "middle", "high")})


def model(target, settings=SETTINGS):
    encoder = Encoder.fit(TABLE.without(["class", "price"]), settings)
    aim = Target.of(TABLE[target])
    output = "softmax" if aim.classes else "identity"
    nets = [
        multilayer.initialize((encoder.width, 5, aim.outputs), "mish", output, rng=seed) for seed in range(2)
    ]
    y = aim.encode(TABLE[target])
    bare = Model(encoder, tuple(nets), aim)
    said = bare(TABLE)
    if aim.classes:
        return Model(
            encoder, bare.networks, aim, Calibration(1.7, 300), Conformal.fit(said, y), {"rows": ROWS}
        )
    return Model(
        encoder, bare.networks, aim, None, Conformal.fit(said, TABLE[target].values), {"rows": [1, {}]}
    )


MODELS = {
    "classes": model("class"),
    "quantity": model("price"),
    "normal": model("price", EncoderSettings(normal=True, scale_categories=False, missing_categories=True)),
}


@pytest.fixture(scope="module", params=MODELS)
def saved(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    MODELS[request.param].save(path)
    return MODELS[request.param], path


def test_a_round_trip_keeps_every_bit(saved):
    before, path = saved
    after = Model.load(path)
    assert after(TABLE).tobytes() == before(TABLE).tobytes()
    assert after.encoder(TABLE).tobytes() == before.encoder(TABLE).tobytes()
    assert after.networks == before.networks
    assert after.target == before.target
    assert [type(one) for one in after.target.classes] == [type(one) for one in before.target.classes]
    assert after.calibration == before.calibration
    assert after.record == before.record
    assert repr(after) == repr(before)
    assert str(after.summary()) == str(before.summary())
    ask = "predict_set" if after.target.classes else "predict_interval"
    for one, other in zip(getattr(after, ask)(TABLE, 0.8), getattr(before, ask)(TABLE, 0.8), strict=True):
        assert one.tobytes() == other.tobytes()
    after.save(path.with_name("again.safetensors"))
    assert path.with_name("again.safetensors").read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_another_process_and_numpy_give_the_same(saved, tmp_path):
    before, path = saved
    code = (
        "import sys, numpy as np; from multilayer.tables import Model; from tests.tables.test_model_file import TABLE;"
        "np.save(sys.argv[2], Model.load(sys.argv[1])(TABLE))"
    )
    expected = before(TABLE)
    for backend, tolerance in ((os.environ.get("MULTILAYER_BACKEND", ""), 0.0), ("numpy", 1e-5)):
        found = tmp_path / f"{backend}.npy"
        environment = {**os.environ, "MULTILAYER_BACKEND": backend}
        if not backend:
            del environment["MULTILAYER_BACKEND"]
        subprocess.run([sys.executable, "-c", code, path, found], check=True, env=environment)
        np.testing.assert_allclose(np.load(found), expected, rtol=tolerance, atol=tolerance)


def test_load_of_networks_and_of_models_name_each_other(saved, tmp_path):
    before, path = saved
    with pytest.raises(
        InputError, match=r"found a model of a table; multilayer\.tables\.Model\.load reads it"
    ):
        multilayer.load(path)
    multilayer.save(before.networks[0], tmp_path / "net.safetensors")
    with pytest.raises(InputError, match=r"found a network; multilayer\.load reads it"):
        Model.load(tmp_path / "net.safetensors")


def test_saving_is_whole_or_not_at_all(tmp_path):
    m = MODELS["classes"]
    with pytest.raises(InputError, match=r"ends in \.safetensors"):
        m.save(tmp_path / "model.json")
    with pytest.raises(InputError, match="cannot be written as JSON"):
        Model(m.encoder, m.networks, m.target, record={"\ud800": 1}).save(tmp_path / "a.safetensors")
    m.save(tmp_path / "b.safetensors")
    with pytest.raises(InputError, match="there already"):
        m.save(tmp_path / "b.safetensors", overwrite=False)
    with pytest.raises(InputError, match="no such file"):
        Model.load(tmp_path / "c.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["b.safetensors"]


def forge(path, out, change=None, tensors=None):
    """Write a model's file again with another document or other tensors."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    document = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["multilayer-model"])
    arrays = load_tensors(data)
    if change:
        change(document)
    if tensors:
        tensors(arrays)
    out.write_bytes(save_tensors(arrays, {"multilayer-model": json.dumps(document)}))
    return out


def setting(*steps, value):
    def change(document):
        for step in steps[:-1]:
            document = document[step]
        document[steps[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (setting("version", value=2), "version"),
        (setting("format", value="multilayer-network"), "format"),
        (setting("more", value=2), "unknown key 'more'"),
        (setting("columns", value=[]), "columns"),
        (setting("columns", 0, "kind", value="category"), "no such transform of a category"),
        (setting("columns", 0, "transforms", 0, "kind", value="cubed"), "no such transform of a number"),
        (setting("columns", 0, "transforms", 0, "numbers", value=3), "expected .* numbers, found"),
        (setting("columns", 0, "transforms", 0, "numbers", value=-1), "columns"),
        (setting("columns", 2, "categories", value=["x"]), "column 'job', transform 'one-hot'"),
        (setting("columns", 2, "categories", value=["x", "x", "y"]), "a category is there twice"),
        (setting("columns", 1, "name", value="age"), "a column is there twice"),
        (
            setting("columns", 5, "transforms", 0, "part", value="eon"),
            "expected a part of a date, found 'eon'",
        ),
        (setting("target", "classes", value=[1, 2]), "network 1: expected .* inputs and 2 outputs"),
        (setting("target", "classes", value=[1, 1, 2]), "one thing twice"),
        (setting("target", "classes", value=None), "classes are for classification"),
        (setting("target", "task", value="cluster"), "task"),
        (setting("target", "scale", value=0.0), "a scale above 0"),
        (setting("target", "low", value=1.0), "a range that is not empty"),
        (setting("target", "offset", value=1e999), "finite"),
        (setting("calibration", "temperature", value=0), "temperature"),
        (setting("calibration", "rows", value=-3), "rows"),
        (setting("networks", value=[]), "networks"),
        (
            setting("networks", 0, "layers", 1, "activation", value="relu"),
            "expected the output activation softmax",
        ),
        (
            setting("networks", 0, "layers", value=[{"activation": "relu"}]),
            "unknown tensor 'network1.layer2.W'",
        ),
        (setting("intervals", value=False), "unknown tensor 'intervals.scores'"),
    ],
)
def test_a_forged_document_is_refused_with_its_place(tmp_path, change, message):
    MODELS["classes"].save(tmp_path / "model.safetensors")
    forged = forge(tmp_path / "model.safetensors", tmp_path / "forged.safetensors", change)
    with pytest.raises(InputError, match=f"forged.safetensors.*{message}"):
        Model.load(forged)


def put(name, value):
    return lambda arrays: arrays.update({name: value(arrays[name]) if callable(value) else value})


def spoil(place, value):
    def changed(array):
        array = array.copy()
        array[place] = value
        return array

    return changed


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        (put("encoder.numbers", spoil(0, np.nan)), "expected a finite number"),
        (put("encoder.numbers", spoil(slice(None), 1e300)), "column 'age', transform 'binned'"),
        (put("encoder.numbers", lambda array: array[:-1]), "expected .* numbers, found"),
        (put("encoder.numbers", lambda array: array.astype(np.float32)), "expected F64 of 1 axes"),
        (put("network1.layer1.W", lambda array: array.astype(np.float64)), "expected F32 of 2 axes"),
        (put("network1.layer1.W", lambda array: array[1:].copy()), "network 1: expected .* inputs"),
        (put("network1.layer1.b", spoil(0, np.inf)), "expected a finite number"),
        (put("network3.layer1.b", np.zeros(3)), "unknown tensor"),
        (lambda arrays: arrays.pop("network2.layer1.W"), "the tensor network2.layer1.W is missing"),
        (put("intervals.scores", spoil(0, 1e9)), "ascending order"),
        (put("intervals.scales", spoil(0, -1.0)), "a scale above 0"),
        (put("intervals.scales", np.ones(7)), "a scale above 0 for each knot"),
    ],
)
def test_forged_tensors_are_refused(tmp_path, tensors, message):
    MODELS["quantity"].save(tmp_path / "model.safetensors")
    forged = forge(tmp_path / "model.safetensors", tmp_path / "forged.safetensors", tensors=tensors)
    with pytest.raises(InputError, match=f"forged.safetensors.*{message}"):
        Model.load(forged)


def values():
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=4,
    )


def places(value, at=()):
    """Every place of a document."""
    yield at
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*at, key))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), which=st.sampled_from(list(MODELS)))
def test_any_forged_document_predicts_or_is_refused(tmp_path, data, which):
    path = tmp_path / f"{which}.safetensors"
    if not path.exists():
        MODELS[which].save(path)

    def change(document):
        steps = data.draw(st.sampled_from(list(places(document))[1:]))
        setting(*steps, value=data.draw(values()))(document)

    def tensors(arrays):
        numbers = arrays["encoder.numbers"].copy()
        if data.draw(st.booleans()):
            numbers[data.draw(st.integers(0, len(numbers) - 1))] = data.draw(st.floats())
        arrays["encoder.numbers"] = numbers

    forged = forge(path, tmp_path / "forged.safetensors", change, tensors)
    with suppress(InputError):
        found = Model.load(forged)
        found(TABLE.take(slice(0, 20)))
        str(found.summary())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans())
def test_spoiled_bytes_predict_or_are_refused(tmp_path, place, byte, cut):
    path = tmp_path / "model.safetensors"
    if not path.exists():
        MODELS["classes"].save(path)
    data = bytearray(path.read_bytes())
    place %= len(data)
    data[place] = byte
    (tmp_path / "spoiled.safetensors").write_bytes(data[:place] if cut else data)
    with suppress(InputError):
        Model.load(tmp_path / "spoiled.safetensors")(TABLE.take(slice(0, 20)))


@pytest.mark.parametrize("name", ["network.json", "model.onnx", "README"])
def test_a_file_of_another_kind_is_not_taken_for_a_model(tmp_path, name):
    (tmp_path / name).write_text('{"layers": []}')
    with pytest.raises(InputError, match=r"expected a model of a table, a \.safetensors file"):
        Model.load(tmp_path / name)

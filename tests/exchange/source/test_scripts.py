"""A network as Python and as JavaScript: the bits of the core, the command lines, the multiply-add of one rounding."""

import ctypes
import ctypes.util
import json
import subprocess
import sys

import numpy as np
import pytest

from multilayer import MLP, activations
from multilayer.activations.table import catalogue
from multilayer.exchange.source import javascript_source, python_source, write_javascript, write_python
from tests.exchange.source.compilers import TYPES, network, rows, same_bits
from tests.exchange.source.test_c import NASTY

pytestmark = pytest.mark.native

RUN_PYTHON = """
import runpy
from array import array
predict = runpy.run_path("net.py")["predict"]
with open("x", "rb") as file:
    x = array(CODE, file.read())
y = array(CODE, (value for i in range(0, len(x), INPUTS) for value in predict(x[i : i + INPUTS])))
with open("y", "wb") as file:
    file.write(y.tobytes())
"""
RUN_NODE = """
import { predict } from "./net.mjs";
import { readFileSync, writeFileSync } from "node:fs";
const x = new ARRAY(new Uint8Array(readFileSync("x")).buffer);
const y = [];
for (let i = 0; i < x.length; i += INPUTS) y.push(...predict(x.subarray(i, i + INPUTS)));
writeFileSync("y", new Uint8Array(ARRAY.from(y).buffer));
"""
PYTHON = (sys.executable, "-I")
NODE = ("node",)


def written(sources, folder):
    for name, text in sources.items():
        (folder / name).write_text(text, encoding="ascii")


def outputs(net, x, folder, script, command):
    """Return what a script makes of rows, both of which pass through files."""
    narrow = net.dtype == np.float32
    places = {
        "CODE": "'f'" if narrow else "'d'",
        "ARRAY": "Float32Array" if narrow else "Float64Array",
        "INPUTS": str(net.widths[0]),
    }
    for place, text in places.items():
        script = script.replace(place, text)
    name = f"run.{'py' if command is PYTHON else 'mjs'}"
    (folder / name).write_text(script)
    (folder / "x").write_bytes(x.tobytes())
    subprocess.run([*command, name], cwd=folder, check=True)
    return np.frombuffer((folder / "y").read_bytes(), net.dtype).reshape(len(x), -1)


def networks(dtype, at_once=4):
    for seed in range(0, len(catalogue), at_once):
        layers = [(2 + i, h) for i, h in enumerate(catalogue[seed : seed + at_once])]
        yield network(dtype, *layers, inputs=3, seed=seed)


def check_python(net, folder, n):
    written(python_source(net, "net"), folder)
    x = rows(net, n)
    assert same_bits(outputs(net, x, folder, RUN_PYTHON, PYTHON), net(x)).all(), net


def check_node(net, folder, n):
    written(javascript_source(net, "net"), folder)
    x = rows(net, n)
    assert same_bits(outputs(net, x, folder, RUN_NODE, NODE), net(x)).all(), net


@pytest.mark.parametrize("real", TYPES)
def test_python_has_the_bits_of_the_core(real, tmp_path):
    layers = ((4, "tanh"), (3, activations.PReLU((0.1, -0.2, 0.0))), (3, "softmax"))
    check_python(network(TYPES[real], *layers), tmp_path, 30)


@pytest.mark.slow
@pytest.mark.parametrize("real", TYPES)
def test_every_activation_has_the_bits_of_the_core_in_python(real, tmp_path):
    for net in networks(TYPES[real]):
        check_python(net, tmp_path, 2000)


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.parametrize("real", TYPES)
def test_every_activation_has_the_bits_of_the_core_in_node(real, tmp_path):
    for net in networks(TYPES[real]):
        check_node(net, tmp_path, 6000)


@pytest.mark.oracle
def test_slopes_of_each_unit_in_node(tmp_path):
    check_node(network(np.float32, (3, activations.PReLU((0.1, -0.2, 0.0)))), tmp_path, 100)


def nasty_triples(dtype, n):
    """Return x, y and z of which x y + z is a tie, nearly one, nearly cancelled, subnormal, or anything."""
    random = np.random.default_rng(5)
    bits = np.uint32 if dtype == np.float32 else np.uint64
    x, y, z = (random.integers(0, np.iinfo(bits).max, n, dtype=bits).view(dtype) for _ in range(3))
    with np.errstate(all="ignore"):
        half = n // 2
        x[:half], y[:half] = random.normal(size=(2, half)).astype(dtype)
        z[: n // 4] = -x[: n // 4] * y[: n // 4]
        # A product of two bits that lies midway, and a third number far below it that decides.
        e = np.finfo(dtype).nmant + 1
        x[:50] = dtype(1.0) + dtype(2.0) ** -(e // 2)
        y[:50] = x[:50]
        z[:50] = random.choice([-1.0, 1.0, 0.0], 50) * 2.0 ** random.integers(-120, -e, 50)
        x[50:100] = np.finfo(dtype).max
        y[50:100] = 1.0
        z[50:100] = np.ldexp(random.uniform(0.4, 0.6, 50), np.finfo(dtype).maxexp - e).astype(dtype)
        x[100:200] = np.finfo(dtype).tiny
        y[100:200] = random.normal(0, 0.1, 100)
        z[100:200] = np.finfo(dtype).smallest_subnormal * random.integers(-3, 3, 100)
    return x, y, z


def expected_fma(dtype, triples):
    """Return what the C library of this machine says."""
    library = ctypes.CDLL(ctypes.util.find_library("m"))
    number = ctypes.c_float if dtype == np.float32 else ctypes.c_double
    function = library.fmaf if dtype == np.float32 else library.fma
    function.argtypes, function.restype = [number] * 3, number
    return np.array([function(*map(float, triple)) for triple in zip(*triples, strict=True)], dtype)


@pytest.mark.parametrize("real", TYPES)
def test_the_multiply_add_of_python_rounds_once(real, tmp_path):
    dtype = TYPES[real]
    names = {"__name__": "net"}
    exec(python_source(network(dtype, (1, "relu")), "net")["net.py"], names)  # noqa: S102
    triples = nasty_triples(dtype, 4000)
    multiply_add = names["fma32" if dtype == np.float32 else "fma64"]
    found = [multiply_add(*map(float, triple)) for triple in zip(*triples, strict=True)]
    assert same_bits(np.array(found, dtype), expected_fma(dtype, triples)).all()


@pytest.mark.oracle
@pytest.mark.parametrize("real", TYPES)
def test_the_multiply_add_of_javascript_rounds_once(real, tmp_path):
    dtype = TYPES[real]
    text = javascript_source(network(dtype, (1, "relu")), "net")["net.mjs"]
    triples = nasty_triples(dtype, 100_000)
    array, name = ("Float32Array", "fma32") if dtype == np.float32 else ("Float64Array", "fma64")
    (tmp_path / "run.mjs").write_text(
        text
        + f"""
const {{ readFileSync, writeFileSync }} = await import("node:fs");
const t = new {array}(new Uint8Array(readFileSync("t")).buffer);
const n = t.length / 3;
const r = {array}.from({{ length: n }}, (_, i) => {name}(t[i], t[n + i], t[2 * n + i]));
writeFileSync("r", new Uint8Array(r.buffer));
"""
    )
    (tmp_path / "t").write_bytes(b"".join(part.tobytes() for part in triples))
    subprocess.run(["node", "run.mjs"], cwd=tmp_path, check=True)
    found = np.frombuffer((tmp_path / "r").read_bytes(), dtype)
    assert same_bits(found, expected_fma(dtype, triples)).all()


def named():
    layers = network(np.float32, (4, "tanh"), (5, "softmax"), inputs=5).layers
    return MLP(layers, classes=NASTY, inputs=NASTY)


@pytest.mark.parametrize(
    ("source", "command", "file"),
    [
        (python_source, PYTHON, "net.py"),
        pytest.param(javascript_source, NODE, "net.mjs", marks=pytest.mark.oracle),
    ],
)
class TestScript:
    def run(self, folder, net, source, command, file, *words, text="", status=0):
        written(source(net, "net"), folder)
        called = [*command, file, *words]
        run = subprocess.run(called, cwd=folder, input=text, capture_output=True, text=True, check=False)
        assert run.returncode == status, run.stderr
        return run.stdout

    def test_names_stay_within_their_strings(self, source, command, file, tmp_path):
        found = self.run(tmp_path, named(), source, command, file, *"12345")
        assert found.count("\n") == 1
        assert "\x1b" not in found

    def test_the_command_line(self, source, command, file, tmp_path):
        net = MLP(network(np.float64, (4, "tanh"), (3, "softmax"), inputs=2).layers, classes=["a", "b", "c"])
        x = np.array([[0.5, -1.25], [3.0, 4.0], [np.inf, np.nan]])
        words = [str(value) for value in x.ravel()]
        by_arguments = self.run(tmp_path, net, source, command, file, *words)
        assert by_arguments == self.run(tmp_path, net, source, command, file, text="\n".join(words))
        lines = [line.split() for line in by_arguments.splitlines()]
        found = np.array([line[:3] for line in lines], float)
        assert np.array_equal(found, net(x), equal_nan=True)
        assert [line[3] for line in lines] == [*net.classify(x[:2]), "nan"]

    @pytest.mark.parametrize("words", [["1"], ["1", "x"], ["1", ""], ["1", "2", "3"]])
    def test_what_is_no_row_is_refused(self, words, source, command, file, tmp_path):
        net = network(np.float32, (2, "relu"), inputs=2)
        self.run(tmp_path, net, source, command, file, *words, status=2)

    def test_the_self_test_sees_other_bits(self, source, command, file, tmp_path):
        net = network(np.float32, (4, "tanh"), (3, "sigmoid"), inputs=2)
        self.run(tmp_path, net, source, command, file, "--self-test")

        def broken(net, name):
            sources = source(net, name)
            return sources | {file: sources[file].replace("fma32(xk,", "fma32(xk * 1.0000001,")}

        self.run(tmp_path, net, broken, command, file, "--self-test", status=1)

    def test_one_output_unit_has_two_classes(self, source, command, file, tmp_path):
        net = MLP(network(np.float64, (1, "sigmoid"), inputs=1).layers, classes=["no", "yes"])
        x = np.array([[-9.0], [9.0], [0.0]])
        found = self.run(tmp_path, net, source, command, file, *map(str, x.ravel()))
        assert [line.split()[1] for line in found.splitlines()] == list(net.classify(x))


def test_files_are_written_beside_each_other(tmp_path):
    net = network(np.float32, (2, "tanh"))
    assert [path.name for path in write_python(net, tmp_path / "my-net.py")] == ["my-net.py"]
    paths = write_javascript(net, tmp_path / "my-net.mjs")
    assert [path.name for path in paths] == ["my-net.mjs", "my-net.d.mts"]


@pytest.mark.oracle
def test_a_module_is_imported_under_its_names(tmp_path):
    written(javascript_source(named(), "net"), tmp_path)
    code = """import * as net from "./net.mjs";
    console.log(JSON.stringify([net.inputNames, net.classNames, Object.keys(net)]))"""
    run = subprocess.run(
        ["node", "--input-type=module", "-e", code], cwd=tmp_path, capture_output=True, check=True
    )
    inputs, classes, names = json.loads(run.stdout)
    assert inputs == classes == list(NASTY)
    assert names == ["classNames", "classify", "inputNames", "outputNames", "predict", "selfTest"]

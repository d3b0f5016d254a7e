"""A network as C: its bits, its command line, its self-test, and names that try to break out."""

import subprocess

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, activations
from multilayer.activations.table import catalogue
from multilayer.exchange.source import c_source, write_c
from tests.exchange.source.compilers import (
    GCC,
    TYPES,
    as_function,
    compiled,
    network,
    rows,
    same_bits,
)

pytestmark = pytest.mark.native
LIBRARY = ("-shared", "-fPIC", "-ffp-contract=off")


def check(net, folder, *options, n=1000, compiler=GCC):
    made = compiled(c_source(net, "net"), folder, *LIBRARY, *options, compiler=compiler)
    x = rows(net, n)
    same = same_bits(as_function(made, "net", net)(x), net(x))
    assert same.all(), x[~same.all(axis=1)][:3]


@pytest.mark.parametrize("real", TYPES)
def test_a_network_has_the_bits_of_the_core(real, tmp_path):
    net = network(TYPES[real], (7, "relu"), (4, activations.PReLU((0.1, 0.2, -0.3, 0.0))), (3, "softmax"))
    check(net, tmp_path, "-O1")


@pytest.mark.slow
@pytest.mark.parametrize("options", ["-O3 -march=native", "-O3 -mavx2 -mfma"])
@pytest.mark.parametrize("units", [1, 7, 40])
def test_rows_side_by_side_have_the_bits_of_the_core(units, options, tmp_path):
    """Whole blocks of rows, and those that are left; short rows of softmax, and such as are not written out."""
    net = network(
        np.float32, (5, "tanh"), (9, activations.PReLU(tuple(np.arange(9) / 9))), (units, "softmax")
    )
    made = compiled(c_source(net, "net"), tmp_path, *LIBRARY, *options.split())
    x = rows(net, 200)
    for count in (1, 31, 32, 33, 97, 400):
        assert same_bits(as_function(made, "net", net)(x[:count]), net(x[:count])).all()


@pytest.mark.slow
@pytest.mark.parametrize("real", TYPES)
@pytest.mark.parametrize("options", ["-O0", "-O2", "-O3 -march=native", "-O3 -mavx2 -mfma", "-Os"])
def test_networks_of_every_activation_have_the_bits_of_the_core(options, real, tmp_path):
    for seed in range(0, len(catalogue), 4):
        layers = [(5 + seed % 9 + i, h) for i, h in enumerate(catalogue[seed : seed + 4])]
        net = network(TYPES[real], *layers, inputs=1 + seed % 5, seed=seed)
        check(net, tmp_path, *options.split(), n=1000)


@pytest.mark.slow
@pytest.mark.parametrize("real", TYPES)
def test_a_network_of_many_units_has_the_bits_of_the_core(real, tmp_path):
    net = network(TYPES[real], (100, "tanh"), (75, "gelu"), (10, "softmax"), inputs=50)
    check(net, tmp_path, "-O0", n=1000)
    check(net, tmp_path, "-O3", "-march=native", n=50_000)


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.parametrize("real", TYPES)
def test_networks_have_the_bits_of_the_core_on_arm64(real, tmp_path):
    compiler = ("aarch64-linux-gnu-gcc", *GCC[1:], "-O2", "-ffp-contract=off", "-static", "-DNET_MAIN")
    for seed in range(0, len(catalogue), 4):
        layers = [(5 + i, h) for i, h in enumerate(catalogue[seed : seed + 4])]
        net = network(TYPES[real], *layers, inputs=3, seed=seed)
        program = compiled(c_source(net, "net"), tmp_path, compiler=compiler)
        x = rows(net, 2000)
        text = "\n".join(" ".join(float(value).hex() for value in row) for row in x)
        run = subprocess.run(
            ["qemu-aarch64", program], input=text, capture_output=True, text=True, check=True
        )
        found = np.array([line.split() for line in run.stdout.splitlines()], float).astype(net.dtype)
        assert same_bits(found, net(x)).all(), net


NASTY = ('"); system("x', "*/ #error\\", "??/\n%s%n", "é\x1b[2J", "\ud800")


def test_names_stay_within_their_strings(tmp_path):
    layers = network(np.float32, (5, "softmax"), inputs=5).layers
    net = MLP(layers, classes=NASTY, inputs=NASTY)
    program = compiled(c_source(net, "net"), tmp_path, "-O0", "-DNET_MAIN")
    run = subprocess.run([program, *"12345"], capture_output=True, check=True)
    assert run.stdout.count(b"\n") == 1
    assert b"\x1b" not in run.stdout


def program_of(net, folder):
    return compiled(c_source(net, "net"), folder, "-O0", "-DNET_MAIN")


def test_the_command_line(tmp_path):
    net = network(np.float64, (4, "tanh"), (3, "softmax"), inputs=2)
    net = MLP(net.layers, classes=["a", "b", "c"])
    program = program_of(net, tmp_path)
    x = np.array([[0.5, -1.25], [3.0, 4.0]])
    by_arguments = subprocess.run([program, *map(str, x.ravel())], capture_output=True, text=True, check=True)
    by_input = subprocess.run([program], input="0.5,-1.25\n3 4\n", capture_output=True, text=True, check=True)
    assert by_arguments.stdout == by_input.stdout
    lines = [line.split() for line in by_input.stdout.splitlines()]
    assert np.array_equal(np.array([line[:3] for line in lines], float), net(x))
    assert [line[3] for line in lines] == list(net.classify(x))


@pytest.mark.parametrize("words", [["1"], ["1", "x"], ["1", ""], ["1", "2", "3"]])
def test_the_command_line_refuses_what_is_no_row(words, tmp_path):
    program = program_of(network(np.float32, (2, "relu"), inputs=2), tmp_path)
    for arguments, text in ((words, ""), ([], " ".join(words) + "9" * 100)):
        run = subprocess.run([program, *arguments], input=text, capture_output=True, text=True, check=False)
        assert run.returncode == 2
        assert run.stderr


def test_the_self_test_sees_other_bits(tmp_path):
    sources = c_source(network(np.float32, (4, "tanh"), (3, "sigmoid"), inputs=2), "net")
    run = subprocess.run([compiled(sources, tmp_path, "-DNET_MAIN"), "--self-test"], check=False)
    assert run.returncode == 0
    broken = sources | {"net.c": sources["net.c"].replace("fmaf(x[k],", "fmaf(x[k] * 1.0000001f,")}
    run = subprocess.run([compiled(broken, tmp_path, "-DNET_MAIN"), "--self-test"], check=False)
    assert run.returncode == 1


def test_fast_math_is_refused_by_the_file_itself(tmp_path):
    sources = c_source(network(np.float32, (2, "tanh")), "net")
    with pytest.raises(subprocess.CalledProcessError):
        compiled(sources, tmp_path, *LIBRARY, "-O1", "-ffast-math")


def test_one_output_unit_has_two_classes(tmp_path):
    net = MLP([Dense([[1.0], [-1.0]], [0.0], "sigmoid")], classes=["no", "yes"])
    program = program_of(net, tmp_path)
    run = subprocess.run([program, "1", "2", "2", "1", "1", "1"], capture_output=True, text=True, check=True)
    assert [line.split()[1] for line in run.stdout.splitlines()] == ["no", "yes", "no"]


def test_files_are_called_as_the_path_is(tmp_path):
    net = network(np.float32, (2, "tanh"))
    written = write_c(net, tmp_path / "my-net.c")
    assert [path.name for path in written] == ["my-net.c", "my-net.h"]
    assert "my_net_predict" in written[0].read_text()
    sources = {path.name: path.read_text() for path in written}
    program = compiled(sources, tmp_path, "-O0", "-DMY_NET_MAIN")
    subprocess.run([program, "--self-test"], check=True)
    assert "other_predict" in write_c(net, tmp_path / "葉", name="other")[0].read_text()


@pytest.mark.parametrize("name", ["葉.c", 'a".c', "two\nlines", ".c", 60 * "n"])
def test_a_name_that_makes_no_identifier_is_refused(name, tmp_path):
    with pytest.raises(InputError):
        write_c(network(np.float32, (2, "tanh")), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_has_no_source_is_refused_by_name():
    cube = activations.Custom("cube", lambda x: x**3, lambda x: 3 * x**2)
    with pytest.raises(InputError, match="layer 1: activation cube is not in the catalogue"):
        c_source(network(np.float32, (2, cube)))
    with pytest.raises(InputError, match="layer 1: W or b holds nan or infinity"):
        c_source(MLP([Dense([[np.inf]], [0.0], "tanh")]))

"""Whole numbers: the NumPy reference is the compiled C, on this machine and on an emulated microcontroller."""

import ctypes
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, activations
from multilayer.activations.table import catalogue
from multilayer.exchange.source import fixed_c_source, fixed_point, write_fixed_c
from tests.exchange.source.compilers import compiled, network

pytestmark = pytest.mark.native

CORTEX_M = Path(__file__).parent / "cortex_m"
ELEMENTWISE = tuple(h for h in catalogue if isinstance(h, activations.Elementwise))


def samples(inputs=3, n=400, seed=1):
    """Return rows whose columns have different sizes."""
    return np.random.default_rng(seed).normal(0, np.logspace(-2, 2, inputs), (n, inputs))


def scaled_network(*layers, inputs=3, seed=0, **names):
    """Return a network whose first weights suit the sizes of those columns."""
    net = network(np.float32, *layers, inputs=inputs, seed=seed)
    first = net.layers[0]
    W = first.W / np.logspace(-2, 2, inputs)[:, np.newaxis]
    return MLP([Dense(W.astype(np.float32), first.b, first.activation), *net.layers[1:]], **names)


def check(net, folder, x):
    fixed = fixed_point(net, x)
    beyond = np.concatenate(
        [x, 10 * x, [[np.nan] * net.widths[0], [np.inf] * net.widths[0], [1e38] * net.widths[0]]]
    )
    sources_x = fixed.quantize(beyond)
    quantized, found = whole_in_c(net, x, beyond, folder)
    assert np.array_equal(sources_x, quantized)
    assert np.array_equal(fixed.whole(sources_x), found)
    return fixed


def whole_in_c(net, calibration, x, folder):
    sources = fixed_c_source(net, calibration, "net")
    library = ctypes.CDLL(str(compiled(sources, folder, "-O2", "-shared", "-fPIC", "-DNET_FLOAT")))
    with np.errstate(over="ignore"):
        x = np.ascontiguousarray(x, np.float32)
    quantized, found = (np.empty((len(x), n), np.int16) for n in (net.widths[0], net.widths[-1]))
    for row, q, y in zip(x, quantized, found, strict=True):
        library.net_quantize(*(a.ctypes.data_as(ctypes.c_void_p) for a in (row, q)))
        library.net_predict(*(a.ctypes.data_as(ctypes.c_void_p) for a in (q, y)))
    return quantized, found


def test_the_reference_is_the_compiled_c(tmp_path):
    net = scaled_network((8, "tanh"), (5, "relu"), (3, "softmax"), classes=["a", "b", "c"])
    fixed = check(net, tmp_path, samples())
    assert fixed.rms_error < 0.05
    assert fixed.changed < 0.05


@pytest.mark.slow
def test_the_reference_is_the_compiled_c_for_every_activation(tmp_path):
    for seed, h in enumerate(ELEMENTWISE):
        check(scaled_network((6, h), (4, "silu"), (2, "softsign"), seed=seed), tmp_path, samples(n=100))
        check(scaled_network((3, "tanh"), (2, h), seed=seed), tmp_path, samples(n=100))


def test_the_error_that_is_reported_is_that_of_the_compiled_c(tmp_path):
    net = scaled_network((8, "tanh"), (1, "sigmoid"), classes=["no", "yes"])
    x = samples()
    fixed = fixed_point(net, x)
    _, found = whole_in_c(net, x, x, tmp_path)
    y = np.ldexp(found.astype(float), fixed.output_exponent)
    assert np.abs(y - net(x)).max() == fixed.largest_error
    assert np.mean((y > 0.5) != (net(x) > 0.5)) == fixed.changed


@pytest.mark.oracle
@pytest.mark.parametrize("cpu", ["cortex-m0", "cortex-m3"])
def test_a_microcontroller_computes_the_same(cpu, tmp_path):
    net = scaled_network((16, "tanh"), (9, "leaky_relu"), (3, "softmax"), classes=["a", "b", "c"])
    x = samples(n=2000)
    fixed = fixed_point(net, x)
    q = fixed.quantize(x)
    sources = fixed_c_source(net, x, "net")
    text = sources["net.c"]
    for name, values in (("x", q), ("y", fixed.whole(q))):
        rows = ", ".join(map(str, values.ravel()))
        text = re.sub(
            rf"test_{name}\[\d+ \* (\d+)\] = \{{.*?\}};",
            rf"test_{name}[] = {{{rows}}};",
            text,
            flags=re.DOTALL,
        )
    sources["net.c"] = text.replace("r < 8;", "r < 2000;")
    sources["start.c"] = (CORTEX_M / "start.c").read_text()
    compiler = ("arm-none-eabi-gcc", "-std=gnu99", "-Wall", "-Wextra", "-Werror", f"-mcpu={cpu}", "-mthumb")
    options = (
        "-Os",
        "-DNET_SELF_TEST",
        "-DSELF_TEST=net_self_test",
        "-nostartfiles",
        "-T",
        CORTEX_M / "memory.ld",
    )
    program = compiled(sources, tmp_path, *options, compiler=compiler)
    emulator = ("qemu-system-arm", "-M", "mps2-an385", "-nographic", "-semihosting", "-kernel")
    subprocess.run([*emulator, program], check=True, timeout=100)
    sources["net.c"] = sources["net.c"].replace("+ 128) >> 8", "+ 127) >> 8")
    broken = compiled(sources, tmp_path, *options, compiler=compiler)
    assert subprocess.run([*emulator, broken], check=False, timeout=100).returncode == 1


@pytest.mark.oracle
def test_flash_is_what_the_linker_counts(tmp_path):
    net = scaled_network((16, "tanh"), (9, "tanh"), (3, "softmax"))
    fixed = fixed_point(net, samples())
    sources = fixed_c_source(net, samples(), "net")
    made = compiled(
        sources, tmp_path, "-c", "-mcpu=cortex-m3", "-mthumb", compiler=("arm-none-eabi-gcc", "-Os")
    )
    listed = subprocess.run(
        ["arm-none-eabi-nm", "-S", made], capture_output=True, text=True, check=True
    ).stdout
    sizes = {
        line.split()[3]: int(line.split()[1], 16) for line in listed.splitlines() if len(line.split()) == 4
    }
    constants = {name: size for name, size in sizes.items() if re.fullmatch(r"[Wbs]\d|table\d", name)}
    assert sum(constants.values()) == fixed.flash


def test_the_command_line(tmp_path):
    net = scaled_network((8, "tanh"), (2, "sigmoid"))
    x = samples()
    program = compiled(fixed_c_source(net, x, "net"), tmp_path, "-O1", "-DNET_MAIN")
    assert subprocess.run([program, "--self-test"], check=False).returncode == 0
    words = [str(value) for value in x[:2].ravel()]
    run = subprocess.run([program, *words], capture_output=True, text=True, check=True)
    found = np.array([line.split() for line in run.stdout.splitlines()], float)
    assert np.array_equal(found, fixed_point(net, x)(x[:2]))
    assert subprocess.run([program, "1", "x", "2"], check=False, capture_output=True).returncode == 2


def test_sums_that_could_pass_int32_are_refused():
    W = np.full((600, 2), 0.99, np.float32)  # 127 as whole numbers
    net = MLP([Dense(W, None, "tanh")])
    with pytest.raises(InputError, match=r"layer 1: .* a sum could reach 2\.5e"):
        fixed_point(net, np.ones((3, 600)))
    fixed = fixed_point(MLP([Dense(W[:500], None, "tanh")]), np.ones((3, 500)))
    assert fixed.layers[0].largest_sum < 2**31
    far_bias = MLP([Dense([[1.0]], [1e12], "tanh")])
    with pytest.raises(InputError, match="could reach"):
        fixed_point(far_bias, [[1e-3]])


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (((2, activations.PReLU((0.1, 0.2))),), "a parameter for each unit"),
        (((2, "softmax"), (2, "relu")), "layer 1: softmax mixes the units"),
        (((2, "sparsemax"),), "layer 1: sparsemax mixes the units"),
    ],
)
def test_what_whole_numbers_do_not_have_is_refused(layers, message):
    with pytest.raises(InputError, match=message):
        fixed_point(network(np.float32, *layers), samples())


def test_outputs_that_overflow_are_refused():
    with pytest.raises(InputError, match="layer 1: outputs on the samples are not finite"):
        fixed_point(network(np.float32, (2, "exponential")), 9 * samples())


@pytest.mark.parametrize("x", [np.zeros((0, 3)), [[1.0, np.nan, 0.0]], [[1.0]]])
def test_samples_that_show_nothing_are_refused(x):
    with pytest.raises(InputError):
        fixed_point(network(np.float32, (2, "relu")), x)


def test_the_largest_sum_is_never_passed():
    """The bound, against every sign of input that makes a sum as large as it gets."""
    fixed = fixed_point(scaled_network((6, "tanh"), (4, "identity")), samples())
    for layer in fixed.layers:
        worst = np.where(layer.W > 0, 32767, -32768)
        sums = (worst * layer.W).sum(axis=0) + np.abs(layer.b)
        assert sums.max() <= layer.largest_sum <= 2**31 - 1


def test_files_and_report(tmp_path):
    net = scaled_network((8, "tanh"), (3, "softmax"))
    written = write_fixed_c(net, tmp_path / "small", samples=samples())
    assert [path.name for path in written] == ["small.c", "small.h"]
    for line in fixed_point(net, samples()).report().splitlines():
        assert line in written[1].read_text()

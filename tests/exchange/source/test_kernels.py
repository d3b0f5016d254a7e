"""Every kernel as C has the bits of the core, whatever the input and the compiler."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from multilayer import activations
from multilayer.activations.table import catalogue
from multilayer.exchange.source.kernels.table import KERNELS, kernel_arguments
from multilayer.exchange.source.languages.c99 import C, number
from multilayer.exchange.source.languages.dialect import parsed
from multilayer.exchange.source.program import Program
from tests.exchange.source.compilers import ACTIVATIONS, GCC, TYPES, compiled, inputs, same_bits
from tools import kernel_coefficients

pytestmark = pytest.mark.native


def test_the_coefficients_are_those_of_the_core():
    assert kernel_coefficients.FILE.read_text() == kernel_coefficients.text(), (
        "run  python -m tools.kernel_coefficients"
    )


def test_every_activation_has_kernels():
    assert set(KERNELS) == {type(activation) for activation in catalogue}


def library(real: str, folder: Path, compiler: tuple[str, ...], chosen: tuple) -> ctypes.CDLL:
    """Return a library with a function for each activation, from row to row in place."""
    program = Program(C(real), real)
    functions = []
    for i, activation in enumerate(chosen):
        kernel = KERNELS[type(activation)]
        function = kernel.float32 if real == "f32" else kernel.float64
        name = program.add(function)
        kind = "float" if real == "f32" else "double"
        head = f"void h{i}({kind} *x, int rows, int units) {{"
        if kernel.of_row:
            array = ", e" if len(parsed(function).parameters) > 2 else ""
            body = f"double e[64]; (void)e; for (int r = 0; r < rows; r++) {name}(x + r * units, 1, units{array});"
        else:
            arguments = kernel_arguments(activation, np.dtype(TYPES[real]))
            constants = "".join(f", {number(value, 'f64')}" for value in arguments)
            body = f"for (int i = 0; i < rows * units; i++) x[i] = {name}(x[i]{constants});"
        functions.append(f"{head} {body} }}")
    top = "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n#define INLINE static inline\n#define UNROLL"
    text = "\n\n".join([top, *C.functions.values(), *program.parts.values(), *functions])
    options = ("-shared", "-fPIC", "-ffp-contract=off", "-Wno-unused-function")
    return ctypes.CDLL(str(compiled({"kernels.c": text}, folder, *options, compiler=compiler)))


def check(real: str, folder: Path, compiler: tuple[str, ...], n: int, chosen: tuple = ACTIVATIONS) -> None:
    found = library(real, folder, compiler, chosen)
    x = inputs(TYPES[real], n)
    for i, activation in enumerate(chosen):
        for units in (1, 3, 8, 11, 17) if KERNELS[type(activation)].of_row else (1,):
            a = np.ascontiguousarray(x[: len(x) // units * units].reshape(-1, units))
            z = a.copy()
            getattr(found, f"h{i}")(z.ctypes.data_as(ctypes.c_void_p), len(z), units)
            same = same_bits(z, activation(a))
            assert same.all(), (activation, units, a[~same.all(axis=1)][:3])


@pytest.mark.parametrize("real", TYPES)
def test_some_kernels_have_the_bits_of_the_core(real, tmp_path):
    chosen = (activations.tanh, activations.relu, activations.softmax, activations.gelu)
    check(real, tmp_path, (*GCC, "-O1"), 2000, chosen)


@pytest.mark.slow
@pytest.mark.parametrize("real", TYPES)
@pytest.mark.parametrize("options", ["-O0", "-O2", "-O3 -march=native", "-Os"])
def test_kernels_have_the_bits_of_the_core(options, real, tmp_path):
    check(real, tmp_path, (*GCC, *options.split()), 20_000)


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.parametrize("real", TYPES)
@pytest.mark.parametrize("options", ["-O0", "-O3 -march=native"])
def test_kernels_have_the_bits_of_the_core_with_clang(options, real, tmp_path):
    check(real, tmp_path, ("clang", "-std=c99", "-Wall", "-Wextra", "-Werror", *options.split()), 20_000)

"""The largest error of every elementwise activation, value and derivative, in ulps.

    python -m benchmarks.accuracy --exhaustive NAME ...    all 2^32 float32 inputs
    python -m benchmarks.accuracy --sample NAME ...        2^22 of them, evenly spread over the bit patterns
    python -m benchmarks.accuracy --points 1000000 NAME ... that many float64 inputs against MPFR or mpmath

NAME may be `all`. float32 results are compared with the float64 kernel of the same function, whose own error is what
--points measures: some 1e-9 of a float32 ulp. Within a quarter of a zero of the derivative the unit is the ulp of the
derivative's largest value. For the native backend native/tests/exhaustive.cpp does the work, built from this source
tree into build/exhaustive with cmake. Figures are kept in benchmarks/results/accuracy.json.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.stored import load, write
from multilayer import activations, backend
from multilayer.activations import Elementwise
from tests.activations.cases import points
from tests.reference.activations import REFERENCES, Exact, evaluate
from tests.reference.arithmetic import fast
from tests.reference.ulp import ulp_error

SOURCE = Path(__file__).parents[1]
BUILD = SOURCE / "build" / "exhaustive"
CHUNK = 2**20
KINDS = ("value", "derivative")
Floats = NDArray[np.float64]


class Worst(NamedTuple):
    """The largest error, and the input that has it."""

    ulps: float
    x: float


def every_float32(step: int) -> Iterator[NDArray[np.float32]]:
    """Yield float32 numbers in the order of their bits, every `step`-th."""
    for start in range(0, 2**32, CHUNK * step):
        stop = min(start + CHUNK * step, 2**32)
        yield np.arange(start, stop, step, dtype=np.uint64).astype(np.uint32).view(np.float32)


def float32_errors(found: NDArray[np.float32], expected: Floats, unit: Floats) -> Floats:
    """Return |found - expected| in `unit`; an infinity counts as the number after the largest one."""
    beyond = 2.0**128
    error: Floats = np.abs(
        np.clip(found.astype(np.float64), -beyond, beyond) - np.clip(expected, -beyond, beyond)
    )
    error /= unit
    error[np.isinf(found) & (np.abs(expected) >= beyond - 2.0**103)] = 0.0
    nan = np.isnan(expected)
    error[nan] = 0.0
    error[nan != np.isnan(found)] = np.inf
    return error


def float32_ulp(x: Floats) -> Floats:
    """Return the distance between float32 numbers around each number."""
    exponent = (x.view(np.int64) >> 52) & 0x7FF
    ulp: Floats = ((np.clip(exponent, 1023 - 126, 1023 + 127) - 23) << 52).view(np.float64)
    return ulp


def largest_float32(activation: Elementwise, kind: str, step: int) -> Worst:
    """Compare the float32 kernel with the float64 kernel on every `step`-th number."""
    function: Callable[[Any], Any] = activation if kind == "value" else activation.derivative
    reference = REFERENCES[activation.facts.name]
    parameters = tuple(float(p) for p in activation.parameters)
    zeros = reference.zeros(*parameters) if kind == "derivative" else ()
    at_largest = float32_ulp(np.array([reference.largest_derivative(*parameters)]))
    worst = Worst(0.0, 0.0)
    for x in every_float32(step):
        expected = np.asarray(function(x.astype(np.float64)))
        unit = float32_ulp(expected)
        for zero in zeros:
            near = np.abs(x - zero) <= 0.25 * abs(zero)
            unit = np.where(near, at_largest, unit)
        errors = float32_errors(np.asarray(function(x)), expected, unit)
        at = int(np.argmax(errors))
        if errors[at] > worst.ulps:
            worst = Worst(float(errors[at]), float(x[at]))
    return worst


def built() -> Path:
    """Bring the program that counts the native kernels' errors up to date."""
    configure = ["cmake", "-S", str(SOURCE), "-B", str(BUILD), "-DMULTILAYER_TESTS=ON"]
    configure += ["-DCMAKE_BUILD_TYPE=Release", f"-DPython_EXECUTABLE={sys.executable}"]
    for command in (configure, ["cmake", "--build", str(BUILD), "--target", "exhaustive"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return BUILD / "exhaustive"


def largest_native(
    program: Path, activation: Elementwise, kind: str, step: int, level: str, threads: int
) -> Worst:
    """Do as `largest_float32` does, by the program."""
    reference = REFERENCES[activation.facts.name]
    parameters = [float(p) for p in activation.parameters]
    zeros = reference.zeros(*parameters) if kind == "derivative" else ()
    numbers = [reference.largest_derivative(*parameters), *parameters, "/", *zeros]
    command = [program, level, activation.facts.name, kind, step, threads, *numbers]
    done = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True)
    ulps, x = done.stdout.split()
    return Worst(float(ulps), float.fromhex(x))


def evaluate_once(exact: Callable[..., Any], x: NDArray[np.float64], parameters: tuple[float, ...]) -> Exact:
    """Return what `evaluate` does, at one precision: wrong where the digits cancel, and nan where it cannot tell."""
    nearest, rest = np.full(x.shape, np.nan), np.zeros(x.shape)
    finite = np.flatnonzero(np.isfinite(x))
    with fast.precision(128):
        real = fast.real
        results = [exact(fast, real(value), *parameters) for value in x[finite].tolist()]
        rounded = [float(result) for result in results]
        left_out = [float(result - number) for result, number in zip(results, rounded, strict=True)]
    found = np.array(rounded)
    found[np.array([result == 0 for result in results], dtype=bool)] = np.nan
    nearest[finite] = found
    rest[finite] = np.where(np.isfinite(found), np.array(left_out) / np.spacing(np.abs(found)), 0.0)
    return Exact(nearest, rest)


def largest_float64(activation: Elementwise, kind: str, count: int) -> Worst:
    """Compare with MPFR or mpmath at `count` points: the edges, then numbers of every size."""
    reference = REFERENCES[activation.facts.name]
    parameters = tuple(float(p) for p in activation.parameters)
    zeros = reference.zeros(*parameters) if kind == "derivative" else ()
    rng = np.random.default_rng(count)
    edges = points(activation, np.float64, reference.zeros(*parameters))
    sixth = max(count - edges.size, 0) // 6 + 1
    parts = [rng.normal(scale=scale, size=sixth) for scale in (0.3, 2.0, 8.0, 40.0)]
    parts += [rng.uniform(-750.0, 750.0, sixth)]
    parts += [np.ldexp(rng.uniform(-2.0, 2.0, sixth), rng.integers(-1074, 1023, sixth))]
    x = np.concatenate([edges, *parts])[: max(count, edges.size)]
    function, exact = (
        (activation, reference.value) if kind == "value" else (activation.derivative, reference.derivative)
    )
    worst = Worst(0.0, 0.0)

    def compare(part: NDArray[np.float64], truth: Exact) -> Floats:
        found = np.asarray(function(part))
        errors = ulp_error(found, truth)
        largest = np.full(part.shape, reference.largest_derivative(*parameters))
        for zero in zeros:
            near = np.abs(part - zero) <= 0.25 * abs(zero)
            errors = np.where(near, ulp_error(found, truth, largest), errors)
        return errors

    for part in np.array_split(x, -(-x.size // 2_000)):
        # What one precision finds no worse than the worst so far is not: cancelled digits look like errors.
        once = evaluate_once(exact, part, parameters)
        suspects = part[~(compare(part, once) <= worst.ulps) | np.isnan(once.nearest)]
        if suspects.size == 0:
            continue
        errors = compare(suspects, evaluate(exact, suspects.tolist(), parameters))
        at = int(np.argmax(errors))
        if errors[at] > worst.ulps:
            worst = Worst(float(errors[at]), float(suspects[at]))
    return worst


def keep(key: str, worst: Worst, inputs: int) -> None:
    """Write one figure into the results."""
    table = load("accuracy")
    table[key] = {"ulps": round(worst.ulps, 4), "x": worst.x.hex(), "inputs": inputs}
    write("accuracy", dict(sorted(table.items())))


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="NAME")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--exhaustive", action="store_true")
    mode.add_argument("--sample", action="store_true")
    mode.add_argument("--points", type=int, metavar="N")
    parser.add_argument("--threads", type=int, default=1, help="of the native float32 runs; 1 by default")
    parser.add_argument("--store", action="store_true", help="keep the figures in benchmarks/results/")
    options = parser.parse_args()
    everything = [entry for entry in activations.catalogue if isinstance(entry, Elementwise)]
    chosen = everything if options.names == ["all"] else [activations.get(name) for name in options.names]
    where = backend.info()
    program = built() if where.backend == "native" and not options.points else None
    for activation in chosen:
        if not isinstance(activation, Elementwise):
            parser.error(f"{activation.facts.name} is not elementwise")
        for kind in KINDS:
            start = time.perf_counter()
            with np.errstate(all="ignore"):
                if options.points:
                    inputs, numbers = options.points, "float64"
                    worst = largest_float64(activation, kind, inputs)
                else:
                    step = 1 if options.exhaustive else 1021
                    inputs, numbers = -(-(2**32) // step), "float32/all" if step == 1 else "float32/sample"
                    worst = (
                        largest_native(program, activation, kind, step, where.level, options.threads)
                        if program
                        else largest_float32(activation, kind, step)
                    )
            seconds = time.perf_counter() - start
            if options.store:
                keep(f"{where.backend}/{where.level}/{numbers}/{activation!r}/{kind}", worst, inputs)
            print(
                f"{activation!r:36} {kind:10} {numbers:14} {worst.ulps:7.4f} ulp at {worst.x:.9g}"
                f"  ({inputs} inputs, {seconds:.0f} s, {where.level})",
                flush=True,
            )


if __name__ == "__main__":
    main()

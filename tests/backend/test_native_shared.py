"""Large calls are shared out between threads: with the same bits, and only where they should be."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from multilayer import set_threads, threads
from tests.backend.native import AXIS, ELEMENTWISE, bits, numbers

pytestmark = pytest.mark.native
Array = NDArray[Any]
THREADS = [1, 2, 3, 5]
TASKS = Path("/proc/self/task")
SOME = ["relu", "sigmoid", "prelu", "gelu_derivative"]


def in_pieces(function: Callable[..., Array], *arrays: Array) -> Array:
    """Return the bits of calls that are too small to be shared out."""
    pieces = -(-arrays[0].size // 16_000)
    pieces = min(pieces, len(arrays[0]))
    return np.concatenate(
        [bits(function(*some)) for some in zip(*(np.array_split(a, pieces) for a in arrays), strict=True)]
    )


@functools.cache
def many(n: int, kind: Any) -> Array:
    return numbers(n, kind)


def misplaced(x: Array, by: int) -> Array:
    """Return x that many bytes behind a cache line."""
    room = np.zeros(x.nbytes + 64 + by, np.uint8)
    start = -room.ctypes.data % 64 + by
    copy = room[start : start + x.nbytes].view(x.dtype)
    copy[:] = x
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_threads_change_nothing(name: str, kind: Any) -> None:
    # So many that the cheapest function is worth five threads, and that float64 results pass the caches by.
    function, parameters = ELEMENTWISE[name]
    x = many(2**21 + 2**20 + 13, kind)
    expected = in_pieces(lambda some: function(some, *parameters), x)
    out = misplaced(np.zeros_like(x), 20 * x.itemsize)
    for n in THREADS:
        with threads(n):
            np.testing.assert_array_equal(bits(function(x, *parameters, out=out)), expected)
            out[:] = x
            np.testing.assert_array_equal(bits(function(out, *parameters, out=out)), expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_threads_change_nothing_however_numbers_lie(name: str) -> None:
    function, parameters = ELEMENTWISE[name]
    n = 2**18 + 5
    wide, whole = many(3 * n, np.float64), (np.arange(n) % 200 - 100).astype(np.int16)
    given_ones = [wide[::3], wide[::-3], misplaced(many(n, np.float32), 1), many(n, np.float16), whole]
    for given in given_ones:
        expected = in_pieces(lambda some: function(some, *parameters), given)
        for n_threads in THREADS:
            with threads(n_threads):
                result = function(given, *parameters)
                np.testing.assert_array_equal(bits(result), expected)
                spread = np.zeros(2 * given.size, result.dtype)
                function(given, *parameters, out=spread[::2])
                np.testing.assert_array_equal(bits(spread[::2]), expected)
                assert not spread[1::2].any()


@pytest.mark.parametrize("n_threads", THREADS)
@pytest.mark.parametrize("name", SOME)
def test_results_over_their_own_operands(name: str, n_threads: int) -> None:
    function, parameters = ELEMENTWISE[name]
    x = many(2**20, np.float64)
    expected = in_pieces(lambda some: function(some, *parameters), x)
    for ahead in (1, -1, 5000):  # NumPy leaves the first and the last to the order of the elements
        room = np.zeros(x.size + abs(ahead))
        source, target = (room[ahead:], room[:-ahead]) if ahead > 0 else (room[:ahead], room[-ahead:])
        source[:] = x
        with threads(n_threads):
            function(source, *parameters, out=target)
        np.testing.assert_array_equal(bits(target), expected)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", ["prelu", "prelu_derivative", "silu"])
def test_a_parameter_of_each_element(name: str, kind: Any) -> None:
    function, _ = ELEMENTWISE[name]
    x = many(100_003, kind)
    slopes = np.repeat(np.linspace(0.1, 2.0, 13), 7693)[: x.size]  # in runs, and
    slopes[::5] = 0.75
    expected = in_pieces(function, x, slopes)
    for n in THREADS:
        with threads(n):
            np.testing.assert_array_equal(bits(function(x, slopes)), expected)
            if kind is np.float64:
                over = slopes.copy()
                np.testing.assert_array_equal(bits(function(x, over, out=over)), expected)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(9001, 37), (7, 50_000)])
@pytest.mark.parametrize("name", AXIS)
def test_threads_change_nothing_along_an_axis(name: str, shape: tuple[int, int], kind: Any) -> None:
    activation = AXIS[name]
    rng = np.random.default_rng(0)
    x, dz = (4 * rng.normal(size=(2, *shape))).astype(kind)
    z = activation(x)
    expected, expected_da = in_pieces(activation, x), in_pieces(activation.vjp, x, z, dz)
    wide = np.zeros((shape[0], 2 * shape[1]), kind)
    wide[:, 1::2] = x
    for n in THREADS:
        with threads(n):
            for given in (x, wide[:, 1::2], np.asfortranarray(x), x[::-1][::-1]):
                np.testing.assert_array_equal(bits(activation(given)), expected)
                np.testing.assert_array_equal(bits(activation.vjp(given, z, dz)), expected_da)
            in_place = x.copy()
            np.testing.assert_array_equal(bits(activation(in_place, out=in_place)), expected)


def test_several_python_threads_at_once() -> None:
    function, _ = ELEMENTWISE["gelu"]
    x = many(2**18, np.float32)
    expected = in_pieces(function, x)
    wrong: list[int] = []

    def call() -> None:
        wrong.extend(i for i in range(10) if not np.array_equal(bits(function(x)), expected))

    set_threads(2)
    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for n in (3, 1, 2) * 5:  # the setting may change meanwhile
        set_threads(n)
        function(x)
    for caller in callers:
        caller.join()
    assert not wrong


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("name", ["gelu", "softmax"])
def test_python_goes_on_meanwhile(name: str, n_threads: int) -> None:
    function = AXIS[name].kernel if name in AXIS else ELEMENTWISE[name][0]
    x = many(2**21, np.float64).reshape(-1, 64)
    out = np.empty_like(x)
    ticks: list[float] = []
    done = threading.Event()

    def tick() -> None:
        while not done.wait(1e-4):
            ticks.append(time.perf_counter())

    other = threading.Thread(target=tick)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1000.0)  # a thread goes on only where another lets it
    try:
        other.start()
        with threads(n_threads):
            for _ in range(100):
                before = len(ticks)
                function(x, out=out)
                if len(ticks) > before:
                    break
            else:
                pytest.fail("no other thread made progress during 100 calls")
    finally:
        done.set()
        other.join()
        sys.setswitchinterval(usual)


def program(code: str, **variables: str) -> str:
    """Run a test in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", f"from tests.backend.test_native_shared import *; {code}"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | variables,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.skipif(not TASKS.exists(), reason="threads cannot be counted here")
def test_threads_start_for_large_calls_only() -> None:
    assert program("print(threads_started())", MULTILAYER_NUM_THREADS="1") == "[0, 0, 2, 2, 4]\n"


def threads_started() -> list[int]:
    large, small = many(2**21, np.float32), many(20_000, np.float32)
    before = len(list(TASKS.iterdir()))
    started = []
    for n, call in (
        (1, lambda: ELEMENTWISE["gelu"][0](large)),
        (3, lambda: ELEMENTWISE["relu"][0](small)),
        (3, lambda: ELEMENTWISE["gelu"][0](large)),
        (5, lambda: AXIS["softmax"](small.reshape(-1, 10)[:100])),
        (5, lambda: AXIS["softmax"](large.reshape(-1, 32))),
    ):
        set_threads(n)
        call()
        started.append(len(list(TASKS.iterdir())) - before)
    return started


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child() -> None:
    assert program("print(right_in_a_child())") == "True\n"


def right_in_a_child() -> bool:
    function, _ = ELEMENTWISE["gelu"]
    x = many(2**20, np.float32)
    expected = in_pieces(function, x)
    set_threads(2)
    right = [np.array_equal(bits(function(x)), expected)]
    for n in (1, 2):
        child = os.fork()
        if child == 0:
            set_threads(n)
            os._exit(0 if np.array_equal(bits(function(x)), expected) else 1)
        right.append(os.waitpid(child, 0)[1] == 0)
    return all(right)


@pytest.mark.skipif(not TASKS.exists(), reason="memory cannot be limited here")
def test_no_memory_for_copies_of_rows_is_an_error() -> None:
    assert program("print(told_of_no_memory())", MULTILAYER_NUM_THREADS="2") == "True\n"


def told_of_no_memory() -> bool:
    import resource

    x = np.zeros((8, 2**24), np.float16)  # of which a row takes 64 MiB as float32
    out = np.zeros_like(x)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + 2**25, resource.RLIM_INFINITY))
    try:
        AXIS["hardmax"](x, out=out)
    except MemoryError:
        return True
    return False

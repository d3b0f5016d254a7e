"""The bits of an element depend on its value alone: not on its place, the array's length, strides or alignment."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from multilayer import backend
from tests.backend.native import AXIS, ELEMENTWISE, bits, numbers

pytestmark = pytest.mark.native
KINDS = [np.float32, np.float64]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_place_stride_and_length_change_nothing(name: str, kind: Any) -> None:
    function, parameters = ELEMENTWISE[name]
    x = numbers(203, kind)
    expected = bits(function(x, *parameters))
    alone = np.array([function(x[i : i + 1], *parameters)[0] for i in range(x.size)])
    np.testing.assert_array_equal(bits(alone), expected)
    np.testing.assert_array_equal(bits(function(x[::-1], *parameters)), expected[::-1])
    np.testing.assert_array_equal(bits(function(x[::3], *parameters)), expected[::3])
    for start in range(1, 9):
        np.testing.assert_array_equal(bits(function(x[start:], *parameters)), expected[start:])
    unaligned = np.frombuffer(b"\0" + x.tobytes(), dtype=np.uint8)[1:].view(kind)
    np.testing.assert_array_equal(bits(function(unaligned, *parameters)), expected)
    square = x[:196].reshape(14, 14)
    np.testing.assert_array_equal(bits(function(square.T, *parameters)), expected[:196].reshape(14, 14).T)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_in_place_and_out_change_nothing(name: str, kind: Any) -> None:
    function, parameters = ELEMENTWISE[name]
    x = numbers(101, kind)
    expected = bits(function(x, *parameters))
    out = np.zeros(202, kind)
    function(x, *parameters, out=out[::2])
    np.testing.assert_array_equal(bits(out[::2]), expected)
    assert not out[1::2].any()
    overlapping = np.concatenate([x, np.zeros(1, kind)])
    function(overlapping[:-1], *parameters, out=overlapping[1:])
    np.testing.assert_array_equal(bits(overlapping[1:]), expected)
    function(x, *parameters, out=x)
    np.testing.assert_array_equal(bits(x), expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["relu", "sigmoid"])
def test_results_that_pass_the_caches_by_have_the_same_bits(name: str, kind: Any) -> None:
    function, parameters = ELEMENTWISE[name]
    x = numbers(2**22 + 13, kind)
    small = np.concatenate([function(part, *parameters) for part in np.array_split(x, 40)])
    out = np.empty(x.size + 1, kind)[1:]  # where no register is aligned
    np.testing.assert_array_equal(bits(function(x, *parameters, out=out)), bits(small))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("units", [1, 2, 7, 8, 9, 33])
@pytest.mark.parametrize("name", AXIS)
def test_a_row_gives_the_same_bits_wherever_it_stands(name: str, units: int, kind: Any) -> None:
    activation = AXIS[name]
    rng = np.random.default_rng(units)
    x = rng.normal(size=(5, units)).astype(kind) * 4
    z, dz = activation(x), rng.normal(size=(5, units)).astype(kind)
    da = activation.vjp(x, z, dz)
    wide = np.zeros((5, 2 * units), kind)
    wide[:, ::2] = x
    for row in range(5):
        np.testing.assert_array_equal(bits(activation(x[row])), bits(z[row]))
        np.testing.assert_array_equal(bits(activation.vjp(x[row], z[row], dz[row])), bits(da[row]))
    np.testing.assert_array_equal(bits(activation(wide[:, ::2])), bits(z))
    np.testing.assert_array_equal(bits(activation(np.asfortranarray(x))), bits(z))
    np.testing.assert_array_equal(bits(activation(x.T, axis=0)), bits(z).T)


DIGEST = """
import hashlib, numpy as np
from tests.backend.native import AXIS, ELEMENTWISE, bits, numbers
digest = hashlib.sha256()
for kind in (np.float16, np.float32, np.float64):
    x = numbers(4099, kind)
    for function, parameters in ELEMENTWISE.values():
        digest.update(bits(function(x, *parameters)).tobytes())
    rows = np.random.default_rng(0).normal(size=(40, 37)).astype(kind) * 5
    for activation in AXIS.values():
        z = activation(rows)
        digest.update(bits(z).tobytes() + bits(activation.vjp(rows, z, rows[::-1])).tobytes())
print(digest.hexdigest())
"""


def test_every_level_gives_the_same_bits() -> None:
    from multilayer.backend import _core

    found = set()
    for level in _core.levels():
        environment = os.environ | {"MULTILAYER_CPU": level, "MULTILAYER_BACKEND": "native"}
        run = subprocess.run(
            [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True
        )
        found.add(run.stdout)
    assert len(found) == 1
    assert len(found.pop().strip()) == hashlib.sha256().digest_size * 2


def test_an_unknown_level_is_refused_with_the_known_ones() -> None:
    environment = os.environ | {"MULTILAYER_CPU": "v9", "MULTILAYER_BACKEND": ""}
    run = subprocess.run(
        [sys.executable, "-c", "from multilayer import backend; backend.info()"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert f"MULTILAYER_CPU=v9: this machine has {', '.join(backend.info().levels)}" in run.stderr

"""The native kernels have the bits of NumPy's formulas, wherever a row stands and however its inputs lie in memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer.backend import encoding
from multilayer.backend.choice import native

pytestmark = pytest.mark.native

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
EDGES = np.array([-1e300, -3.0, -1.0, -0.1, 0.0, 1e-9, 0.5, 1.0, 1.0 + 2**-40, 7.0, 1e9, 1e250, 1e300])
VALUES = np.array(
    [*EDGES, -0.0, np.nan, np.inf, -np.inf, 0.3, -2.7, 1e-310, 3.4e38, 1e40, -1e40, *np.linspace(-4, 4, 77)]
)


@pytest.fixture
def without_core(monkeypatch):
    def computed(write, *arguments, inputs):
        outs = []
        for core in (native(), None):
            wide = np.full((len(arguments[0]), inputs + 5), 9.0, np.float32)
            monkeypatch.setattr(encoding, "native", lambda core=core: core)
            write(*arguments, wide[:, 2 : 2 + inputs])
            outs.append(wide)
        return outs

    return computed


def assert_same_bits(one, other):
    np.testing.assert_array_equal(one.view(np.uint32), other.view(np.uint32))


@pytest.mark.parametrize(
    ("center", "scale"), [(0.0, 1.0), (0.3, 0.0), (-7.25, 1e-3), (1e300, 1e300), (0.1, 1e308)]
)
@pytest.mark.parametrize("rows", [0, 1, 15, 16, 17, len(VALUES)])
def test_scaled(without_core, center, scale, rows):
    assert_same_bits(*without_core(encoding.write_scaled, VALUES[:rows], center, scale, inputs=1))


@pytest.mark.parametrize("bins", [1, 2, 12])
def test_binned(without_core, bins):
    assert_same_bits(*without_core(encoding.write_binned, VALUES, 0.25, EDGES[: bins + 1], inputs=bins))


@pytest.mark.parametrize("bins", [1, 15, 16, 17, 32, 100])
def test_binned_of_any_number(without_core, bins):
    edges = np.sort(np.random.default_rng(bins).normal(size=bins + 1))
    values = np.r_[VALUES, edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)]
    native_ones, reference = without_core(encoding.write_binned, values, 0.1, edges, inputs=bins)
    assert_same_bits(native_ones, reference)
    assert set(native_ones[:, :2].ravel()) == {9.0}


@given(st.lists(FLOATS, max_size=40), st.floats(-1e3, 1e3), st.floats(0.0, 1e3))
def test_any_numbers(values, center, scale):
    x = np.array(values)
    together = encoding.scaled(x, center, scale)
    assert np.all(np.abs(together) <= np.nextafter(np.float32(3.0), np.float32(4.0)))
    alone = [encoding.scaled(x[row : row + 1], center, scale)[0] for row in range(len(x))]
    assert_same_bits(together, np.array(alone, np.float32))


def test_what_does_not_fit_is_refused():
    core = native()
    x, out = np.zeros(3), np.zeros((3, 2), np.float32)
    for arguments in (
        (x, 0.0, np.zeros(2), out),
        (x, 0.0, np.zeros(1), out[:, :0]),
        (x, 0.0, np.zeros(3), out[:2]),
        (x[::2], 0.0, np.zeros(3), out[:2]),
        (x.astype(np.float32), 0.0, np.zeros(3), out),
        (x, 0.0, np.zeros(3), out.astype(np.float64)),
        (x, 0.0, np.zeros(3), np.asfortranarray(out)),
    ):
        with pytest.raises(ValueError, match="expected contiguous float64 numbers"):
            core.encode_binned(*arguments)
    with pytest.raises(ValueError, match="expected contiguous float64 numbers"):
        core.encode_scaled(x, 0.0, 1.0, out)

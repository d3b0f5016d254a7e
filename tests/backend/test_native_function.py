"""An activation's short way to its kernel: the same bits as its ufunc, and the ufunc where there is no short way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import activations
from multilayer.activations import Elementwise, leaky_relu, prelu, relu
from multilayer.backend.choice import native
from tests.backend.native import bits, numbers

pytestmark = pytest.mark.native

ELEMENTWISE = [a for a in activations.catalogue if isinstance(a, Elementwise)]


def pairs(activation: Elementwise) -> list[tuple[Any, Any]]:
    """Value and derivative, each the short way and as a ufunc."""
    return [(activation, activation.kernel), (activation.derivative, activation.derivative_kernel)]


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda a: a.facts.name)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("n", [24, 120_000])  # by one thread, and shared out
def test_the_same_bits(activation: Elementwise, kind: type, n: int) -> None:
    x = numbers(n, kind).reshape(4, 3, -1)
    for function, ufunc in pairs(activation):
        expected = bits(ufunc(x, *activation.parameters))
        for samples in (x, np.asfortranarray(x), x.T.copy().T):
            out = np.full_like(samples, 7.0)
            assert function(samples, out=out) is out
            np.testing.assert_array_equal(bits(out), expected)
            fresh = function(samples)
            np.testing.assert_array_equal(bits(fresh), expected)
            assert fresh.flags.f_contiguous == samples.flags.f_contiguous
            in_place = samples.copy(order="K")
            assert function(in_place, out=in_place) is in_place
            np.testing.assert_array_equal(bits(in_place), expected)


# Of one buffer, so that samples and results overlap in every way that slices can.
slices = st.builds(slice, st.integers(0, 30), st.integers(30, 60), st.sampled_from([1, 1, 1, 2])) | st.builds(
    slice, st.integers(30, 60), st.integers(0, 30), st.sampled_from([-1, -2])
)


@given(slices, slices, st.sampled_from(["f4", "f8", ">f4"]), st.booleans())
def test_whatever_the_layout(first: slice, second: slice, kind: str, turned: bool) -> None:
    def views(buffer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, out = buffer[first], buffer[second]
        n = min(len(x), len(out)) // 3 * 3
        return x[:n].reshape(3, -1), out[:n].reshape(-1, 3).T if turned else out[:n].reshape(3, -1)

    expected = numbers(60, kind)
    actual = expected.copy()
    x, out = views(expected)
    out[...] = leaky_relu.kernel(x.copy(), *leaky_relu.parameters)
    x, out = views(actual)
    assert leaky_relu(x, out=out) is out
    assert actual.tobytes() == expected.tobytes()


def test_what_the_ufunc_decides() -> None:
    x = numbers(12, np.float32)
    expected = relu(x)
    wide = np.zeros((2, 12), np.float32)
    relu(x, out=wide)
    np.testing.assert_array_equal(wide, [expected, expected])
    other_type = np.zeros(12)
    relu(x, out=other_type)
    np.testing.assert_array_equal(other_type, expected)
    out = np.zeros(12, np.float32)
    assert relu(x, out=(out,)) is out
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(relu(x, out=out, where=x < 0)[x < 0], 0)
    assert isinstance(relu(np.float32(2)), np.float32)
    assert isinstance(relu(np.array(2.0)), np.float64)
    assert isinstance(relu(x.view(np.ma.MaskedArray)), np.ma.MaskedArray)
    lone = np.zeros((), np.float32)
    assert relu(np.array(2, np.float32), out=lone) is lone
    assert lone == 2
    unaligned = np.zeros(50, np.uint8)[1:49].view(np.float32)
    np.testing.assert_array_equal(relu(x, out=unaligned), expected)
    slopes = prelu.__class__(tuple(np.linspace(0, 1, 4)))
    np.testing.assert_array_equal(slopes(x.reshape(3, 4))[:, 3], x.reshape(3, 4)[:, 3])


def test_mistakes() -> None:
    x = numbers(12, np.float32)
    out = np.zeros(12, np.float32)
    out.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        relu(x, out=out)
    with pytest.raises(ValueError, match="broadcast"):
        relu(x, out=np.zeros(11, np.float32))
    with pytest.raises(TypeError, match="ArrayType"):
        relu(x, out=[0.0])
    with pytest.raises(TypeError, match="unexpected keyword"):
        relu(x, outt=out)
    core: Any = native()
    for arguments in ((), (x, out), (x, x, x)):
        with pytest.raises(TypeError, match="expected one array"):
            core.Function(core.relu, ())(*arguments)
    with pytest.raises(ValueError, match="takes 1 parameters, got 0"):
        core.Function(core.leaky_relu, ())
    with pytest.raises(ValueError, match="has no loop for float32"):
        core.Function(np.invert, ())
    with pytest.raises(TypeError):
        core.Function(max, ())

"""Activations of the user's own."""

import pickle

import numpy as np
import pytest

from multilayer._base.errors import InputError
from multilayer.activations import Custom, get, sigmoid


def cube(x):
    return x**3


def cube_derivative(x):
    return 3 * x**2


def clipped(x):
    x[x < 0] = 0
    return x


def clipped_derivative(x):
    return np.where(x > 0, 1.0, 0.0)


MINE = Custom("cube", cube, cube_derivative, aliases=("third_power",), latex="a^3")
X = np.linspace(-2, 2, 12).reshape(3, 4)


def test_value_derivative_vjp():
    np.testing.assert_array_equal(MINE(X), X**3)
    np.testing.assert_array_equal(MINE.derivative(X), 3 * X**2)
    np.testing.assert_array_equal(MINE.vjp(X, X**3, X), X * (3 * X**2))
    assert isinstance(MINE(np.float32(2)), np.float32)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_type_stays(kind):
    assert MINE(X.astype(kind)).dtype == kind
    out = np.empty(X.shape, kind)
    assert MINE(X.astype(kind), out=out) is out


def test_facts():
    assert MINE.facts.name == "cube"
    assert MINE.facts.latex == "a^3"
    assert MINE.facts.formula == "cube(a)"
    assert MINE.parameters == ()
    assert repr(MINE) == "Custom('cube')"


def test_found_by_name():
    assert get("cube", among=[MINE]) is MINE
    assert get("third-power", among=[MINE]) is MINE
    assert get(MINE) is MINE
    with pytest.raises(InputError):
        get("cube")


def test_pickled_compared_hashed():
    twin = pickle.loads(pickle.dumps(MINE))  # noqa: S301
    assert isinstance(twin, Custom)
    assert twin == MINE
    assert hash(twin) == hash(MINE)
    assert Custom("other", cube, cube_derivative) != MINE


def test_functions_that_work_in_place_change_nothing_of_the_caller_s():
    mine = Custom("clipped", clipped, clipped_derivative, kinks=(0.0,))
    x = X.copy()
    np.testing.assert_array_equal(mine(x), np.maximum(X, 0))
    np.testing.assert_array_equal(x, X)


def test_wrong_derivative_is_found():
    with pytest.raises(InputError, match=r"wrong: derivative\(-6.7823\) should be 137.998\d*.* but is 45.99"):
        Custom("wrong", cube, lambda x: x**2)
    with pytest.raises(InputError, match="derivative"):
        Custom("half", np.cosh, lambda x: np.abs(np.sinh(x)))
    with pytest.raises(InputError, match="derivative"):
        Custom("nan", cube, lambda x: x * np.nan)


def test_kinks_are_left_out():
    def saw(x):
        return np.abs(x - 0.4142)

    def slope(x):
        return np.sign(x - 0.4142)

    with pytest.raises(InputError, match=r"at a kink, give kinks=\(0.4142,\)"):
        Custom("saw", saw, lambda x: np.where(x >= 0.4142, 1.0, -1.0))
    assert Custom("saw", saw, slope, kinks=[0.4142]).facts.kinks == (0.4142,)


def test_undefined_in_part():
    assert np.isnan(Custom("log", np.log, lambda x: 1 / x)(-1.0))
    with pytest.raises(InputError, match="finite at none"):
        Custom("never", lambda x: x * np.nan, lambda x: x)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.sum, r"must keep the shape of its input; expected \(3,\), got \(\)"),
        (lambda x: x if x > 0 else 0 * x, r"raised ValueError.*use np.where in place of if"),
        (lambda x: "text", "raised ValueError"),
        (lambda: 3.0, "raised TypeError"),
    ],
)
def test_functions_that_are_no_array_functions(value, message):
    with pytest.raises(InputError, match=message):
        Custom("bad", value, cube_derivative)


def test_names():
    for name in ("sigmoid", "swish"):
        with pytest.raises(InputError, match="choose another name"):
            Custom(name, cube, cube_derivative)
    with pytest.raises(InputError, match="choose another name"):
        Custom("mine", cube, cube_derivative, aliases=["relu"])
    with pytest.raises(InputError, match="must be printable text"):
        Custom("", cube, cube_derivative)
    with pytest.raises(InputError, match="no fact is called 'colour'"):
        Custom("mine", cube, cube_derivative, colour="red")


def test_built_in_functions_may_be_reused():
    mine = Custom("shifted", lambda x: sigmoid(x) - 0.5, sigmoid.derivative)
    assert mine(0.0) == 0.0

"""The catalogue as parameters of a test, and arrays to try it on."""

import numpy as np
import pytest

from multilayer.activations import catalogue
from tests.activations.cases import ALONG_AXIS, ELEMENTWISE, SETTINGS

FLOATS = (np.float16, np.float32, np.float64)
X = np.array([[-700.0, -3.7, -1.0, -0.3], [0.0, 0.4, 0.9, 1.1], [2.5, 6.5, 90.0, 800.0]])
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, -5e-324, 1.7e308, -1.7e308])
EVERY = pytest.mark.parametrize("activation", catalogue, ids=repr)
EVERY_ELEMENTWISE = pytest.mark.parametrize("activation", ELEMENTWISE, ids=repr)
EVERY_SETTING = pytest.mark.parametrize("activation", SETTINGS, ids=repr)
EVERY_ALONG_AXIS = pytest.mark.parametrize("activation", ALONG_AXIS, ids=repr)


def same(found, expected):
    """Equal, the signs of zeros included."""
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))

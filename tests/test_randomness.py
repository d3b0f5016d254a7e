"""Generators in and out of JSON."""

import json

import numpy as np
import pytest

from multilayer import InputError
from multilayer.randomness import generator, restored, state_of


@pytest.mark.parametrize(
    "rng",
    [
        np.random.RandomState(1),
        *(np.random.Generator(bits(1)) for bits in (
            np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox, np.random.SFC64,
        )),
    ],
    ids=lambda rng: type(getattr(rng, "bit_generator", rng)).__name__,
)  # fmt: skip
def test_a_state_goes_through_json(rng):
    rng.standard_normal(3)  # a RandomState keeps half a pair
    again = restored(json.loads(json.dumps(state_of(rng))))
    assert type(again) is type(rng)
    for _ in range(3):
        np.testing.assert_array_equal(rng.standard_normal(5), again.standard_normal(5))
        np.testing.assert_array_equal(rng.permutation(700), again.permutation(700))


def test_seeds():
    assert generator(3).random() == np.random.default_rng(3).random()
    rng = np.random.default_rng()
    assert generator(rng) is rng
    assert generator(None) is not generator(None)
    for wrong in (-1, True, "a", 1.5):
        with pytest.raises(InputError, match="rng must be"):
            generator(wrong)
    with pytest.raises(InputError, match="cannot be restored"):
        restored({"kind": "Generator", "bit_generator": "Mine"})

"""Generators in and out of JSON."""

import json

import numpy as np
import pytest

from multilayer import InputError
from multilayer._base.random import generator, restored, state_of


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


LEGACY, TWISTER, PCG, PHILOX, SFC = (
    state_of(rng)
    for rng in (
        np.random.RandomState(1),
        *(
            np.random.Generator(bits(1))
            for bits in (np.random.MT19937, np.random.PCG64, np.random.Philox, np.random.SFC64)
        ),
    )
)


@pytest.mark.parametrize(
    ("state", "path", "value", "message"),
    [
        (
            LEGACY,
            "state pos",
            2**31 - 1,
            "rng: state: pos: expected a whole number from 0 to 624, found 2147483647",
        ),
        (LEGACY, "state pos", -1, "from 0 to 624, found -1"),
        (LEGACY, "state pos", 625, "from 0 to 624, found 625"),
        (LEGACY, "state pos", 1.5, "from 0 to 624, found 1.5"),
        (LEGACY, "state pos", True, "from 0 to 624, found true"),
        (LEGACY, "state key array", [1] * 623, "a list of length 624, found a list of length 623"),
        (LEGACY, "state key array", [1] * 625, "a list of length 624, found a list of length 625"),
        (LEGACY, "state key array", [0] * 624, "bits that are not 0"),
        (LEGACY, "state key array", [2**32] * 624, "entry 1: expected a whole number from 0 to 4294967295"),
        (LEGACY, "state key dtype", "uint64", "expected \"uint32\", found the string 'uint64'"),
        (LEGACY, "state key dtype", "object", 'expected "uint32"'),
        (LEGACY, "has_gauss", 2, "from 0 to 1, found 2"),
        (LEGACY, "gauss", float("nan"), "expected a finite gauss"),
        (LEGACY, "gauss", None, "gauss: expected a number, found null"),
        (LEGACY, "kind", "Generator", "of a RandomState, and of nothing else"),
        (LEGACY, "more", 1, "unknown key 'more'"),
        (TWISTER, "kind", "RandomState", "expected has_gauss and gauss of a RandomState"),
        (TWISTER, "state pos", 10**30, "from 0 to 624"),
        (TWISTER, "bit_generator", "PCG64", "state: unknown key 'key'"),
        (TWISTER, "bit_generator", "Generator", "a state of 'Generator' cannot be restored"),
        (TWISTER, "bit_generator", ["MT19937"], "bit_generator: expected a string"),
        (TWISTER, "state", [], "state: expected an object, found an empty list"),
        (PCG, "state state", 2**128, "expected 128 bits"),
        (PCG, "state state", -1, "expected a whole number from 0, found -1"),
        (PCG, "state inc", 2**127, "an increment that is odd"),
        (PCG, "uinteger", 2**32, "from 0 to 4294967295"),
        (PCG, "has_uint32", -1, "from 0 to 1"),
        (PHILOX, "buffer_pos", 5, "from 0 to 4, found 5"),
        (PHILOX, "buffer array", [0] * 5, "a list of length 4"),
        (PHILOX, "state key array", [0, 2**64], "words of 64 bits"),
        (PHILOX, "state counter array", ["0"] * 4, "found the string '0'"),
        (SFC, "state state array", [], "a list of length 4, found an empty list"),
    ],
)
def test_a_forged_state_is_refused(state, path, value, message):
    forged = json.loads(json.dumps(state))
    *path, last = path.split()
    inner = forged
    for key in path:
        inner = inner[key]
    inner[last] = value
    with pytest.raises(InputError, match=r"^rng: ") as caught:
        restored(forged)
    assert message in str(caught.value)


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

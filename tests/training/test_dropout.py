"""Dropout's random numbers: against JAX, which has the same generator, and as a share of what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer.training.dropout import mask, step_keys, threefry


@pytest.mark.oracle
@pytest.mark.parametrize("key", [0, 1, 0x0123456789ABCDEF, 2**64 - 1])
def test_words_are_those_of_jax(key: int) -> None:
    from jax.extend import random as prng

    words = np.arange(12, dtype=np.uint32) * np.uint32(0x9E3779B9)
    low, high = threefry(np.uint64(key), words[:6], words[6:])
    pair = np.array([key & 0xFFFFFFFF, key >> 32], np.uint32)
    np.testing.assert_array_equal(np.concatenate([low, high]), prng.threefry_2x32(pair, words))


@pytest.mark.parametrize(
    ("key", "counter", "words"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((2**32 - 1, 2**32 - 1), (2**32 - 1, 2**32 - 1), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_known_answers(key: tuple[int, int], counter: tuple[int, int], words: tuple[int, int]) -> None:
    x, y = (np.array([c], np.uint32) for c in counter)
    found = threefry(np.uint64(key[0] | key[1] << 32), x, y)
    assert tuple(int(word[0]) for word in found) == words


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.9])
def test_the_share_that_is_left_out(share: float) -> None:
    rows, units = 400, 251
    found = mask(np.uint64(7), (rows, units), share)
    assert set(np.unique(found)) == {0.0, 1.0 / (1.0 - share)}
    deviation = np.sqrt(share * (1 - share) / found.size)
    assert abs((found == 0).mean() - share) < 4 * deviation
    # Neighbours, and the two halves of a row, say nothing of each other.
    dropped = (found == 0) - share
    for one, other in (
        (dropped[1:], dropped[:-1]),
        (dropped[:, 1:], dropped[:, :-1]),
        (dropped[:, :125], dropped[:, 126:]),
    ):
        assert abs((one * other).mean()) < 5 * share * (1 - share) / np.sqrt(one.size)


@pytest.mark.parametrize("kind", ["Generator", "RandomState"])
def test_keys_one_by_one_are_those_drawn_at_once(kind: str) -> None:
    make = {"Generator": np.random.default_rng, "RandomState": np.random.RandomState}[kind]
    one, many = make(3), make(3)
    some = np.concatenate([step_keys(one, n, 2) for n in (1, 1, 3)])
    np.testing.assert_array_equal(some, step_keys(many, 5, 2))
    assert len(np.unique(some)) == 10

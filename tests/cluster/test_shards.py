"""Shards of rows for workers: runs of blocks whose sums are parts of one tree of additions."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from multilayer.cluster.sums import shards

COUNTS = st.integers(1, 300), st.integers(1, 100_000)


@given(*COUNTS)
def test_shards_are_all_blocks_in_order(threads, blocks):
    found = shards(threads, blocks)
    assert found[0][0] == 0
    assert found[-1][1] == blocks
    assert all(end == begin for (_, end), (begin, _) in pairwise(found))
    assert all(begin < end for begin, end in found)


@given(*COUNTS)
def test_each_shard_is_a_subtree(threads, blocks):
    # A run of 2^k blocks from a multiple of 2^k. The last one may be shorter: its sum is joined as if it were whole.
    for begin, end in shards(threads, blocks):
        whole = 1 << (end - begin - 1).bit_length()
        assert begin % whole == 0
        assert end - begin == whole or end == blocks


@given(*COUNTS)
def test_all_threads_have_shards_and_none_has_many(threads, blocks):
    found = shards(threads, blocks)
    assert len(found) >= min(threads, blocks)
    assert len(found) <= 16 * threads + 8


def test_the_last_shards_are_smaller():
    lengths = [end - begin for begin, end in shards(2, 977)]
    assert lengths == [64] * 14 + [8] * 10 + [1]

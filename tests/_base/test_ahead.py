"""Items come in their order, from a thread that is one ahead and ends with its reader."""

from __future__ import annotations

import threading

import pytest

from multilayer._base.ahead import ahead


def test_the_next_item_is_made_while_one_is_used():
    second = threading.Event()

    def items():
        yield 1
        second.set()
        yield 2

    items_ahead = ahead(items())
    assert next(items_ahead) == 1
    assert second.wait(60)
    assert list(items_ahead) == [2]


def test_an_error_comes_in_its_turn():
    def items():
        yield 1
        raise KeyError("two")

    items_ahead = ahead(items())
    assert next(items_ahead) == 1
    with pytest.raises(KeyError, match="two"):
        next(items_ahead)


def test_no_thread_is_left_when_its_reader_stops():
    before = threading.active_count()
    items_ahead = ahead(iter(range(10)))
    next(items_ahead)
    items_ahead.close()
    assert threading.active_count() == before

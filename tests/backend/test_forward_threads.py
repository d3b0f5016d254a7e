"""The forward pass on any number of threads, from many threads, and in forked processes."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np
import pytest

from multilayer import backend, set_threads, threads
from tests.backend.networks import BATCHES, KINDS, WIDTHS, network, program, same_bits, samples

pytestmark = pytest.mark.native


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("widths", WIDTHS)
def test_any_number_of_threads(widths: tuple[int, ...], kind: Any) -> None:
    net = network(widths, kind, ("sigmoid", "softmax"))
    for rows in BATCHES:
        x = samples(rows, net)
        results = []
        for n in (1, 2, 3, 5):
            with threads(n):
                assert backend.info().threads == n
                results += [net(x), net(x)]
        assert all(same_bits(results[0], other) for other in results[1:])


# With few weights threads share out rows earlier than with many.
@pytest.mark.parametrize("widths", [(600, 700, 650, 5), (1200, 1300, 1000, 5)])
def test_columns_and_rows_shared_out_agree_for_softmax_in_the_middle(widths: tuple[int, ...]) -> None:
    net = network(widths, np.float32, ("softmax", "relu"))
    x = samples(400, net)
    with threads(1):
        y = net(x)
    for n in (2, 3):
        with threads(n):
            assert same_bits(net(x), y)
            assert all(same_bits(net(x[:rows]), y[:rows]) for rows in (1, 2, 3, 4, 11, 40))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork_in_the_middle_of_use() -> None:
    # In a process of its own: other libraries warn of a fork, or do not survive one.
    assert (
        program(
            "import tests.backend.test_forward_threads as t; t.fork_in_the_middle_of_use(); print('done')"
        )
        == "done\n"
    )


def fork_in_the_middle_of_use() -> None:
    net = network((300, 400, 10), np.float32)
    x = samples(600, net)
    done = threading.Event()

    def keep_busy() -> None:
        while not done.is_set():
            net(x)

    set_threads(2)
    expected = net(x)
    other = threading.Thread(target=keep_busy)
    other.start()
    try:
        for _ in range(10):
            assert _in_a_child(lambda: same_bits(net(x), expected) and same_bits(net(x), expected))
    finally:
        done.set()
        other.join()
    assert same_bits(net(x), expected)


def _in_a_child(check: Any) -> bool:
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if check() else 1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


def test_many_python_threads_at_once() -> None:
    net = network((60, 200, 200, 10), np.float32)
    batches = [samples(rows, net) for rows in (1, 20, 200, 600)]
    with threads(1):
        expected = [net(x) for x in batches]
    wrong: list[int] = []

    def call() -> None:
        for _ in range(15):
            wrong.extend(i for i, x in enumerate(batches) if not same_bits(net(x), expected[i]))

    set_threads(2)
    callers = [threading.Thread(target=call) for _ in range(6)]
    for caller in callers:
        caller.start()
    for n in (3, 1, 2) * 5:  # the setting may change meanwhile
        set_threads(n)
        net(batches[-1])
    for caller in callers:
        caller.join()
    assert not wrong

"""Setting the number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from multilayer import InputError, backend, get_threads, initialize, set_threads, threads, train
from multilayer.losses import Squared

native = backend.info().backend == "native"


@pytest.mark.parametrize("wrong", [0, -1, 1025, 2.0, "2", True, 10**30])
def test_what_is_no_number_of_threads_is_refused(wrong: Any) -> None:
    before = backend.info().threads
    with pytest.raises(InputError, match="whole number from 1 to 1024"):
        set_threads(wrong)
    assert backend.info().threads == before


def test_a_with_block_restores_what_was_set() -> None:
    default = backend.info().threads
    with threads(3):
        inner = backend.info().threads
        with threads(2):
            pass
        assert backend.info().threads == inner == (3 if native else 1)
    assert backend.info().threads == default
    with pytest.raises(ZeroDivisionError), threads(3):
        raise ZeroDivisionError
    assert backend.info().threads == default


def test_it_can_be_asked_for() -> None:
    assert get_threads() == backend.info().threads
    with threads(3):
        assert get_threads() == (3 if native else 1)


def test_a_with_block_is_for_its_own_python_thread() -> None:
    """Each of several Python threads has its own number, and what is set for the process stays."""
    default, inside, done = get_threads(), threading.Event(), threading.Event()
    seen: list[int] = []

    def elsewhere() -> None:
        with threads(3):
            seen.append(get_threads())
            inside.set()
            done.wait()
        seen.append(get_threads())

    other = threading.Thread(target=elsewhere)
    other.start()
    inside.wait()
    with threads(2):
        seen.append(get_threads())
        set_threads(5)
        seen.append(get_threads())
        with threads(None):
            seen.append(get_threads())
    set_threads(None)
    done.set()
    other.join()
    assert seen == ([3, 2, 2, 5, default] if native else [1] * 5)
    assert get_threads() == default


@pytest.mark.native
def test_lbfgs_has_the_threads_of_its_caller() -> None:
    """Its iterations are made in a Python thread of their own."""
    seen = set()

    class Spy(Squared):  # type: ignore[misc]
        def kernel(self, units: int) -> None:
            return None

        def values(self, *arguments: Any) -> Any:
            seen.add(get_threads())
            return super().values(*arguments)

    network = initialize((1, 2, 1), "tanh", rng=0)
    with threads(3):
        for _ in train(
            network, [[0.0], [1.0], [2.0]], [1.0, 3.0, 2.0], loss=Spy(), optimizer="lbfgs", epochs=2
        ):
            pass
    assert seen == {3}


NAMES = ("MULTILAYER_NUM_THREADS", "OMP_NUM_THREADS")


def reported(own: str, for_all: str = "") -> subprocess.CompletedProcess[str]:
    program = "import multilayer; print(multilayer.get_threads())"
    environment = os.environ | dict(zip(NAMES, (own, for_all), strict=True))
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )


def test_the_environment_sets_the_default() -> None:
    assert reported("7").stdout == ("7\n" if native else "1\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("for_all", "limit"),
    [
        ("1", 1),
        ("1,4", 1),
        (" 1 ", 1),
        ("2", 2),
        ("1000000", 1024),
        ("0", 1024),
        ("-1", 1024),
        ("many", 1024),
    ],
)
def test_the_limit_for_all_libraries_is_one_for_the_default(for_all: str, limit: int) -> None:
    unlimited = int(reported("").stdout)
    assert int(reported("", for_all).stdout) == min(unlimited, limit)
    assert reported("5", for_all).stdout == (
        "5\n" if native else "1\n"
    )  # what was asked of us alone is stronger


@pytest.mark.parametrize("wrong", ["0", "two", "-3", "99999999999999"])
def test_a_wrong_environment_is_an_error(wrong: str) -> None:
    assert "MULTILAYER_NUM_THREADS must be a number of threads" in reported(wrong).stderr


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_the_default_respects_affinity() -> None:
    program = (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
        "from multilayer import backend; print(backend.info().threads)"
    )
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    found = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout == "1\n"


@pytest.mark.native
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_the_limit_is_read_when_it_is_needed() -> None:
    program = (
        "import os, multilayer\n"
        "os.environ['OMP_NUM_THREADS'] = '1'\n"
        "print(multilayer.get_threads(), flush=True)\n"
        "child = os.fork()\n"
        "if child:\n"
        "    os.waitpid(child, 0)\n"
        "del os.environ['OMP_NUM_THREADS']\n"
        "print(multilayer.get_threads(), flush=True)\n"
    )
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    found = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.splitlines() == ["1", reported("").stdout.strip(), "1"]

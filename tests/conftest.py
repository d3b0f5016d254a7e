"""Settings of the whole suite. The marks are described in pyproject.toml and CONTRIBUTING.md."""

import signal
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from hypothesis import settings

from multilayer import backend

# The one module that cannot be imported without a package of the oracles.
collect_ignore = [] if find_spec("torch") else ["interop/test_torch.py"]

# A test fails for what it finds, never for a busy machine.
settings.register_profile("multilayer", deadline=None)
settings.load_profile("multilayer")


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C be Ctrl-C where the suite runs in the background, which starts with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what only the native core promises where NumPy computes."""
    if backend.info().backend == "native":
        return
    native: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        (native if item.get_closest_marker("native") else others).append(item)
    config.hook.pytest_deselected(items=native)
    items[:] = others


_passed = 0


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """Print a dot for a hundred tests that pass: there are thousands."""
    global _passed  # noqa: PLW0603
    if (
        config.get_verbosity() > 0
        or report.when != "call"
        or not report.passed
        or hasattr(report, "wasxfail")
    ):
        return None
    _passed += 1
    return "passed", "" if _passed % 100 else ".", "PASSED"

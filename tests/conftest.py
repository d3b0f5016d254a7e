"""Settings of the whole suite. The marks are described in pyproject.toml and CONTRIBUTING.md."""

import functools
import gettext
import shutil
import signal
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from hypothesis import settings

from multilayer import backend
from multilayer._base import text
from multilayer._base.language import CATALOGUES, DOMAIN

_NEEDS = {
    "cluster/test_ray.py": "ray",
    "cluster/test_search.py": "optuna",
    "cluster/test_spark.py": "pyspark",
    "interop/test_torch.py": "torch",
    "exchange/keras/test_keras.py": "keras",
    "exchange/onnx/test_exports.py": "torch",
    "exchange/onnx/test_exports_of_jax.py": "jax2onnx",
    "exchange/onnx/test_normalizer.py": "skl2onnx",
    "exchange/onnx/test_skl2onnx.py": "skl2onnx",
    "exchange/onnx/test_skl2onnx_tables.py": "skl2onnx",
    "exchange/onnx/test_registered.py": "skl2onnx",
}
"""Modules that cannot be imported without a package of the oracles; all that they hold has that mark."""

collect_ignore = [path for path, package in _NEEDS.items() if not find_spec(package)]
if which("java") is None:  # in which Spark runs
    collect_ignore.append("cluster/test_spark.py")

# A test fails for what it finds, never for a busy machine.
settings.register_profile("multilayer", deadline=None)
settings.register_profile("extended", deadline=None, max_examples=10_000)
settings.load_profile("multilayer")


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C be Ctrl-C where the suite runs in the background, which starts with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@functools.cache
def _templates() -> frozenset[str]:
    """The templates of the catalogue, and those that the tool finds in the code and would add to it."""
    from tools.translations import gathered

    return frozenset(one if isinstance(one, str) else one[0] for one in gathered()[0])


@pytest.fixture(autouse=True, scope="session")
def _templates_can_be_translated() -> Iterator[None]:
    """Fail where the package fills a template that `python -m tools.translations` does not find."""
    catalogue = gettext.translation(DOMAIN, CATALOGUES, ["ko"])._catalog
    package, lookup = str(Path(text.__file__).parents[1]), text.translated

    def translated(template: str) -> str:
        if template not in catalogue and any(map(str.isalpha, template)):
            filled_in = sys._getframe(2).f_code.co_filename
            known = not filled_in.startswith(package) or template in _templates()
            assert known, f"{filled_in}: mark this template with N_, so that it is translated: {template!r}"
        return lookup(template)

    text.translated = translated
    yield
    text.translated = lookup


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Return Debian's Chromium, started once: a process has room for one."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    assert found, "the tests of the page need Chromium: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


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

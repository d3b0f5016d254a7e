"""What holds for all tests of the backend."""

from collections.abc import Iterator

import pytest

from multilayer import set_threads


@pytest.fixture(autouse=True)
def _default_threads() -> Iterator[None]:
    yield
    set_threads(None)

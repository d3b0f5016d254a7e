"""Settings of the whole suite."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A test fails for what it finds, never for a busy machine.
settings.register_profile("multilayer", deadline=None)
settings.load_profile("multilayer")


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C be Ctrl-C where the suite runs in the background, which starts with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)

"""Samples and buffers that are small, so that small tables have more rows than these."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from multilayer.tables.transforms.tally import sample_rows
from tests.tables.streaming.data import SAMPLE


@pytest.fixture(name="small_sample")
def _small_sample(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("multilayer.tables.transforms.tally._SAMPLE", SAMPLE)
    sample_rows.cache_clear()
    yield
    sample_rows.cache_clear()

"""A studio that ends while a page listens to it ends quietly."""

from __future__ import annotations

import logging

import pytest

from multilayer.web import Studio
from multilayer.web.presets import PRESETS
from multilayer.web.session import Session

pytestmark = pytest.mark.browser


def test_it_closes_with_an_open_stream_of_events(chromium, caplog):
    studio = Studio(Session(PRESETS["xor"].make()))
    page = chromium.new_context(locale="en").new_page()
    page.goto(studio.url)
    page.click('nav a[href="#view=learn"]')
    page.wait_for_selector("canvas")
    with caplog.at_level(logging.WARNING):
        studio.close()
    assert caplog.records == []
    page.context.close()

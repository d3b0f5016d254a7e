"""The sheet shows every number of a trace."""

from __future__ import annotations

import pytest

from multilayer.web.cells import block
from tests.web.page import texts_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("preset", ["seed", "xor"])
def test_every_cell_is_the_traces(show, preset):
    shown = show(preset)
    state = shown.session.state
    expected = texts_of(block("x", state.rows.X))
    for n, record in enumerate(state.network.trace(state.rows.X), 1):
        layer = record.layer
        for name, array in (("W", layer.W), ("b", layer.b), ("a", record.a), ("z", record.z)):
            expected |= texts_of(block(f"{name}({n})", array))
    shown.wait_for_cells(expected)
    assert shown.cells().keys() >= expected.keys()

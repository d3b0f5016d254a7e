"""How a diagnosis reads, in a terminal and in a notebook."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer.diagnosis.text import to_text, where
from tests.diagnosis.made import COLLAPSED, SATURATED, diagnosis, evidence, healthy, network
from tests.reports.reading import Reader

WHOLE = """\
It does not learn because layer 2 passes on almost no signal.

1. Error: Layer 2 passes on almost no signal.
   Found: 99.987 % of the power of its outputs is the same for all 60 samples.
   To do: Use tanh or relu in the hidden layers, or start with larger weights.

2. Warning: 3 of 5 units of layer 1 are saturated.
   Where: Layer 1, units 1-2, 5.
   Found: On 75 % of the samples their derivative is below 1 % of its largest
          value.
   To do: Standardize the inputs.

Not measured:
- overfitting: No validation data were given; train with validation=0.2.

Checked: collapsed signal, dead units.
Case: MLP(3-5-4-2, sigmoid sigmoid softmax, float32) on 60 samples, loss
  categorical_cross_entropy."""


def test_the_whole():
    assert to_text(diagnosis(), 79) == WHOLE


def test_repr_is_as_wide_as_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert repr(diagnosis()) == to_text(diagnosis(), 59)


def test_without_findings_the_checks_are_listed():
    text = to_text(healthy(), 79)
    assert text.startswith("No trouble found by 2 checks.\n\nNot measured:")
    assert "Checked: collapsed signal, dead units." in text


@given(st.integers(40, 120))
def test_no_line_is_longer_than_the_width(width):
    assert max(map(len, to_text(diagnosis(), width).splitlines())) <= width


@pytest.mark.parametrize(
    ("layer", "units", "place"),
    [
        (None, (), ""),
        (2, (), "layer 2"),
        (2, (4,), "layer 2, unit 4"),
        (2, (1, 2, 3, 5), "layer 2, units 1-3, 5"),
        (2, (5, 1, 3), "layer 2, units 1, 3, 5"),
        (1, tuple(range(1, 61, 2)), "layer 1, units 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, ..."),
        (0, (), "the inputs"),
        (0, (1, 3), "inputs a, c"),
    ],
)
def test_places(layer, units, place):
    known = evidence(network(inputs=["a", "b", "c"]))
    assert where(replace(COLLAPSED, layer=layer, units=units), known.network) == place


def test_columns_without_names_are_counted():
    assert where(replace(COLLAPSED, layer=0, units=(1, 2)), evidence().network) == "input columns 1-2"


def test_control_characters_do_not_reach_the_terminal():
    reported = replace(SATURATED, evidence="class \x1b[31mred\nsecond line")
    text = to_text(diagnosis(findings=(reported,)), 79)
    assert "\x1b" not in text
    assert "\nsecond" not in text


@given(st.text(min_size=1, max_size=30))
def test_the_notebook_shows_text_as_text(text):
    reported = replace(SATURATED, title=f"x {text}", evidence=text, advice=text)
    page = diagnosis(verdict=f"x {text}", findings=(reported,))._repr_html_()
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    assert reader.found.tags == {"div", "p", "strong", "ol", "li", "br", "ul"}

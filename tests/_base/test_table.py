"""The one renderer of tables: aligned text, and HTML with heads and escaped cells."""

import math

import numpy as np
import pytest

from multilayer._base.strict_json import plain, to_json
from multilayer._base.table import Table, to_html, to_text
from multilayer.activations import relu

LAYERS = Table("Layers", ("layer", "units", "how"), (("1", "1,000", "yes"), ("20", "–", "no")))


def test_columns_are_aligned_right_unless_left():
    assert LAYERS.text().splitlines() == [
        "Layers",
        "  layer  units  how",
        "      1  1,000  yes",
        "     20      –   no",
    ]
    left = Table("", LAYERS.columns, LAYERS.rows, left=frozenset({0, 2}))
    assert left.text(indent="").splitlines() == ["layer  units  how", "1      1,000  yes", "20         –  no"]


def test_a_table_without_names_of_columns_has_no_head():
    table = Table("Facts", rows=(("epochs", "12"),))
    assert table.text() == "Facts\n  epochs  12"
    assert "<thead>" not in table.html()


def test_a_table_without_rows_is_its_caption():
    assert Table("nothing").text() == "nothing"
    assert Table("nothing").html() == "<table><caption>nothing</caption><tbody></tbody></table>"


def test_html_marks_heads_and_columns_of_numbers():
    html = LAYERS.html()
    assert html.count('<th scope="col"') == 3
    assert html.count('<th scope="row" class="number">') == 2
    assert html.count('<td class="number">') == 2
    assert "<td>yes</td>" in html


def test_no_cell_is_markup_or_breaks_a_line():
    table = Table("<b>\n", ("<i>",), (("\x1b[2J<u>",),))
    assert table.text().count("\n") == 2
    assert "\x1b" not in table.text() + table.html()
    assert not any(tag in table.html() for tag in ("<b>", "<i>", "<u>"))
    assert "&lt;u&gt;" in table.html()


def test_tables_below_one_another():
    assert to_text([LAYERS, LAYERS]) == f"{LAYERS.text()}\n\n{LAYERS.text()}"
    assert to_html([LAYERS, LAYERS]) == LAYERS.html() * 2


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [float, np.float32, np.float64, np.array, lambda x: np.array([x])[0]])
def test_numbers_that_are_not_finite_are_strings(number, kind):
    assert to_json({"x": [kind(number)], "y": (kind(0.5),)}) == f'{{"x":["{number}"],"y":[0.5]}}'.encode()


def test_dataclasses_are_objects_unless_something_else_stands_for_them():
    assert plain(relu.facts.range) == {"low": 0.0, "high": "inf", "closed": [True, False]}
    assert plain([relu, 1], lambda value: value.facts.name) == ["relu", 1]
    assert plain(np.array([[1, 2]])) == [[1, 2]]
    assert plain(np.array([True, False])) == [True, False]

"""Text is laid out by the columns that it takes, where letters of Korean take two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from multilayer._base.table import Table
from multilayer._base.width import aligned, columns_of, narrowed, widened, wrapped

WORDS = st.lists(st.text("층가중치abc편향012().", min_size=1, max_size=12), min_size=1).map(" ".join)


@given(WORDS)
def test_columns_are_those_of_a_terminal(text):
    assert columns_of(text) == cell_len(text) == len(widened(text))
    assert narrowed(widened(text)) == text


@given(WORDS, st.integers(30, 80))
def test_lines_fit_and_keep_every_word(text, width):
    lines = wrapped(text, width, "1. 오류: ", "   ")
    assert max(map(cell_len, lines)) <= width
    assert " ".join(lines).split() == ["1.", "오류:", *text.split()]


@given(WORDS, st.booleans())
def test_cells_are_filled_up_to_their_width(text, left):
    assert cell_len(aligned(text, 400, left=left)) == max(400, cell_len(text))
    assert aligned(text, 400, left=left).strip() == text


def test_columns_of_a_table_stand_below_one_another():
    lines = Table("", ("층", "units"), (("1", "유닛"), ("10", "2"))).text().split("\n")
    assert {cell_len(line) for line in lines} == {cell_len(lines[0])}

"""One rule for the first line of a table, gaps in a column, and what spreadsheets write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer._base.errors import InputError
from multilayer.io import Samples, read_samples
from multilayer.io.csv_cells import CsvRow
from multilayer.io.csv_header import header_of

YEARS = ("2023", "2024")


def read(
    folder: Path, content: str | bytes, inputs: int, names: tuple[str, ...] | None = None, **how
) -> Samples:
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_samples(path, inputs, names, **how)


# Content, names of the inputs or how many there are, X, and what is reported of the first line.
READ = {
    "numeric names": (
        "2023,2024\n1,2\n",
        YEARS,
        [[1, 2]],
        "line 1 is read as column names, as it holds '2023'",
    ),
    "another order": ("2024,2023\n2,1\n4,3\n", YEARS, [[1, 2], [3, 4]], "--no-header reads it as a row"),
    "among others": ("age,2023,2024\n7,1,2\n", YEARS, [[1, 2]], "column names"),
    "numeric others": ("1999,2023,2024\n7,1,2\n", YEARS, [[1, 2]], "column names"),
    "quoted and spaced": ('"2023", 2024\n1,2\n', YEARS, [[1, 2]], "column names"),
    "names of a frame": ("0,1\n5,6\n", ("0", "1"), [[5, 6]], "column names"),
    "with an index": (",0,1\n0,5,6\n", ("0", "1"), [[5, 6]], "column names"),
    "no names there": ("1,2\n3,4\n", ("a", "b"), [[1, 2], [3, 4]], "it counts"),
    "a name met by chance": (
        "2023,7\n3,4\n",
        YEARS,
        [[2023, 7], [3, 4]],
        "although it holds '2023', the name of an",
    ),
    "unnamed, counting": ("0,1,2\n5,6,7\n", 3, [[5, 6, 7]], "the default names of pandas"),
    "counting, the same below": ("0,1,2\n0,1,2\n", 3, [[0, 1, 2], [0, 1, 2]], ""),
    "counting, nothing below": ("0,1,2\n", 3, [[0, 1, 2]], ""),
    "unnamed, two": (
        "0,1\n1,2\n",
        2,
        [[0, 1], [1, 2]],
        "a row, although it counts, as column names may do",
    ),
    "unnamed years": ("2023,2024\n1,2\n", 2, [[2023, 2024], [1, 2]], "--header reads it as column names"),
    "numbers": ("1,5\n2,6\n", 2, [[1, 5], [2, 6]], ""),
    "one column, fractions below": ("0\n0.5\n", 1, [[0], [0.5]], "it counts, as column names may do"),
    "one column": ("0\n1\n", 1, [[0], [1]], ""),
    "text": ("a,b\n1,2\n", 2, [[1, 2]], ""),
    "an unnamed column": ("a,\n1,2\n", 2, [[1, 2]], ""),
    "blank lines above a header": ("\n\na\n1\n", 1, [[1]], ""),
    "blank lines at the end": ("a\n1\n\n\n", 1, [[1]], ""),
    "sep": ("sep=,\nx,y\n1,2\n", 2, [[1, 2]], ""),
    "sep semicolon": ("sep=;\r\nx;y\r\n1;2,5\r\n", 2, [[1, 2.5]], "numbers are read with a decimal comma"),
    "sep, decimal commas first": ("sep=;\n0,5;1,5\n2;3\n", 2, [[0.5, 1.5], [2, 3]], "decimal comma"),
    "dates": ("2023-01-01,2023-01-02\n1,2\n", 2, [[1, 2]], ""),
    "sep, byte order mark": ("\ufeffsep=;\n1;2.5\n", 2, [[1, 2.5]], ""),
    "sep in quotes, tabs": ('"sep=\t"\n1\t-,5e1\n', 2, [[1, -5]], "decimal comma"),
    "byte order mark": ("\ufeff2023,2024\n1,2\n", YEARS, [[1, 2]], "column names"),
}


@pytest.mark.parametrize(("content", "inputs", "X", "reported"), READ.values(), ids=READ)
def test_what_is_read(tmp_path, content, inputs, X, reported):
    names = inputs if isinstance(inputs, tuple) else None
    found = read(tmp_path, content, len(names or X[0]), names)
    np.testing.assert_array_equal(found.X, X)
    assert len(found.notes) == bool(reported)
    for note in found.notes:
        assert note.startswith(f"{tmp_path / 't.csv'}: ")
        assert reported in note


REFUSED = {
    "a first row of gaps": (",\n1,2\n", 2, ["line 1, column 1: ", "an empty cell", "fill the gap"]),
    "NA first": ("NA,NA\n1,2\n", 2, ["line 1, column 1: ", "'NA'"]),
    "a gap and a word": ("null,b\n1,2\n", 2, ["line 1, column 1: ", "'null'"]),
    "nan first": ("nan,nan\n1,2\n", 2, ["line 1, column 1: ", "'nan'"]),
    "a gap in a named file": (",\n1,2\n", YEARS, ["line 1, column 1: "]),
    "a blank line in one column": (
        "a\n1\n\n3\n",
        1,
        ["line 3, column 1 (a)", "an empty line, which is a gap"],
    ),
    "blank lines in one column": ("1\n \n\n3\n", 1, ["line 2, column 1", "an empty line"]),
    "a blank line first": ("\n1\n2\n", 1, ["line 1, column 1", "an empty line"]),
    "an empty cell in one column": ('a\n1\n""\n', 1, ["line 3, column 1 (a)", "an empty cell"]),
    "a missing name": ("x,2024\n1,2\n", ("x", "y"), ["no column is called 'y'"]),
    "text beside numbers": ("age,2023\n1,2\n", 2, ["line 1, column 1", "'age'", "add --header"]),
    "an index": (",a,b\n0,1,2\n", 2, ["expected 2 columns", "index=False"]),
    "an index, no names": (",0,1\n0,1,2\n", 2, ["expected 2 columns", "index=False"]),
    "numbers for names": ("0,1,2\n5,6,7\n", ("a", "b", "c"), ["no column is called 'a'", "--no-header"]),
    "decimal commas": ('"0,5","1,5"\n', 2, ["'0,5'", "save with a decimal point"]),
    "decimal commas, split": ("x,y\n0,5,1,5\n", 2, ["line 2", "decimal comma"]),
    "numbers in other words": ("5 %,1'000\n1,2\n", 2, ["line 1, column 1", "'5 %'"]),
    "two decimal signs": ("sep=;\n1,5;2\n1.5;2\n", 2, ["line 2 has ','", "line 3 has '.'"]),
    "thousands": ("sep=;\n1.234,5;2\n", 2, ["'1.234,5'"]),
    "semicolons": ("1;2\n3;4\n", 2, ["';'", "sep="]),
    "tabs": ("1\t2\n3\t4\n", 2, ["tabs", "sep="]),
}


@pytest.mark.parametrize(("content", "inputs", "parts"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(tmp_path, content, inputs, parts):
    names = inputs if isinstance(inputs, tuple) else None
    with pytest.raises(InputError) as caught:
        read(tmp_path, content, len(names) if names else inputs, names)
    for part in parts:
        assert part in str(caught.value)


def test_the_rule_can_be_overruled(tmp_path):
    assert read(tmp_path, "2023,2024\n1,2\n", 2, YEARS, header=False).X.tolist() == [[2023, 2024], [1, 2]]
    assert read(tmp_path, "2023,2024\n1,2\n", 2, header=True).names == YEARS
    assert read(tmp_path, "0,1,2\n5,6,7\n", 3, header=False).X.tolist() == [[0, 1, 2], [5, 6, 7]]
    assert read(tmp_path, "NA,b\n1,2\n", 2, header=True).names == ("NA", "b")
    with pytest.raises(InputError, match="line 1, column 1: expected a finite number, found 'a'"):
        read(tmp_path, "a,b\n1,2\n", 2, header=False)
    assert read(tmp_path, "2023,2024\n1,2\n", 2, header=True).notes == ()


def test_a_target_s_name_makes_a_header(tmp_path):
    found = read(tmp_path, "2023,2024,y\n1,2,3\n", 2, None, targets=["y"])
    assert found.X.tolist() == [[1, 2]]
    assert found.targets[0].cells == ["3"]


@given(st.lists(st.integers(0, 99).map(str), min_size=1, max_size=5, unique=True), st.randoms())
def test_all_the_names_make_a_header_and_numbers_none(names, random):
    shuffled = random.sample(names, len(names))
    row = CsvRow(2, ["0.5"] * len(names))
    assert header_of(CsvRow(1, shuffled), row, names).names == tuple(shuffled)
    assert header_of(CsvRow(1, shuffled), row, names, asked=False).names is None
    assert header_of(row, CsvRow(1, shuffled), names).names is None


def test_lines_are_counted_as_the_file_has_them(tmp_path):
    with pytest.raises(InputError, match=r"line 4, column 2 \(b\)"):
        read(tmp_path, "sep=;\na;b\n1;2\n3;x\n", 2)


def test_a_number_as_a_name_is_reported(tmp_path):
    found = read(tmp_path, "0,1,2\n5,6,7\n", 2, None, targets=["2"])
    assert found.targets[0].cells == ["7"]
    assert found.notes[1].endswith("the target 2 is read as the name of column 3")
    assert len(read(tmp_path, "a,b,y\n5,6,7\n", 2, None, targets=["3"]).notes) == 0


@pytest.mark.parametrize(
    "cell", ["9" * 100_000 + "x", " " * 100_000 + "x", "1," * 50_000 + "x", "," * 100_000]
)
def test_long_cells_take_linear_time(cell):
    assert header_of(CsvRow(1, [cell, "a"]), None).names is not None

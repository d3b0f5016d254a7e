"""How a CSV file is written is found out, said, and settable."""

from __future__ import annotations

import csv
import gzip
import io
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import InputError
from multilayer.tables import read_batches, read_table

PLAIN = "age,job,size\n1.5,Käse,2\n2.25,b,3\n"
EXPECTED = [
    ("age", "number", ["1.5", "2.25"]),
    ("job", "category", ["Käse", "b"]),
    ("size", "number", ["2.0", "3.0"]),
]


@pytest.fixture
def read(tmp_path):
    def reading(data, **options):
        path = tmp_path / "t.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return read_table(path, **options)

    return reading


def as_plain(columns):
    return [(column.name, column.kind, column.texts()) for column in columns]


SEPARATED = {sign: PLAIN.replace(",", sign) for sign in ",;\t|"}
FORMS = {
    "plain": (PLAIN, ()),
    "crlf": (PLAIN.replace("\n", "\r\n"), ()),
    "cr": (PLAIN.replace("\n", "\r"), ()),
    "no end": (PLAIN.rstrip(), ()),
    "blank lines": ("\n\n" + PLAIN.replace("\n", "\n\n"), ()),
    "bom": (PLAIN.encode("utf-8-sig"), ()),
    "utf-16": (PLAIN.encode("utf-16"), ("the text is read in the encoding utf-16",)),
    "utf-16-le": (PLAIN.encode("utf-16-le"), ("the text is read in the encoding utf-16-le",)),
    "utf-16-be": (PLAIN.encode("utf-16-be"), ("the text is read in the encoding utf-16-be",)),
    "latin-1": (PLAIN.encode("latin-1"), ("the text is read in the encoding cp1252 (Windows, Latin-1)",)),
    "semicolons": (SEPARATED[";"], ("cells are separated by semicolons",)),
    "tabs": (SEPARATED["\t"], ("cells are separated by tabs",)),
    "bars": (SEPARATED["|"], ("cells are separated by |",)),
    "declared": ("sep=|\n" + SEPARATED["|"], ("cells are separated by |",)),
    "quoted": ('"age","job","size"\n"1.5","Käse","2"\n"2.25","b","3"\n', ()),
    "single quotes": (PLAIN.replace("Käse", "'Käse'"), ("cells are quoted by '",)),
    "spaces": (PLAIN.replace(",", ", "), ()),
    "decimal comma": (
        SEPARATED[";"].replace(".", ","),
        ("cells are separated by semicolons", "numbers are read with a decimal comma"),
    ),
    "quoted decimal comma": (
        'age,job,size\n"1,5",Käse,2\n"2,25",b,3\n',
        ("numbers are read with a decimal comma",),
    ),
}


def test_an_option_that_does_not_exist_is_named(tmp_path):
    (tmp_path / "t.csv").write_text("a;b\n1;2\n")
    with pytest.raises(InputError, match="a table has no option 'seperator'; did you mean 'separator'"):
        read_table(tmp_path / "t.csv", seperator=";")
    with pytest.raises(InputError, match="a table has no option 'sep'; expected 'separator', 'decimal'"):
        read_batches(tmp_path / "t.csv", (), sep=";")


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_a_file_is_found_out_and_said(form, read):
    data, notes = FORMS[form]
    reading = read(data)
    assert as_plain(reading.columns) == EXPECTED
    assert reading.notes == notes


def test_a_set_form_is_not_guessed_and_not_said(read):
    reading = read(PLAIN.encode("utf-16-le"), encoding="utf-16-le", separator=",", quote="", decimal=".")
    assert as_plain(reading.columns) == EXPECTED
    assert reading.notes == ()
    (column,) = read("a;b\n1;2\n", separator=",").columns
    assert (column.name, column.texts()) == ("a;b", ["1;2"])


def test_without_quotes_a_quote_is_a_character(read):
    (column,) = read('a\n"x\n', quote="").columns
    assert column.texts() == ['"x']


def test_a_decimal_comma_without_header_is_no_separator(read):
    reading = read("1,5;2,5\n2,5;3,5\n")
    assert as_plain(reading.columns) == [("x1", "number", ["1.5", "2.5"]), ("x2", "number", ["2.5", "3.5"])]


def test_without_a_header_columns_are_called_x1_x2(read):
    reading = read("1,a\n2,b\n")
    assert reading.columns.names == ("x1", "x2")
    assert "line 1 is read as a row, and columns are called x1, x2, ..." in reading.notes
    assert read("1,a\n2,b\n", header=True).columns.names == ("1", "a")
    assert read("p,q\na,b\n", header=False).columns["x1"].texts() == ["p", "a"]


def test_a_name_that_is_also_a_value_is_said(read):
    (note,) = read("x,p\ny,q\nx,r\n").notes
    assert note.startswith("line 1 is read as column names, although 'x' is a value of its column, too")
    assert read("x,p\ny,q\nx,r\n", header=True).notes == ()


def test_names_of_all_sorts(read):
    reading = read('"a,1","b ""x""","c\nd",é\n1,2,3,4\n')
    assert reading.columns.names == ("a,1", 'b "x"', "c\nd", "é")
    assert reading.columns.rows == 1


def test_a_column_without_a_name_has_its_place(read):
    reading = read(",a,\n0,x,5.5\n1,y,6.5\n")
    assert reading.columns.names == ("column 1", "a", "column 3")
    assert reading.columns["column 1"].kind == "identifier"
    assert "columns 'column 1', 'column 3'" in reading.notes[0]


def test_compressed_files_and_stdin(tmp_path, monkeypatch):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(PLAIN.encode()))
    assert as_plain(read_table(tmp_path / "t.csv.gz").columns) == EXPECTED
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode())))
    assert as_plain(read_table("-").columns) == EXPECTED


def test_a_set_kind_keeps_the_cells_as_they_are(read):
    data = "zip,a\n007,1\n1.0,2\n"
    assert read(data, types={"zip": "category"}).columns["zip"].categories == ("1", "007")
    assert read(data, types={"zip": "text"}).columns["zip"].texts() == ["007", "1.0"]
    assert read(data, types={"zip": "identifier"}).columns["zip"].kind == "identifier"


@pytest.mark.parametrize("data", ["a,b\n", "a,b", "\na,b\r\n\r\n", "sep=,\na,b"])
def test_header_only_is_a_table_without_rows(data, read):
    assert as_plain(read(data).columns) == [("a", "number", []), ("b", "number", [])]


def check_columns(read, names):
    rows = "\n".join(",".join(["1.5"] * len(names)) for _ in range(20))
    table = read(f"{','.join(names)}\n{rows}").columns
    assert table.names == tuple(names)
    assert table.rows == 20


def test_a_line_of_more_than_a_mebibyte(read):
    check_columns(read, [f"c{place}" + 1000 * "x" for place in range(1500)])


@pytest.mark.slow
def test_thirty_thousand_columns(read):
    check_columns(read, [f"c{place}" for place in range(30_000)])


def test_cells_over_several_lines_beyond_the_first_mebibyte(read):
    rows = [f"{row},x" for row in range(200_000)]
    rows[150_000] = '150000,"two\nlines"'
    table = read("a,b\n" + "\n".join(rows), types={"b": "text"}).columns
    assert table.rows == 200_000
    assert table["b"].values[150_000] == "two\nlines"


BAD = [
    ("a,b\n1,2\n3\n", "line 3: expected 2 cells, found 1"),
    ("a,b\n1,2\n3,4,5\n", "line 3: expected 2 cells, found 3; where a cell holds the separator"),
    ("a,b\n1,2,\n3,4,\n", "line 2: expected 2 cells, found 3; remove the separator at the end"),
    ('a,b\n1,"2\n3,4\n', "line 2, column 2: a quote has no partner; mend it or double it"),
    ('a,b\n1,"two\nlines"\n3,"4\n5,6\n', "line 4, column 2: a quote has no partner"),
    (b"a,b\n1,2\0\n", "line 2: expected text, found a NUL byte"),
    ("a,b\n" + "1,2\n" * 300_000 + "3,4\0", "line 300002, column 2 ('b'): expected text without NUL bytes"),
    (b"a,b\n" + b"1,2\n" * 300_000 + b"3,\xe4", "line 300002: expected text in utf-8, found the byte 0xe4"),
    ("", "expected a table, found an empty file"),
    ("x" * 2_000_000, "line 1: expected cells of at most 131072 characters, found a longer one"),
    ("a,b\n1,2\n" + '"' * 300_001, "line 3"),
    (bytes(range(1, 256)) * 100, "line 2: expected text in cp1252, found the byte 0x81"),
    (b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8\n\x00", "expected text in utf-16, found"),
    ("\n \n", "expected a table, found no line; the file is empty"),
    ("a,b,a\n1,2,3\n", "columns 1 and 3 are both called 'a'; give each another name"),
    ("a,b\n1,2\n3,inf\n", "line 3, column 2 ('b'): expected a finite number, found an infinite one"),
    ("a,b\n1,2\n\n3,1e999\n", "line 4, column 2 ('b'): expected a finite number, found an infinite one"),
    (b"PK\3\4...", "expected a table, found a spreadsheet; save it as CSV, in UTF-8"),
]


@pytest.mark.parametrize(("data", "message"), BAD)
def test_a_bad_file_is_refused_in_one_line(data, message, read):
    with pytest.raises(InputError) as error:
        read(data)
    assert message in str(error.value)
    assert "t.csv" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"separator": ", "}, "separator: expected one ASCII character, found ', '"),
        ({"quote": "ü"}, "quote: expected one ASCII character"),
        ({"decimal": ";"}, "decimal: expected '.' or ','"),
        ({"separator": ",", "decimal": ","}, "separator and decimal are both ','"),
        ({"encoding": "utf-9"}, "encoding: 'utf-9' is unknown"),
        ({"encoding": "rot13"}, "encoding: 'rot13' is unknown"),
        (
            {"encoding": "utf-16"},
            "expected text in 'utf-16', found other bytes; save it as UTF-8, or set the encoding that it has",
        ),
        ({"encoding": "ascii"}, "line 2: expected text in ascii, found the byte 0xc3"),
        ({"types": {"age": "date"}}, "line 2, column 1 ('age'): expected a date as 2024-01-31, found '1.5'"),
        ({"types": {"job": "number"}}, "line 2, column 2 ('job'): expected a number, found 'Käse'"),
    ],
)
def test_a_wrong_setting_is_refused(options, message, read):
    with pytest.raises(InputError) as error:
        read(PLAIN, **options)
    assert message in str(error.value)


def test_a_compressed_file_that_is_cut_off(tmp_path):
    data = gzip.compress(PLAIN.encode() * 1000)
    for kept in (5, 40, len(data) - 9):
        (tmp_path / "t.csv.gz").write_bytes(data[:kept])
        with pytest.raises(InputError) as error:
            read_table(tmp_path / "t.csv.gz")
        assert "t.csv.gz" in str(error.value)


def test_places_that_hold_no_file(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(InputError, match="expected files, found none"):
        read_table(tmp_path)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_text_is_read_as_python_writes_it(rows, separator, encoding, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    table = read_table(path, types={"a": "text", "b": "text"}, separator=separator).columns
    gaps = {"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?"}
    for name, cells in zip("ab", zip(*rows, strict=True), strict=True):
        expected = [None if cell.strip().casefold() in gaps else cell.strip() for cell in cells]
        assert table[name].texts() == expected


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_are_read_to_the_last_bit(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("bits") / "t.csv"
    pd.DataFrame({"a": numbers}).to_csv(path, index=False)
    np.testing.assert_array_equal(read_table(path, types={"a": "number"}).columns["a"].values, numbers)

"""Samples from CSV, and what is refused."""

from __future__ import annotations

import io
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer._base.errors import InputError
from multilayer.io import Samples, read_samples

NAMES = ("x1", "x2")
X = [[0.0, 1.0], [-1.5, 2e3]]


def read(
    folder: Path, content: str | bytes, inputs: int = 2, names: tuple[str, ...] | None = None
) -> Samples:
    path = folder / "samples.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_samples(path, inputs, names)


@pytest.mark.parametrize(
    "content",
    [
        "0,1\n-1.5,2e3\n",
        "0,1\n-1.5,2e3",
        "0,1\r\n-1.5,2e3\r\n",
        "0,1\r-1.5,2e3\r",
        "\n\n0,1\n   \n-1.5,2e3\n\n",
        " 0 ,\t+1.\n-15e-1,.2E+4\n",
        '"0","1"\n"-1.5",2e3\n',
        b"\xef\xbb\xbf0,1\n-1.5,2e3\n",
        "x1,x2\n0,1\n-1.5,2e3\n",
        b"\xef\xbb\xbfx1,x2\n0,1\n-1.5,2e3\n",
        ' "x1", x2\n0,1\n-1.5,2e3\n'.replace(' "', '"'),
        "a,\n0,1\n-1.5,2e3\n",
    ],
)
def test_ways_to_write_a_table(content: str | bytes, tmp_path: Path) -> None:
    samples = read(tmp_path, content)
    assert samples.X.dtype == np.float64
    np.testing.assert_array_equal(samples.X, X)
    assert samples.ignored == ()


def test_columns_are_taken_by_name(tmp_path: Path) -> None:
    samples = read(tmp_path, "id,x2,label,x1\na,1,yes,0\nb,2e3,,-1.5\n", names=NAMES)
    np.testing.assert_array_equal(samples.X, X)
    assert samples.names == NAMES
    assert samples.ignored == ("id", "label")


def test_names_of_the_header_or_none(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n0,1\n").names == ("a", "b")
    assert read(tmp_path, "0,1\n").names is None
    assert read(tmp_path, "0,1\n", names=NAMES).names is None


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"0,1\n-1.5,2e3\n")))
    np.testing.assert_array_equal(read_samples("-", 2).X, X)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"0,1\n-1.5,z\n")))
    with pytest.raises(
        InputError, match=r"^standard input, line 2, column 2: expected a finite number, found 'z'"
    ):
        read_samples("-", 2)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_are_read_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    samples = read(tmp_path_factory.mktemp("table"), "\n".join(map(repr, numbers)), inputs=1)
    assert samples.X.tobytes() == np.array(numbers).tobytes()


# Name of the case, content of samples.csv for two inputs, what the message has to contain.
BAD: list[tuple[str, str | bytes, list[str]]] = [
    ("empty", "", ["expected a sample of 2 numbers a row, found an empty file"]),
    ("blank", "\n \n\n", ["found an empty file"]),
    ("byte order mark alone", b"\xef\xbb\xbf", ["found an empty file"]),
    ("header only", "x1,x2\n", ["expected samples below the header, found none"]),
    ("text", "x1,x2\n0,1\n2,abc\n", ["line 3, column 2 (x2): expected a finite number, found 'abc'"]),
    ("text in the first row", "0,abc\n", ["line 1, column 2: expected a finite number, found 'abc'"]),
    ("empty cell", "0,1\n,3\n", ["line 2, column 1", "found an empty cell"]),
    ("blank cell", "0,1\n2, \n", ["line 2, column 2", "found an empty cell"]),
    ("nan", "0,1\n2,nan\n", ["line 2, column 2: expected a finite number, found 'nan'"]),
    ("nan first", "nan,inf\n0,1\n", ["line 1, column 1", "'nan'"]),
    ("infinity", "0,-Infinity\n", ["line 1, column 2", "'-Infinity'"]),
    ("1e999", "0,1e999\n", ["line 1, column 2: expected a finite number, found '1e999'"]),
    ("underscore", "0,1_000\n", ["line 1, column 2", "'1_000'"]),
    ("underscore first", "1_000,2_000\n", ["line 1, column 1", "'1_000'"]),
    ("hexadecimal", "0,0x10\n", ["'0x10'"]),
    ("other digits", "0,\u0661\n", ["line 1, column 2", "'\u0661'"]),
    ("two numbers", "0,1 2\n", ["'1 2'"]),
    ("blanks between thousands", "0,1 234\n", ["'1 234'; save numbers in plain digits"]),
    ("commas between thousands", '0,"1,234"\n', ["'1,234'; save numbers in plain digits"]),
    ("thousands and decimals", "sep=;\n0;1.234,5\n", ["line 2", "'1.234,5'; save numbers in plain digits"]),
    ("a share", "0,5%\n", ["'5%'; save numbers in plain digits"]),
    ("a minus sign", "\u22121,\u22122\n", ["line 1, column 1", "'\u22121'", "- for minus"]),
    ("lines in a cell", '0,"1\n2"\n', ["column 2", "'1\\n2'"]),
    ("long cell", f"0,{'9' * 1000}x\n", ["line 1, column 2", "'9999", "9x'"]),
    ("huge cell", f"0,{'9' * 200_000}\n", ["line 1: expected cells of at most 131072 characters"]),
    ("row too short", "0,1\n2\n", ["line 2: expected 2 cells, as in line 1, found 1"]),
    ("row too long", "x1,x2\n\n0,1\n2,3,4\n", ["line 4: expected 2 cells, as in line 1, found 3"]),
    ("comma at the end", "0,1\n2,3,\n", ["line 2: expected 2 cells", "found 3", "remove the separator"]),
    ("commas at the end", "0,1,\n2,3,\n", ["line 1: expected 2 columns", "the last column is empty"]),
    ("commas at the end of names too", "a,b,\n2,3,\n", ["line 1", "the last column is empty"]),
    ("unknown separator", "sep=:\n0:1\n", ["line 1: expected a separator", "found ':'"]),
    ("quote open above", '0,1\n2,"3\n4,5\n6,7\n', ["line 2", "quote"]),
    ("columns too few", "0\n", ["line 1: expected 2 columns, one per input of the network, found 1"]),
    ("columns too many", "a,b,c\n0,1,2\n", ["expected 2 columns", "found 3", "header"]),
    ("semicolons", "0;1\n2;3\n", ["line 1", "expected 2 columns", "separated by ';'", "save with commas"]),
    ("semicolons, decimal commas", "0,5;1,5\n", ["expected 2 columns", "found 3", "separated by ';'"]),
    ("semicolons below", "0,1\n2;3\n", ["line 2: expected 2 cells", "separated by ';'"]),
    ("tabs", "0\t1\n", ["separated by tabs"]),
    ("quote open", '0,1\n2,"3\n', ["line 2", "quote"]),
    ("quote inside", '0,"1"2\n', ["line 1", "quote"]),
    ("NUL", b"0,1\n2,\0\n", ["line 2: expected text, found a NUL byte"]),
    ("UTF-16", "x1,x2\n0,1\n".encode("utf-16"), ["line 1", "UTF-8", "0xff"]),
    ("latin-1", b"x1,gr\xf6\xdfe\n0,1\n", ["line 1: expected text in UTF-8, found the byte 0xf6", "save"]),
    ("comment", "# samples\n0,1\n", ["line 1", "found 1"]),
]

# The same, for a network that names its inputs x1 and x2.
BAD_NAMES: list[tuple[str, str, list[str]]] = [
    ("near", "X1,x_2\n0,1\n", ["no column is called 'x1', an input of the network; did you mean 'X1'"]),
    ("far", "alpha,beta\n0,1\n", ["no column is called 'x1'", "found 'alpha', 'beta'"]),
    (
        "many",
        ",".join(f"column{n}" for n in range(99)) + "\n",
        ["found 'column0', 'column1', 'column2', ..."],
    ),
    ("twice", "x1,x2,x2\n0,1,2\n", ["two columns are called 'x2'; rename"]),
    ("no header", "0,1,2\n", ["line 1: expected 2 columns", "found 3", "add a header"]),
    ("other column bad", "a,x1,x2\nq,0,z\n", ["line 2, column 3 (x2)", "'z'"]),
    ("semicolons", "x1;x2\n0;1\n", ["separated by ';'"]),
]


@pytest.mark.parametrize(
    ("content", "parts", "names"),
    [
        *(pytest.param(content, parts, None, id=name) for name, content, parts in BAD),
        *(pytest.param(content, parts, NAMES, id=f"names: {name}") for name, content, parts in BAD_NAMES),
    ],
)
def test_message(
    content: str | bytes, parts: list[str], names: tuple[str, ...] | None, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content, names=names)
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "samples.csv"))
    assert len(message.splitlines()) == 1
    assert len(message) < len(str(tmp_path)) + 400
    for part in parts:
        assert part in message


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_samples(tmp_path / "samples.csv", 2)
    with pytest.raises(InputError, match="expected a file, found a folder"):
        read_samples(tmp_path, 2)


def test_memory_is_a_small_multiple_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    path.write_bytes(b"0,1,2,3,4,5,6,7,8,9\n" * 20_000)
    tracemalloc.start()
    try:
        assert read_samples(path, 10).X.shape == (20_000, 10)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * path.stat().st_size


TABLE = b'x1,x2,note\n0,1,a\n-1.5,2e3,"b, c"\n'
TOKENS = [
    b"",
    b",",
    b";",
    b"\n",
    b"\r",
    b'"',
    b"\0",
    b"nan",
    b"\xff",
    b"\xef\xbb\xbf",
    b"1e999",
    b"x1",
    "１".encode(),
]


@given(st.data())
def test_damaged_tables(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = TABLE
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.sampled_from([0, 1, 2, 8]))
        put = data.draw(st.sampled_from(TOKENS) | st.binary(max_size=6))
        content = content[:start] + put + content[end:]
    names = data.draw(st.none() | st.just(NAMES))
    message = ""
    try:
        samples = read(tmp_path_factory.mktemp("table"), content, names=names)
    except InputError as error:
        message = str(error)
    else:
        assert samples.X.shape[1] == 2
        assert np.isfinite(samples.X).all()
    assert len(message.splitlines()) <= 1


def test_columns_are_found_by_name_in_linear_time(tmp_path: Path) -> None:
    class Name(str):
        compared = 0

        def __eq__(self, other: object) -> bool:
            Name.compared += 1
            return super().__eq__(other)

        __hash__ = str.__hash__

    width = 1000
    names = [Name(f"column {number}") for number in range(width)]
    path = tmp_path / "wide.csv"
    path.write_text(",".join(reversed(names)) + ",more\n" + ",".join(map(str, range(width + 1))) + "\n")
    found = read_samples(path, width, names)
    assert found.X[0].tolist() == list(reversed(range(width)))
    assert Name.compared <= 4 * width

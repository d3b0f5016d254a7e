"""What the values of a column are, by the rules that kinds.py states; and that it is said where it may be wrong."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import InputError
from multilayer.tables import columns_of
from multilayer.tables.date_texts import dates_of
from multilayer.tables.frames import reading_of
from multilayer.tables.kinds import of_numbers, of_texts
from multilayer.tables.texts import Texts, is_gap, number_of, numbers_of, shortest


def understood(values, name="a", **options):
    found = of_texts(name, Texts.of(values), **options)
    return found.column, found.doubt


def kind_of(values, name="a"):
    return understood(values, name)[0].kind


MANY = 100
WORDS = [f"word{row}" for row in range(MANY)]
KINDS = {
    "numbers": (["1", "2.5", "-3e4", ".5", "+7."], "number"),
    "numbers with gaps": (["1", "", "NA", None, "?", "n/a", " 2 ", "nan", "NULL", "None", "#N/A"], "number"),
    "thousands": (["1,234", "999", "1,234,567.5"], "number"),
    "apostrophes": (["1'234", "12'345'678"], "number"),
    "spaces": (["1 234", "1\u00a0234", "5"], "category"),
    "thin spaces": (["1\u202f234", "12\u202f345"], "number"),
    "groups of two signs": (["1,234", "1'234"], "category"),
    "groups of two digits": (["12,34", "5"], "category"),
    "leading zero": (["0,123", "5"], "category"),
    "hexadecimal": (["0x10", "0x20"], "category"),
    "underscores": (["1_000", "2_000"], "category"),
    "other digits": (["١", "٢"], "category"),
    "few texts": (["a", "b", "a"], "category"),
    "yes and no": (["yes", "no", ""], "category"),
    "booleans": (["True", "FALSE", "true"], "category"),
    "iso": (["2024-01-31", "1999-12-01"], "date"),
    "iso with times": (["2024-01-31T10:00", "2024-01-31 10:00:00.5Z"], "date"),
    "slashes": (["2024/1/31", "1999/12/01"], "date"),
    "points": (["31.1.2024", "01.12.1999"], "date"),
    "no such day": (["2024-02-30", "2024-02-01"], "category"),
    "several formats": (["2024-01-31", "31.01.2024", "2024/1/5"], "date"),
    "several formats, one of them in either order": (["2024-01-31", "01/02/2024"], "category"),
    "percent": (["12 %", "3.5%", "-1 %"], "number"),
    "dollars": (["$1,200.50", "-$3", "$ 7"], "number"),
    "codes": (["1200.50 EUR", "EUR 3"], "number"),
    "two units": (["12 %", "$3"], "category"),
    "a unit in some": (["12 %", "3"], "category"),
    "no known unit": (["12 kg", "3 kg"], "category"),
    "a unit alone": (["%", "% %"], "category"),
    "either order": (["01/02/2024", "12/31/1999"], "text"),
    "identifiers": (WORDS, "identifier"),
    "nearly all different": ([*WORDS[:95], *WORDS[:5]], "identifier"),
    "half of them different": ([*WORDS, *WORDS], "category"),
    "sentences": ([f"{word} and more" for word in WORDS], "text"),
    "fewer than two each": ([*WORDS, *WORDS[:50]], "text"),
    "no value": (["", None, "NA"], "number"),
    "no row": ([], "number"),
}


@pytest.mark.parametrize("case", KINDS)
def test_texts(case):
    values, kind = KINDS[case]
    assert kind_of(values) == kind


@pytest.mark.parametrize(
    "name", ["id", "ID", "user_id", "userId", "PassengerId", "index", "Unnamed: 0", "column 1", "key"]
)
def test_different_values_of_a_column_called_like_an_identifier(name):
    assert kind_of(["x", "y"], name) == "identifier"
    assert kind_of(["7", "3", "12"], name) == "identifier"
    assert kind_of(["7", "7", "12"], name) == "number"
    assert kind_of(["7.5", "3", "12"], name) == "number"
    assert kind_of(["7", "", "12"], name) == "number"


@pytest.mark.parametrize("name", ["paid", "valid", "humid", "bid", "width", "keys pressed"])
def test_other_names_are_no_identifiers(name):
    assert kind_of(["7", "3", "12"], name) == "number"


def test_numbers_that_count_the_rows():
    for start in (0.0, 1.0):
        assert of_numbers("a", start + np.arange(30)).column.kind == "identifier"
    assert of_numbers("a", np.arange(19.0)).column.kind == "number"
    assert of_numbers("a", 1950.0 + np.arange(30)).column.kind == "number"
    late = np.arange(500.0)
    late[400] = 7.0
    assert of_numbers("a", late).column.kind == "number"


def test_numbers_with_a_unit_count_no_rows():
    assert kind_of([f"{share} %" for share in range(100)]) == "number"
    assert kind_of([f"${price:,}" for price in range(2000)]) == "number"


def test_few_whole_numbers_stay_numbers_and_it_is_said():
    found = of_numbers("rooms", np.array([1.0, 2.0, 4.0, np.nan] * 10))
    assert found.column.kind == "number"
    assert "whole numbers with few values" in found.doubt.template
    for values in ([0.0, 1.0] * 20, [1.5, 2.0, 3.5] * 20, np.arange(11.0).tolist() * 3):
        assert of_numbers("rooms", np.array(values)).doubt is None


def test_many_different_values_are_no_category_unless_the_user_says_so():
    values = [f"c{row % 10_001}" for row in range(30_003)]
    assert kind_of(values) == "text"
    assert kind_of(values[:10_000] * 2) == "category"
    assert len(understood(values, kind="category")[0].categories) == 10_001


def test_categories_are_in_order():
    assert understood(["10", "9", "b"])[0].categories == ("10", "9", "b")
    assert understood(["10", "9", "-1.0"], kind="category")[0].categories == ("-1", "9", "10")
    column, _ = understood(["b", " a", "b ", None])
    assert (column.categories, column.values.tolist()) == (("a", "b"), [1, 0, 1, -1])


NOTES = {
    "identifier": ({"id": [4, 7]}, "column 'id': read as an identifier, from which nothing is learned"),
    "text": (
        {"a": [f"{w} x" for w in WORDS]},
        "column 'a': read as text, as 100 of its 100 values are different ones",
    ),
    "a unit": ({"a": ["12 %", "5 %"]}, "column 'a': '12 %' is read as the number 12"),
    "dates of three formats": (
        {"a": ["2024-01-31", "1.2.2024", "2024/3/1"]},
        "column 'a': dates in several formats, such as '2024-01-31' and '1.2.2024', are read as dates",
    ),
    "a format that is not known": (
        {"a": ["2024-01-31", "01/02/2024", "Jan 3 2024"]},
        "column 'a': not read as dates, as row 2 holds '01/02/2024'; write all dates as 2024-01-31",
    ),
    "no such day": ({"a": ["2024-01-31", "2024-02-30"]}, "column 'a': not read as dates, as row 2 holds"),
    "a unit with others": (
        {"a": ["5 %", "12", "3 %"]},
        "column 'a': not read as numbers, as row 2 holds '12'",
    ),
    "a word": (
        {"a": ["12 kg", "7.5 kg"]},
        "column 'a': not read as numbers, as 'kg' stands in each value, as in '12 kg'; where that is a unit, leave",
    ),
    "grouped": ({"a": ["1,234", "5"]}, "column 'a': '1,234' is read as the number 1234"),
    "nothing": ({"a": [None, None]}, "column 'a': no row has a value"),
    "almost": ({"a": ["1", "2", "x", "4"]}, "column 'a': not read as numbers, as row 3 holds 'x'"),
    "late": ({"a": [*map(str, range(2000)), "x"]}, "column 'a': not read as numbers, as row 2001 holds 'x'"),
    "dates": (
        {"a": ["1/2/2024"]},
        "column 'a': read as text, as day and month of '1/2/2024' may be in either order",
    ),
    "several": (
        {name: [None] for name in "abcdefg"},
        "columns 'a', 'b', 'c', 'd', 'e' and 2 others: no row has a value",
    ),
}


@pytest.mark.parametrize("case", NOTES)
def test_what_may_be_wrong_is_said(case):
    table, note = NOTES[case]
    (said,) = reading_of(table).notes
    assert said.startswith(note)
    assert "{" not in said


def test_what_is_set_is_not_said():
    assert reading_of({"id": [4, 7], "a": ["1", "x"]}, {"id": "number", "a": "category"}).notes == ()


SET = {
    ("number", "category"): ([2.0, 1.5], ["2", "1.5"]),
    ("number", "text"): ([2.0, None], ["2", None]),
    ("number", "identifier"): ([2, 1], ["2", "1"]),
    ("text", "number"): (["2", "1,500"], ["2.0", "1500.0"]),
    ("text", "date"): (["31.01.2024", None], ["2024-01-31T00:00:00.000000", None]),
    ("text", "category"): (WORDS, WORDS),
    ("text", "text"): (["a", "b"], ["a", "b"]),
    ("text", "identifier"): (["a", "b"], ["a", "b"]),
    ("boolean", "number"): ([True, False, None], ["1.0", "0.0", None]),
    ("boolean", "category"): ([True, False, None], ["true", "false", None]),
    ("date", "category"): ([datetime.date(2024, 1, 31), None], ["2024-01-31T00:00:00.000000", None]),
    ("date", "date"): ([datetime.date(2024, 1, 31), None], ["2024-01-31T00:00:00.000000", None]),
}


@pytest.mark.parametrize("case", SET)
@pytest.mark.parametrize("library", [lambda table: table, pd.DataFrame])
def test_every_kind_can_be_set(case, library):
    values, texts = SET[case]
    column = columns_of(library({"a": values}), {"a": case[1]})["a"]
    assert (column.kind, column.texts()) == (case[1], texts)


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (["1", "x"], "number", "column 'a', row 2: expected a number, found 'x'"),
        (["2024-01-31", "2024-02-30"], "date", "column 'a', row 2: expected a date as 2024-01-31"),
        (["01/02/2024"], "date", "column 'a', row 1: expected a date as 2024-01-31, found '01/02/2024'"),
        ([1.0, 2.0], "date", "column 'a': expected dates as 2024-01-31, found numbers"),
        (
            [datetime.date(2024, 1, 31)],
            "number",
            "column 'a': expected numbers, found dates; set another type",
        ),
        (["a\0b"], None, "column 'a', row 1: expected text without NUL bytes"),
    ],
)
def test_values_of_another_kind_than_the_set_one_are_refused(values, kind, message):
    with pytest.raises(InputError) as error:
        columns_of({"a": values}, {"a": kind} if kind else {})
    assert str(error.value).startswith(message)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_shortest_text_of_a_number_is_that_number(value):
    assert float(shortest(value)) == value
    assert number_of(shortest(value)) == (value, "")


@given(st.integers(-(10**15), 10**15), st.sampled_from(",' "), st.sampled_from(["", "5", "25"]))
def test_groups_of_digits_are_read_as_python_writes_them(whole, sign, fraction):
    text = f"{whole:,}".replace(",", sign) + (f".{fraction}" if fraction else "")
    number, found = number_of(text)
    assert number == float(f"{whole}.{fraction or 0}")
    assert found == (sign if abs(whole) >= 1000 else "")
    other = text.replace(",", "_").replace(".", ",").replace("_", ".")
    assert number_of(other, decimal=",")[0] == number


@given(st.datetimes(datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31)))
def test_dates_are_read_as_python_writes_them(moment):
    plain = moment.replace(second=0, microsecond=0)
    year = f"{moment.year:04}"
    texts = [moment.isoformat(), moment.isoformat(" ")]
    assert dates_of(texts).values.astype(object).tolist() == [moment, moment]
    assert dates_of([f"{plain:%d.%m.}{year} {plain:%H:%M}"]).values.astype(object).tolist() == [plain]
    assert dates_of([f"{year}/{plain:%m/%d %H:%M}"]).values.astype(object).tolist() == [plain]


@given(st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=30))
def test_tidy_texts_are_those_of_each_row(values):
    tidy = Texts.of(values).tidy()
    stripped = [None if value is None or is_gap(value.strip()) else value.strip() for value in values]
    assert tidy.spread_objects().tolist() == stripped
    assert len(set(tidy.distinct)) == len(tidy.distinct)
    assert tidy.present == sum(value is not None for value in stripped)


def test_work_on_hopeless_texts_is_bounded():
    text = "1" * 100_000 + "x"
    assert numbers_of([text, "1,111" * 20_000], ".").refused == 0
    assert number_of(",111" * 20_000) is None

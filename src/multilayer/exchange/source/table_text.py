"""The text of Python around the kernels and networks of a model of a table."""

from __future__ import annotations

from multilayer.exchange.source.python_text import DENSE

__all__ = ["END", "TOP"]

TOP = '''\
"""{origin}

    predict(row)      {answer}
    classify(row)     the class, or nothing where there are no classes
    self_test()       how many stored answers come out otherwise
    python {name}.py < rows.csv    a line for each row, columns by their names; --self-test

A row is a mapping from the names in COLUMNS to numbers, texts and dates, or a sequence in their order. A value is
missing where it is None, nan, or a text of GAPS. {exactness}
Needs Python 3.11 or newer and nothing else.
"""

import csv
import math
import re
import struct
import sys
from array import array
from math import copysign, ldexp, sqrt
from typing import NamedTuple

COLUMNS = {columns}
CATEGORIES = {categories}
DATES = {date_columns}
CLASS_NAMES = {class_names}
GAPS = {gaps}
'''

END = (
    DENSE
    + '''

{members}


def alike(text: str) -> str:
    """Return true and false in small letters, and a number in one form: 1.0 is 1."""
    if text.casefold() in ("true", "false"):
        return text.casefold()
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def number_of(name: str, cell) -> float:
    """Return a number, nan where it is missing."""
    if cell is None or isinstance(cell, str) and cell.strip().casefold() in GAPS:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"column {{name}}: {{cell!r}} is not a number") from None
    if math.isinf(value):
        raise ValueError(f"column {{name}}: expected a finite number")
    return value


def code_of(categories: tuple[str, ...], cell) -> int:
    """Return the place of a category; -1 where it is missing, -2 where it is unknown."""
    if cell is None or cell != cell:
        return -1
    text = str(cell).strip()
    if text.casefold() in GAPS:
        return -1
    if text in categories:
        return categories.index(text)
    folded = [alike(category) for category in categories]
    known = alike(text) in folded and len(set(folded)) == len(folded)
    return folded.index(alike(text)) if known else -2

{date_reading}

def encode(row) -> list[float]:
    """Return the inputs of the networks."""
    cells = [row[name] for name in COLUMNS] if isinstance(row, dict) else list(row)
    if len(cells) != len(COLUMNS):
        raise ValueError(f"a row has {{len(cells)}} values; expected {{len(COLUMNS)}}")
    known = [CATEGORIES.get(name) for name in COLUMNS]
    numbers = [one is None and name not in DATES for name, one in zip(COLUMNS, known)]
    v = [number_of(name, cell) if one else math.nan for name, one, cell in zip(COLUMNS, numbers, cells)]
    c = [-2 if one is None else code_of(one, cell) for one, cell in zip(known, cells)]
{date_cells}    x = [
{inputs}
    ]
{norms}    return x


def predict(row) -> {result}:
    """Return {answer}."""
    x = encode(row)
    members = [{calls}]
{combined}


def classify(row):
    """Return the most probable class; None where there are no classes."""
    if not CLASS_NAMES:
        return None
    p = predict(row)
    return CLASS_NAMES[max(range(len(p)), key=p.__getitem__)]


TEST_ROWS = (
{test_rows},
)
TEST_ANSWERS = array("d", [
{test_answers},
])


def self_test() -> int:
    """Return how many stored answers come out otherwise{beyond}."""
    found = []
    for row in TEST_ROWS:
        y = predict(row)
        found += y if CLASS_NAMES else [y]
    return sum(not abs(y - known) <= {bound} * abs(known) for y, known in zip(found, TEST_ANSWERS))


def main(words: list[str]) -> int:
    if words == ["--self-test"]:
        wrong = self_test()
        print(wrong, "of {test_count} answers come out otherwise")
        return wrong != 0
    if words:
        print("give rows as CSV in standard input, with a first line of names", file=sys.stderr)
        return 2
    rows = csv.DictReader(sys.stdin, strict=True)
    absent = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if absent:
        print(f"there is no column {{absent[0]!a}}", file=sys.stderr)
        return 2
    out = csv.writer(sys.stdout, lineterminator="\\n")
    out.writerow(["class", *CLASS_NAMES] if CLASS_NAMES else ["prediction"])
    try:
        for row in rows:
            y = predict(row)
            out.writerow([classify(row), *y] if CLASS_NAMES else [y])
    except (ValueError, csv.Error) as error:
        print(f"line {{rows.line_num}}: {{ascii(str(error))[1:-1]}}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
'''
)

"""Numbers as people write them: NumPy text, CSV, or typed in any layout, each with the digits that were given.

Rules. Brackets and line ends make rows. Spaces, tabs, semicolons, bars and commas separate numbers. A comma is a
decimal comma where no number has a point, every comma stands directly between two digits, and no number would get two
of them; but not in brackets where nothing else separates numbers: `[1,2]` are two numbers, `1,2` is one, and so are
both of `[0,6 1,33]`. `1/3` is a fraction. What stands before an equals sign or a colon in a
line is a name, and a first line without a number is a header.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import quoted

__all__ = ["Typed", "TypedNumber", "typed"]

_LONGEST = 200_000
_LONGEST_NUMBER = 60
_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan"
_SIGNED = re.compile(rf"[+-]?(?:{_NUMBER})(?:/[+-]?(?:{_NUMBER}))?", re.IGNORECASE)
_NAME = re.compile(r"^[ \t]*[^\W\d][^\n=:]*[=:]", re.MULTILINE)
_CALL = re.compile(
    r"(?:\b(?:np|numpy|torch|jnp)\s*\.\s*)?\b(?:array|asarray|tensor|matrix)\s*(?=\()"
    r"|\b(?:dtype|device|requires_grad|grad_fn|shape)\s*=\s*[^\s,)]+"
)
_SIGNS = str.maketrans(
    {"\u2212": "-", "\u2013": "-", "(": "[", ")": "]", "{": "[", "}": "]", "|": " ", ";": " "}
)
_DECIMAL_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")


@dataclass(frozen=True)
class TypedNumber:
    """A number, and how exactly it was given."""

    text: str
    value: float
    unit: float
    """The unit of its last digit: 0.01 of `1.33`; 0 of a fraction, which is exact."""
    digits: int | None
    """Its significant digits; None of a fraction, of zero, of nan and infinity."""


@dataclass(frozen=True)
class Typed:
    """Rows of numbers as they were laid out, and what was decided about them."""

    rows: tuple[tuple[TypedNumber, ...], ...]
    decimal_comma: bool = False

    @property
    def numbers(self) -> tuple[TypedNumber, ...]:
        """All numbers, in the order in which they were written."""
        return tuple(number for row in self.rows for number in row)

    @property
    def values(self) -> NDArray[np.float64]:
        """Their values, in the same order."""
        return np.array([number.value for number in self.numbers])

    @property
    def shape(self) -> tuple[int, int] | None:
        """Rows and columns, where all rows are of one length."""
        lengths = {len(row) for row in self.rows}
        return (len(self.rows), lengths.pop()) if len(lengths) == 1 else None


def typed(text: str) -> Typed:
    """Return the numbers in a text.

    >>> typed("[[0.6 1.33]]").rows[0][1]
    TypedNumber(text='1.33', value=1.33, unit=0.01, digits=3)
    >>> [[number.value for number in row] for row in typed("z = 1/4, 2\\n 0.5\\t-1e3").rows]
    [[0.25, 2.0], [0.5, -1000.0]]
    >>> typed("0,25; 1,5").decimal_comma, typed("[1,2]").decimal_comma
    (True, False)

    Raises
    ------
    InputError
        Where there are no numbers, or something that is none.
    """
    if len(text) > _LONGEST:
        raise InputError("the text has more than {count:,} characters; give a part of it", count=_LONGEST)
    plain = _NAME.sub(" ", _CALL.sub(" ", unicodedata.normalize("NFKC", text)))
    if "..." in plain or "\u2026" in text:
        raise InputError(
            "numbers are left out where the text has '...'; print all of them, or give a smaller part"
        )
    plain = plain.translate(_SIGNS)
    comma = _is_decimal_comma(plain)
    plain = _DECIMAL_COMMA.sub(".", plain) if comma else plain
    lines = [pieces for line in re.split(r"[\[\]\n\r]+", plain) if (pieces := re.findall(r"[^\s,]+", line))]
    if lines and not any(map(_SIGNED.fullmatch, lines[0])):
        del lines[0]
    rows = tuple(tuple(map(_number, pieces)) for pieces in lines)
    if not rows:
        raise InputError("there are no numbers; type or paste some, such as [0.6 1.33]")
    return Typed(rows, comma)


def _is_decimal_comma(plain: str) -> bool:
    if "." in plain or "," not in plain:
        return False
    pieces = [piece for piece in re.split(r"[\s\[\]]+", plain) if piece]
    inside = all(_DECIMAL_COMMA.sub("", piece).count(",") == 0 and piece.count(",") <= 1 for piece in pieces)
    return inside and (len(pieces) > 1 or "[" not in plain)


def _number(piece: str) -> TypedNumber:
    if len(piece) > _LONGEST_NUMBER or not _SIGNED.fullmatch(piece):
        raise InputError(
            "{piece} is not a number; expected numbers such as 0.25, -1e-3 or 1/3", piece=quoted(piece)
        )
    above, _, below = piece.partition("/")
    if below and not float(below):
        raise InputError("{piece} divides by zero; expected a fraction such as 1/3", piece=quoted(piece))
    value = float(above) / float(below) if below else float(piece)
    if not math.isfinite(value) and not re.search("[in]", piece, re.IGNORECASE):
        raise InputError("{piece} is too large for a number of 64 bits", piece=quoted(piece))
    if below or not math.isfinite(value):
        return TypedNumber(piece, value, 0.0, None)
    mantissa, _, exponent = piece.lower().lstrip("+-").partition("e")
    decimals = len(mantissa.partition(".")[2])
    digits = len(mantissa.replace(".", "").lstrip("0")) or None
    place = max(min(int(exponent or 0), 400) - decimals, -400)
    return TypedNumber(piece, value, float(f"1e{place}"), digits)

"""Formulas with numbers put in, as text: `h(a) (1 - h(a))` becomes `0.6 · (1 - 0.6)`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from multilayer._base.text import fill

__all__ = ["parenthesized", "put_in", "sum_of_products"]

_TERMS = 12
"""Terms of a sum that are written out."""
_FACTORS = re.compile(r"(?<=[\d)]) (?=[\d(]|\w+\()")


def put_in(formula: str, numbers: Mapping[str, str]) -> str:
    """Return a formula in plain text with numbers in the place of names, the longest names first.

    >>> put_in("-2 a exp(-a^2)", {"a": "-0.5"})
    '-2 · (-0.5) · exp(-(-0.5)^2)'
    """
    names = sorted(filter(None, numbers), key=len, reverse=True)
    found = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names))

    def number(match: re.Match[str]) -> str:
        text = numbers[match.group()]
        around = formula[match.start() - 1 : match.start()] + formula[match.end() : match.end() + 1]
        return text if around in {"()", "||"} else parenthesized(text)

    return _FACTORS.sub(" · ", found.sub(number, formula) if names else formula)


def parenthesized(text: str) -> str:
    """Return a number as it stands within a formula."""
    return f"({text})" if text.startswith("-") else text


def sum_of_products(terms: Sequence[Sequence[str]]) -> str:
    """Return a sum of products, of which many terms are left out.

    >>> sum_of_products([("0.5", "-2"), ("1", "3")])
    '0.5 · (-2) + 1 · 3'
    """
    shown = " + ".join(" · ".join(map(parenthesized, factors)) for factors in terms[:_TERMS])
    if terms and terms[0][0].startswith("-"):
        shown = shown.replace(parenthesized(terms[0][0]), terms[0][0], 1)
    if len(terms) <= _TERMS:
        return shown
    return fill("{sum} + … ({count} more)", sum=shown, count=len(terms) - _TERMS)

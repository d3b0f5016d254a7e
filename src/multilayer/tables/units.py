"""Numbers that are written with a unit: a percent sign, or a currency by its sign or code."""

from __future__ import annotations

import re

__all__ = ["without_unit"]

_SIGNS = "%$€£¥₩₹₺₽₴₫₱"
_CODES = (
    "AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|RUB|SEK|SGD|THB|TRY|TWD|"
    "UAH|USD|VND|ZAR"
)

_UNIT = f"(?P<unit>[{_SIGNS}]|{_CODES})"
_SPACE = "[ \u00a0\u2009\u202f]*"
_BEFORE = re.compile(f"(?P<minus>[+-]?){_UNIT}{_SPACE}(?P<rest>[+-]?[0-9.].*)")
_BEHIND = re.compile(f"(?P<minus>)(?P<rest>.*[0-9.]){_SPACE}{_UNIT}")


def without_unit(text: str) -> tuple[str, str]:
    """Return the unit of a text, "" for none, and the text without it.

    >>> without_unit("12 %"), without_unit("-$1,200.50"), without_unit("1.200,50 EUR"), without_unit("12")
    (('%', '12'), ('$', '-1,200.50'), ('EUR', '1.200,50'), ('', '12'))
    """
    if text[-1:].isdecimal() and text[:1].isdecimal():
        return "", text
    for pattern in (_BEHIND, _BEFORE):
        match = pattern.fullmatch(text)
        if match is not None:
            return match["unit"], match["minus"] + match["rest"]
    return "", text

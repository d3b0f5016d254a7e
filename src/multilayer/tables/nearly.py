"""Texts that are nearly numbers or dates, and what stands in the way."""

from __future__ import annotations

import re

import numpy as np

from multilayer._base.text import quoted
from multilayer._base.translation import N_
from multilayer.tables.date_texts import dates_of, is_date, may_be_date
from multilayer.tables.reading import Doubt
from multilayer.tables.texts import Texts, number_of, numbers_of
from multilayer.tables.units import without_unit

__all__ = ["nearly_dates", "nearly_numbers", "numbers_with_a_word"]

_FIRST = 1000
"""Values by which most texts are judged."""

_NUMBERS = N_("{columns}: not read as numbers, as row {row} holds {text}; where that is a mistake, mend it")
_DATES = N_("{columns}: not read as dates, as row {row} holds {text}; write all dates as 2024-01-31")
_WORD = N_(
    "{columns}: not read as numbers, as {word} stands in each value, as in {text}; where that is a unit, leave it out"
)

_WITH_A_WORD = re.compile(r"[+-]?[0-9][0-9.,]*\s*(?P<word>°?[^\W\d_]\S*)")


def nearly_numbers(name: str, texts: Texts, decimal: str) -> Doubt | None:
    """Return a doubt about texts of which most are numbers, with the first one that is none."""
    shown = texts.distinct[:_FIRST]
    others = [place for place, text in enumerate(shown) if number_of(without_unit(text)[1], decimal) is None]
    if not others:
        numbers = numbers_of(texts.distinct, decimal)
        others = [] if numbers.refused is None else [numbers.refused]
    if not others or 2 * len(others) > len(shown):
        return None
    return _doubt(_NUMBERS, name, texts, others[0])


def nearly_dates(name: str, texts: Texts) -> Doubt | None:
    """Return a doubt about texts of which most may be dates and some are, with the first one that is none."""
    shown = texts.distinct[:_FIRST]
    likely = sum(map(may_be_date, shown))
    if 2 * likely < len(shown) or not any(map(is_date, shown)):
        return None
    other = next((place for place, text in enumerate(texts.distinct) if not is_date(text)), None)
    other = dates_of(texts.distinct).refused if other is None else other  # 2024-02-30
    return None if other is None else _doubt(_DATES, name, texts, other)


def numbers_with_a_word(name: str, texts: Texts) -> Doubt | None:
    """Return a doubt about texts that are a number and the same word, as 12 kg is."""
    found = [_WITH_A_WORD.fullmatch(text) for text in texts.distinct[:_FIRST]]
    words = {None if match is None else match["word"] for match in found}
    if len(found) < 2 or len(words) != 1 or None in words:
        return None
    return Doubt(_WORD, name, (("word", quoted(str(*words))), ("text", quoted(texts.distinct[0]))))


def _doubt(template: str, name: str, texts: Texts, place: int) -> Doubt:
    row = int(np.argmax(texts.codes == place)) + 1
    return Doubt(template, name, (("row", row), ("text", quoted(texts.distinct[place]))))

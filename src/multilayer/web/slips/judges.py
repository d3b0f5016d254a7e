"""How numbers are explained, in the order in which it is tried: each yields its verdicts, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from multilayer._base.text import fill
from multilayer.web.slips.calculation import Array, Calculation, Steps, Work
from multilayer.web.slips.precision import Given
from multilayer.web.slips.table import SLIPS
from multilayer.web.slips.verdict import Candidates, Finding, Verdict, arrays_of, verdict_on

__all__ = ["JUDGES"]

_DECIMALS, _DIGITS = range(1, 7), range(2, 6)


def right(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    """They are right."""
    for name, (numbers, *_) in candidates.items():
        if numbers.agree(known[name]) and not numbers.turned:
            digits = numbers.right_digits
            said = fill("Right: these are the numbers of {array}.", array=name)
            if digits == 1:
                said = fill("Right to the one digit given: these are the numbers of {array}.", array=name)
            elif digits is not None:
                said = fill(
                    "Right to {digits} digits: these are the numbers of {array}.", digits=digits, array=name
                )
            yield verdict_on(name, Finding(name, "", said), numbers, known[name], right=True)


def turned(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    """They are right, but rows stand where columns belong."""
    for name, ways in candidates.items():
        for numbers in ways:
            if numbers.turned and numbers.agree(known[name]):
                said = fill(
                    "These are the right numbers of {array}, but transposed: its shape is {shape}.",
                    array=name,
                    shape=known[name].shape,
                )
                advice = fill("Turn it over: rows become columns. In NumPy that is .T.")
                yield verdict_on(name, Finding(name, "transposed", said, advice), numbers, known[name])


def by_a_slip(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    """A slip of the table explains them: rounded to the digits given, or else cut off there."""
    made = [
        (slip, variant, Calculation(work, variant.steps))
        for slip in SLIPS
        for variant in slip.variants(work, Steps.of(work))
        if not work.is_large
    ]
    for agree in (Given.agree, Given.is_cut_off):
        found: dict[tuple[str, str, bytes], Verdict] = {}
        for slip, variant, calculation in made:
            for name, (numbers, *_) in candidates.items():
                if (variant.about and not name.startswith(variant.about)) or agree(numbers, known[name]):
                    continue
                wrong = calculation[name]
                if wrong is not None and agree(numbers, wrong):
                    finding = Finding(name, slip.name, variant.sentence, fill(slip.advice))
                    verdict = verdict_on(name, finding, numbers, known[name])
                    found.setdefault((slip.name, name, wrong.tobytes()), verdict)
        if found:
            yield from found.values()
            return


def another_array(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    """They are right for another array."""
    for name, (numbers, *_) in candidates.items():
        for other, right in known.items():
            if right.shape == numbers.values.shape and numbers.agree(right):
                said = fill(
                    "These are the numbers of {other}, not those of {array}.", other=other, array=name
                )
                advice = fill("If you meant {other}, choose it above, and it is right.", other=other)
                yield verdict_on(name, Finding(name, "another array", said, advice), numbers, known[name])


def another_row(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    """They are right for another row."""
    for other in work.others:
        arrays = arrays_of(Work(other, work.rate))
        for name, (numbers, *_) in candidates.items():
            if numbers.agree(arrays[name]):
                said = fill("These are the numbers of row {row}.", row=other.first + 1)
                advice = fill(
                    "Choose that row above, or take the inputs of row {row}.", row=work.aim.first + 1
                )
                yield verdict_on(name, Finding(name, "another row", said, advice), numbers, known[name])


def by_rounding(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    """They are right but for their last digits."""
    for name, (numbers, *_) in candidates.items():
        right = known[name]
        if numbers.is_cut_off(right):
            said = fill("Right, but the last digit is cut off, where it should be rounded.")
            advice = fill("The calculation is right: round the last digit.")
            yield verdict_on(name, Finding(name, "cut off", said, advice), numbers, right)
        elif numbers.is_single(right):
            said = fill(
                "Right, but computed in float32: the digits from about the seventh on are not those of float64."
            )
            advice = fill("The calculation is right: for more digits compute in float64.")
            yield verdict_on(name, Finding(name, "float32", said, advice), numbers, right)
    for said, kept in () if work.is_large else _roundings():
        calculation = Calculation(work, replace(Steps.of(work), kept=kept))
        for name, (numbers, *_) in candidates.items():
            wrong = calculation[name]
            if wrong is not None and numbers.agree(wrong):
                advice = fill("Keep all digits between the steps, and round at the end.")
                finding = Finding(name, "rounded between steps", said, advice)
                yield verdict_on(name, finding, numbers, known[name])


def _roundings() -> Iterator[tuple[str, Callable[[Array], Array]]]:
    for count in _DECIMALS:
        said = fill("Right, but rounded to {count} decimals between the steps.", count=count)
        yield said, partial(_rounded, decimals=count)
    for count in _DIGITS:
        said = fill("Right, but rounded to {count} digits between the steps.", count=count)
        yield said, partial(_significant, digits=count)


def _rounded(array: Array, decimals: int) -> Array:
    return np.asarray(np.round(array, decimals))


def _significant(array: Array, digits: int) -> Array:
    with np.errstate(all="ignore"):
        power = np.power(10.0, digits - 1 - np.floor(np.log10(np.abs(array))))
        return np.where(np.isfinite(power) & (array != 0), np.round(array * power) / power, array)


JUDGES = (right, turned, by_a_slip, another_array, another_row, by_rounding)

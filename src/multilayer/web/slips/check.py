"""Numbers of a calculation by hand: right, wrong by a slip that can be named, or wrong for an unknown reason.

Every slip of the table is made in every place of the network; the first whose numbers are those that were given, to
the digits that were given, explains them. Where several do, all are named; where none does, none is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer.web.slips.calculation import Array, Calculation, Steps, Work
from multilayer.web.slips.precision import Given
from multilayer.web.slips.table import SLIPS
from multilayer.web.typed import Typed

__all__ = ["MOST_WEIGHTS", "Finding", "Verdict", "arrays_of", "check"]

MOST_WEIGHTS = 5_000
"""Of a network whose slips are looked for: each is calculated anew, by the hundred."""
_DECIMALS, _DIGITS = range(1, 7), range(2, 6)


@dataclass(frozen=True)
class Finding:
    """An explanation: the numbers are meant to be this array, and this happened."""

    array: str
    slip: str
    """Its name; "" for none."""
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """What was found about numbers that were given."""

    array: str
    """Which array they are: a(1), or of several that they may be the first."""
    right: bool
    findings: tuple[Finding, ...]
    """What explains them; of several that do, all. Where nothing does, what is said of it, without a slip."""
    given: Given
    expected: Array

    @property
    def slips(self) -> tuple[str, ...]:
        """The names of the slips, each once."""
        return tuple(dict.fromkeys(finding.slip for finding in self.findings if finding.slip))

    @property
    def fits(self) -> Array:
        """Where the numbers are right."""
        return self.given.fits(self.expected)


def arrays_of(work: Work) -> dict[str, Array]:
    """Return the arrays of a calculation that can be checked, and what is right in them."""
    found: dict[str, Array] = {}
    back = work.right
    for n in range(1, work.layers + 1):
        found |= {f"a({n})": back.record(n).a, f"z({n})": back.record(n).z}
    found["loss"] = back.losses
    if work.rows > 1:
        found["mean loss"] = np.array([back.gradients.loss])
    for n in range(work.layers, 0, -1):
        dz = back.dz(n)
        found |= {} if dz is None else {f"dz({n})": dz}
        each = back.gradients[n - 1]
        found |= {f"da({n})": each.da, f"dW({n})": each.dW, f"db({n})": each.db}
    return found | {"dx": np.asarray(back.dz(0))}


def check(work: Work, given: Typed, array: str | None = None) -> Verdict:
    """Return what is right or wrong about numbers; `array` is what they are meant to be, None to find that out.

    Raises
    ------
    InputError
        Where no array, or not this one, has so many numbers, or the network is too large.
    """
    weights = sum(layer.W.size for layer in work.aim.network.layers)
    if weights > MOST_WEIGHTS:
        raise InputError(
            fill(
                "the network has {weights:,} weights; slips are looked for in networks of up to {most:,}",
                weights=weights,
                most=MOST_WEIGHTS,
            )
        )
    known = arrays_of(work)
    candidates = _candidates(work, given, known, array)
    for judge in (_right, _turned, _by_a_slip, _another_array, _by_rounding):
        verdicts = list(judge(work, known, candidates))
        if verdicts:
            return _together(verdicts)
    name, (numbers, *_) = next(iter(candidates.items()))
    if len(candidates) > 1:
        said = fill("These are not the right numbers of any array here, and no known slip explains them.")
        return _verdict(name, False, "", said, numbers, known[name])
    wrong = int((~numbers.fits(known[name])).sum())
    said = fill(
        "No known slip explains these numbers: {wrong} of {count} are wrong.",
        wrong=wrong,
        count=known[name].size,
    )
    return _verdict(name, False, "", said, numbers, known[name])


Candidates = dict[str, list[Given]]
"""What the numbers may be, and how they may be laid out: as they stand, and turned."""


def _candidates(work: Work, given: Typed, known: dict[str, Array], array: str | None) -> Candidates:
    dtype, count = work.aim.network.dtype, len(given.numbers)
    if array is not None and array not in known:
        raise InputError(
            fill("there is no array {name} to check here; choose another one", name=quoted(array))
        )
    found: Candidates = {}
    for name, right in known.items():
        if array in (None, name) and right.size == count:
            turns = given.shape == right.shape[::-1] and right.ndim == 2 and min(right.shape) > 1
            ways = ([] if turns and given.shape != right.shape else [False]) + ([True] if turns else [])
            found[name] = [Given.of(given, right.shape, dtype, turned=way) for way in ways]
    if found:
        return found
    if array is not None:
        right = known[array]
        raise InputError(
            fill(
                "{array} has shape {shape} for these rows, {expected} numbers; {found} were given",
                array=array,
                shape=right.shape,
                expected=right.size,
                found=count,
            )
        )
    raise InputError(
        fill(
            "no array of this network has {count} numbers for these rows; give all numbers of one array, or choose "
            "other rows",
            count=count,
        )
    )


def _right(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
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
            yield _verdict(name, True, "", said, numbers, known[name])


def _turned(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    for name, ways in candidates.items():
        for numbers in ways:
            if numbers.turned and numbers.agree(known[name]):
                said = fill(
                    "These are the right numbers of {array}, but transposed: its shape is {shape}.",
                    array=name,
                    shape=known[name].shape,
                )
                yield _verdict(name, False, "transposed", said, numbers, known[name])


def _by_a_slip(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    made = [
        (slip.name, variant, Calculation(work, variant.steps))
        for slip in SLIPS
        for variant in slip.variants(work, Steps.of(work))
    ]
    for agree in (Given.agree, Given.is_cut_off):
        found: dict[tuple[str, str, bytes], Verdict] = {}
        for slip, variant, calculation in made:
            for name, (numbers, *_) in candidates.items():
                if (variant.about and not name.startswith(variant.about)) or agree(numbers, known[name]):
                    continue
                wrong = calculation[name]
                if wrong is not None and agree(numbers, wrong):
                    verdict = _verdict(name, False, slip, variant.sentence, numbers, known[name])
                    found.setdefault((slip, name, wrong.tobytes()), verdict)
        if found:
            yield from found.values()
            return


def _another_array(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    for name, (numbers, *_) in candidates.items():
        for other, right in known.items():
            if right.shape == numbers.values.shape and numbers.agree(right):
                said = fill(
                    "These are the numbers of {other}, not those of {array}.", other=other, array=name
                )
                yield _verdict(name, False, "another array", said, numbers, known[name])


def _by_rounding(work: Work, known: dict[str, Array], candidates: Candidates) -> Iterator[Verdict]:
    for name, (numbers, *_) in candidates.items():
        right = known[name]
        if numbers.is_cut_off(right):
            said = fill("Right, but the last digit is cut off, where it should be rounded.")
            yield _verdict(name, False, "cut off", said, numbers, right)
        elif numbers.is_single(right):
            said = fill(
                "Right, but computed in float32: the digits from about the seventh on are not those of float64."
            )
            yield _verdict(name, False, "float32", said, numbers, right)
    for said, kept in _roundings():
        calculation = Calculation(work, replace(Steps.of(work), kept=kept))
        for name, (numbers, *_) in candidates.items():
            wrong = calculation[name]
            if wrong is not None and numbers.agree(wrong):
                yield _verdict(name, False, "rounded between steps", said, numbers, known[name])


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


def _verdict(array: str, right: bool, slip: str, sentence: str, given: Given, expected: Array) -> Verdict:
    return Verdict(array, right, (Finding(array, slip, sentence),), given, expected)


def _together(verdicts: list[Verdict]) -> Verdict:
    """Return several verdicts as one: all that explain the numbers are named, each once."""
    findings = dict.fromkeys(finding for verdict in verdicts for finding in verdict.findings)
    return replace(verdicts[0], findings=tuple(findings))

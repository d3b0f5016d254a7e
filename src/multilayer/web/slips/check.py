"""Numbers of a calculation by hand: right, wrong by a slip that can be named, or wrong for an unknown reason.

Every slip of the table is made in every place of the network; the first whose numbers are those that were given, to
the digits that were given, explains them. Where several do, all are named; where none does, none is.
"""

from __future__ import annotations

from dataclasses import replace

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer.web.slips.calculation import MOST_WEIGHTS, Array, Work
from multilayer.web.slips.judges import JUDGES
from multilayer.web.slips.precision import Given
from multilayer.web.slips.verdict import Candidates, Finding, Verdict, arrays_of, verdict_on
from multilayer.web.typed import Typed

__all__ = ["check", "has_array"]


def has_array(work: Work, given: Typed, array: str | None = None) -> bool:
    """Whether an array, or this one, has so many numbers."""
    return any(
        right.size == len(given.numbers) for name, right in arrays_of(work).items() if array in (None, name)
    )


def check(work: Work, given: Typed, array: str | None = None) -> Verdict:
    """Return what is right or wrong about numbers; `array` is what they are meant to be, None to find that out.

    Raises
    ------
    InputError
        Where no array, or not this one, has so many numbers.
    """
    known = arrays_of(work)
    candidates = _candidates(work, given, known, array)
    for judge in JUDGES:
        verdicts = list(judge(work, known, candidates))
        if verdicts:
            return _together(verdicts)
    return _unexplained(work, known, candidates, is_asked=array is not None)


def _unexplained(work: Work, known: dict[str, Array], candidates: Candidates, *, is_asked: bool) -> Verdict:
    """Return which of the numbers are wrong, where it is clear which array they are."""
    right = {name: int(numbers.fits(known[name]).sum()) for name, (numbers, *_) in candidates.items()}
    name = max(right, key=lambda each: right[each])
    numbers, count = candidates[name][0], known[name].size
    places = {"array": name, "wrong": count - right[name], "count": count, "most": MOST_WEIGHTS}
    is_found = is_asked or 2 * right[name] >= count
    if not is_found:
        said = fill("These are not the right numbers of any array here, and no known slip explains them.")
    elif len(candidates) > 1:
        said = fill(
            "Most of these are the numbers of {array}: {wrong} of {count} are wrong, by no known slip.",
            **places,
        )
    elif work.is_large:
        said = fill(
            "{wrong} of {count} are wrong; beyond {most:,} weights no slips are looked for.", **places
        )
    else:
        said = fill("No known slip explains these numbers: {wrong} of {count} are wrong.", **places)
    advice = fill(
        "Check the arrays before this one, in order: what went wrong is in the first that is wrong."
    )
    finding = Finding(name, "", said, advice)
    return replace(verdict_on(name, finding, numbers, known[name]), is_found=is_found)


def _candidates(work: Work, given: Typed, known: dict[str, Array], array: str | None) -> Candidates:
    dtype, count = work.aim.network.dtype, len(given.numbers)
    if array is not None and array not in known:
        raise InputError("there is no array {name} to check here; choose another one", name=quoted(array))
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
            "{array} has shape {shape} for these rows, {expected} numbers; {found} were given",
            array=array,
            shape=right.shape,
            expected=right.size,
            found=count,
        )
    raise InputError(
        "no array of this network has {count} numbers for these rows; give all numbers of one array, or choose "
        "other rows",
        count=count,
    )


def _together(verdicts: list[Verdict]) -> Verdict:
    """Return several verdicts as one: all that explain the numbers are named, each once."""
    findings = dict.fromkeys(finding for verdict in verdicts for finding in verdict.findings)
    return replace(verdicts[0], findings=tuple(findings))

"""Check my numbers: pasted or typed numbers beside the right ones, and the slip that explains what is wrong."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from multilayer._base.table import number_text
from multilayer._base.text import fill
from multilayer.web.aim import MOST_ROWS, AimRequest, aim_of, losses_for
from multilayer.web.cells import Block, Window, block, cell_name
from multilayer.web.endpoint import Endpoint
from multilayer.web.session import Session, State
from multilayer.web.slips import Verdict, Work, arrays_of, has_array
from multilayer.web.slips import check as verdict_of
from multilayer.web.slips.verdict import Finding
from multilayer.web.typed import Typed, typed

__all__ = ["ENDPOINTS", "CheckRequest"]


class CheckRequest(AimRequest, forbid_unknown_fields=True):
    """The numbers as text, and what they are meant to be; "" to find that out."""

    text: str = ""
    array: str = ""
    rate: Annotated[float, Meta(gt=0.0, le=1e6)] = 0.1
    """The learning rate, for W that was updated before it carried the error back."""
    digits: int | None = 6


class Known(msgspec.Struct):
    """An array that can be checked."""

    name: str
    shape: tuple[int, ...]


class Arrays(msgspec.Struct):
    """What can be checked of these rows by this loss."""

    loss: str
    losses: list[str]
    notes: tuple[str, ...]
    arrays: list[Known]


class Said(msgspec.Struct):
    """One explanation, and the name of the slip, "" for none."""

    slip: str
    sentence: str


class Checked(msgspec.Struct):
    """The verdict: what is said, and the numbers as they were given, with those that are wrong."""

    array: str
    is_found: bool
    """Whether it is clear that they are meant to be this array."""
    outcome: Literal["right", "slip", "unknown"]
    heading: str
    findings: list[Said]
    advice: list[str]
    """What to do next."""
    given: Block
    fits: list[list[bool]]
    wrong: str | None
    """The first cell that is wrong, where it is clear which that is."""
    where: str
    """What was given there, and what is right; "" without such a cell."""
    notes: list[str]


def arrays(session: Session, request: AimRequest) -> Arrays:
    """Return the arrays that can be checked."""
    aim = aim_of(session.state, request)
    known = [Known(name, array.shape) for name, array in arrays_of(Work(aim, 0.1)).items()]
    return Arrays(aim.loss.facts.name, losses_for(aim.network), aim.notes, known)


def check(session: Session, request: CheckRequest) -> Checked:
    """Return what is right or wrong about numbers that were typed."""
    given, array = typed(request.text), request.array or None
    notes = [fill("Commas were read as decimal commas.")] if given.decimal_comma else []
    work = _work(session.state, request)
    if request.count == 1 and not has_array(work, given, array):
        count = min(len(session.state.rows.X), MOST_ROWS)
        every = _work(session.state, msgspec.structs.replace(request, first=0, count=count))
        if count > 1 and has_array(every, given, array):
            work = every
            notes.append(
                fill("These are too many numbers for one row: the rows 1 to {count} were taken.", count=count)
            )
    verdict = verdict_of(work, given, array)
    shown = _block(work, verdict, given)
    fits = np.atleast_2d(verdict.fits)
    wrong, where = None, ""
    if verdict.is_found and not fits.all():
        i, j = np.unravel_index(int(np.argmin(fits)), fits.shape)
        wrong = cell_name(shown, int(i), int(j)).removeprefix("given ")
        where = fill(
            "The first wrong number is {cell}: {given} was given, {right} is right.",
            cell=_said(wrong),
            given=shown.cells[i][j],
            right=number_text(np.atleast_2d(verdict.expected)[i, j], request.digits),
        )
    if len(verdict.slips) > 1:
        notes.insert(0, fill("More digits, or another array, would tell them apart."))
    return Checked(
        verdict.array,
        verdict.is_found,
        "right" if verdict.right else "slip" if verdict.slips else "unknown",
        _heading(verdict),
        [Said(each.slip, _sentence(each, verdict, array)) for each in verdict.findings],
        list(dict.fromkeys(each.advice for each in verdict.findings if each.advice)),
        shown,
        fits.tolist(),
        wrong,
        where,
        notes,
    )


def _heading(verdict: Verdict) -> str:
    if verdict.right:
        return fill("Right")
    if not verdict.slips:
        return fill("Wrong, for a reason that is not known")
    return (
        fill("Several slips explain these numbers")
        if len(verdict.slips) > 1
        else fill("This is what happened")
    )


def _sentence(finding: Finding, verdict: Verdict, asked: str | None) -> str:
    """Return what is said, with the array that the slip was made in where that was not given."""
    if asked or verdict.right or not verdict.slips:
        return finding.sentence
    return fill("{array}: {sentence}", array=_said(finding.array), sentence=finding.sentence)


def _said(name: str) -> str:
    """Return the name of an array or of a cell; those without a letter are words."""
    array, bracket, place = name.partition("[")
    return {"loss": fill("loss"), "mean loss": fill("mean loss")}.get(array, array) + bracket + place


def _work(state: State, request: CheckRequest) -> Work:
    """Return the work on these rows, and where it is one row, on each of the others."""
    count = min(len(state.rows.X), MOST_ROWS) if request.count == 1 else 0
    others = (msgspec.structs.replace(request, first=row) for row in range(count) if row != request.first)
    return Work(aim_of(state, request), request.rate, tuple(aim_of(state, other) for other in others))


def _block(work: Work, verdict: Verdict, given: Typed) -> Block:
    """Return the text as it was given, in cells that are named like those of the array."""
    values = verdict.given.values
    of_rows = not verdict.array.startswith(("dW", "db", "mean"))
    first = work.aim.first if of_rows else 0
    rows = [str(first + i + 1) for i in range(len(np.atleast_2d(values)))] if values.ndim == 2 else None
    found = block(
        f"given {verdict.array}", values, rows=rows, window=Window(0, 0, *np.atleast_2d(values).shape)
    )
    texts = np.array([number.text for number in given.numbers], object)
    laid_out = texts.reshape(values.shape[::-1]).T if verdict.given.turned else texts.reshape(values.shape)
    start = (first + 1, 1) if values.ndim == 2 else (1, first + 1)
    return msgspec.structs.replace(found, first=start, cells=np.atleast_2d(laid_out).tolist())


ENDPOINTS = (Endpoint("check_arrays", AimRequest, arrays), Endpoint("check", CheckRequest, check))

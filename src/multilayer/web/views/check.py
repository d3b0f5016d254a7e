"""Check my numbers: pasted or typed numbers beside the right ones, and the slip that explains what is wrong."""

from __future__ import annotations

from typing import Annotated

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
    """One explanation."""

    array: str
    slip: str
    sentence: str
    advice: str
    """What to do next."""


class Checked(msgspec.Struct):
    """The verdict: what is said, and the numbers as they were given, with those that are wrong."""

    array: str
    is_found: bool
    """Whether it is clear that they are meant to be this array."""
    right: bool
    findings: list[Said]
    given: Block
    fits: list[list[bool]]
    wrong: str | None
    """The first cell that is wrong."""
    is_given: str | None
    """What was given there."""
    is_right: str | None
    """What is right there."""
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
    i, j = np.unravel_index(int(np.argmin(fits)), fits.shape)
    is_wrong = not fits.all()
    return Checked(
        verdict.array,
        verdict.is_found,
        verdict.right,
        [Said(finding.array, finding.slip, finding.sentence, finding.advice) for finding in verdict.findings],
        shown,
        fits.tolist(),
        cell_name(shown, int(i), int(j)).removeprefix("given ") if is_wrong else None,
        shown.cells[i][j] if is_wrong else None,
        number_text(np.atleast_2d(verdict.expected)[i, j], request.digits) if is_wrong else None,
        notes,
    )


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

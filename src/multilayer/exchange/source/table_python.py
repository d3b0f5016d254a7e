"""A model of a table as one Python file of the standard library."""

from __future__ import annotations

from itertools import chain
from typing import Any

from multilayer.exchange.source.languages.decimals import shortest
from multilayer.exchange.source.languages.python3 import NOT_FINITE, Python, literal
from multilayer.exchange.source.python_layers import layer_lines, weights_of
from multilayer.exchange.source.python_text import ARITHMETIC
from multilayer.exchange.source.table_dates_text import PYTHON as DATES
from multilayer.exchange.source.table_plan import TablePlan, table_plan_of
from multilayer.exchange.source.table_text import END, TOP
from multilayer.tables.model import Model
from multilayer.tables.texts import GAPS

__all__ = ["table_source"]

_QUANTITY = """\
    total = 0.0
    for (z,) in members:
        total += z
    y = total / {members} * {scale} + {offset}
    return {low} if y < {low} else {high} if y > {high} else y"""
_CLASSES = """\
    total = [0.0] * {classes}
    for a in members:
        p = {logits}
        softmax_f64(p, {classes})
        total = [t + {share} for t, s in zip(total, p)]
    return [t / {members} for t in total]"""


_DATE_CELLS = (
    "    d = [date_of(name, cell) if name in DATES else None for name, cell in zip(COLUMNS, cells)]\n"
)


def table_source(model: Model, name: str) -> dict[str, str]:
    """Return the file name and the text."""
    plan = table_plan_of(model, name)
    places = _places(plan)
    parts = [
        TOP.format_map(places),
        ARITHMETIC,
        *(f"{text}\n" for text in plan.parts(lambda _: Python())),
        *chain.from_iterable(map(weights_of, plan.layers)),
        END.format_map(places),
    ]
    return {f"{plan.name}.py": "\n\n".join(parts)}


def _places(plan: TablePlan) -> dict[str, Any]:
    classes = plan.model.target.classes
    known = {one.name: one.categories for one in plan.schema if one.kind == "category"}
    rows = [f"    ({', '.join(map(ascii, row))},)" for row in plan.rows]
    return {
        "origin": "\n".join(plan.origin),
        "name": plan.name,
        "answer": plan.answer,
        "result": "list[float]" if classes else "float",
        "exactness": plan.exactness,
        "columns": ascii(tuple(one.name for one in plan.schema)),
        "categories": ascii(known),
        "date_columns": ascii(tuple(one.name for one in plan.schema if one.kind == "date")),
        "date_reading": DATES if plan.has_dates else "",
        "date_cells": _DATE_CELLS if plan.has_dates else "",
        "class_names": ascii(tuple(map(str, classes))),
        "gaps": ascii(tuple(sorted(GAPS))),
        "fma": "fma32" if plan.members[0].real == "f32" else "fma64",
        "members": "\n\n".join(
            "\n".join([f"def member{i}(z: list[float]) -> list[float]:", *lines, "    return z\n"])
            for i, lines in enumerate(_member_lines(plan), 1)
        ),
        "calls": ", ".join(f"member{i}(x)" for i in range(1, len(plan.members) + 1)),
        "inputs": "\n".join(f"        {text}," for text in plan.inputs(Python())),
        "norms": plan.norms(Python(), "    "),
        "combined": (_CLASSES if classes else _QUANTITY).format_map(
            plan.combination(literal, "list(a)", "[value / {} for value in a]")
        ),
        "test_rows": ",\n".join(rows),
        "test_answers": shortest(plan.answers, NOT_FINITE),
        "test_count": plan.answers.size,
        "bound": literal(plan.bound, "f64"),
        "beyond": f", beyond {plan.bound:.1e} of their value" if plan.bound else "",
    }


def _member_lines(plan: TablePlan) -> list[list[str]]:
    return [list(chain.from_iterable(map(layer_lines, member.layers))) for member in plan.members]

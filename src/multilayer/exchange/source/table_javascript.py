"""A model of a table as one JavaScript module with its types."""

from __future__ import annotations

from itertools import chain
from typing import Any

from multilayer.exchange.source.javascript_layers import layer_lines, script_string, weights_of
from multilayer.exchange.source.javascript_text import ARITHMETIC
from multilayer.exchange.source.languages.decimals import shortest
from multilayer.exchange.source.languages.javascript import NOT_FINITE, JavaScript, literal
from multilayer.exchange.source.table_dates_text import JAVASCRIPT as DATES
from multilayer.exchange.source.table_javascript_text import END, MAIN, TOP, TYPES
from multilayer.exchange.source.table_plan import TablePlan, table_plan_of
from multilayer.tables.model import Model
from multilayer.tables.texts import GAPS

__all__ = ["table_module", "table_source"]

_QUANTITY = """\
    let total = 0;
    for (const [z] of members) total += z;
    const y = (total / {members}) * {scale} + {offset};
    return y < {low} ? {low} : y > {high} ? {high} : y;"""
_CLASSES = """\
    const total = new Array({classes}).fill(0);
    for (const a of members) {{
        const p = {logits};
        softmax_f64(p, {classes});
        p.forEach((s, i) => (total[i] += {share}));
    }}
    return total.map((t) => t / {members});"""


_DATE_CELLS = """\
    const d = columnNames.map((name, i) => (kinds[i] === "date" ? date_of(name, cells[i]) : null));
"""


def table_source(model: Model, name: str) -> dict[str, str]:
    """Return the file names and the texts."""
    plan = table_plan_of(model, name)
    places = _places(plan)
    text = "\n".join([table_module(plan), MAIN.format_map(places)])
    return {f"{plan.name}.mjs": text, f"{plan.name}.d.mts": TYPES.format_map(places)}


def table_module(plan: TablePlan) -> str:
    """Return the module without its command line."""
    places = _places(plan)
    parts = [
        TOP.format_map(places),
        ARITHMETIC,
        *(f"{text}\n" for text in plan.parts(lambda _: JavaScript())),
        *chain.from_iterable(map(weights_of, plan.layers)),
        END.format_map(places),
    ]
    return "\n".join(parts)


def _places(plan: TablePlan) -> dict[str, Any]:
    classes = plan.model.target.classes
    known = [one.categories if one.kind == "category" else None for one in plan.schema]
    members = (
        [
            f"function member{i}(z) {{",
            *chain.from_iterable(map(layer_lines, one.layers)),
            "    return z;",
            "}",
            "",
        ]
        for i, one in enumerate(plan.members, 1)
    )
    numbers = plan.combination(literal, "a.slice()", "a.map((value) => value / {})")
    return {
        "origin": "\n// ".join(plan.origin),
        "name": plan.name,
        "answer": plan.answer,
        "result": "number[]" if classes else "number",
        "exactness": plan.exactness,
        "columns": script_string([one.name for one in plan.schema]),
        "categories": script_string(known),
        "kinds": script_string([one.kind for one in plan.schema]),
        "date_reading": DATES if plan.has_dates else "",
        "date_cells": _DATE_CELLS if plan.has_dates else "",
        "class_names": script_string([str(one) for one in classes]),
        "gaps": script_string(sorted(GAPS)),
        "fma": "fma32" if plan.members[0].real == "f32" else "fma64",
        "members": "\n".join(chain.from_iterable(members)),
        "calls": ", ".join(f"member{i}(x)" for i in range(1, len(plan.members) + 1)),
        "inputs": "\n".join(f"        {text}," for text in plan.inputs(JavaScript())),
        "norms": plan.norms(JavaScript(), "    "),
        "combined": (_CLASSES if classes else _QUANTITY).format_map(numbers),
        "test_rows": ",\n".join(f"    {script_string(row)}" for row in plan.rows),
        "test_answers": shortest(plan.answers, NOT_FINITE),
        "test_count": plan.answers.size,
        "bound": literal(plan.bound, "f64"),
        "beyond": f", beyond {plan.bound:.1e} of their value" if plan.bound else "",
    }

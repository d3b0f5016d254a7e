"""A model of a table as one C99 file with its header."""

from __future__ import annotations

from itertools import chain
from typing import Any

from multilayer.exchange.source.c_layers import (
    BLOCK_BYTES,
    TYPES,
    activation_of,
    c_string,
    dense_widths,
    strings,
    weights_of,
)
from multilayer.exchange.source.c_text import DENSE, TOP
from multilayer.exchange.source.languages.c99 import C, number, numbers
from multilayer.exchange.source.plan import Plan
from multilayer.exchange.source.table_c_text import CLASS, CLASS_HEADER, CLASS_MAIN, HEADER, READING, REST
from multilayer.exchange.source.table_dates_text import C as DATES
from multilayer.exchange.source.table_plan import TablePlan, table_plan_of
from multilayer.tables.conform import CategoryCodes
from multilayer.tables.model import Model
from multilayer.tables.texts import GAPS

__all__ = ["table_source"]

_CLASSES = """\
    {{
        double p[{classes}];
        for (int i = 0; i < {classes}; i++) p[i] = {logits};
        softmax_f64(p, 1, {classes});
        for (int i = 0; i < {classes}; i++) {{
            const double s = p[i];
            y[i] += {share};
        }}
    }}"""
_QUANTITY = """\
    y[0] = y[0] / {members} * {scale} + {offset};
    y[0] = y[0] < {low} ? {low} : y[0] > {high} ? {high} : y[0];"""


_COUNTS = {"number": -1, "date": -2}
_DATE_CELL = """\
        d[i] = (Date){NAN, NAN, NAN, NAN, -1, -1, -1};
        if (known_count[i] == -2 && !is_gap(word) && !date_of(word, &d[i])) return i + 1;
"""


def table_source(model: Model, name: str) -> dict[str, str]:
    """Return the file names and the texts."""
    plan = table_plan_of(model, name)
    places = _places(plan)
    classes = tuple(map(str, model.target.classes))
    header = HEADER.format_map(places | {"class_header": CLASS_HEADER.format_map(places) if classes else ""})
    parts = [
        TOP.format_map(places),
        strings(f"{plan.name}_column_names", [one.name for one in plan.schema]),
        *([strings(f"{plan.name}_class_names", classes)] if classes else []),
        *_known(plan),
        *chain.from_iterable(weights_of(layer, plan.members[0].real) for layer in plan.layers),
        *(f"{text}\n" for text in plan.parts(C)),
        DENSE.format_map(places),
        *filter(None, map(activation_of, plan.layers)),
        READING.format_map(places),
        *([DATES] if plan.has_dates else []),
        *([CLASS.format_map(places)] if classes else []),
        REST.format_map(places | {"class_main": CLASS_MAIN.format_map(places) if classes else ""}),
    ]
    return {f"{plan.name}.c": "\n".join(parts), f"{plan.name}.h": header}


def _places(plan: TablePlan) -> dict[str, Any]:
    real = plan.members[0].real
    classes = plan.model.target.classes
    logits = "(double)a[i]"
    numbers_of_it = plan.combination(number, logits, logits + " / {}")
    end = f"    for (int i = 0; i < {len(classes)}; i++) y[i] /= {len(plan.members)};"
    return {
        "origin": "\n * ".join(plan.origin),
        "name": plan.name,
        "upper": plan.name.upper(),
        "answer": plan.answer,
        "exactness": plan.exactness,
        "columns": len(plan.schema),
        "dates": f"    Date d[{len(plan.schema)}];\n" if plan.has_dates else "",
        "date_cell": _DATE_CELL if plan.has_dates else "",
        "read": "finite number, or date as 2024-01-31" if plan.has_dates else "finite number",
        "outputs": plan.answers.shape[1],
        "widest": max(member.widest for member in plan.members),
        "width": plan.model.encoder.width,
        "real": TYPES[real],
        "columns_at_once": BLOCK_BYTES // plan.members[0].network.dtype.itemsize,
        "fma": "fmaf" if real == "f32" else "fma",
        "zero": number(0.0, real),
        "widths": dense_widths(real),
        "unroll": "#define UNROLL\n",
        "gaps": ", ".join(c_string(text) for text in sorted(GAPS)),
        "inputs": "\n".join(f"    x[{i}] = {text};" for i, text in enumerate(plan.inputs(C(real)))),
        "norms": plan.norms(C(real), "    "),
        "members": "\n".join(chain.from_iterable(_member(plan, one, numbers_of_it) for one in plan.members)),
        "end": end if classes else _QUANTITY.format_map(numbers_of_it),
        "test_rows": len(plan.rows),
        "test_texts": ",\n".join(f"        {{{', '.join(map(c_string, row))}}}" for row in plan.rows),
        "test_answers": numbers(plan.answers.ravel().tolist(), "f64"),
        "test_count": plan.answers.size,
        "bound": number(plan.bound, "f64"),
    }


def _known(plan: TablePlan) -> list[str]:
    """Return the categories of each column, and how texts are found among them."""
    texts = []
    names, counts, by_value = [], [], []
    for i, one in enumerate(plan.schema):
        is_category = one.kind == "category"
        if one.categories:
            texts.append("static " + strings(f"known{i}", one.categories))
        names.append(f"known{i}" if one.categories else "NULL")
        counts.append(str(len(one.categories) if is_category else _COUNTS[one.kind]))
        by_value.append(str(int(CategoryCodes(one.categories).by_value)))
    count = len(plan.schema)
    return [
        *texts,
        f"/* The categories of each column; -1 of them for a column of numbers, -2 for one of dates */\n"
        f"static const char *const *const known[{count}] = {{{', '.join(names)}}};",
        f"static const int known_count[{count}] = {{{', '.join(counts)}}};",
        f"static const int known_by_value[{count}] = {{{', '.join(by_value)}}};\n",
    ]


def _member(plan: TablePlan, member: Plan, numbers_of_it: dict[str, Any]) -> list[str]:
    """Return the statements of one network, which adds its answers to y."""
    lines = ["    {", "        real odd[WIDEST], even[WIDEST];"]
    x, area = "x", "even"
    for layer in member.layers:
        n = layer.number
        lines.append(f"        dense({x}, {layer.inputs}, W{n}, b{n}, {layer.units}, {area});")
        if activation_of(layer):
            lines.append(f"        activate{n}(1, {area});")
        x, area = area, "odd" if area == "even" else "even"
    lines += [f"        const real *const a = {x};", f"        (void){area};"]
    adds = _CLASSES.format_map(numbers_of_it) if plan.model.target.classes else "    y[0] += (double)a[0];"
    return [*lines, *(f"    {line}" for line in adds.splitlines()), "    }"]

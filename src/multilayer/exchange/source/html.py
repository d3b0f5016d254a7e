"""A network as one HTML page that runs it on typed or pasted rows, without a request to anywhere."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multilayer._base.storage import AnyPath
from multilayer._base.text import html_text
from multilayer.exchange.source.files import write_source
from multilayer.exchange.source.html_page import OF_NETWORK, OF_TABLE, PAGE, SCRIPT, STYLE
from multilayer.exchange.source.javascript import module_text
from multilayer.exchange.source.plan import Plan, plan_of
from multilayer.exchange.source.table_javascript import table_module
from multilayer.exchange.source.table_plan import TablePlan, table_plan_of
from multilayer.tables.columns import ColumnSchema
from multilayer.tables.model import Model

__all__ = ["html_source", "write_html"]


def html_source(network: Any, name: str = "network") -> dict[str, str]:
    """Return `name`.html, a page with the network in it, of the same bits as `net(x)`: a file name with its text.

    A model of a table has a field for each column: numbers and dates are typed, categories are chosen. It works
    offline: its security policy allows its own script and style alone, by their hashes.

    Raises
    ------
    InputError
        For what has no source, and a name that makes no identifier (see `multilayer.exchange.source`).
    """
    if isinstance(network, Model):
        return _page_of_table(table_plan_of(network, name))
    plan = plan_of(network, name)
    script = module_text(plan) + OF_NETWORK
    fields = map(_field, range(plan.inputs), plan.input_names)
    shown = _Shown(plan.name, _description(plan), plan.origin, plan.input_names, tuple(fields))
    return _page(shown, script, shares=_gives_probabilities(plan), digits=9 if plan.real == "f32" else 17)


@dataclass(frozen=True)
class _Shown:
    """What a page says of its network, and the fields of a row."""

    name: str
    description: str
    origin: tuple[str, ...]
    input_names: tuple[str, ...]
    fields: tuple[str, ...]


def _page_of_table(plan: TablePlan) -> dict[str, str]:
    names = tuple(one.name for one in plan.schema)
    classes = plan.model.target.classes
    said = f"A model of a table of {len(names)} columns" + (
        f" with {len(classes)} classes." if classes else "."
    )
    fields = (_field_of(i, one) for i, one in enumerate(plan.schema))
    shown = _Shown(plan.name, said, plan.origin, names, tuple(fields))
    return _page(shown, table_module(plan) + OF_TABLE, shares=bool(classes), digits=17)


def _page(shown: _Shown, module: str, *, shares: bool, digits: int) -> dict[str, str]:
    places = {"shares": "true" if shares else "false", "digits": digits}
    script = module.replace("\nexport ", "\n") + SCRIPT.format_map(places)
    page = PAGE.format(
        script_hash=_hash(script),
        style_hash=_hash(STYLE),
        name=html_text(shown.name.replace("_", " ")),
        network=html_text(shown.description),
        fields="\n".join(shown.fields),
        inputs=len(shown.input_names),
        placeholder=html_text(",".join(shown.input_names[:8])),
        origin=html_text(" ".join(shown.origin)),
        style=STYLE,
        script=script,
    )
    return {f"{shown.name}.html": page.encode("ascii", "xmlcharrefreplace").decode("ascii")}


def write_html(network: Any, path_stem: AnyPath, *, name: str | None = None) -> tuple[Path, ...]:
    """Write the page of `html_source` beside `path_stem`, and return its path in a tuple."""
    return write_source(path_stem, (".html",), lambda made: html_source(network, made), name)


def _hash(text: str) -> str:
    """Return how a security policy names an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _description(plan: Plan) -> str:
    widths = "-".join(map(str, plan.network.widths))
    if plan.class_names:
        return f"A network {widths} with {len(plan.class_names)} classes."
    return f"A network {widths}."


def _gives_probabilities(plan: Plan) -> bool:
    """Whether all outputs are between 0 and 1."""
    limits = plan.network.layers[-1].activation.facts.range
    return (limits.low, limits.high) == (0.0, 1.0)


def _field(i: int, name: str) -> str:
    return (
        f'<div><label for="x{i}">{html_text(name)}</label>'
        f'<input id="x{i}" name="x{i}" inputmode="decimal" value="0"></div>'
    )


def _field_of(i: int, schema: ColumnSchema) -> str:
    """Return the field of a column: numbers and dates are typed, categories are chosen; all may be missing."""
    label = f'<div><label for="x{i}">{html_text(schema.name)}</label>'
    if schema.kind == "number":
        return f'{label}<input id="x{i}" name="x{i}" inputmode="decimal" placeholder="missing"></div>'
    if schema.kind == "date":
        return f'{label}<input id="x{i}" name="x{i}" placeholder="missing, or 2024-01-31 10:30"></div>'
    options = "".join(f"<option>{html_text(one)}</option>" for one in schema.categories)
    return f'{label}<select id="x{i}" name="x{i}"><option value="">missing</option>{options}</select></div>'

"""A network as one HTML page that runs it on typed or pasted rows, without a request to anywhere."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from multilayer._base.storage import AnyPath
from multilayer._base.text import html_text
from multilayer.exchange.source.files import write_source
from multilayer.exchange.source.html_page import PAGE, SCRIPT, STYLE
from multilayer.exchange.source.javascript import module_text
from multilayer.exchange.source.plan import Plan, plan_of

__all__ = ["html_source", "write_html"]


def html_source(network: Any, name: str = "network") -> dict[str, str]:
    """Return `name`.html, a page with the network in it, of the same bits as `net(x)`: a file name with its text.

    It works offline: its security policy allows its own script and style alone, by their hashes.

    Raises
    ------
    InputError
        For what has no source, and a name that makes no identifier (see `multilayer.exchange.source`).
    """
    plan = plan_of(network, name)
    places = {
        "shares": "true" if _gives_shares(plan) else "false",
        "digits": 9 if plan.real == "f32" else 17,
    }
    script = module_text(plan).replace("\nexport ", "\n") + SCRIPT.format_map(places)
    page = PAGE.format(
        script_hash=_hash(script),
        style_hash=_hash(STYLE),
        name=html_text(plan.name.replace("_", " ")),
        network=html_text(_description(plan)),
        fields="\n".join(map(_field, range(plan.inputs), plan.input_names)),
        inputs=plan.inputs,
        placeholder=html_text(",".join(plan.input_names[:8])),
        origin=html_text(" ".join(plan.origin)),
        style=STYLE,
        script=script,
    )
    return {f"{plan.name}.html": page.encode("ascii", "xmlcharrefreplace").decode("ascii")}


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


def _gives_shares(plan: Plan) -> bool:
    """Whether all outputs are between 0 and 1."""
    limits = plan.network.layers[-1].activation.facts.range
    return (limits.low, limits.high) == (0.0, 1.0)


def _field(i: int, name: str) -> str:
    return (
        f'<div><label for="x{i}">{html_text(name)}</label>'
        f'<input id="x{i}" name="x{i}" inputmode="decimal" value="0"></div>'
    )

"""Parts of a page in Markdown that commands write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["put", "table"]


def put(page: Path, text: str, start: str, end: str) -> None:
    """Replace what stands between two marks."""
    before, rest = page.read_text().split(start)
    after = rest.split(end)[1]
    page.write_text(f"{before}{start}\n{text}\n{end}{after}")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; each row has as many cells as there are headings."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

"""Kernels that take their numbers from tables of sixteen, as C that looks them up for several numbers at once.

Such a kernel has two statements: the piece of a number, and a function of the number and of entries of tables there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from multilayer.exchange.source.languages.dialect import parsed

__all__ = ["Lookups", "lookups_of"]

_NAME = "{kernel}_of_block"
_TEXT = """\
#ifdef ROWS_AT_ONCE
/* {kernel} of n numbers, a multiple of ROWS_AT_ONCE */
INLINE void {name}(float *restrict x, const int n) {{
    for (float *z = x; z < x + n; z += ROWS_AT_ONCE) {{
        int piece[ROWS_AT_ONCE];
        float found[{count}][ROWS_AT_ONCE];
        for (int r = 0; r < ROWS_AT_ONCE; r++) piece[r] = {piece}(z[r]);
{look_ups}
        for (int r = 0; r < ROWS_AT_ONCE; r++)
            z[r] = {function}(z[r], {found});
    }}
}}
#endif
"""


@dataclass(frozen=True)
class Lookups:
    """The functions of such a kernel, and the tables with the places where they begin."""

    kernel: str
    piece: str
    function: str
    tables: tuple[tuple[str, int], ...]

    @property
    def name(self) -> str:
        """The function of a block."""
        return _NAME.format(kernel=self.kernel)

    @property
    def text(self) -> str:
        """The function of a block, as C; it needs `look_up` and the kernel."""
        starts = (f"{name} + {start}" if start else name for name, start in self.tables)
        return _TEXT.format(
            kernel=self.kernel,
            name=self.name,
            count=len(self.tables),
            piece=self.piece,
            look_ups="\n".join(f"        look_up({one}, piece, found[{i}]);" for i, one in enumerate(starts)),
            function=self.function,
            found=", ".join(f"found[{i}][r]" for i in range(len(self.tables))),
        )


def lookups_of(kernel: Callable[..., Any]) -> Lookups | None:
    """Return what a kernel looks up; None for one that is not of this form."""
    source = parsed(kernel)
    match source.body:
        case (
            ast.Assign(targets=[ast.Name()], value=ast.Call(func=ast.Name(id=piece))),
            ast.Return(value=ast.Call(func=ast.Name(id=function), args=[ast.Name(), *entries])),
        ):
            tables = [_table(entry, source.names) for entry in entries]
            if None not in tables:
                return Lookups(source.name, piece, function, tuple(filter(None, tables)))
    return None


def _table(entry: ast.expr, names: dict[str, Any]) -> tuple[str, int] | None:
    """Return the table of `pieces.field[start + i]`, and the start."""
    match entry:
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id=pieces), attr=field), slice=place):
            start = ast.literal_eval(place.left) if isinstance(place, ast.BinOp) else 0
            return getattr(names[pieces], field).name, start
    return None

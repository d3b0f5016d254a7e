"""How a name finds its entry in a table, and takes parameters: activations and losses alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from multilayer.errors import InputError
from multilayer.wording import near_matches, quoted

__all__ = ["entry_called"]


class _Facts(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


class _Entry(Protocol):
    @property
    def facts(self) -> _Facts: ...


E = TypeVar("E", bound=_Entry)


def entry_called(
    kind: str,
    name: object,
    entries: Iterable[E],
    fields: Callable[[E], Sequence[str]],
    parameters: Mapping[str, Any],
) -> E:
    """Return the entry called `name`, or by one of its aliases, with the parameters given.

    Case, hyphens and spaces do not matter. `fields` tells the parameters that an entry has.

    Raises
    ------
    InputError
        For an unknown name (the message lists near matches) or an unknown or unfit parameter.
    """
    if not isinstance(name, str):
        a = "an" if kind[0] in "aeiou" else "a"
        raise InputError(f"{a} {kind} is a name or {a} {kind.capitalize()}; got {type(name).__name__}")
    table = {_key(n): entry for entry in entries for n in (entry.facts.name, *entry.facts.aliases)}
    found = table.get(_key(name))
    if found is None:
        raise InputError(f"no {kind} is called {quoted(name)}; {near_matches(_key(name), table)}")
    known = fields(found)
    for unknown in sorted(parameters.keys() - set(known)):
        hint = near_matches(unknown, known) if known else "it has none"
        raise InputError(f"{kind} {found.facts.name} has no parameter {quoted(unknown)}; {hint}")
    return dataclasses.replace(found, **parameters) if parameters else found  # type: ignore[type-var]


def _key(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")

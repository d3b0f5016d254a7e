"""The recipe as a form: the fields that the page shows, and a field that was changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from multilayer import losses
from multilayer._base.errors import InputError
from multilayer._base.text import fill, one_line
from multilayer.optimizers import schedules
from multilayer.optimizers.table import registry
from multilayer.web.draft import number_of
from multilayer.web.recipe import Recipe

__all__ = ["Field", "fields_of", "with_setting"]


class Field(msgspec.Struct):
    """A setting of a training: what it is, and what it may be. The page has the words, and the order."""

    name: str
    value: str | bool
    """A yes or no, or a text: a number as it is typed, or one of the options."""
    options: list[tuple[str, str]] = []
    """Values, and what is said for each; none for a number."""
    limits: str = ""
    of_optimizer: bool = False
    is_optional: bool = False


def fields_of(recipe: Recipe, own_loss: str) -> list[Field]:
    """Return the fields of a recipe; `own_loss` is the loss that belongs to the network, "" for none."""
    fitting = fill("{loss}, which fits", loss=own_loss) if own_loss else fill("the one that fits")
    options = {
        "loss": [("", fitting), *_same(losses.names())],
        "optimizer": _same(entry.name for entry in registry.entries),
    }
    plain = [
        Field(
            field.name,
            _shown(getattr(recipe, field.name)),
            options.get(field.name) or (_same(schedules.names()) if isinstance(field.default, str) else []),
            is_optional=field.default is None,
        )
        for field in msgspec.structs.fields(Recipe)
        if field.default_factory is msgspec.NODEFAULT
    ]
    return [*plain, *_parameters(recipe)]


def _same(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def _shown(value: float | bool | str | None) -> str | bool:
    if value is None or isinstance(value, str | bool):
        return "" if value is None else value
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def _parameters(recipe: Recipe) -> Iterator[Field]:
    optimizer: Any = registry.get(recipe.optimizer)
    for field in dataclasses.fields(optimizer):
        value = recipe.parameters.get(field.name, getattr(optimizer, field.name))
        limits = str(field.metadata.get("limits", ""))
        yield Field(field.name, _shown(value), limits=limits, of_optimizer=True)


def with_setting(recipe: Recipe, field: Field, given: str | bool) -> Recipe:
    """Return a recipe with what was chosen or typed in a field: 1/3 and 0,25 are numbers, too.

    Another optimizer keeps the parameters that it has as well.

    Raises
    ------
    InputError
        Naming the setting, and what was found; whether the recipe fits is checked elsewhere.
    """
    value = _value(field, given)
    changes = (
        {"parameters": {**recipe.parameters, field.name: value}}
        if field.of_optimizer
        else {field.name: value}
    )
    try:
        changed = msgspec.convert({**msgspec.structs.asdict(recipe), **changes}, Recipe, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(
            "{name} cannot be {given}: {error}", name=field.name, given=str(given), error=str(error)
        ) from None
    known = {each.name for each in dataclasses.fields(registry.get(changed.optimizer))}  # type: ignore[arg-type]
    kept = {name: each for name, each in changed.parameters.items() if name in known}
    return msgspec.structs.replace(changed, parameters=kept)


def _value(field: Field, given: str | bool) -> Any:
    """Return what was chosen or typed, as a recipe has it: nothing is None where that may be."""
    if field.is_optional and isinstance(given, str) and not given.strip():
        return None
    if field.options or isinstance(given, bool):
        return given
    return _typed(field, given)


def _typed(field: Field, text: str) -> float:
    if not text.strip():
        raise InputError("{name} takes a number; found nothing", name=field.name)
    try:
        return number_of(text, field.name)
    except InputError:
        raise InputError(
            "{name} takes a number; found {text}", name=field.name, text=one_line(text, 40)
        ) from None

"""The file of `multilayer train --config`: constants of the recipe, in TOML or JSON."""

from __future__ import annotations

import tomllib
import typing
from typing import TYPE_CHECKING, Any

import msgspec

from multilayer._base import storage, strict_json
from multilayer._base.errors import InputError, located
from multilayer._base.storage import AnyPath, shown

if TYPE_CHECKING:
    from multilayer.tables.recipe import Recipe

__all__ = ["recipe_in"]


def recipe_in(path: AnyPath) -> Recipe:
    """Return the recipe with the fields that a file names; the others have their defaults.

    A file with the suffix .json is JSON, any other TOML.

    Raises
    ------
    InputError
        When the file cannot be read, a field does not exist, or a value does not fit; the message names it.
    """
    from multilayer.tables.recipe import Recipe

    where = shown(path)
    text = storage.decode(storage.read(path), where)
    document = strict_json.parse(text, where) if where.lower().endswith(".json") else _toml(text, where)
    given = msgspec.structs.asdict(strict_json.convert(document, _structure(Recipe), where))
    with located(where):
        return Recipe(**{name: value for name, value in given.items() if value is not msgspec.UNSET})


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        raise InputError(
            "{where}: expected TOML as in  epochs = 100; {reason}", where=where, reason=reason
        ) from None


def _structure(recipe: type[Recipe]) -> type[msgspec.Struct]:
    """Return a structure that has the fields of a recipe, none of them needed, and no others."""
    fields = [(name, _type(hint), msgspec.UNSET) for name, hint in typing.get_type_hints(recipe).items()]
    return msgspec.defstruct("Recipe", fields, forbid_unknown_fields=True)


def _type(hint: Any) -> Any:
    """Return the type that a document has for a field: a list for a tuple of any length."""
    if typing.get_origin(hint) is tuple:
        hint = list[typing.get_args(hint)[0]]  # type: ignore[misc]
    return hint | msgspec.UnsetType

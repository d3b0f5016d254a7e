"""JSON in and out. In: typed structures, and an error that names the place of what does not fit. Out: plain data.

JSON has no number that is not finite. Everything that writes JSON writes nan and infinities as the strings "nan",
"inf" and "-inf", which `float()` reads back.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
import numpy as np
from msgspec import Meta, Struct, UnsetType

from multilayer._base.errors import InputError
from multilayer._base.text import both, either, fill, near_matches, one_line, quoted
from multilayer._base.translation import N_

__all__ = ["convert", "fields_of", "parse", "plain", "to_json"]

T = TypeVar("T")

# What the entries of a list are called, from outside to inside.
_ENTRIES = {"layers": ("layer",), "W": ("row", "column")}
_PLACES = {
    "layer": N_("layer {number}"),
    "row": N_("row {number}"),
    "column": N_("column {number}"),
    "entry": N_("entry {number}"),
}

# An escape in a JSON string. Of a surrogate pair both halves; of half a pair, group 1.
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]|(u[dD][89a-fA-F]..)|.)")

_WORDS = {
    float: N_("a number"),
    int: N_("a whole number"),
    str: N_("a string"),
    bool: N_("true or false"),
    list: N_("a list"),
    dict: N_("an object"),
    tuple: N_("a list"),
    type(None): N_("null"),
}


@dataclass(frozen=True)
class _Repeated:
    """An object with a repeated key; it fits no type, so that the error has its place."""

    key: str


def parse(text: str, where: str) -> Any:
    """Return the JSON document `text`; NaN and Infinity are taken as numbers, to be refused in their place.

    Raises
    ------
    InputError
        When it is not JSON; the message names line and column.
    """
    if not text.strip():
        raise InputError("{where}: expected a JSON object, found an empty file", where=where)
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_int=_whole)
    except json.JSONDecodeError as error:
        found = quoted(text[error.pos]) if error.pos < len(text) else fill("the end of the file")
        raise InputError(
            "{where}, line {line}, column {column}: {reason}, found {found} (JSON has "
            "double quotes, no comments and no comma behind the last entry)",
            where=where,
            line=error.lineno,
            column=error.colno,
            reason=error.msg.lower(),
            found=found,
        ) from None
    except RecursionError:
        raise InputError("{where}: lists or objects are nested too deep", where=where) from None
    _refuse_lone_surrogates(text, where)
    return document


def _refuse_lone_surrogates(text: str, where: str) -> None:
    """Refuse half of a surrogate pair: JSON can spell it, but no file or terminal can show it."""
    for escape in _ESCAPE.finditer(text) if "\\u" in text else ():
        if escape[1]:
            line, column = text.count("\n", 0, escape.start()) + 1, text.rfind("\n", 0, escape.start())
            raise InputError(
                "{where}, line {line}, column {column}: '\\{escape}' is not text but half "
                "of a surrogate pair; give both halves, or take it out",
                where=where,
                line=line,
                column=escape.start() - column,
                escape=escape[1],
            )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Repeated:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            return _Repeated(key)
        found[key] = value
    return found


def _whole(digits: str) -> int | float:
    # As a float, -0 keeps its sign, and 10^400 is the infinity that it is in float64.
    return int(digits) if len(digits) <= 300 and digits != "-0" else float(digits)


def convert(document: Any, kind: type[T], where: str) -> T:
    """Return the document as a `kind`. A structure may check itself in `__post_init__`, with a ValueError in words.

    Raises
    ------
    InputError
        When it does not fit; the message says where, what was expected and what was found.
    """
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        # Only the path of msgspec's message is used; the complaint is found anew, to have one wording.
        message = str(error)
        path = re.search(r" - at `\$([^`]*)`$", message)
        steps = re.findall(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]", path[1] if path else "")
        words = message[: path.start()] if path else message
    places, value, expected = _follow(document, kind, steps)
    raise InputError(one_line(": ".join([where, *places, _complaint(value, expected) or words])))


def _follow(value: Any, kind: Any, steps: list[tuple[str, str]]) -> tuple[list[str], Any, Any]:
    """Walk along `steps` as far as they lead; return the places passed, the value there and its type."""
    places: list[str] = []
    entries: tuple[str, ...] = ()
    for key, index in steps:
        kind = _fitting(kind, value)
        if isinstance(value, dict) and key in value and _is_struct(kind):
            value, kind, entries = value[key], _field_types(kind)[key], _ENTRIES.get(key, ())
            places.append(key)
        elif isinstance(value, dict) and index == "..." and get_origin(kind) is dict:
            kind = get_args(kind)[1]
            wrong = next(name for name, entry in value.items() if not _fits(entry, kind))
            value = value[wrong]
            places.append(one_line(wrong, 40))
        elif isinstance(value, list) and index.isdigit() and int(index) < len(value):
            name, *deeper = entries or ("entry",)
            entries, kind, value = tuple(deeper), get_args(kind)[0], value[int(index)]
            place = fill(_PLACES[name], number=int(index) + 1)
            if name == "layer":
                places = [place]
            else:
                places[-1:] = [f"{places[-1]}, {place}"]
        else:
            break
    return places, value, kind


def _complaint(value: Any, kind: Any) -> str:
    """Return what is wrong with a value; "" for a structure that has refused itself."""
    if isinstance(value, _Repeated):
        return fill("the key {key} is given twice; keep one of the two", key=quoted(value.key))
    struct = _fitting(kind, value)
    if isinstance(value, dict) and _is_struct(struct):
        fields = _field_types(struct)
        unknown = next((key for key in value if key not in fields), None)
        if unknown is not None and struct.__struct_config__.forbid_unknown_fields:
            near = near_matches(unknown, fields)
            return fill("unknown key {key}; {near}", key=quoted(unknown), near=near)
        required = [field.encode_name for field in msgspec.structs.fields(struct) if field.required]
        missing = [quoted(name) for name in required if name not in value]
        return _is_missing(missing) if missing else ""
    return fill("expected {kind}, found {value}", kind=_in_words(kind), value=_found(value))


def _is_missing(names: Sequence[str]) -> str:
    return fill(
        "{names} missing; add it" if len(names) == 1 else "{names} missing; add them", names=both(names)
    )


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _field_types(struct: type[Struct]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(struct)}


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _fitting(kind: Any, value: Any) -> Any:
    """Return `kind` without its annotation; of a union, the member that has the value's own type."""
    kind = _bare(kind)
    if get_origin(kind) in (Union, UnionType):
        for member in map(_bare, get_args(kind)):
            origin = get_origin(member) or member
            if origin is not Literal and isinstance(value, origin):
                return member
    return kind


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _in_words(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        return reduce(_limited, kind.__metadata__, _in_words(_bare(kind)))
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return either(json.dumps(choice) for choice in arguments)
    if origin in (Union, UnionType):
        members = [member for member in arguments if member is not UnsetType]
        return either(_in_words(one) for one in members if one is not int or float not in members)
    if origin is tuple:
        return fill("a list of {count} numbers", count=len(arguments))
    return fill(_WORDS.get(origin or kind, _WORDS[dict]))


def _limited(words: str, note: Meta) -> str:
    """Return the words for a value, with the limits that a note sets."""
    if note.min_length is not None:
        template = (
            N_("{words} of length {length}") if note.max_length else N_("{words} with at least one entry")
        )
        return fill(template, words=words, length=note.min_length)
    if note.ge is not None:
        template = N_("{words} from {least}") if note.le is None else N_("{words} from {least} to {most}")
        return fill(template, words=words, least=note.ge, most=note.le)
    return words


def _found(value: Any) -> str:
    if isinstance(value, str):
        return fill("the string {value}", value=quoted(value))
    if isinstance(value, list):
        return fill("a list of length {length}" if value else "an empty list", length=len(value))
    if isinstance(value, dict):
        return fill(_WORDS[dict])
    return one_line(json.dumps(value), 40)


def fields_of(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass by name."""
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def plain(value: Any, of_object: Callable[[Any], Any] = fields_of) -> Any:
    """Return a value as JSON can hold it: dictionaries, lists, strings, numbers, true, false and null.

    Parameters
    ----------
    value
        Any nesting of arrays, dataclasses, mappings and sequences.
    of_object : callable
        Returns what stands for any other object: the fields of a dataclass, unless given.

    Examples
    --------
    >>> plain({"ratio": np.array([0.5, np.inf]), "shape": (2, 3)})
    {'ratio': [0.5, 'inf'], 'shape': [2, 3]}
    """
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, list | tuple):
        return [plain(entry, of_object) for entry in value]
    if isinstance(value, np.ndarray | np.generic):
        finite = value.dtype.kind in "biuU" or (value.dtype.kind == "f" and np.isfinite(value).all())
        return value.tolist() if finite else plain(value.tolist(), of_object)
    if isinstance(value, Mapping):
        return {name: plain(entry, of_object) for name, entry in value.items()}
    if value is None or isinstance(value, str | int):
        return value
    return plain(of_object(value), of_object)


def to_json(value: Any) -> bytes:
    """Return the JSON of a value; every number is the shortest decimal that reads back bit for bit."""
    return msgspec.json.encode(plain(value))

"""The state as a link holds it: what made the rows, the network and the recipe; never the rows of a user."""

from __future__ import annotations

import base64
import zlib

import msgspec
import numpy as np

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, one_line
from multilayer.io.networks import bytes_of, network_in
from multilayer.web.draft import Draft
from multilayer.web.fresh import rows_for
from multilayer.web.generators import Generated
from multilayer.web.presets import PRESETS, FromPreset
from multilayer.web.recipe import Recipe
from multilayer.web.session import Rows, State

__all__ = ["Link", "link_of", "packed", "state_of", "unpacked"]

_MOST = 2**20
"""Bytes of what is unpacked."""


class Link(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a link holds. Its JSON is packed into the part of the address behind #, which only this studio is sent."""

    network: msgspec.Raw
    rows: FromPreset | Generated | None = None
    """None: rows of a user, which a link does not hold."""
    recipe: Recipe = Recipe()


def link_of(state: State) -> tuple[str | None, Link]:
    """Return the name of the preset that the state is, unchanged, or None; and the link."""
    rows = state.rows
    origin = rows.origin if isinstance(rows.origin, FromPreset | Generated) else None
    if origin is not None and not _same(origin.rows(), rows):
        origin = None  # they have been edited
    preset = None
    if isinstance(origin, FromPreset):
        made = PRESETS[origin.name].make()
        if made.network == state.network and made.recipe == state.recipe:
            preset = origin.name
    document = msgspec.json.format(bytes_of(state.network, "network.json"), indent=-1)
    return preset, Link(msgspec.Raw(document), origin, state.recipe)


def packed(text: str) -> str:
    """Return a text in letters that an address may hold.

    >>> unpacked(packed("[1, 2]"))
    '[1, 2]'
    """
    press = zlib.compressobj(9, wbits=-15)
    return base64.urlsafe_b64encode(press.compress(text.encode()) + press.flush()).decode().rstrip("=")


def unpacked(letters: str) -> str:
    """Return the text that was packed.

    Raises
    ------
    InputError
        When there is none, or more than a link may hold.
    """
    try:
        content = base64.b64decode(letters + "=" * (-len(letters) % 4), b"-_", validate=True)
        opened = zlib.decompressobj(-15)
        text = opened.decompress(content, _MOST)
        if opened.eof:
            return text.decode()
    except (ValueError, zlib.error):
        pass
    raise InputError("The link cannot be read: it is cut off or changed. Ask for it again, or for a file.")


def state_of(text: str) -> State:
    """Return the state that a link holds.

    Raises
    ------
    InputError
        When it is no link of this version, or its network is none.
    """
    with located(fill("the link")):
        try:
            link = msgspec.json.decode(text, type=Link)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            raise InputError(
                "expected what the studio put into it, found other text ({error})", error=one_line(str(error))
            ) from None
        net = network_in(bytes(link.network), "network.json")
        Draft.check_size(sum(layer.W.size + layer.b.size for layer in net.layers))
        return State(net, rows_for(net) if link.rows is None else link.rows.rows(), link.recipe)


def _same(one: Rows, other: Rows) -> bool:
    """Whether rows hold the same numbers."""
    return np.array_equal(one.X, other.X) and (
        np.array_equal(one.y, other.y) if one.y is not None and other.y is not None else one.y is other.y
    )

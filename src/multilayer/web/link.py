"""The state as a link holds it: what made the rows, the network and the recipe; never the rows of a user."""

from __future__ import annotations

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

__all__ = ["Link", "link_of", "state_of"]


class Link(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a link holds. The page packs its JSON into the part of the address behind #, which no server sees."""

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
                fill(
                    "expected what the studio put into it, found other text ({error})",
                    error=one_line(str(error)),
                )
            ) from None
        net = network_in(bytes(link.network), "network.json")
        Draft.check_size(sum(layer.W.size + layer.b.size for layer in net.layers))
        return State(net, rows_for(net) if link.rows is None else link.rows.rows(), link.recipe)


def _same(one: Rows, other: Rows) -> bool:
    """Whether rows hold the same numbers."""
    return np.array_equal(one.X, other.X) and (
        np.array_equal(one.y, other.y) if one.y is not None and other.y is not None else one.y is other.y
    )

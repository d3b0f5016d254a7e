"""Every kind of transform by its name."""

from __future__ import annotations

from multilayer.tables.transforms.categories import OneHot, Ordinal, TwoValues
from multilayer.tables.transforms.dates import DatePart
from multilayer.tables.transforms.linear import Linear
from multilayer.tables.transforms.missing import Indicator
from multilayer.tables.transforms.numbers import Binned, Normal, Scaled
from multilayer.tables.transforms.transform import Transform

__all__ = ["TRANSFORMS"]

_KINDS: tuple[type[Transform], ...] = (
    Scaled,
    Linear,
    Normal,
    Binned,
    TwoValues,
    OneHot,
    Ordinal,
    DatePart,
    Indicator,
)

TRANSFORMS: dict[str, type[Transform]] = {one.kind: one for one in _KINDS}

"""Losses: how far a network is from its targets, and the way back."""

from multilayer.losses import table as _table
from multilayer.losses.catalogue import catalogue as catalogue
from multilayer.losses.catalogue import get as get
from multilayer.losses.catalogue import names as names
from multilayer.losses.loss import Loss as Loss
from multilayer.losses.loss import LossFacts as LossFacts
from multilayer.losses.table import *  # noqa: F403  (every loss, by the table alone)


def __dir__() -> list[str]:
    listed = [name for name in vars(_table) if not name.startswith("_")]
    return sorted([*listed, "Loss", "LossFacts", "catalogue", "get", "names"])

"""An MLP, which is a network already."""

from __future__ import annotations

from typing import Any

from multilayer.conversion.contract import Conversion
from multilayer.network import MLP

__all__ = ["multilayer_network"]


def _same(model: Any) -> MLP:
    network: MLP = model
    return network


multilayer_network = Conversion("an MLP", lambda model: isinstance(model, MLP), _same)

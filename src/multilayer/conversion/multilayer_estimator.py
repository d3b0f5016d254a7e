"""This package's estimators, which hold a network."""

from __future__ import annotations

from typing import Any

from multilayer.conversion.contract import Conversion
from multilayer.network import MLP

__all__ = ["multilayer_estimator"]


def _network(estimator: Any) -> MLP:
    network: MLP = estimator.network_
    return network


multilayer_estimator = Conversion(
    "a fitted estimator of multilayer.estimators",
    # Asked of the class, for an estimator that is not fitted raises where it is asked itself.
    lambda model: hasattr(type(model), "network_"),
    _network,
)

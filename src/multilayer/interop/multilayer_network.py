"""An MLP, and what holds one: this package's estimators, and the outcome of its training."""

from __future__ import annotations

from multilayer.interop.contract import Conversion
from multilayer.network.held import holds_network, network_of

__all__ = ["multilayer_network"]

multilayer_network = Conversion(
    "an MLP, or what fit returned, or a fitted estimator of multilayer.estimators", holds_network, network_of
)

"""Pictures of activations and networks, one file each."""

from multilayer.plots.terminal import curve

__all__ = ["curve"]

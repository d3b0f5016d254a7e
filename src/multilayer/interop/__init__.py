"""Networks out of what others trained: models that are in memory, told by what they have and never imported."""

from multilayer.interop.catalogue import from_model

__all__ = ["from_model"]


def __dir__() -> list[str]:
    return sorted(__all__)

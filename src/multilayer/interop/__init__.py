"""Networks made of models of other packages, which are recognized by their attributes and never imported."""

from multilayer.interop.conversion import from_model

__all__ = ["from_model"]


def __dir__() -> list[str]:
    return sorted(__all__)

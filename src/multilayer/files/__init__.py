"""Network files in and out."""

from multilayer.files.access import load, save

__all__ = ["load", "save"]


def __dir__() -> list[str]:
    return sorted(__all__)

"""Network files in and out."""

from multilayer.files.access import load, save

__all__ = ["load", "save"]

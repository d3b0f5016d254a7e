"""The command line: `multilayer`, and `python -m multilayer`."""

from multilayer.cli.app import main

__all__ = ["main"]

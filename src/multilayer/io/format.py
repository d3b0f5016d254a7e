"""What a file format is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from multilayer.activations import Activation
from multilayer.network import MLP

__all__ = ["Format"]


@dataclass(frozen=True)
class Format:
    """A format of network files.

    `read(data, where, activations)` makes the network out of a file's bytes; `where` stands before what
    an error says, and `activations` are the user's own. `write(network)` is the way back, without loss.
    """

    name: str
    suffix: str
    read: Callable[[bytes, str, Sequence[Activation]], MLP]
    write: Callable[[MLP], bytes]

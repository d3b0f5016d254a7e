"""What the page shows: a network and rows, with undo and redo."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import numbered
from multilayer.network import MLP
from multilayer.training import Trained
from multilayer.web.recipe import Recipe

__all__ = ["Origin", "Rows", "Session", "State"]

_STEPS, _BYTES = 200, 2**28
"""How many changes can be undone: so many, or fewer where the numbers they hold are more bytes than that."""


class Origin(Protocol):
    """What makes rows, as links hold it."""

    def rows(self) -> Rows:
        """Return the rows."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Samples, and what is to be learned of them, if that is known."""

    X: NDArray[Any]
    """Shape (rows, inputs)."""
    y: NDArray[Any] | None = None
    """Shape (rows,) or (rows, units): quantities, class numbers or labels, as `multilayer.fit` takes them."""
    names: tuple[str, ...] | None = None
    """Of the columns of X."""
    target: str | None = None
    """The name of y."""
    about: str = ""
    """Where the rows come from, in words."""
    origin: Origin | None = None
    """What makes them again, where something does: a preset, or a generator."""


@dataclass(frozen=True, eq=False)
class State:
    """What can be undone: the network, the rows, and how the one is to learn the other."""

    network: MLP
    rows: Rows
    recipe: Recipe = Recipe()  # noqa: RUF009  (frozen)
    updated: Trained | None = None
    """The update that made `network`, if one did: the next one goes on from its optimizer state."""

    def __post_init__(self) -> None:
        expected, found = self.network.widths[0], self.rows.X.shape[1]
        if found != expected:
            raise InputError(
                "the network has {expected} inputs, and the rows have {found} columns; give rows that fit it",
                expected=expected,
                found=found,
            )

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the inputs: the network's, or those of the columns, or x1, x2, ..."""
        return self.network.input_names or self.rows.names or numbered("x", self.network.widths[0])


@dataclass
class Session:
    """The one state of a studio. Endpoints run in threads: each holds `lock` while it reads or changes anything."""

    state: State
    language: str | None = None
    """The language that was asked for when the studio was started; None leaves it to the browser."""
    revision: int = 0
    """Grows with each change, so that a page sees that another tab has changed something."""
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    closed: threading.Event = field(default_factory=threading.Event, repr=False)
    """Set when the studio ends, and with it the streams of events."""
    runner: Any = field(default=None, repr=False)
    """What trains the network: see `runner.runner_of`."""
    _past: deque[State] = field(default_factory=lambda: deque(maxlen=_STEPS), repr=False)
    _future: deque[State] = field(default_factory=deque, repr=False)

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def change(self, new: State) -> None:
        """Show another state; the present one can be had back."""
        self._past.append(self.state)
        while len(self._past) > 1 and _held(self._past) > _BYTES:
            self._past.popleft()
        self._future.clear()
        self._show(new)

    def change_network(self, change: Callable[[MLP], MLP]) -> None:
        """Replace the network by what a function makes of it; where that raises, all stays as it is."""
        self.change(replace(self.state, network=change(self.state.network)))

    def amend(self, new: State) -> None:
        """Show another state in the place of the present one: both are one change."""
        self._future.clear()
        self._show(new)

    def undo(self) -> None:
        """Go back by one change."""
        if not self._past:
            raise InputError("there is nothing to undo")
        self._future.append(self.state)
        self._show(self._past.pop())

    def redo(self) -> None:
        """Make the change again that was undone last."""
        if not self._future:
            raise InputError("there is nothing to do again")
        self._past.append(self.state)
        self._show(self._future.pop())

    def _show(self, state: State) -> None:
        self.state = state
        self.revision += 1


def _held(states: Iterable[State]) -> int:
    """Return how many bytes the networks and rows of these states hold; what they share counts once."""
    arrays = (
        array for state in states for array in (state.rows.X, *(layer.W for layer in state.network.layers))
    )
    return sum({id(array): array.nbytes for array in arrays}.values())

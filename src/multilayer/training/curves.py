"""Learning curves that grow by an epoch in constant time, however long they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import overload

from multilayer.training.events import Epoch, History

__all__ = ["Curve", "Curves"]


class Curve(Sequence[float]):
    """The first numbers of a list, which a longer curve shares.

    A curve never changes, so it may be read while another thread adds to a longer one. It is made longer by one thread.
    """

    __slots__ = ("_length", "_values")

    def __init__(self, values: Sequence[float] = ()) -> None:
        self._values = list(values)
        self._length = len(self._values)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[float]:
        return islice(self._values, self._length)

    @overload
    def __getitem__(self, place: int) -> float: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[float, ...]: ...
    def __getitem__(self, place: int | slice) -> float | tuple[float, ...]:
        if isinstance(place, slice):
            return tuple(self._values[: self._length][place])
        return self._values[range(self._length)[place]]

    def with_value(self, value: float) -> Curve:
        """Return the curve with one more number."""
        if len(self._values) != self._length:  # another curve has gone on from here
            return Curve((*self, value))
        longer = Curve.__new__(Curve)
        self._values.append(value)
        longer._values, longer._length = self._values, self._length + 1
        return longer


@dataclass(frozen=True, eq=False)
class Curves:
    """What a `History` has, as it grows."""

    loss: Curve = field(default_factory=Curve)
    validation_loss: Curve = field(default_factory=Curve)
    metrics: Mapping[str, Curve] = field(default_factory=dict)
    learning_rate: Curve = field(default_factory=Curve)
    seconds: Curve = field(default_factory=Curve)

    @classmethod
    def of(cls, history: History | Curves) -> Curves:
        """Return curves that share nothing with these."""
        return cls(
            Curve(history.loss),
            Curve(history.validation_loss),
            {name: Curve(values) for name, values in history.metrics.items()},
            Curve(history.learning_rate),
            Curve(history.seconds),
        )

    def __len__(self) -> int:
        return len(self.loss)

    def history(self) -> History:
        """Return the curves as they are now."""
        return History(
            tuple(self.loss),
            tuple(self.validation_loss),
            {name: tuple(curve) for name, curve in self.metrics.items()},
            tuple(self.learning_rate),
            tuple(self.seconds),
        )

    def with_epoch(self, epoch: Epoch) -> Curves:
        """Return the curves with one more epoch."""
        held_out = epoch.validation_loss
        return Curves(
            self.loss.with_value(epoch.loss),
            self.validation_loss if held_out is None else self.validation_loss.with_value(held_out),
            {
                name: self.metrics.get(name, Curve()).with_value(value)
                for name, value in epoch.metrics.items()
            },
            self.learning_rate.with_value(epoch.learning_rate),
            self.seconds.with_value(epoch.seconds),
        )

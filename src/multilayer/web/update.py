"""One update of all weights by an optimizer, as `multilayer.train` makes it, with all numbers before and after."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.names import Entry, Registry
from multilayer._base.table import number_text
from multilayer._base.text import fill
from multilayer.optimizers import SGD, Optimizer
from multilayer.optimizers.table import registry
from multilayer.training import Gradients, Memory, Trained, gradients, train
from multilayer.web.aim import Aim
from multilayer.web.draft import number_of
from multilayer.web.explained import Explained
from multilayer.web.formulas import put_in
from multilayer.web.session import State

__all__ = ["CHOICES", "Changed", "Update", "optimizer_of"]

_RATE = 0.1
"""Of the choices for which a small one shows nothing in a single step."""

CHOICES: Registry[Optimizer] = Registry(
    kind="optimizer",
    types=(Optimizer,),
    entries=(
        Entry(SGD(_RATE, momentum=0.0), "gradient descent"),
        Entry(SGD(_RATE, nesterov=False), "momentum"),
        Entry(SGD(_RATE), "nesterov"),
        *(
            Entry(entry.value, entry.name)
            for entry in registry.entries
            if isinstance(entry.value, Optimizer) and not isinstance(entry.value, SGD)
        ),
    ),
    where="multilayer.web.update",
)
"""The optimizers that make steps; plain descent, momentum and Nesterov's are one, with other parameters."""


def optimizer_of(name: str, typed: dict[str, str]) -> Optimizer:
    """Return an optimizer with parameters as they were typed.

    Raises
    ------
    InputError
        For an unknown name, and a parameter out of its limits.
    """
    given = {parameter: number_of(text, parameter) for parameter, text in typed.items()}
    return CHOICES.get(name, given)


class Changed(NamedTuple):
    """An array: what its cells are named by, what is said of it, and when it is so."""

    name: str
    caption: str
    when: str
    numbers: NDArray[Any]


def _with_cell(formula: str, cell: str) -> str:
    """Return the formula of a slot or of w with the name of the weight in the place of w, and of its gradient for g.

    >>> _with_cell("w - rate · g", "W(1)[2,3]")
    'W(1)[2,3] - rate · dW(1)[2,3]'
    """
    return re.sub(r"\b[wg]\b", lambda found: cell if found[0] == "w" else f"d{cell}", formula)


@dataclass(frozen=True, eq=False)
class Update:
    """What one update of the network of an aim does."""

    aim: Aim
    optimizer: Optimizer
    before: Memory | None
    """What the optimizer has kept of the updates before; None for the first one."""

    @staticmethod
    def of(state: State, aim: Aim, optimizer: Optimizer) -> Update:
        """Return the next update of a state: it goes on where the last one by this kind of optimizer ended."""
        last = state.updated
        goes_on = (
            last is not None
            and last.network is state.network
            and type(last.config.optimizer) is type(optimizer)
        )
        if last is None or not goes_on:
            return Update(aim, optimizer, None)
        return Update(aim, optimizer, dataclasses.replace(last.memory, learning_rate=optimizer.learning_rate))

    @cached_property
    def trained(self) -> Trained:
        """The outcome of `train` for one batch, which is the rows of the aim.

        Raises
        ------
        InputError
            Where an activation cannot be trained through, or the new numbers are not finite.
        """
        aim = self.aim
        found = train(
            aim.network,
            aim.X,
            aim.y,
            loss=aim.loss,
            optimizer=self.optimizer,
            epochs=1,
            batch_size=len(aim.X),
            shuffle=False,
            after=self.before,
        ).run()
        if found.stopped == "not finite":
            raise InputError(found.message)
        return found

    @cached_property
    def gradients(self) -> Gradients:
        return gradients(self.aim.network, self.aim.X, self.aim.y, self.aim.loss)

    @property
    def step(self) -> int:
        """The number of this update, from 1."""
        return self.trained.memory.optimizer.step

    def arrays(self, n: int) -> Iterator[list[Changed]]:
        """Yield W, dW, each slot before and after, and the new W of layer n, from 1; and then the same of b."""
        layer, new, gradient = (
            self.aim.network.layers[n - 1],
            self.trained.network.layers[n - 1],
            self.gradients[n - 1],
        )
        for letter, old, g, now, place in (
            ("W", layer.W, gradient.dW, new.W, 2 * n - 2),
            ("b", layer.b, gradient.db, new.b, 2 * n - 1),
        ):
            name = f"{letter}({n})"
            slots = [
                (fill("{slot} of {name}", slot=slot, name=name), f"{slot} {name}", before, after)
                for slot, before, after in self._slots(place)
            ]
            yield [
                Changed(name, name, fill("before the update"), old),
                Changed(f"d{name}", f"d{name}", fill("gradient"), g),
                *(
                    Changed(each, said, when, array)
                    for said, cells, before, after in slots
                    for each, when, array in (
                        (cells, fill("before the update"), before),
                        (f"new {cells}", fill("after the update"), after),
                    )
                ),
                Changed(f"new {name}", name, fill("after the update"), now),
            ]

    def _slots(self, place: int) -> Iterator[tuple[str, NDArray[Any], NDArray[Any]]]:
        before = self.optimizer.init(
            [array for layer in self.aim.network.layers for array in (layer.W, layer.b)]
        )
        memory = before if self.before is None else self.before.optimizer
        for slot, after in self.trained.memory.optimizer.slots.items():
            if slot in self.optimizer.written:
                yield slot, memory.slots[slot][place], after[place]

    def made(self, n: int, i: int, j: int, digits: int | None) -> list[Explained]:
        """Return what the new slots and the new w_ij of layer n are made of; i and j are counted from 0."""
        at, place = (i, j), f"[{i + 1},{j + 1}]"
        layer, new = self.aim.network.layers[n - 1], self.trained.network.layers[n - 1]
        fields = {
            field.name: f"{getattr(self.optimizer, field.name):g}"
            for field in dataclasses.fields(self.optimizer)  # type: ignore[arg-type]
        }
        names = fields | {
            "rate": number_text(self.optimizer.learning_rate, None),
            "t": str(self.step),
            "w": number_text(layer.W[at], digits),
            "g": number_text(self.gradients[n - 1].dW[at], digits),
        }
        values = {"w": (f"new W({n}){place}", new.W[at])}
        for slot, before, after in self._slots(2 * n - 2):
            names |= {slot: number_text(before[at], digits), f"new {slot}": number_text(after[at], digits)}
            values[slot] = f"new {slot} W({n}){place}", after[at]
        return [
            Explained(
                cell,
                _with_cell(text.replace("*", "·"), f"W({n}){place}"),
                put_in(text.replace("*", "·"), names),
                number_text(value, digits),
            )
            for name, text in self.optimizer.written.items()
            for cell, value in (values[name],)
        ]

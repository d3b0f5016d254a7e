"""A formula of x as a polynomial over atoms: see `algebra`, which makes them of operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["Atom", "Form", "Monomial", "NoForm", "X", "atom_form", "made", "number", "order"]

_MOST_TERMS = 24
_MOST_FACTORS = 8


class NoForm(Exception):  # noqa: N818  (no error: there is another reading)
    """An operator, or the way it is used, is not part of a formula."""


@dataclass(frozen=True)
class Atom:
    """An operator of formulas, with numbers beside them; x is the operator "x" of nothing."""

    operator: str
    inputs: tuple[Form, ...] = ()
    numbers: tuple[float, ...] = ()

    @property
    def skeleton(self) -> Any:
        """The atom without its numbers."""
        return self.operator, tuple(one.skeleton for one in self.inputs), len(self.numbers)

    @property
    def holes(self) -> tuple[float, ...]:
        """Its numbers, in the order of the skeleton."""
        return (*self.numbers, *(hole for one in self.inputs for hole in one.holes))


Monomial: TypeAlias = tuple[Atom, ...]


@dataclass(frozen=True)
class Form:
    """A sum of coefficients times products of atoms, in a fixed order; the empty product is the constant."""

    terms: tuple[tuple[Monomial, float], ...]

    @property
    def skeleton(self) -> Any:
        """The form without its numbers."""
        return tuple(tuple(atom.skeleton for atom in atoms) for atoms, _ in self.terms)

    @property
    def holes(self) -> tuple[float, ...]:
        """Its numbers, in the order of the skeleton."""
        found: list[float] = []
        for atoms, coefficient in self.terms:
            found.append(coefficient)
            for atom in atoms:
                found += atom.holes
        return tuple(found)

    @property
    def constant(self) -> float | None:
        """The number that it is, or None where it depends on x."""
        if not self.terms:
            return 0.0
        (atoms, value), *others = self.terms
        return value if not atoms and not others else None


def made(terms: Mapping[Monomial, float]) -> Form:
    """Return the sum of these terms, in its order, without those that are 0; NoForm where it is too long."""
    kept = [(atoms, value) for atoms, value in terms.items() if value != 0.0]
    if len(kept) > _MOST_TERMS or any(len(atoms) > _MOST_FACTORS for atoms, _ in kept):
        raise NoForm
    # Holes break ties, so that two atoms that differ in their numbers alone have an order.
    return Form(tuple(sorted(kept, key=lambda term: [order(atom) for atom in term[0]])))


def order(atom: Atom) -> Any:
    """Return what atoms are sorted by."""
    return repr(atom.skeleton), atom.holes


X = Form((((Atom("x"),), 1.0),))


def number(value: float) -> Form:
    """Return a constant as a formula."""
    return made({(): float(value)})


def atom_form(operator: str, *inputs: Form, numbers: tuple[float, ...] = ()) -> Form:
    """Return an operator of formulas as a formula."""
    return Form((((Atom(operator, inputs, numbers),), 1.0),))

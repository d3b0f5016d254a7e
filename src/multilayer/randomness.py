"""Where random numbers come from: a generator that is passed on, whose state a file can hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.errors import InputError

__all__ = ["Random", "Seed", "generator", "restored", "rewinder", "state_of", "words"]

Random = np.random.Generator | np.random.RandomState
Seed = Random | int | None


def generator(rng: Seed) -> Random:
    """Return the generator itself, or a new one from a seed; None takes entropy from the system.

    A `RandomState` draws the numbers that scikit-learn draws.
    """
    if isinstance(rng, np.random.Generator | np.random.RandomState):
        return rng
    if rng is None or (isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0):
        return np.random.default_rng(rng)
    raise InputError(
        f"rng must be a seed (a whole number, not negative), a numpy Generator or RandomState, or None; got {rng!r}"
    )


def words(rng: Random, shape: tuple[int, ...]) -> NDArray[np.uint64]:
    """Return random words of 64 bits; many at once are those that come one after another."""
    draw = rng.randint if isinstance(rng, np.random.RandomState) else rng.integers
    drawn: NDArray[np.uint64] = draw(0, 1 << 64, shape, np.uint64)
    return drawn


def rewinder(rng: Random) -> Callable[[], None]:
    """Return a function that brings the generator back to where it is now."""
    if isinstance(rng, np.random.RandomState):
        legacy = rng.get_state()
        return lambda: rng.set_state(legacy)
    bits, state = rng.bit_generator, rng.bit_generator.state

    def rewind() -> None:
        bits.state = state

    return rewind


def state_of(rng: Random) -> dict[str, Any]:
    """Return the state as numbers, strings and lists, for JSON; `restored` makes the generator of it again."""
    if isinstance(rng, np.random.RandomState):
        legacy: dict[str, Any] = rng.get_state(legacy=False)
        return {"kind": "RandomState", **_plain(legacy)}
    return {"kind": "Generator", **_plain(rng.bit_generator.state)}


def restored(state: dict[str, Any]) -> Random:
    """Return a generator that goes on where `state_of` took the state."""
    state = dict(state)
    kind = state.pop("kind")
    name = state["bit_generator"]
    known = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
    if name not in known:
        raise InputError(f"a random state of {name!r} cannot be restored; expected one of {', '.join(known)}")
    if kind == "RandomState":
        legacy = np.random.RandomState(getattr(np.random, name)())
        legacy.set_state(_arrays(state))
        return legacy
    bits = getattr(np.random, name)()
    bits.state = _arrays(state)
    return np.random.Generator(bits)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": value.dtype.name}
    return value.item() if isinstance(value, np.generic) else value


def _arrays(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"array", "dtype"}:
            return np.array(value["array"], value["dtype"])
        return {key: _arrays(entry) for key, entry in value.items()}
    return value

"""Random number generators, and their state as JSON."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import UNSET, Meta, Struct, UnsetType
from numpy.typing import NDArray

from multilayer._base import strict_json
from multilayer._base.errors import InputError
from multilayer._base.text import quoted

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
        "rng must be a seed (a whole number, not negative), a numpy Generator or "
        "RandomState, or None; got {rng!r}",
        rng=rng,
    )


def words(rng: Random, shape: tuple[int, ...]) -> NDArray[np.uint64]:
    """Return random 64-bit words; a call for many draws the same words as many calls for one."""
    draw = rng.randint if isinstance(rng, np.random.RandomState) else rng.integers
    drawn: NDArray[np.uint64] = draw(0, 1 << 64, shape, np.uint64)
    return drawn


def rewinder(rng: Random) -> Callable[[], None]:
    """Return a function that resets the generator to its present state."""
    if isinstance(rng, np.random.RandomState):
        legacy = rng.get_state()
        return lambda: rng.set_state(legacy)
    bits, state = rng.bit_generator, rng.bit_generator.state

    def rewind() -> None:
        bits.state = state

    return rewind


def state_of(rng: Random) -> dict[str, Any]:
    """Return the state as numbers, strings and lists, for JSON; `restored` is the inverse."""
    if isinstance(rng, np.random.RandomState):
        legacy: dict[str, Any] = rng.get_state(legacy=False)
        return {"kind": "RandomState", **_plain(legacy)}
    return {"kind": "Generator", **_plain(rng.bit_generator.state)}


def restored(state: Any, where: str = "rng") -> Random:
    """Return a generator in the state that `state_of` returned.

    Raises
    ------
    InputError
        When it is not such a state; the message begins with `where`.
    """
    name = strict_json.convert(state, _Head, where).bit_generator
    if name not in _STATES:
        raise InputError(
            "{where}: a state of {name} cannot be restored; expected one of {states}",
            where=where,
            name=quoted(name),
            states=", ".join(_STATES),
        )
    checked = msgspec.to_builtins(strict_json.convert(state, _STATES[name], where))
    bits = getattr(np.random, name)()
    if checked.pop("kind") == "RandomState":
        legacy = np.random.RandomState(bits)
        legacy.set_state(_arrays(checked))
        return legacy
    bits.state = _arrays(checked)
    return np.random.Generator(bits)


_Word = Annotated[int, Meta(ge=0)]
_Word32 = Annotated[int, Meta(ge=0, le=(1 << 32) - 1)]
_Flag = Annotated[int, Meta(ge=0, le=1)]


class _Words32(Struct, forbid_unknown_fields=True):
    array: Annotated[list[_Word32], Meta(min_length=624, max_length=624)]
    dtype: Literal["uint32"]


class _Words64(Struct, forbid_unknown_fields=True):
    array: list[_Word]
    dtype: Literal["uint64"]

    def __post_init__(self) -> None:
        if any(word >> 64 for word in self.array):
            raise ValueError("expected words of 64 bits, found more")


class _FourWords(_Words64):
    array: Annotated[list[_Word], Meta(min_length=4, max_length=4)]


class _TwoWords(_Words64):
    array: Annotated[list[_Word], Meta(min_length=2, max_length=2)]


class _MT19937(Struct, forbid_unknown_fields=True):
    key: _Words32
    pos: Annotated[int, Meta(ge=0, le=624)]

    def __post_init__(self) -> None:
        if not any(self.key.array):
            raise ValueError("expected a key with bits that are not 0, found none")


class _PCG64(Struct, forbid_unknown_fields=True):
    state: _Word
    inc: _Word

    def __post_init__(self) -> None:
        if (self.state | self.inc) >> 128 or not self.inc & 1:  # an even increment shortens the period
            raise ValueError("expected 128 bits each, and an increment that is odd")


class _Philox(Struct, forbid_unknown_fields=True):
    counter: _FourWords
    key: _TwoWords


class _SFC64(Struct, forbid_unknown_fields=True):
    state: _FourWords


class _Head(Struct, kw_only=True):
    kind: Literal["Generator", "RandomState"]
    bit_generator: str


class _State(_Head, forbid_unknown_fields=True, kw_only=True):
    has_gauss: _Flag | UnsetType = UNSET
    gauss: float | UnsetType = UNSET

    def __post_init__(self) -> None:
        legacy = self.kind == "RandomState"
        if (self.has_gauss is not UNSET, self.gauss is not UNSET) != (legacy, legacy):
            raise ValueError("expected has_gauss and gauss of a RandomState, and of nothing else")
        if self.gauss is not UNSET and not math.isfinite(self.gauss):
            raise ValueError(f"expected a finite gauss, found {self.gauss}")


class _MT19937State(_State):
    state: _MT19937


class _State64(_State):
    """The state of a 64-bit generator, which may keep 32 bits for the next draw."""

    has_uint32: _Flag
    uinteger: _Word32


class _PCG64State(_State64):
    state: _PCG64


class _PhiloxState(_State64):
    state: _Philox
    buffer: _FourWords
    buffer_pos: Annotated[int, Meta(ge=0, le=4)]


class _SFC64State(_State64):
    state: _SFC64


_STATES: dict[str, type[_State]] = {
    "MT19937": _MT19937State,
    "PCG64": _PCG64State,
    "PCG64DXSM": _PCG64State,
    "Philox": _PhiloxState,
    "SFC64": _SFC64State,
}
"""The fields of a state, by the name of the bit generator; NumPy checks almost none of them."""


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

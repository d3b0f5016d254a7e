# The native extension; `use` makes the ufuncs of the level attributes of the module.
from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

@final
class Network:
    def __new__(
        cls, layers: Sequence[tuple[NDArray[Any], NDArray[Any], str | None, Sequence[float]]], /
    ) -> Network: ...
    def __call__(self, x: ArrayLike, /) -> NDArray[Any]: ...

@final
class Trainer:
    def __new__(
        cls,
        *,
        dtype: np.dtype[Any],
        layers: tuple[tuple[int, int, str, tuple[float, ...]], ...],
        loss: str,
        loss_parameter: float,
        from_sums: bool,
        target_scale: float,
        target_offset: float,
        rule: str,
        nesterov: bool,
        decay1: float,
        decay2: float,
        epsilon: float,
        l2: float,
        weight_decay: float,
        limit: float,
        norm_limit: float,
    ) -> Trainer: ...
    def load(self, arrays: tuple[tuple[NDArray[Any], ...], ...], step: int, /) -> None: ...
    def save(self, arrays: tuple[tuple[NDArray[Any], ...], ...], /) -> None: ...
    def run(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        weights: NDArray[np.float64] | None,
        order: NDArray[np.intp] | None,
        batch_rows: int,
        rates: NDArray[np.float64],
        interrupted: Callable[[], bool] | None,
        most: int,
        /,
    ) -> tuple[int, NDArray[np.float64], bool]: ...

def threads() -> int: ...
def set_threads(n: int, /) -> None: ...
def levels() -> list[str]: ...
def use(level: str, /) -> None: ...
def __getattr__(name: str) -> np.ufunc: ...

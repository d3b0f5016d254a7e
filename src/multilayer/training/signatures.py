"""Full signatures for `train` and `fit`: what help and completion show, from one definition of each option."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

from multilayer._base.names import with_known_options
from multilayer.training.config import Settings, TrainConfig

__all__ = ["with_parameters_of", "with_settings"]

P = ParamSpec("P")
R = TypeVar("R")


def with_settings(function: Callable[P, R]) -> Callable[P, R]:
    """Show the settings of a TrainConfig after the first three parameters, in place of `**settings`."""
    *own, _ = inspect.signature(function).parameters.values()
    defaults = {
        field.name: None if field.default is dataclasses.MISSING else field.default
        for field in dataclasses.fields(TrainConfig)
    }
    settings = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=defaults[name], annotation=hint.__forward_arg__
        )
        for name, hint in Settings.__annotations__.items()
    ]
    return _shown(function, [*own[:3], *settings, *own[3:]], TrainConfig)


def with_parameters_of(other: Callable[..., Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Show the parameters of another function, and then the keyword that is this one's own: `progress`."""

    def shown(function: Callable[P, R]) -> Callable[P, R]:
        progress = inspect.signature(function).parameters["progress"]
        return _shown(function, [*inspect.signature(other).parameters.values(), progress], other)

    return shown


def _shown(
    function: Callable[P, R], parameters: Sequence[inspect.Parameter], explained_by: Any
) -> Callable[P, R]:
    """Set the parameters, and write into the docstring those that another one explains."""
    function.__signature__ = inspect.signature(function).replace(  # type: ignore[attr-defined]
        parameters=parameters
    )
    _, _, explained = (inspect.getdoc(explained_by) or "").partition("----------\n")
    section = explained.partition("\n\n")[0].replace("\n", "\n    ")
    function.__doc__ = (function.__doc__ or "").replace("{parameters}", section)
    return with_known_options(function)

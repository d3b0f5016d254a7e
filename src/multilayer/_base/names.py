"""Names: one look-up for activations, losses, metrics, optimizers, schedules and initializers, and names of options."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, ParamSpec, TypeVar

from multilayer._base.errors import InputError
from multilayer._base.text import either, fill, near_matches, one_line, one_of, quoted
from multilayer._base.translation import translated

__all__ = ["Entry", "Registry", "folded", "with_known_options"]

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")

_LONGEST_LIST = 12
_SHORTEST_NAME, _SHORTEST_ALIAS = 4, 5

_ELSEWHERE = {
    **dict.fromkeys(
        ("learning_rate", "lr", "learning_rate_init", "beta1", "beta2", "beta_1", "beta_2", "eps", "epsilon"),
        ("optimizer", "optimizer=Adam(0.01)"),
    ),
    **dict.fromkeys(
        ("momentum", "nesterov", "nesterovs_momentum"), ("optimizer", "optimizer=SGD(0.01, momentum=0.9)")
    ),
    **dict.fromkeys(
        ("alpha", "weight_penalty", "regularization", "l2_reg", "l2_regularization", "kernel_regularizer"),
        ("l2", "l2="),
    ),
    **dict.fromkeys(
        ("patience", "early_stopping", "early_stop", "tol", "n_iter_no_change"),
        ("stopping", "stopping=EarlyStopping(patience=10)"),
    ),
    **dict.fromkeys(("max_iter", "n_iter", "iterations"), ("epochs", "epochs=")),
    **dict.fromkeys(("batch", "bs"), ("batch_size", "batch_size=")),
    **dict.fromkeys(
        ("val", "X_val", "y_val", "validation_data", "eval_set"), ("validation", "validation=(X, y)")
    ),
    **dict.fromkeys(("validation_split", "validation_fraction"), ("validation", "validation=0.1")),
    **dict.fromkeys(("solver", "optim"), ("optimizer", "optimizer=")),
    **dict.fromkeys(("criterion", "objective", "loss_fn", "loss_function"), ("loss", "loss=")),
    **dict.fromkeys(
        ("scheduler", "lr_scheduler", "lr_schedule", "learning_rate_schedule"), ("schedule", "schedule=")
    ),
    **dict.fromkeys(("seed", "random_state", "random_seed", "generator"), ("rng", "rng=")),
    **dict.fromkeys(("verbose", "show_progress", "tqdm"), ("progress", "progress=True")),
    "warm_start": ("after", "after="),
    **dict.fromkeys(("resume", "ckpt"), ("checkpoint", "checkpoint=")),
    **dict.fromkeys(
        ("threads", "n_threads", "num_threads", "n_jobs"), ("epochs", "multilayer.set_threads(2)")
    ),
    "dtype": ("epochs", "network.astype(np.float32)"),
    **dict.fromkeys(
        ("activation", "activations", "hidden_activation", "activation_function"), ("hidden", "hidden=")
    ),
    **dict.fromkeys(("output_activation", "out_activation"), ("output", "output=")),
    **dict.fromkeys(
        ("layers", "sizes", "hidden_layer_sizes", "hidden_layers", "layer_sizes", "n_hidden", "units"),
        ("widths", "widths=(inputs, ..., outputs)"),
    ),
    **dict.fromkeys(("init", "weights_init", "kernel_initializer"), ("initializer", "initializer=")),
    **dict.fromkeys(("labels", "class_names"), ("classes", "classes=")),
    **dict.fromkeys(("feature_names", "input_names"), ("inputs", "inputs=")),
}
"""Names of options in other libraries: an option of the functions that this is for, and how it is written here."""


@dataclass(frozen=True)
class Entry(Generic[T]):
    """An object with its name, and other names that find it."""

    value: T
    name: str
    aliases: tuple[str, ...] = ()
    meaning: str = ""

    @property
    def about(self) -> str:
        """What it is, in plain text: the parameters that the name stands for, if nothing else is given."""
        return self.meaning or repr(self.value)


def _fields(value: Any) -> Sequence[str]:
    return [entry.name for entry in dataclasses.fields(value) if entry.init]


@dataclass(frozen=True)
class Registry(Generic[T]):
    """The entries of one kind. Case, hyphens, underscores and spaces in a name do not matter."""

    kind: str
    """What one entry is called: "loss"."""
    types: tuple[type[Any], ...]
    """Objects of these types are returned unchanged."""
    entries: tuple[Entry[T], ...]
    where: str
    """The module whose `names()` lists them."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Names of other libraries for which there is no entry, each with the alternative."""
    fields: Callable[[Any], Sequence[str]] = _fields
    """The parameters that an entry has."""

    def names(self) -> tuple[str, ...]:
        """Return the name of every entry, without aliases."""
        return tuple(entry.name for entry in self.entries)

    def takes(self, name: str) -> bool:
        """Whether an entry has this name or alias."""
        return folded(name) in self._table

    @cached_property
    def _table(self) -> dict[str, Entry[T]]:
        return _table(self.entries)

    def get(
        self, given: object, parameters: Mapping[str, Any] | None = None, among: Iterable[Entry[T]] = ()
    ) -> T:
        """Return the entry called `given`, with these parameters; an object of the kind is returned as it is.

        Raises
        ------
        InputError
            For an unknown name (the message lists near matches) or an unknown or unfit parameter.
        """
        found: Any = given if isinstance(given, self.types) else self._called(given, tuple(among))
        if not parameters:
            return found  # type: ignore[no-any-return]
        known = self.fields(found)
        for unknown in sorted(parameters.keys() - set(known)):
            hint = near_matches(unknown, known) if known else fill("it has none")
            raise InputError(
                "{kind} {shown} has no parameter {unknown}; {hint}",
                kind=translated(self.kind),
                shown=_shown(given),
                unknown=quoted(unknown),
                hint=hint,
            )
        return dataclasses.replace(found, **parameters)  # type: ignore[no-any-return]

    def _called(self, given: object, among: Sequence[Entry[T]]) -> T:
        if not isinstance(given, str):
            raise InputError(self._no_name(given))
        key = folded(given)
        found = self._table.get(key) or _table(among).get(key)
        if found is not None:
            return found.value
        if key in self.refused:
            raise InputError(
                "{given} is no {kind} here; {refused}",
                given=quoted(given),
                kind=translated(self.kind),
                refused=translated(self.refused[key]),
            )
        raise InputError(
            "no {kind} is called {given}; {hint}",
            kind=translated(self.kind),
            given=quoted(given),
            hint=self._hint(key, among),
        )

    def _no_name(self, given: object) -> str:
        found = type(given).__name__
        if isinstance(given, type) and issubclass(given, self.types):
            found = fill("the class {name}: write {name}()", name=given.__name__)
        return fill(
            "{a_kind} is a name or {a_type}; got {found}",
            a_kind=_with_article(translated(self.kind)),
            a_type=_with_article(either(kind.__name__ for kind in self.types)),
            found=found,
        )

    def _hint(self, key: str, among: Sequence[Entry[T]]) -> str:
        entries = (*self.entries, *among)
        near = list(filter(None, (_near(key, entry) for entry in entries)))
        if near:
            return fill("did you mean {names}?", names=either(map(quoted, near[:2])))
        if len(entries) > _LONGEST_LIST:
            return fill("{where}.names() lists them", where=self.where)
        return fill("expected {names}", names=one_of(quoted(entry.name) for entry in entries))


def _table(entries: Iterable[Entry[T]]) -> dict[str, Entry[T]]:
    return {folded(name): entry for entry in entries for name in (entry.name, *entry.aliases)}


def _near(key: str, entry: Entry[Any]) -> str | None:
    """Return the name or alias of an entry that `key` may be a typing error for, if there is one.

    An abbreviation is never suggested, nor one followed by "loss": mse, mae and bce differ by a letter.
    """
    words = (alias for alias in entry.aliases if len(folded(alias).removesuffix("loss")) >= _SHORTEST_ALIAS)
    return next((name for name in (entry.name, *words) if _is_near(key[:100], folded(name))), None)


def _is_near(wrong: str, name: str) -> bool:
    """Whether `wrong` is one typing error away from `name`: a letter too many, too few, wrong, or two swapped.

    Two errors, or one in the first letter, may make the name of something else: median and mean, nadam and adam.

    >>> _is_near("rleu", "relu"), _is_near("squered", "squared"), _is_near("nadam", "adam"), _is_near("r3", "r2")
    (True, True, False, False)
    """
    if len(name) < _SHORTEST_NAME or wrong[:1] != name[:1]:
        return False
    while wrong and name and wrong[0] == name[0]:
        wrong, name = wrong[1:], name[1:]
    while wrong and name and wrong[-1] == name[-1]:
        wrong, name = wrong[:-1], name[:-1]
    return max(len(wrong), len(name)) <= 1 or (len(wrong) == 2 and wrong == name[::-1])


def folded(name: str) -> str:
    """Return a name without case, hyphens, underscores and spaces.

    >>> folded("Leaky-ReLU"), folded("leaky_relu")
    ('leakyrelu', 'leakyrelu')
    """
    return "".join(letter for letter in name.lower() if letter not in "_- \t\n")


def _with_article(noun: str) -> str:
    return fill("an {noun}" if noun[0].lower() in "aeiou" else "a {noun}", noun=noun)


def _shown(given: object) -> str:
    return one_line(given if isinstance(given, str) else type(given).__name__, 40)


def with_known_options(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse unknown keywords with a near match, and missing ones by name.

    >>> @with_known_options
    ... def wait(*, seconds): ...
    >>> wait(second=1)
    Traceback (most recent call last):
    multilayer._base.errors.InputError: wait: no option is called 'second'; did you mean 'seconds'?
    """
    parameters = inspect.signature(function).parameters.values()
    known = [p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
    known = [name for name in known if name != "self"]
    needed = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]

    @functools.wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> R:
        for option in options:
            if option not in known:
                here, written = _ELSEWHERE.get(option, ("", ""))
                if here in known and f"{option}s" not in known:
                    hint = fill("it is {option} here", option=written)
                else:
                    hint = near_matches(
                        option, known, fill("help({name}) lists them", name=function.__name__)
                    )
                raise InputError(
                    "{name}: no option is called {option}; {hint}",
                    name=function.__name__,
                    option=quoted(option),
                    hint=hint,
                )
        for option in needed:
            if option not in options:
                raise InputError("{name} needs the option {option}=", name=function.__name__, option=option)
        return function(*arguments, **options)

    return call

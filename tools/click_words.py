"""What click says of its own, in the words by which it looks them up: those that `multilayer` can come to print.

click takes them from the catalogue by gettext's functions of the process; see `multilayer.cli.language`.
"""

from __future__ import annotations

__all__ = ["PLURALS", "WORDS"]

WORDS = (
    "Usage:",
    "Options",
    "Commands",
    "default: {default}",
    "required",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "Choose from:\n\t{choices}",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Invalid start character for option ({option})",
    "No such option {name!r}.",
    "No such command {name!r}.",
    "Option {name!r} does not take a value.",
    "Argument {name!r} takes {nargs} values.",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
)
PLURALS = (
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("Takes {nargs} values but 1 was given.", "Takes {nargs} values but {len} were given."),
)

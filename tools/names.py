"""Write docs/guide/names.md, the page of everything that has a name, from the tables that define it.

python -m tools.names
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from multilayer._base.names import Entry
from multilayer.activations.table import registry as activations
from multilayer.initializers import registry as initializers
from multilayer.losses.table import registry as losses
from multilayer.optimizers.schedules import registry as schedules
from multilayer.optimizers.table import registry as optimizers
from multilayer.training.metrics import registry as metrics

PAGE = Path(__file__).parents[1] / "docs" / "guide" / "names.md"
_INTRODUCTION = """# Names

<!-- written by: python -m tools.names -->

Each of these is given as a name, `optimizer="adam"`, or as an object with its settings,
`optimizer=Adam(0.01)`. Upper and lower case, spaces, hyphens and underscores make no difference.
`multilayer names` prints the same lists, and `names()` of each module returns them.
"""
_SECTIONS: Sequence[tuple[str, str, Sequence[Entry[Any]]]] = (
    (
        "Losses",
        "`fit(..., loss=)`. Summed over outputs; training takes the mean over samples.",
        losses.entries,
    ),
    ("Optimizers", "`fit(..., optimizer=)`, from `multilayer.optimizers`.", optimizers.entries),
    ("Schedules", "`fit(..., schedule=)`, from `multilayer.optimizers`.", schedules.entries),
    ("Metrics", "`fit(..., metrics=)`, measured after each epoch.", metrics.entries),
    (
        "Initializers",
        "`initialize(..., initializer=)`, from `multilayer.initializers`.",
        initializers.entries,
    ),
    (
        "Activations",
        "`initialize(widths, hidden, output)`, from `multilayer.activations`.",
        activations.entries,
    ),
)


def page() -> str:
    """Return the whole page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    for heading, where, entries in _SECTIONS:
        yield f"## {heading}\n\n{where}\n\n| name | also | what |\n| --- | --- | --- |"
        for entry in entries:
            also = ", ".join(f"`{alias}`" for alias in entry.aliases)
            yield f"| `{entry.name}` | {also} | {entry.about.replace('|', chr(92) + '|')} |"
        yield ""


if __name__ == "__main__":
    PAGE.write_text(page())

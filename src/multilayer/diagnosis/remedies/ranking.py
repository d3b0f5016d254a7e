"""What every remedy gained, the largest gain first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median

import numpy as np

from multilayer._base.table import Table
from multilayer._base.text import printable
from multilayer.diagnosis.remedies.remedy import NotApplicable

__all__ = ["NOTICEABLE", "Ranking", "Row"]

NOTICEABLE = 0.01
"""The gain of the score below which nobody would change a thing."""


@dataclass(frozen=True)
class Row:
    """One way to take a remedy, trained with each seed."""

    remedy: str
    change: str
    """In words."""
    call: str
    """As one writes it."""
    scores: tuple[float, ...]
    """One per seed; -inf where training ended in numbers that are not finite."""
    gains: tuple[float, ...]
    """Over the same training without the remedy, with the same seed."""
    seconds: float
    """Of one training, the median."""

    @property
    def score(self) -> float:
        """The score that is reached: the median over seeds."""
        return median(self.scores)

    @property
    def gain(self) -> float:
        """The median over seeds."""
        return median(self.gains)

    @property
    def helps(self) -> bool:
        """Whether the gain is noticeable, and there with three seeds in four."""
        return self.gain >= NOTICEABLE and float(np.quantile(self.gains, 0.25, method="lower")) > 0.0


@dataclass(frozen=True, repr=False)
class Ranking:
    """Remedies by measured gain; prints as a table.

    A gain is the difference of two scores with the same seed, so with the same random numbers where both draw them.
    """

    metric: str
    """What the score is: "accuracy" or "r2"."""
    of: str
    """What was scored: "training" or "held-out" samples."""
    samples: int
    """Trained on with each seed."""
    seeds: tuple[int, ...]
    untouched: Row
    """The same training without a remedy."""
    rows: tuple[Row, ...]
    not_tried: tuple[NotApplicable, ...]
    notes: tuple[str, ...] = ()
    """What was assumed, or cut short."""
    partial: str | None = None
    """Why fewer trainings were made than asked for; None where all were."""

    @property
    def best(self) -> Row | None:
        """The first row, if it helps."""
        return self.rows[0] if self.rows and self.rows[0].helps else None

    @property
    def verdict(self) -> str:
        """The outcome in one sentence."""
        if not self.rows:
            return "No remedy was tried"
        first, word = self.rows[0], _WORDS.get(self.metric, self.metric)
        before, after = f"{_plainly(self.untouched.score)} without it", _plainly(first.score)
        scores = f"median {word} of {self._counted} {after}, and {before}"
        if self.best is not None:
            return f"What helps most is {first.change}: {scores}"
        return f"No remedy helped; the best of them is {first.change}: {scores}"

    @property
    def _counted(self) -> str:
        return f"{len(self.seeds)} seed{'s' if len(self.seeds) > 1 else ''}"

    def table(self) -> Table:
        """Return the remedies as a table, and below them the training without one."""
        head = ("remedy", "gain", "from", "to", self.metric, "seconds", "how")
        rows = [
            (
                row.change,
                _signed(row.gain),
                _signed(min(row.gains)),
                _signed(max(row.gains)),
                _plainly(row.score),
                f"{row.seconds:.2g}",
                row.call,
            )
            for row in self.rows
        ]
        none = self.untouched
        spread = f"({_plainly(min(none.scores))} to {_plainly(max(none.scores))})"
        rows.append(("as it is", "", "", "", _plainly(none.score), f"{none.seconds:.2g}", spread))
        return Table(self.verdict, head, tuple(rows), left=frozenset({0, 6}))

    def __repr__(self) -> str:
        table = replace(self.table(), caption="")
        about = (
            f"Gain of the {self.of} {_WORDS.get(self.metric, self.metric)} over the same training without the "
            f"remedy: median, least and largest of {self._counted}, {self.samples} samples."
        )
        remarks = map(printable, self.remarks())
        return "\n".join([f"{printable(self.verdict)}.", "", table.text(indent=""), "", about, *remarks])

    def remarks(self) -> list[str]:
        """Return what else has to be known: that this is partial, what was not tried, and why."""
        partial = (
            [] if self.partial is None else [_PARTIAL.format(reason=self.partial, seeds=len(self.seeds))]
        )
        return [*partial, *(_NOT_TRIED.format(**asdict(one)) for one in self.not_tried), *self.notes]

    def _repr_html_(self) -> str:
        return self.table().html()


_WORDS = {"r2": "R^2"}
_PARTIAL = "Partial: {reason}; seeds that all remedies listed were trained with: {seeds}"
_NOT_TRIED = "Not tried: {change} ({reason})"


def ordered(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return rows by gain, by the least gain among equals, then by the score, and the faster first."""

    def key(row: Row) -> tuple[float, ...]:
        return -round(row.gain, 4), -round(min(row.gains), 4), -round(row.score, 4), row.seconds

    return tuple(sorted(rows, key=key))


def _signed(value: float) -> str:
    return f"{round(value, 4) + 0.0:+.4f}"  # + 0.0, so that there is no -0


def _plainly(value: float) -> str:
    return f"{round(value, 4) + 0.0:.4f}"

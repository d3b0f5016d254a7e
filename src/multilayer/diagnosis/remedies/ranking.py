"""The ranking of remedies: what each has gained, those that help first, and the largest gain first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from multilayer._base.table import Table
from multilayer._base.text import fill, printable
from multilayer._base.translation import N_
from multilayer.diagnosis.remedies.table import OWN
from multilayer.diagnosis.remedies.variant import NotApplicable

__all__ = ["INTERRUPTED", "Ranking", "Row", "ordered"]

INTERRUPTED = N_("interrupted")
"""Why a ranking is partial after Ctrl-C."""

_NOTICEABLE = 0.01
"""The smallest gain of the score that is worth a change."""
_METRICS = {"r2": "R^2"}
_BEST = N_(
    "What helps most is {change}: median {metric} {after:z.4f}, and {before:z.4f} without it (seeds: {seeds})"
)
_NONE_HELPED = N_(
    "No remedy helped; the best of them is {change}: median {metric} {after:z.4f}, and {before:z.4f} without it "
    "(seeds: {seeds})"
)
_ABOUT = {
    "training": N_(
        "Gain of the {metric} of the training samples over the same training without the remedy: median, "
        "minimum and maximum (seeds: {seeds}, samples: {samples})."
    ),
    "held-out": N_(
        "Gain of the {metric} of held-out samples over the same training without the remedy: median, "
        "minimum and maximum (seeds: {seeds}, training samples: {samples})."
    ),
}
_PARTIAL = N_("Partial: {reason}; seeds that all remedies listed were trained with: {seeds}")
_NOT_TRIED = N_("Not tried: {change} ({reason})")


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
    chance: float = 0.0
    """What the mean gain may be by chance, for so many samples that are scored; 0 where that is not known."""

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
        """Whether the gain is noticeable, there with three seeds in four, and more than chance for so many samples."""
        with_most = float(np.quantile(self.gains, 0.25, method="lower"))
        is_chance = 0.0 < self.chance >= float(np.mean(self.gains))
        return self.gain >= _NOTICEABLE and with_most > 0.0 and not is_chance


@dataclass(frozen=True, repr=False)
class Ranking:
    """Remedies by measured gain, those that help first; prints as a table.

    A remedy helps where its gain is noticeable, there with three seeds in four, and more than chance for so many
    samples.
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
            return fill("No remedy was tried")
        first = self.rows[0]
        return fill(
            _NONE_HELPED if self.best is None else _BEST,
            change=first.change,
            metric=_METRICS.get(self.metric, self.metric),
            after=first.score,
            before=self.untouched.score,
            seeds=len(self.seeds),
        )

    def on(self, check: str) -> str:
        """Return in one sentence whether the remedy that a check's advice names first is the one that helps most.

        Empty where the advice names none of the remedies.
        """
        own = OWN.get(check)
        row = next((row for row in self.rows if row.remedy == own), None)
        if row is None:
            return "" if own is None else fill("The verdict's own remedy was not tried.")
        places = {"change": row.change, "gain": row.gain, "metric": _METRICS.get(self.metric, self.metric)}
        if row is self.best:
            return fill("The verdict's own remedy is the one that helps most: {change}.", **places)
        if row.helps:
            return fill(
                "The verdict's own remedy helps, and another one more: {change}, {gain:+z.4f} {metric}.",
                **places,
            )
        return fill("The verdict's own remedy does not help: {change}, {gain:+z.4f} {metric}.", **places)

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended it."""
        return self.partial == fill(INTERRUPTED)

    def table(self) -> Table:
        """Return the remedies as a table, and below them the training without one."""
        head = ("remedy", "gain", "from", "to", self.metric, "seconds", "how")
        rows = [
            (
                row.change,
                *(f"{gain:+z.4f}" for gain in (row.gain, min(row.gains), max(row.gains))),
                f"{row.score:z.4f}",
                f"{row.seconds:.2g}",
                row.call,
            )
            for row in self.rows
        ]
        same = self.untouched
        scores = fill("({low:z.4f} to {high:z.4f})", low=min(same.scores), high=max(same.scores))
        rows.append((same.change, "", "", "", f"{same.score:z.4f}", f"{same.seconds:.2g}", scores))
        return Table(self.verdict, head, tuple(rows), left=frozenset({0, 6}))

    def __repr__(self) -> str:
        table = replace(self.table(), caption="")
        about = fill(
            _ABOUT[self.of],
            metric=_METRICS.get(self.metric, self.metric),
            seeds=len(self.seeds),
            samples=self.samples,
        )
        remarks = map(printable, self.remarks())
        return "\n".join([f"{printable(self.verdict)}.", "", table.text(indent=""), "", about, *remarks])

    def remarks(self) -> list[str]:
        """Return why this is partial, what was not tried and why, and the notes."""
        partial = []
        if self.partial is not None:
            partial.append(fill(_PARTIAL, reason=self.partial, seeds=len(self.seeds)))
        not_tried = [fill(_NOT_TRIED, change=one.change, reason=one.reason) for one in self.not_tried]
        return [*partial, *not_tried, *self.notes]

    def _repr_html_(self) -> str:
        return self.table().html()


def ordered(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows that help, then the others, each by gain.

    Among equals the larger least gain is first, then the higher score, then the faster one.
    """

    def key(row: Row) -> tuple[float, ...]:
        gains = -round(row.gain, 4), -round(min(row.gains), 4)
        return not row.helps, *gains, -round(row.score, 4), row.seconds

    return tuple(sorted(rows, key=key))

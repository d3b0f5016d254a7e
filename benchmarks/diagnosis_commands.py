"""The command lines of the two suites of the diagnosis: faults that were put in, and labels by intervention."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import click

from benchmarks.diagnosis_faults import scored, table
from benchmarks.diagnosis_fixes import fixed
from benchmarks.diagnosis_labels import label
from benchmarks.diagnosis_published import beside
from benchmarks.diagnosis_suite import by_mistake, confusion, counts, figures, judged, reliability, summary
from benchmarks.markdown import put
from benchmarks.options import store_option
from tests.diagnosis.scenarios import SCORED
from tests.diagnosis_cases.cases import Half, labelled
from tests.diagnosis_cases.told import TOLD

__all__ = ["diagnosis_confidence", "diagnosis_faults", "diagnosis_suite"]

_PAGE = Path(__file__).parents[1] / "docs" / "diagnosis.md"


@click.command("diagnosis-faults")
@click.option("--seeds", default=2, show_default=True, help="How many seeds.")
@store_option
def diagnosis_faults(seeds: int, store: bool) -> None:
    """Networks with a known fault, scored for `diagnose` and for published rules; no threshold was chosen on them."""
    comparison = table(scored(SCORED[:seeds]))
    print(comparison)
    if store:
        start, end = "<!-- python -m benchmarks diagnosis-faults -->", "<!-- end of the table -->"
        put(_PAGE, f"\n{comparison}\n", start, end)


@click.command("diagnosis-suite")
@click.option(
    "--half",
    type=click.Choice(["open", "fresh", "scored"]),
    default="open",
    show_default=True,
    help="Which part.",
)
@click.option(
    "--each", default=12, show_default=True, help="Cases of each realization of a mistake, at most."
)
@click.option(
    "--label",
    "minutes",
    default=0.0,
    help="Train cases that have no label yet for so many minutes; what is done is kept.",
)
@click.option(
    "--fixes",
    default=2,
    show_default=True,
    help="Networks of each realization of a mistake that remedies are tried on; 0 for none.",
)
@click.option(
    "--published",
    default=4,
    show_default=True,
    help="Cases of each realization that published rules judge, too; 0 for none.",
)
@store_option
def diagnosis_suite(half: Half, each: int, minutes: float, fixes: int, published: int, store: bool) -> None:
    """Networks labelled by intervention: is the verdict a cause that, once mended, makes the network learn?"""
    if minutes:
        done, wanted = label(half, each, minutes)
        print(f"{done} of {wanted} cases have a label")
    found = labelled(half, each)
    kinds = Counter(figures.label for _, figures in found)
    outcomes = judged(found)
    about = f"{len(found)} networks: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    report = "\n\n".join(
        [
            f"{about}. Opened on {date.today()}.",
            figures(outcomes, fixed(found, fixes)),
            summary(outcomes),
            by_mistake(outcomes),
            confusion(outcomes, "everything"),
            "Verdicts that name a cause, with all but other data told:",
            reliability(outcomes),
            "Published rules, on networks of our own core, which they watch after each epoch:",
            beside(labelled(half, published), outcomes),
        ]
    )
    print(report)
    if store:
        start, end = (
            f"<!-- python -m benchmarks diagnosis-suite --half {half} -->",
            "<!-- end of the suite -->",
        )
        put(_PAGE, f"\n{report}\n", start, end)


@click.command("diagnosis-confidence")
def diagnosis_confidence() -> None:
    """How often verdicts are right, by severity and by check, but for the scored half: the counts of `confidence`."""
    told = [name for name in TOLD if name != "other data"]
    print(counts(judged([*labelled("open", 17), *labelled("fresh", 13)], told)))

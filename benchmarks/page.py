"""The tables of docs/benchmarks.md, written from stored results and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import deploy_page, scale_page, studio_page, tables_page
from benchmarks.markdown import put, table
from benchmarks.race import PACKAGES, TRAINERS, readable
from benchmarks.stored import load

TRAINER_NAMES = [module.removesuffix("_peer") for module in TRAINERS]


def update(page: Path) -> None:
    """Replace the tables of the page."""
    parts = {
        "figures": _figures,
        "tables": tables_page.sections,
        "deploy": deploy_page.sections,
        "scale": scale_page.sections,
        "studio": studio_page.sections,
    }
    for name, sections in parts.items():
        start, end = f"<!-- {name}: python -m benchmarks page -->", f"<!-- end of {name} -->"
        put(page, "\n\n".join(sections()), start, end)


def _figures() -> Iterable[str]:
    if forward := load("forward"):
        yield _context(forward)
        yield _forward(forward)
    if training := load("training"):
        yield _training(training)
    if activations := load("activations"):
        yield _activations(activations)
    if memory := load("memory"):
        yield _memory(memory)
    if startup := load("startup"):
        yield _startup(startup)


def _context(result: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items() if number)
    return (
        f"Measured {result['date']} on {result['processors']} cores of an {result['machine']} "
        f"(level {result['backend']['level']}, Python {result['python']}); {versions}. Times are medians, each "
        "contender in a process of its own, taking turns; a ratio is the fastest peer's time over ours, below 1 is "
        "a loss."
    )


def _forward(result: dict[str, Any]) -> str:
    names = [name for name in PACKAGES.values() if any(name in o["timings"] for o in result["outcomes"])]
    rows = []
    for outcome in result["outcomes"]:
        timings = outcome["timings"]
        cells = [readable(timings[name]["median"]) if name in timings else "" for name in names]
        goal = result["details"][outcome["case"]]["goal"]
        rows.append([outcome["case"], *cells, f"**{outcome['ratio']:.2f}**", f"{goal:g}"])
    title = f"Whole networks, float32, {result['threads']} threads (network and hidden activation, batch):"
    peak = result["peak_gflops"]
    best = {
        zeros: max(d["gflops"] for d in result["details"].values() if d["zeros"] is zeros)
        for zeros in (False, True)
    }
    note = (
        f"The fastest network without zeros reaches {best[False]:.0f} GFLOP/s, {best[False] / peak:.0%} of a "
        f"measured peak of {peak:.0f}; with relu, whose zeros are left out, it does the work of {best[True]:.0f}."
    )
    return "\n\n".join([title, table(["network, batch", *names, "ratio", "goal"], rows), note])


def _training(result: dict[str, Any]) -> str:
    names = [name for name in TRAINER_NAMES if any(name in o["timings"] for o in result["outcomes"])]
    rows = []
    for outcome in result["outcomes"]:
        timings, details = outcome["timings"], result["details"][outcome["case"]]
        cells = [readable(timings[name]["median"]) if name in timings else "" for name in names]
        ratios = [
            f"**{ratio:.1f}** ({goal:g})" if ratio else ""
            for ratio, goal in zip(details["ratios"], details["goals"], strict=True)
        ]
        rows.append([outcome["case"], *cells, *ratios])
    title = (
        f"An epoch of training, relu, softmax cross-entropy, Adam, {result['threads']} threads (ratios, and their "
        "goals: scikit-learn over ours, the fastest of the others over ours):"
    )
    headings = ["rows x network, batch", *names, "to scikit-learn", "to the fastest"]
    return "\n\n".join([title, table(headings, rows)])


def _activations(result: dict[str, Any]) -> str:
    rows = []
    for kind in ("float32", "float64"):
        ratios = {
            o["case"].split()[0]: o["ratio"] for o in result["outcomes"] if kind in o["case"] and o["ratio"]
        }
        mean = float(np.exp(np.mean(np.log(list(ratios.values())))))
        lowest = sorted(ratios.items(), key=lambda pair: pair[1])[:3]
        losses = ", ".join(f"{name} {ratio:.2f}" for name, ratio in lowest)
        rows.append([kind, str(len(ratios)), f"**{mean:.2f}**", losses])
    title = "Elementwise activations, 65,536 numbers, one thread, ratio to the fastest peer:"
    return "\n\n".join([title, table(["type", "activations", "geometric mean", "lowest three"], rows)])


def _memory(result: dict[str, Any]) -> str:
    goal, rows = result["goal"], []
    for threads, column in ((result["threads"], 0), (1, 1)):
        copies = {case.split()[0]: both[column] for case, both in result["copies"].items()}
        slowest = sorted(copies.items(), key=lambda pair: -pair[1])[:3]
        rows.append(
            [
                str(threads),
                f"**{np.median(list(copies.values())):.2f}**",
                f"{sum(taken <= goal for taken in copies.values())} of {len(copies)}",
                ", ".join(f"{name} {taken:.2f}" for name, taken in slowest),
            ]
        )
    title = (
        "From memory, 16.8 M float32 with `out=`: time over that of a plain copy, `numpy.copyto`, which NumPy makes "
        "in one thread:"
    )
    headings = ["our threads", "median", f"within {goal:g} copies", "slowest three"]
    return "\n\n".join([title, table(headings, rows)])


def _startup(result: dict[str, Any]) -> str:
    timings = result["outcomes"][0]["timings"]
    imports = ", ".join(f"{name} {readable(timing['median'])}" for name, timing in timings.items())
    more = timings["multilayer"]["median"] - timings["numpy"]["median"]
    return f"Import: {imports}; `multilayer` costs {readable(more)} more than NumPy alone."

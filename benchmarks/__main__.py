"""The command line of the benchmarks."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from benchmarks import deploy as shipping
from benchmarks import diagnosis as cost
from benchmarks.cases import FORWARD, TRAINING, ElementwiseCase
from benchmarks.conversion import largest_errors
from benchmarks.diagnosis_commands import diagnosis_confidence, diagnosis_faults, diagnosis_suite
from benchmarks.options import (
    only_option,
    refuse_parts,
    rounds_option,
    seconds_option,
    size_option,
    store_option,
    threads_option,
)
from benchmarks.page import update
from benchmarks.peak import measured_peak
from benchmarks.race import TRAINERS, race, readable
from benchmarks.room import measured_copies
from benchmarks.scale import scale
from benchmarks.startup import startup as time_imports
from benchmarks.stored import store as store_results
from benchmarks.studio import studio
from benchmarks.sweep import ONCE_LOST, random_cases, summary
from benchmarks.table_commands import predict, tables
from multilayer.activations import Elementwise, catalogue

app = click.Group(help=__doc__)
for command in (studio, tables, predict, scale, diagnosis_confidence, diagnosis_faults, diagnosis_suite):
    app.add_command(command)


@app.command()
@rounds_option(11)
@threads_option
@seconds_option(0.05)
@only_option
@store_option
def forward(rounds: int, threads: int, seconds: float, only: str, store: bool) -> None:
    """Whole networks, float32, each against every installed peer."""
    refuse_parts(store, only)
    cases = [case for case in FORWARD if only in case.name]
    outcomes = race("forward", cases, threads=threads, rounds=rounds, seconds=seconds)
    peak = measured_peak(threads)
    details = {
        case.name: {
            "goal": case.goal,
            "gflops": case.flops / outcome.timings["multilayer"].median,
            "zeros": case.hidden == "relu",
        }
        for case, outcome in zip(cases, outcomes, strict=True)
    }
    for case in cases:
        rate, zeros = details[case.name]["gflops"], details[case.name]["zeros"]
        note = ", counting zeros that are left out" if zeros else ""
        print(f"{case.name:<34} {rate:8.1f} GFLOP/s, {rate / peak:.0%} of the measured peak {peak:.0f}{note}")
    if store:
        store_results("forward", outcomes, threads=threads, peak_gflops=peak, details=details)


@app.command()
@click.option("--shapes", default=200, show_default=True, help="Number of random networks.")
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same networks.")
@rounds_option(7)
@threads_option
@seconds_option(0.02)
@only_option
@store_option
def sweep(shapes: int, seed: int, rounds: int, threads: int, seconds: float, only: str, store: bool) -> None:
    """Networks of random shapes, 1 to 10 layers of 1 to 2048 units, 1 to 20,000 rows, against every installed peer."""
    refuse_parts(store, only)
    cases = [case for case in (*ONCE_LOST, *random_cases(shapes, seed)) if only in case.name]
    outcomes = race("forward", cases, threads=threads, rounds=rounds, seconds=seconds)
    result = summary(outcomes)
    print(f"geometric mean {result.geometric_mean:.2f}, lowest {result.lowest:.2f}, over {len(cases)} shapes")
    print(f"{len(result.losses)} below 1:")
    for case, peer, ratio in result.losses:
        print(f"  {ratio:.2f} {peer:<12} {case}")
    if store:
        store_results("sweep", outcomes, threads=threads, seed=seed, summary=asdict(result))


@app.command()
@rounds_option(7)
@threads_option
@seconds_option(0.1)
@only_option
@store_option
def training(rounds: int, threads: int, seconds: float, only: str, store: bool) -> None:
    """Epochs of Adam on relu networks with softmax cross-entropy, each against every installed peer.

    Short ones are timed one after another: the first after a pause tells how fast a process wakes up.
    """
    refuse_parts(store, only)
    cases = [case for case in TRAINING if only in case.name]
    outcomes = race("training", cases, threads=threads, rounds=rounds, seconds=seconds, packages=TRAINERS)
    details = {}
    for case, outcome in zip(cases, outcomes, strict=True):
        ours = outcome.timings["multilayer"].median
        details[case.name] = {
            "goals": [case.goal_sklearn, case.goal_fastest],
            "ratios": [
                outcome.timings[name].median / ours if name in outcome.timings else None
                for name in ("sklearn", outcome.fastest_peer(but="sklearn"))
            ],
        }
        print(case.name, details[case.name], outcome.excluded or "")
    if store:
        store_results("training", outcomes, threads=threads, details=details)


@app.command()
@rounds_option(7)
@seconds_option(0.02)
@only_option
@size_option(65_536)
@store_option
def activations(rounds: int, seconds: float, only: str, size: int, store: bool) -> None:
    """Elementwise, one thread, float32 and float64, and float32 from memory beside a plain copy."""
    refuse_parts(store, only)
    names = [a.facts.name for a in catalogue if isinstance(a, Elementwise) and only in a.facts.name]
    cases = [ElementwiseCase(name, kind, size) for kind in ("float32", "float64") for name in names]
    outcomes = race("elementwise", cases, threads=1, rounds=rounds, seconds=seconds)
    for kind in ("float32", "float64"):
        ratios = [r for o in outcomes if kind in o.case and (r := o.ratio())]
        if ratios:
            mean = float(np.exp(np.mean(np.log(ratios))))
            print(
                f"{kind}: geometric mean {mean:.2f}, lowest {min(ratios):.2f}, over {len(ratios)} activations"
            )
    if store:
        store_results("activations", outcomes, threads=1)


@app.command()
@rounds_option(7)
@threads_option
@seconds_option(0.05)
@only_option
@size_option(16_800_000)
@store_option
def memory(rounds: int, threads: int, seconds: float, only: str, size: int, store: bool) -> None:
    """16.8 M float32 from memory with out=, beside a plain copy: NumPy's identity, which one thread makes."""
    refuse_parts(store, only)
    names = [a.facts.name for a in catalogue if isinstance(a, Elementwise) and only in a.facts.name]
    copy = ElementwiseCase("identity", "float32", size)
    cases = [copy, *(ElementwiseCase(name, "float32", size) for name in names if name != "identity")]
    outcomes = race("elementwise", cases, threads=threads, rounds=rounds, seconds=seconds)
    ours = {"multilayer_peer": "multilayer"}
    alone = race("elementwise", cases, threads=1, rounds=rounds, seconds=seconds, packages=ours)
    copy_ns = outcomes[0].timings["numpy"].median
    copies = {
        both[0].case: [timed.timings["multilayer"].median / copy_ns for timed in both]
        for both in zip(outcomes, alone, strict=True)
    }
    for case, (together, by_one_thread) in copies.items():
        print(f"{case:<40} {together:.2f} copies, {by_one_thread:.2f} by one thread")
    if store:
        store_results("memory", [], threads=threads, copy_ns=copy_ns, goal=1.4, copies=copies)


@app.command()
def room() -> None:
    """Memory that training takes beside the data and the network it starts from, in copies of the parameters."""
    for what, (during, at_the_end) in measured_copies().items():
        print(f"{what:<44} {during:.2f} copies while training, {at_the_end:.2f} at the end")


@app.command()
@rounds_option(15)
@store_option
def startup(rounds: int, store: bool) -> None:
    """Import times, the bare interpreter's start subtracted."""
    outcome = time_imports(rounds)
    for name, timing in outcome.timings.items():
        print(f"{name:<32} {readable(timing.median):>9}  ({readable(timing.low)} to {readable(timing.high)})")
    more = outcome.timings["multilayer"].median - outcome.timings["numpy"].median
    print(f"multilayer over numpy alone: {readable(more)}")
    if store:
        store_results("startup", [outcome])


@app.command()
@rounds_option(3)
def diagnosis(rounds: int) -> None:
    """What a diagnosis costs: time beside its own passes over the data, memory, and live beside training."""
    for threads in (1, 2):
        for clock, seconds in cost.measured("passes", rounds, threads=threads).items():
            ratio = cost.Passes(**seconds).ratio
            print(f"{threads} threads, {clock}: {ratio:.2f} of 3 forward passes and a backward one (goal: 1)")
    for rows in cost.ROWS:
        size = cost.measured("peak", rows, threads=2)
        print(f"{rows} rows: at most {size / 2**20:.1f} MiB beside data and network")
    for number, case in enumerate(TRAINING):
        live = cost.measured("live", number, threads=2)
        print(
            f"{case.name:<34} {live['fraction']:.1%} of training (goal: 5 %), {live['snapshots']} snapshots"
        )


@app.command()
@rounds_option(7)
@seconds_option(0.05)
@only_option
@store_option
def deploy(rounds: int, seconds: float, only: str, store: bool) -> None:
    """Networks as source, float32, one thread: latency, size, start-up beside ONNX Runtime and other makers of C."""
    refuse_parts(store, only)
    names = [name for name in shipping.NETWORKS if only in name]
    outcomes, sizes = [], {}
    for name in names:
        for rows in shipping.ROWS:
            with TemporaryDirectory() as folder:
                outcomes.append(shipping.measured(name, rows, rounds, seconds, Path(folder)))
            print(shipping.table(outcomes[-1]), flush=True)
    for name in names:
        with TemporaryDirectory() as folder:
            for title, one in shipping.shipped(name, Path(folder)).items():
                start = shipping.started(one, rounds)
                sizes[f"{name}, {title}"] = {"bytes": one.bytes, "what": one.what, "start_ns": start}
                shown = "" if start is None else f", a row from the start in {readable(start)}"
                print(f"{name}, {title}: {one.bytes:,} bytes of {one.what}{shown}", flush=True)
    if store:
        store_results("deploy", outcomes, threads=1, shipped=sizes)


@app.command()
def conversion() -> None:
    """Networks made of PyTorch's modules, beside these themselves."""
    for kind, (error, module) in largest_errors().items():
        print(f"{kind}: outputs differ by {error:.1e} of the largest at most, behind {module}")


@app.command()
def page() -> None:
    """Write the stored results into docs/benchmarks.md."""
    update(Path(__file__).parents[1] / "docs" / "benchmarks.md")


if __name__ == "__main__":
    app()

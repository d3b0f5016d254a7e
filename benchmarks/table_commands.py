"""The commands that measure models of tables: learning them, and predictions of them."""

from __future__ import annotations

from dataclasses import asdict
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks import predict as end_to_end
from benchmarks.options import only_option, refuse_parts, rounds_option, store_option, threads_option
from benchmarks.stored import load
from benchmarks.stored import store as store_results
from benchmarks.tables import Measured, installed, measured, report
from benchmarks.tables_data import SETS
from benchmarks.tables_kept import Kept
from benchmarks.tables_peers import CONTENDERS

__all__ = ["predict", "tables"]


@click.command()
@click.option("--sets", default=",".join(SETS), help="Names of data sets, with commas between.")
@click.option(
    "--splits",
    default=3,
    show_default=True,
    help="Splits of each set, but for the one that chose the recipe.",
)
@click.option(
    "--peers", default=",".join(installed()), help="Contenders, with commas between; all that are there."
)
@click.option("--members", default=8, show_default=True, help="Networks in our bag, and in that of RealMLP.")
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write each result into a file of JSON lines, and leave out what is there.",
)
@click.option("--from-stored", is_flag=True, help="Let a new file begin with the results that are stored.")
@threads_option
@store_option
def tables(
    sets: str,
    splits: int,
    peers: str,
    members: int,
    into: Path | None,
    from_stored: bool,
    threads: int,
    store: bool,
) -> None:
    """Learning tables: errors on 20 data sets, which are fetched into a cache, by everybody's defaults.

    All sets of one split come before those of the next one, so that a run that is ended has whole splits. With
    --splits 0 nothing is measured: what a file holds is shown, and stored.
    """
    if store and sets != ",".join(SETS):
        raise click.UsageError("--store replaces all figures of a benchmark; leave out --sets")
    options, first = {"members": members, "threads": threads}, load("tables") if from_stored else {}
    if first and options != {name: first[name] for name in options}:
        raise click.UsageError("--from-stored: the stored results have other --members or --threads")
    kept = Kept(into, options, first.get("results", ()))
    for split, data, peer in product(range(1, splits + 1), sets.split(","), peers.split(",")):
        if (data, split, peer) not in kept:
            found = measured(data, split, peer, members=members, threads=threads)
            print(f"{data}, split {split}, {peer}: {found}", flush=True)
            if isinstance(found, Measured):
                kept.add(found)
    results = list(kept)
    print(report(results))
    if store:
        results.sort(
            key=lambda one: (one.split, list(SETS).index(one.data), list(CONTENDERS).index(one.contender))
        )
        store_results(
            "tables", [], members=members, threads=threads, results=[asdict(one) for one in results]
        )


@click.command()
@click.option("--rows", default=2_000_000, show_default=True, help="Rows of the table.")
@rounds_option(3)
@threads_option
@only_option
@store_option
def predict(rows: int, rounds: int, threads: int, only: str, store: bool) -> None:
    """`multilayer predict` of a Parquet file, beside a script of pyarrow, NumPy and ONNX Runtime."""
    refuse_parts(store, only)
    verdicts = []
    with TemporaryDirectory() as folder:
        for case in end_to_end.CASES:
            if only in case.name:
                verdicts.append(end_to_end.measured(case, rows, rounds, threads, Path(folder)))
                print(end_to_end.summary(verdicts[-1]), flush=True)
    if store:
        store_results("predict", [], threads=threads, verdicts=[asdict(one) for one in verdicts])

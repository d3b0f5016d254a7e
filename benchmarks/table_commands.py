"""The commands that measure models of tables: learning them, and predictions of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks import predict as end_to_end
from benchmarks.options import only_option, refuse_parts, rounds_option, store_option, threads_option
from benchmarks.stored import store as store_results
from benchmarks.tables import Measured, installed, measured, report, summary
from benchmarks.tables_data import SETS

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
@threads_option
@store_option
def tables(sets: str, splits: int, peers: str, members: int, threads: int, store: bool) -> None:
    """Learning tables: errors on 20 data sets, which are fetched into a cache, by everybody's defaults."""
    if store and sets != ",".join(SETS):
        raise click.UsageError("--store replaces all figures of a benchmark; leave out --sets")
    results: list[Measured] = []
    for data in sets.split(","):
        for split in range(1, splits + 1):
            for peer in peers.split(","):
                found = measured(data, split, peer, members=members, threads=threads)
                print(f"{data}, split {split}, {peer}: {found}", flush=True)
                if isinstance(found, Measured):
                    results.append(found)
    print(report(results))
    if store:
        summaries = [asdict(one) for one in summary(results)]
        facts = {"members": members, "splits": splits, "threads": threads, "summary": summaries}
        store_results("tables", [], **facts, results=[asdict(one) for one in results])


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

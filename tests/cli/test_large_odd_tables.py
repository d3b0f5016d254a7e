"""Tables with very many columns or categories, categories that are new, and a disk that is full."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.penguins import TEST, TRAIN
from tests.cli.test_mistakes import refused

TINY = "epochs = 1\nhidden = [8]\n"


def train(multilayer: Any, table: Path, *options: Any, target: str = "y") -> Any:
    (table.parent / "tiny.toml").write_text(TINY)
    given = ("--members", 1, "--config", table.parent / "tiny.toml", "-o", table.parent / "m.safetensors")
    return multilayer("train", table, "--target", target, *given, *options)


@pytest.mark.slow
def test_a_hundred_thousand_columns(multilayer: Any, tmp_path: Path) -> None:
    count, rows = 100_000, 10
    cells = np.random.default_rng(0).integers(-99, 99, (rows, count)).astype(str).tolist()
    lines = [",".join([*(f"c{place}" for place in range(count)), "y"])]
    lines += [",".join([*row, "no" if number % 2 else "yes"]) for number, row in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    done = train(multilayer, tmp_path / "t.csv")
    assert done.code == 0, done.err
    assert "t.csv: 10 rows, 100,001 columns" in done.out
    assert "100,000 columns of numbers are many: 0 bins for each instead of 16" in done.out
    found = multilayer("predict", tmp_path / "m.safetensors", tmp_path / "t.csv", "-o", tmp_path / "p.jsonl")
    assert found.code == 0, found.err
    assert len((tmp_path / "p.jsonl").read_text().splitlines()) == rows


@pytest.mark.slow
def test_a_million_categories(multilayer: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    code = np.concatenate([np.arange(10**6), rng.integers(0, 20, 2 * 10**5)])
    x = rng.integers(-99, 99, len(code))
    with (tmp_path / "t.csv").open("w") as file:
        file.write("x,c,y\n")
        file.writelines(
            f"{n},k{c},{'no' if n + 40 * (c < 20) > 0 else 'yes'}\n"
            for n, c in zip(x.tolist(), code.tolist(), strict=True)
        )
    done = train(multilayer, tmp_path / "t.csv", "--type", "c=category")
    assert done.code == 0, done.err
    assert "c (1,000,000)" in done.out
    (tmp_path / "new.csv").write_text("c,x\nk3,0\nk999999,0\nnever seen,-50\n,50\n")
    found = multilayer("predict", tmp_path / "m.safetensors", tmp_path / "new.csv", "-o", tmp_path / "p.csv")
    assert found.code == 0, found.err
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 5


def test_a_category_that_was_never_seen_is_another_one(
    multilayer: Any, species: Path, tmp_path: Path
) -> None:
    lines = TEST.read_text().splitlines()
    place = lines[0].split(",").index("island")
    rows = [line.split(",") for line in lines]
    for row in rows[1:]:
        row[place] = "Atlantis"
    (tmp_path / "new.csv").write_text("\n".join(map(",".join, rows)))
    found = multilayer("predict", species, tmp_path / "new.csv", "-o", tmp_path / "p.csv")
    assert found.code == 0, found.err
    assert len((tmp_path / "p.csv").read_text().splitlines()) == len(lines)
    judged = multilayer("evaluate", species, tmp_path / "new.csv")
    assert judged.code == 0, judged.err
    assert "of the rows have a category that training did not have" in " ".join(judged.out.split())


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow beyond 2 KiB, with the error of the system that a full disk has, too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_model_for_which_the_disk_is_full(multilayer: Any, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(TRAIN.read_bytes())
    with full_disk():
        done = train(multilayer, tmp_path / "t.csv", target="species")
    refused(replace(done, out="", err=done.err.splitlines()[-1]), "m.safetensors", "cannot be written")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "tiny.toml"]


@pytest.mark.parametrize("name", ["p.csv", "p.parquet", "p.jsonl"])
def test_predictions_for_which_the_disk_is_full(
    multilayer: Any, species: Path, tmp_path: Path, name: str
) -> None:
    head, *rows = TEST.read_text().splitlines()
    (tmp_path / "t.csv").write_text("\n".join([head, *rows * 100]))
    with full_disk():
        done = multilayer("predict", species, tmp_path / "t.csv", "--proba", "-o", tmp_path / name)
    refused(done, name, "cannot be written")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv"]

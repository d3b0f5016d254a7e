"""What `python -m benchmarks tables` makes of its measurements: wins, losses, normalized errors."""

from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
import pytest

from benchmarks import tables_page
from benchmarks.tables import Measured, error, report, summary
from benchmarks.tables_data import SETS
from benchmarks.tables_kept import Kept
from benchmarks.tables_peers import CONTENDERS, LIMITED


def results() -> list[Measured]:
    """Two splits of one set and one of another; a set that ours could not learn."""
    figures = {
        "multilayer": {"a": [1.0, 3.0], "b": [8.0]},
        "HistGradientBoosting": {"a": [4.0, 4.0], "b": [4.0], "c": [1.0]},
        "other": {"a": [2.0, 2.0], "b": [9.0], "c": [2.0]},
    }
    return [
        Measured(data, split, name, value, 2.0, None, 0.91 if name == "multilayer" else None)
        for name, sets in figures.items()
        for data, values in sets.items()
        for split, value in enumerate(values)
    ]


def test_a_summary_counts_what_both_have_learned() -> None:
    ours, boosting, other = summary(results())
    assert (ours.contender, ours.sets, ours.splits, ours.losses, ours.ratio) == ("multilayer", 2, 3, (), 1.0)
    assert (boosting.sets, boosting.wins, boosting.losses) == (2, 1, ("b",))
    assert boosting.ratio == pytest.approx(np.sqrt(4.0 / 2.0 * 4.0 / 8.0))
    assert (other.wins, other.losses) == (1, ("a",))  # equal errors are no win
    assert (ours.coverage, boosting.coverage) == (0.91, None)


def test_a_contender_is_compared_on_the_splits_that_it_has() -> None:
    _, other = summary([one for one in results() if one.contender == "multilayer" or one.split == 1])[::2]
    assert (other.sets, other.splits, other.losses) == (1, 1, ("a",))
    assert other.ratio == pytest.approx(2.0 / 3.0)


def test_a_report_shows_a_loss_as_a_ratio_below_1() -> None:
    lines = report(results()).splitlines()
    assert lines[0].split() == ["multilayer", "HistGradientBoosting", "other"]
    assert [line.split() for line in lines[1:3]] == [
        ["a", "2", "2.000", "1.000"],
        ["b", "8", "0.500", "1.125"],
    ]
    assert any("HistGradientBoosting" in line and "ours has less on 1; lost: b" in line for line in lines[3:])
    others = [one for one in results() if one.contender != "multilayer"]
    assert report(others) == report([]) == "no results of multilayer to compare others with"


def test_results_are_kept_in_a_file_and_a_line_cut_short_is_measured_again(tmp_path: Path) -> None:
    file, (first, second, *_) = tmp_path / "results.jsonl", results()
    kept = Kept(file, {"members": 2})
    kept.add(first)
    kept.add(second)
    file.write_text(file.read_text()[:-9])
    again = Kept(file, {"members": 2})
    assert list(again) == [first]
    assert (first.data, first.split, first.contender) in again
    assert (second.data, second.split, second.contender) not in again
    again.add(second)
    assert list(Kept(file, {"members": 2})) == [first, second]
    with pytest.raises(
        click.UsageError, match=r"holds results of \{'members': 2\}; expected \{'members': 3\}"
    ):
        Kept(file, {"members": 3})


def test_a_new_file_begins_with_results_that_are_there(tmp_path: Path) -> None:
    file, (first, second, *_) = tmp_path / "results.jsonl", results()
    assert list(Kept(file, {}, [asdict(first)])) == [first]
    Kept(file, {}, [asdict(second)]).add(second)  # the file is not new
    assert list(Kept(file, {})) == [first, second]
    assert list(Kept(None, {}, [asdict(first)])) == [first]


def test_errors_by_hand() -> None:
    p = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]])
    assert error(2, np.array([0, 1, 0, 1]), p) == pytest.approx(1 - 2 / 4)
    three = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
    assert error(3, np.array([0, 1]), three) == pytest.approx(np.log(2) / 2)
    assert error(0, np.array([1.0, 5.0]), np.array([4.0, 1.0])) == pytest.approx(np.sqrt(12.5))


def test_there_are_20_sets() -> None:
    tasks = [source.task for source in SETS.values()]
    assert (tasks.count("binary"), tasks.count("classes"), tasks.count("numbers")) == (7, 5, 8)
    assert next(iter(CONTENDERS)) == "multilayer"


def test_ours_in_the_time_of_another_is_beside_that_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ((limited, other),) = LIMITED.items()
    assert {limited, other} <= CONTENDERS.keys()
    figures = {"multilayer": 1.0, other: 3.0, limited: 2.0}
    found = [Measured("a", 1, name, error, 7.0) for name, error in figures.items()]
    found += [Measured("b", 1, limited, 2.0, 5.0, time_limit=6.0), Measured("b", 1, other, 1.0, 1.0)]
    found[2] = Measured("a", 1, limited, 2.0, 3.0, time_limit=4.0)
    monkeypatch.setattr(
        tables_page,
        "load",
        {
            "tables": {
                "date": "2026-01-31",
                "members": 2,
                "threads": 1,
                "results": [asdict(one) for one in found],
            }
        }.get,
    )
    (learned,) = tables_page.sections()
    assert f"| set | error of multilayer | {other} |\n" in learned
    assert "| a | 2 | 1.500 | 4.0 s | 3.0 s |" in learned
    assert "| b | 2 | **0.500** | 6.0 s | 5.0 s |" in learned
    assert (
        f"less error on 1 of 2 sets, 2 splits; the geometric mean of the ratios is {0.75**0.5:.3f}" in learned
    )


def test_the_page_shows_every_set_and_what_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {"date": "2026-01-31", "members": 2, "threads": 1, "results": [asdict(one) for one in results()]}
    run = {"seconds": 2.0, "processor_seconds": 3.0, "peak_bytes": 3 * 2**20}
    small = run | {"peak_bytes": 2**20}
    slow = run | {"processor_seconds": 6.0}
    verdicts = [{"case": "two", "rows": 1000, "ours": run, "theirs": slow, "small": small}]
    documents = {"tables": stored, "predict": {"date": "2026-01-31", "threads": 2, "verdicts": verdicts}}
    monkeypatch.setattr(tables_page, "load", documents.get)
    learned, predicted = tables_page.sections()
    assert "| b | 8 | **0.500** | 1.125 |" in learned
    assert "| HistGradientBoosting | 2 | 3 | 1 of 2 | 1.000 | 2.0 s | 2.0 s |" in learned
    assert "coverage of 90 % intervals 91.0 %" in learned
    assert "| two | 2.0 s | 3.0 s | 3 MiB | 2.0 s | 6.0 s | 3 MiB | **2.00** |" in predicted
    assert "Memory is 2 MiB over" in predicted

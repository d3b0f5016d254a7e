"""What `python -m benchmarks tables` makes of its measurements: wins, losses, normalized errors."""

from dataclasses import asdict

import numpy as np
import pytest

from benchmarks import tables_page
from benchmarks.tables import Measured, error, report, summary
from benchmarks.tables_data import SETS
from benchmarks.tables_peers import CONTENDERS


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


def test_a_summary_counts_common_sets_by_their_mean() -> None:
    ours, unit, other = summary(results())
    assert (ours.contender, ours.sets, ours.losses) == ("multilayer", 2, ())
    assert ours.normalized == pytest.approx(np.sqrt(0.5 * 2.0))
    assert (unit.wins, unit.losses, unit.normalized) == (1, ("b",), 1.0)
    assert (other.wins, other.losses) == (1, ("a",))  # equal errors are no win
    assert (ours.coverage, unit.coverage) == (0.91, None)


def test_a_report_shows_a_loss_as_a_loss() -> None:
    lines = report(results()).splitlines()
    assert lines[0].split() == ["multilayer", "HistGradientBoosting", "other"]
    assert lines[2].split() == ["b", "8", "4*", "9"]
    assert lines[3].split() == ["c", "1*", "2"]
    assert any("HistGradientBoosting" in line and "1 of 2; lost: b" in line for line in lines[4:])


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


def test_the_page_shows_every_set_and_what_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {"date": "2026-01-31", "members": 2, "threads": 1, "results": [asdict(one) for one in results()]}
    run = {"seconds": 2.0, "processor_seconds": 3.0, "peak_bytes": 3 * 2**20}
    small = run | {"peak_bytes": 2**20}
    slow = run | {"processor_seconds": 6.0}
    verdicts = [{"case": "two", "rows": 1000, "ours": run, "theirs": slow, "small": small}]
    documents = {"tables": stored, "predict": {"date": "2026-01-31", "threads": 2, "verdicts": verdicts}}
    monkeypatch.setattr(tables_page, "load", documents.get)
    learned, predicted = tables_page.sections()
    assert "| b | 8 | 4 | 9 |" in learned
    assert (
        "Less error than HistGradientBoosting on 1 of 2 sets (geometric mean of the ratios 1.00; lost: b)"
        in learned
    )
    assert "coverage of 90 % intervals 91.0 %" in learned
    assert "| two | 2.0 s | 3.0 s | 3 MiB | 2.0 s | 6.0 s | 3 MiB | **2.00** |" in predicted
    assert "Memory is 2 MiB over" in predicted

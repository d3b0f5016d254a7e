"""Files stay short enough to be read at once."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAXIMUM = 300
HALF_A_PAGE = 40


@pytest.mark.parametrize("room", ["src", "tests", "benchmarks", "tools", "examples"])
def test_no_file_has_over_300_lines(room):
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / room).rglob("*.py")}
    assert lines
    assert not {path.relative_to(ROOT).as_posix() for path, count in lines.items() if count > MAXIMUM}


def test_a_decision_is_half_a_page():
    decisions = list((ROOT / "docs" / "decisions").glob("*.md"))
    assert decisions
    assert not {
        path.name for path in decisions if len(path.read_text(encoding="utf-8").splitlines()) > HALF_A_PAGE
    }

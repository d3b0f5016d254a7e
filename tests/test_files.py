"""Files stay short enough to be read at once."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAXIMUM = 300


@pytest.mark.parametrize("room", ["tests", "benchmarks", "tools", "examples"])
def test_no_file_has_over_300_lines(room):
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / room).rglob("*.py")}
    assert lines
    assert not {path.relative_to(ROOT).as_posix() for path, count in lines.items() if count > MAXIMUM}

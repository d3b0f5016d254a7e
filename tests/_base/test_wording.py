"""Hints of near matches: the right ones, at a cost that no input can drive up."""

from __future__ import annotations

import difflib

import pytest

from multilayer._base.text import near_matches

WIDE = [f"column {number}" for number in range(100_000)]
"""A header wider than what is compared."""


@pytest.mark.parametrize(
    ("wrong", "known", "expected"),
    [
        ("Slop", ["slope", "scale"], "did you mean 'slope'?"),
        ("a" * 10**6, ["a" * 48 + "b" * 10**6], f"did you mean '{'a' * 18} ... {'b' * 17}'?"),
        ("colum 777", WIDE, "did you mean 'column 777' or 'column "),
        ("column777", WIDE, "did you mean 'column 777' or 'column "),
        ("zzz", WIDE, "there are 100000 names, from 'column 0' on"),
        ("zzz", ["a", "b"], "expected 'a' or 'b'"),
    ],
    ids=["case", "long", "letter", "space", "wide and like none", "few"],
)
def test_hints(wrong: str, known: list[str], expected: str) -> None:
    assert near_matches(wrong, known).startswith(expected)


def test_the_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    class Counted(difflib.SequenceMatcher):  # type: ignore[type-arg]
        def real_quick_ratio(self) -> float:
            compared.append(len(self.a) * len(self.b))
            return super().real_quick_ratio()

    monkeypatch.setattr(difflib, "SequenceMatcher", Counted)
    for known in WIDE[:3], [f"{number}" * 1000 for number in range(2000)], WIDE:
        compared.clear()
        near_matches("0" * 5000, known)
        assert 0 < len(compared) <= 200
        assert max(compared) <= 48 * 48

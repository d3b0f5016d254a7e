"""What `multilayer diagnose --explain` prints of a check, and what docs/diagnosis.md holds of it."""

import re
from pathlib import Path

import pytest

from multilayer._base.errors import InputError
from multilayer.diagnosis import CHECKS
from multilayer.diagnosis.reference import HEADINGS, explain, with_reference

DOCUMENT = Path(__file__).parents[2] / "docs" / "diagnosis.md"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_is_explained(check):
    title, *parts = check.explanation.split("\n\n")
    assert title.endswith(".")
    assert [part.partition(":")[0] for part in parts] == list(HEADINGS)
    text = explain(check.name)
    assert check.question in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_reference_in_the_docs_is_current():
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == with_reference(document), (
        "run  python -m multilayer.diagnosis.reference docs/diagnosis.md"
    )


def test_the_list_names_all():
    assert re.findall(r"(?m)^\w+", explain("list")) == [check.name for check in CHECKS]


@pytest.mark.parametrize("name", ["dead_units", "dead units", "Dead-Units "])
def test_a_name_may_be_written_as_findings_show_it(name):
    assert explain(name).startswith("dead_units: Is every unit active")


def test_an_unknown_name_gets_a_near_match():
    with pytest.raises(InputError, match="no check is called 'ded_units'; did you mean 'dead_units'"):
        explain("ded_units")

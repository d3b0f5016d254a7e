"""The Korean of the catalogue: nothing missing, places kept, no particle that a place could make wrong, one wording."""

from __future__ import annotations

import re
import string
from pathlib import Path

import polib
import pytest

from multilayer._base.language import CATALOGUES, DOMAIN
from tools.translations import main

CATALOGUE = polib.pofile(str(CATALOGUES / "ko" / "LC_MESSAGES" / f"{DOMAIN}.po"))
ENTRIES = [entry for entry in CATALOGUE if entry.translated()]
GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary-ko.md"

# After a vowel or a consonant these are different; a sign between makes no difference.
PARTICLES = "은|는|이|가|을|를|와|과|으로|로|이나|나|라는|이라는|라고|이라고|여야|이어야|여서|이어서|아|야"
AFTER_A_PLACE = re.compile(rf"(\S*)\}}[)\]'’\"%]*(?:{PARTICLES})(?=[\s.,;:)?]|$)")
OTHER_LEVELS = re.compile(r"(?:세요|해요|어요|아요|예요|이에요|구나|란다|한다|된다|였다|이다)(?=[.;,)]|$)")


def korean(entry: polib.POEntry) -> str:
    return entry.msgstr or entry.msgstr_plural[0]


def test_nothing_is_out_of_date_untranslated_or_doubtful(capsys):
    assert main(["--check"]) == 0, capsys.readouterr().out


def places(template: str) -> set[tuple[str, str, str]]:
    parsed = string.Formatter().parse(template)
    return {(name, spec or "", conversion or "") for _, name, spec, conversion in parsed if name is not None}


def is_template(entry: polib.POEntry) -> bool:
    """Whether an entry is filled: help and what click says by itself may hold braces of their own."""
    try:
        places(entry.msgid)
    except ValueError:
        return False
    return True


def test_places_are_the_same_in_both_languages():
    wrong = [
        f"{entry.msgid!r}: {korean(entry)!r}"
        for entry in ENTRIES
        if is_template(entry) and places(korean(entry)) != places(entry.msgid_plural or entry.msgid)
    ]
    assert not wrong, "\n".join(wrong)


def particle(text: str) -> bool:
    """Whether a particle follows a place; one behind a noun with the place in brackets, 개({n})가, is the noun's."""
    return any(
        not re.search(r"[가-힣A-Za-z]\(\{[^{}]*$", found[1]) or re.search(r"\b[A-Za-z]+\(\{[^{}]*$", found[1])
        for found in AFTER_A_PLACE.finditer(text)
    )


def test_no_particle_follows_a_place():
    wrong = [f"{entry.msgid!r}: {korean(entry)!r}" for entry in ENTRIES if particle(korean(entry))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "text", ["{name}은 없다", "'{name}'을 씁니다", "{n}%로 줄고", "W({n})을 더합니다", "{x}이어야 합니다"]
)
def test_particles_are_found(text):
    assert particle(text)


@pytest.mark.parametrize(
    "text",
    [
        "{name} 열은",
        "유닛 {n}개({share})가",
        "{name}의 모양",
        "{n}입니다",
        "손실({name})을",
        "{a}에서 {b}까지",
    ],
)
def test_what_is_no_particle_is_allowed(text):
    assert not particle(text)


def test_sentences_have_one_level_of_politeness():
    wrong = [f"{entry.msgid!r}: {korean(entry)!r}" for entry in ENTRIES if OTHER_LEVELS.search(korean(entry))]
    assert not wrong, "\n".join(wrong)


def test_whole_sentences_stay_whole():
    ends = re.compile(r"[^.][.!?]$")
    wrong = [
        f"{entry.msgid!r}: {korean(entry)!r}"
        for entry in ENTRIES
        if len(entry.msgid) > 20 and bool(ends.search(entry.msgid)) != bool(ends.search(korean(entry)))
    ]
    assert not wrong, "\n".join(wrong)


def glossary() -> list[tuple[str, list[str]]]:
    rows = [
        line.split("|") for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    return [(cells[1].strip(), cells[2].strip().split("/")) for cells in rows[1:]]


TERMS = sorted(glossary(), key=lambda term: -len(term[0]))
"""The longest first, so that a loss curve is no loss."""


def departures(english: str, translation: str) -> list[str]:
    """Return the terms of the glossary that a translation has not: it has another word, and not the English one."""
    missing = []
    for term, words in TERMS:
        english, count = re.subn(rf"(?<![\w.=-]){term}(?:s|es)?(?![\w=(])", "", english, flags=re.IGNORECASE)
        kept = [*words, term]
        if count and not any(word.lower() in translation.lower() for word in kept):
            missing.append(term)
    return missing


def test_the_words_are_those_of_the_glossary():
    wrong = [
        f"{', '.join(found)}: {entry.msgid!r}: {korean(entry)!r}"
        for entry in ENTRIES
        if (found := departures(re.sub(r"\{[^{}]*\}", "{}", entry.msgid), korean(entry)))
    ]
    assert not wrong, "\n".join(wrong)


def test_departures_are_found():
    assert departures("the weights of a layer", "층의 무게") == ["weight"]
    assert not departures("the weights of a layer", "층의 가중치")
    assert not departures("sample_weight is missing", "sample_weight 인자가 없습니다")
    assert len(TERMS) > 30

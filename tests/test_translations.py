"""The catalogue holds what the code says, and is compiled."""

from __future__ import annotations

import polib
import pytest

from multilayer._base.language import CATALOGUES, DOMAIN
from tools.translations import javascript_sentences, page_words, python_sentences, updated

PO = CATALOGUES / "ko" / "LC_MESSAGES" / f"{DOMAIN}.po"


def test_the_compiled_catalogue_is_what_its_source_compiles_to():
    assert PO.with_suffix(".mo").read_bytes() == polib.pofile(str(PO)).to_binary()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('fill("{n} layers", n=2)', ["{n} layers"]),
        ('fill("one" "two", n=2)', ["onetwo"]),
        ('fill("one" if n == 1 else "{n} layers", n=n)', ["one", "{n} layers"]),
        ('A = N_("later")\nfill(A)\ntranslated("now")', ["later", "now"]),
        ('tuple(map(fill, ("check", "question")))', ["check", "question"]),
        ('fill(template)\nprint("no sentence")', []),
    ],
)
def test_templates_are_found_in_python(source, found):
    assert list(python_sentences(source)) == found


def test_words_are_found_in_modules_of_the_page(tmp_path):
    module = tmp_path / "view.js"
    module.write_text(
        'const a = t("Layer {n}", { n });\n'
        'const b = html`<p title=${t("title")}>${on ? t("on") : t("off")}</p>`.split("`");\n'
        'const c = other("no word"), d = t(name);\n'
    )
    assert javascript_sentences(module) == ["Layer {n}", "title", "on", "off"]


def test_new_sentences_come_in_old_ones_stay_and_gone_ones_leave():
    old = polib.POFile()
    old.append(polib.POEntry(msgid="kept", msgstr="그대로"))
    old.append(polib.POEntry(msgid="gone", msgstr="없음"))
    new = updated(old, {"new": ["b.py"], "kept": ["a.py", "a.py"], ("one", "many"): ["c.py"]})
    assert [(entry.msgid, entry.msgstr) for entry in new] == [("new", ""), ("kept", "그대로"), ("one", "")]
    assert new.find("kept").occurrences == [("a.py", "")]
    assert page_words(new, {"kept": [], "new": []}).decode() == '{\n"kept": "그대로"\n}\n'

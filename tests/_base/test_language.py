"""The language of a process, of a context and of the environment."""

from __future__ import annotations

import contextvars
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer._base import translation
from multilayer._base.errors import InputError
from multilayer._base.language import (
    checked_language,
    in_language,
    language,
    language_of_environment,
    languages,
    use_language,
)
from multilayer._base.text import fill
from multilayer._base.translation import N_, Language, translated


class Shouting:
    """Translations that can be told from the English."""

    def gettext(self, text: str) -> str:
        return text.upper()


@pytest.fixture
def restored():
    yield
    use_language("en")


@pytest.fixture
def shouting():
    token = translation.of_context(Language("xx", Shouting()))
    yield
    translation.back(token)


def test_english_unless_chosen():
    assert language() == "en"
    assert languages() == ("en", "ko")
    assert fill("layer {layer}", layer=2) == "layer 2"


@pytest.mark.usefixtures("restored")
def test_the_language_of_the_process_reaches_threads_and_that_of_a_context_does_not():
    found = []
    use_language("ko_KR.UTF-8")
    with in_language("en"):
        threading.Thread(target=lambda: found.append(language())).start()
        assert language() == "en"
    while not found:
        pass
    assert found == ["ko"]
    assert language() == "ko"


def test_a_context_keeps_its_language_when_it_is_copied():
    with in_language("ko"):
        context = contextvars.copy_context()
    assert context.run(language) == "ko"
    assert language() == "en"


def test_contexts_nest_and_an_error_leaves_none_behind():
    with in_language("ko"):
        with in_language("en"):
            assert language() == "en"
        assert language() == "ko"
    with pytest.raises(ZeroDivisionError), in_language("ko"):
        1 / 0  # noqa: B018
    assert language() == "en"


@pytest.mark.usefixtures("shouting")
def test_templates_are_looked_up_before_they_are_filled():
    assert fill("a b") == "A B"
    assert translated(N_("a {b}")) == "A {B}"
    assert translated("") == ""


@pytest.mark.parametrize("code", ["ko", "KO", "ko-KR", "ko_KR.UTF-8", "ko_KR.euckr@x"])
def test_locales_of_a_language_are_that_language(code):
    assert checked_language(code) == "ko"


@pytest.mark.parametrize("code", ["fr", "", "korean", "../ko", "k\no", 7, None])
def test_an_unknown_language_is_refused_with_the_known_ones(code):
    for use in (use_language, checked_language):
        with pytest.raises(InputError, match=r"there is no language .*'ko'"):
            use(code)
    with pytest.raises(InputError, match="there is no language"), in_language(code):
        pass


@given(st.text())
def test_no_text_is_an_unexpected_error(code):
    with suppress(InputError):
        assert checked_language(code) in languages()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LC_ALL": "ko_KR"}, "ko"),
        ({"LC_ALL": "en_GB", "LANGUAGE": "fr:ko:en"}, "ko"),
        ({"LANGUAGE": "", "LANG": "ko"}, "ko"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_environment_is_read_as_gettext_reads_it(monkeypatch, variables, expected):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_of_environment() == expected

"""Refusals of HTTP are in the reader's language: the page's, or else what the browser asks for."""

from __future__ import annotations

import pytest

from multilayer.web import Studio
from tests.web.raw import Client

STRANGERS = {
    "the host": ("GET", "/", {"host": "evil.example"}),
    "the method": ("PUT", "/", {}),
    "no origin": ("POST", "/api/session", {"origin": None}),
    "another origin": ("GET", "/", {"origin": "null"}),
    "no cookie": ("POST", "/api/session", {"cookie": None}),
    "too large": ("POST", "/api/session", {"content-length": str(2**40)}),
    "a wrong token": ("POST", "/api/enter", {}),
    "no such page": ("GET", "/static/none.js", {}),
    "no such method": ("GET", "/api/session", {}),
}


@pytest.fixture(scope="module")
def client(request: pytest.FixtureRequest):
    from multilayer.web.presets import PRESETS
    from multilayer.web.session import Session

    with Studio(Session(PRESETS["seed"].make())) as studio:
        yield Client(studio)


def _said(client: Client, stranger: str, **headers: str) -> str:
    method, path, changed = STRANGERS[stranger]
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.ask(method, path, {**changed, **given})
    assert answer.status in (403, 404, 405, 413)
    return answer.body.decode().replace("\r\n", "")  # of the chunks


@pytest.mark.parametrize("stranger", STRANGERS)
def test_each_refusal_is_one_line_in_both_languages(client, stranger):
    english = _said(client, stranger)
    korean = _said(client, stranger, accept_language="ko-KR,ko;q=0.9,en;q=0.8")
    assert english.isascii()
    assert any("가" <= letter <= "힣" for letter in korean)
    assert english.count("\n") == korean.count("\n") == 1
    assert english != korean


@pytest.mark.parametrize(
    ("headers", "is_korean"),
    [
        ({"accept_language": "fr, ko;q=0.5, en;q=0.4"}, True),
        ({"accept_language": "en-GB, ko;q=0.9"}, False),
        ({"accept_language": "ko;q=0, en;q=0.1"}, False),
        ({"accept_language": "ko;q=x, de"}, False),
        ({"accept_language": "<script>" * 1000}, False),
        ({"accept_language": "en", "x_language": "ko"}, True),
        ({"accept_language": "ko", "x_language": "en"}, False),
        ({"accept_language": "ko", "x_language": "../x"}, True),
    ],
)
def test_the_language_is_the_pages_or_the_one_that_the_browser_likes_best(client, headers, is_korean):
    assert ("컴퓨터" in _said(client, "the host", **headers)) == is_korean

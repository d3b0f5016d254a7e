"""The language of the command line: asked for by `--lang`, or by the environment."""

from __future__ import annotations

import gettext
import json
import os
import re

import pytest
from rich.cells import cell_len

from multilayer._base.language import language
from multilayer.cli.app import app
from tests.cli.test_commands import NETWORK, SAMPLES

COMMANDS = [[], *([name] for name in app.commands)]
HANGUL = re.compile("[가-힣]")


@pytest.fixture(autouse=True)
def _plain(monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_korean_and_fits_its_lines(multilayer, command):
    english, korean = multilayer(*command, "--help"), multilayer("--lang", "ko", *command, "--help")
    assert not HANGUL.search(english.out)
    assert english.code == korean.code == 0
    assert korean.out.startswith("사용법: multilayer")
    assert max(map(cell_len, korean.out.split("\n"))) <= 80
    assert len(HANGUL.findall(korean.out)) > 10
    for heading in ("Usage:", "Options:", "Commands:", "Show this"):
        assert heading not in korean.out
    options = re.compile(r"(?m)^ +(--[a-z-]+)")
    assert set(options.findall(english.out)) <= set(options.findall(korean.out))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "multilayer: 빠진 인자: 'NETWORK'. multilayer run --help 명령을 보십시오\n"),
        (["run", "--digits", "99", "a", "b"], "99: 범위 1<=x<=17에서 벗어났습니다"),
        (["rum"], "'rum': 그런 명령은 없습니다"),
        (["run", "a", "b", "c"], "남는 인자가 있습니다 (c)"),
    ],
)
def test_mistakes_are_answered_in_korean(multilayer, arguments, message):
    outcome = multilayer("--lang", "ko", *arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize("place", [0, 1])
def test_the_option_stands_before_or_after_the_command(multilayer, place):
    arguments = ["diagnose", NETWORK, SAMPLES, "--time-limit", "1"]
    arguments[place:place] = ["--lang", "ko"]
    assert "필요합니다" in multilayer(*arguments).err


def test_the_environment_chooses_and_the_option_wins(multilayer, monkeypatch):
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert "빠진 인자" in multilayer("run").err
    assert "missing argument" in multilayer("--lang", "en", "run").err


def test_nothing_is_left_behind(multilayer):
    domain = gettext.textdomain()
    multilayer("--lang", "ko", "run")
    assert language() == "en"
    assert "LANGUAGE" not in os.environ
    assert gettext.textdomain() == domain
    assert "missing argument" in multilayer("run").err


def test_an_unknown_language_is_refused(multilayer):
    outcome = multilayer("--lang", "fr", "info")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "multilayer: there is no language 'fr'; expected 'en' or 'ko'\n"


def test_json_is_the_same_in_every_language(multilayer):
    arguments = ["run", NETWORK, SAMPLES, "--json"]
    english, korean = multilayer(*arguments), multilayer("--lang", "ko", *arguments)
    assert english.out == korean.out
    assert json.loads(korean.out)

"""`multilayer activations --measure`: card, table, JSON, page, and mistakes."""

import importlib
import json
import sys

import pytest

from multilayer.activations import catalogue, relu, softmax
from tests.cli.test_mistakes import refused
from tests.measure.efforts import LITTLE
from tests.reports.reading import read


@pytest.fixture(autouse=True)
def little(monkeypatch):
    """Measure little, and two activations only."""
    monkeypatch.setattr(importlib.import_module("multilayer.cli.activations"), "catalogue", (relu, softmax))
    package = importlib.import_module("multilayer.measure")
    measure = package.measure
    monkeypatch.setattr(
        package,
        "measure",
        lambda act, *, quick, progress: measure(act, effort=LITTLE, quick=False, progress=progress),
    )


def test_a_card(multilayer):
    done = multilayer("activations", "tanh", "--measure")
    assert done.code == 0
    assert done.err == ""
    assert "a ≤ -2.99322, a ≥ 2.99322" in done.out
    assert "zero-centred" in done.out


def test_a_table(multilayer):
    out = multilayer("activations", "--measure").out
    assert [line.split()[0] for line in out.splitlines()[2:4]] == ["relu", "softmax"]
    assert "gradient after" in out
    assert "–" in out


def test_a_table_for_a_terminal_without_unicode(multilayer, monkeypatch):
    monkeypatch.setattr(importlib.import_module("multilayer.cli.console"), "unicode_out", lambda: False)
    out = multilayer("activations", "--measure").out
    assert out.isascii()
    assert "a <= 0" in out
    assert "0 to inf" in out


@pytest.mark.parametrize("arguments", [[], ["relu"]])
def test_json_has_one_form(multilayer, arguments):
    whole = json.loads(multilayer("activations", *arguments, "--measure", "--json").out)
    assert whole["format"] == "multilayer-properties"
    assert [each["activation"] for each in whole["activations"]] == (arguments or ["relu", "softmax"])


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [[], ["relu"]])
def test_a_page(multilayer, tmp_path, arguments):
    path = tmp_path / "page.html"
    done = multilayer("activations", *arguments, "--measure", "--html", path)
    assert done.code == 0
    assert done.out == ""
    assert "page.html" in done.err
    found = read(path.read_text(encoding="utf-8"))
    assert found.language == "en"
    assert "relu" in found.text
    assert len(found.pictures) == (1 if arguments else 3)
    assert all(set(found.scopes) <= {"col", "row"} for _ in found.scopes)


def test_page_and_json_at_once(multilayer, tmp_path):
    done = multilayer("activations", "relu", "--measure", "--json", "--html", tmp_path / "page.html")
    assert json.loads(done.out)["version"] == 1
    assert (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["rleu", "--measure"], "relu"),
        (["relu", "--html", "page.html"], "--measure"),
        (["--quick"], "--measure"),
        (["--measure", "--html", "/no/such/folder/page.html"], "/no/such/folder"),
        (["--measure", "--html", "."], "folder"),
    ],
)
def test_mistakes_are_refused_before_anything_is_measured(multilayer, tmp_path, monkeypatch, arguments, part):
    package = importlib.import_module("multilayer.measure")
    monkeypatch.setattr(package, "measure", lambda *_, **__: pytest.fail("measured"))
    monkeypatch.chdir(tmp_path)
    refused(multilayer("activations", *arguments), part)
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_the_extra_is_named_at_once(multilayer, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    refused(multilayer("activations", "--measure", "--html", tmp_path / "page.html"), "multilayer[plot]")
    assert list(tmp_path.iterdir()) == []


def test_the_whole_catalogue_is_what_is_measured_unless_one_is_named():
    assert len(catalogue) > 30

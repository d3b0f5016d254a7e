"""Text from files and data is visible on every face, and does nothing there."""

from __future__ import annotations

import io
import sys
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import MLP, Dense, diagnose, separability
from multilayer._base.errors import InputError, TrainingWarning
from multilayer._base.text import html_text, one_line, printable
from multilayer.activations import Custom
from multilayer.diagnosis.check import Finding
from multilayer.reports.page import paragraph
from multilayer.training import Epoch
from multilayer.training.progress import progress_bar

HOSTILE = "\x1b[2Jcleared\x1b]0;own\x07\nnext\rline \x9b31m \u202eback \ud800 \u2028 \x00"
ACTS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
JOINERS = {"\u200c", "\u200d"}


def harmless(text: str) -> bool:
    return all(unicodedata.category(c) not in ACTS or c in JOINERS for c in text)


@given(st.text(st.characters()) | st.text("\x1b\n\r\t\x9b\u202e\ud800a "))
def test_what_is_printable_does_nothing(text: str) -> None:
    shown = printable(text)
    assert harmless(shown)
    assert printable(shown) == shown
    shown.encode("utf-8")
    if text.isprintable():
        assert shown == text


def test_words_stay_as_they_are() -> None:
    for text in ("größe 12\u00a0%", "葉\u3000枝", "می\u200cخواهم", "👩\u200d💻", "\\n"):
        assert printable(text) == text


@given(st.text(max_size=3000), st.integers(10, 600))
def test_one_line_is_bounded(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest
    assert harmless(line)
    assert one_line(line, longest) == line


@pytest.mark.parametrize("kind", [InputError, TrainingWarning])
def test_messages_are_one_printable_line(kind: type[Exception]) -> None:
    message = str(kind("here: " + HOSTILE + "x" * 5000 + " to mend"))
    assert harmless(message)
    assert len(message) <= 2000
    assert message.startswith("here: ")
    assert message.endswith(" to mend")
    assert len(str(InputError("x" * 5000))) <= 500


@given(st.text())
def test_html(text: str) -> None:
    found: list[str] = []
    reader = HTMLParser()
    reader.handle_data = found.append  # type: ignore[method-assign]
    reader.feed(f"<p>{html_text(text)}</p>")
    reader.close()
    assert "".join(found) == printable(text)
    ElementTree.fromstring(f"<p>{html_text(text)}</p>")  # noqa: S314


def hostile_network() -> MLP:
    return MLP(
        [Dense([[1.0, 2.0]], [0.0, 1.0], "softmax")], classes=["no", HOSTILE], inputs=["<b>" + HOSTILE]
    )


FACES = {
    "trace": lambda: repr(hostile_network().trace([[1.0]])),
    "trace in a notebook": lambda: hostile_network().trace([[1.0]])._repr_html_(),
    "diagnosis": lambda: repr(reported()),
    "diagnosis in a notebook": lambda: reported()._repr_html_(),
    "verdict": lambda: reported().verdict,
    "separability": lambda: str(separability([[0.0], [1.0]], ["a", HOSTILE.replace("\ud800", "")])),
    "no plane": lambda: str(separability([[0.0], [0.0]], ["a", HOSTILE.replace("\ud800", "")])),
    "page": lambda: str(paragraph(HOSTILE)),
}


def reported():
    X = np.linspace(-1000.0, 1000.0, 60)[:, np.newaxis]
    net = MLP([Dense([[0.0, 0.0]], [0.0, 9.0], "softmax")], classes=["no", HOSTILE], inputs=[HOSTILE])
    found = diagnose(net, X, np.array(net.classes, object)[(X[:, 0] > 500.0).astype(int)])
    assert any("cleared" in finding.title + finding.evidence for finding in found.findings)
    return found


@pytest.mark.parametrize("face", FACES.values(), ids=FACES)
def test_every_face(face) -> None:
    text = face()
    assert harmless(text.replace("\n", ""))
    assert "\\x1b[2Jcleared" in text
    assert "own\\x07\\nnext" in text


def test_a_table_keeps_its_rows() -> None:
    lines = repr(hostile_network().trace([[1.0]])).split("\n")
    (names,) = (line for line in lines if line.rstrip().endswith("\\x00") and " no " in line)
    below = lines[lines.index(names) + 1]
    assert len(names) == len(below)


def test_findings_of_user_defined_checks() -> None:
    finding = Finding(check="mine", title=HOSTILE, severity="note", evidence=HOSTILE, advice=HOSTILE)
    assert all(map(harmless, (finding.title, finding.evidence, finding.advice)))


EVENT = Epoch(1, 2, 9, 0.5, None, {"[red]m/s[/]\x1b[2J": 0.25}, 0.1, 1.0, True, None, hostile_network)


def test_pictures_read_no_formulas() -> None:
    from matplotlib.figure import Figure

    from multilayer.plots import decision_boundary

    name = r"$\frac$ a$b$"
    net = MLP(
        [Dense([[1.0, 2.0], [0.0, 1.0]], [0.0, 1.0], "softmax")],
        classes=["no", name],
        inputs=[name, "x"],
    )
    ax = Figure().subplots()
    decision_boundary(net, [[0.0, 1.0], [1.0, 0.0]], ["no", name], ax=ax)
    ax.figure.draw_without_rendering()
    texts = [ax.xaxis.label, *ax.get_legend().get_texts()]
    assert sum(text.get_text() == name and not text.get_parse_math() for text in texts) == 2


def test_the_progress_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "200")
    with progress_bar(2, show=True) as tell:
        tell(EVENT)
    assert "[red]m/s[/]\\x1b[2J 0.25" in screen.getvalue()


def test_no_bar_without_a_place_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    for show in (None, True):
        with progress_bar(2, show=show) as tell:
            tell(EVENT)


def test_the_name_of_an_activation_shows() -> None:
    with pytest.raises(InputError, match="printable text"):
        Custom("cube\x1b[2J", lambda x: x, np.ones_like)

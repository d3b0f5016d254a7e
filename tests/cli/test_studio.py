"""`multilayer studio`: what it opens, and what it says before it waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from multilayer.web import server

SEED = Path(__file__).parents[2] / "examples" / "seed"
NETWORK, SAMPLES = SEED / "network.json", SEED / "samples.csv"


@pytest.fixture
def studio(multilayer, monkeypatch):
    """Return a function that runs the command and ends it at once, and returns its outcome and its session."""
    sessions = []

    def run(*arguments):
        monkeypatch.setattr(server.Studio, "wait", lambda self: sessions.append(self.session) or self.close())
        outcome = multilayer("studio", "--no-browser", *arguments)
        return outcome, sessions.pop() if sessions else None

    return run


def test_it_prints_the_address_and_how_to_end_it(studio):
    outcome, _ = studio()
    first, second, last = outcome.out.splitlines()
    assert first.startswith("The studio runs at http://127.0.0.1:")
    assert (second, last, outcome.err, outcome.code) == ("Ctrl-C ends it.", "The studio has ended.", "", 0)


def test_a_network_and_samples(studio):
    _, session = studio(NETWORK, SAMPLES)
    assert session.state.network.widths == (2, 4, 3)
    assert session.state.rows.X.shape == (5, 2)


def test_a_table_alone_has_a_new_network(studio, tmp_path):
    file = tmp_path / "꽃.csv"
    file.write_text("길이;폭;품종\n0,5;1;a\n1,5;2;b\n0,25;NA;a\n1;2;b\n", encoding="utf-8-sig")
    outcome, session = studio(file, "--target", "품종")
    state = session.state
    assert state.rows.X.tolist() == [[0.5, 1.0], [1.5, 2.0], [1.0, 2.0]]
    assert state.input_names == ("길이", "폭")
    assert state.network.classes == ("a", "b")
    assert "decimal comma" in outcome.err
    assert "left out: 1" in outcome.err
    assert "'품종' is read as 2 classes" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "language"), [((), None), (("--lang", "ko"), "ko"), (("--lang", "en"), "en")]
)
def test_the_language_of_the_page(studio, arguments, language):
    _, session = studio(*arguments)
    assert session.language == language


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--target", "y"), "no DATA is given"),
        (("a.pkl",), "can hold a pickle"),
        (("missing.csv",), "there is no such file"),
        ((NETWORK, SAMPLES, "--target", "nope"), "no column is called 'nope'"),
        (("--port", "70000"), "70000"),
    ],
)
def test_mistakes_take_one_line(studio, arguments, message):
    outcome, session = studio(*arguments)
    assert session is None
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.err.count("\n") == 1

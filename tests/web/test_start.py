"""Starting and ending a studio: from Python and from the command line, with what may go wrong then."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import webbrowser

import numpy as np
import pandas as pd
import pytest

import multilayer
from multilayer import InputError, MissingExtraError
from multilayer.web import server
from multilayer.web.presets import PRESETS
from multilayer.web.session import Session

NET = multilayer.initialize((2, 3, 1), "tanh", "sigmoid", rng=0)
X = [[0.0, 1.0], [1.0, 1.0]]


def shown(*args, **options):
    with multilayer.studio(*args, browser=False, wait=False, **options) as running:
        return running.session.state


def test_a_network_with_rows(capsys):
    state = shown(NET, X, [0, 1])
    assert state.network is NET
    assert state.rows.X.tolist() == X
    assert state.rows.y.tolist() == [0, 1]
    assert capsys.readouterr().out.startswith("The studio runs at http://127.0.0.1:")


def test_a_network_alone_has_rows_to_look_at():
    assert shown(NET).rows.X.tolist() == [[0, 0], [1, 0], [0, 1]]


def test_nothing_is_the_tutorials_network():
    assert shown().network == PRESETS["seed"].make().network


def test_a_data_frame_alone_has_a_new_network_with_its_names():
    frame = pd.DataFrame({"나이": [1.0, 2.0, 3.0, 4.0], "b": [4, 3, 2, 1]})
    state = shown(None, frame, pd.Series(["no", "yes", "no", "yes"], name="bought"))
    assert state.input_names == ("나이", "b")
    assert state.rows.target == "bought"
    assert state.network.classes == ("no", "yes")
    assert state.network.widths == (2, 8, 1)


def test_columns_of_a_data_frame_are_taken_by_name():
    net = multilayer.initialize((2, 1), inputs=["b", "a"], rng=0)
    assert shown(net, pd.DataFrame({"a": [1.0], "c": [2.0], "b": [3.0]})).rows.X.tolist() == [[3.0, 1.0]]


def test_what_fit_returned_and_a_fitted_estimator():
    trained = multilayer.fit(NET, X, [0, 1], loss="binary_cross_entropy", epochs=2, rng=0)
    assert shown(trained, X).network == trained.network
    fitted = multilayer.estimators.MLPClassifier(random_state=0)
    fitted.partial_fit(X, ["no", "yes"], classes=["no", "yes"])
    assert shown(fitted, X, ["no", "yes"]).network == fitted.network_


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((NET, [[1.0, 2.0, 3.0]]), "2 inputs, and the rows have 3 columns"),
        ((NET, X, [1]), "X has 2 samples"),
        ((NET, None, [1]), "y is given without X"),
        ((NET, []), "X has shape"),
        (("network.json",), "multilayer.load reads one"),
    ],
)
def test_what_does_not_fit_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        multilayer.studio(*given, browser=False, wait=False)


def test_a_port_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} cannot be used"):
            multilayer.studio(NET, port=port, browser=False, wait=False)


def test_a_missing_package_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(MissingExtraError, match=r"multilayer\[studio\]"):
        multilayer.studio(NET, browser=False, wait=False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_one_line(number, capsys):
    before = signal.getsignal(signal.SIGTERM)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), number))
    timer.start()
    ended = multilayer.studio(NET, browser=False)
    timer.join()
    assert capsys.readouterr().out.splitlines()[-1] == "The studio has ended."
    assert signal.getsignal(signal.SIGTERM) is before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ended.port))


@pytest.mark.parametrize("opens", [False, webbrowser.Error()])
def test_without_a_browser_the_address_is_enough(monkeypatch, capsys, opens):
    def open_browser(_):
        if isinstance(opens, Exception):
            raise opens
        return opens

    monkeypatch.setattr(webbrowser, "open", open_browser)
    monkeypatch.setenv("DISPLAY", ":0")
    with server.serve(Session(PRESETS["seed"].make())):
        pass
    assert "no browser" in capsys.readouterr().out


def test_a_browser_without_a_display_is_not_asked_for(monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda _: pytest.fail("a browser of the terminal"))
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    with server.serve(Session(PRESETS["seed"].make()), say=lambda _: None):
        pass


def test_the_address_is_opened(monkeypatch):
    asked = []
    monkeypatch.setattr(webbrowser, "open", lambda url: asked.append(url) is None)
    monkeypatch.setenv("DISPLAY", ":0")
    with server.serve(Session(PRESETS["seed"].make()), say=lambda _: None) as running:
        assert len(asked) == 1
        address, _, token = asked[0].partition("#token=")
        assert address == running.url.partition("#")[0]
        assert token not in running.url  # others on the machine can see a browser's command line


def test_rows_may_be_one_sample():
    assert shown(NET, np.array([0.5, 1.0])).rows.X.tolist() == [[0.5, 1.0]]


def test_a_language_is_one_that_there_is():
    assert multilayer.studio(NET, browser=False, wait=False, language="ko").session.language == "ko"
    with pytest.raises(InputError, match="no language 'de'"):
        multilayer.studio(NET, browser=False, wait=False, language="de")


def test_a_widget_begins_with_a_view_that_there_is():
    with pytest.raises(InputError, match="there is no view 'sea' in a notebook; did you mean 'see'"):
        multilayer.widget(view="sea")
    with pytest.raises(InputError, match="X has shape"):
        multilayer.widget(X=[[[1.0]]])


def test_a_widget_without_anywidget_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "multilayer.web.notebook", raising=False)
    with pytest.raises(MissingExtraError, match=r"multilayer\[notebook\]"):
        multilayer.widget()

"""The endpoints of training: commands, the recipe, pictures; and the stream, which belongs to the page alone."""

from __future__ import annotations

import http.client
import math
import threading
import time
from contextlib import contextmanager

import msgspec
import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, gradients
from multilayer.activations import tanh
from multilayer.network.initialized import initialize
from multilayer.web import Studio
from multilayer.web import runner as runner_module
from multilayer.web.endpoint import Nothing
from multilayer.web.plane import PlaneRequest, Surface
from multilayer.web.presets import PRESETS
from multilayer.web.runner import runner_of
from multilayer.web.session import Rows, Session, State
from multilayer.web.views import learn, pictures
from multilayer.web.views.learn import InitializeRequest, SettingRequest, TrainRequest
from multilayer.web.views.pictures import HistogramRequest, WeightsRequest
from tests.web.page import texts_of


def session_of(preset="xor"):
    return Session(PRESETS[preset].make())


def endless(epochs=100_000):
    session = session_of()
    learn.set_recipe(session, SettingRequest("epochs", str(epochs)))
    return session


def decoded(endpoint, **given):
    found = next(each for each in learn.ENDPOINTS if each.name == endpoint)
    return found.decode(msgspec.json.encode(given))


def test_commands():
    session = session_of()
    for action in ("play", "status", "pause"):
        learn.train(session, decoded("train", action=action))
    runner = runner_of(session)
    assert runner.worker.wait(20.0)
    reached = learn.train(session, TrainRequest()).reached
    learn.train(session, TrainRequest("seek", epoch=reached // 2))
    assert runner.worker.wait(20.0)
    status = learn.train(session, TrainRequest())
    assert (status.epoch, status.reached, status.playing) == (reached // 2, reached, False)


@pytest.mark.parametrize(
    "given",
    [{"action": "fly"}, {"speed": 0}, {"speed": -1.0}, {"epoch": "a"}, {"path": "/etc/passwd"}],
)
def test_malformed_commands_are_refused(given):
    with pytest.raises(InputError, match="the request train is malformed"):
        decoded("train", **given)


@pytest.mark.parametrize("epoch", [-1, 2, 10**9])
def test_an_epoch_that_was_not_reached(epoch):
    session = session_of()
    runner = runner_of(session)
    runner.batch()  # the only one of an epoch
    runner.worker.wait(20.0)
    runner.seek(0)
    runner.worker.wait(20.0)
    with pytest.raises(InputError, match=f"epoch must be from 0 to 1, .* got {epoch}"):
        learn.train(session, TrainRequest("seek", epoch=epoch))


def values_of(found):
    return {(each.name, each.of_optimizer): each.value for each in found.fields}


def test_the_form_is_the_recipe():
    state = session_of("stuck").state
    found = learn.choices(Session(state), Nothing())
    values = values_of(found)
    assert len(values) == len(found.fields)
    for name in ("epochs", "batch_size", "seed", "dropout", "l2", "weight_decay"):
        assert float(values[name, False]) == getattr(state.recipe, name)
    assert values["shuffle", False] is state.recipe.shuffle
    assert values["optimizer", False] == state.recipe.optimizer
    for name, value in state.recipe.parameters.items():
        assert float(values[name, True]) == value
    assert [each.name for each in found.fields if not each.is_more][:3] == [
        "loss",
        "optimizer",
        "learning_rate",
    ]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("epochs", "77", 77),
        ("dropout", "0,25", 0.25),
        ("dropout", " 1/4 ", 0.25),
        ("validation", "", None),
        ("patience", "3", 3),
        ("shuffle", False, False),
        ("schedule", "cosine", "cosine"),
        ("loss", "squared", "squared"),
        ("loss", "", None),
    ],
)
def test_a_setting_is_taken(name, value, expected):
    session = session_of()
    before = session.state.recipe
    found = learn.set_recipe(session, SettingRequest(name, value))
    assert session.state.recipe == msgspec.structs.replace(before, **{name: expected})
    assert values_of(found) == values_of(learn.choices(session, Nothing()))


def test_the_optimizer_keeps_the_learning_rate():
    session = session_of()
    learn.set_recipe(session, SettingRequest("learning_rate", "0.3", of_optimizer=True))
    learn.set_recipe(session, SettingRequest("weight_decay", "0.1"))
    learn.set_recipe(session, SettingRequest("optimizer", "sgd"))
    learn.set_recipe(session, SettingRequest("nesterov", True, of_optimizer=True))
    learn.set_recipe(session, SettingRequest("momentum", "1/2", of_optimizer=True))
    recipe = session.state.recipe
    assert recipe.parameters == {"learning_rate": 0.3, "nesterov": True, "momentum": 0.5}
    assert (recipe.optimizer, recipe.weight_decay) == ("sgd", 0.1)
    learn.set_recipe(session, SettingRequest("weight_decay", "0"))
    recipe = session.state.recipe
    learn.set_recipe(session, SettingRequest("optimizer", "lbfgs"))
    assert session.state.recipe.parameters == {}
    session.undo()
    assert session.state.recipe == recipe


@pytest.mark.parametrize(
    ("name", "value", "of_optimizer", "message"),
    [
        ("learning_rate", "0", True, "learning_rate must be"),
        ("learning_rate", "abc", True, "Learning rate takes a number; found abc"),
        ("learning_rate", " ", True, "Learning rate takes a number; found nothing"),
        ("epochs", "1000000", False, "Epochs cannot be 1000000: .*100000"),
        ("epochs", "1.5", False, "Epochs cannot be 1.5"),
        ("shuffle", "perhaps", False, "a number|cannot be"),
        ("optimizer", "adm", False, "no optimizer is called"),
        ("loss", "cross_entrop", False, "no loss is called"),
        ("colour", "1", False, "a training has no setting 'colour'"),
    ],
)
def test_a_setting_that_does_not_fit(name, value, of_optimizer, message):
    session = session_of()
    before = session.state
    with pytest.raises(InputError, match=message):
        learn.set_recipe(session, SettingRequest(name, value, of_optimizer))
    assert session.state is before


def test_choices_say_what_is_missing():
    found = learn.choices(session_of("seed"), Nothing())
    assert "have no targets" in found.refused
    found = learn.choices(session_of("gates"), Nothing())
    assert "surrogate" in found.refused
    assert learn.choices(session_of(), Nothing()).refused == ""


def test_new_weights_are_those_of_initialize():
    session = session_of()
    learn.initialize(session, InitializeRequest(seed=5, initializer="he_normal"))
    expected = initialize((2, 8, 1), "tanh", "sigmoid", initializer="he_normal", dtype=float, rng=5)
    assert session.state.network == expected
    with pytest.raises(InputError, match="no initializer is called"):
        learn.initialize(session, InitializeRequest(initializer="zero"))
    assert session.state.network == expected


def codes_of(session, request):
    found = np.frombuffer(Surface(session.state, request).codes(session.state.network), "<i2")
    size = pictures.plane(session, request).size
    return found.astype(float).reshape(size, size)


def code_of(kind, low, high, y):
    if kind == "classes":
        return 100 * int(np.argmax(y)) + int(100 * min(max(*y, 0.0), 0.99))
    level = 32767 * min(max(2 * (y[0] - low) / (high - low) - 1, -1), 1)
    return math.ceil(level) if level > 0 else math.floor(level)


@pytest.mark.parametrize("preset", ["seed", "xor", "book", "stuck", "spirals"])
@pytest.mark.parametrize("row", [None, 0])
def test_the_picture_is_the_networks_output(preset, row):
    session = session_of(preset)
    net, X = session.state.network, session.state.rows.X
    request = PlaneRequest(1, 0, row, 7)
    plane = pictures.plane(session, request)
    found = codes_of(session, request)
    across, up = np.linspace(plane.left, plane.right, 7), np.linspace(plane.bottom, plane.top, 7)
    for j, i in ((0, 0), (3, 5), (6, 1)):
        x = X.mean(axis=0) if row is None else X[row].copy()
        x[1], x[0] = across[i], up[j]
        assert abs(found[j, i] - code_of(plane.kind, plane.low, plane.high, net(x))) <= 1
    assert all(plane.left <= point.x <= plane.right for point in plane.points)


@pytest.mark.parametrize("b", [-1e-9, 0.0, 1e-9, np.nan, np.inf])
def test_the_sign_of_a_picture_is_exact(b):
    net = MLP([Dense(np.zeros((2, 1)), np.array([b]), tanh)])
    session = Session(State(net, Rows(np.eye(2), np.array([-1.0, 1.0]))))
    assert set(codes_of(session, PlaneRequest()).ravel()) == {{-1e-9: -1, 1e-9: 1, np.inf: 32767}.get(b, 0)}


def test_a_large_network_gets_a_coarse_picture():
    net = initialize((3, 700, 700, 2), "relu", "softmax", rng=0)
    session = Session(State(net, Rows(np.eye(3), np.array([0, 1, 1]))))
    plane = pictures.plane(session, PlaneRequest())
    assert plane.size < 25
    assert codes_of(session, PlaneRequest()).size == plane.size**2
    assert (plane.kind, plane.names) == ("classes", ["class 0", "class 1"])


def test_a_plane_of_an_input_that_is_not_there():
    with pytest.raises(InputError, match="there is no input 3; the network has 2"):
        pictures.plane(session_of(), PlaneRequest(0, 2))


def test_histograms_count_every_number():
    session = session_of()
    state = session.state
    found = pictures.hist(session, HistogramRequest(None))
    expected = gradients(state.network, state.rows.X, state.rows.y, "binary_cross_entropy")
    for bars, record, gradient in zip(found, expected.trace, expected, strict=True):
        assert sum(bars.z.counts) == record.z.size
        assert sum(bars.gradient.counts) == np.count_nonzero(gradient.dW)
        assert float(bars.root_mean_square) == np.sqrt(np.mean(gradient.dW**2))
        assert float(bars.z.high) == record.z.max()
    assert [bars.gradient for bars in pictures.hist(session_of("seed"), HistogramRequest())] == [None, None]


def test_weights_are_cells():
    session = session_of()
    cells = {}
    for block in pictures.weights(session, WeightsRequest()):
        cells |= texts_of(block)
    net = session.state.network
    assert cells["W(1)[2,3]"] == f"{net.layers[0].W[1, 2]:.6g}"
    assert cells["b(2)[1]"] == f"{net.layers[1].b[0]:.6g}"
    assert len(cells) == 33


@contextmanager
def opened(session):
    with Studio(session) as studio:
        base = {"Host": f"127.0.0.1:{studio.port}", "Origin": f"http://127.0.0.1:{studio.port}"}
        line = http.client.HTTPConnection("127.0.0.1", studio.port, timeout=60)
        line.request("POST", "/api/enter", studio.url.partition("token=")[2], base)
        answer = line.getresponse()
        answer.read()
        yield studio, {**base, "Cookie": answer.headers["set-cookie"].partition(";")[0]}
        line.close()


def test_the_stream_is_for_the_page_alone():
    with opened(session_of()) as (studio, headers):
        for wrong in (
            {"Cookie": ""},
            {"Cookie": "multilayer=1"},
            {"Origin": "null"},
            {"Host": "example.org"},
        ):
            line = http.client.HTTPConnection("127.0.0.1", studio.port, timeout=60)
            line.request("GET", "/api/events", headers={**headers, **wrong})
            assert line.getresponse().status == 403
            line.close()


def waited(condition):
    for _ in range(3000):
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_when_the_last_page_is_gone_training_ends():
    session = endless()
    runner = runner_of(session)
    with opened(session) as (studio, headers):
        lines = [http.client.HTTPConnection("127.0.0.1", studio.port, timeout=60) for _ in range(2)]
        answers = []
        for line in lines:
            line.request("GET", "/api/events?digits=3", headers=headers)
            answers.append(line.getresponse())
            assert answers[-1].headers["content-type"].startswith("text/event-stream")
            answers[-1].readline()
        with session.lock:
            runner.play()
        seen = b""
        while b"event: step" not in seen or b"event: epoch" not in seen:
            seen += answers[0].readline()
        answers[0].close()
        lines[0].close()
        assert waited(lambda: runner.watchers == 1)
        assert runner.playing
        answers[1].close()
        lines[1].close()
        assert waited(lambda: not runner.playing)
        with session.lock:
            runner.play()  # what it asked for as it went
        assert waited(lambda: not runner.playing)
        assert not any(thread.name == "multilayer training" for thread in threading.enumerate())
    assert session.state.network == runner.course.network


def test_a_page_that_listens_anew_leaves_training_as_it_is(monkeypatch):
    monkeypatch.setattr(runner_module, "_ALONE", 0.2)
    session = endless()
    runner = runner_of(session)
    runner.joined()
    runner.play()
    runner.left()
    runner.joined()
    time.sleep(0.4)
    assert runner.playing
    runner.left()
    assert runner.worker.wait(20.0)


def test_ten_thousand_epochs_asked_for_at_once_stop_when_asked():
    session = endless(10_000)
    runner = runner_of(session)
    learn.train(session, TrainRequest("play"))
    assert waited(lambda: runner.course.progress.epoch > 0)
    learn.train(session, TrainRequest("pause"))
    assert runner.worker.wait(20.0)
    assert 0 < runner.course.progress.epoch < 10_000


def test_of_ten_thousand_commands_at_once_one_is_under_way_and_the_last_is_done():
    session = endless()
    runner, most = runner_of(session), threading.active_count() + 1
    for _ in range(10_000):
        learn.train(session, TrainRequest("epoch"))
        assert threading.active_count() <= most
    learn.train(session, TrainRequest("play"))
    learn.train(session, TrainRequest("seek", epoch=0))
    assert runner.worker.wait(20.0)
    assert runner.course.progress.epoch == 0
    assert session.state.network == runner.course.start


def test_a_studio_that_ends_ends_what_runs():
    session = endless()
    with Studio(session):
        runner_of(session).play()  # without a page
    assert runner_of(session).worker.wait(20.0)

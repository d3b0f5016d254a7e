"""The stream of events belongs to the page alone, and what runs ends with it."""

from __future__ import annotations

import http.client
import threading
import time
from contextlib import contextmanager

import pytest

from multilayer.web import Studio
from multilayer.web import runner as runner_module
from multilayer.web.feed import Feed
from multilayer.web.runner import runner_of
from multilayer.web.views import learn
from multilayer.web.views.learn import TrainRequest
from tests.web.test_learn import endless, session_of


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


def test_a_late_message_moves_no_other():
    due = 100.0
    for late in (0.0, 1.9, 0.0, 0.5, 1.0) * 20:
        due = learn.next_due(due, due + late * learn._FRAME)
    assert due == pytest.approx(100.0 + 100 * learn._FRAME)


def test_after_a_long_silence_messages_are_not_made_up_for():
    due = learn.next_due(100.0, 200.0)
    assert due == 200.0 - learn._FRAME
    assert learn.next_due(due, 200.0) == 200.0


def test_what_is_new_waits_for_a_session_that_is_in_use_for_a_moment(monkeypatch):
    monkeypatch.setattr(learn, "_FRAME", 20.0)
    session = session_of()
    feed, found = Feed(session, runner_of(session)), []
    thread = threading.Thread(target=lambda: found.append(learn._messages(session, feed, "en")))
    with session.lock:
        thread.start()
        time.sleep(0.05)
        assert not found
    thread.join(20.0)
    assert b"event: step" in found[0]


def test_a_studio_that_ends_ends_what_runs():
    session = endless()
    with Studio(session):
        runner_of(session).play()  # without a page
    assert runner_of(session).worker.wait(20.0)

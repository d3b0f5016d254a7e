"""The one training of a session: play, pause, a batch, an epoch, back to any epoch; in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from multilayer._base.errors import InputError
from multilayer.network import MLP
from multilayer.web.session import Session
from multilayer.web.training import Course
from multilayer.web.worker import Stop, Task, Worker

__all__ = ["Runner", "runner_of"]

_ALONE = 3.0
"""Seconds without a page after which what runs ends: a page that asks for other digits, or has lost the stream, listens
anew in less."""


class Runner:
    """Moves a `Course`, and shows where it stands in the session when it stops: a training is one change.

    Its methods are called by endpoints, which hold the session's lock, and return at once.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.worker = Worker()
        self.course: Course | None = None
        self.before: Course | None = None
        """An earlier training from the same start, to compare with."""
        self.number = 0
        """Grows with each training."""
        self.speed: float | None = None
        """Epochs per second at most; None: as fast as possible."""
        self.task = ""
        """The name of what runs in the place of training."""
        self.outcomes = 0
        """Grows when that ends."""
        self.results: dict[str, Any] = {}
        """What such tasks have found, by name."""
        self.watchers = 0
        """Streams of events that are open."""
        self._had_page = False
        self._shown: MLP | None = None
        """What the session shows of the course, as long as nobody else has changed that."""

    @property
    def playing(self) -> bool:
        """Whether something runs."""
        return self.worker.busy

    @property
    def holds(self) -> bool:
        """Whether the session still shows what the course has put there, or started from."""
        course, state = self.course, self._session.state
        return course is not None and state.network is self._shown and state.rows is course.rows

    @property
    def network(self) -> MLP:
        """The network at this moment."""
        course = self.course
        return (
            course.network
            if course is not None and self.playing and self.holds
            else self._session.state.network
        )

    def play(self, speed: float | None = None) -> None:
        """Train to the last epoch; from here on anew where the end was reached, or the recipe has changed."""
        self.speed = speed
        course = self._course()
        self._move(course, lambda stop: course.play(course.config.epochs, stop, self._paced()))

    def batch(self) -> None:
        """Train by one batch."""
        course = self._course()
        self._move(course, course.step)

    def epoch(self) -> None:
        """Train to the end of an epoch."""
        course = self._course()
        self._move(course, lambda stop: course.play(course.progress.epoch + 1, stop))

    def seek(self, epoch: int) -> None:
        """Show the network after an epoch that training has reached, bit for bit; 0 is the start."""
        course = self.course
        if course is None or not self.holds:
            raise InputError("this network has not been trained here, so there is no epoch to go back to")
        if not 0 <= epoch <= len(course.reached):
            raise InputError(
                "epoch must be from 0 to {reached}, which training has reached; got {epoch}",
                reached=len(course.reached),
                epoch=epoch,
            )
        self._move(course, lambda stop: course.play(epoch, stop))

    def beside(self, learning_rate: float, speed: float | None = None) -> None:
        """Train once more from the same start with another learning rate."""
        course, state = self.course, self._session.state
        if course is None or not self.holds:
            raise InputError("train once first; then the same start can be trained with another rate")
        recipe = state.recipe
        parameters = {**recipe.parameters, "learning_rate": learning_rate}
        recipe = msgspec.structs.replace(recipe, parameters=parameters)
        recipe.config(course.start, course.rows.y)  # refused before anything has changed
        self._session.change(replace(state, network=course.start, recipe=recipe))
        self._shown = course.start
        self.play(speed)

    def pause(self) -> None:
        """Stop within a batch."""
        self.worker.cancel()

    def run(self, name: str, task: Task) -> None:
        """Run something else in the place of training."""

        def named(stop: Stop) -> None:
            self.task = name
            try:
                task(stop)
            finally:
                self.task = ""
                self.outcomes += 1

        self._start(named)

    def joined(self) -> None:
        """Note that a page listens."""
        self.watchers += 1
        self._had_page = True

    def left(self) -> None:
        """Note that a page is gone; with the last one, what runs ends soon."""
        self.watchers -= 1
        self._end_if_left()

    def _start(self, task: Task) -> None:
        self.worker.start(task)
        self._end_if_left()  # it may be the last thing that a page has asked for

    def _end_if_left(self) -> None:
        """End what runs, unless a page is there again soon."""
        if not self._had_page or self.watchers:
            return

        def end() -> None:
            if not self.watchers:
                self.worker.cancel()

        timer = threading.Timer(_ALONE, end)
        timer.daemon = True
        timer.start()

    def _course(self) -> Course:
        """Return the course to move: the present one, or a new one from what the session shows."""
        course, state = self.course, self._session.state
        if course is not None and self.holds and not course.at_end and state.recipe == course.recipe:
            return course
        started = Course(state)
        same_start = course is not None and started.start is course.start and started.rows is course.rows
        self.before = course if same_start else None
        self.course, self._shown = started, started.start
        self.number += 1
        return started

    def _move(self, course: Course, move: Task) -> None:
        def task(stop: Stop) -> None:
            try:
                move(stop)
            finally:
                self._show(course)

        self._start(task)

    def _show(self, course: Course) -> None:
        session = self._session
        with session.lock:
            if course is not self.course or not self.holds:
                return  # the network, the rows or the training is another one by now
            before, network = self._shown, course.network
            if network == before:
                return
            new = replace(session.state, network=network)
            if before is course.start:
                session.change(new)
            else:
                session.amend(new)
            self._shown = network

    def _paced(self) -> Callable[[Stop], None]:
        due = time.monotonic()

        def pace(stop: Stop) -> None:
            nonlocal due
            if not self.holds:
                stop.ask()
            if self.speed is not None:
                due = max(due + 1.0 / self.speed, time.monotonic() - 1.0)
                stop.wait(due - time.monotonic())

        return pace


_lock = threading.Lock()


def runner_of(session: Session) -> Runner:
    """Return the runner of a session; there is one."""
    with _lock:
        if session.runner is None:
            session.runner = Runner(session)
        found: Runner = session.runner
        return found

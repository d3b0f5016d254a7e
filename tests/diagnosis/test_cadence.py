"""When `Live` looks, by a clock that events set."""

import pytest

from multilayer import InputError
from multilayer.diagnosis.snapshot import Cadence, Clock
from multilayer.training import Epoch, Step


def epoch(number, seconds=1.0, stopped=None, batches=10):
    return Epoch(number, 1000, number * batches, 1.0, None, {}, 0.1, seconds, True, stopped, lambda: None)


def step(number, seconds):
    return Step(1, number, 1000, number, 1.0, 0.1, seconds, lambda: None)


def run(clock, epochs, cost, seconds=1.0):
    """Return the epochs after which a look is taken that costs so much."""
    looked = []
    for number in range(1, epochs + 1):
        event = epoch(number, seconds, "epochs" if number == epochs else None)
        clock.pass_on(event)
        if clock.is_due(event):
            looked.append(number)
            clock.snapped(event, cost)
            clock.took(event, cost)
    return looked


def test_doubles():
    assert run(Clock(Cadence()), 100, cost=0.001) == [1, 2, 4, 8, 16, 32, 64, 100]


def test_among_steps_a_large_network_waits_longer():
    first = []
    for operations in (0.0, 5e8):  # none, and 0.05 seconds more
        clock = Clock(Cadence(fraction=0.05))
        clock.expect(operations)
        steps = [step(number, 0.1 * number) for number in range(1, 100)]
        for event in steps:
            clock.pass_on(event)
            if clock.is_due(event):
                break
        first.append(event.steps)
    assert first == [12, 32]


def test_keeps_to_its_share():
    clock = Clock(Cadence(fraction=0.05))
    looked = run(clock, 1000, cost=2.0)
    assert looked[0] == 1  # what it costs is not known before
    assert looked[1] == 120  # 6 seconds of 120, with those of the last look
    assert clock.spent <= 0.05 * clock.trained
    assert clock.trained == 1000.0


def test_the_first_and_the_last_look_are_taken_where_even_a_small_one_is_too_much():
    assert run(Clock(Cadence(fraction=0.05)), 10, cost=0.001, seconds=1e-4) == [1, 10]
    assert run(Clock(Cadence(fraction=0.05)), 1, cost=0.001, seconds=1e-4) == [1]


@pytest.mark.parametrize(("every", "looked"), [(1, [1, 2, 3, 4, 5, 6, 7]), (3, [3, 6])])
def test_every_so_many_events_whatever_it_takes(every, looked):
    assert run(Clock(Cadence(every=every)), 7, cost=100.0) == looked


def test_the_clock_of_an_epoch_runs_on_while_steps_are_looked_at():
    clock = Clock(Cadence(every=1))
    for number, seconds in ((1, 1.0), (2, 7.0)):
        clock.pass_on(step(number, seconds))
        clock.took(step(number, seconds), 5.0)
    assert clock.trained == 2.0  # 7 seconds less the first look's 5
    clock.pass_on(epoch(1, seconds=13.0))
    assert clock.trained == 3.0
    assert clock.spent == 10.0


def test_weights_are_kept_where_the_next_event_may_be_looked_at():
    clock = Clock(Cadence())
    kept = []
    for number in range(1, 10):
        clock.pass_on(epoch(number))
        if clock.is_due(epoch(number)):
            clock.snapped(epoch(number), 0.001)
        kept.append(clock.is_due_next(epoch(number)))
    assert kept == [True, False, True, False, False, False, True, False, False]


@pytest.mark.parametrize("settings", [{"fraction": 0.0}, {"fraction": 1.5}, {"every": 0}, {"every": 1.5}])
def test_mistakes(settings):
    with pytest.raises(InputError, match=f"^{next(iter(settings))} must be"):
        Cadence(**settings)

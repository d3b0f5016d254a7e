"""What a time limit leaves of a bag, by a clock that the tests move: members take the epochs that they are said to."""

import heapq
import itertools
import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer.network import MLP, Dense
from multilayer.tables.bag import Bag
from multilayer.tables.member import Member
from multilayer.tables.recipe import Plan, Recipe
from multilayer.tables.schedule import Deadline, Schedule
from multilayer.tables.watch import Watch
from multilayer.training.interruption import Interruption

ANY_NETWORK = MLP([Dense(np.ones((1, 1)), np.zeros(1))])


class TimedBag(Bag):
    """Members of 1,000 rows each, whose epochs are timed by nothing."""

    trial = 1.0
    in_blocks = False

    @property
    def rows(self) -> int:
        """Rows of a member."""
        return 1000

    def seconds_per_epoch(self, plan: Plan) -> float:
        """Return what an epoch of a trial is said to take."""
        return self.trial


def bag(members: int, *, classes: bool, trial: float = 1.0) -> TimedBag:
    """Return a bag of members with up to 96 epochs, and a patience of 32 for classes."""
    found = TimedBag([], 2 if classes else None, Recipe(patience_of_classes=32), list(range(members)))
    object.__setattr__(found, "trial", trial)
    return found


@dataclass
class Run:
    """A bag that is trained by a clock of its own."""

    given: list[int] = field(default_factory=list)
    """Epochs that the members were planned with."""
    members: dict[int, Member] = field(default_factory=dict)
    totals: list[int] = field(default_factory=list)
    """Epochs of all members, after each one that begins."""
    seconds: float = 0.0
    """When the last member was done."""
    notes: tuple[str, ...] = ()


def run(
    trained: Bag,
    limit: float | None,
    *,
    threads: int = 1,
    epoch: float = 1.0,
    best: float = 0.5,
    after: float = 0.0,
) -> Run:
    """Train members whose epochs take so long, with the best one at a fraction of the planned ones.

    What comes after training takes so long for each of them.
    """
    now, found = 0.0, Run()
    deadline = None if limit is None else Deadline(limit, lambda members: after * members)
    schedule = Schedule(trained, deadline, threads, lambda: now)
    numbers = itertools.count()
    working: list[tuple[float, int, Member | None]] = [(0.0, -1, None)] * schedule.threads
    while working:
        now, number, member = heapq.heappop(working)
        if member is not None:
            found.seconds = now
            found.members[number] = member
            schedule.end(number, member)
        following = next(numbers)
        plan = schedule.begin(following) if following < schedule.members else None
        if plan is None:
            continue
        found.given.append(plan.epochs)
        found.totals.append(schedule.epochs)
        at = max(1, round(best * plan.epochs))
        patience = trained.recipe.patience(trained.classes is not None)
        epochs = wanted = int(min(plan.epochs, at + patience + 1))
        if limit is not None:
            left = limit - after * len(schedule.begun) - now
            epochs = max(1, min(epochs, math.ceil(left / epoch)))
        member = done(epochs, at, epochs * epoch, cut_short=epochs < wanted)
        heapq.heappush(working, (now + member.seconds, following, member))
    found.notes = schedule.notes(found.members)
    return found


def done(epochs: int, best: int, seconds: float, *, cut_short: bool = False) -> Member:
    """Return a member; its network is of no matter here."""
    return Member(ANY_NETWORK, (0.0,) * epochs, best, np.empty((0, 1), np.float32), seconds, cut_short)


def test_without_a_limit_and_with_a_long_one_members_have_all_epochs() -> None:
    for limit in (None, 1e6):
        found = run(bag(8, classes=True), limit, best=0.2)
        assert found.given == [96] * 8
        assert set(found.totals) == {8 * 96}
        assert found.notes == ()


@pytest.mark.parametrize("threads", [1, 2])
def test_what_members_leave_that_end_early_is_given_to_those_that_follow(threads: int) -> None:
    limit = 350 / threads
    found = run(bag(8, classes=True), limit, threads=threads, best=0.05)
    first = int(0.85 * 350 / 8)
    assert found.given == [first] * threads + [96] * (
        8 - threads
    )  # all but the first end after 0.05 * 96 + 33
    found = run(bag(8, classes=True), limit, threads=threads, best=0.2)
    assert found.given[:threads] == [first] * threads
    assert min(found.given[threads:]) > first
    assert 0.95 * limit <= found.seconds <= limit
    assert not any(member.cut_short for member in found.members.values())
    epochs = f"the time limit leaves {first} to {max(found.given)} of 96 epochs, and 8 of 8 members;"
    assert found.notes[0].startswith(epochs)


@pytest.mark.parametrize("trial", [0.25, 0.5, 2.0, 4.0])
def test_a_trial_that_misleads_is_forgotten(trial: float) -> None:
    found = run(bag(8, classes=False, trial=trial), 400)
    assert max(found.given[1:]) - min(found.given[1:]) < 10
    assert 0.95 * 400 <= found.seconds <= 400
    assert not any(member.cut_short for member in found.members.values())


def test_members_that_have_no_room_are_left_out_until_there_is_some() -> None:
    found = run(bag(8, classes=False), 100)
    assert found.given == [42, 55]  # two of 32 or more
    assert "42 to 55 of 96 epochs, and 2 of 8 members" in found.notes[0]
    slow = run(bag(8, classes=False, trial=3.0), 150)
    assert slow.given[0] == 42  # one by the trial
    assert len(slow.given) == 4
    assert min(slow.given) >= 32
    assert slow.totals[0] == 42  # nothing is known of the others
    assert slow.totals[-1] == sum(slow.given)


def test_each_thread_gets_a_member_and_each_member_an_epoch() -> None:
    found = run(bag(4, classes=True), 1e-3, threads=2)
    assert found.given == [1, 1]
    assert "1 of 96 epochs, and 2 of 4 members" in found.notes[0]


def test_a_member_whose_time_was_over_is_no_example_and_is_said() -> None:
    found = run(bag(2, classes=False, trial=0.1), 49.5)
    assert found.given == [96]
    assert found.members[0].cut_short
    assert "50 of 96 epochs, and 1 of 2 members" in found.notes[0]


def test_a_member_that_was_lost_begins_again() -> None:
    now = 0.0
    schedule = Schedule(bag(2, classes=False), Deadline(100.0), 1, lambda: now)
    assert schedule.begin(0) == Plan(42, 256)
    now = 20.0
    assert schedule.begin(0) == Plan(34, 256)
    assert schedule.begun == {0: Plan(34, 256)}
    assert schedule.epochs == 2 * 34


@pytest.mark.parametrize(("after", "members"), [(0.0, 8), (5.0, 8), (20.0, 7), (60.0, 4), (390.0, 1)])
def test_what_comes_after_training_is_left_of_the_time(after: float, members: int) -> None:
    found = run(bag(8, classes=False), 400, after=after)
    assert len(found.members) == members
    assert 0.8 * 400 <= found.seconds + members * after <= 400
    assert not any(member.cut_short for member in found.members.values())
    if members > 1:
        assert min(found.given) >= 32


def test_a_member_ends_at_the_last_look_before_the_time_is_over() -> None:
    now = 0.0
    schedule = Schedule(
        bag(2, classes=False), Deadline(100.0, lambda members: 10.0 * members), 1, lambda: now
    )
    schedule.begin(0)
    look = Watch(Interruption(), bag(2, classes=False), schedule, lambda _: None, {}).looks()

    def ends(time: float) -> bool:
        nonlocal now
        now = time
        return look(False)

    assert not any(map(ends, (0.0, 6.0, 12.0, 30.0)))
    assert ends(70.0)  # the next look may be after 40 seconds, as this one was, and 10 come after training
    assert ends(73.0)
    assert schedule.has_ended()


@pytest.mark.parametrize("needed", [True, False])
def test_what_is_needed_is_trained_when_the_time_is_over(needed: bool) -> None:
    schedule = Schedule(bag(2, classes=False), Deadline(-1.0), 1, lambda: 0.0)
    watch = Watch(Interruption(), bag(2, classes=False), schedule, lambda _: None, {})
    assert watch.looks()(needed) is not needed


@given(
    st.integers(1, 12),
    st.integers(1, 5),
    st.booleans(),
    st.floats(0.1, 10.0),
    st.floats(0.01, 1.0),
    st.floats(1.0, 3000.0),
    st.floats(0.0, 50.0),
)
def test_a_limit_is_kept_by_members_that_are_alike(
    members: int, threads: int, classes: bool, trial: float, best: float, limit: float, after: float
) -> None:
    found = run(bag(members, classes=classes, trial=trial), limit, threads=threads, best=best, after=after)
    assert min(members, threads) <= len(found.given) <= members
    assert all(1 <= epochs <= 96 for epochs in found.given)
    late = [number for number, member in found.members.items() if member.cut_short]
    assert all(number < threads for number in late)  # only a trial misleads

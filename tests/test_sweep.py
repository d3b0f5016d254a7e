"""The random shapes of `python -m benchmarks sweep`, and what they are summed up to."""

from __future__ import annotations

import pytest

from benchmarks.race import Outcome, Timing
from benchmarks.sweep import random_cases, summary
from benchmarks.truth import agrees


def test_a_seed_determines_the_shapes_and_fewer_are_the_first_of_more() -> None:
    assert random_cases(30, seed=1) == random_cases(50, seed=1)[:30]
    assert random_cases(30, seed=1) != random_cases(30, seed=2)


def test_shapes_cover_what_is_promised() -> None:
    cases = random_cases(400, seed=0)
    assert {len(case.shape) - 1 for case in cases} == set(range(1, 11))
    assert {min(map(min, (c.shape for c in cases))), max(map(max, (c.shape for c in cases)))} == {1, 2048}
    assert {min(case.batch for case in cases), max(case.batch for case in cases)} == {1, 20_000}
    assert {case.dtype for case in cases} == {"float32", "float64"}
    assert len({case.hidden for case in cases}) > 3
    assert {case.output for case in cases} == {"identity", "sigmoid", "softmax"}
    assert all(layers[0][0].dtype == case.dtype for case in cases[:5] for layers in [case.layers()])


@pytest.mark.parametrize("case", [case for case in random_cases(60, seed=4) if case.flops < 1e7][:12])
def test_what_numpy_computes_counts_as_right(case: object) -> None:
    from benchmarks.peers import multilayer_peer, numpy_peer

    for peer in (multilayer_peer, numpy_peer):
        work = peer.forward(case.layers(), case.x())  # type: ignore[attr-defined]
        assert work is not None
        assert agrees(case, work())  # type: ignore[arg-type]
        assert not agrees(case, work() + 1)  # type: ignore[arg-type]


def test_losses_come_first_where_they_are_worst() -> None:
    def outcome(name: str, ours: float, **peers: float) -> Outcome:
        times = {"multilayer": ours} | peers
        return Outcome(name, {who: Timing(t, t, t) for who, t in times.items()})

    found = summary(
        [outcome("a", 2.0, numpy=1.0, jax=4.0), outcome("b", 1.0, numpy=8.0), outcome("c", 4, jax=1)]
    )
    assert found.losses == [("c", "jax", 0.25), ("a", "numpy", 0.5)]
    assert found.lowest == 0.25
    assert found.geometric_mean == pytest.approx(1.0)

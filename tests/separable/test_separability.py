"""The answer is exact, on every path to it, and its evidence stands without the code that found it."""

import importlib
import math
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer import separability
from multilayer.diagnosis import CommonPoint, Conflict
from tests.separable.oracle import check, solvable

CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]

WHEEL = [[4, 5], [4, 2], [-1, 1], [-5, -1], [-2, 2], [-1, -2], [1, -4], [-2, -4], [2, 1]]

ULP = 2.0**-52

KNOWN = {
    "and": (CORNERS, [0, 0, 0, 1], True),
    "or": (CORNERS, [0, 1, 1, 1], True),
    "xor": (CORNERS, [0, 1, 1, 0], False),
    "every corner its class": (CORNERS, [0, 1, 2, 3], True),
    "collinear, apart": ([[0, 0], [1, 1], [2, 2], [3, 3]], [0, 0, 1, 1], True),
    "collinear, enclosed": ([[0, 0], [1, 1], [2, 2]], [0, 1, 0], False),
    "touching in a corner": ([[0, 0], [1, 0], [1, 0], [2, 1]], [0, 0, 1, 1], False),
    "touching in an edge": ([[0, 0], [0, 2], [-1, 1], [0, 1], [1, 1]], [0, 0, 0, 1, 1], False),
    "one point, two labels": ([[7.5, -1]] * 2, [0, 1], False),
    "one point, three labels": ([[7.5, -1]] * 3, [0, 1, 2], False),
    "duplicates, apart": ([[0], [0], [1], [1]], [0, 0, 1, 1], True),
    "one sample": ([[3.0, 4.0]], ["a"], True),
    "one class": (CORNERS, ["a"] * 4, True),
    "two samples": ([[1.0], [2.0]], [0, 1], True),
    "constant columns": ([[5, 0, -3], [5, 1, -3], [5, 2, -3]], [0, 0, 1], True),
    "constant columns, mixed": ([[5, 0, -3], [5, 1, -3], [5, 2, -3]], [0, 1, 0], False),
    "three in a row": ([[-1], [0], [1]], [0, 1, 2], True),
    "three in a row, mixed": ([[-1], [0], [1], [2]], [0, 1, 2, 1], False),
    "three classes, only together": (WHEEL, [0, 0, 0, 1, 1, 1, 2, 2, 2], False),
    "one ulp apart": ([[1.0], [1 + ULP]], [0, 1], True),
    "one ulp apart, far out": ([[1e300], [np.nextafter(1e300, 2e300)]], [1, 0], True),
    "least number apart": ([[0.0], [5e-324]], [0, 1], True),
    "whole range": ([[-sys.float_info.max], [sys.float_info.max]], [0, 1], True),
    "whole range, enclosed": ([[-sys.float_info.max], [5e-324], [sys.float_info.max]], [0, 1, 0], False),
    "far scales": ([[1e300, 1e-300], [1e300, 2e-300], [-1e300, 5e-300], [3, 7e-300]], [0, 1, 0, 1], True),
    "far scales, a weight far below the others": (
        [[0, 0], [0, -(2.0**1000)], [2.0**-74, 2.0**1001]],
        [1, 0, 0],
        True,
    ),
    "far scales, crossed": ([[0, 0], [1e300, 1e-300], [1e300, 0], [0, 1e-300]], [0, 0, 1, 1], False),
}


@pytest.fixture(params=["as proposed", "nothing proposed", "wrongly proposed"])
def proposals(request, monkeypatch):
    """The floating-point program is only an adviser: without it, and against it, the answers stay right."""
    module = importlib.import_module("multilayer.separable.separability")
    program = importlib.import_module("multilayer.separable.problem")

    def misled(problem):
        proposal = program.propose(problem)
        return program.Proposal(-proposal.u + 0.25, program._spread(problem)[::2])

    replaced = {
        "nothing proposed": lambda problem: program.Proposal(np.zeros(problem.shape), []),
        "wrongly proposed": misled,
    }
    if request.param in replaced:
        monkeypatch.setattr(module, "propose", replaced[request.param])


@pytest.mark.usefixtures("proposals")
@pytest.mark.parametrize(("X", "y", "expected"), KNOWN.values(), ids=KNOWN)
def test_known(X, y, expected):
    found = separability(X, y)
    assert bool(found) is expected
    check(X, y, found)


def test_three_classes_separable_two_by_two_only():
    X, y = WHEEL, [0, 0, 0, 1, 1, 1, 2, 2, 2]
    found = separability(X, y)
    assert isinstance(found.proof, Conflict)
    for left_out in range(3):
        two = [(x, k) for x, k in zip(X, y, strict=True) if k != left_out]
        assert separability(*zip(*two, strict=True))


grids = st.integers(1, 3).flatmap(
    lambda d: st.lists(
        st.tuples(st.tuples(*[st.integers(-2, 2)] * d), st.integers(0, 1)),
        min_size=1,
        max_size=(8, 8, 6)[d - 1],
    )
)

triples = st.lists(st.tuples(st.tuples(st.integers(-4, 4)), st.integers(0, 2)), min_size=3, max_size=6)


def _split(samples):
    X, y = zip(*samples, strict=True)
    return [list(x) for x in X], list(y)


@given(grids)
@settings(max_examples=150, deadline=None)
def test_two_classes_against_elimination(samples):
    X, y = _split(samples)
    found = separability(X, y)
    check(X, y, found)
    assert found.separable == solvable(X, y)


@given(triples)
@settings(max_examples=60, deadline=None)
def test_three_classes_against_elimination(samples):
    X, y = _split(samples)
    found = separability(X, y)
    check(X, y, found)
    assert found.separable == solvable(X, y)


@pytest.mark.slow
@given(grids, st.randoms(use_true_random=False), st.data())
@settings(max_examples=60, deadline=None)
def test_invariance(samples, random, data):
    X, y = _split(samples)
    answer = separability(X, y).separable
    d = len(X[0])
    shuffled = random.sample(samples, len(samples))
    shift = [float(data.draw(st.integers(-(2**40), 2**40))) for _ in range(d)]
    scale = [2.0 ** data.draw(st.integers(-1000, 1000)) for _ in range(d)]
    moved = [[v + s for v, s in zip(x, shift, strict=True)] for x in X]
    scaled = [[v * s for v, s in zip(x, scale, strict=True)] for x in X]
    swapped = [1 - k for k in y]
    for other, labels in ((_split(shuffled)), (moved, y), (scaled, y), (X, swapped)):
        found = separability(other, labels)
        check(other, labels, found)
        assert found.separable == answer


@pytest.mark.usefixtures("proposals")
@pytest.mark.parametrize("seed", range(12))
def test_ulps_across_a_line(seed):
    """Points a few ulps from a line, on the side of their label: exact signs decide."""
    rng = np.random.default_rng(seed)
    slope = Fraction(float(rng.normal()))
    x = rng.normal(size=12)
    on_line = np.array([float(slope * Fraction(v)) for v in x])
    steps = rng.integers(1, 4, 12) * np.where(np.arange(12) % 2, 1, -1)
    X = np.column_stack([x, on_line + steps * np.spacing(on_line)]).tolist()
    y = [int(Fraction(v) > slope * Fraction(u)) for u, v in X]
    assert set(y) == {0, 1}
    found = separability(X, y)
    assert found
    check(X, y, found, float64=False)
    doubled = [[2 * v for v in point] for point in X]  # so that the sum of two points is in their hull
    one, other = (X[i] for i in np.flatnonzero(np.array(y) == y[0])[:2])
    between = [a + b for a, b in zip(one, other, strict=True)]
    if all(Fraction(m) == Fraction(a) + Fraction(b) for m, a, b in zip(between, one, other, strict=True)):
        X, y = [*doubled, between], [*y, 1 - y[0]]
        found = separability(X, y)
        assert not found
        check(X, y, found)


@pytest.mark.parametrize("seed", range(8))
def test_any_floats(seed):
    """Numbers of all magnitudes in one column: whatever the answer, its evidence holds."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(4, 14)), int(rng.integers(1, 4))
    X = (rng.normal(size=(n, d)) * 10.0 ** rng.integers(-300, 300, (n, d))).tolist()
    y = rng.integers(0, 2 + seed % 2, n).tolist()
    check(X, y, separability(X, y), float64=False)


def test_gap_between_floats_in_space():
    """Where neighbours in float64 are all there is between two classes, a float64 plane is still found."""
    X = (1 + np.random.default_rng(5).integers(0, 3, (30, 3)) * ULP).tolist()
    y = [int(sum(map(Fraction, x)) > 3 + 3 * Fraction(ULP)) for x in X]
    check(X, y, separability(X, y))


@pytest.mark.parametrize(("classes", "noise"), [(2, 0.0), (2, 0.01), (3, 0.0), (3, 1.0)])
def test_many_samples(classes, noise):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(10_000, 20))
    y = (X @ rng.normal(size=(20, classes))).argmax(axis=1)
    y = np.where(rng.random(len(y)) < noise, rng.integers(0, classes, len(y)), y)
    found = separability(X, y)
    assert found.separable == (noise == 0)
    if found:
        a = X @ found.W + found.b
        assert ((a[:, 0] > 0) == y).all() if classes == 2 else (a.argmax(axis=1) == y).all()
    else:
        assert found.proof.holds(X, y)


def test_layer_in_the_tutorials_shapes():
    two, three = separability(CORNERS, [0, 0, 0, 1]), separability(CORNERS, [0, 1, 1, 2])
    assert (two.W.shape, two.b.shape, two.W.dtype) == ((2, 1), (1,), np.float64)
    assert (three.W.shape, three.b.shape) == ((2, 3), (3,))
    assert not two.W.flags.writeable
    assert two.margin == pytest.approx(math.sqrt(2) / 4)
    assert separability(CORNERS, [1] * 4).margin == math.inf


def test_labels_of_any_kind():
    assert separability(CORNERS, ["no", "no", "no", "yes"]).classes == ("no", "yes")
    assert separability(CORNERS, [False, False, False, True]).classes == (False, True)
    assert separability(np.array(CORNERS, dtype=np.float32), np.array([1.5, 1.5, 1.5, 2.5])).classes == (
        1.5,
        2.5,
    )
    assert separability([[Fraction(1, 2)], [1]], [0, 1])


def test_data_are_left_as_they_are():
    X, y = np.array(CORNERS, dtype=np.float64), np.array([0, 1, 1, 0])
    X.setflags(write=False)
    y.setflags(write=False)
    assert not separability(X, y)
    assert (np.asfortranarray(X) == CORNERS).all()


def test_words():
    assert str(separability(CORNERS, [0, 1, 1, 0])) == (
        "Not linearly separable: the point (0.5, 0.5) lies in the convex hull of class 0 (samples 1, 4) "
        "and of class 1 (samples 2, 3)"
    )
    assert str(separability(CORNERS, [0, 0, 0, 1])) == (
        "Linearly separable: x1 + x2 − 1.5 is positive for class 1, negative for class 0; "
        "the nearest sample is 0.3536 from the border"
    )
    assert "every sample is of class a" in str(separability(CORNERS, ["a"] * 4))
    assert "3 units" in str(separability(CORNERS, [0, 1, 1, 2]))
    assert "demands sum to 0 > 0" in str(separability(WHEEL, [0, 0, 0, 1, 1, 1, 2, 2, 2]))
    enclosed = separability([[0, 0], [2, 0], [0, 2], [0.5, 0.75], [0.75, 0.5]], [0, 0, 0, 1, 1])
    assert "lies in the convex hull of class 0 (samples " in str(enclosed)
    assert "class 1 (sample " in str(enclosed)


def test_a_proof_holds_for_its_own_data_only():
    xor = [0, 1, 1, 0]
    proof = separability(CORNERS, xor).proof
    assert proof.holds(CORNERS, xor)
    assert not proof.holds(CORNERS, [0, 0, 1, 1])
    assert not proof.holds([[0, 0], [0, 1], [1, 0], [1, 2]], xor)
    heavy = CommonPoint(proof.classes, proof.samples, ((Fraction(1),) * 2,) * 2, proof.point)
    assert not heavy.holds(CORNERS, xor)
    y = [0, 0, 0, 1, 1, 1, 2, 2, 2]
    conflict = separability(WHEEL, y).proof
    assert not conflict.holds(WHEEL[::-1], y)
    assert not conflict.holds(WHEEL, y[::-1])


def test_example():
    path = Path(__file__).parents[2] / "examples" / "xor.py"
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert "XOR  Not linearly separable: the point (0.5, 0.5)" in done.stdout
    assert "solves XOR: True" in done.stdout
    assert not done.stderr

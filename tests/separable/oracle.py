"""Two independent judges in exact arithmetic: one decides by elimination, one checks a claimed answer."""

import math
from fractions import Fraction

from multilayer import Separability
from multilayer.diagnosis import CommonPoint


def solvable(X, y):
    """Whether a linear layer exists, by Fourier-Motzkin elimination of every weight (small data only)."""
    classes = sorted(set(y))
    width = len(X[0]) + 1
    rows = set()
    for x, own in zip(X, y, strict=True):
        z = [*map(Fraction, x), Fraction(1)]
        for rival in classes:
            if rival != own:
                row = {own: z, rival: [-v for v in z]}
                rows.add(tuple(v for name in classes[1:] for v in row.get(name, [Fraction(0)] * width)))
    for _ in range(width * (len(classes) - 1)):  # every row r demands r . u > 0; eliminate u's last entry
        above = [row for row in rows if row[-1] > 0]
        below = [row for row in rows if row[-1] < 0]
        rows = {_primitive(row[:-1]) for row in rows if row[-1] == 0} | {
            _primitive([a * -other[-1] + b * row[-1] for a, b in zip(row[:-1], other[:-1], strict=True)])
            for row in above
            for other in below
        }
        if any(not any(row) for row in rows):
            return False  # 0 > 0
    return True


def _primitive(row):
    common = math.lcm(*(v.denominator for v in row)) if row else 1
    whole = [int(v * common) for v in row]
    divisor = math.gcd(*whole) or 1
    return tuple(Fraction(v // divisor) for v in whole)


def check(X, y, found: Separability, float64=True):
    """Verify the answer's evidence from its definition alone; float64: a float64 layer is wanted too."""
    assert found.separable == bool(found) == (found.proof is None) == (found.exact is not None)
    assert found.classes == tuple(sorted(set(y)))
    if not found:
        assert found.W is found.b is None
        assert found.margin == 0
        (_check_point if isinstance(found.proof, CommonPoint) else _check_conflict)(X, y, found.proof)
        assert found.proof.holds(X, y)
        return
    _check_layer(X, y, found.classes, found.exact)
    assert not float64 or found.W is not None
    if found.W is not None:
        units = [[*map(Fraction, found.W[:, k].tolist()), Fraction(found.b[k])] for k in range(len(found.b))]
        assert units == found.exact


def _check_layer(X, y, classes, units):
    assert len(units) == (len(classes) if len(classes) != 2 else 1)
    for x, name in zip(X, y, strict=True):
        a = [sum(w * Fraction(v) for w, v in zip(unit[:-1], x, strict=True)) + unit[-1] for unit in units]
        own = classes.index(name)
        if len(classes) == 2:
            assert a[0] > 0 if own else a[0] < 0
        else:
            assert all(a[own] > score for k, score in enumerate(a) if k != own)


def _check_point(X, y, proof):
    assert proof.classes[0] != proof.classes[1]
    for name, samples, weights in zip(proof.classes, proof.samples, proof.weights, strict=True):
        assert sum(weights) == 1
        assert min(weights) > 0
        assert {y[i] for i in samples} == {name}
        for column, value in enumerate(proof.point):
            assert value == sum(w * Fraction(X[i][column]) for i, w in zip(samples, weights, strict=True))


def _check_conflict(X, y, proof):
    assert min(proof.weights) > 0
    total = {}
    for i, own, rival, weight in zip(proof.samples, proof.own, proof.rivals, proof.weights, strict=True):
        assert y[i] == own != rival
        for column, value in enumerate([*X[i], 1]):
            total[own, column] = total.get((own, column), 0) + weight * Fraction(value)
            total[rival, column] = total.get((rival, column), 0) - weight * Fraction(value)
    assert not any(total.values())

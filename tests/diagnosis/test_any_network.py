"""Whatever a network and its data are made of, a diagnosis comes out: without a crash, without a warning, in order."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer import MLP, Dense, diagnose
from multilayer.activations import catalogue
from multilayer.diagnosis import CHECKS, TrainingRecord
from multilayer.training import History

NAMES = [check.name for check in CHECKS]
RANK = {"error": 0, "warning": 1, "note": 2}
exponents = st.integers(-300, 300) | st.integers(-2, 2)


@st.composite
def networks(draw):
    widths = draw(st.lists(st.integers(1, 6), min_size=2, max_size=5))
    kinds = st.sampled_from(catalogue)
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    kind = draw(st.sampled_from(["float32", "float64"]))
    layers = []
    for inputs, units in pairwise(widths):
        size = draw(exponents)
        with np.errstate(over="ignore"):
            W = (rng.standard_normal((inputs, units)) * 10.0**size).astype(kind)
        b = (rng.standard_normal(units) * draw(st.sampled_from([0.0, 1.0, 100.0]))).astype(kind)
        layers.append(Dense(W, b, draw(kinds)))
    return MLP(layers)


@st.composite
def subjects(draw):
    network = draw(networks())
    samples = draw(st.sampled_from([1, 2, 3, 11, 40]))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    X = rng.standard_normal((samples, network.widths[0])) * 10.0 ** draw(exponents)
    if draw(st.booleans()):
        X[rng.integers(samples), rng.integers(X.shape[1])] = draw(st.sampled_from([np.nan, np.inf, 0.0]))
    y = draw(st.none() | st.just(rng.standard_normal((samples, network.widths[-1]))))
    loss = draw(st.lists(st.floats(0, 1e300) | st.just(np.nan) | st.just(0.0), max_size=14))
    stopped = draw(st.sampled_from([None, "epochs", "plateau", "not finite", "interrupted"]))
    course = draw(
        st.sampled_from(
            [None, TrainingRecord(start=network), TrainingRecord(History(tuple(loss), tuple(loss)), stopped)]
        )
    )
    return network, X, y, course


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(subjects())
def test_a_diagnosis_comes_out(subject):
    network, X, y, course = subject
    found = diagnose(network, X, y, None if y is None else "squared", course=course)
    assert found.verdict
    assert found.trouble == any(finding.severity == "error" for finding in found.findings)
    ranks = [RANK[finding.severity] for finding in found.findings]
    assert ranks == sorted(ranks)
    for finding in found.findings:
        layer = network.widths[finding.layer] if finding.layer is not None else 0
        assert finding.check in NAMES
        assert all(1 <= unit <= layer for unit in finding.units)
    with np.errstate(over="ignore"):
        finite = np.isfinite(X.astype(network.dtype)).all(axis=1)
    assert found.evidence.samples <= finite.sum()
    assert (found.evidence.not_finite is None) <= (found.evidence.samples == len(X))

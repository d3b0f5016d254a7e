"""Evidence and diagnoses made by hand of real networks, so that what shows them is tested by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from multilayer.activations import AlongAxis
from multilayer.diagnosis.check import Check, Finding, NotMeasured
from multilayer.diagnosis.diagnosis import Diagnosis
from multilayer.diagnosis.evidence import (
    Evidence,
    GradientStatistics,
    Histogram,
    InputStatistics,
    LayerStatistics,
    OutputStatistics,
    TrainingRecord,
)
from multilayer.losses import get
from multilayer.network import MLP
from multilayer.network.initialized import initialize
from multilayer.training import History

HISTORY = History(
    loss=(2.3, 1.4, 0.9, 0.7, 0.62, 0.6, 0.6),
    validation_loss=(2.4, 1.6, 1.2, 1.1, 1.15, 1.2, 1.3),
    learning_rate=(0.1,) * 7,
)


def network(shape=(3, 5, 4, 2), hidden="sigmoid", output="softmax", **names):
    made = initialize(shape, hidden, output, rng=0)
    return MLP(made.layers, **names)


def histogram(values):
    counts, edges = np.histogram(values, bins=64)
    return Histogram(edges, counts.astype(np.int64))


def layer_statistics(record):
    a, z = record.a, record.z
    if isinstance(record.layer.activation, AlongAxis):
        active = saturated = None
    else:
        slope = np.abs(record.layer.activation.derivative(a))
        active = (slope != 0).sum(axis=0)
        saturated = (slope < 0.01 * max(slope.max(), 1e-300)).sum(axis=0)
    return LayerStatistics(
        layer=record.layer,
        samples=len(a),
        mean_a=a.mean(axis=0),
        variance_a=a.var(axis=0),
        mean_z=z.mean(axis=0),
        variance_z=z.var(axis=0),
        mean_square_z=(z * z).mean(axis=0),
        minimum_z=z.min(axis=0),
        maximum_z=z.max(axis=0),
        active=active,
        saturated=saturated,
        linearity=np.full(a.shape[1], np.nan),
        a=histogram(a),
        z=histogram(z),
    )


def gradient_statistics(layer, size):
    units = layer.units
    rms = size * np.linspace(0.5, 1.5, units)
    return GradientStatistics(
        norm_W=float(np.linalg.norm(layer.W)),
        norm_dW=size,
        dW=histogram(np.log10(rms)),
        rms_da=rms,
        zero_da=np.linspace(0.0, 1.0, units),
    )


def evidence(net=None, count=60, **changes):
    """Return evidence about `net`, with everything in it that there can be."""
    net = network() if net is None else net
    random = np.random.default_rng(1)
    X = random.normal(size=(count, net.widths[0])) * np.geomspace(1, 1000, net.widths[0])
    trace = net.trace(X)
    classes = max(2, net.widths[-1])
    counts = np.bincount(np.arange(count) % classes, minlength=classes)
    predicted = np.zeros(classes, np.int64)
    predicted[0] = count
    made = Evidence(
        network=net,
        samples=count,
        inputs=InputStatistics(X.mean(0), X.std(0), X.min(0), X.max(0), (), np.linspace(0, 1, net.widths[0])),
        layers=tuple(map(layer_statistics, trace)),
        outputs=OutputStatistics(
            loss=0.69,
            constant_loss=0.69,
            score=0.5,
            linear_score=0.98,
            constant_score=0.5,
            target_counts=counts,
            predicted_counts=predicted,
            confusion=np.outer(counts, np.eye(classes)[0]).astype(np.int64),
        ),
        gradients=tuple(gradient_statistics(layer, 10.0 ** (n - 8)) for n, layer in enumerate(net.layers)),
        not_finite=None,
        loss=get("categorical_cross_entropy"),
        course=TrainingRecord(history=HISTORY, stopped="plateau", learning_rate=0.1, epochs=200, start=net),
    )
    return replace(made, **changes)


def bare_evidence(net=None):
    """Return what there is without y, without history."""
    return evidence(net, outputs=None, gradients=None, loss=None, course=TrainingRecord())


CHECKS = (
    Check("collapsed signal", "Do the outputs of every layer depend on the input?", lambda _: ()),
    Check("dead units", "Is every unit active for some sample?", lambda _: ()),
    Check("overfitting", "Does what is learned hold for other samples?", lambda _: ()),
)

COLLAPSED = Finding(
    check="collapsed signal",
    title="layer 2 passes on almost no signal",
    severity="error",
    layer=2,
    units=(),
    value=0.99987,
    threshold=0.999,
    evidence="99.987 % of the power of its outputs is the same for all 60 samples",
    advice="Use tanh or relu in the hidden layers, or start with larger weights.",
)
SATURATED = Finding(
    check="saturated units",
    title="3 of 5 units of layer 1 are saturated",
    severity="warning",
    layer=1,
    units=(1, 2, 5),
    value=0.75,
    threshold=0.5,
    evidence="on 75 % of the samples their derivative is below 1 % of its largest value",
    advice="Standardize the inputs.",
)


def diagnosis(**changes):
    made = Diagnosis(
        verdict="It does not learn because layer 2 passes on almost no signal.",
        cause=COLLAPSED,
        findings=(COLLAPSED, SATURATED),
        not_measured=(
            NotMeasured(
                check="overfitting", reason="no validation data were given; train with validation=0.2"
            ),
        ),
        checks=CHECKS,
        evidence=evidence(),
    )
    return replace(made, **changes)


def healthy():
    return diagnosis(
        verdict="No trouble found by 2 checks.", cause=None, findings=(), evidence=bare_evidence()
    )

"""Pictures of a training in any form, and of a network with its samples; legends stay inside the figure."""

import warnings
from typing import get_args

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from multilayer import MLP, Dense, InputError, diagnose, fit, initialize, plots
from multilayer.io import Meaning, meaning_of
from multilayer.plots.loss_curve import _LABELS, _SENTENCES
from multilayer.reports.diagnosis import pictures
from multilayer.training import History
from multilayer.training.events import Stopped
from tests.diagnosis.made import evidence

RNG = np.random.default_rng(0)
X = RNG.uniform(-1.0, 1.0, (60, 2))
Y = (X[:, 0] > 0).astype(int)
PLANE = MLP([Dense([[1.0], [0.0]], [0.0], "sigmoid")])
TRAINED = fit(PLANE, X, Y, loss="binary_cross_entropy", epochs=3, validation=0.2, rng=0)


def axes(**options):
    figure = Figure(**options)
    FigureCanvasAgg(figure)
    return figure.subplots()


def curve(ax):
    return ax.get_lines()[0].get_ydata().tolist()


def test_a_loss_curve_of_a_training_in_any_form():
    from multilayer.estimators import MLPClassifier

    loss = list(TRAINED.history.loss)
    assert curve(plots.loss_curve(TRAINED, axes())) == loss
    assert curve(plots.loss_curve(TRAINED.history, axes())) == loss
    assert curve(TRAINED.history.plot(axes())) == loss
    found = diagnose(TRAINED.network, X, Y, course=TRAINED)
    assert curve(plots.loss_curve(found, axes())) == loss
    assert curve(plots.loss_curve(found.evidence, axes())) == loss
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not converge
        model = MLPClassifier((3,), max_iter=4, random_state=0).fit(X, Y)
    assert curve(plots.loss_curve(model, axes())) == model.loss_curve_


def test_new_axes_unless_given(monkeypatch):
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    ax = TRAINED.history.plot()
    assert ax.figure in map(pyplot.figure, pyplot.get_fignums())
    pyplot.close(ax.figure)


@pytest.mark.parametrize(
    ("source", "message"),
    [(3, "got int"), (History(), "there is no loss curve to draw"), (evidence(), None)],
)
def test_what_has_no_curve(source, message):
    if message is None:
        plots.loss_curve(source, axes())
        return
    with pytest.raises(InputError, match=message):
        plots.loss_curve(source, axes())


@pytest.mark.parametrize(
    ("size", "layout"),
    [((6.4, 4.8), None), ((4.5, 3.0), None), ((6.4, 4.8), "constrained"), ((4.0, 4.0), "constrained")],
)
@pytest.mark.parametrize("picture", pictures, ids=lambda picture: picture.name)
def test_legends_stay_inside_the_figure(picture, size, layout):
    """Where nothing lays the figure out, a user's own axes, and where there is room to be made."""
    figure = Figure(figsize=size, layout=layout)
    canvas = FigureCanvasAgg(figure)
    picture.draw(evidence(), figure)
    canvas.draw()
    for ax in figure.axes:
        legend = ax.get_legend()
        if legend is not None:
            box = legend.get_window_extent()
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= figure.bbox.x1 + 1
            assert box.y1 <= figure.bbox.y1 + 1


def regions(ax):
    return [path for collection in ax.collections for path in collection.get_paths()]


def test_the_border_between_two_classes_is_where_it_is():
    net = MLP([Dense([[1.0], [2.0]], [-0.5], "sigmoid")], inputs=["age", "rate [/s]"])
    ax = plots.decision_boundary(net, X, Y, axes())
    first, second = ax.collections[0].get_paths()
    for path, sign in ((first, -1.0), (second, 1.0)):
        corners = path.vertices
        sums = corners @ [1.0, 2.0] - 0.5
        assert (sign * sums > -0.05).all()  # the grid's own width
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("age", "rate [/s]")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["0", "1"]


def test_labels_and_other_inputs_at_their_medians():
    W = [[0.0, 0.0, 0.0], [1.0, 0.0, -1.0], [0.0, 3.0, 0.0]]
    net = MLP([Dense(W, activation="softmax")], classes=["a", "b", "c"])
    samples = np.c_[RNG.normal(size=30), X[:30]]
    y = net.classify(samples)
    ax = plots.decision_boundary(net, samples, y, axes(), inputs=(1, 0))
    assert {text.get_text() for text in ax.get_legend().get_texts()} == set(y.tolist())
    drawn = sum(len(collection.get_offsets()) for collection in ax.collections[1:])
    assert drawn == len(samples)


@pytest.mark.parametrize("y", [None, np.sin(X[:, 0])])
def test_the_output_of_a_regression(y):
    net = initialize((2, 4, 1), "tanh", rng=0)
    ax = plots.decision_boundary(net, X, y, axes())
    assert ax.get_legend() is None
    assert len(ax.figure.axes) == 2  # the second is the scale


@pytest.mark.parametrize(
    ("units", "output", "scale"),
    [
        (1, "identity", True),
        (1, "relu", True),
        (1, "sigmoid", False),
        (1, "tanh", False),
        (1, "log_sigmoid", False),
        (3, "sigmoid", False),
        (3, "softmax", False),
        (3, "identity", False),
    ],
)
def test_classes_and_quantities_follow_the_rule_of_results(units, output, scale):
    net = initialize((2, units), output=output, rng=0)
    assert scale == (meaning_of(net) is Meaning.QUANTITIES and units == 1)
    ax = plots.decision_boundary(net, X, ax=axes())
    assert (len(ax.figure.axes) == 2) == scale


def test_every_end_of_a_training_has_a_label_and_a_sentence():
    assert {*get_args(Stopped), "patience"} == set(_LABELS) == set(_SENTENCES)


def test_a_constant_output():
    plots.decision_boundary(MLP([Dense(np.zeros((2, 1)))]), X, None, axes())


@pytest.mark.parametrize(
    ("net", "arguments", "message"),
    [
        (MLP([Dense([[1.0]])]), {"X": [[1.0]]}, "needs two inputs, and this network has one"),
        (PLANE, {"X": X, "inputs": (0, 2)}, r"inputs must be two of 0 to 1; got \(0, 2\)"),
        (PLANE, {"X": X, "inputs": (1, 1)}, r"inputs must be two of 0 to 1; got \(1, 1\)"),
        (PLANE, {"X": X[0]}, "expected .samples, 2., at least one sample"),
        (PLANE, {"X": X, "y": Y[1:]}, "X has 60 samples but y has 59"),
        (PLANE, {"X": X, "y": Y + 1}, "y holds 2, not among the classes of the network: 0, 1"),
    ],
)
def test_what_cannot_be_drawn(net, arguments, message):
    with pytest.raises(InputError, match=message):
        plots.decision_boundary(net, ax=axes(), **arguments)


DRAWN_OF_A_DIAGNOSIS = (
    plots.gradient_flow,
    plots.input_scales,
    plots.predictions,
    plots.signal_flow,
    plots.unit_map,
)


@pytest.mark.parametrize("draw", DRAWN_OF_A_DIAGNOSIS)
def test_pictures_of_a_diagnosis_take_it_as_it_is(draw):
    found = diagnose(PLANE, X, Y)
    given = axes()
    assert draw(found, given) is given
    assert draw(found.evidence, axes()).get_ylabel() == given.get_ylabel()


@pytest.mark.parametrize("draw", DRAWN_OF_A_DIAGNOSIS)
@pytest.mark.parametrize("wrong", [None, PLANE, TRAINED, X])
def test_what_is_no_diagnosis_is_refused(draw, wrong):
    with pytest.raises(InputError, match=r"drawn of a diagnosis, .* got \w+$"):
        draw(wrong, axes())


def test_what_was_not_measured_is_not_drawn():
    without_y = diagnose(PLANE, X)
    with pytest.raises(InputError, match="nothing to draw: gradients need y and a loss"):
        plots.gradient_flow(without_y, axes())
    with pytest.raises(InputError, match="nothing to draw: classes need y"):
        plots.predictions(without_y, axes())
    with pytest.raises(InputError, match="drawn of a layer that a diagnosis measured"):
        plots.weighted_sums(PLANE, axes())


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: plots.loss_curve(TRAINED, ax),
        lambda ax: plots.decision_boundary(PLANE, X, Y, ax),
        lambda ax: plots.signal_flow(diagnose(PLANE, X, Y), ax),
        lambda ax: plots.weighted_sums(diagnose(PLANE, X, Y).evidence.layers[0], ax),
    ],
)
def test_what_are_no_axes_is_refused(draw):
    with pytest.raises(InputError, match="ax must be axes of matplotlib, or None for new ones; got str"):
        draw("left")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"function": "relu"}, "of a function"),
        ({"low": 2.0, "high": -2.0}, "from low to a larger high; got .* from 2 to -2"),
        ({"high": float("nan")}, "high must be a finite number"),
        ({"width": 0}, "width must be a whole number, at least 1"),
        ({"height": 2.5}, "height must be a whole number"),
    ],
)
def test_a_curve_of_characters_refuses_what_it_cannot_draw(options, message):
    with pytest.raises(InputError, match=message):
        plots.curve(**{"function": np.tanh, **options})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("value", [1e308, -1e308, np.inf, np.nan])
def test_a_plane_that_cannot_be_drawn(dtype: str, value: float) -> None:
    net = initialize((2, 3, 2), "tanh", "softmax", dtype=dtype, rng=0)
    found = "found none" if np.isnan(value) else "found larger ones"
    with pytest.raises(InputError, match=f"X, column 2: expected numbers that can be drawn, .*{found}"):
        plots.decision_boundary(net, [[0.0, value], [1.0, value]])


def test_a_plane_of_large_numbers() -> None:
    net = initialize((2, 3, 2), "tanh", "softmax", dtype="float64", rng=0)
    drawn = plots.decision_boundary(net, [[0.0, -1e300], [1.0, 1e300]])
    drawn.figure.canvas.draw()

"""What the pictures of a diagnosis draw, and that their words and tables hold the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from multilayer import plots
from multilayer._base.text import percent
from multilayer.plots.figures import GREY
from multilayer.plots.weighted_sums import saturated_spans
from multilayer.reports.diagnosis import pictures
from multilayer.training import History
from tests.diagnosis.made import evidence, histogram, network

NAMED = {picture.name: picture for picture in pictures}


def axes():
    return Figure().subplots()


def over(layer, low, high):
    """Return the layer with weighted sums that reach from `low` to `high`."""
    return replace(layer, a=histogram(np.linspace(low, high, 640)))


@pytest.mark.parametrize(("name", "stretch"), [("sigmoid", 2.0), ("tanh", 1.0)])
def test_the_saturated_region_is_where_the_slope_is_small(name, stretch):
    """h'(a) / h'(0) is 1 - tanh(a)^2 for tanh, and 1 - tanh(a / 2)^2 for sigmoid."""
    beginning = stretch * np.arctanh(np.sqrt(0.99))
    layer = over(evidence(network(hidden=name)).layers[0], -10, 10)
    (low, left), (right, high) = saturated_spans(layer)
    assert (low, high) == (-10, 10)
    assert (-left, right) == (pytest.approx(beginning, abs=0.03), pytest.approx(beginning, abs=0.03))


def test_relu_is_saturated_below_zero_and_softmax_has_no_region():
    first, _, last = evidence(network(hidden="relu")).layers
    ((low, high),) = saturated_spans(over(first, -3, 5))
    assert (low, high) == (-3, pytest.approx(0, abs=0.01))
    assert saturated_spans(last) == []


def test_the_histogram_is_drawn_in_fractions():
    layer = evidence().layers[1]
    ax = plots.weighted_sums(layer, axes(), "$title")
    (stairs,) = ax.patches
    np.testing.assert_allclose(stairs.get_data().values.sum(), 1.0)
    assert ax.get_title(loc="left") == "$title" or ax.get_title() == "$title"


def test_dead_units_are_red_and_the_others_darker_with_saturation():
    made = evidence(network((3, 5, 2), output="sigmoid"))
    first = replace(
        made.layers[0], active=np.array([60, 0, 60, 60, 60]), saturated=np.array([0, 60, 30, 60, 0])
    )
    ax = plots.unit_map(replace(made, layers=(first, made.layers[1])), axes())
    cells = np.asarray(ax.images[0].get_array())[4::10, 4::10]
    assert cells.shape[:2] == (3, 40)
    red, green, blue, seen = cells[0, :6].astype(int).T
    assert seen.tolist() == [255] * 5 + [0]
    assert [int(n) for n in np.flatnonzero(red[:5] > blue[:5])] == [1]
    assert green[0] == green[4] > green[2] > green[3]


def test_a_thousand_units_take_several_rows():
    made = evidence(network((3, 170, 410, 2)))
    ax = plots.unit_map(made, axes())
    assert ax.images[0].get_extent() == [0, 80, 3 + 1 + 6, 0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["layer 1", "layer 2"]


def test_gradients_that_are_exactly_zero_are_written_down():
    made = evidence()
    first, *others = made.gradients
    dead = replace(made, gradients=(replace(first, rms_da=first.rms_da * 0, norm_dW=0.0), *others))
    ax = plots.gradient_flow(dead, axes())
    assert [text.get_text() for text in ax.texts] == ["0", "0"]
    assert ax.get_yscale() == "log"
    assert "layer 1: 0," in NAMED["gradient"].words(dead)


def test_gradients_are_compared_with_the_last_layers():
    made = evidence()
    sizes = [float(np.sqrt(np.mean(g.rms_da**2))) for g in made.gradients]
    assert f"The first layer has {sizes[0] / sizes[-1]:.3g}" in NAMED["gradient"].words(made)
    rows = NAMED["gradient"].numbers(made).rows
    assert [row[1] for row in rows] == [f"{size:.3g}" for size in sizes]


def test_the_signal_is_what_differs_between_samples():
    made = evidence()
    (line,) = plots.signal_flow(made, axes()).get_lines()
    for share, layer in zip(line.get_ydata(), made.layers, strict=True):
        assert share == pytest.approx(1.0 - layer.constant_fraction, abs=1e-6)
    compared = replace(made, start=made.layers, reference=made.layers)
    assert len(plots.signal_flow(compared, axes()).get_lines()) == 3
    numbers = NAMED["signal"].numbers(compared)
    assert numbers.columns[-2:] == (
        "fraction that differs, before training",
        "fraction that differs, newly initialized",
    )
    assert all(row[3] == row[-1] == row[-2] for row in numbers.rows)


def test_events_are_marked_on_the_loss_curve():
    ax = plots.loss_curve(evidence(), axes())
    labels = ax.get_legend_handles_labels()[1]
    assert labels == [
        *("training", "validation", "best constant prediction", "best epoch, 4"),
        "stopped: no more improvement",
    ]
    marker = ax.get_lines()[labels.index("best epoch, 4")]
    assert (marker.get_xdata()[0], marker.get_ydata()[0]) == (4, 1.1)
    words = NAMED["loss"].words(evidence())
    assert "Over 7 epochs the loss went from 2.3 to 0.6" in words
    assert "The best epoch was 4." in words
    assert "The validation loss went from" in words
    assert words.endswith("Training stopped because there was no more improvement.")


@pytest.mark.parametrize(
    ("end", "scale"), [(0.9, "linear"), (0.001, "log"), (-1.0, "linear"), (0.0, "linear")]
)
def test_the_loss_is_on_a_scale_that_fits(end, scale):
    made = evidence(outputs=None)
    course = replace(made.course, history=History(loss=(1.0, end)))
    assert plots.loss_curve(replace(made, course=course), axes()).get_yscale() == scale


def test_cuts_of_the_rate_are_marked_unless_it_falls_all_the_time():
    made = evidence()

    def labels(rates):
        history = History(loss=tuple(1 / np.arange(1, 31)), learning_rate=tuple(rates))
        shown = replace(made, course=replace(made.course, history=history))
        return plots.loss_curve(shown, axes()).get_legend_handles_labels()[1]

    assert "learning rate cut" in labels([0.1] * 15 + [0.02] * 15)
    assert "learning rate cut" not in labels(0.1 * 0.7 ** np.arange(30))


def test_a_long_course_has_a_short_table():
    made = evidence()
    course = replace(made.course, history=History(loss=tuple(np.linspace(1, 0, 1000))))
    rows = NAMED["loss"].numbers(replace(made, course=course)).rows
    assert len(rows) == 25
    assert (rows[0][0], rows[-1][0]) == ("1", "1000")


def test_inputs_are_drawn_by_name_or_as_a_profile():
    named = evidence(network((3, 2, 2), inputs=["$a$", "b" * 60, "c"]))
    ax = plots.input_scales(named, axes())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["$a$", "b" * 23 + "…", "c"]
    assert ax.get_xscale() == "symlog"
    wide = evidence(network((100, 2, 2)))
    assert plots.input_scales(wide, axes()).get_xlabel() == "column of X"
    alike = replace(named.inputs, minimum=-np.ones(3), maximum=np.ones(3))
    assert plots.input_scales(replace(named, inputs=alike), axes()).get_xscale() == "linear"


def test_bars_are_actual_and_predicted_counts():
    made = evidence(network(classes=["no", "yes"]))
    ax = plots.predictions(made, axes())
    heights = {True: [], False: []}
    for bar in ax.patches:
        heights[bar.get_facecolor()[:3] == to_rgb(GREY)].append(bar.get_height())
    assert heights == {True: [30, 30], False: [60, 0]}
    assert "never predicted: yes" in NAMED["classes"].words(made)


@pytest.mark.parametrize("name", NAMED)
def test_tables_are_rectangular(name):
    numbers = NAMED[name].numbers(evidence())
    assert numbers.rows
    assert {len(row) for row in numbers.rows} == {len(numbers.columns)}


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0"),
        (1.0, "100"),
        (0.5, "50"),
        (0.999, "99.9"),
        (0.004, "0.4"),
        (0.71234, "71.2"),
        (0.99999999, "99.999999"),
        (1e-12, "<\u00a00.001"),
        (np.nan, "nan"),
    ],
)
def test_percentages(share, text):
    assert percent(share) == f"{text}\u00a0%"

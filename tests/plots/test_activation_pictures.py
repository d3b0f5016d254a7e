"""Pictures of measured activations."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from multilayer.activations import catalogue, get, measure
from multilayer.measure import Effort
from multilayer.plots.activations import activation_curve, cost_accuracy, gradient_depth
from tests.measure.efforts import LITTLE


@pytest.fixture
def ax():
    return Figure().subplots()


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize("activation", catalogue, ids=lambda act: act.facts.name)
def test_every_curve_is_drawn_on_both_sides(ax, activation):
    activation_curve(activation, (), ax)
    low, high = ax.get_xlim()
    drawn = np.concatenate([line.get_xdata() for line in ax.lines[1:]])
    assert low < -5 < 5 < high
    assert drawn.min() < -3
    assert drawn.max() > 1
    assert labels(ax) == ["h(a)", "h'(a)"]


def test_no_line_joins_the_sides_of_a_jump(ax):
    activation_curve(get("step"), (), ax)
    for line in ax.lines[1:]:
        a = np.asarray(line.get_xdata())
        assert (a < 0).all() or (a > 0).all()


def test_what_is_saturated_is_shaded_and_in_sight(ax):
    regions = measure("softsign", only=["saturation"]).saturation.regions
    activation_curve(get("softsign"), regions, ax)
    assert len(ax.patches) == 2
    left, right = (patch.get_bbox() for patch in ax.patches)
    assert left.x1 == pytest.approx(-9.0)
    assert right.x0 == pytest.approx(9.0)
    assert ax.get_xlim()[1] > 9.5
    assert "saturated" in labels(ax)


def test_gradients_have_a_line_and_a_band_each(ax):
    depth = measure("sigmoid", only=["depth"], effort=LITTLE).depth
    gradient_depth(depth, ax)
    assert len(ax.collections) == len(depth.survivals) == len(labels(ax))
    for line, survival in zip(ax.lines[1:], depth.survivals, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), depth.depths)
        np.testing.assert_allclose(line.get_ydata(), survival.median)
    assert "Glorot (chosen)" in labels(ax)


@pytest.mark.parametrize(("name", "word"), [("step", "exactly 0"), ("exponential", "∞")])
def test_gradients_that_a_logarithm_has_no_place_for_are_named(ax, name, word):
    effort = Effort(seeds=3, width=16, depths=(1, 30))
    gradient_depth(measure(name, only=["depth"], effort=effort).depth, ax)
    assert [text.get_text() for text in ax.texts] == [word]
    assert all(np.isfinite(np.asarray(line.get_ydata())).all() for line in ax.lines)


def test_the_cheapest_is_on_top(ax):
    cost_accuracy({"dear": (3.0, 0.51), "cheap": (0.1, 0.0), "middle": (1.0, 0.5)}, ax)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["dear", "middle", "cheap"]
    assert [text.get_text() for text in ax.texts] == ["0.51 ulp", "0.5 ulp", "0 ulp"]

"""The explorer of activations in a browser."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from multilayer import MLP, Dense
from multilayer._base.table import number_text
from multilayer.activations import LeakyReLU, catalogue, curves_of
from multilayer.web.endpoint import Nothing
from multilayer.web.presets import PRESETS
from multilayer.web.views.activations import ActivationRequest, cards, curve
from multilayer.web.views.beginnings import BeginningsRequest, beginnings

pytestmark = pytest.mark.browser

ACTIVATION = 'select[aria-label="Activation"]'


def numbers(activation, at, place=1):
    value, slope = curves_of(activation)
    a = np.float64(at)
    found = {"a": a, "h": value(a), "dh": slope(a), "float32": value(np.float32(at))}
    return {f"{name}[{place}]": number_text(number, 6) for name, number in found.items()}


def test_every_activation_at_five_places(show):
    shown = show().view("activations")
    for activation in catalogue:
        shown.page.select_option(ACTIVATION, activation.facts.name)
        for at in ("0", "-0.5", "2.25", "-100", "7"):
            shown.page.fill('input[inputmode="decimal"]', at)
            shown.wait_for_cells(numbers(activation, at))


def test_parameters_comparisons_and_limits(show):
    shown = show().view("activations")
    page = shown.page
    page.select_option(ACTIVATION, "leaky_relu")
    page.fill('[data-parameter="slope"]', "0.2")
    page.fill('input[inputmode="decimal"]', "−2,5")  # as it may be pasted
    shown.wait_for_cells(numbers(LeakyReLU(slope=0.2), "-2.5"))
    for place in (2, 3, 4):
        page.click("text=Compare with another one")
        page.select_option(f".choice:nth-of-type({place}) select", "gelu")
    shown.wait_for_cells(numbers(next(each for each in catalogue if each.facts.name == "gelu"), "-2.5", 4))
    assert page.locator("text=Compare with another one").count() == 0
    page.select_option(ACTIVATION, "elu")
    page.fill('[data-parameter="alpha"]', "-1")
    page.press('[data-parameter="alpha"]', "Tab")
    page.wait_for_selector('[role="alert"]:has-text("above 0")')


def test_shades_overlay_and_beginnings(show):
    shown = show().view("activations")
    page = shown.page
    page.get_by_label("The network's own a").select_option("1")
    expected = curve(shown.session, ActivationRequest("sigmoid", reach=8.0, layer=1))
    shown.wait_for_cells({"saturated": expected.overlay.saturated})
    drawn = page.eval_on_selector_all(
        ".saturated", "all => all.map((each) => [each.dataset.from, each.dataset.to])"
    )
    assert drawn == [[each.low, each.high] for each in expected.regions]
    begun = beginnings(shown.session, BeginningsRequest("tanh", 0)).ways
    page.locator('section[aria-labelledby="beginnings"] select').select_option("tanh")
    shown.wait_for_cells(
        {
            f"gradient {each.name}[{n}]": layer.gradient
            for each in begun
            for n, layer in enumerate(each.layers, 1)
        }
    )


def test_the_networks_own_sums_are_shown_under_their_activation(show):
    state = PRESETS["xor"].make()
    first, output = state.network.layers
    shown = show(replace(state, network=MLP([Dense(100 * first.W, first.b, "tanh"), output])))
    page = shown.view("activations").page
    page.click("text=Compare with another one")  # tanh, which is not shown twice
    page.get_by_label("The network's own a").select_option("1")
    page.wait_for_function("() => document.querySelectorAll('.choice').length === 1")
    expected = curve(shown.session, ActivationRequest("tanh", reach=8.0, layer=1)).overlay
    shown.wait_for_cells({"saturated": expected.saturated})
    assert page.locator(ACTIVATION).input_value() == "tanh"
    heights = page.eval_on_selector_all(
        ".plot .bar", "all => all.map((each) => Number(each.getAttribute('height')))"
    )
    assert [height > 0 for height in heights] == [count > 0 for count in expected.counts]


def test_it_lists_the_whole_catalogue(show):
    shown = show().view("activations")
    shown.page.wait_for_selector(ACTIVATION)
    listed = shown.page.eval_on_selector_all(f"{ACTIVATION} option", "all => all.map((each) => each.value)")
    assert listed == [each.name for each in cards(shown.session, Nothing())]
    assert len(listed) == 33


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_it_is_accessible_and_fits(show, scheme, width):
    shown = show(color_scheme=scheme, viewport={"width": width, "height": 900}).view("activations")
    shown.page.wait_for_selector(".beginnings .bars")
    shown.assert_accessible()
    shown.assert_fits()

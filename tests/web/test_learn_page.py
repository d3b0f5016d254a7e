"""The view Train: XOR learns before one's eyes, stops when asked, and comes back exactly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multilayer import fit
from multilayer.web.cells import block
from multilayer.web.presets import PRESETS
from multilayer.web.recipe import Recipe
from multilayer.web.session import State
from tests.web.page import texts_of

pytestmark = pytest.mark.browser


def opened(show, state="xor", **context):
    shown = show(state, **context).view("learn")
    shown.page.wait_for_selector(".play:enabled")
    shown.page.wait_for_function("() => document.querySelectorAll('[data-cell^=\"W(1)\"]').length > 0")
    return shown


def wait_for_epoch(shown, text):
    shown.page.wait_for_function(
        "(text) => document.querySelector('[data-cell=\"epoch\"]')?.textContent === text",
        arg=text,
    )


def fitted(state, epochs=None, **changes):
    config = replace(state.recipe.config(state.network, state.rows.y), **changes)
    stop = (lambda event: event.epoch == epochs,) if epochs else ()
    return fit(
        state.network, state.rows.X, state.rows.y, config=config, rng=state.recipe.seed, callbacks=stop
    )


def weights_of(network):
    found = {}
    for n, layer in enumerate(network.layers, 1):
        found |= texts_of(block(f"W({n})", layer.W)) | texts_of(block(f"b({n})", layer.b))
    return found


def shown_weights(shown):
    return {name: text for name, text in shown.cells().items() if name[0] in "Wb" and "(" in name}


def test_xor_learns_as_fit_does_and_is_painted(show):
    shown = opened(show)
    expected = fitted(shown.session.state)
    shown.page.evaluate(
        """() => { window.frames = new Set(); const look = () => {
            const canvas = document.querySelector("canvas.plane");
            if (canvas) window.frames.add(canvas.toDataURL());
            requestAnimationFrame(look); }; look(); }"""
    )
    shown.page.select_option(".controls select", "10")
    shown.page.click(".play")
    shown.page.wait_for_function("() => window.frames.size >= 10")
    shown.page.select_option(".controls select", "all")
    wait_for_epoch(shown, "300 / 300")
    loss = expected.history.loss[-1]
    assert loss < 0.05
    shown.wait_for_cells({"loss": f"{loss:.6g}", "accuracy": "1", **weights_of(expected.network)})
    shown.page.wait_for_selector(".ending:has-text('All epochs are done.')")
    shown.page.click("text=The curves as numbers")
    row = shown.page.inner_text("details[open] table.matrix tbody tr:last-child").split()
    assert row == ["300", f"{loss:.6g}", "1"]
    assert shown.session.state.network == expected.network


def test_the_space_bar_plays_and_pauses(show):
    state = PRESETS["xor"].make()
    shown = opened(show, replace(state, recipe=Recipe(epochs=100_000)))
    shown.page.keyboard.press("Space")
    shown.page.wait_for_selector(".play:has-text('Pause')")
    shown.page.wait_for_function(
        "() => parseInt(document.querySelector('[data-cell=\"epoch\"]').textContent) >= 3"
    )
    shown.page.keyboard.press("Space")
    shown.page.wait_for_selector(".play:has-text('Play')")
    runner = shown.session.runner
    assert not runner.playing
    at = runner.course.progress.epoch
    wait_for_epoch(shown, f"{at} / 100000")
    shown.wait_for_cells(weights_of(runner.course.network))


def test_rewind_and_again_is_the_same_text(show):
    shown = opened(show)
    start = shown_weights(shown)
    seen = []
    for _ in range(2):
        for epoch in range(1, 21):
            shown.page.click("text=One epoch")
            wait_for_epoch(shown, f"{epoch} / 300")
        expected = weights_of(fitted(State(*_parts("xor")), 20).network)
        shown.wait_for_cells(expected)
        seen.append(shown_weights(shown))
        shown.page.click("text=Rewind")
        wait_for_epoch(shown, "0 / 300")
        shown.wait_for_cells(start)
    assert seen[0] == seen[1]


def _parts(name):
    state = PRESETS[name].make()
    return state.network, state.rows, state.recipe


def test_scrubbing_to_epoch_7_is_playing_to_epoch_7(show):
    shown = opened(show)
    for epoch in range(1, 8):
        shown.page.click("text=One epoch")
        wait_for_epoch(shown, f"{epoch} / 300")
    shown.wait_for_cells(weights_of(fitted(State(*_parts("xor")), 7).network))
    played = shown_weights(shown)
    shown.page.select_option(".controls select", "all")
    shown.page.click(".play")
    wait_for_epoch(shown, "300 / 300")
    shown.page.focus(".scrub input")
    shown.page.keyboard.press("Home")
    wait_for_epoch(shown, "0 / 300")
    for _ in range(7):
        shown.page.keyboard.press("ArrowRight")
    wait_for_epoch(shown, "7 / 300")
    shown.wait_for_cells(played)


def test_the_same_start_with_another_rate(show):
    shown = opened(show)
    shown.page.select_option(".controls select", "all")
    shown.page.click(".play")
    wait_for_epoch(shown, "300 / 300")
    shown.page.fill("[name=other_rate]", "0,3")
    shown.page.click("text=Train beside")
    shown.wait_for_cells({"learning_rate": "0.3"})
    wait_for_epoch(shown, "300 / 300")
    shown.page.wait_for_selector("text=before, learning rate 0.03")
    state = State(*_parts("xor"))
    other = replace(state, recipe=shown.session.state.recipe)
    assert other.recipe.parameters == {"learning_rate": 0.3}
    shown.wait_for_cells({"loss": f"{fitted(other).history.loss[-1]:.6g}"})


def test_rows_without_targets_are_refused(show):
    shown = show("seed").view("learn")
    shown.page.wait_for_selector(".refused:has-text('open rows with a target column')")
    assert shown.page.is_disabled(".play")


def test_a_bad_number_is_refused_and_the_field_goes_back(show):
    shown = opened(show)
    for typed, message in (
        ("abc", "learning_rate takes a number; found abc"),
        ("-1", "learning_rate must be"),
        ("0,5", ""),
    ):
        shown.page.fill("[name=learning_rate]", typed)
        shown.page.keyboard.press("Tab")
        if message:
            shown.page.wait_for_selector(f".problem:has-text('{message}')")
            assert shown.page.input_value("[name=learning_rate]") == "0.03"
    shown.page.wait_for_function("() => document.querySelector('.problem').textContent === ''")
    assert shown.session.state.recipe.parameters == {"learning_rate": 0.5}


def test_the_stuck_network_gets_its_verdict(show):
    shown = opened(show, "stuck")
    shown.page.click(".play")
    shown.page.wait_for_selector(".verdict")
    assert shown.page.inner_text(".verdict").startswith("The signal has collapsed: layer 2's outputs")
    shown.page.wait_for_function(
        "() => document.querySelector('[role=status]').textContent.includes('The signal has collapsed')"
    )

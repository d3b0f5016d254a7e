"""The view "Check": numbers that are pasted, the first that is wrong, and the slip."""

from __future__ import annotations

import pytest

from multilayer import InputError
from multilayer.web.aim import AimRequest
from multilayer.web.presets import PRESETS
from multilayer.web.session import Session
from multilayer.web.views.check import CheckRequest, arrays, check

TYPED = "[0.6 1.33]"
SAID = "a(1) was used where z(1) belongs"


def session(preset="book"):
    return Session(PRESETS[preset].make())


def test_the_slip_of_the_book():
    found = check(session(), CheckRequest(text=TYPED))
    assert (found.array, found.outcome, found.heading) == ("a(2)", "slip", "This is what happened")
    assert [each.sentence for each in found.findings] == [f"a(2): {SAID}"]
    assert found.where == "The first wrong number is a(2)[1,1]: 0.6 was given, 0.51616 is right."
    assert (found.given.name, found.given.cells, found.fits) == (
        "given a(2)",
        [["0.6", "1.33"]],
        [[False, False]],
    )


def test_the_first_wrong_number_is_named_by_its_row():
    state = PRESETS["seed"].make()
    a = [f"{number:.4g}" for number in state.network.trace(state.rows.X[2:4])[0].a.ravel()]
    a[5] = "9.999"
    found = check(Session(state), CheckRequest(2, 2, text=" ".join(a), array="a(1)"))
    assert found.wrong == "a(1)[4,2]"
    assert found.where.startswith("The first wrong number is a(1)[4,2]: 9.999 was given, ")
    assert sum(not fits for row in found.fits for fits in row) == 1


@pytest.mark.parametrize("array", ["dW(2)", "db(1)", "loss"])
def test_right_numbers_of_every_shape(array):
    given = session("seed")
    from multilayer.web.views.back import BackRequest, back

    blocks = {each.name: each for step in back(given, BackRequest(1, 3)).steps for each in step.blocks}
    text = "\n".join(" ".join(row) for row in blocks[array].cells)
    found = check(given, CheckRequest(1, 3, text=text, array=array))
    assert found.outcome == "right"
    assert (found.wrong, found.where) == (None, "")
    assert (found.given.first, found.given.cells) == (blocks[array].first, blocks[array].cells)


def test_numbers_of_another_row_and_of_all_rows():
    state = PRESETS["seed"].make()
    z = [" ".join(f"{number:.4f}" for number in row) for row in state.network.trace(state.rows.X)[0].z]
    found = check(Session(state), CheckRequest(1, text=z[3], array="z(1)"))
    assert [each.sentence for each in found.findings] == ["These are the numbers of row 4."]
    found = check(Session(state), CheckRequest(1, text="\n".join(z), array="z(1)"))
    assert found.outcome == "right"
    assert found.notes == ["These are too many numbers for one row: the rows 1 to 5 were taken."]


def test_transposed_numbers_are_shown_as_they_belong():
    found = check(session(), CheckRequest(text="1 2\n3 4\n5 6", array="dW(1)"))
    assert found.given.cells == [["1", "3", "5"], ["2", "4", "6"]]


def test_numbers_are_not_taken_for_an_array_because_there_are_as_many():
    text = "0.525 0.6457 0.525 0.5987 0.1 0.6 0.1 0.4"  # z(1) and a(1): as many as dW(1) has
    found = check(session("seed"), CheckRequest(text=text))
    assert (found.outcome, found.is_found, found.wrong) == ("unknown", False, None)
    assert found.findings[0].sentence.startswith("These are not the right numbers of any array here")
    asked = check(session("seed"), CheckRequest(text=text, array="dW(1)"))
    assert (asked.is_found, asked.wrong) == (True, "dW(1)[1,1]")


def test_a_decimal_comma_is_said():
    assert check(session(), CheckRequest(text="0,516 1,214", array="a(2)")).notes == [
        "Commas were read as decimal commas."
    ]


def test_what_can_be_checked():
    found = arrays(session("xor"), AimRequest(0, 4))
    shapes = {each.name: each.shape for each in found.arrays}
    assert shapes["a(1)"] == (4, 8)
    assert shapes["db(2)"] == (1,)
    assert shapes["mean loss"] == (1,)
    assert found.loss == found.losses[0] == "binary_cross_entropy"


@pytest.mark.parametrize("text", ["", "hello", "1 2 3 4 5 6 7 8 9"])
def test_what_is_refused_changes_nothing(text):
    given = session()
    with pytest.raises(InputError):
        check(given, CheckRequest(text=text))
    assert given.revision == 0


@pytest.mark.browser
def test_the_page_names_the_slip(show):
    shown = show("book").view("check")
    shown.page.fill("textarea", TYPED)
    shown.page.click('form button:has-text("Check")')
    shown.page.wait_for_selector(f"text={SAID}")
    assert "The first wrong number is a(2)[1,1]: 0.6 was given, 0.51616 is right." in shown.page.inner_text(
        "main"
    )
    assert "Next: Apply h before you go on: the next layer takes z = h(a)." in shown.page.inner_text("main")
    shown.page.click("text=See how it comes about")
    shown.page.wait_for_selector('[role=region] h3:has-text("a₁(2)")')
    shown.view("check")
    shown.page.fill("textarea", "0.516; 1.214")
    shown.page.select_option('label:has-text("They are") select', "a(2)")
    shown.page.click('form button:has-text("Check")')
    shown.page.wait_for_selector("text=Right to 3 digits: these are the numbers of a(2).")
    assert shown.cells()["given a(2)[1,2]"] == "1.214"
    shown.page.fill("textarea", "1 2 3")
    shown.page.click('form button:has-text("Check")')
    shown.page.wait_for_selector("text=a(2) has shape (1, 2) for these rows, 2 numbers; 3 were given")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(show, scheme):
    shown = show("seed", color_scheme=scheme, viewport={"width": 320, "height": 800}).view("check")
    for text in ("0.1 0.2 0.3 0.4", "1 2 3"):
        shown.page.fill("textarea", text)
        shown.page.click('form button:has-text("Check")')
        shown.page.wait_for_selector("#verdict")
        shown.assert_accessible()
        shown.assert_fits()

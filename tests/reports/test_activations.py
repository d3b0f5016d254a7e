"""The page of measured activations."""

import pytest

from multilayer.activations import Custom, catalogue, measure
from multilayer.reports.activations import properties_page
from tests.measure.efforts import LITTLE
from tests.reports.reading import read


@pytest.mark.slow
def test_a_page_of_the_whole_catalogue():
    """Every picture has a title and a description, every heading of a table its scope; nothing is loaded or run."""
    found = [
        measure(act, effort=LITTLE, only=["range", "saturation", "cost", "accuracy"]) for act in catalogue
    ]
    page = read(properties_page(found).decode())
    assert len(page.pictures) == 1 + len(catalogue)
    assert all(act.facts.name in page.text for act in catalogue)
    assert page.landmarks == {"header", "nav", "main", "footer"}
    assert any("saturated where a ≤ -5.99, a ≥ 5.99" in description for _, description in page.pictures)


def test_a_page_of_what_little_was_asked_for():
    page = read(properties_page([measure("relu", only=["lipschitz"])]).decode())
    assert len(page.pictures) == 1
    assert "Lipschitz" in page.text


@pytest.mark.slow
def test_user_defined_names_may_be_anything():
    cube = Custom('<b>"my" & cube', lambda a: a**3, lambda a: 3 * a**2)
    found = [
        measure(act, effort=LITTLE, only=["saturation", "depth", "cost", "accuracy"])
        for act in (cube, "relu")
    ]
    page = read(properties_page(found).decode())
    assert '<b>"my" & cube' in page.text
    assert "b" not in page.tags

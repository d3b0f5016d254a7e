"""The page of names is written from the tables that define them."""

from tools import names


def test_the_page_of_names_is_current():
    assert names.PAGE.read_text() == names.page(), "run  python -m tools.names"

"""The numbers of every figure of the book, as Python has them, and what it hands to pages, are what is kept."""

import pytest

from tests.viz.pages.kept import figures, pages

RENEW = "if that is meant, run python -m tests.viz.pages.kept.{}, and read the difference"


@pytest.mark.parametrize("place", figures.FIGURES)
def test_the_numbers_of_a_figure_are_what_is_kept(place):
    assert figures.told(place) == figures.kept()[place], RENEW.format("figures")


@pytest.mark.parametrize("name", pages.PAGES)
def test_what_is_handed_to_a_page_is_what_is_kept(name):
    assert pages.told(name) == pages.kept()[name], RENEW.format("pages")

"""The numbers of every figure, as Python has them, are what is kept."""

import pytest

from tests.viz.pages.book.figures import FIGURES, kept, told


@pytest.mark.parametrize("place", FIGURES)
def test_the_numbers_of_a_figure_are_what_is_kept(place):
    assert told(place) == kept()[place], (
        "a figure has other numbers: if that is meant, run python -m tests.viz.pages.book.figures, "
        "and read the difference"
    )

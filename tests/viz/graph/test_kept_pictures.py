"""What stands in each picture is what is kept, to the letter."""

import pytest

from tests.viz.graph.pictures import PICTURES, kept, told


@pytest.mark.parametrize("name", PICTURES)
def test_what_stands_in_a_picture_is_what_is_kept(name):
    assert told(name) == kept()[name], (
        "the picture has changed: if that is meant, run python -m tests.viz.graph.pictures, and read the difference"
    )


def test_nothing_is_kept_of_what_is_not_drawn():
    assert [*kept()] == [*PICTURES]

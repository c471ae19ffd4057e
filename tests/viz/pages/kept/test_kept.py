"""What Python hands to pages is what is kept."""

import pytest

from tests.viz.pages.kept.pages import PAGES, kept, told


@pytest.mark.parametrize("name", PAGES)
def test_what_is_handed_to_a_page_is_what_is_kept(name):
    assert told(name) == kept()[name], (
        "if that is meant, run python -m tests.viz.pages.kept.pages, and read the difference"
    )

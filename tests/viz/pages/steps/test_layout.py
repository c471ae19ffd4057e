"""The stepping page at several widths: no text meets another, leaves its box or is too small to read, at any step."""

import itertools

import pytest

from tests.support.web import FONTS
from tests.viz.pages.steps.layout import SCALES, VIEWS, WINDOWS, pages, walk


@pytest.mark.parametrize("window", WINDOWS)
def test_nothing_meets_at_any_width(browser, window, tmp_path):
    """A few steps of each page, each with other numbers, another font and view: layout.py takes all of them."""
    wide, high, factor = WINDOWS[window]
    sizes = {"viewport": {"width": wide, "height": high}, "device_scale_factor": factor}
    tab = browser.new_context(offline=True, **sizes).new_page()
    others = zip(itertools.cycle(SCALES.values()), itertools.cycle(FONTS.values()), strict=False)
    for k, ((_, make), (scale, font)) in enumerate(zip(pages(), others, strict=False)):
        for view, every in ((VIEWS[0], 29), (VIEWS[1 + k % 2], 97)):
            steps, wrong = walk(tab, make(scale), tmp_path, font=font, view=view, every=every, most=6)
            assert steps > 1
            assert not wrong, (scale, font, view)
    tab.context.close()

"""Nothing meets in any figure of the book: at five widths, at every state, before and after the prediction."""

import pytest

from tests.support.web import CONTRASTS, collisions
from tests.support.web.book import ALONE, BOOK, FIGURES, figure, inside, said_of

WIDTHS = (1280, 1024, 768, 390, 360)
SHOW = "([id, state, said]) => {{ const it = {}; Object.assign(it.state, state); it.predict(said); it.show(); }}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", FIGURES)
def test_nothing_meets_at_any_width(show, place, scheme):
    tab = show(BOOK(), color_scheme=scheme)
    tab.evaluate(ALONE, f"f{place}")
    states = FIGURES[place].all_states()[: None if scheme == "light" else 1]  # colors move nothing
    for width in WIDTHS if scheme == "light" else WIDTHS[-1:]:
        tab.set_viewport_size({"width": width, "height": 900})
        for said in ("", said_of(inside(place))):
            for state in states:
                tab.evaluate(SHOW.format(figure(place)), [place, state, said])
                assert not collisions(tab), (width, state, said)
        assert not tab.evaluate(CONTRASTS), width

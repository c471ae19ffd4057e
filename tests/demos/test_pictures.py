"""What the README shows is what the library draws today."""

import dataclasses
import html
import re
from pathlib import Path

import pytest

from demos import pictures
from demos.pictures import pages, stills

FOLDER = Path(pictures.__file__).parent


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_current(name):
    """Its words are compared: where they stand depends on the version of Graphviz."""
    committed, now = (FOLDER / name).read_text(encoding="utf-8"), pictures.PICTURES[name]().svg
    assert words(committed) == words(now), "python -m demos.pictures makes it again"


def words(svg):
    return sorted(html.unescape(text) for text in re.findall(r">([^<>]+)</(?:text|tspan|title|style)>", svg))


@pytest.mark.parametrize("name", pages.PHOTOGRAPHS)
def test_a_photograph_shows_what_the_page_says_today(name, browser):
    pytest.importorskip("PIL", reason="needs Pillow to read what a photograph says")
    one = dataclasses.replace(pages.PHOTOGRAPHS[name], addresses=pages.PHOTOGRAPHS[name].addresses[-1:])
    _, now = pages.taken(one, browser)
    assert pages.words_of(FOLDER / name) == now, "python -m demos.pictures makes it again"


def test_the_stills_of_the_book_are_current(browser):
    for chapter, now in stills.stills(browser).items():
        committed = (stills.FOLDER / chapter / "stills.html").read_text(encoding="utf-8")
        assert said(committed) == said(now), f"{chapter}: python -m demos.pictures --only-stills makes it again"


def said(still):
    """Return the words of a still: where they stand depends on the fonts."""
    return [html.unescape(text) for text in re.findall(r">([^<>]+)<", still)]


def test_nothing_lies_there_that_nobody_made():
    assert {path.name for path in FOLDER.iterdir()} - {"__pycache__"} == {
        "__init__.py",
        "__main__.py",
        "pages.py",
        "stills.py",
        *pictures.PICTURES,
        *pages.PHOTOGRAPHS,
    }

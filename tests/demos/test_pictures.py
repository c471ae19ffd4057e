"""What the README shows is what the library draws today."""

import html
import re
from pathlib import Path

import pytest

from demos import pictures

FOLDER = Path(pictures.__file__).parent


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_current(name):
    """Its words are compared: where they stand depends on the version of Graphviz."""
    committed, now = (FOLDER / name).read_text(encoding="utf-8"), pictures.PICTURES[name]().svg
    assert words(committed) == words(now), "python -m demos.pictures makes it again"


def words(svg):
    return sorted(html.unescape(text) for text in re.findall(r">([^<>]+)</(?:text|tspan|title|style)>", svg))


def test_nothing_lies_there_that_nobody_made():
    assert {path.name for path in FOLDER.iterdir()} - {"__pycache__"} == {
        "__init__.py",
        "__main__.py",
        *pictures.PICTURES,
    }

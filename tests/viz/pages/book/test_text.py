"""The text of the book is well formed: its chapters, sections, figures, side notes and formulas."""

from demos.tutorial.contents import PARTS
from tests.support.web.words import page, source
from viz.pages.book.chapters import CHAPTERS


def test_the_chapters_are_well_formed_and_in_order():
    chapters = [part for name in CHAPTERS for part in page(name)]
    assert [part.get("id") for part in chapters] == [f"s{k}" for k in range(1, 13)]
    assert all(part.tag == "section" and int(part.get("data-minutes")) > 0 for part in chapters)
    assert all(
        [child.tag for child in part][:2] == ["h2", "p"] and part[1].get("class") == "claim" for part in chapters
    )
    sections = [h.get("id") for name in CHAPTERS for h in page(name).iter("h3")]
    assert sections == [f"s{part.number}" for part in PARTS if part.number not in ("10", "11")]


def test_no_id_is_given_twice():
    ids = [one.get("id") for name in CHAPTERS for one in page(name).iter() if one.get("id")]
    assert len(ids) == len(set(ids))


def test_a_figure_asks_answers_and_says_the_same_in_python():
    figures = [figure for name in CHAPTERS for figure in page(name).iter("figure")]
    assert len(figures) == 28
    for figure in figures:
        classes = [child.get("class") for child in figure if child.tag != "figcaption"]
        asked = [child for child in figure if child.get("class") in ("choices", "guess")]
        assert classes == ["question", asked[0].get("class"), "answer", "python"], figure.get("id")
        if asked[0].tag == "ul":
            assert len([one for one in asked[0] if one.get("data-right") is not None]) == 1
            assert 2 <= len(asked[0]) <= 4
        else:
            assert int(asked[0].get("data-digits")) >= 2
        if figure.get("class") != "card":
            assert "<!-- figure" in source(figure.get("data-figure").partition("/")[0])


def test_every_demo_that_is_named_is_one():
    named = {aside.get("data-demo") for name in CHAPTERS for aside in page(name).iter("aside")} - {None}
    assert named == {demo for part in PARTS for demo in part.demos}


def test_formulas_break_at_equals_and_brackets_keep_their_height():
    for name in CHAPTERS:
        for math_ in page(name).iter("math"):
            symbols = ["".join(one.itertext()) for one in math_.iter("mo")]
            assert symbols.count("=") <= 1
            assert all(one.get("stretchy") == "false" for one in math_.iter("mo") if one.text in ("(", ")", "‖", "|"))
        assert "style=" not in source(name)

"""Every figure of the book: its numbers are Python's, its Python lines give them, it covers what is to be predicted."""

import json
import re
from pathlib import Path

import pytest

from tests.support.web import until
from tests.support.web.book import (
    BOOK,
    FIGURES,
    NUMBER,
    TEXT,
    claims,
    figure,
    filled,
    inside,
    lines_of,
    said_of,
    same,
)
from viz.pages.book import book as shell

EACH = pytest.mark.parametrize("place", FIGURES)
STORED = Path(__file__).with_name("numbers.json")  # each figure's numbers at each of its states


def numbers_at(tab, place, state):
    return tab.evaluate(f"(state) => {figure(place)}.numbers(state)", state)


@EACH
def test_its_numbers_are_pythons_at_every_state(show, place):
    tab = show(BOOK())
    for state in FIGURES[place].all_states():
        same(numbers_at(tab, place, state), FIGURES[place].numbers(state), state)


def store():
    """Write the numbers of all figures anew: `python -c "from tests.viz.pages.book.test_figures import *; store()"`."""
    said = []
    for place, one in FIGURES.items():
        at = [[float(f"{x:.10g}") for x in one.numbers(state).values()] for state in one.all_states()]
        said.append(f'"{place}": [\n' + ",\n".join(map(json.dumps, at)) + "\n]")
    STORED.write_text("{\n" + ",\n".join(said) + "\n}\n", encoding="utf-8")


@EACH
def test_its_python_lines_give_the_numbers_that_they_claim(place):
    lines, one = lines_of(place), FIGURES[place]
    assert lines, "a figure says the same in Python"
    assert len([line for line in lines.split("\n") if line.strip()]) <= 14
    stored = json.loads(STORED.read_text(encoding="utf-8"))[place]
    for state, known in zip(one.all_states(), stored, strict=True):
        numbers = one.numbers(state)
        assert [*numbers.values()] == pytest.approx(known, rel=1e-8, abs=1e-12, nan_ok=True), (state, [*numbers])
        numbers = state | numbers
        found = list(claims(lines, numbers))
        assert found, "no line claims a number"
        for line, x, claimed in found:
            assert x == pytest.approx(claimed, rel=1e-9, abs=1e-12), line
        told = NUMBER.sub(lambda m, x=numbers: shell.fewer(x[m[1]], int(m[2] or 4)), lines)
        assert max(map(len, told.split("\n"))) <= 33, told


@EACH
def test_the_words_of_its_text_ask_for_numbers_that_there_are(place):
    one = FIGURES[place]
    numbers = one.start | one.numbers(one.start)
    for name, _ in NUMBER.findall(re.sub(r"<!--.*?-->", "", inside(place), flags=re.DOTALL)):
        assert name in numbers
    assert filled("", numbers) == ""


@EACH
def test_it_is_covered_until_something_is_predicted(show, place):
    tab = show(BOOK(), f"s={place}")
    here = f"[id='f{place}']"
    if not tab.query_selector(f"{here} .question"):
        pytest.skip("a figure without a question has nothing to cover")
    until(tab, f"!!{figure(place)}.live")
    assert "covered" in tab.get_attribute(here, "class")
    assert not tab.is_visible(f"{here} .answer")
    assert not any(one.is_visible() for one in tab.query_selector_all(f"{here} .result"))
    tab.click(f"{here} [data-said='-']")  # "show me" always works
    until(tab, f"!document.querySelector(\"{here}\").classList.contains('covered')")
    assert tab.is_visible(f"{here} .answer")
    assert len(tab.inner_text(f"{here} .answer").split()) > 4
    if right := tab.query_selector(f"{here} [data-right]"):
        for button in tab.query_selector_all(f"{here} .ask [data-said]"):
            button.click()
            tab.evaluate(f"{figure(place)}.show()")
            said = tab.inner_text(f"{here} .answer")
            if button.get_attribute("data-said") != "-":
                assert said.startswith("You said" if button.get_attribute("data-right") is not None else "Not quite")
        assert right
    else:
        one = FIGURES[place]
        truth = one.numbers(one.start)[tab.get_attribute(f"{here} form.guess", "data-asked")]
        for x, begins in ((truth, "You said"), (truth * 3 + 1, "Not quite")):
            tab.fill(f"{here} .guess input", repr(x))
            tab.press(f"{here} .guess input", "Enter")
            tab.evaluate(f"{figure(place)}.show()")
            assert tab.inner_text(f"{here} .answer").startswith(begins)


@EACH
def test_an_address_brings_back_what_was_moved_and_said(show, place):
    one, code = FIGURES[place], figure(place)
    tab = show(BOOK())
    state = one.all_states()[-1]
    said = said_of(inside(place)) if 'class="question"' in inside(place) else ""
    tab.evaluate(f"([state, said]) => {{ if (said) {code}.predict(said); {code}.set(state); }}", [state, said])
    until(tab, "location.hash.length > 1")
    address = tab.evaluate("location.hash.slice(1)")
    assert address.startswith(f"s={place}")
    again = show(BOOK(), address)
    assert again.evaluate(f"[{code}.state, {code}.said]") == [state, said]
    same(numbers_at(again, place, again.evaluate(f"{code}.state")), one.numbers(state))


def test_every_figure_of_the_text_has_a_program():
    assert {name for _, name, _ in shell.FIGURE.findall(TEXT) if name} == {one.name for one in FIGURES.values()}

"""The worksheet's page: it marks itself, names mistakes, is read at any width, and prints."""

import re

import pytest

import viz
from autograd import Value, tanh
from autograd.explain.mistakes_by_hand import MISTAKES
from autograd.explain.number_format import show_number
from tests.support.web import CONTRASTS, FONTS, collisions, names_of_controls
from viz.worksheet.xor import xor_worksheet

WIDTHS = {1280: "light", 1024: "dark", 768: "light", 390: "dark", 360: "light"}


def expression(level=4):
    x, w = Value(0.5, "x"), Value(-2.0, "w")
    return viz.worksheet(tanh(w * x) * w + x, level=level)


def fill(tab, sheet, answers):
    """Type an answer into each blank, and put the nodes in order."""
    fields = tab.locator(".line input")
    assert fields.count() == len(sheet.blanks)
    for k, answer in enumerate(answers):
        fields.nth(k).fill(answer)
        fields.nth(k).press("Enter")
    for k in sheet.order.one:
        tab.locator(".choices button").nth(k).click()


def test_a_line_says_which_blank_it_asks_for_or_none():
    sheet = expression(2)
    asks = [line["asks"] for line in sheet.page.data["steps"]]
    assert [k for k in asks if k >= 0] == list(range(len(sheet.blanks)))
    assert {k for k in asks if k < 0} == {-1}
    assert {line["asks"] for line in sheet.page.data["example"]["steps"]} == {-1}


@pytest.mark.parametrize("sheet", [expression(), xor_worksheet(5, 2)])
def test_right_answers_get_full_marks(show, sheet):
    tab = show(sheet.page)
    fill(tab, sheet, [show_number(blank.answer) for blank in sheet.blanks])
    count = len(sheet.blanks) + 1
    assert tab.locator("#score").inner_text() == f"{count} of {count} right, {count} at the first try · finished"
    assert not [text for text in tab.locator(".carry").all_inner_texts() if not text.strip()]


def test_every_known_mistake_is_named_and_a_right_answer_after_it_counts(show):
    sheet = expression()
    tab = show(sheet.page)
    for k, blank in enumerate(sheet.blanks):
        field, said = tab.locator(".line input").nth(k), tab.locator(".said").nth(k + (k >= forward(sheet)))
        for known in blank.wrong:
            field.fill(show_number(known.number))
            field.press("Enter")
            text = said.locator("span").inner_text()
            assert text == blank.said(known.number)
            assert all(MISTAKES[name] in text for name in known.mistakes)
        for text in ("a third", "Infinity", "1e999"):
            field.fill(text)
            field.press("Enter")
            assert "Type a number" in said.inner_text()
        field.fill(show_number(blank.answer).replace("−", "-").replace(".", ","))
        field.press("Enter")
        assert field.is_disabled()
    assert tab.locator("#score").inner_text().startswith(f"{len(sheet.blanks)} of {len(sheet.blanks) + 1} right")


def forward(sheet):
    """Return how many blanks stand before the order of the backward pass, which has an answer of its own."""
    return sum(key[0] == "value" for key in sheet.sheet.blanks)


def test_keyboard_alone_is_enough_and_an_answer_can_be_shown(show):
    sheet = expression()
    tab = show(sheet.page)
    tab.locator(".line input").first.focus()
    for blank in sheet.blanks[: forward(sheet)]:
        tab.keyboard.type(show_number(blank.answer))
        tab.keyboard.press("Enter")
    tab.keyboard.type("7777")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.locator(".line.shown").count() == 1
    first = tab.locator(".choices button").nth(sheet.order.one[0])
    last = tab.locator(".choices button").nth(sheet.order.one[-1])
    last.focus()
    tab.keyboard.press("Enter")
    assert "waits for what" in tab.locator(".order .said").inner_text()
    first.focus()
    tab.keyboard.press("Space")
    assert tab.locator("#placed li").count() == 1
    assert (
        tab.locator("#score").inner_text()
        == f"{forward(sheet)} of {len(sheet.blanks) + 1} right, {forward(sheet)} at the first try"
    )


@pytest.mark.parametrize(("wide", "scheme"), WIDTHS.items())
def test_nothing_meets_at_any_width(show, wide, scheme):
    sheet = xor_worksheet(0, 2)
    touch = {"viewport": {"width": wide, "height": 844}, "color_scheme": scheme}
    for page in (sheet.page, sheet.paper):
        tab = show(page, **touch)
        if page is sheet.page:
            wrong = sheet.blanks[0].wrong[0]
            tab.locator(".line input").first.fill(show_number(wrong.number))
            tab.locator(".line input").first.press("Enter")
        for font in FONTS.values():
            tab.evaluate("font => document.documentElement.style.setProperty('--ui', font || 'sans-serif')", font)
            assert collisions(tab) == []
        assert tab.evaluate(CONTRASTS) == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        names_of_controls(tab)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_prints_on_a_few_pages_with_the_answers_on_their_own(show, paper):
    sheet = xor_worksheet(0, 2)
    pages = {}
    for form in ("paper", "answers", "page"):
        tab = show(getattr(sheet, form))
        pages[form] = len(re.findall(rb"/Type\s*/Page\b", tab.pdf(format=paper)))
        hidden = tab.evaluate("getComputedStyle(document.getElementById('answers')).display") == "none"
        assert hidden == (form == "page"), "the page of a student holds no answers to print"
        tab.emulate_media(media="print")
        boxes = tab.locator(".choices button, .choices i")
        assert form == "answers" or all(boxes.nth(k).is_visible() for k in range(len(sheet.order.nodes)))
        tab.set_viewport_size({"width": 680, "height": 1000})  # as wide as what is printed on either
        assert [wrong for wrong in collisions(tab) if not wrong.startswith("e")] == [], "small print may be 8 pt"
    assert pages["answers"] <= 2
    assert 4 <= pages["page"] <= 6
    assert pages["paper"] == pages["page"] + pages["answers"]


def test_names_are_no_markup(show):
    x = Value(3.0, "<b>x</b>\ue0000\ue001")
    tab = show(viz.worksheet(x * x, level=4, title="</script><i>").page)
    assert tab.locator("h1").inner_text() == "</script><i>"
    assert tab.locator("#sheet b").count() == 0
    assert tab.locator(".line input").count() == 5

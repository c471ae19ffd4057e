"""The book as one page: offline, small, read without a script and in print, and at the place that its address says."""

import re
import sys
from types import SimpleNamespace

import pytest

import viz
from demos.tutorial import __main__ as tutorial
from tests.support.web import LAYOUT, collisions, names_of_controls, until
from tests.support.web.book import BOOK, FIGURES, figure
from viz.command_line import main
from viz.pages import document
from viz.pages.book import book as shell

PLACE = next(iter(FIGURES))
MOST = 1_500_000


def test_it_is_one_small_file_that_asks_for_nothing(show):
    page = viz.book()
    assert len(page.html.encode()) < MOST
    assert page.html == BOOK().html
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page.html)
    tab = show(page)  # which fails on any request, error or message
    for place in FIGURES:
        tab.evaluate(f"{figure(place)}.show()")
    assert tab.title() == shell.TITLE
    assert not tab.evaluate("document.querySelectorAll('[style]:not(#progress,.controls,svg *)').length")


def test_without_a_script_every_figure_has_a_picture_and_an_answer(browser, tmp_path):
    place = BOOK().save(tmp_path / "page.html").as_uri()
    for width in (1280, 390):
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False)
        tab = context.new_page()
        tab.goto(place)
        for name in FIGURES:
            here = f"[id='f{name}']"
            assert tab.inner_text(f"{here} .answer").strip(), name
            assert tab.locator(f"{here} .picture svg, {here} .picture .boxes").count(), name
            box = tab.locator(f"{here} .picture").bounding_box()
            assert box["width"] <= width
            assert box["height"] > 40
        assert not tab.evaluate(LAYOUT), width
        context.close()


@pytest.mark.parametrize("width", [1280, 1024, 768, 390, 360])
def test_the_whole_page_at_every_width(show, width):
    tab = show(BOOK(), viewport={"width": width, "height": 900})
    tab.evaluate("document.getElementById('bar').style.position = 'static'")
    assert not collisions(tab)
    assert names_of_controls(tab)


def test_in_print_every_answer_is_told_and_no_control_is_left(show):
    tab = show(BOOK(), f"s={PLACE}")
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    for place in FIGURES:
        assert tab.is_visible(f"[id='f{place}'] .answer")
        shown = tab.query_selector_all(f"[id='f{place}'] .result:not(:has(button), button, button ~ *)")
        assert all(one.is_visible() for one in shown), place
        assert not any(
            one.is_visible()
            for one in tab.query_selector_all(f"[id='f{place}'] :is(.ask button,.controls,.copy,input,.cover)")
        )
    assert not tab.is_visible("nav")
    assert not tab.is_visible("#bar")
    assert tab.pdf(format="A4").startswith(b"%PDF")


def test_figures_start_near_sight_and_stop_out_of_it(show):
    tab = show(BOOK())
    last = list(FIGURES)[-1]
    tab.evaluate(f"{figure(last)}.element.scrollIntoView()")
    until(tab, f"{figure(last)}.inSight && !!{figure(last)}.live")
    tab.evaluate("document.getElementById('page').style.paddingTop = '9000px'; scrollTo(0, 0)")
    until(tab, f"!{figure(last)}.inSight")
    assert not tab.evaluate(f"{figure(last)}.waiting")


def test_keys_contents_and_what_was_read(show):
    tab = show(BOOK())
    first, second = [one.get_attribute("id") for one in tab.query_selector_all("figure")][:2]
    for key, there in (("n", first), ("n", second), ("p", first)):
        tab.keyboard.press(key)
        until(tab, f"document.activeElement.id === '{there}'")
        until(tab, f"location.hash.includes('s={there[1:]}')")
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    until(tab, "JSON.parse(localStorage.getItem('chainrule.book.read') ?? '[]').length > 0")
    tab.evaluate("scrollTo(0, 0)")
    until(tab, "[...document.querySelectorAll('#contents i')].some((mark) => mark.textContent !== '○')")
    chapter = f"[id='f{PLACE}']"
    tab.click(f"{chapter} [data-said='-']")
    until(tab, "/1 of \\d+ predicted/.test(document.getElementById('contents').textContent)")


def test_the_bar_says_a_section_and_a_figure_of_one_number_apart(show):
    tab = show(BOOK(), viewport={"width": 390, "height": 844})
    chapter = tab.text_content("#s6 h2").split(":")[0]
    for place, said in (("s6.1", chapter), ("f6.1", "Figure 6.1"), ("s6", chapter)):
        tab.evaluate(f"document.getElementById('{place}').scrollIntoView()")
        until(tab, f"document.getElementById('where').textContent === '{said}'")


def test_a_browser_that_keeps_nothing_is_no_trouble(show):
    refused = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    page = shell.book()
    page.program = f"{refused};\n{page.program}"
    tab = show(page)
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    until(tab, "document.querySelector('#contents .here') !== null")


@pytest.mark.parametrize(
    "address",
    [
        "s=nowhere",
        "s=4.2&z=abc",
        "s=4.2&z=1e999&q=4.2z,,:,9.9a",
        "9.9.x=1&q=constructor-",
        "s=__proto__&__proto__=1",
        "%",
    ],
)
def test_what_an_address_cannot_mean_is_passed_over(show, address):
    tab = show(BOOK(), address)
    for place, one in FIGURES.items():
        assert tab.evaluate(f"{figure(place)}.state") == one.start


def test_the_contents_open_on_a_phone(show):
    tab = show(BOOK(), viewport={"width": 390, "height": 844})
    assert not tab.is_visible("#contents")
    tab.click("#open")
    assert tab.is_visible("#contents")
    tab.keyboard.press("Escape")
    assert not tab.is_visible("#contents")
    tab.click("#open")
    tab.click("#contents a >> nth=-1")
    until(tab, "scrollY > 0")
    assert not tab.is_visible("#contents")
    tab.click("#next")


def test_the_command_writes_the_book_and_opens_it(tmp_path, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(document, "window_browser", lambda: SimpleNamespace(open=opened.append))
    monkeypatch.setattr(viz, "book", BOOK)
    monkeypatch.chdir(tmp_path)
    assert main(["book", "mine.html"]) == 0
    assert (tmp_path / "mine.html").read_text(encoding="utf-8") == BOOK().html
    assert not opened
    assert main(["book"]) == 0
    assert "wrote backpropagation.html" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["tutorial", "book"])
    tutorial.main()
    assert opened == [(tmp_path / "backpropagation.html").resolve().as_uri()] * 2
    for wrong, why in (("mine.txt", "saved as .html"), ("nowhere/mine.html", "nowhere"), ("", "empty text")):
        with pytest.raises(SystemExit):
            main(["book", wrong])
        assert why in capsys.readouterr().err

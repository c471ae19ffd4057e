"""How the book is put together, without a browser: a figure's states, its HTML, its programs, a chapter's opening."""

import pytest

from autograd import Value, tanh
from viz.pages.book import book as shell
from viz.pages.book.controls import Choice, Drawn, Slider, Steps, serialized
from viz.pages.book.figure import Figure, counted, program

CONTROLS = {
    "x": Slider("a slider", -1.0, 2.0, 0.5),
    "c": Choice("a choice", {"u": "U", "v": "V"}, "u"),
    "k": Steps("steps", 7, 1, 1),
    "d": Drawn("p", ("q", 3)),
}
FIGURE = Figure(
    "a/b", CONTROLS, lambda state: {"y": 2 * state["x"], "n": 1 / 3}, demo="hello", states=[{"x": 0.25}, {"c": "v"}]
)
START = {"x": 0.5, "c": "u", "k": 1, "d": "p"}


def test_a_figure_is_looked_at_where_it_starts_at_each_end_and_where_it_says_each_once():
    assert FIGURE.start == START
    moved = [{"x": -1.0}, {"x": 2.0}, {"c": "v"}, {"k": 3}, {"k": 7}, {"d": "q"}, {"d": 3}, {"x": 0.25}]
    assert FIGURE.all_states() == [START, *(START | change for change in moved)]


def test_controls_as_data():
    assert serialized(CONTROLS) == {
        "x": {"kind": "Slider", "label": "a slider", "low": -1.0, "high": 2.0, "start": 0.5, "step": 0.1,
              "powers": False},
        "c": {"kind": "Choice", "label": "a choice", "options": {"u": "U", "v": "V"}, "start": "u"},
        "k": {"kind": "Steps", "label": "steps", "most": 7, "start": 1, "least": 1},
        "d": {"kind": "Drawn", "start": "p", "states": ("q", 3)},
    }  # fmt: skip
    assert serialized({"k": Steps("k", 2)})["k"] == {"kind": "Steps", "label": "k", "most": 2, "start": 0, "least": 0}


def test_a_figure_as_html():
    inside = (
        '<figcaption>Cap.</figcaption><p class="question">?</p><p class="answer">y is {y}, {n:2} or {zz}.</p>\n'
        '<pre class="python">y = {y}  # {n}\nz = {c}</pre>'
    )
    assert shell._figure("2.1b", "a/b", inside, FIGURE, "<svg/>") == (
        '<figure id="f2.1b" data-figure="a/b"><figcaption><b>Figure 2.1b</b> Cap.</figcaption>'
        '<p class="question">?</p><div class="picture"><svg/></div>\n'
        '<div class="answer"><p>y is <mark data-number="y" data-digits="4">1</mark>, '
        '<mark data-number="n" data-digits="2">0.33</mark> or <mark data-number="zz" data-digits="4">…</mark>.</p>'
        '</div>\n<div class="side"><p class="small quiet">The same in Python</p><pre class="python">'
        'y = <span data-number="y" data-digits="0">1</span>  '
        '# <span class="asked" data-number="n" data-digits="4">0.3333</span>\n'
        'z = <span data-number="c" data-digits="0">u</span></pre>'
        '<p class="small quiet">Measured: <code>python -m demos.tutorial hello</code></p></div></figure>'
    )
    card = '<figcaption>Cap.</figcaption><p class="answer">y {y}</p>'
    assert shell._figure("q1", "", card, None, "<svg/>") == (
        '<figure id="fq1" class="card"><figcaption><b>Figure Q1</b> Cap.</figcaption>'
        '<div class="answer"><p>y <mark data-number="y" data-digits="4">…</mark></p></div></figure>'
    )


def test_a_chapter_opens_with_its_claim_and_how_long_it_takes():
    rest = (
        '\n<h3 id="s3.1a">Sub</h3><aside class="measured" data-demo="xor">Said</aside>'
        '<figure id="f3.1" class="card">a</figure><p class="question">?</p><p class="question">?</p>'
    )
    assert shell._opened("3", "12", "Long: title", "Claim", rest) == (
        '<section class="chapter" id="s3">\n<header class="open"><p class="no" aria-hidden="true">3</p>\n'
        '<div><h2><span class="unseen">3. </span>Long: title</h2>\n<p class="claim">Claim</p>\n'
        '<p class="meta">12 minutes · 1 figure · 2 predictions</p></div></header>\n'
        '<h3 id="s3.1a">3.1a Sub</h3><aside class="measured">Said <code>python -m demos.tutorial xor</code></aside>'
        '<figure id="f3.1" class="card">a</figure><p class="question">?</p><p class="question">?</p></section>\n'
    )


@pytest.mark.parametrize(
    ("x", "digits", "code", "words"),
    [
        (1 / 3, 4, "0.333333333333333", "0.3333"), (2.0, 4, "2", "2"), ("u", 4, "u", "u"), (3, 4, "3", "3"),
        (1e-20, 2, "1e-20", "1e-20"), (123456.0, 3, "123456", "123000"), (2.5e10, 2, "25000000000", "2.5e10"),
    ],
)  # fmt: skip
def test_numbers_in_code_and_in_words(x, digits, code, words):
    assert (shell.literal(x), shell.fewer(x, digits)) == (code, words)


def test_a_program_has_the_slopes_of_its_first_result_and_shows_the_others():
    source, about = program(lambda u, v, w: {"t": u * v + w[0] * w[1], "s": [tanh(u), [v]]}, 2, w=2)
    assert about == {"places": [0, 1], "arguments": [0], "others": []}
    text = " ".join(source.text.split())
    assert "loss[0] = w1[0] * w2[0] + w[0] * w[1];" in text
    assert "gradient[0] += w2[0]; gradient[1] += w1[0]; }" in text
    assert "t8[0] += t5[0]; t8[1] += w2[0];" in text
    assert 'return { forward, backward, "s": t8 };' in text
    first, second = Value(1.0), Value(2.0)
    source, about = program(lambda x: second * x[0][1], [first, second], x=(1, 2))
    assert about == {"places": [1, 0], "arguments": [0], "others": []}, "what is used first"
    assert "loss[0] = w1[0] * x[1];" in source.text


def test_numbers_are_counted_from_1():
    assert counted("k", [Value(2.0), 3.0]) == {"k1": 2.0, "k2": 3.0}

"""The book: the chapters' texts put together, with the programs, numbers and stills of their figures."""

from __future__ import annotations

import re
from importlib import import_module, resources
from typing import Any, Final

from autograd.explain.number_format import show_number
from viz.pages.book.chapters import CHAPTERS
from viz.pages.book.controls import serialized
from viz.pages.book.figure import Figure, Numbers
from viz.pages.bundle import file_of
from viz.pages.document import Page

TITLE: Final = "Backpropagation, number by number"
FIGURE: Final = re.compile(r'<figure id="f([\w.]+)" (?:class="card"|data-figure="([\w/]+)")>(.*?)</figure>', re.DOTALL)
_SECTION = re.compile(
    r'<section class="chapter" id="s(\w+)" data-minutes="(\d+)">\s*<h2>(.*?)</h2>\s*<p class="claim">(.*?)</p>'
    r"(.*?)</section>",
    re.DOTALL,
)
_NUMBER = re.compile(r"\{([a-zA-Z]\w*)(?::(\d))?\}")


def book() -> Page:
    """Return the book: what backpropagation is and why it works, on one page that asks nothing of the network.

    Every figure computes in the page with programs that `compile` writes from the table of operations, and equals
    Python's numbers to 1e-12; before each stands a question to predict.

    >>> import viz
    >>> viz.book().html.startswith("<!doctype html>")
    True
    """
    from autograd.compile.backends import javascript

    found = figures()
    programs = {
        f"{one.name.replace('/', '.')}.{key}": part for one in found.values() for key, part in one.programs.items()
    }
    data = {
        "title": TITLE,
        "figures": {
            place: {
                "name": one.name,
                "controls": serialized(one.controls),
                "programs": {key: about for key, (_, about) in one.programs.items()},
                **one.data,
            }
            for place, one in found.items()
        },
    }
    script = javascript.script("PROGRAMS", {key: source for key, (source, _) in programs.items()})
    modules = [f"book/chapters/{one.name}.js" for one in found.values()]
    return Page("book", data, script, body=_body(found), modules=modules)


def figures() -> dict[str, Figure]:
    """Return the figures that compute, by their numbers as the text has them, in its order."""
    named = [(place, name) for place, name, _ in FIGURE.findall("".join(map(text_of, CHAPTERS)))]
    return {place: figure_of(name) for place, name in named if name}


def figure_of(name: str) -> Figure:
    """Return a figure by its name, chapter/name; there may be folders between them."""
    found: Figure = import_module(f"viz.pages.book.chapters.{name.replace('/', '.')}").FIGURE
    return found


def text_of(chapter: str) -> str:
    """Return a chapter as its author wrote it, without comments."""
    return re.sub(r"\s*<!--.*?-->", "", file_of(f"book/chapters/{chapter}/text.html"), flags=re.DOTALL)


def stills(chapter: str) -> dict[str, str]:
    """Return what a chapter's figures draw at first, and its pictures, by name: `demos.pictures` makes them."""
    if not resources.files("viz").joinpath("pages", "book", "chapters", chapter, "stills.html").is_file():
        return {}  # until they are made
    _, *parts = re.split(r"<!-- ([\w/]+) -->\n", file_of(f"book/chapters/{chapter}/stills.html"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


# ------------------------------------------------------------------------------------------------ what is seen
def _body(found: dict[str, Figure]) -> str:
    """Return the book as it is read without a script: every figure as a still, with its answer."""
    drawn = {name: still for chapter in CHAPTERS for name, still in stills(chapter).items()}

    def figure(match: re.Match[str]) -> str:
        place, name, inside = match.groups()
        return _figure(place, name, inside, found.get(place), drawn.get(name, ""))

    sections = _SECTION.findall("".join(map(text_of, CHAPTERS)))
    text = "".join(FIGURE.sub(figure, _opened(*section)) for section in sections)
    text = re.sub(r'<div data-still="([\w/]+)"></div>', lambda match: drawn.get(match[1], ""), text)
    links = "".join(
        f'<li><a href="#s{number}"><i>○</i><span>{number}. {title}</span><small></small></a></li>\n'
        for number, title in ((number, long.partition(":")[0]) for number, _, long, *_ in sections)
    )
    return file_of("book/book.html").format(title=TITLE, contents=links, chapters=text)


def _opened(number: str, minutes: str, title: str, claim: str, rest: str) -> str:
    """Return a chapter with its opening: its number, its claim, and how long it takes."""
    rest = re.sub(r'<h3 id="s([\d.]+\w?)">', lambda found: f"{found[0]}{found[1]} ", rest)
    rest = re.sub(
        r'<aside class="measured" data-demo="(\w+)">(.*?)</aside>',
        r'<aside class="measured">\2 <code>python -m demos.tutorial \1</code></aside>',
        rest,
        flags=re.DOTALL,
    )
    count, asked = len(FIGURE.findall(rest)), rest.count('<p class="question">')
    told = " · ".join([f"{minutes} minutes", _several(count, "figure"), _several(asked, "prediction")])
    return (
        f'<section class="chapter" id="s{number}">\n<header class="open">'
        f'<p class="no" aria-hidden="true">{number}</p>\n<div><h2><span class="unseen">{number}. </span>{title}</h2>\n'
        f'<p class="claim">{claim}</p>\n<p class="meta">{told}</p></div></header>{rest}</section>\n'
    )


def _several(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _figure(place: str, name: str, inside: str, figure: Figure | None, still: str) -> str:
    """Return a figure as HTML: caption, question, still, answer, and the same in Python."""
    numbers = figure.start | figure.numbers(figure.start) if figure else {}
    told = f"Measured: <code>python -m demos.tutorial {figure.demo}</code>" if figure and figure.demo else ""
    demo = f'<p class="small quiet">{told}</p>' if told else ""
    picture = f'<div class="picture">{still}</div>\n' if figure else ""
    inside = inside.replace("<figcaption>", f"<figcaption><b>Figure {place.capitalize()}</b> ", 1)
    inside = re.sub(
        r'<p class="answer">(.*?)</p>',
        lambda match: f'{picture}<div class="answer"><p>{_filled(match[1], numbers)}</p></div>',
        inside,
        count=1,
        flags=re.DOTALL,
    )
    inside = re.sub(
        r'<pre class="python">(.*?)</pre>',
        lambda match: (
            '<div class="side"><p class="small quiet">The same in Python</p>'
            f'<pre class="python">{_code(match[1], numbers)}</pre>{demo}</div>'
        ),
        inside,
        flags=re.DOTALL,
    )
    kind = f'data-figure="{name}"' if figure else 'class="card"'
    return f'<figure id="f{place}" {kind}>{inside}</figure>'


def _filled(text: str, numbers: Numbers) -> str:
    """Return words with the numbers that they ask for by name, as {slope} or, to 2 digits, as {slope:2}."""

    def number(found: re.Match[str]) -> str:
        told = fewer(numbers.get(found[1], "…"), int(found[2] or 4))
        return f'<mark data-number="{found[1]}" data-digits="{found[2] or 4}">{told}</mark>'

    return _NUMBER.sub(number, text)


def _code(lines: str, numbers: Numbers) -> str:
    """Return lines of Python with numbers: in the code as Python reads them, in comments as the book shows them."""

    def number(found: re.Match[str]) -> str:
        x = numbers.get(found[1], "…")
        said = "#" in found.string[: found.start()].rpartition("\n")[2]
        told = fewer(x, int(found[2] or 4)) if said else literal(x)
        kind = 'class="asked" ' if said else ""
        return f'<span {kind}data-number="{found[1]}" data-digits="{(found[2] or 4) if said else 0}">{told}</span>'

    return _NUMBER.sub(number, lines)


def literal(x: Any) -> str:
    """Return a number or a text of a figure's state as it stands in a program in Python."""
    return f"{x:.15g}" if isinstance(x, float) else str(x)


def fewer(x: Any, digits: int) -> str:
    """Return a number to so many significant digits, as the page shows it."""
    return x if isinstance(x, str) else show_number(float(f"{x:.{digits}g}")).replace(".0e", "e")

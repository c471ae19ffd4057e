"""What the tests of the book share: the book made once, its figures, and what they claim in Python."""

import ast
import html
import math
import re
from functools import cache

from viz.pages.book import book as shell
from viz.pages.book.chapters import CHAPTERS
from viz.pages.book.controls import Drawn

BOOK = cache(shell.book)
FIGURES = shell.figures()
TEXT = "".join(map(shell.text_of, CHAPTERS))
NUMBER = re.compile(r"\{([a-zA-Z]\w*)(?::(\d))?\}")
FIGURE = """MODULES["book/book.js"].FIGURES.get("{}")"""
ALONE = """(id) => {
  for (const one of document.querySelectorAll("#page>:not(.chapter),.chapter>*")) one.hidden = one.id !== id;
  document.getElementById("bar").style.position = "static";
}"""


def figure(place):
    """Return the expression of a figure in the page."""
    return FIGURE.format(place)


def inside(place):
    """Return what a figure says in the text, as its author wrote it."""
    (found,) = [words for number, _, words in shell.FIGURE.findall(TEXT) if number == place]
    return found


def lines_of(place):
    """Return the Python lines of a figure, with the numbers that they ask for by name, or nothing."""
    found = re.search(r'<pre class="python">(.*?)</pre>', inside(place), re.DOTALL)
    return html.unescape(found[1]) if found else ""


def filled(lines, numbers):
    """Return Python lines as they are read in the book, but with all digits."""
    return NUMBER.sub(lambda found: shell.literal(numbers[found[1]]), lines)


def claims(lines, numbers):
    """Run the lines; yield (line, its number, the number that it claims) for each `# {name}` behind a line."""
    said, code = {}, []
    for k, line in enumerate(lines.split("\n"), 1):
        before, _, comment = line.partition("#")
        if names := [name for name, _ in NUMBER.findall(comment)]:
            said[k] = names
        code.append(filled(before, {name: Exact(x) if isinstance(x, float) else x for name, x in numbers.items()}))
    scope = {}
    for statement in ast.parse("\n".join(code)).body:
        names = said.pop(statement.end_lineno, ())
        asked = statement.value if isinstance(statement, ast.Expr) and names else None
        if asked is None:
            exec(compile(ast.Module([statement], []), "the book", "exec"), scope)
            asked = statement.targets[0] if names else None
        elif isinstance(asked, ast.Call) and getattr(asked.func, "id", "") == "print":
            asked = ast.Tuple(asked.args, ast.Load())
        if asked is not None:
            found = flat(eval(compile(f"({ast.unparse(asked)})", "the book", "eval"), scope))
            assert len(found) == len(names), (ast.unparse(statement), found, names)
            for name, x in zip(names, found, strict=True):
                yield ast.unparse(statement), x, numbers[name]
    assert not said, f"nothing is computed where {said} is claimed"


class Exact(float):
    """A float that is formatted with all its digits."""

    def __format__(self, _):
        return f"{float(self):.17g}"  # a whole number stays one


def flat(x):
    """Return all numbers of a result, in order."""
    if isinstance(x, str):
        return [x]
    if isinstance(x, dict):
        x = x.values()
    if hasattr(x, "__iter__"):
        return [number for part in x for number in flat(part)]
    return [x.data if hasattr(x, "data") and not isinstance(x, int | float) else x]


def same(mine, right, place=""):
    """Assert that two dicts of numbers are the same to 1e-12."""
    assert mine.keys() == right.keys(), place
    for name, x in right.items():
        y = mine[name]
        close = math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-14) if x == x else y is None or y != y
        assert close, (place, name, y, x)


def said_of(figure):
    """Return a prediction as the address says it, and whether the figure asks for a number."""
    return "a" if 'class="choices"' in figure else "0.5"


def text_controls(figure):
    """Return the controls of a figure that a reader moves by a widget."""
    return {name: control for name, control in figure.controls.items() if not isinstance(control, Drawn)}

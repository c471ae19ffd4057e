"""`viz.worksheet`: any recorded graph as a sheet of exercises, for a page, for paper and for the terminal."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from autograd import Value, number, topological_order
from autograd import steps as passes
from autograd.explain.mistakes_by_hand import MISTAKES
from autograd.explain.number_format import show_number
from autograd.recording.nodes import CONSTANT
from autograd.support.locks import cached_property
from viz.pages.document import Page
from viz.pages.steps.steps import with_update
from viz.support.foreign_names import GUESSES
from viz.worksheet.figures import Figures, variables
from viz.worksheet.order import order_of
from viz.worksheet.rounding import rounded
from viz.worksheet.sheet import LEVELS, Sheet
from viz.worksheet.wrong_numbers import NEARLY, WrongNumbers

if TYPE_CHECKING:
    from viz.worksheet.asking import Marks

LARGEST: Final = 400  # nodes: nobody computes more by hand
TRIES: Final = 50
TOLERANCE: Final = 0.02  # of the largest number of its kind: how far four digits may lead from the recorded pass
FACTORS: Final = (-0.5, 0.5, 0.75, 1.25, 1.5, 2.0)


class Worksheet:
    """A worksheet: `.page` marks itself, `.paper` is to be printed, `.answers` is for a teacher, `.ask()` asks here.

    It begins with a worked example, the same graph in other numbers.  `blanks` are the numbers that are left out.
    """

    def __init__(self, loss: Value, seed: int, level: int, rate: float, title: str) -> None:
        self.title, self.level, self.seed = title, level, seed
        draw = random.Random(seed)
        recording = with_update(passes.record(loss, from_zero=True), None, rate, None)
        figures = Figures(recording, {}, rate)
        _check_digits(figures)
        self.example = Sheet(_with_other_numbers(figures, draw), 0)
        self.sheet = Sheet(figures, level, draw.random())
        self.order = order_of(figures, draw)
        wrong = WrongNumbers(figures)
        self.blanks = [wrong.blank(key) for key in self.sheet.blanks]

    @cached_property
    def page(self) -> Page:
        """The page that marks itself, and names the mistake that a wrong number comes from."""
        return Page("worksheet", self._data("page"))

    @cached_property
    def paper(self) -> Page:
        """The page to print, on A4 or Letter: the sheet, and on a page of its own the answers."""
        return Page("worksheet", self._data("paper"))

    @cached_property
    def answers(self) -> Page:
        """The answers alone, for a teacher."""
        return Page("worksheet", self._data("answers"))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Leave the page that marks itself at `path`, whole or not at all, and return the path."""
        return self.page.save(path)

    def ask(self, script: Iterable[str] | None = None) -> Marks:
        """Ask in the terminal, and return the marks; lines come from a person, from `script` or from standard input."""
        from viz.worksheet.asking import ask

        return ask(self, script)

    def names(self) -> list[str]:
        """Return the names of the nodes that are to be put in order, as they are shuffled."""
        return [self.sheet.words.names[node] for node in self.order.nodes]

    def __repr__(self) -> str:
        return (
            f"<worksheet of {len(self.blanks)} blanks, level {self.level} of {LEVELS}: "
            '.save("sheet.html"), .paper, .answers, .ask()>'
        )

    def _repr_html_(self) -> str:
        return self.page._repr_html_()

    def _data(self, form: str) -> dict[str, Any]:
        return {
            "title": self.title,
            "form": form,
            "level": f"level {self.level} of {LEVELS}, sheet {self.seed}",
            "root": self.sheet.words.names[-1],
            "rate": show_number(self.sheet.figures.rate),
            "mistakes": MISTAKES,
            "nearly": NEARLY,
            "example": {"given": _given(self.example), "steps": _lines(self.example)},
            "given": _given(self.sheet),
            "steps": _lines(self.sheet),
            "blanks": [
                {
                    "text": show_number(b.answer),
                    "right": b.right,
                    "near": b.near,
                    "wrong": [(show_number(x), *rest) for x, *rest in b.wrong],
                }
                for b in self.blanks
            ],
            "order": {"names": self.names(), "before": self.order.before, "one": self.order.one},
        }


@GUESSES
def worksheet(
    loss: Value,
    *,
    seed: int = 0,
    level: int = 1,
    learning_rate: float = 0.1,
    title: str = "Backpropagation by hand",
) -> Worksheet:
    """Return a worksheet on the graph of `loss`: forward pass, order of the backward pass, gradients, and an update.

    The first part is a worked example, the same graph with other numbers for what is learned.  In the second some
    numbers are left out, more and more along each pass: at level 1 a quarter of them, at level 4 all.  `seed` draws
    the example's numbers and where blanks begin.  Every number is rounded to four digits and follows from those that
    are shown, so that each blank has one right answer.  The update is plain descent, of the parameters of modules or,
    where there are none, of every leaf.  Raises TypeError or ValueError for what is no graph of a few rows in finite
    numbers.

    >>> from autograd import Value
    >>> w, x = Value(2.0, "w"), Value(3.0, "x")
    >>> worksheet(w * x + w, level=4)
    <worksheet of 9 blanks, level 4 of 4: .save("sheet.html"), .paper, .answers, .ask()>
    """
    if not isinstance(loss, Value):
        raise TypeError(f"worksheet takes the Value to go back from, a loss for example, not {type(loss).__name__}")
    if level not in range(1, LEVELS + 1) or isinstance(level, bool):
        raise ValueError(
            f"worksheet(level={level!r}): levels are 1 to {LEVELS}, of which the last leaves out everything"
        )
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"worksheet(seed={seed!r}): a seed is a whole number from 0")
    rate = rounded(number(learning_rate))
    if not math.isfinite(rate) or rate == 0.0:
        raise ValueError(f"worksheet(learning_rate={rate}): an update needs a finite rate that moves something")
    if loss.is_leaf:
        raise ValueError(f"{loss!r} was not computed from anything: a worksheet needs an operation to go back through")
    if (count := len(topological_order(loss))) > LARGEST:
        raise ValueError(
            f"this graph has {count:,} nodes, and nobody computes more than {LARGEST} by hand: use fewer rows, or units"
        )
    return Worksheet(loss, seed, level, rate, title)


def _check_digits(figures: Figures) -> None:
    """Raise ValueError where four digits lead away from the recorded pass: numbers of very different sizes cancel."""
    recorded = figures.recording
    adjoints = recorded.replay(len(recorded)).adjoints
    result = [(figures.value(len(adjoints) - 1), recorded.numbers[-1])]
    gradients = [(figures.gradient(i), x) for i, x in enumerate(adjoints) if x is not None]
    for pairs in (result, gradients):
        far = max(abs(x - y) for x, y in pairs)
        if not far <= TOLERANCE * max(abs(y) for _, y in pairs):
            raise ValueError(
                f"four digits lead {far:.2g} away from the recorded pass, since numbers of very different sizes "
                "cancel in it: a worksheet needs numbers of similar sizes"
            )


def _with_other_numbers(figures: Figures, draw: random.Random) -> Figures:
    """Return the same pass with other numbers for what is no constant; of two digits, and finite."""
    recording = figures.recording
    wrong: Exception = ValueError()
    for _ in range(TRIES):
        others = {i: _other(figures.value(i), draw) for i in variables(recording)}
        try:
            return Figures(recording, others, figures.rate)
        except ValueError as error:  # outside what a logarithm takes, or on another branch
            wrong = error
    raise ValueError(f"no other numbers for a worked example were found in {TRIES} draws: {wrong}")


def _other(x: float, draw: random.Random) -> float:
    return float(f"{draw.choice(FACTORS) * x:.2g}") if x else draw.randint(1, 9) / 10.0


def _given(sheet: Sheet) -> list[tuple[str, str]]:
    """Return the names and numbers of the leaves; a constant that is called by its number needs no line."""
    figures, names = sheet.figures, sheet.words.names
    leaves = [i for i, node in enumerate(figures.recording.nodes) if node.is_leaf]
    leaves.sort(key=lambda i: (figures.recording.nodes[i].op is not CONSTANT, names[i][1:], names[i]))  # inputs first
    told = [(names[i], show_number(figures.value(i))) for i in leaves]
    return [(name, x) for name, x in told if name != x]


def _lines(sheet: Sheet) -> list[dict[str, Any]]:
    place = {key: k for k, key in enumerate(sheet.blanks)}
    return [{"phase": s.phase, "told": s.told, "asks": place.get(s.key, -1)} for s in sheet.steps]

"""A worksheet in the terminal: asked line by line, by a person, a script or standard input."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from autograd.explain.encoding import prepare
from autograd.explain.number_format import show_number
from viz.session.prompt import MARK, has_terminal, wrapped
from viz.worksheet.sheet import BACKWARD, FORWARD, UPDATE, Sheet
from viz.worksheet.wrong_numbers import Blank

if TYPE_CHECKING:
    from viz.worksheet.worksheet import Worksheet

HEADS: Final = {FORWARD: "Forward", BACKWARD: "Backward", UPDATE: "Update"}
HELP: Final = "Type the number and Enter.  ? shows the answer, quit leaves."
BLANK: Final = "____"


@dataclass
class Marks:
    """How a worksheet went: how many blanks were right, at all and at the first try; which mistakes, how often."""

    of: int
    right: int = 0
    first: int = 0
    mistakes: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        most = ", ".join(f"{name} ({count})" for name, count in self.mistakes.most_common(3))
        again = f"; look again at: {most}" if most else ""
        return f"{self.right} of {self.of} right, {self.first} at the first try{again}"


class _Left(Exception):  # noqa: N818  # no error: somebody had enough
    """The one who answers has left, or the script is at its end."""


def ask(worksheet: Worksheet, script: Iterable[str] | None = None) -> Marks:
    """Ask for every blank, say what a wrong number comes from, and return the marks."""
    prepare()
    read = _reader(script)
    marks = Marks(len(worksheet.blanks) + 1)
    print(f"{worksheet.title}\n\nA worked example")
    _show(worksheet.example)
    print(wrapped(f"\nYour turn, with other numbers.  {HELP}"))
    with suppress(_Left):
        _exercise(worksheet, read, marks)
    print(f"\n{marks}")
    return marks


def _show(sheet: Sheet) -> None:
    for phase, steps in groupby(sheet.steps, attrgetter("phase")):
        print(f"\n{HEADS[phase]}")
        for step in steps:
            print(wrapped("  " + "".join(map(str, step.told)), "    "))


def _exercise(worksheet: Worksheet, read: Callable[[str], str], marks: Marks) -> None:
    sheet = worksheet.sheet
    texts = [show_number(blank.answer) for blank in worksheet.blanks]
    place = {key: k for k, key in enumerate(sheet.blanks)}
    for phase, steps in groupby(sheet.steps, attrgetter("phase")):
        if phase == BACKWARD:
            _ask_order(worksheet, read, marks)
        print(f"\n{HEADS[phase]}")
        for step in steps:
            asked = place.get(step.key, -1)
            line = [part if isinstance(part, str) else BLANK if part == asked else texts[part] for part in step.told]
            print(wrapped("  " + "".join(line), "    "))
            if asked >= 0:
                _ask(read, partial(_judged, worksheet.blanks[asked], marks), texts[asked], marks)


def _judged(blank: Blank, marks: Marks, typed: str) -> str:
    """Return what to say of a number, nothing if it is right."""
    x = math.nan
    with suppress(ValueError):
        x = float(typed.replace("−", "-").replace(",", "."))
    if not math.isfinite(x):
        return "Type a number, for example −0.62, or ? to see the answer."
    if blank.is_right(x):
        return ""
    marks.mistakes.update(blank.mistakes(x))
    return blank.said(x)


def _ask_order(worksheet: Worksheet, read: Callable[[str], str], marks: Marks) -> None:
    names = worksheet.names()
    print("\nThe order of the backward pass: which node can send its gradient on first, which next?")
    print(wrapped("  " + "   ".join(f"{k + 1} {name}" for k, name in enumerate(names)), "    "))

    def judged(typed: str) -> str:
        places = [int(word) - 1 for word in typed.replace(",", " ").split() if word.isdecimal()]
        if sorted(places) != list(range(len(names))):
            return (
                f"Type the {len(names)} numbers in their order, as in {' '.join(map(str, range(1, len(names) + 1)))}."
            )
        waiting = worksheet.order.waiting(places)
        return f"Not yet: {names[waiting[0]]} waits for what {names[waiting[1]]} sends on." if waiting else ""

    _ask(read, judged, " ".join(str(k + 1) for k in worksheet.order.one), marks)


def _ask(read: Callable[[str], str], judged: Callable[[str], str], answer: str, marks: Marks) -> None:
    """Ask until an answer is right or given up."""
    is_first = True
    while True:
        typed = read(MARK).strip()
        if typed in ("q", "quit", "exit"):
            raise _Left
        if typed == "?":
            print(f"    {answer}")
            return
        said = judged(typed)
        print(wrapped(f"    {said or 'Right.'}", "    "))
        if not said:
            marks.right += 1
            marks.first += is_first
            return
        is_first = False


def _reader(script: Iterable[str] | None) -> Callable[[str], str]:
    """Return what reads the next line, and raises `_Left` where there is none; what is not typed is shown."""
    if script is None and has_terminal():

        def typed(prompt: str) -> str:
            try:
                return input(prompt)
            except (EOFError, KeyboardInterrupt):
                raise _Left from None

        return typed
    given = script.splitlines() if isinstance(script, str) else script
    closed = getattr(sys.stdin, "closed", True)
    lines = iter(given if given is not None else () if closed else sys.stdin)

    def next_line(prompt: str) -> str:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                print(f"{prompt}{line.strip()}")
                return line
        raise _Left

    return next_line

"""`examine`: an engine against ours on each case, and the report."""

from __future__ import annotations

import math
import re
import textwrap
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Final

from autograd.explain.examination.case import Case, agree
from autograd.explain.examination.cases import cases
from autograd.explain.examination.trial import LATE, Answer, answer, run_cases
from autograd.explain.number_format import show_number
from autograd.support.foreign_names import GUESSES
from autograd.support.messages import shown
from autograd.support.validate import number
from autograd.value import Value

WIDTH: Final = 100
_NO_VALUE: Final = re.compile(
    r"AttributeError: '(float|int|float64|float32|ndarray|NoneType)' object has no attribute 'backward'"
)


@dataclass(frozen=True)
class Fault:
    """What is wrong, in a teacher's words, with the smallest example that shows it.

    `expected` and `found` are numbers by what they were read from; `found` is empty where there was an error, which
    `error` tells.  `cases` are the names of those that fail by it, its example's first.
    """

    advice: str
    example: str
    expected: dict[str, float]
    found: dict[str, float | str]
    error: str
    cases: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [textwrap.fill(self.advice, WIDTH), "", textwrap.indent(self.example, "    "), ""]
        wanted = [f"{name} is to be {show_number(right)}" for name, right in self.expected.items()]
        if self.error:
            lines += [f"    {', '.join(wanted)}", f"    {self.error}"]
        else:
            wrong = [not agree(self.found[name], right) for name, right in self.expected.items()]
            came = [f"    {text}, and is {_shown(x)}" for text, x in zip(wanted, self.found.values(), strict=True)]
            lines += compress(came, wrong)
        return "\n".join(lines)


@dataclass(frozen=True)
class Examination:
    """The outcome of `examine`: so many `points` of `out_of`, one a case; true if all are right.

    `faults` come with the first to mend first; `missing` are operations that the class has not, which cost nothing;
    `following` are cases that failed, but build on others that did.
    """

    name: str
    points: int
    out_of: int
    faults: tuple[Fault, ...]
    missing: tuple[str, ...]
    following: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every case is right."""
        return self.points == self.out_of

    def __bool__(self) -> bool:
        return self.ok

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON has it, for graders."""
        return {
            "class": self.name,
            "points": self.points,
            "out_of": self.out_of,
            "faults": [{name: _plain(x) for name, x in vars(fault).items()} for fault in self.faults],
            "missing": list(self.missing),
            "following": list(self.following),
        }

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.points} of {self.out_of} points"]
        for k, fault in enumerate(self.faults, 1):
            head, *rest = str(fault).split("\n")
            lost = len(fault.cases)
            cost = f"    ({lost} point{'s' * (lost != 1)}: {'; '.join(fault.cases)})"
            lines += ["", f"{k}. {head}", *rest, *textwrap.wrap(cost, WIDTH, subsequent_indent="     ")]
        if self.following:
            count = len(self.following)
            others = f"{count} more wait{'s' * (count == 1)} until these are mended: {'; '.join(self.following)}"
            lines += ["", *textwrap.wrap(others, WIDTH)]
        if self.missing:
            lines += ["", *textwrap.wrap(f"Not there, and not counted: {', '.join(self.missing)}", WIDTH)]
        return "\n".join(lines)

    __repr__ = __str__


@GUESSES
def examine(engine: type | str, *, seconds: float = 5.0) -> Examination:
    """Return what is right in a class with micrograd's surface, and for each fault what a teacher would say.

    `engine` is a class, or a place such as "student.py:Value" or "micrograd.engine:Value".  It is made by `Value(x)`,
    has `.data`, `.grad`, `.backward()` and operators, and may have `relu`, `tanh`, `exp`, `log`, `sigmoid`, `sqrt`.
    Cases run in a process of their own, have so many `seconds` of its processor each, and print nothing: a class that
    crashes or never ends is told of.  What is right is what our own engine gives.
    Raises ValueError if the class cannot be had, computes nothing or is our own, TypeError for what is no class.

    >>> examine(Value)
    Value: 81 of 81 points
    """
    if not isinstance(engine, type | str):
        raise TypeError(
            f'examine takes a class, or where it stands ("student.py:Value"), not {shown(type(engine).__name__)}'
        )
    if not 0.0 < number(seconds) < 1e6:
        raise ValueError(f"examine(seconds={seconds!r}): each case needs more than 0 seconds, and fewer than a million")
    asked = cases()
    answers = run_cases(engine, asked, float(seconds))
    unsure: set[str] = set()  # cases that failed, and those that build on them, which may be right by chance
    faults: dict[str, Fault] = {}
    following, missing, points, out_of = [], [], 0, 0
    for case, came in zip(asked, answers, strict=True):
        right = answer(Value, case)["found"]
        if "missing" in came:
            missing.append(came["missing"])
            continue
        if case.name == "a ** b" and came.get("error") in ("AssertionError", "NotImplementedError", "TypeError"):
            missing.append("a ** b for two Values")
            continue
        out_of += 1
        is_right, follows = _is_right(case, came, right), not unsure.isdisjoint(case.builds_on)
        points += is_right
        if follows or not is_right:
            unsure.add(case.name)
        if follows and not is_right:
            following.append(case.name)
        if follows or is_right:
            continue
        advice = _advice(case, came, right)
        new = Fault(advice, case.example, right, came.get("found", {}), came.get("says", ""))
        faults.setdefault(advice, new).cases.append(case.name)
    name = engine if isinstance(engine, str) else engine.__name__
    if not faults and {"__add__", "__mul__"} <= set(missing):
        raise ValueError(f"{shown(name)} has no + and no *: write `__add__` or `__mul__`, and there is work to examine")
    return Examination(
        shown(name, WIDTH), points, out_of, tuple(faults.values()), tuple(dict.fromkeys(missing)),
        tuple(following),
    )  # fmt: skip


def _is_right(case: Case, came: Answer, right: dict[str, float]) -> bool:
    if "error" in came:
        return case.may_refuse and came["error"] not in (LATE, "ended")
    return all(agree(came["found"][name], x) for name, x in right.items())


def _advice(case: Case, came: Answer, right: dict[str, float]) -> str:
    """Return what a teacher would say: first of what is wrong whatever the case, then as the case knows it."""
    error, found = came.get("error", ""), came.get("found", {})
    if plain := _NO_VALUE.match(came.get("says", "")):
        return f"y is to be a Value, and is a {plain[1]}: let the operation return a new Value"
    for name, x in right.items():
        if error or agree(found[name], x):
            continue
        if isinstance(found[name], str):
            return f"{name} is to be a number, and is {found[name]}"
    for wrong in case.wrong:
        if wrong.fits(found, right, error):
            return wrong.advice
    return case.fails if error and case.fails else case.advice


def _shown(x: float | str) -> str:
    return x if isinstance(x, str) else show_number(x)


def _plain(x: Any) -> Any:
    """Return numbers as JSON has them: those that it has not as text."""
    if isinstance(x, dict):
        return {name: _plain(y) for name, y in x.items()}
    return str(x) if isinstance(x, float) and not math.isfinite(x) else x

"""Boxes, bars and colors in characters: each kind of number has a frame of its own, so that color only adds speed.

A gradient's frame is dashed, a local derivative's round, what is sent on has a heavy one, what comes next a double one.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

from autograd.explain.number_format import show_number
from autograd.support.messages import printable
from viz.support.labels import columns, padded

_SGR: Final = {"forward": "32", "backward": "31", "update": "35", "marked": "7", "quiet": "2", "strong": "1"}
_FRAMES: Final = {  # corners from the upper left on, clockwise; the horizontal and the vertical line
    "gradient": "┌┐┘└╌╎", "local": "╭╮╯╰─│", "sent": "┏┓┛┗━┃", "value": "┌┐┘└─│", "next": "╔╗╝╚═║",
}  # fmt: skip
BAR_COLUMNS: Final = 34


class Framed(NamedTuple):
    """A number in a frame, with what it is above and whose it is below; before it stands an operation's sign."""

    frame: str
    title: str
    number: float | None
    foot: str
    role: str = ""
    before: str = ""


def takes_codes() -> bool:
    """Return whether what is printed goes to a terminal that moves its cursor as it is told."""
    old_console = sys.platform == "win32" and not ({"WT_SESSION", "ANSICON", "TERM"} & os.environ.keys())
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb" and not old_console


def paint(text: str, role: str) -> str:
    """Return `text` in the color of its role, unless NO_COLOR is set or the terminal has none."""
    if not role or not text or os.environ.get("NO_COLOR") or not takes_codes():
        return text
    return f"\x1b[{_SGR[role]}m{text}\x1b[0m"


def boxed(boxes: Sequence[Framed]) -> list[str]:
    """Return boxes side by side in three lines, with the signs between them."""
    lines = ["      ", "      ", "      "]
    for box in boxes:
        left, right, low_right, low_left, flat_line, side = (*_FRAMES[box.frame],)
        number, foot = show_number(box.number), printable(box.foot)
        room = 17 if len(boxes) > 3 else 19
        foot = foot if columns(foot) <= room else foot[: room - 1] + "…"
        wide = max(columns(number) + 4, columns(box.title) + 4, columns(foot) + 4, 13)
        sign = f" {box.before} " if box.before else ""
        title, end = (f"{flat_line} {text} {flat_line * (wide - columns(text) - 3)}" for text in (box.title, foot))
        middle = padded(" " * ((wide - columns(number)) // 2) + number, wide)
        blank = " " * len(sign)
        lines[0] += blank + paint(f"{left}{title}{right}", box.role)
        lines[1] += sign + paint(f"{side}{middle}{side}", box.role)
        lines[2] += blank + paint(f"{low_left}{end}{low_right}", box.role)
    return lines


class Scale:
    """An axis of characters with zero on it, for bars that begin where others end."""

    def __init__(self, points: Sequence[float]) -> None:
        self.low, self.high = min([0.0, *points]), max([0.0, *points])

    def _place(self, x: float) -> int:
        share = (x - self.low) / (self.high - self.low) if self.high > self.low else 0.0
        return round(share * BAR_COLUMNS)

    def bar(self, start: float, end: float) -> str:
        """Return a bar between two points: solid if it goes up, shaded if down; `│` is where zero lies."""
        if not (math.isfinite(start) and math.isfinite(end)):
            return "‼"
        a, b, zero = map(self._place, (start, end, 0.0))
        cells = [("█" if end > start else "░") if min(a, b) <= k < max(a, b) else " " for k in range(BAR_COLUMNS + 1)]
        return "".join([*cells[:zero], "│", *cells[zero:]]).rstrip()


def cut_line(text: str, width: int) -> str:
    """Return `text`, or its beginning if it takes more columns than there are."""
    return text if columns(text) <= width else text[: width - 1] + "…"


def aligned(texts: Sequence[str]) -> list[str]:
    """Return numbers as texts of one width, with their decimal points in one column."""
    whole = [text.partition(".")[0] for text in texts]
    before = max(map(columns, whole), default=0)
    shifted = [" " * (before - columns(head)) + text for head, text in zip(whole, texts, strict=True)]
    after = max(map(columns, shifted), default=0)
    return [padded(text, after) for text in shifted]

"""What plots are made of: the losses to draw, and for those in characters a canvas of braille dots with its axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd import Value, number
from autograd.explain.numbers import show_number
from viz.charts.field import clipped
from viz.support.labels import columns, padded

_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def losses_of(history: Any) -> list[float]:
    """Return the losses of a history, or of a list of them; raises TypeError for what is neither."""
    losses = getattr(history, "losses", history)
    if isinstance(losses, str | Value) or not hasattr(losses, "__iter__"):
        raise TypeError(f"a history, or a list of losses, is needed here, not {type(history).__name__}")
    return [x.data if isinstance(x, Value) else number(x) for x in losses]


class Canvas:
    """A sheet of `width` × `height` characters, each of 2 × 4 dots; y runs upward."""

    def __init__(self, width: int, height: int) -> None:
        if width < 2 or height < 2:
            raise ValueError(f"a plot needs at least 2 columns and 2 lines, not {width} and {height}")
        self.width, self.height = width, height
        self._cells = [[0] * width for _ in range(height)]

    def dot(self, x: int, y: int) -> None:
        """Set the dot in column `x` from the left and row `y` from the bottom."""
        top = 4 * self.height - 1 - y
        self._cells[top // 4][x // 2] |= _BITS[top % 4][x % 2]

    def column(self, x: int, low: int, high: int) -> None:
        """Set the dots of column `x` from row `low` to row `high`."""
        for y in range(low, high + 1):
            self.dot(x, y)

    def lines(self) -> list[str]:
        """Return the sheet, line by line, the top one first."""
        return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in self._cells]


def curve(numbers: Sequence[float], width: int, height: int, *, logarithmic: bool) -> tuple[list[str], float, float]:
    """Return a curve through `numbers`, with the least and the greatest number shown.

    Where many numbers share a column of dots, the column spans all of them, so a spike is never lost.
    Numbers that are not finite (on a logarithmic axis: or not positive) leave a gap.
    """
    heights = [_height(clipped(x), logarithmic) if math.isfinite(x) else None for x in numbers]
    finite = [h for h in heights if h is not None]
    if not finite:
        kind = "finite and positive" if logarithmic else "finite"
        raise ValueError(f"none of the {len(numbers)} numbers is {kind}: there is nothing to plot")
    low, high = min(finite), max(finite)
    canvas = Canvas(width, height)
    across, up = 2 * width - 1, 4 * height - 1
    row = [None if h is None else round((h - low) / (high - low) * up) if high > low else up // 2 for h in heights]
    spans: dict[int, tuple[int, int]] = {}
    for i, y in enumerate(row):
        if y is None:
            continue
        x = round(i / (len(row) - 1) * across) if len(row) > 1 else 0
        least, most = spans.get(x, (y, y))
        spans[x] = min(least, y), max(most, y)
        before = row[i - 1] if i else None
        if before is None:
            continue
        start = round((i - 1) / (len(row) - 1) * across)
        _join(canvas, start, before, x, y)
    for x, (least, most) in spans.items():
        canvas.column(x, least, most)
    limits = (math.exp(low), math.exp(high)) if logarithmic else (low, high)
    return canvas.lines(), *limits


def _height(x: float, logarithmic: bool) -> float | None:
    if logarithmic and x <= 0.0:
        return None
    return math.log(x) if logarithmic else x


def _join(canvas: Canvas, x0: int, y0: int, x1: int, y1: int) -> None:
    """Draw the line from one dot to another."""
    steps = max(abs(x1 - x0), abs(y1 - y0))
    for k in range(1, steps):
        canvas.dot(round(x0 + (x1 - x0) * k / steps), round(y0 + (y1 - y0) * k / steps))


def framed(lines: Sequence[str], left: dict[int, str], bottom: tuple[str, ...], title: str = "") -> str:
    """Return plotted lines with an axis: `left` labels lines by their index, `bottom` labels spread below."""
    width = max(len(line) for line in lines)
    margin = max(columns(label) for label in left.values())
    out = [" " * (margin + 2) + title] if title else []
    for i, line in enumerate(lines):
        tick = "┤" if i in left else "│"
        out.append(f"{padded(left.get(i, ''), margin, right=True)} {tick}{line}")
    out.append(" " * (margin + 1) + "└" + "─" * width)
    out.append(" " * (margin + 2) + _spread(bottom, width))
    return "\n".join(line.rstrip() for line in out)


def _spread(labels: tuple[str, ...], width: int) -> str:
    """Return labels in one line: the first at the left, the last at the right, the others evenly between."""
    line = [" "] * width
    last = len(labels) - 1
    for i, label in enumerate(labels):
        ideal = round(i / last * (width - 1) - (len(label) - 1) * i / last) if last else 0
        start = max(0, ideal)
        if not any(c != " " for c in line[max(0, start - 1) : start + len(label) + 1]):
            line[start : start + len(label)] = label
    return "".join(line)


def levels(low: float, high: float, height: int, *, logarithmic: bool) -> dict[int, str]:
    """Return labels for an axis of `height` lines from `high` at the top to `low`: top, middle and bottom."""
    if high <= low:
        return {height // 2: show_number(low)}
    down = (height // 2) / (height - 1)
    middle = high ** (1 - down) * low**down if logarithmic else high + (low - high) * down
    return {0: show_number(high), height // 2: show_number(middle), height - 1: show_number(low)}

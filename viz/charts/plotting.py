"""What plots are made of: the losses to draw, and for those in characters a canvas of braille dots with its axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from autograd import Value, number
from autograd.explain.number_format import show_number
from viz.charts.field import clipped
from viz.support.labels import columns, padded

_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def losses_of(history: Any) -> list[float]:
    """Return the losses of a history, or of a list of them; raises TypeError for what is neither."""
    losses = getattr(history, "losses", history)
    if isinstance(losses, str | Value) or not hasattr(losses, "__iter__"):
        raise TypeError(f"a history, or a list of losses, is needed here, not {type(history).__name__}")
    return [x.data if isinstance(x, Value) else number(x) for x in losses]


def curve(numbers: Sequence[float], width: int, height: int, *, logarithmic: bool) -> tuple[list[str], float, float]:
    """Return a curve through `numbers`, with the least and the greatest number shown.

    Where many numbers share a column of dots, the column spans all of them, so a spike is never lost.
    Numbers that are not finite (on a logarithmic axis: or not positive) leave a gap.
    """
    if width < 2 or height < 2:
        raise ValueError(f"a plot needs at least 2 columns and 2 lines, not {width} and {height}")
    heights = [_height(clipped(x), logarithmic) if math.isfinite(x) else None for x in numbers]
    finite = [h for h in heights if h is not None]
    if not finite:
        kind = "finite and positive" if logarithmic else "finite"
        raise ValueError(f"none of the {len(numbers)} numbers is {kind}: there is nothing to plot")
    low, high = min(finite), max(finite)
    across, up, last = 2 * width - 1, 4 * height - 1, max(1, len(numbers) - 1)
    spans: dict[int, list[int]] = {}
    dots: set[tuple[int, int]] = set()
    before = None
    for i, h in enumerate(heights):
        here = None
        if h is not None:
            here = round(i / last * across), round((h - low) / (high - low) * up) if high > low else up // 2
            spans.setdefault(here[0], []).append(here[1])
            dots |= set(_between(before or here, here))
        before = here
    dots |= {(x, y) for x, ys in spans.items() for y in range(min(ys), max(ys) + 1)}
    limits = (math.exp(low), math.exp(high)) if logarithmic else (low, high)
    return _sheet(dots, width, height), *limits


def _height(x: float, logarithmic: bool) -> float | None:
    if logarithmic and x <= 0.0:
        return None
    return math.log(x) if logarithmic else x


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the dots of the line from one dot to another, without its ends."""
    (x, y), right, up = start, end[0] - start[0], end[1] - start[1]
    steps = max(abs(right), abs(up))
    for k in range(1, steps):
        yield round(x + right * k / steps), round(y + up * k / steps)


def _sheet(dots: Iterable[tuple[int, int]], width: int, height: int) -> list[str]:
    """Return dots, each a column and a row from the bottom, as characters of 2 × 4 dots, the top line first."""
    cells = [[0] * width for _ in range(height)]
    for x, y in dots:
        top = 4 * height - 1 - y
        cells[top // 4][x // 2] |= _BITS[top % 4][x % 2]
    return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in cells]


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

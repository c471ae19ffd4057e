"""Labels of Graphviz's HTML-like kind: tables whose cells are as wide as their words in any usual font."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from autograd.explain.number_format import show_number
from viz.graph.nodes import not_finite
from viz.support import palette
from viz.support.labels import columns, label_text

FONT: Final = "Helvetica"
TEXT: Final = 14  # points, which are the pixels of the SVG
SMALL: Final = 12
PADDING: Final = 4

# Advance widths in em of DejaVu Sans Bold, the widest of the fonts that a browser falls back on, rounded up.
WIDTHS: Final = {
    letter: width
    for width, letters in {
        0.38: " '.,IJijl/\\|⁽⁾",
        0.5: "!:;()[]-ft_`₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹",
        0.72: '0123456789abcdeghknopqrsuvxyz?*"${}EFLSTYZ∂',
        1.1: "mMwW@%…—",
    }.items()
    for letter in letters
}


def width(text: str, size: int = TEXT, *, bold: bool = False) -> int:
    """Return the pixels that a line of text takes at most."""
    em = sum(WIDTHS.get(letter) or (0.86 if columns(letter) < 2 else 1.2) for letter in text)
    return math.ceil(em * size * (1.0 if bold else 0.93))


def cell(
    text: str,
    color: str,
    *,
    size: int = TEXT,
    bold: bool = False,
    span: int = 1,
    ground: str = "",
    align: str = "LEFT",
) -> str:
    """Return a cell with one line of text, at the left unless `align` says CENTER."""
    words = f"<B>{label_text(text)}</B>" if bold else label_text(text)
    across = f' COLSPAN="{span}"' if span > 1 else ""
    on = f' BGCOLOR="{ground}"' if ground else ""
    wide = width(text, size, bold=bold) + 2 * PADDING
    return (
        f'<TD ALIGN="{align}" WIDTH="{wide}"{across}{on}><FONT COLOR="{color}" POINT-SIZE="{size}">{words}</FONT></TD>'
        if text
        else f"<TD{across}></TD>"
    )


def number_cell(
    glyph: str, x: float | None, color: str, *, size: int = TEXT, bold: bool = False, align: str = "LEFT"
) -> str:
    """Return a cell with a number behind the glyph that says what it is: nan and infinities stand out."""
    odd = not_finite(x)
    return cell(f"{glyph} {show_number(x)}", palette.ALARM if odd else color, size=size, bold=bold or odd, align=align)


def aligned(tables: Sequence[list[list[str]]]) -> None:
    """Make the cells of several tables as wide as the widest of their column."""
    for place in range(max((len(row) for rows in tables for row in rows), default=0)):
        column = [row for rows in tables for row in rows if place < len(row)]
        widest = max(wide_of([row[place]]) for row in column) - 2 * PADDING
        for row in column:
            row[place] = re.sub(r'WIDTH="\d+"', f'WIDTH="{widest}"', row[place], count=1)


def wide_of(cells: Sequence[str]) -> int:
    """Return the pixels that a row of cells takes with the border around it."""
    return sum(int(found) for found in re.findall(r'WIDTH="(\d+)"', "".join(cells))) + 2 * PADDING


def rows_of(*rows: Sequence[str]) -> str:
    """Return the rows of a table, each of its cells."""
    return "".join(f"<TR>{''.join(row)}</TR>" for row in rows)


def table(
    rows: str,
    color: str = palette.FRAME,
    *,
    border: int = 1,
    ground: str = palette.CARD,
    style: str = "",
    padding: int = PADDING,
) -> str:
    """Return a label: a table with a border around it; `style` is ROUNDED or DASHED, or nothing."""
    shape = f' STYLE="{style}"' if style else ""
    return (
        f'<<TABLE BORDER="{border}" COLOR="{color}" BGCOLOR="{ground}" CELLBORDER="0" CELLSPACING="0" '
        f'CELLPADDING="{padding}"{shape}>{rows}</TABLE>>'
    )


def bare(rows: str) -> str:
    """Return a label that is a table without a border."""
    return f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="2">{rows}</TABLE>>'

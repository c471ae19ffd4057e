"""What stands in a box: the name, operation, value and gradient of a node, or of all that is folded into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from autograd.explain.number_format import show_number
from viz.graph.cells import SMALL, cell, number_cell, rows_of, table
from viz.graph.folding import Box, Folded
from viz.graph.nodes import DEAD, SATURATED, Spot, not_finite
from viz.support import palette
from viz.support.labels import last_word, shown

Direction = Literal["both", "forward", "backward"]
MANY_ROWS = 8
VALUE, GRADIENT, SENT = "►", "◄", "◁"


def node_label(spot: Spot, direction: Direction, asked: bool) -> str:
    """Return the label of a node: its name and value, and below its operation and gradient."""
    if spot.kind == "constant":
        number = show_number(spot.data)
        title = number if spot.name == number else f"{spot.name} = {number}"
        return table(rows_of([cell(title, palette.QUIET, size=SMALL)]), border=0, ground=palette.PAPER)
    ink = palette.QUIET if spot.faded else palette.INK
    name = "" if spot.kind == "product" else spot.name
    value = number_cell(VALUE, spot.data, palette.QUIET if direction == "backward" else palette.FORWARD)
    lines = [[cell(name, ink, bold=True), value]]
    if direction != "forward":
        gradient = number_cell(GRADIENT, spot.gradient, palette.BACKWARD, bold=asked)
        lines.append([cell(spot.symbol, palette.QUIET), gradient])
    elif spot.symbol:
        lines.append([cell(spot.symbol, palette.QUIET, span=2)])
    rows = rows_of(*lines, *(_alarm(mark, 2) for mark in spot.marks))
    if asked:
        return table(rows, palette.INK, border=3, ground=palette.MARKER)
    if spot.is_root and spot.leads:
        return table(rows, palette.BACKWARD, border=2, ground=palette.BACKWARD_CARD, style="DASHED")
    color, border = _border(spot)
    return table(rows, color, border=border, style="DASHED" if spot.faded and border == 1 else "ROUNDED")


def _alarm(mark: str, span: int) -> list[str]:
    words = {DEAD: "× off: passes no gradient", SATURATED: "× saturated: passes no gradient"}.get(mark, f"‼ {mark}")
    return [cell(words, palette.ALARM, size=SMALL, span=span, ground=palette.ALARM_CARD)]


def _border(*spots: Spot) -> tuple[str, int]:
    if any(not_finite(s.data, s.gradient) for s in spots):
        return palette.ALARM, 3
    return (palette.FAINT if all(s.faded for s in spots) else palette.FRAME), 1


# ------------------------------------------------------------------------------------------ folded
Row = tuple[str, float | str, float | str | None, str]


def box_label(box: Box, drawn: Folded, direction: Direction, asked: bool) -> str:
    """Return the label of what is folded: a row for each of its outputs, and one for each kind of its parameters."""
    title, note, found = _box_rows(box, drawn)
    head = [cell(title, palette.INK, bold=True, span=2, ground=palette.HEAD)]
    head.append(cell(note, palette.QUIET, span=2, ground=palette.HEAD))
    lines = [head, *(_row(*row, direction) for row in found)]
    born = [f"{s.name}: {mark}" for s in box.spots for mark in s.marks if "born" in mark]
    rows = rows_of(*lines, *(_alarm(alarm, 4) for alarm in born[:3]))
    if asked:
        return table(rows, palette.INK, border=3, ground=palette.MARKER)
    color, border = _border(*box.spots)
    return table(rows, color, border=border)


def _row(title: str, data: float | str, gradient: float | str | None, note: str, direction: Direction) -> list[str]:
    ink = palette.QUIET if direction == "backward" else palette.FORWARD
    cells = [cell(title, palette.INK), _amount(VALUE, data, ink)]
    if direction != "forward" and gradient != "":
        cells.append(_amount(GRADIENT, gradient, palette.BACKWARD))
    if note:
        color = palette.ALARM if note.startswith("×") else palette.QUIET
        cells.append(cell(note, color, size=SMALL))
    return cells


def _amount(glyph: str, x: float | str | None, color: str) -> str:
    return cell(f"{glyph} {x}", color) if isinstance(x, str) else number_cell(glyph, x, color)


def _box_rows(box: Box, drawn: Folded) -> tuple[str, str, list[Row]]:
    leaves = [s for s in box.spots if s.kind != "operation"]
    inner = [s for s in box.spots if s.kind == "operation"]
    symbols = " → ".join(dict.fromkeys(s.symbol for s in inner))
    if box.kind == "rows":
        others = drawn.rows - 1
        return f"{others} other row{'s' * (others != 1)}", "like this one", []
    if box.kind == "more":
        return f"{len(box.spots)} more nodes", "", [_range_row("further from the result", box.spots)]
    if box.kind == "stack":
        kind = box.spots[0].symbol or "leaf"
        return f"{len(box.spots)} alike", kind, [_range_row("each", box.spots)]
    if box.kind == "neuron":
        rows = [_spot_row(s, drawn) for s in inner[:MANY_ROWS]]
        short = leaves if len(leaves) <= MANY_ROWS else []
        rows += [_spot_row(s, drawn) for s in short] if short else _parameter_rows(leaves)
        return shown(box.title), symbols, rows
    last = {s.neuron: s for s in inner}  # the last node of each neuron is its output
    outputs = list(last.values())
    kept = outputs if len(outputs) <= 2 * MANY_ROWS else outputs[:MANY_ROWS]
    rows = [_spot_row(s, drawn) for s in kept]
    if len(kept) < len(outputs):
        rows.append(_range_row(f"{len(outputs) - len(kept)} more", outputs[len(kept) :]))
    units = f"{len(outputs)} unit{'s' * (len(outputs) != 1)}" if outputs else ""
    return shown(box.title), f"{units}  {symbols}".strip(), rows + _parameter_rows(leaves)


def _spot_row(spot: Spot, drawn: Folded) -> Row:
    copies = drawn.copies.get(spot.full_name, [])
    if len(copies) < 2:
        return spot.name, spot.data, spot.gradient, "× off: passes no gradient" if DEAD in spot.marks else ""
    off = sum(DEAD in s.marks for s in copies)
    if off == len(copies):
        return spot.name, spot.data, spot.gradient, f"× dead: off in all {off} rows"
    note = f"over {len(copies)} rows {span([s.data for s in copies])}"
    return spot.name, spot.data, spot.gradient, f"{note}, off in {off}" if off else note


def _parameter_rows(leaves: Sequence[Spot]) -> list[Row]:
    groups: dict[str, list[Spot]] = {}
    for s in leaves:
        groups.setdefault(shown(last_word(s.full_name)), []).append(s)
    return [_range_row(f"{name} ({len(group)})", group) for name, group in groups.items()]


def _range_row(title: str, spots: Sequence[Spot]) -> Row:
    computed = [s for s in spots if s.kind != "constant"]
    gradients = [s.gradient for s in computed if s.gradient is not None]
    return title, span([s.data for s in spots]), span(gradients) if computed else "", ""


def span(numbers: Sequence[float]) -> str:
    """Return the least and the greatest of some numbers, as one text."""
    if not numbers:
        return show_number(None)
    if any(x != x for x in numbers):
        return f"nan in {sum(x != x for x in numbers)} of {len(numbers)}"
    low, high = show_number(min(numbers)), show_number(max(numbers))
    return low if low == high else f"{low} … {high}"


def box_tip(box: Box) -> str:
    """Return the names of what is folded into a box."""
    names = ", ".join(shown(s.name) for s in box.spots[:40])
    return f"{len(box.spots)} nodes: {names}{'…' if len(box.spots) > 40 else ''}"

"""A graph as a picture: name, value and gradient on each node, the local derivative on each edge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Literal

from autograd import Group, Value, topological_order
from autograd.explain.naming import short_names
from autograd.explain.notation import Words
from autograd.explain.numbers import show_number
from viz.graph.folding import Box, Folded, Line, fold
from viz.graph.nodes import DEAD, SATURATED, Spot, drawn_nodes, not_finite
from viz.support import palette
from viz.support.guesses import GUESSES
from viz.support.labels import label_text, last_word, shown, tooltip_text
from viz.support.rendering import GraphPicture

if TYPE_CHECKING:
    from graphviz import Digraph

Direction = Literal["both", "forward", "backward"]
FONT = "Helvetica"
MANY_ROWS = 8
LARGEST = 10**9  # number of an example


@GUESSES
def draw(
    value: Value,
    *,
    direction: Direction = "both",
    unfold: bool = False,
    open: Collection[str] = (),
    example: int = 0,
    folded: bool | None = None,
    downward: bool = False,
) -> GraphPicture:
    """Return a picture of everything that `value` was computed from.

    Each node shows its name, its operation, its value and its gradient (a dash before any backward pass), each edge the
    local derivative.  `direction` "forward" draws what flows to the result, "backward" what flows back: the
    contribution (gradient × local derivative) on each edge.  `unfold` gives each product of a neuron its own node.

    A graph too large to read is folded by neuron or layer, as modules name them, and of a batch one `example` is drawn;
    `open=["layer 1"]` shows a layer in neurons, `open=["layer 1, neuron 4"]` a neuron in nodes; paths, such as
    `layers.0.neurons.3`, do too.
    """
    if not isinstance(value, Value):
        raise TypeError(f"draw takes a Value, not {_instead(value)}")
    if direction not in ("both", "forward", "backward"):
        layout = "; downward=True lays the picture out from top to bottom"
        raise ValueError(f'direction is "both", "forward" or "backward", not {direction!r}{layout}')
    from nn.support.validate import checked_count

    example = checked_count("example", example, -LARGEST)
    if isinstance(open, str) or not hasattr(open, "__iter__"):
        given = f"open=[{open!r}]" if isinstance(open, str) else 'open=["layer 1"]; unfold=True opens every product'
        raise TypeError(f"open takes a list of layers and neurons: {given}")
    order = topological_order(value)
    words = Words(order, [node.data for node in order])
    spots = drawn_nodes(order, words.names, unfold=unfold)
    drawn = fold(spots, open=open, example=example, folded=folded)
    if drawn.hidden:
        _rename(order, spots, drawn.hidden)
    return GraphPicture(_digraph(words, spots, drawn, direction, downward), _description(spots, drawn))


def _instead(thing: object) -> str:
    """Return what a thing that has no graph is, and what draws it."""
    kind = shown(type(thing).__name__)
    if isinstance(thing, list | tuple | Group) and thing:
        return f"{kind} of {len(thing)}: draw one of them, or what they come to, as draw(total(values))"
    if isinstance(thing, int | float):
        return f"{kind}: a plain number has no graph; compute it from Values, and draw the result before .data"
    if callable(thing) and not hasattr(thing, "parameters"):
        return f"{kind}: draw what it returns"
    return f"{kind}; for a model use draw_network(model), and draw(model(row)) for what it computes"


def _rename(order: Sequence[Value], spots: Sequence[Spot], hidden: Collection[int]) -> None:
    """Give nodes the names that they have when the `hidden` ones, of other examples, are not there to be told apart."""
    shown_spots = [s for s in spots if s.index not in hidden and s.origin >= 0]
    for spot, name in zip(shown_spots, short_names([order[s.origin] for s in shown_spots]), strict=True):
        spot.name = name


def _description(spots: Sequence[Spot], drawn: Folded) -> str:
    nodes = sum(s.kind != "hidden" for s in spots)
    parts = f", folded into {len(drawn.boxes)} boxes" if any(box.kind != "node" for box in drawn.boxes) else ""
    return f"graph of {spots[-1].name}, {nodes} node{'s' * (nodes != 1)}{parts}"


# ------------------------------------------------------------------------------------------- DOT
def _digraph(words: Words, spots: Sequence[Spot], drawn: Folded, direction: Direction, downward: bool) -> Digraph:
    from graphviz import Digraph

    graph = Digraph("chainrule")
    graph.attr(
        rankdir="TB" if downward else "LR",
        bgcolor=palette.PAPER,
        fontname=FONT,
        fontsize="11",
        fontcolor=palette.QUIET,
        nodesep="0.18",
        ranksep="0.45",
        pad="0.15",
        labelloc="b",
        labeljust="l",
        label=_legend(spots[-1].name, direction),
    )
    if any(box.kind in ("neuron", "layer") for box in drawn.boxes):
        graph.attr(ordering="in")  # units stay in their order, where nodes may move to cross less
    graph.attr("node", shape="plain", fontname=FONT, fontsize="12", fontcolor=palette.INK)
    graph.attr("edge", fontname=FONT, fontsize="10", fontcolor=palette.INK, color=palette.QUIET, arrowsize="0.6")
    tooltips = _Tooltips(words)
    for box in drawn.boxes:
        if box.kind == "node":
            spot = box.spots[0]
            label, tip, kind = _node_label(spot, direction), tooltips.node(spot), spot.kind
        else:
            label, tip, kind = _box_label(box, drawn, direction), _box_tip(box), box.kind
        graph.node(box.key, label, tooltip=tooltip_text(tip), id=box.key, **{"class": kind})
    for i, line in enumerate(drawn.lines):
        graph.edge(line.tail, line.head, id=f"e{i}", **_edge_style(line, direction, tooltips))
    return graph


class _Tooltips:
    """Nodes and edges in words, in full precision, for those who point at them."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def node(self, spot: Spot) -> str:
        i = spot.origin
        if i < 0:
            return f"weight × input = {spot.data!r}"
        lines = [shown(spot.full_name, 200)] if spot.full_name else []
        lines += [shown(self._words.computation(i), 300), f"value {spot.data!r}"]
        if spot.kind != "constant":
            gradient = "no backward pass yet" if spot.gradient is None else repr(spot.gradient)
            lines.append(f"{self._words.gradient(i)} = {gradient}")
        return "\n".join(lines)

    def edge(self, tail: Spot, head: Spot, local: float) -> str:
        text = f"∂{head.name}/∂{tail.name} = {local!r}"
        if head.gradient is None:
            return text
        return f"{text}\nsends {head.gradient!r} × {local!r} = {head.gradient * local!r}"


def _legend(root: str, direction: Direction) -> str:
    forward, backward = palette.FORWARD, palette.BACKWARD
    parts = []
    if direction != "backward":
        parts.append(f'<FONT COLOR="{forward}">► value</FONT>')
    if direction != "forward":
        parts.append(f'<FONT COLOR="{backward}">◄ gradient ∂{label_text(root)}/∂node</FONT>')
    edges = "local derivative ∂result/∂operand"
    if direction == "backward":
        edges += f', and <FONT COLOR="{backward}">◄ what is sent</FONT> = gradient × local derivative'
    return f"<{'   '.join(parts)}   on edges: {edges}>"


# ----------------------------------------------------------------------------------------- nodes
def _number(x: float | None) -> str:
    """Return a number as label text: nan and infinities bold."""
    text = label_text(show_number(x))
    return f"<B>{text}</B>" if not_finite(x) else text


def _value_cell(x: float | str, direction: Direction) -> str:
    return _cell("►", x, palette.QUIET if direction == "backward" else palette.FORWARD)


def _gradient_cell(x: float | str | None, direction: Direction) -> str:
    return "" if direction == "forward" or x == "" else _cell("◄", x, palette.BACKWARD)


def _cell(arrow: str, x: float | str | None, color: str) -> str:
    text = label_text(x) if isinstance(x, str) else _number(x)
    return (
        f'<TD WIDTH="16" ALIGN="RIGHT"><FONT COLOR="{color}" POINT-SIZE="9">{arrow}</FONT></TD>'
        f'<TD ALIGN="LEFT"><FONT COLOR="{color}">{text}</FONT></TD>'
    )


def _node_label(spot: Spot, direction: Direction) -> str:
    if spot.kind == "constant":
        return f'<<FONT POINT-SIZE="10" COLOR="{palette.QUIET}">{label_text(_constant_title(spot))}</FONT>>'
    ink = palette.QUIET if spot.faded else palette.INK
    symbol = f"  {label_text(spot.symbol)}" if spot.symbol else ""
    title = "" if spot.kind == "product" else f"<B>{label_text(spot.name)}</B>"
    head = f'<FONT COLOR="{ink}">{title}{symbol}</FONT>'
    rows = [
        f'<TR><TD ALIGN="LEFT" COLSPAN="4" BGCOLOR="{palette.HEAD}">{head}</TD></TR>',
        f"<TR>{_value_cell(spot.data, direction)}{_gradient_cell(spot.gradient, direction)}</TR>",
    ]
    rows += [_alarm(mark) for mark in spot.marks]
    return _table(rows, _border(spot), dashed=spot.faded)


def _constant_title(spot: Spot) -> str:
    number = show_number(spot.data)
    return number if spot.name == number else f"{spot.name} = {number}"


def _alarm(mark: str) -> str:
    words = {DEAD: "× off: passes no gradient", SATURATED: "× saturated: passes no gradient"}.get(mark, f"‼ {mark}")
    return (
        f'<TR><TD ALIGN="LEFT" COLSPAN="4" BGCOLOR="{palette.ALARM_CARD}">'
        f'<FONT COLOR="{palette.ALARM}" POINT-SIZE="10">{label_text(words)}</FONT></TD></TR>'
    )


def _border(*spots: Spot) -> tuple[str, int]:
    if any(not_finite(s.data, s.gradient) for s in spots):
        return palette.ALARM, 3
    return (palette.FAINT, 1) if all(s.faded for s in spots) else (palette.QUIET, 1)


def _table(rows: Sequence[str], border: tuple[str, int], *, dashed: bool = False) -> str:
    color, width = border
    style = ' STYLE="DASHED"' if dashed and width == 1 else ""
    return (
        f'<<TABLE BORDER="{width}" COLOR="{color}" BGCOLOR="{palette.CARD}" CELLBORDER="0" CELLSPACING="0" '
        f'CELLPADDING="4"{style}>{"".join(rows)}</TABLE>>'
    )


# ----------------------------------------------------------------------------------------- boxes
def _box_label(box: Box, drawn: Folded, direction: Direction) -> str:
    head, rows = _box_rows(box, drawn)
    lines = [f'<TR><TD ALIGN="LEFT" COLSPAN="6" BGCOLOR="{palette.HEAD}">{head}</TD></TR>']
    lines += [_row(*row, direction) for row in rows]
    born = [f"{s.name}: {mark}" for s in box.spots for mark in s.marks if "born" in mark]
    lines += [_alarm(alarm).replace('COLSPAN="4"', 'COLSPAN="6"') for alarm in born[:3]]
    return _table(lines, _border(*box.spots))


Row = tuple[str, float | str, float | str | None, str]


def _row(title: str, data: float | str, gradient: float | str | None, note: str, direction: Direction) -> str:
    cells = (
        f'<TD ALIGN="LEFT">{label_text(title)}</TD>{_value_cell(data, direction)}{_gradient_cell(gradient, direction)}'
    )
    if note:
        color = palette.ALARM if note.startswith("×") else palette.QUIET
        cells += f'<TD ALIGN="LEFT"><FONT COLOR="{color}" POINT-SIZE="10">{label_text(note)}</FONT></TD>'
    return f"<TR>{cells}</TR>"


def _box_rows(box: Box, drawn: Folded) -> tuple[str, list[Row]]:
    leaves = [s for s in box.spots if s.kind != "operation"]
    inner = [s for s in box.spots if s.kind == "operation"]
    symbols = " → ".join(dict.fromkeys(s.symbol for s in inner))
    if box.kind == "rows":
        return f"<B>{drawn.rows - 1} other rows</B>  like this one", []
    if box.kind == "more":
        return f"<B>{len(box.spots)} more nodes</B>", [_range_row("further from the result", box.spots)]
    if box.kind == "stack":
        kind = box.spots[0].symbol or "leaf"
        return f"<B>{len(box.spots)} alike</B>  {label_text(kind)}", [_range_row("each", box.spots)]
    if box.kind == "neuron":
        rows = [_spot_row(s, drawn) for s in inner[:MANY_ROWS]]
        short = leaves if len(leaves) <= MANY_ROWS else []
        rows += [_spot_row(s, drawn) for s in short] if short else _parameter_rows(leaves)
        return f"<B>{label_text(shown(box.title))}</B>  {label_text(symbols)}", rows
    last = {s.neuron: s for s in inner}  # the last node of each neuron is its output
    outputs = list(last.values())
    kept = outputs if len(outputs) <= 2 * MANY_ROWS else outputs[:MANY_ROWS]
    rows = [_spot_row(s, drawn) for s in kept]
    if len(kept) < len(outputs):
        rows.append(_range_row(f"{len(outputs) - len(kept)} more", outputs[len(kept) :]))
    units = f"{len(outputs)} unit{'s' * (len(outputs) != 1)}" if outputs else ""
    return f"<B>{label_text(shown(box.title))}</B>  {units}  {label_text(symbols)}", rows + _parameter_rows(leaves)


def _spot_row(spot: Spot, drawn: Folded) -> Row:
    copies = drawn.copies.get(spot.full_name, [])
    if len(copies) < 2:
        return spot.name, spot.data, spot.gradient, "× off: passes no gradient" if DEAD in spot.marks else ""
    off = sum(DEAD in s.marks for s in copies)
    if off == len(copies):
        return spot.name, spot.data, spot.gradient, f"× dead: off in all {off} rows"
    note = f"over {len(copies)} rows {_span([s.data for s in copies])}"
    return spot.name, spot.data, spot.gradient, f"{note}, off in {off}" if off else note


def _parameter_rows(leaves: Sequence[Spot]) -> list[Row]:
    groups: dict[str, list[Spot]] = {}
    for s in leaves:
        groups.setdefault(shown(last_word(s.full_name)), []).append(s)
    return [_range_row(f"{name} ({len(group)})", group) for name, group in groups.items()]


def _range_row(title: str, spots: Sequence[Spot]) -> Row:
    computed = [s for s in spots if s.kind != "constant"]
    gradients = [s.gradient for s in computed if s.gradient is not None]
    return title, _span([s.data for s in spots]), _span(gradients) if computed else "", ""


def _span(numbers: Sequence[float]) -> str:
    if not numbers:
        return show_number(None)
    if any(x != x for x in numbers):
        return f"nan in {sum(x != x for x in numbers)} of {len(numbers)}"
    low, high = show_number(min(numbers)), show_number(max(numbers))
    return low if low == high else f"{low} … {high}"


def _box_tip(box: Box) -> str:
    names = ", ".join(shown(s.name) for s in box.spots[:40])
    return f"{len(box.spots)} nodes: {names}{'…' if len(box.spots) > 40 else ''}"


# ----------------------------------------------------------------------------------------- edges
def _edge_style(line: Line, direction: Direction, tooltips: _Tooltips) -> dict[str, str]:
    style = {"class": "edge"}
    dead = all(x == 0.0 for x in line.locals)
    if line.single is None:
        style["label"] = f"{len(line.locals)}×" if len(line.locals) > 1 else ""
        style["tooltip"] = f"{len(line.locals)} edges, local derivatives {_span(line.locals)}"
        style["penwidth"] = "1.8" if len(line.locals) > 1 else "1"
    else:
        tail, head = line.single
        if tail.kind != "constant":
            style["label"] = f"<{_edge_text(head, line.locals[0], direction)}>"
        style["tooltip"] = tooltip_text(tooltips.edge(tail, head, line.locals[0]))
        if tail.kind == "constant":
            style |= {"color": palette.FAINT, "arrowsize": "0.4"}
            return style
        if not_finite(head.data, head.gradient, *line.locals) and not_finite(tail.data, tail.gradient):
            style |= {"color": palette.ALARM, "penwidth": "2.4"}
    style["labeltooltip"] = style["tooltip"]
    if dead or not line.carries:
        style |= {"color": palette.FAINT, "style": "dotted" if not line.carries else "dashed"}
    elif direction == "forward":
        style |= {"color": palette.FORWARD, "penwidth": "1.5"}
    elif direction == "backward":
        style |= {"color": palette.BACKWARD, "style": "dashed", "dir": "back", "penwidth": "1.5"}
    return style


def _edge_text(head: Spot, local: float, direction: Direction) -> str:
    if direction != "backward" or head.gradient is None:
        return _number(local)
    return f'{_number(local)}<BR/><FONT COLOR="{palette.BACKWARD}">◄ {_number(head.gradient * local)}</FONT>'

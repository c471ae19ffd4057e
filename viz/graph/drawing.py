"""A graph as a picture: name, value and gradient on each node, the local derivative on each edge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Group, Value, explain, topological_order
from autograd.explain.explanation import Explanation
from autograd.explain.naming import SUBSCRIPTS, short_names
from autograd.explain.notation import Words
from autograd.explain.number_format import bracketed, show_number
from autograd.explain.steps import record
from nn.support.validate import checked_count
from viz.graph.boxes import GRADIENT, SENT, VALUE, Direction, box_label, box_tip, node_label, span
from viz.graph.cells import FONT, SMALL, TEXT, bare, cell, number_cell, rows_of, table
from viz.graph.folding import Folded, Line, fold
from viz.graph.nodes import Spot, digits_lost, drawn_nodes, not_finite
from viz.support import palette
from viz.support.foreign_names import GUESSES
from viz.support.labels import shown, tooltip_text
from viz.support.rendering import GraphPicture

if TYPE_CHECKING:
    from graphviz import Digraph

LARGEST = 10**9  # number of an example
MOST_WAYS = 12  # that are written out below a picture
LONGEST_WAY = 8  # nodes of one that are named
TIMES = "×"


@GUESSES
def draw(
    value: Value | Sequence[Value],
    *,
    why: Value | str | None = None,
    direction: Direction = "both",
    unfold: bool = False,
    open: Collection[str] = (),
    example: int = 0,
    folded: bool | None = None,
    downward: bool = False,
    digits: bool = False,
) -> GraphPicture:
    """Return a picture of everything that `value`, or each of several values, was computed from.

    Each node shows its name, its operation, its value and its gradient (a dash before any backward pass), each edge the
    local derivative.  `why` is a node, or its name, whose gradient is to be accounted for: every way that leads back to
    it is marked, and below they add up to its gradient; the gradients shown are then those of `value`, whether or not
    there has been a backward pass.  `direction` "forward" draws what flows to the result, "backward" what flows back:
    the contribution (gradient × local derivative) on each edge.  `unfold` gives each product of a neuron its own node.

    A graph too large to read is folded by neuron or layer, as modules name them, and of a batch one `example` is drawn;
    `open=["layer 1"]` shows a layer in neurons, `open=["layer 1, neuron 4"]` a neuron in nodes; paths, such as
    `layers.0.neurons.3`, do too.  `digits` marks where digits are lost, as `certify` proves (extra `exact`).  Raises
    ValueError if `value` was not computed from `why`.

    >>> from autograd import Value
    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> draw(a * b - a, why=a)
    <graph of L, 4 nodes, and why a has its gradient: .save("picture.svg"), also .png, .pdf, .dot>
    """
    roots = _roots(value)
    if direction not in ("both", "forward", "backward"):
        layout = "; downward=True lays the picture out from top to bottom"
        raise ValueError(f'direction is "both", "forward" or "backward", not {direction!r}{layout}')
    if why is not None and len(roots) > 1:
        raise ValueError(f"why a gradient is what it is can be asked of one result, not of {len(roots)}: draw one")
    example = checked_count("example", example, -LARGEST)
    if isinstance(open, str) or not hasattr(open, "__iter__"):
        given = f"open=[{open!r}]" if isinstance(open, str) else 'open=["layer 1"]; unfold=True opens every product'
        raise TypeError(f"open takes a list of layers and neurons: {given}")
    order = list(dict.fromkeys(node for root in roots for node in topological_order(root)))
    words = Words(order, [node.data for node in order])
    if len(roots) > 1:
        _name_results(words, roots)
    answer = None if why is None else explain(roots[0], why, paths=MOST_WAYS)
    gradients = None if answer is None else _gradients(roots[0])
    place = -1 if answer is None else answer.node
    spots = drawn_nodes(order, words.names, roots, gradients=gradients, why=place, unfold=unfold)
    if digits:
        _mark_losses(spots, order, roots)
    drawn = fold(spots, open=open, example=example, folded=folded)
    if drawn.hidden and answer is None:  # else the names are those of the explanation
        _rename(order, spots, drawn.hidden)
    return GraphPicture(_digraph(words, spots, drawn, direction, downward, answer), _description(spots, drawn, answer))


def _roots(value: Any) -> list[Value]:
    roots = list(value) if isinstance(value, list | tuple | Group) and value else [value]
    for root in roots:
        if not isinstance(root, Value):
            raise TypeError(f"draw takes a Value, or several, not {_instead(root)}")
    return roots


def _name_results(words: Words, roots: Sequence[Value]) -> None:
    """Call results that have no names y₁, y₂, …, so that none of several is the L."""
    for k, root in enumerate(roots, 1):
        name = "y" + str(k).translate(SUBSCRIPTS)
        if not root.name and name not in words.names:
            words.names[words.nodes.index(root)] = name


def _gradients(root: Value) -> list[float | None]:
    """Return the gradient of `root` with respect to each node of its graph, whatever passes there have been."""
    recording = record(root, from_zero=True)
    return recording.replay(len(recording)).adjoints


def _instead(thing: object) -> str:
    """Return what a thing that has no graph is, and what draws it."""
    kind = shown(type(thing).__name__)
    if isinstance(thing, list | tuple) and not thing:
        return f"an empty {kind}"
    if isinstance(thing, int | float):
        return f"{kind}: a plain number has no graph; compute it from Values, and draw the result before .data"
    if callable(thing) and not hasattr(thing, "parameters"):
        return f"{kind}: draw what it returns"
    return f"{kind}; for a model use draw_network(model), and draw(model(row)) for what it computes"


def _mark_losses(spots: Sequence[Spot], order: Sequence[Value], roots: Sequence[Value]) -> None:
    """Mark the nodes that lose digits, in their number or in what they send back."""
    told = digits_lost(roots)
    for spot in spots:
        if spot.origin >= 0:
            spot.marks += told.get(order[spot.origin], [])


def _rename(order: Sequence[Value], spots: Sequence[Spot], hidden: Collection[int]) -> None:
    """Give nodes the names that they have when the `hidden` ones, of other examples, are not there to be told apart."""
    shown_spots = [s for s in spots if s.index not in hidden and s.origin >= 0]
    for spot, name in zip(shown_spots, short_names([order[s.origin] for s in shown_spots]), strict=True):
        spot.name = name


def _description(spots: Sequence[Spot], drawn: Folded, answer: Explanation | None) -> str:
    nodes = sum(s.kind != "hidden" for s in spots)
    parts = f", folded into {len(drawn.boxes)} boxes" if any(box.kind != "node" for box in drawn.boxes) else ""
    roots = " and ".join(s.name for s in spots if s.is_root)
    asked = "" if answer is None else f", and why {answer.words.names[answer.node]} has its gradient"
    return f"graph of {roots}, {nodes} node{'s' * (nodes != 1)}{parts}{asked}"


# ------------------------------------------------------------------------------------------- DOT
def _digraph(
    words: Words,
    spots: Sequence[Spot],
    drawn: Folded,
    direction: Direction,
    downward: bool,
    answer: Explanation | None,
) -> Digraph:
    from graphviz import Digraph

    graph = Digraph("chainrule")
    graph.attr(
        rankdir="TB" if downward else "LR",
        bgcolor=palette.PAPER,
        nodesep="0.14",
        ranksep="0.2",
        pad="0.15",
        outputorder="edgesfirst",
        labelloc="b",
        labeljust="l",
        label=_legend(direction, answer),
    )
    if any(box.kind in ("neuron", "layer") for box in drawn.boxes):
        graph.attr(ordering="in")  # units stay in their order, where nodes may move to cross less
    graph.attr("node", shape="plain", fontname=FONT, fontsize=str(TEXT), fontcolor=palette.INK)
    graph.attr("edge", color=palette.QUIET, arrowsize="0.6")
    tooltips = _Tooltips(words, spots, answer)
    for box in drawn.boxes:
        asked = answer is not None and any(spot.origin == answer.node for spot in box.spots)
        if box.kind == "node":
            spot = box.spots[0]
            label, tip, kind = node_label(spot, direction, asked), tooltips.node(spot), spot.kind
        else:
            label, tip, kind = box_label(box, drawn, direction, asked), box_tip(box), box.kind
        graph.node(box.key, label, tooltip=tooltip_text(tip), id=box.key, **{"class": kind})
    for i, line in enumerate(drawn.lines):
        _draw_line(graph, f"e{i}", line, direction, tooltips)
    return graph


class _Tooltips:
    """Nodes and edges in words, in full precision, for those who point at them."""

    def __init__(self, words: Words, spots: Sequence[Spot], answer: Explanation | None) -> None:
        self._words = words
        roots = [spot for spot in spots if spot.is_root]
        self._of_root = answer is not None or (len(roots) == 1 and roots[0].gradient == 1.0)

    def node(self, spot: Spot) -> str:
        i = spot.origin
        if i < 0:
            return f"weight × input = {spot.data!r}"
        lines = [shown(spot.full_name, 200)] if spot.full_name else []
        lines += [shown(self._words.computation(i), 300), f"value {spot.data!r}"]
        if spot.kind != "constant":
            gradient = "no backward pass yet" if spot.gradient is None else repr(spot.gradient)
            lines.append(f"{self._words.gradient(i) if self._of_root else 'gradient'} = {gradient}")
        return "\n".join(lines)

    def edge(self, tail: Spot, head: Spot, local: float) -> str:
        text = f"∂{head.name}/∂{tail.name} = {local!r}"
        if head.gradient is None:
            return text
        return f"{text}\nsends {head.gradient!r} × {local!r} = {head.gradient * local!r}"


def _legend(direction: Direction, answer: Explanation | None) -> str:
    """Return what stands below the picture: what its glyphs mean, and the sum over the ways if one was asked for."""
    parts = []
    if direction != "backward":
        parts.append(cell(f"{VALUE} value", palette.FORWARD, size=SMALL))
    if direction != "forward":
        parts.append(cell(f"{GRADIENT} gradient", palette.BACKWARD, size=SMALL))
    parts.append(cell(f"{TIMES} local derivative", palette.INK, size=SMALL))
    if direction == "backward":
        parts.append(cell(f"{SENT} what is sent: gradient × local derivative", palette.BACKWARD, size=SMALL))
    if answer is None:
        return bare(rows_of(parts))
    across = f'<TD ALIGN="LEFT" COLSPAN="3">{bare(rows_of(parts))[1:-1]}</TD>'
    return bare(rows_of(*_sum_over_ways(answer), [across]))


def _sum_over_ways(answer: Explanation) -> list[list[str]]:
    """Return the rows that say how the products along all ways add up to the gradient."""
    names = answer.words.names
    root, asked, count = names[-1], names[answer.node], answer.path_count
    if answer.gradient is None or not count:
        return [[cell(f"No way leads from {root} back to {asked}.", palette.INK, bold=True, span=3)]]
    ways = "One way leads" if count == 1 else f"{_counted(count)} ways lead"
    rows = [[cell(f"{ways} from {root} back to {asked}:", palette.INK, bold=True, span=3)]]
    for path in answer.paths:
        factors = [show_number(x) for x in path.local_derivatives[: LONGEST_WAY - 1]]
        more = f" {TIMES} …" if len(path.local_derivatives) > len(factors) else ""
        product = f" {TIMES} ".join([*factors[:1], *map(bracketed, factors[1:])]) or "1"
        way = [names[i] for i in path.nodes]
        if len(way) > LONGEST_WAY:
            way = [*way[: LONGEST_WAY // 2], "…", *way[-LONGEST_WAY // 2 :]]
        sent = number_cell(SENT, path.product, palette.BACKWARD)
        rows.append([cell(" → ".join(way), palette.QUIET), cell(product + more, palette.INK), sent])
    if others := count - len(answer.paths):
        sent = number_cell(SENT, answer.remainder, palette.BACKWARD)
        rows.append([cell(f"and {_counted(others)} more", palette.QUIET), "<TD></TD>", sent])
    total = number_cell(GRADIENT, answer.gradient, palette.BACKWARD, bold=True)
    what = cell(
        f"{'together ' if count > 1 else ''}{answer.words.gradient(answer.node)}", palette.INK, bold=True, span=2
    )
    return [*rows, [what, total]]


def _counted(count: int) -> str:
    return f"{count:,}" if count <= 10**15 else show_number(float(count))


# ----------------------------------------------------------------------------------------- lines
def _draw_line(graph: Digraph, key: str, line: Line, direction: Direction, tooltips: _Tooltips) -> None:
    """Draw a line from operand to result; its numbers stand in a pill of their own, upon which nothing else comes."""
    style = _line_style(line, direction)
    if line.single is None:
        tip = f"{len(line.locals)} edges, local derivatives {span(line.locals)}"
        rows = [cell(f"{len(line.locals)} edges", palette.QUIET, size=SMALL)] if len(line.locals) > 1 else []
    else:
        tail, head = line.single
        tip = tooltips.edge(tail, head, line.locals[0])
        rows = [] if tail.kind == "constant" else [_local(line.locals[0])]
        if rows and direction == "backward" and head.gradient is not None:
            rows.append(number_cell(SENT, head.gradient * line.locals[0], palette.BACKWARD))
    tip = tooltip_text(tip)
    way = "way" if line.leads else ""
    if not rows:
        graph.edge(line.tail, line.head, id=key, tooltip=tip, **style, **{"class": way})
        return
    pill = table(rows_of(*([row] for row in rows)), style["color"], style="ROUNDED", padding=1)
    graph.node(f"{key}p", pill, id=f"{key}p", tooltip=tip, **{"class": "pill"})
    backward = "dir" in style
    first = style if backward else style | {"dir": "none"}
    second = style | {"dir": "none"} if backward else style
    graph.edge(line.tail, f"{key}p", id=key, tooltip=tip, **first, **{"class": way})
    graph.edge(f"{key}p", line.head, id=f"{key}q", tooltip=tip, **second, **{"class": f"rest {way}"})


def _local(x: float) -> str:
    text, odd = show_number(x), not_finite(x)
    return cell(f"{TIMES} {text}", palette.ALARM if odd else palette.INK, size=SMALL, bold=odd, align="CENTER")


def _line_style(line: Line, direction: Direction) -> dict[str, str]:
    backward = {"color": palette.BACKWARD, "style": "dashed", "dir": "back", "penwidth": "1.5"}
    if line.leads:
        return backward | {"penwidth": "2.5"}
    if line.single is not None:
        tail, head = line.single
        if tail.kind == "constant":
            return {"color": palette.FAINT, "arrowsize": "0.4"}
        if not_finite(head.data, head.gradient, *line.locals) and not_finite(tail.data, tail.gradient):
            return {"color": palette.ALARM, "penwidth": "2.4"}
    if not line.carries or all(x == 0.0 for x in line.locals):
        return {"color": palette.FAINT, "style": "dashed" if line.carries else "dotted"}
    if direction == "both":
        return {"color": palette.QUIET, "penwidth": "1.8" if len(line.locals) > 1 else "1"}
    return backward if direction == "backward" else {"color": palette.FORWARD, "penwidth": "1.5"}

"""A network as a picture: its units by layer, its weights by width and sign, their gradients."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.explain.numbers import show_number
from nn.naming import titled
from viz import palette
from viz.charts.field import plain_number
from viz.graph.labels import label_text, shown, tooltip_text
from viz.graph.sheet import not_finite
from viz.guesses import GUESSES
from viz.rendering import GraphPicture

if TYPE_CHECKING:
    from graphviz import Digraph

FONT = "Helvetica"
MOST_UNITS = 16  # of a layer that are drawn; of a larger one, some of the first and the last
SOME_UNITS = 6
ACROSS, DOWN, AIRY = 250.0, 72.0, 100.0  # points between layers, between units, and between few units
MOST_LABELS = 24  # weights between two layers that get their numbers written on


Layers = list[tuple[str, list[Any]]]  # the path of each layer, and its neurons


@dataclass
class Unit:
    """One unit of a layer, or what stands for those left out (`weights` is None)."""

    key: str
    index: int
    weights: Sequence[Value] | None
    bias: Value | None
    data: list[float]  # its activation for each row
    gradient: float | None
    x: float = 0.0
    y: float = 0.0


@GUESSES
def draw_network(model: Any, X: Any = None, *, example: int = 0) -> GraphPicture:  # noqa: N803
    """Return a picture of a model's units by layer, with its weights, biases and their gradients.

    A weight's width is its size; positive ones are blue and solid, negative ones orange and dashed.  With `X`, a row of
    inputs or several, each unit shows its activation for the `example`, and of several rows the range over all.
    Raises TypeError for a model without layers of neurons, ValueError if its layers do not follow on one another.
    """
    if isinstance(model, Value):
        raise TypeError("draw_network takes a model of the package nn, not Value; draw(value) draws a graph")
    from nn.training.rows import checked_count

    layers, example = layers_of(model), checked_count("example", example, -(10**9))
    rows = _rows(X, len(layers[0][1][0].weights))
    if rows and not -len(rows) <= example < len(rows):
        raise ValueError(f"example={example}: there are {len(rows)} rows, 0 to {len(rows) - 1}")
    activations = _activations(model, layers, rows)
    columns = _columns(layers, rows, activations)
    sizes = [len(layers[0][1][0].weights), *(len(neurons) for _, neurons in layers)]
    graph = _digraph(layers, columns, sizes, example if rows else None)
    count = sum(len(n.weights) + (n.bias is not None) for _, neurons in layers for n in neurons)
    description = f"network {'–'.join(map(str, sizes))} with {count} parameters"
    return GraphPicture(graph, description, "-Kneato", "-n2")


# ------------------------------------------------------------------------------------- the model
def layers_of(model: Any) -> Layers:
    """Return (path, neurons) of each layer, in order.

    Raises TypeError for a model without layers of neurons, ValueError if they do not follow on one another.
    """
    modules = list(model.named_modules()) if hasattr(model, "named_modules") else []
    found = [(path, list(module.neurons)) for path, module in modules if getattr(module, "neurons", None)]
    if not found and hasattr(model, "weights") and hasattr(model, "bias"):
        found = [("", [model])]
    instead = "viz.draw(model(inputs)) draws whatever a model computes"
    if not found:
        kind = type(model).__name__
        raise TypeError(f"a network is drawn of layers of neurons, as nn.MLP has them, and {kind} has none; {instead}")
    for (before, neurons), (path, following) in pairwise(found):
        if len(following[0].weights) != len(neurons):
            raise ValueError(
                f"{titled(path)} takes {len(following[0].weights)} inputs and {titled(before)} gives {len(neurons)}, "
                f"and a network is drawn of layers that follow on one another; {instead}"
            )
    return found


def _rows(inputs: Any, size: int) -> list[list[Any]]:
    if inputs is None:
        return []
    if isinstance(inputs, str | os.PathLike):
        raise TypeError(f"draw_network takes rows of inputs; .save({os.fspath(inputs)!r}) of what it returns writes it")
    if not hasattr(inputs, "__iter__") or isinstance(inputs, Value):
        raise TypeError(f"draw_network takes a row of {size} inputs, or several, not {type(inputs).__name__}")
    rows = list(inputs)
    if not rows or not hasattr(rows[0], "__len__"):
        rows = [rows]
    for row in rows:
        if len(row) != size:
            raise ValueError(f"this network takes rows of {size} inputs, not {len(row)}")
    return [list(row) for row in rows]


def _activations(model: Any, layers: Layers, rows: list[list[Any]]) -> dict[str, list[list[Value]]]:
    """Return for each layer, by its path, its activations: one list per row."""
    if not rows:
        return {}
    if not layers[0][0] and len(layers) == 1 and layers[0][1][0] is model:
        return {"": [[model(row)] for row in rows]}
    return {path: layer.a for path, layer in model.forward_cache(rows).items()}


# -------------------------------------------------------------------------------------- placing
def _columns(layers: Layers, rows: list[list[Any]], activations: dict[str, list[list[Value]]]) -> list[list[Unit]]:
    """Return the drawn units of the inputs and of each layer, placed."""
    width = len(layers[0][1][0].weights)
    inputs = [Unit(f"x{i}", i, (), None, [plain_number(row[i]) for row in rows], None) for i in range(width)]
    columns = [_some(inputs)]
    for k, (path, neurons) in enumerate(layers):
        outputs = activations.get(path, [])
        units = []
        for i, neuron in enumerate(neurons):
            bias = neuron.bias if isinstance(neuron.bias, Value) else None
            data = [row[i].data for row in outputs]
            units.append(Unit(f"l{k}u{i}", i, tuple(neuron.weights), bias, data, _gradient(bias)))
        columns.append(_some(units))
    tallest = max(map(len, columns))
    down = AIRY if tallest <= SOME_UNITS else DOWN
    for k, column in enumerate(columns):
        for i, unit in enumerate(column):
            unit.x = k * ACROSS
            unit.y = -down * (i + (tallest - len(column)) / 2)
    return columns


def _some(units: list[Unit]) -> list[Unit]:
    if len(units) <= MOST_UNITS:
        return units
    first = units[0]
    left_out = Unit(f"{first.key}more", len(units) - SOME_UNITS - 2, None, None, [], None)
    return [*units[:SOME_UNITS], left_out, *units[-2:]]


def _gradient(value: Value | None) -> float | None:
    return value.grad if value is not None and value.has_grad else None


# ------------------------------------------------------------------------------------------ DOT
def _digraph(layers: Layers, columns: list[list[Unit]], sizes: list[int], example: int | None) -> Digraph:
    from graphviz import Digraph

    graph = Digraph("network")
    graph.attr(bgcolor=palette.PAPER, splines="line", fontname=FONT, fontsize="11", fontcolor=palette.QUIET, pad="0.2")
    graph.attr(outputorder="edgesfirst", labelloc="b", label=_legend(example, columns))
    graph.attr("node", shape="plain", fontname=FONT, fontsize="12", fontcolor=palette.INK)
    graph.attr("edge", fontname=FONT, fontsize="10", arrowhead="none")
    heads = ["inputs", *(_head(path, neurons) for path, neurons in layers)]
    top = max(unit.y for column in columns for unit in column) + DOWN
    for k, (head, size) in enumerate(zip(heads, sizes, strict=True)):
        text = f'<<B>{label_text(head)}</B><BR/><FONT COLOR="{palette.QUIET}" POINT-SIZE="10">{size}</FONT>>'
        graph.node(f"head{k}", text, pos=_pos(k * ACROSS, top))
    sizes_of_weights = [abs(w.data) for _, neurons in layers for n in neurons for w in n.weights]
    largest = max((size for size in sizes_of_weights if size == size), default=0.0) or 1.0
    for before, column in pairwise(columns):
        _weights(graph, before, column, largest)
    for column in columns:
        for unit in column:
            text, tip = _unit(unit, example)
            graph.node(
                unit.key, text, pos=_pos(unit.x, unit.y), tooltip=tooltip_text(tip), id=unit.key, **{"class": "unit"}
            )
    return graph


def _pos(x: float, y: float) -> str:
    return f"{x:.1f},{y:.1f}"


def _head(path: str, neurons: list[Any]) -> str:
    activation = getattr(neurons[0], "activation", None)
    name = getattr(activation, "symbol", None) or getattr(activation, "__name__", "linear")
    return f"{shown(titled(path))} · {shown(name)}" if path else shown(name)


def _legend(example: int | None, columns: list[list[Unit]]) -> str:
    parts = [
        f'<FONT COLOR="{palette.POSITIVE}">— positive weight</FONT>',
        f'<FONT COLOR="{palette.NEGATIVE}">– – negative weight</FONT>',
        "wider is larger",
        f'<FONT COLOR="{palette.BACKWARD}">◄ gradient</FONT>',
    ]
    if example is not None:
        rows = len(columns[0][0].data)
        parts.insert(3, f'<FONT COLOR="{palette.FORWARD}">► activation for row {example % rows} of {rows}</FONT>')
    return f"<{'   '.join(parts)}>"


def _unit(unit: Unit, example: int | None) -> tuple[str, str]:
    """Return the label of a unit, and its tooltip."""
    if unit.weights is None:
        return f'<<FONT COLOR="{palette.QUIET}">⋮ {unit.index} more</FONT>>', f"{unit.index} more units"
    lines, tips = [], [f"unit {unit.index}"]
    if example is not None:
        lines.append(_line(palette.FORWARD, f"► {show_number(unit.data[example])}"))
        tips.append(f"activation {unit.data[example]!r}")
        if len(unit.data) > 1:
            span = f"{show_number(min(unit.data))} … {show_number(max(unit.data))}"
            lines.append(_line(palette.QUIET, span, 9))
    elif not unit.weights:
        lines.append(f"<TR><TD>x[{unit.index}]</TD></TR>")
    if unit.bias is not None:
        bias = show_number(unit.bias.data)
        gradient = f'<FONT COLOR="{palette.BACKWARD}">◄ {show_number(unit.gradient)}</FONT>'
        lines.append(f'<TR><TD><FONT POINT-SIZE="10">b {bias}  {gradient}</FONT></TD></TR>')
        tips.append(f"bias {unit.bias.data!r}, gradient {'none yet' if unit.gradient is None else repr(unit.gradient)}")
    table = (
        f'<<TABLE BORDER="1" STYLE="ROUNDED" COLOR="{palette.QUIET}" BGCOLOR="{palette.CARD}" CELLBORDER="0" '
        f'CELLSPACING="0" CELLPADDING="4">{"".join(lines)}</TABLE>>'
    )
    return table, "\n".join(tips)


def _line(color: str, text: str, size: int = 12) -> str:
    return f'<TR><TD><FONT COLOR="{color}" POINT-SIZE="{size}">{label_text(text)}</FONT></TD></TR>'


def _weights(graph: Digraph, before: list[Unit], column: list[Unit], largest: float) -> None:
    """Draw the weights between two columns, with their numbers where there is room for all of them."""
    pairs = [
        (source, unit) for unit in column if unit.weights is not None for source in before if source.weights is not None
    ]
    places = _places(pairs) if len(pairs) <= MOST_LABELS else None
    widest = 4.5 if len(pairs) <= MOST_LABELS else 2.5
    for k, (source, unit) in enumerate(pairs):
        weight: Value = unit.weights[source.index]  # type: ignore[index]
        gradient = _gradient(weight)
        words = f"weight {weight.data!r}, gradient {'none yet' if gradient is None else repr(gradient)}"
        tip = tooltip_text(f"{shown(weight.name or '', 200)}\n{words}")
        minus = weight.data < 0.0
        color = palette.NEGATIVE if minus else palette.POSITIVE
        graph.edge(
            source.key,
            unit.key,
            color=palette.ALARM if not_finite(weight.data, gradient) else color,
            style="dashed" if minus else "solid",
            penwidth=f"{0.4 + widest * (abs(weight.data) / largest if weight.data == weight.data else 1.0):.2f}",
            tooltip=tip,
            **{"class": "weight"},
        )
        if places is not None:
            key, number = f"w{source.key}{unit.key}", show_number(weight.data)
            text = (
                f'<<TABLE BORDER="0" CELLPADDING="1" CELLSPACING="0" BGCOLOR="{palette.PAPER}"><TR><TD>'
                f'<FONT COLOR="{color}" POINT-SIZE="10">{"" if minus else "+"}{number}</FONT></TD></TR><TR><TD>'
                f'<FONT COLOR="{palette.BACKWARD}" POINT-SIZE="9">◄ {show_number(gradient)}</FONT></TD></TR></TABLE>>'
            )
            graph.node(key, text, pos=_pos(*places[k]), tooltip=tip, id=key, **{"class": "number"})


def _places(pairs: list[tuple[Unit, Unit]]) -> list[tuple[float, float]] | None:
    """Return a place for a number on each line between two units, none covering another, or None for want of room."""
    places: list[tuple[float, float]] = []
    for source, unit in pairs:
        for share in (0.32, 0.64, 0.4, 0.56, 0.26, 0.7, 0.48):
            x, y = source.x + share * (unit.x - source.x), source.y + share * (unit.y - source.y)
            if all(abs(x - a) > 58.0 or abs(y - b) > 27.0 for a, b in places):
                places.append((x, y))
                break
        else:
            return None
    return places

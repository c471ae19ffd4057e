"""A network as a picture: its units by layer, its weights by width and sign, their gradients."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.explain.naming import SUBSCRIPTS
from autograd.explain.number_format import show_number
from nn.support.naming import titled
from nn.support.validate import checked_count
from viz.charts.field import plain_number
from viz.graph.boxes import GRADIENT, VALUE
from viz.graph.cells import FONT, SMALL, TEXT, aligned, bare, cell, number_cell, rows_of, table, wide_of
from viz.graph.nodes import not_finite
from viz.support import palette
from viz.support.foreign_names import GUESSES
from viz.support.labels import shown, tooltip_text
from viz.support.rendering import GraphPicture

if TYPE_CHECKING:
    from graphviz import Digraph

MOST_UNITS = 16  # of a layer that are drawn; of a larger one, some of the first and the last
SOME_UNITS = 6
MOST_NUMBERS = 24  # weights between two layers that get chips with their numbers
MOST_LINES = 64  # that are drawn as lines: more make a matrix of squares
GAP, APART, CHIP, SQUARE = 70, 14, 23, 15  # pixels between columns, between boxes, from chip to chip, and for a square


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
    x: float = 0.0  # of its middle
    y: float = 0.0
    wide: int = 0


@GUESSES
def draw_network(model: Any, X: Any = None, *, example: int = 0) -> GraphPicture:  # noqa: N803
    """Return a picture of a model's units by layer, with its weights, biases and their gradients.

    A weight's width is its size; positive ones are blue and solid, negative ones orange and dashed.  If they are few,
    each has its number and gradient before its unit; more than 64 between two layers are squares in the row of the unit
    that they lead to, filled for positive ones, their area the size.  With `X`, a row of inputs or several, each unit
    shows its activation for the `example`, counted from 0, and when pointed at the range over all rows.
    Raises TypeError for a model without layers of neurons, ValueError if its layers do not follow on one another.
    """
    if isinstance(model, Value):
        raise TypeError("draw_network takes a model of the package nn, not Value; draw(value) draws a graph")
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
    return GraphPicture(graph, description, "nop2")


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
    """Return the drawn units of the inputs and of each layer."""
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
    return columns


def _some(units: list[Unit]) -> list[Unit]:
    if len(units) <= MOST_UNITS:
        return units
    first = units[0]
    left_out = Unit(f"{first.key}more", len(units) - SOME_UNITS - 2, None, None, [], None)
    return [*units[:SOME_UNITS], left_out, *units[-2:]]


def _gradient(value: Value | None) -> float | None:
    return value.grad if value is not None and value.has_grad else None


@dataclass
class Chip:
    """A weight's number, which stands in the gap before its unit."""

    source: Unit
    unit: Unit
    weight: Value
    cells: list[str]
    x: float = 0.0
    y: float = 0.0


def _chips(before: list[Unit], column: list[Unit]) -> list[Chip]:
    """Return the numbers of the weights between two columns: those of one unit below one another, as their sources."""
    chips = []
    for unit in column:
        for source in before:
            if unit.weights is not None and source.weights is not None:
                weight = unit.weights[source.index]
                sign = palette.NEGATIVE if weight.data < 0.0 else palette.POSITIVE
                text = ("" if weight.data < 0.0 else "+") + show_number(weight.data)
                color = palette.ALARM if not_finite(weight.data) else sign
                slope = number_cell(GRADIENT, _gradient(weight), palette.BACKWARD, size=SMALL, align="CENTER")
                chips.append(Chip(source, unit, weight, [cell(text, color, size=SMALL, align="CENTER"), slope]))
    aligned([[chip.cells] for chip in chips])
    return chips


def _place(columns: list[list[Unit]], gaps: list[list[Chip]], heads: list[int], lines: int) -> None:
    """Give every unit and every chip its place: columns, gaps and what stands in each of them are apart."""
    pitches = []
    for chips in ([], *gaps):
        many = _sources(chips) if _manner(chips) == "numbers" else 0
        pitches.append(max(22 * lines + 8 + APART, many * CHIP + APART))
    tall = max(len(column) * pitch for column, pitch in zip(columns, pitches, strict=True))
    right = 0.0
    for k, (column, pitch) in enumerate(zip(columns, pitches, strict=True)):
        wide = max(unit.wide for unit in column)
        chips = gaps[k - 1] if k else []
        manner, many = _manner(chips), _sources(chips)
        chip_wide = max((wide_of(chip.cells) for chip in chips), default=0)
        room = {"numbers": GAP + chip_wide + APART, "lines": GAP, "squares": many * SQUARE + 2 * APART}
        left = right + (room[manner] if k else 0)
        middle = left + max(wide, heads[k]) / 2 if k else wide / 2
        down = min(max(pitch, tall / len(column)), 2.0 * pitch)
        for i, unit in enumerate(column):
            unit.x, unit.y = middle, ((len(column) - 1) / 2 - i) * down
        for n, chip in enumerate(chips):  # unit by unit, and of each as its sources
            chip.x, chip.y = middle - wide / 2 - APART, chip.unit.y
            if manner == "numbers":
                chip.x -= chip_wide / 2
                chip.y += ((many - 1) / 2 - n % many) * CHIP
            else:
                chip.x -= (many - n % many - 0.5) * SQUARE
        right = middle + max(wide, heads[k]) / 2


def _manner(chips: Sequence[Chip]) -> str:
    """Return how all weights between two columns are drawn: as lines, with their numbers, or as squares."""
    if len(chips) > MOST_LINES:
        return "squares"
    whole = len(chips) == sum(len(unit.weights or ()) for unit in _units(chips))
    return "numbers" if whole and len(chips) <= MOST_NUMBERS else "lines"


def _sources(chips: Sequence[Chip]) -> int:
    return len({id(chip.source) for chip in chips})


def _units(chips: Sequence[Chip]) -> list[Unit]:
    return list({id(chip.unit): chip.unit for chip in chips}.values())


# ------------------------------------------------------------------------------------------ DOT
def _digraph(layers: Layers, columns: list[list[Unit]], sizes: list[int], example: int | None) -> Digraph:
    from graphviz import Digraph

    graph = Digraph("network")
    graph.attr(bgcolor=palette.PAPER, splines="line", pad="0.2", outputorder="edgesfirst", labelloc="b")
    graph.attr("node", shape="plain", fontname=FONT, fontsize=str(TEXT), fontcolor=palette.INK)
    graph.attr("edge", arrowhead="none")
    labels = {unit.key: _unit(unit, k, len(columns) - 1, example) for k, us in enumerate(columns) for unit in us}
    for column in columns:
        aligned([labels[unit.key][0] for unit in column if unit.weights is not None])
    for unit in (unit for column in columns for unit in column):
        unit.wide = max(map(wide_of, labels[unit.key][0]))
    names = ["inputs", *(_head(path, neurons) for path, neurons in layers)]
    heads = [[cell(name, palette.INK, size=SMALL, bold=True)] for name in names]
    gaps = [_chips(before, column) for before, column in pairwise(columns)]
    graph.attr(label=_legend(example, columns, "squares" in map(_manner, gaps)))
    lines = max(len(label) for label, _ in labels.values())
    _place(columns, gaps, list(map(wide_of, heads)), lines)
    top = max(unit.y for column in columns for unit in column) + 11 * lines + 26
    for k, (head, size) in enumerate(zip(heads, sizes, strict=True)):
        count = [cell(str(size), palette.QUIET, size=SMALL)]
        graph.node(f"head{k}", bare(rows_of(head, count)), pos=_pos(columns[k][0].x, top))
    sizes_of_weights = [abs(chip.weight.data) for gap in gaps for chip in gap]
    largest = max((size for size in sizes_of_weights if size == size), default=0.0) or 1.0
    for gap in gaps:
        for chip in gap:
            _draw_weight(graph, chip, largest, _manner(gap))
    for unit in (unit for column in columns for unit in column):
        label, tip = labels[unit.key]
        frame = bare(rows_of(*label)) if unit.weights is None else table(rows_of(*label), style="ROUNDED")
        place = _pos(unit.x, unit.y)
        graph.node(unit.key, frame, pos=place, tooltip=tooltip_text(tip), id=unit.key, **{"class": "unit"})
    return graph


def _pos(x: float, y: float) -> str:
    return f"{x:.1f},{y:.1f}"


def _head(path: str, neurons: list[Any]) -> str:
    activation = getattr(neurons[0], "activation", None)
    name = getattr(activation, "symbol", None) or getattr(activation, "__name__", "linear")
    return f"{shown(titled(path))} · {shown(name)}" if path else shown(name)


def _legend(example: int | None, columns: list[list[Unit]], squares: bool) -> str:
    parts = [
        cell("— ■ positive weight" if squares else "— positive weight", palette.POSITIVE, size=SMALL),
        cell("– – □ negative weight" if squares else "– – negative weight", palette.NEGATIVE, size=SMALL),
        cell("area is size" if squares else "wider is larger", palette.QUIET, size=SMALL),
        cell(f"{GRADIENT} gradient", palette.BACKWARD, size=SMALL),
    ]
    if example is not None:
        rows = len(columns[0][0].data)
        words = f"{VALUE} activation for row {example % rows + 1} of {rows}"
        parts.insert(3, cell(words, palette.FORWARD, size=SMALL))
    return bare(rows_of(parts))


def _unit(unit: Unit, column: int, last: int, example: int | None) -> tuple[list[list[str]], str]:
    """Return the rows of a unit's label, and its tooltip."""
    if unit.weights is None:
        return [[cell(f"⋮ {unit.index} more", palette.QUIET)]], f"{unit.index} more units"
    letter = "x" if column == 0 else "y" if column == last else "a"
    name = letter + str(unit.index + 1).translate(SUBSCRIPTS)
    head, tips = [cell(name, palette.INK, bold=True)], [f"unit {unit.index + 1}"]
    if example is not None:
        head.append(number_cell(VALUE, unit.data[example], palette.FORWARD))
        tips.append(f"activation {unit.data[example]!r}")
        if len(unit.data) > 1:
            tips.append(f"over {len(unit.data)} rows {min(unit.data)!r} … {max(unit.data)!r}")
    if unit.bias is None:
        return [head], "\n".join(tips)
    bias = cell(f"b {show_number(unit.bias.data)}", palette.INK, size=SMALL)
    slope = number_cell(GRADIENT, unit.gradient, palette.BACKWARD, size=SMALL)
    tips.append(f"bias {unit.bias.data!r}, gradient {'none yet' if unit.gradient is None else repr(unit.gradient)}")
    return [head, [bias, slope]], "\n".join(tips)


def _draw_weight(graph: Digraph, chip: Chip, largest: float, manner: str) -> None:
    """Draw a weight: as a line, through its number if it has one, or as a square in the row of its unit."""
    weight, gradient = chip.weight, _gradient(chip.weight)
    words = f"weight {weight.data!r}, gradient {'none yet' if gradient is None else repr(gradient)}"
    tip = tooltip_text(f"{shown(weight.name or '', 200)}\n{words}")
    minus = weight.data < 0.0
    share = math.sqrt(abs(weight.data) / largest) if weight.data == weight.data else 1.0
    alarm = not_finite(weight.data, gradient)
    color = palette.ALARM if alarm else palette.NEGATIVE if minus else palette.POSITIVE
    key, place = f"w{chip.source.key}{chip.unit.key}", _pos(chip.x, chip.y)
    if manner == "squares":
        side = f"{max(2.0, (SQUARE - 2.0) * min(share, 1.0)) / 72.0:.4f}"
        square = {"shape": "box", "fixedsize": "true", "width": side, "height": side, "style": "filled"}
        ground = palette.CARD if minus else color
        graph.node(key, "", pos=place, color=color, fillcolor=ground, tooltip=tip, **square, **{"class": "weight"})
        return
    line = {"color": color, "style": "dashed" if minus else "solid", "tooltip": tip, "tailport": "e", "headport": "w"}
    numbered = manner == "numbers"
    width = f"{0.5 + (3.5 if numbered else 2.0) * share:.2f}"
    graph.edge(chip.source.key, key if numbered else chip.unit.key, penwidth=width, **line, **{"class": "weight"})
    if numbered:
        label = table(rows_of(chip.cells), style="ROUNDED", padding=1)
        graph.node(key, label, pos=place, tooltip=tip, id=key, **{"class": "number"})
        graph.edge(key, chip.unit.key, penwidth="1", **line, **{"class": "rest"})

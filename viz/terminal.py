"""Views for the terminal: a graph as a tree, a model as a table, a loss curve, a decision boundary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from autograd import Value, topological_order
from autograd.explain.naming import short_names
from autograd.explain.number_format import show_number
from autograd.recording.nodes import CONSTANT
from nn.support.validate import checked_count
from viz.charts.field import Field
from viz.charts.plotting import curve, framed, levels, losses_of
from viz.graph.nodes import is_weighted_sum, operands_of
from viz.support.foreign_names import GUESSES
from viz.support.labels import columns, kind_of, padded, shown

__all__ = ["decision_boundary", "loss_curve", "table", "tree"]


# ------------------------------------------------------------------------------------------ trees
@GUESSES
def tree(value: Value, *, depth: int = 8, lines: int = 100, children: int = 12) -> str:
    """Return the graph of `value` as a tree: each node with its number, gradient and the local derivative above it.

    A node that is used more than once is opened the first time and referred to (↑) after that.  What lies deeper than
    `depth`, or beyond `lines` lines or `children` operands, is counted instead of shown.
    """
    if not isinstance(value, Value):
        raise TypeError(f"tree draws the graph of a Value, not {type(value).__name__}")
    depth, lines = checked_count("depth", depth, 0), checked_count("lines", lines)
    children = checked_count("children", children)
    rows = [("", "value", "gradient", "∂above/∂this")]
    order = topological_order(value)
    names = dict(zip(map(id, order), short_names(order), strict=True))
    opened: set[int] = set()
    stack: list[tuple[Any, str, str, float | None, int]] = [(value, "", "", None, 0)]
    while stack:
        node, lead, below, local, level = stack.pop()
        if isinstance(node, str):
            rows.append((lead + node, "", "", ""))
            continue
        if len(rows) > lines:
            rows.append((f"{lead}… cut at {lines} lines (lines=… shows more)", "", "", ""))
            break
        again = id(node) in opened and not node.is_leaf
        derivative = "" if local is None or node.op is CONSTANT else show_number(local)
        rows.append((lead + _title(node, names[id(node)], again), *_numbers(node), derivative))
        if again or node.is_leaf:
            continue
        edges = _edges(node)
        if level >= depth:
            operands = f"{len(edges)} operand{'s' * (len(edges) != 1)}"
            stack.append((f"… {operands} below (depth=… opens more)", below + "└─ ", "", None, 0))
            continue
        opened.add(id(node))
        more = len(edges) - children
        if more > 0:
            stack.append((f"… {more} more operands (children=… shows more)", below + "└─ ", "", None, 0))
        for i, (parent, local) in reversed(list(enumerate(edges[:children]))):
            branch, under = ("└─ ", "   ") if i == len(edges) - 1 else ("├─ ", "│  ")
            stack.append((parent, below + branch, below + under, local, level + 1))
    return _aligned(rows)


def _edges(node: Value) -> list[tuple[Value, float]]:
    """Return operands with the local derivatives; of a weighted sum each weight beside its input, the bias last."""
    edges = operands_of(node)
    if not is_weighted_sum(node):
        return edges
    half = len(edges) // 2
    pairs = zip(edges[:half], edges[half : 2 * half], strict=True)
    return [*chain.from_iterable(pairs), *edges[2 * half :]]


def _title(node: Value, name: str, again: bool) -> str:
    if again:
        return f"{name} ↑"
    return name if node.op is None or node.op is CONSTANT else f"{name} = {node.op.glyph}"


def _numbers(node: Value) -> tuple[str, str]:
    gradient = "" if node.op is CONSTANT else show_number(node.grad if node.has_grad else None)
    return show_number(node.data), gradient


def _aligned(rows: Sequence[tuple[str, ...]], left: int = 1) -> str:
    """Return rows in columns: the first `left` of them flush left, numbers flush right, a rule under the heads."""
    widths = [max(columns(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(padded(cell, widths[i], right=i >= left) for i, cell in enumerate(row)).rstrip() for row in rows]
    return "\n".join([lines[0], "─" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])


# ----------------------------------------------------------------------------------------- tables
@GUESSES
def table(model: Any, *, rows: int = 60) -> str:
    """Return a model's parameters with their values and gradients, one a line.

    `model` has `named_parameters()`, or is a mapping of names to Values, or an iterable of Values.  A model with more
    than `rows` parameters is shown by group (all weights of a layer, all its biases), each with its range.
    """
    rows, named = checked_count("rows", rows, 0), list(_named(model))
    for name, value in named:
        if not isinstance(value, Value):
            raise TypeError(f"a table shows Values, and {shown(name)} is {type(value).__name__}")
    if not named:
        return "no parameters"
    if len(named) > rows:
        return _grouped(named)
    body = [(shown(name), *_numbers(value)) for name, value in named]
    return _aligned([("parameter", "value", "gradient"), *body])


def _named(model: Any) -> Iterator[tuple[str, Value]]:
    if hasattr(model, "named_parameters"):
        yield from model.named_parameters()
    elif isinstance(model, Mapping):
        yield from model.items()
    elif isinstance(model, Iterable) and not isinstance(model, Value | str):
        for i, value in enumerate(model):
            yield getattr(value, "name", None) or f"[{i}]", value
    else:
        kind = type(model).__name__
        raise TypeError(f"a table needs a model with named_parameters(), a mapping or a list of Values, not {kind}")


def _grouped(named: Sequence[tuple[str, Value]]) -> str:
    groups: dict[str, list[Value]] = {}
    for name, value in named:
        groups.setdefault(kind_of(name), []).append(value)
    body = []
    for name, values in groups.items():
        data = [v.data for v in values]
        gradients = [v.grad for v in values if v.has_grad]
        body.append((shown(name), str(len(values)), *_range(data), *_range(gradients)))
    heads = ("parameters", "count", "least", "mean", "greatest", "∂ least", "∂ mean", "∂ greatest")
    return _aligned([heads, *body])


def _range(numbers: Sequence[float]) -> tuple[str, ...]:
    if not numbers:
        return (show_number(None),) * 3
    return show_number(min(numbers)), show_number(sum(numbers) / len(numbers)), show_number(max(numbers))


# ------------------------------------------------------------------------------------------ plots
def loss_curve(losses: Any, *, width: int = 64, height: int = 12, logarithmic: bool = False, first: int = 0) -> str:
    """Return the loss against the epoch as a plot in characters, with numbers on its axes and in its title.

    `losses` is a sequence of numbers, or a history with `losses`; `first` is the epoch of the first.  Losses that are
    not finite leave a gap and are counted; where there are none yet, that is said in place of a plot.
    """
    numbers = losses_of(losses)
    if not numbers:
        return "no losses yet: train for an epoch first"
    lines, low, high = curve(numbers, width, height, logarithmic=logarithmic)
    last = first + len(numbers) - 1
    labels = [str(epoch) for epoch in sorted({first, (first + last) // 2, last})]
    gaps = sum(x != x or x in (float("inf"), float("-inf")) for x in numbers)
    note = f" · {gaps} not finite" if gaps else ""
    title = f"loss {show_number(numbers[0])} → {show_number(numbers[-1])}, epochs {first} to {last}{note}"
    return framed(lines, levels(low, high, height, logarithmic=logarithmic), tuple(labels), title)


def decision_boundary(
    model: Callable[[list[float]], Any],
    rows: Sequence[Sequence[float]],
    targets: Sequence[float],
    *,
    width: int = 48,
    height: int = 18,
    level: float | None = None,
) -> str:
    """Return what `model` says over the plane of two inputs, in shades, with the rows drawn as their targets.

    `model` takes a row of two numbers and returns a Value or number, or one score per class.  The boundary lies where
    the output crosses `level`: by default 0.5 for outputs that are probabilities, else 0.
    """
    field = Field.over(model, rows, targets, width, height, level)
    cells = [[field.shade(x) for x in line] for line in field.outputs]
    for (x, y), target in zip(field.rows, field.targets, strict=True):
        i, j = field.place(x, y)
        mark = field.mark(target)
        cells[i][j] = mark
        for beside in (j - 1, j + 1):
            if 0 <= beside < len(cells[i]) and cells[i][beside] in "░▒▓█":
                cells[i][beside] = " "
    (left, right), (low, high) = field.x, field.y
    labels = (show_number(left), show_number((left + right) / 2), show_number(right))
    plot = framed(["".join(line) for line in cells], levels(low, high, height, logarithmic=False), labels)
    return f"{plot}\n{field.legend()}"

"""An operation of one input, with its derivative."""

from __future__ import annotations

import textwrap

from autograd.explain.number_format import show_number
from autograd.rules.operation import Operation, operation
from autograd.support.messages import documentation
from viz.charts.chart import Chart, drawn, look, new_axes, numbered
from viz.charts.field import near
from viz.support import palette
from viz.support.foreign_names import GUESSES


@GUESSES
def activation(name: str | Operation, *, low: float = -4.0, high: float = 4.0) -> Chart:
    """Return the graph of an operation of one input with its derivative, both as the table of operations has them.

    Raises KeyError naming the operations there are, ValueError for one that needs more than one input.
    """
    if not isinstance(name, Operation | str):
        raise TypeError(f"activation draws an operation by its name, 'tanh', not {type(name).__name__}")
    low, high = near("low", low), near("high", high)
    if low >= high:
        raise ValueError(f"activation(low={low:g}, high={high:g}): low lies below high")
    op = name if isinstance(name, Operation) else operation(name)
    if op.groups or op.arity - len(op.defaults) != 1:
        raise ValueError(
            f"{op.name} takes more than one input: a curve is drawn of functions of one, such as tanh or relu"
        )
    places = [low + (high - low) * i / 400 for i in range(401)]
    points = [op.evaluate(x, *op.defaults) for x in places]
    curve = drawn([y for y, _ in points])
    with look():
        figure, axes = new_axes(5.6, 3.6)
        axes.axhline(0.0, color=palette.QUIET, linewidth=0.8)
        axes.axvline(0.0, color=palette.QUIET, linewidth=0.8)
        axes.plot(places, curve, color=palette.FORWARD, label=op.symbol)
        derivatives = drawn([d[0] for _, d in points])
        axes.plot(places, derivatives, color=palette.BACKWARD, linestyle="--", label=f"{op.symbol}′, its derivative")
        axes.legend()
        axes.set_xlabel("x")
        axes.set_title(textwrap.fill(documentation(op.rule) or op.name, 72), fontsize=9, fontweight="normal")
        numbered(axes.xaxis, axes.yaxis)
    return Chart(figure, f"{op.name} and its derivative from {show_number(low)} to {show_number(high)}")

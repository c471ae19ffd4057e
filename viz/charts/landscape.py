"""The loss around a model's parameters, along two random directions."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value, no_grad
from autograd.explain.number_format import show_number
from nn.support.validate import checked_count
from viz.charts.chart import Chart, look, new_axes, numbered, on_axis
from viz.charts.field import clipped, near, plain_number
from viz.charts.parameters import groups_of
from viz.support import palette
from viz.support.foreign_names import GUESSES


@GUESSES
def loss_landscape(model: Any, loss: Callable[[], Any], *, reach: float = 1.0, size: int = 21, seed: int = 0) -> Chart:
    """Return the loss around the model's parameters, along two random directions, with the parameters at the center.

    `loss` takes nothing and returns the loss of the model as it is; it is called `size`² times and nothing is recorded.
    Each direction has, in each layer, the length of that layer's parameters, so that `reach` 1 is as far as the
    parameters are from zero (Li et al. 2018).  The parameters are as they were when this returns.
    """
    found: Landscape = landscape(list(groups_of(model).values()), loss, reach=reach, size=size, seed=seed)
    with look():
        figure, axes = new_axes(5.4, 4.4)
        grid, levels, line = (found.steps, found.steps, found.losses), found.levels(), palette.FIELD[0]
        shades = axes.contourf(*grid, levels=levels, cmap="Blues_r", extend="both")
        axes.contour(*grid, levels=levels, colors=line, linewidths=0.5)
        axes.grid(visible=False)
        axes.plot(0.0, 0.0, marker="P", markersize=9, color=palette.FIELD[1], markeredgecolor=palette.FIELD[3])
        figure.colorbar(shades, ax=axes, label="loss").ax.yaxis.set_major_formatter(on_axis)
        here = show_number(found.here)
        axes.set(xlabel="first direction", ylabel="second direction", title=f"loss around the parameters (+, {here})")
        numbered(axes.xaxis, axes.yaxis)
    return Chart(figure, f"loss landscape around {here}")


@dataclass
class Landscape:
    """The loss on a grid of steps in two directions; `here` is the loss at its center."""

    steps: list[float]
    losses: list[list[float]]
    here: float

    def levels(self) -> list[float]:
        """Return where contour lines tell most: evenly over the lower three quarters of the losses."""
        flat = sorted(x for line in self.losses for x in line if math.isfinite(x))
        low, high = flat[0], flat[3 * (len(flat) - 1) // 4]
        if high <= low:
            high = low + (abs(low) or 1.0)
        return [low + (high - low) * (k / 14) ** 1.5 for k in range(15)]


def landscape(
    groups: Sequence[Sequence[Value]], loss: Callable[[], Any], *, reach: float, size: int, seed: int
) -> Landscape:
    """Return the loss over `size`² steps up to `reach` times the length of each group; parameters end as they began."""
    if not callable(loss):
        raise TypeError(f"loss is a function that computes it anew, as lambda: …, not {type(loss).__name__}")
    size, reach = checked_count("size", size, 3, 2_000), near("reach", reach)
    generator = random.Random(seed)
    parameters = [p for group in groups for p in group]
    first, second = ([x for group in groups for x in _direction(generator, group)] for _ in range(2))
    steps = [reach * (2 * i / (size - 1) - 1) for i in range(size)]
    before = [p.data for p in parameters]
    losses: list[list[float]] = []
    try:
        with no_grad():
            here = _number(loss())
            for b in steps:
                line = []
                for a in steps:
                    for p, x, u, v in zip(parameters, before, first, second, strict=True):
                        p.data = x + a * u + b * v
                    line.append(_number(loss()))
                losses.append(line)
    finally:
        for p, x in zip(parameters, before, strict=True):
            p.data = x
    if not any(math.isfinite(x) for line in losses for x in line):
        raise ValueError("the loss is nowhere finite around these parameters: there is no landscape to draw")
    return Landscape(steps, losses, here)


def _direction(generator: random.Random, group: Sequence[Value]) -> list[float]:
    """Return a random direction as long as the group's parameters are."""
    drawn = [generator.gauss(0.0, 1.0) for _ in group]
    scale = math.hypot(*(p.data for p in group)) / math.hypot(*drawn)
    return [scale * x for x in drawn]


def _number(x: Any) -> float:
    return clipped(plain_number(x))

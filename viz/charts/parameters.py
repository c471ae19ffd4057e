"""A model's parameters and their gradients, layer by layer: their sizes, and how they are spread."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from autograd import Value, number
from autograd.explain.number_format import show_number
from nn.support.naming import titled
from nn.support.validate import checked_count
from viz.charts.chart import Chart, look, new_axes, numbered
from viz.charts.field import clipped
from viz.support import palette
from viz.support.foreign_names import GUESSES
from viz.support.labels import kind_of, shown


@GUESSES
def gradient_flow(model: Any) -> Chart:
    """Return the size of the gradient in each layer, first to last: the norm over its weights and its biases.

    `model` has `named_parameters()` after a backward pass, or is a mapping of names to norms.  Where the first layers'
    bars are far shorter than the last's, gradients vanish; far longer, they explode.
    Raises ValueError before any pass.
    """
    norms = {str(k): number(x) for k, x in model.items()} if isinstance(model, Mapping) else _norms(model)
    if not norms:
        raise ValueError("gradient_flow of nothing: there are no norms to draw")
    with look():
        figure, axes = new_axes(6.4, 1.4 + 0.32 * len(norms))
        names, sizes = [shown(name) for name in norms], list(norms.values())
        finite = [clipped(x) if math.isfinite(x) else 0.0 for x in sizes]
        bars = axes.barh(names, finite, color=palette.BACKWARD, height=0.6)
        axes.bar_label(bars, [f" {show_number(x)}" for x in sizes])
        if all(x > 0.0 for x in finite) and max(finite) / min(finite) > 100.0:
            axes.set_xscale("log")
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.grid(visible=False, axis="y")
        axes.set(xlabel="norm of the gradient", title="gradient in each layer, the first at the top")
        numbered(axes.xaxis)
    return Chart(figure, f"gradient norms of {len(norms)} groups of parameters")


@GUESSES
def histogram(model: Any, *, of: str = "weights", bins: int = 30) -> Chart:
    """Return how the numbers of each layer are spread: `of` "weights" (every parameter's value) or "gradients"."""
    if of not in ("weights", "gradients"):
        raise ValueError(f'of is "weights" or "gradients", not {of!r}')
    bins, groups = checked_count("bins", bins, 1, 10_000), groups_of(model)
    with look():
        figure, panels = new_axes(6.4, 0.5 + 1.3 * len(groups), len(groups))
        for axes, (name, values) in zip([panels] if len(groups) == 1 else panels, groups.items(), strict=True):
            numbers = [v.data if of == "weights" else v.grad for v in values]
            finite = [clipped(x) for x in numbers if math.isfinite(x)]
            axes.hist(
                finite, bins=bins, range=_span(finite), color=palette.POSITIVE if of == "weights" else palette.BACKWARD
            )
            lost = f", {len(numbers) - len(finite)} not finite" if len(finite) < len(numbers) else ""
            what = f"{len(numbers)} {of if of == 'gradients' else 'parameters'}"
            axes.set_title(f"{shown(name)}: {what}{lost}", fontsize=10)
            numbered(axes.xaxis, axes.yaxis)
    return Chart(figure, f"histogram of the {of} in {len(groups)} groups of parameters")


def _norms(model: Any) -> dict[str, float]:
    groups = groups_of(model)
    if not any(value.has_grad for values in groups.values() for value in values):
        raise ValueError("no gradients yet: run loss.backward() first")
    return {name: math.hypot(*(value.grad for value in values)) for name, values in groups.items()}


def groups_of(model: Any) -> dict[str, list[Value]]:
    """Return a model's parameters by layer and kind: all weights of one layer, all its biases."""
    if not hasattr(model, "named_parameters"):
        raise TypeError(f"a model with named_parameters() is drawn here, not {type(model).__name__}")
    groups: dict[str, list[Value]] = {}
    for name, value in model.named_parameters():
        groups.setdefault(titled(kind_of(name)), []).append(value)
    if not groups:
        raise ValueError(f"this {type(model).__name__} has no parameters to draw")
    return groups


def _span(numbers: list[float]) -> tuple[float, float] | None:
    """Return what a histogram spans, where the numbers' own span would have no room for its bins, else None."""
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    size = max(abs(low), abs(high))
    return (low - size, high + size) if high - low <= 1e-9 * size and size > 1e6 else None

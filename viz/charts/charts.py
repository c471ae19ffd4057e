"""The charts: one function for each, drawn by matplotlib in the look of `chart.py`."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value, number
from autograd.explain.numbers import show_number
from autograd.rules.operation import Operation, operation
from autograd.support.messages import documentation
from nn.support.naming import titled
from viz.charts.chart import Chart, look, new_axes, numbered, on_axis
from viz.charts.field import Field, clipped, near
from viz.charts.landscape import Landscape, landscape
from viz.charts.plotting import losses_of
from viz.support import palette
from viz.support.guesses import GUESSES
from viz.support.labels import kind_of, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# -------------------------------------------------------------------------------------- training
@GUESSES
def loss_curve(history: Any, *, logarithmic: bool = False) -> Chart:
    """Return the loss against the epoch, with the loss on held-out rows where the history has it.

    `history` is what `fit` returned, or a sequence of numbers.  Losses that are not finite are marked where they began.
    Raises ValueError if there are none, TypeError for what is neither.
    """
    losses = losses_of(history)
    if not losses:
        raise ValueError("no losses yet: train for an epoch first")
    held_out = [float(x) for x in getattr(history, "validation_losses", ())]
    with look():
        figure, axes = new_axes(6.4, 3.6)
        axes.plot(range(1, len(losses) + 1), _drawn(losses), color=palette.POSITIVE, label="training")
        if held_out:
            step = len(losses) / len(held_out)
            places = [step * (i + 1) for i in range(len(held_out))]
            axes.plot(places, _drawn(held_out), color=palette.NEGATIVE, linestyle="--", label="validation")
            axes.legend()
        broken = next((i for i, x in enumerate(losses) if not math.isfinite(x)), None)
        if broken is not None:
            axes.axvline(broken + 1, color=palette.ALARM, linestyle=":")
            axes.annotate(f" {show_number(losses[broken])} here", (broken + 1, 0.9), xycoords=("data", "axes fraction"))
        if logarithmic:
            axes.set_yscale("log")
        axes.set(xlabel="epoch", ylabel="loss", title=f"loss {show_number(losses[0])} → {show_number(losses[-1])}")
        numbered(axes.xaxis, axes.yaxis)
    return Chart(figure, f"loss over {len(losses)} epochs, from {show_number(losses[0])} to {show_number(losses[-1])}")


@GUESSES
def learning_rate_finder(sweep: Any) -> Chart:
    """Return the loss against the learning rate, with the suggested rate marked, from what the finder returned."""
    if not hasattr(sweep, "suggestion"):
        raise TypeError(f"learning_rate_finder draws what nn.find_learning_rate returned, not {type(sweep).__name__}")
    rates, losses, suggestion = sweep.rates[: len(sweep.losses)], sweep.losses, float(sweep.suggestion)
    with look():
        figure, axes = new_axes(6.4, 3.6)
        axes.plot(rates, _drawn(losses), color=palette.POSITIVE)
        axes.set_xscale("log")
        axes.set(xlabel="learning rate", ylabel="loss", title="loss while the learning rate grows")
        if math.isfinite(suggestion):
            axes.axvline(suggestion, color=palette.FORWARD, linestyle="--")
            text = f" suggested {show_number(suggestion)}"
            axes.annotate(text, (suggestion, 0.92), xycoords=("data", "axes fraction"), color=palette.FORWARD)
        numbered(axes.xaxis, axes.yaxis)
    return Chart(figure, f"loss against learning rate from {show_number(rates[0])} to {show_number(rates[-1])}")


# --------------------------------------------------------------------------------------- a model
@GUESSES
def decision_boundary(
    model: Callable[[list[float]], Any],
    X: Sequence[Sequence[float]],  # noqa: N803
    Y: Sequence[float],  # noqa: N803
    *,
    level: float | None = None,
    size: int = 80,
) -> Chart:
    """Return what `model` says over the plane of two inputs, with the rows as marks by their targets.

    The line is where the output crosses `level`: by default 0.5 for probabilities, else 0.  A model may return one
    score per class: then each class has its region.
    """
    field = Field.over(model, X, Y, size, size, level)
    with look():
        figure, axes = new_axes(5.2, 4.6)
        _draw_field(axes, field)
        for k, target in enumerate(field.classes):
            rows = [row for row, y in zip(field.rows, field.targets, strict=True) if y == target]
            axes.scatter(
                [row[0] for row in rows],
                [row[1] for row in rows],
                marker="oX^sDPv*"[k % 8],
                s=46,
                color=palette.FIELD[(1, 2, 0)[k % 3]],
                edgecolors=palette.FIELD[3],
                linewidths=0.8,
                label=f"target {show_number(target)}",
                zorder=3,
            )
        axes.grid(visible=False)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=min(4, len(field.classes)))
        title = "the model over its inputs" + " (blank: nan)" * bool(field.blank)
        axes.set(xlabel="x[0]", ylabel="x[1]", title=title, xlim=field.x, ylim=field.y)
        numbered(axes.xaxis, axes.yaxis)
    return Chart(figure, f"decision boundary over {len(field.rows)} rows of two inputs")


def _draw_field(axes: Axes, field: Field) -> None:
    from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm

    height, width = len(field.outputs), len(field.outputs[0])
    x = [field.x[0] + (field.x[1] - field.x[0]) * j / (width - 1) for j in range(width)]
    y = [field.y[1] - (field.y[1] - field.y[0]) * i / (height - 1) for i in range(height)]
    if field.many:
        count = int(field.high) + 1
        shades = [i / max(1, count - 1) for i in range(count)]
        colors = [(0.98 - 0.25 * s, 0.93 - 0.2 * s, 0.85 + 0.1 * s) for s in shades]
        axes.contourf(x, y, field.outputs, levels=[i - 0.5 for i in range(count + 1)], colors=colors)
        axes.contour(
            x, y, field.outputs, levels=[i + 0.5 for i in range(count - 1)], colors=palette.FIELD[0], linewidths=1.2
        )
        return
    reach = max(abs(field.high - field.level), abs(field.level - field.low)) or 1.0
    norm = TwoSlopeNorm(vcenter=field.level, vmin=field.level - reach, vmax=field.level + reach)
    signs = LinearSegmentedColormap.from_list("signs", palette.FIELD_SIGNS)
    levels = [field.level + reach * (k / 8 - 1) for k in range(17)]
    axes.contourf(x, y, field.outputs, levels=levels, cmap=signs, norm=norm, extend="both")
    if field.low < field.level < field.high:
        line = axes.contour(x, y, field.outputs, levels=[field.level], colors=palette.FIELD[0], linewidths=1.6)
        axes.clabel(line, fmt={field.level: show_number(field.level)}, fontsize=9)


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


def _norms(model: Any) -> dict[str, float]:
    groups = _groups(model)
    if not any(value.has_grad for values in groups.values() for value in values):
        raise ValueError("no gradients yet: run loss.backward() first")
    return {name: math.hypot(*(value.grad for value in values)) for name, values in groups.items()}


def _groups(model: Any) -> dict[str, list[Value]]:
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


def _drawn(numbers: list[float]) -> list[float]:
    """Return where numbers are drawn; those that are not finite leave a gap."""
    return [clipped(x) if math.isfinite(x) else math.nan for x in numbers]


@GUESSES
def histogram(model: Any, *, of: str = "weights", bins: int = 30) -> Chart:
    """Return how the numbers of each layer are spread: `of` "weights" (every parameter's value) or "gradients"."""
    if of not in ("weights", "gradients"):
        raise ValueError(f'of is "weights" or "gradients", not {of!r}')
    from nn.support.validate import checked_count

    bins, groups = checked_count("bins", bins, 1, 10_000), _groups(model)
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


@GUESSES
def loss_landscape(model: Any, loss: Callable[[], Any], *, reach: float = 1.0, size: int = 21, seed: int = 0) -> Chart:
    """Return the loss around the model's parameters, along two random directions, with the parameters at the center.

    `loss` takes nothing and returns the loss of the model as it is; it is called `size`² times and nothing is recorded.
    Each direction has, in each layer, the length of that layer's parameters, so that `reach` 1 is as far as the
    parameters are from zero (Li et al. 2018).  The parameters are as they were when this returns.
    """
    found: Landscape = landscape(list(_groups(model).values()), loss, reach=reach, size=size, seed=seed)
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
    curve = _drawn([y for y, _ in points])
    with look():
        figure, axes = new_axes(5.6, 3.6)
        axes.axhline(0.0, color=palette.QUIET, linewidth=0.8)
        axes.axvline(0.0, color=palette.QUIET, linewidth=0.8)
        axes.plot(places, curve, color=palette.FORWARD, label=op.symbol)
        derivatives = _drawn([d[0] for _, d in points])
        axes.plot(places, derivatives, color=palette.BACKWARD, linestyle="--", label=f"{op.symbol}′, its derivative")
        axes.legend()
        axes.set_xlabel("x")
        axes.set_title(textwrap.fill(documentation(op.rule) or op.name, 72), fontsize=9, fontweight="normal")
        numbered(axes.xaxis, axes.yaxis)
    return Chart(figure, f"{op.name} and its derivative from {show_number(low)} to {show_number(high)}")

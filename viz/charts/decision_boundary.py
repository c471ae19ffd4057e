"""What a model says over the plane of its two inputs, with the line where its answer changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.explain.number_format import show_number
from viz.charts.chart import Chart, look, new_axes, numbered
from viz.charts.field import Field
from viz.support import palette
from viz.support.foreign_names import GUESSES

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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

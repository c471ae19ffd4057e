"""What the demos share: print the figures, write the picture, and find the way to both from the command line."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from autograd.support.messages import documentation, missing_extra

BLUE, ORANGE, GREEN, RED, GREY = "#1858a8", "#a34700", "#137333", "#b3261e", "#5f6670"
LOOK = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "grid.color": "#e3e6ea",
    "legend.frameon": False,
}


def show(
    measure: Callable[[], Any],
    tell: Callable[[Any], Iterable[str]],
    picture: Callable[[Any], Any],
    where: Path | None = None,
) -> Any:
    """Return the figures that `measure` returns, after printing what `tell` makes of them and saving their `picture`.

    The picture's place is `where`, else what the command line says after --picture, else <demo>.png here.
    """
    demo = sys.modules[measure.__module__]
    where = where or _asked(Path(str(demo.__file__)).stem)
    print(documentation(demo), end="\n\n")
    figures = measure()
    for line in tell(figures):
        print(line)
    try:
        picture(figures).savefig(where, dpi=110)
    except ModuleNotFoundError:
        print(f"\n{missing_extra('no picture, which matplotlib draws', 'plots')}")
    else:
        print(f"\nwrote {where}")
    return figures


def _asked(name: str) -> Path:
    parser = argparse.ArgumentParser(prog=f"python -m demos.tutorial.{name}")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help=f"where to write the picture, {name}.png if not said"
    )
    return parser.parse_args().picture or Path(f"{name}.png")


def panels(*titles: str, width: float = 4.8, height: float = 3.6) -> tuple[Any, Sequence[Any]]:
    """Return a matplotlib figure with one plot beside another, and the plots."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    colors = mpl.cycler(color=[BLUE, ORANGE, GREEN, RED, GREY], linestyle=["-", "--", "-.", ":", "-"])
    with mpl.rc_context(LOOK | {"axes.prop_cycle": colors}):
        figure = Figure(figsize=(width * len(titles), height))
        plots = figure.subplots(1, len(titles), squeeze=False)[0]
        for axes, title in zip(plots, titles, strict=True):
            axes.set_title(title, fontweight="bold")
    return figure, plots


def regions(axes: Any, model: Any, inputs: Sequence[Any], targets: Sequence[float]) -> None:
    """Draw the probability that the model gives over its two inputs, from its logit, and the rows by their targets."""
    from matplotlib.colors import LinearSegmentedColormap

    from nn import predict

    (left, right), (low, high) = ((min(c) - 0.4, max(c) + 0.4) for c in zip(*inputs, strict=True))
    xs, ys = ([a + (b - a) * i / 60 for i in range(61)] for a, b in ((left, right), (low, high)))
    logits = iter(predict(model, [[x, y] for y in ys for x in xs]))
    chances = [[_chance(next(logits)) for _ in xs] for _ in ys]
    shades = LinearSegmentedColormap.from_list("chances", ["#f4b98a", "#fcfcfd", "#8ab4e8"])
    drawn = axes.contourf(xs, ys, chances, levels=[(i - 0.5) / 20 for i in range(22)], cmap=shades)
    axes.figure.colorbar(drawn, ax=axes, ticks=[0, 0.5, 1], label="probability of 1, says the network")
    if any(abs(p - 0.5) > 1e-6 for line in chances for p in line):
        axes.contour(xs, ys, chances, levels=[0.5], colors="black", linewidths=1.2)
    for target, mark, color in ((0, "o", ORANGE), (1, "X", BLUE)):
        points = [row for row, y in zip(inputs, targets, strict=True) if y == target]
        look = {"marker": mark, "s": 50, "color": color, "edgecolor": "white", "zorder": 3}
        axes.scatter(*zip(*points, strict=True), label=f"target {target}", **look)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2)
    axes.grid(visible=False)


def _chance(logit: Any) -> float:
    return 1 / (1 + math.exp(-(logit[0] if isinstance(logit, list) else logit)))

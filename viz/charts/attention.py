"""What each row of a sequence takes from the others, head by head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from autograd import no_grad
from autograd.explain.number_format import show_number
from nn.layers.attention import Attention
from viz.charts.chart import Chart, look
from viz.support import palette
from viz.support.foreign_names import GUESSES
from viz.support.labels import shown

MOST: Final = 64  # rows of a sequence that can be told apart
NUMBERED: Final = 8  # rows up to which shares are written into their squares


@GUESSES
def attention(model: Any, inputs: Any, *, labels: Sequence[str] | None = None) -> Chart:
    """Return what each row of a sequence took from each row, for every head of every `nn.Attention` in the model.

    `inputs` is one sequence, as the model is called on; nothing is recorded or changed but what the layers keep in
    `weights`.  `labels` are words for the rows.  A square is the share that the row on its left took from the one below
    it: each line sums to 1, and where a causal layer may not look there is a dot.
    Raises ValueError for a model without attention, for labels that do not fit, and for more than 64 rows.
    """
    layers = [(path, part) for path, part in getattr(model, "named_modules", list)() if isinstance(part, Attention)]
    if not layers:
        raise ValueError(
            f"attention is drawn of a model with an nn.Attention in it, and {type(model).__name__} has none"
        )
    with no_grad():
        model(inputs)
    heads = [(path, part, k, shares) for path, part in layers for k, shares in enumerate(part.weights)]
    count = max(len(shares) for *_, shares in heads)
    if count > MOST:
        raise ValueError(f"attention over {count} rows: up to {MOST} can be told apart in a picture")
    if labels is not None and (isinstance(labels, str) or any(len(labels) != len(shares) for *_, shares in heads)):
        raise ValueError(f"labels are {count} words, one for each row, not {shown(repr(labels))}")
    across = max(part.heads for _, part in layers)
    words = [shown(word) for word in labels] if labels is not None else None
    with look():
        from matplotlib.colors import LinearSegmentedColormap
        from matplotlib.figure import Figure

        colors = LinearSegmentedColormap.from_list("shares", (palette.FIELD_SIGNS[2], palette.FIELD_SIGNS[4]))
        side = min(4.4, max(2.2, 0.34 * count))
        figure = Figure(figsize=(0.6 + side * across, 0.5 + (side + 0.5) * len(layers)))
        panels = figure.subplots(len(layers), across, squeeze=False)
        for path, part, k, shares in heads:
            axes = panels[[x for _, x in layers].index(part)][k]
            _draw(axes, shares, colors, causal=part.causal, words=words)
            name = f"{shown(path)}, " if path and len(layers) > 1 else ""
            lost = " (blank: nan)" * any(x != x for row in shares for x in row)
            axes.set_title(f"{name}head {k + 1} of {part.heads}{lost}", fontsize=10)
        for line, (_, part) in zip(panels, layers, strict=True):
            line[0].set_ylabel("this row takes")
            for axes in line[part.heads :]:
                axes.set_axis_off()
            for axes in line[: part.heads]:
                axes.set_xlabel("from this row")
    return Chart(figure, f"attention of {len(heads)} heads over {count} rows")


def _draw(axes: Any, shares: Any, colors: Any, *, causal: bool, words: Sequence[str] | None) -> None:
    count = len(shares)
    axes.imshow(shares, cmap=colors, vmin=0.0, vmax=1.0)
    axes.grid(visible=False)
    every = 1 if words is not None or count <= NUMBERED else -(-count // NUMBERED)
    places = range(0, count, every)
    said = list(words) if words is not None else [str(i) for i in places]
    axes.set_xticks(places, said, rotation=90 if words is not None else 0, fontsize=9)
    axes.set_yticks(places, said, fontsize=9)
    for i, row in enumerate(shares):
        for j, share in enumerate(row):
            if causal and j > i:
                axes.text(j, i, "·", ha="center", va="center", color=palette.QUIET)
            elif count <= NUMBERED:
                axes.text(
                    j, i, show_number(round(share, 2)), ha="center", va="center", color=palette.FIELD[0], fontsize=8
                )

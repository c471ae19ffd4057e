"""A plot as a picture, and the look that all plots have: SVG, PNG and PDF, the same bytes on every run."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from autograd.explain.number_format import show_number
from autograd.support.locks import cached_property
from autograd.support.messages import missing_extra
from viz.charts.field import clipped
from viz.support import palette
from viz.support.rendering import Picture, own_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": palette.QUIET,
    "axes.facecolor": palette.CARD,
    "axes.grid": True,
    "axes.labelcolor": palette.INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 11,
    "axes.unicode_minus": True,
    "figure.constrained_layout.use": True,
    "figure.dpi": 72,
    "figure.facecolor": palette.PAPER,
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "grid.color": palette.FAINT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.facecolor": palette.PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "chainrule",
    "text.color": palette.INK,
    "text.parse_math": False,
    "xtick.color": palette.INK,
    "ytick.color": palette.INK,
}


class Chart(Picture):
    """A plot; `figure` is the matplotlib Figure, to change before the picture is shown or saved."""

    def __init__(self, figure: Figure, description: str) -> None:
        super().__init__(description)
        self.figure = figure

    @cached_property
    def svg(self) -> str:
        """The plot as one SVG element."""
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        return own_svg(self._written("svg", metadata=nothing).decode(), self.description)

    def at_scale(self, scale: float) -> bytes:
        """Return the plot as PNG, so many pixels for each of the screen's points."""
        return self._written("png", metadata={"Software": None}, dpi=72.0 * scale)

    @property
    def pdf(self) -> bytes:
        """The plot as PDF."""
        return self._written("pdf", metadata=dict.fromkeys(("Creator", "Producer", "CreationDate")))

    def _written(self, kind: str, **options: Any) -> bytes:
        out = io.BytesIO()
        with look():
            self.figure.savefig(out, format=kind, **options)
        return out.getvalue()


@contextmanager
def look() -> Iterator[None]:
    """Turn the library's look on.  Raises ModuleNotFoundError naming the extra if matplotlib is not there."""
    try:
        import matplotlib as mpl
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"{missing_extra('plots are drawn by matplotlib', 'plots')}; "
            "viz.terminal.loss_curve and viz.terminal.decision_boundary draw in the terminal without it"
        ) from missing
    with mpl.rc_context(STYLE):
        yield


def new_axes(width: float, height: float, panels: int = 1) -> tuple[Figure, Any]:
    """Return a new figure of that size in inches with its axes: a list of them for several panels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    return figure, figure.subplots(panels, 1, squeeze=False)[:, 0] if panels > 1 else figure.subplots()


def on_axis(x: float, place: object) -> str:
    """Return a number of an axis as it is written everywhere else."""
    return show_number(x)


def numbered(*axes: Any) -> None:
    """Write the numbers of an axis as they are written everywhere else."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    for axis in axes:
        axis.set_major_formatter(FuncFormatter(on_axis))
        axis.set_minor_formatter(NullFormatter())


def drawn(numbers: list[float]) -> list[float]:
    """Return where numbers are drawn; those that are not finite leave a gap."""
    return [clipped(x) if math.isfinite(x) else math.nan for x in numbers]

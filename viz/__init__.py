"""Pictures, pages, plots and text views of graphs, models and training runs.

graph/           a recorded graph (draw), a pass on it (animate) and a network (draw_network), laid out by Graphviz
charts/          plots by matplotlib: loss_curve, decision_boundary, gradient_flow, histogram, loss_landscape, …
terminal.py      the same in characters: tree, table, loss_curve, decision_boundary
notebook.py      what a notebook shows for a bare Value, model or history
pages/           pages that work offline: steps, film, playground, and the book
session/         a training stepped through in the terminal
worksheet/       worksheet: a pass as exercises, for a page, for paper and for the terminal
command_line.py  the program `chainrule`: xor, book, worksheet, check, site
support/         what every view is made of: picture, escaping, palette, names known elsewhere
"""

from __future__ import annotations

from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from viz.support import loading  # noqa: F401

# isort: split
from viz import terminal
from viz.charts.activation import activation
from viz.charts.attention import attention
from viz.charts.chart import Chart
from viz.charts.decision_boundary import decision_boundary
from viz.charts.landscape import loss_landscape
from viz.charts.loss_curve import learning_rate_finder, loss_curve
from viz.charts.parameters import gradient_flow, histogram
from viz.graph.animation import Animation, animate
from viz.graph.drawing import draw
from viz.graph.network import draw_network
from viz.notebook import register as _tell_the_notebook
from viz.pages.book.book import book
from viz.pages.document import Page
from viz.pages.film.film import Recorder, film
from viz.pages.playground.playground import playground
from viz.pages.steps.steps import steps
from viz.session.session import session
from viz.support.foreign_names import GUESSES as _GUESSES
from viz.support.rendering import Picture, set_renderer
from viz.terminal import table, tree
from viz.worksheet.worksheet import Worksheet, worksheet

__all__ = [
    "Animation",
    "Chart",
    "Page",
    "Picture",
    "Recorder",
    "Worksheet",
    "activation",
    "animate",
    "attention",
    "book",
    "decision_boundary",
    "draw",
    "draw_network",
    "film",
    "gradient_flow",
    "histogram",
    "learning_rate_finder",
    "loss_curve",
    "loss_landscape",
    "playground",
    "session",
    "set_renderer",
    "steps",
    "table",
    "terminal",
    "tree",
    "worksheet",
]

_tell_the_notebook()

if not _TYPE_CHECKING:  # a checker is to know what there is

    def __getattr__(name: str) -> _Any:
        return _GUESSES.found(name)

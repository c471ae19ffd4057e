"""Pictures, pages, plots and text views of graphs, models and training runs."""

from __future__ import annotations

from viz import text
from viz.graph import draw
from viz.network import draw_network
from viz.page import Page
from viz.rendering import Picture
from viz.stepping import steps
from viz.text import table, tree

__all__ = ["Page", "Picture", "draw", "draw_network", "steps", "table", "text", "tree"]

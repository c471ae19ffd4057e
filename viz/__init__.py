"""Pictures, pages, plots and text views of graphs, models and training runs."""

from __future__ import annotations

from viz import text
from viz.graph import draw
from viz.rendering import Picture
from viz.text import table, tree

__all__ = ["Picture", "draw", "table", "text", "tree"]

"""What a notebook shows for a bare object at the end of a cell: its graph, its network, its loss curve.

The engine and the networks know nothing of pictures, so importing `viz` tells the notebook about their types.
A display takes well under a second or is not made: then the object's own text is all that is shown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from autograd import Value
from viz import terminal
from viz.charts.loss_curve import learning_rate_finder, loss_curve
from viz.graph.drawing import draw
from viz.graph.network import draw_network
from viz.support.labels import escaped

MOST_NODES: Final = 1_000  # of a graph that is drawn without being asked for
MOST_WEIGHTS: Final = 400  # of a network that is


def value_html(value: Value) -> str | None:
    """Return a graph's picture, folded if it has many nodes, a line of words if it has very many, None for a leaf."""
    if value.is_leaf:
        return None
    if _more_nodes_than(value, MOST_NODES):
        return _words(f"{value!r}: a graph of more than {MOST_NODES} nodes; viz.draw(value) draws it, folded")
    return _or_nothing(lambda: draw(value)._repr_html_())


def module_html(model: Any) -> str | None:
    """Return a model's picture, or its summary in words if it has many weights or other things than layers."""
    if model.parameter_count() <= MOST_WEIGHTS:
        picture = _or_nothing(lambda: draw_network(model)._repr_html_())
        if picture is not None:
            return picture
    return _words(model.summary())


def history_html(history: Any) -> str | None:
    """Return a training's loss curve, in characters where matplotlib is not installed, None before the first epoch."""
    if not history.losses:
        return None
    words = _words(repr(history))
    try:
        return loss_curve(history)._repr_html_() + words
    except ModuleNotFoundError:
        return _words(terminal.loss_curve(history, first=1)) + words


def sweep_html(sweep: Any) -> str | None:
    """Return the plot of a search for a learning rate, None where matplotlib is not installed."""
    return _or_nothing(lambda: learning_rate_finder(sweep)._repr_html_() + _words(repr(sweep)))


# Module and name of each type, so that nothing has to be imported before it is used.
SHOWN: Final[dict[tuple[str, str], Callable[[Any], str | None]]] = {
    ("autograd.value", "Value"): value_html,
    ("nn.layers.module", "Module"): module_html,
    ("nn.history.history", "History"): history_html,
    ("nn.inspect.rate_finder", "RateSweep"): sweep_html,
}


def register() -> None:
    """Tell the notebook that this runs in, if it is one, how objects of this library are shown."""
    if (ipython := sys.modules.get("IPython")) is not None and (shell := ipython.get_ipython()) is not None:
        formatter = shell.display_formatter.formatters["text/html"]
        for (module, name), show in SHOWN.items():
            formatter.for_type_by_name(module, name, show)
    elif "marimo" in sys.modules:  # which asks the objects themselves, and them alone
        for (module, name), show in SHOWN.items():
            setattr(getattr(import_module(module), name), "_mime_", _mime(show))  # noqa: B010


def _mime(show: Callable[[Any], str | None]) -> Callable[[Any], tuple[str, str]]:
    def mime(self: Any) -> tuple[str, str]:
        return "text/html", show(self) or _words(repr(self))

    return mime


def _more_nodes_than(value: Value, limit: int) -> bool:
    seen, stack = {id(value)}, [value]
    while stack:
        for parent in stack.pop().parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)
        if len(seen) > limit:
            return True
    return False


def _words(words: str) -> str:
    return f"<pre>{escaped(words)}</pre>"


def _or_nothing(show: Callable[[], str]) -> str | None:
    """Return a picture, or None where it cannot be made: a cell's result is no place for an error."""
    try:
        return show()
    except (RuntimeError, TypeError, ValueError, ModuleNotFoundError):
        return None

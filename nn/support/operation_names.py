"""Activations: by what names, operations and functions a layer takes them, and how they are called in tables.

They themselves are operations: a new one is a row of `autograd/ops.py`, and needs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from autograd.rules.operation import TABLE, Operation
from autograd.support.advice_on_names import key
from autograd.support.messages import shown
from nn.support.foreign_names import ACTIVATIONS
from nn.support.validate import said

ActivationLike = str | Callable[[Any], Any] | None


def resolve_activation(activation: ActivationLike) -> Any:
    """Return the operation of that name, or the callable itself; None and "linear" mean none.

    Raises ValueError naming the activations there are, TypeError for what cannot be called.
    """
    if activation is None:
        return None
    if isinstance(activation, str):
        known = [name for name, op in TABLE.items() if not op.groups and op.arity - len(op.defaults) == 1]
        meant = {key(name): name for name in known} | ACTIVATIONS
        name = activation if activation in known else meant.get(key(activation), activation)
        if name in known:
            return TABLE[name]
        if name == "linear":
            return None
        if name != "softmax":
            raise ValueError(f"no activation {activation!r}; there are: linear, {', '.join(known)}")
    if activation_name(activation).lower() == "softmax" or isinstance(activation, str):
        raise ValueError("softmax is an activation of a whole row: put nn.Softmax() after the layer")
    if isinstance(activation, type):
        raise TypeError(f"an activation is a name, an operation or a function, not the class {activation.__name__}")
    if not callable(activation):
        raise TypeError(f"an activation is a name, an operation or a function, not {activation!r}")
    return activation


def returned(activation: Any, x: Any) -> str:
    """Return what to say of an activation that made no Value of one."""
    advice = " (was a return forgotten?)" if x is None else ""
    return f"an activation returns one Value, and {activation_name(activation)} returned {said(x)}{advice}"


def activation_name(activation: Any) -> str:
    """Return how an activation is called in tables: its operation's or function's name, "linear" for none."""
    if activation is None:
        return "linear"
    if isinstance(activation, partial):
        given = [repr(x) for x in activation.args] + [f"{name}={x!r}" for name, x in activation.keywords.items()]
        return shown(f"{activation_name(activation.func)}({', '.join(given)})")
    return shown(getattr(activation, "name", None) or getattr(activation, "__name__", type(activation).__name__))


def activation_kind(activation: Any) -> str:
    """Return what a saved file says of an activation: its name, and for an operation of one's own some values of it.

    They have 6 digits, in which the mathematics libraries of all machines agree.
    """
    name, function = activation_name(activation), activation
    while isinstance(function, partial):
        function = function.func
    if not isinstance(function, Operation) or function.is_ours:
        return name
    points = (-2.0, 0.75, 3.0)
    values = [activation(x) for x in points]
    if not all(isinstance(y, float) for y in values):  # a Value was given to it, which training may move
        return name
    return f"{name}: " + ", ".join(f"{x:g} → {y:.6g}" for x, y in zip(points, values, strict=True))

"""Activations: by what names, operations and functions a layer takes them, and how they are called in tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from autograd.rules.operation import TABLE
from autograd.support.answers import key
from autograd.support.messages import shown
from nn.support.guesses import ACTIVATIONS
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

"""The door for data: rows and targets are checked once, here, before any work."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value, number
from nn.optimizers import Optimizer

__all__ = ["Loss", "check_parts", "checked_count", "checked_inputs", "checked_loss", "checked_targets", "predict_rows"]

Loss = Callable[[list[Any], list[Any]], Value]


def checked_inputs(inputs: Any) -> list[Any]:
    """Return the input rows as lists (or whole numbers, to be looked up), of one shape, every number finite.

    Raises TypeError for what is no number, ValueError for ragged rows, nan and infinities; each names the row.
    """
    rows = _listed(inputs, "inputs")
    for i, row in enumerate(rows):
        if not isinstance(row, list | tuple) and type(row) is not int:  # a whole number may be an index
            example = "[[x] for x in inputs]"
            raise TypeError(f"inputs[{i}] is {_said(row)}, but each row is a sequence of numbers: write {example}")
    _same_shape(rows, "inputs")
    return rows


def checked_targets(targets: Any, count: int) -> list[Any]:
    """Return the targets as a list, one for each of `count` rows: a number each, or rows of one shape."""
    listed = _listed(targets, "targets")
    if len(listed) != count:
        raise ValueError(f"each row needs a target, but there are {count} rows of inputs and {len(listed)} targets")
    _same_shape(listed, "targets")
    return listed


def checked_count(name: str, n: Any, least: int = 1) -> int:
    """Return `n`, a whole number of `least` or more; raises TypeError or ValueError naming it otherwise."""
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"{name} must be a whole number, not {n!r}")
    if n < least:
        raise ValueError(f"{name} must be {least} or more, not {n}")
    return int(n)


def checked_loss(loss: Any) -> Value:
    """Return what a loss function returned; raises TypeError unless it is one Value."""
    if isinstance(loss, Value):
        return loss
    if isinstance(loss, list | tuple):
        raise TypeError(f"a loss is one Value, not {len(loss)} of them: take their mean (autograd.mean)")
    advice = " (was a return forgotten?)" if loss is None else ", which cannot lead back to the parameters"
    raise TypeError(f"a loss is one Value, not {_said(loss)}{advice}")


def check_parts(model: Any, loss: Any, optimizer: Any) -> None:
    """Raise TypeError unless these are a model, a loss function and an optimiser (or None for its default)."""
    if isinstance(model, type) or not (callable(model) and hasattr(model, "parameters")):
        raise TypeError(f"what is trained is a model, as nn.MLP(2, [4, 1]) is one, not {_said(model)}")
    if not callable(loss):
        raise TypeError(f"loss is a function of predictions and targets, as nn.mean_squared_error is, not {loss!r}")
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        example = "nn.SGD(model.parameters(), learning_rate=0.1)"
        raise TypeError(f"optimizer is one that was given its parameters, as in {example}, not {_said(optimizer)}")


def predict_rows(model: Any, rows: Sequence[Any]) -> list[Any]:
    """Return what the model makes of the rows, in order: as a batch if it can, else of each row alone."""
    batch = getattr(model, "batch", None)
    return list(batch(rows)) if batch is not None else [model(row) for row in rows]


def _listed(data: Any, what: str) -> list[Any]:
    if isinstance(data, str | bytes | dict | set) or not hasattr(data, "__iter__"):
        raise TypeError(f"{what} must be a sequence of rows, not {_said(data)}")
    listed = data.tolist() if hasattr(data, "tolist") else [x.tolist() if hasattr(x, "tolist") else x for x in data]
    if not isinstance(listed, list):
        raise TypeError(f"{what} must be a sequence of rows, not one number")
    if not listed:
        raise ValueError(f"{what} hold no rows")
    return listed


def _same_shape(rows: list[Any], what: str) -> None:
    first = _shape(rows[0], f"{what}[0]")
    for i, row in enumerate(rows):
        shape = _shape(row, f"{what}[{i}]")
        if shape != first:
            raise ValueError(f"{what} are ragged: row 0 holds {_counted(first)}, row {i} holds {_counted(shape)}")


def _shape(x: Any, where: str) -> tuple[int, ...]:
    """Return the lengths of nested sequences of numbers, checking each number."""
    if type(x) is float or type(x) is int:
        if not math.isfinite(x):
            raise ValueError(f"{where} is {x}: leave such rows out or fill them in, since no gradient survives them")
        return ()
    if isinstance(x, list | tuple):
        if set(map(type, x)) <= {float, int} and math.isfinite(sum(x)):  # most rows, at the speed of C
            return (len(x),)
        shapes = {_shape(element, f"{where}[{i}]") for i, element in enumerate(x)}
        if len(shapes) > 1:
            raise ValueError(f"{where} mixes {' and '.join(sorted(map(_counted, shapes)))}")
        return (len(x), *(shapes.pop() if shapes else ()))
    if isinstance(x, Value):
        return _shape(x.data, where)
    try:
        return _shape(number(x), where)
    except TypeError as error:
        raise TypeError(f"{where}: {error}") from None


def _counted(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a number"
    return f"{' × '.join(map(str, shape))} number{'s' if shape != (1,) else ''}"


def _said(x: Any) -> str:
    return "None" if x is None else f"a {type(x).__name__}"

"""What may enter a graph: every number is checked here, by its type, and every sequence of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from numbers import Complex, Number, Real
from typing import Any


def number(x: object) -> float:
    """Return the real number `x` as a float: the validation of every number that enters a graph.

    int, float, bool, Fraction, Decimal and NumPy scalars pass.
    Raises TypeError for anything else, saying what to do instead.
    """
    if type(x) is float:
        return x
    is_real = type(x) is int or isinstance(x, Real) or (isinstance(x, Number) and not isinstance(x, Complex))
    kind = type(x).__name__
    if is_real or kind in ("bool_", "bool"):
        try:
            return float(x)  # type: ignore[arg-type]
        except OverflowError as error:
            raise OverflowError(f"this {kind} lies beyond the largest float, 1.8e308: scale it, or pass inf") from error
    if hasattr(type(x), "apply_operation"):
        advice = "pass its .data" if hasattr(type(x), "data") else "where(condition, 1.0, 0.0) makes one of it"
        raise TypeError(f"a number is needed here, and this is a {kind}: {advice}")
    if isinstance(x, type):
        advice = f"{x.__name__} is a type itself: pass a number"
    elif isinstance(x, Complex):
        advice = "only real numbers have a place in a graph: pass x.real, or abs(x)"
    elif isinstance(x, str):
        advice = f"convert it first: float({x!r})"
    elif x is None:
        advice = "a function that forgot to return its result gives None"
    elif kind == "Values":  # the array that `grad` makes of an array
        advice = "write the array first, as in array * value, or use NumPy's function, as np.subtract(value, array)"
    elif hasattr(x, "shape") or isinstance(x, Iterable):
        advice = "a Value is one number: make one Value per element, or pass x.item() if it holds just one"
    else:
        advice = "pass an int or a float"
    raise TypeError(f"a real number is needed here, not {kind}; {advice}")


def listed(who: str, values: Any) -> Any:
    """Return a sequence of numbers as it is if it has a length, else as a list: the validation of every one.

    Raises TypeError for what is none: one number, also as an array or a Value, text, and what has no order.
    """
    kind = values.__class__
    if kind is list or kind is tuple or getattr(values, "is_group", False):
        return values
    ordered = not isinstance(values, str | bytes | Set | Mapping) and not hasattr(kind, "apply_operation")
    if not ordered or not hasattr(values, "__iter__") or getattr(values, "shape", None) == ():
        raise TypeError(f"{who} takes a sequence of numbers or Values, not {kind.__name__}: pass a list")
    return values if hasattr(values, "__len__") else list(values)

"""Numbers in their shapes: lists, tuples, dicts and arrays of numbers, nested, taken apart and put together again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from autograd.support.messages import LONGEST_NAME, shown

DEEPEST: Final = 100
_LATER = 0x20 | 0x80 | 0x200  # the flags of generators', coroutines' and asynchronous generators' code


def is_sequence(x: Any) -> bool:
    """Return whether `x` holds other things in order: a list, tuple, dict, Group or array; not a text or a set."""
    return (
        not isinstance(x, str | bytes | set | frozenset)
        and hasattr(x, "__len__")
        and hasattr(x, "__iter__")
        and getattr(x, "shape", None) != ()  # an array of one number that is no list of it
    )


def flat(x: Any, depth: int = 0) -> list[Any]:
    """Return the numbers in a nested structure, from left to right; a number is a structure of one.

    Raises ValueError for what is nested more than 100 deep, as a list that holds itself is.
    """
    if not is_sequence(x):
        return [x.item() if _is_array(x) else x]
    if depth == DEEPEST:
        raise ValueError(f"this {type(x).__name__} is nested more than {DEEPEST} deep: does a list in it hold itself?")
    return [y for item in (x.values() if isinstance(x, Mapping) else x) for y in flat(item, depth + 1)]


def rebuilt(shape: Any, numbers: Iterator[Any]) -> Any:
    """Return a structure shaped like `shape`, with the next of `numbers` in each place.

    An array becomes an array: of floats, or of objects where something else (such as Values) is among the numbers.
    """
    if not is_sequence(shape):
        return next(numbers)
    if isinstance(shape, Mapping):
        return {key: rebuilt(item, numbers) for key, item in shape.items()}
    items = [rebuilt(item, numbers) for item in shape]
    if _is_array(shape):
        return _array(shape.shape, items)
    if hasattr(shape, "_fields"):  # a named tuple
        return type(shape)(*items)
    return tuple(items) if isinstance(shape, tuple) else items


def check_runs_at_once(function: Any, who: str) -> None:
    """Raise TypeError for a generator or coroutine, whose lines run only when its result is asked for the next."""
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & _LATER:
        kind = "a generator" if code.co_flags & 0x20 else "asynchronous"
        raise TypeError(f"{who} takes a function that returns its result, and {name_of(function)} is {kind}")


def _is_array(x: Any) -> bool:
    """Return whether `x` is an array of NumPy's, which nobody has to have imported."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(x, numpy.ndarray)


def _array(shape: tuple[int, ...], items: list[Any]) -> Any:
    """Return an array of the items, which may be arrays in turn: of floats if all are, else of objects."""
    numpy = sys.modules["numpy"]
    if not items:
        return numpy.zeros(shape)
    shapes = {x.shape if _is_array(x) else () for x in items}
    floats = all(type(x) is float or (_is_array(x) and x.dtype == float) for x in items)
    inner = shapes.pop() if len(shapes) == 1 else None
    whole = numpy.empty((len(items), *(inner or ())), dtype=float if floats and inner is not None else object)
    for i, item in enumerate(items):
        whole[i] = item
    return whole if whole.dtype == float else whole.view(_values())


def __getattr__(name: str) -> Any:
    if name == "Values":  # where pickles find it
        return _values()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _values() -> Any:
    """Return the class of arrays of Values: NumPy's own, but that `array * value` is computed element by element."""
    numpy = sys.modules["numpy"]

    def wrapped(self: Any, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if array.ndim == 0 else array.view(type(self))

    attributes = {"__array_priority__": 2e3, "__array_wrap__": wrapped, "__module__": __name__}  # above that of a Value
    return type("Values", (numpy.ndarray,), attributes)


def name_of(function: Any) -> str:
    """Return the name by which messages call a function."""
    return shown(getattr(function, "__name__", type(function).__name__), LONGEST_NAME)

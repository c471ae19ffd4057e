"""Numbers in their shapes: lists, tuples and dicts of numbers, nested, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograd.messages import LONGEST_NAME, shown

__all__ = ["check_runs_at_once", "flat", "is_sequence", "name_of", "rebuilt"]

_LATER = 0x20 | 0x80 | 0x200  # the flags of generators', coroutines' and asynchronous generators' code


def is_sequence(x: Any) -> bool:
    """Return whether `x` holds other things in order: a list, tuple, dict, Group or array, not a number or text."""
    return not isinstance(x, str | bytes) and hasattr(x, "__len__") and hasattr(x, "__iter__")


def flat(x: Any) -> list[Any]:
    """Return the numbers in a nested structure, from left to right; a number is a structure of one."""
    if not is_sequence(x):
        return [x]
    return [y for item in (x.values() if isinstance(x, Mapping) else x) for y in flat(item)]


def rebuilt(shape: Any, numbers: Iterator[Any]) -> Any:
    """Return a structure shaped like `shape`, with the next of `numbers` in each place."""
    if not is_sequence(shape):
        return next(numbers)
    if isinstance(shape, Mapping):
        return {key: rebuilt(item, numbers) for key, item in shape.items()}
    items = [rebuilt(item, numbers) for item in shape]
    if hasattr(shape, "_fields"):  # a named tuple
        return type(shape)(*items)
    return tuple(items) if isinstance(shape, tuple) else items


def check_runs_at_once(function: Any, who: str) -> None:
    """Raise TypeError for a generator or coroutine, whose lines run only when its result is asked for the next."""
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & _LATER:
        kind = "a generator" if code.co_flags & 0x20 else "asynchronous"
        raise TypeError(f"{who} takes a function that returns its result, and {name_of(function)} is {kind}")


def name_of(function: Any) -> str:
    """Return the name by which messages call a function."""
    return shown(getattr(function, "__name__", type(function).__name__), LONGEST_NAME)

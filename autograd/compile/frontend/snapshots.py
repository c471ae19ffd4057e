"""Snapshots: copies of what lists, dicts and arrays hold, and whether something is still what it was."""

from __future__ import annotations

import array
import collections
import operator
import types
from typing import Any, Final

__all__ = ["HELD", "PLAIN", "copied", "differs", "is_same"]


PLAIN: Final = (int, float, complex, bool, str, bytes, type(None))
LISTS: Final = (list, tuple, collections.deque)
HELD: Final = (*LISTS, dict, set, frozenset, bytearray, array.array, types.MappingProxyType)


def is_same(now: Any, before: Any) -> bool:
    """Whether it is the very object, or the same plain number or text."""
    if now is before:
        return True
    if type(now) is not type(before) or not isinstance(now, PLAIN):
        return False
    return bool(now == before) and (bool(now) or str(now) == str(before))  # 0.0 and -0.0 are two


def differs(x: Any, held: Any) -> bool:
    """Whether two dicts differ, or cannot be compared."""
    try:
        return bool(x != held)
    except Exception:  # an array in the place of another thing has no truth, and what else there is may have less
        return True


def copied(x: Any, items: list[Any], inside: set[int]) -> Any:
    """Return a copy of a list or its like, with copies of those inside it; all that they hold goes to `items`."""
    if isinstance(x, dict | types.MappingProxyType):
        return {key: _inner(each, items, inside) for key, each in x.items()}
    if isinstance(x, LISTS):
        copies = [_inner(each, items, inside) for each in x]
        if isinstance(x, tuple):
            return x if all(map(operator.is_, copies, x)) else tuple(copies)
        return collections.deque(copies, x.maxlen) if isinstance(x, collections.deque) else copies
    items.extend(x)
    return x[:] if isinstance(x, bytearray | array.array) else set(x)


def _inner(x: Any, items: list[Any], inside: set[int]) -> Any:
    if x.__class__ in HELD and id(x) not in inside:
        return copied(x, items, inside | {id(x)})
    items.append(x)
    return x

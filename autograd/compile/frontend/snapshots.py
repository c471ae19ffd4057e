"""Snapshots: copies of what lists, dicts and arrays hold, and whether something is still what it was."""

from __future__ import annotations

import array
import collections
import operator
import types
from typing import Any, Final

from autograd.compile.frontend.introspection import attributes_of
from autograd.value import Value

__all__ = ["HELD", "PLAIN", "copied", "has_the_same", "is_alike", "is_same", "is_told_by_equality"]


PLAIN: Final = (int, float, complex, bool, str, bytes, type(None))
LISTS: Final = (list, tuple, collections.deque)
DEEPEST: Final = 64  # lists in one another that are copied; what is deeper is to be the very same
HELD: Final = (*LISTS, dict, set, frozenset, bytearray, array.array, types.MappingProxyType)


def is_same(now: Any, before: Any) -> bool:
    """Whether it is the very object, or the same plain number or text, or a tuple of such."""
    if now is before:
        return True
    if type(now) is not type(before) or attributes_of(now) is not None:
        return False
    if isinstance(now, tuple):
        return len(now) == len(before) and all(map(is_same, now, before))
    if not isinstance(now, PLAIN):
        return False
    return bool(now == before) and (bool(now) or str(now) == str(before))  # 0.0 and -0.0 are two


def has_the_same(now: Any, before: dict[str, Any]) -> bool:
    """Whether a dict holds the very same things under the same names in the same order."""
    return [*now] == [*before] and all(map(operator.is_, now.values(), before.values()))


def is_told_by_equality(held: Any, items: set[int]) -> bool:
    """Whether what equals a copy of a list or its like holds the very same `items`, in the same order.

    Values are equal to themselves alone: compared with a number they raise, and whoever compares takes it as a no.
    """
    if id(held) in items:
        equality: Any = type(held).__eq__
        return type(held) in (str, bytes, Value) or equality is object.__eq__
    return isinstance(held, LISTS) and all(is_told_by_equality(each, items) for each in held)


def is_alike(x: Any, held: Any) -> bool:
    """Whether a list or its like holds the same things as its copy, in the same order: plain ones of the same kind."""
    if isinstance(held, dict | types.MappingProxyType):
        return is_alike([*x], [*held]) and is_alike([*x.values()], [*held.values()])
    if isinstance(held, (*LISTS, bytearray, array.array)):
        if len(x) != len(held):
            return False
        if all(map(operator.is_, x, held)):
            return True
        return all(
            y is z or (is_alike(y, z) if y.__class__ in HELD else is_same(y, z)) for y, z in zip(x, held, strict=True)
        )
    if isinstance(held, set | frozenset):
        return {*map(_mark, x)} == {*map(_mark, held)}
    return False


def _mark(x: Any) -> tuple[type, Any]:
    return type(x), repr(x) if isinstance(x, PLAIN) else id(x)


def copied(x: Any, items: list[Any], inside: set[int], deeper: list[Any]) -> Any:
    """Return a copy of a list or its like, with copies of those inside it; all that they hold goes to `items`.

    Those that are `inside` more than DEEPEST others are not copied, and go to `deeper` besides.
    """
    if isinstance(x, dict | types.MappingProxyType):
        return {key: _inner(each, items, inside, deeper) for key, each in x.items()}
    if isinstance(x, LISTS):
        copies = [_inner(each, items, inside, deeper) for each in x]
        if isinstance(x, tuple):
            return x if all(map(operator.is_, copies, x)) else tuple(copies)
        return collections.deque(copies, x.maxlen) if isinstance(x, collections.deque) else copies
    items.extend(x)
    return x[:] if isinstance(x, bytearray | array.array) else set(x)


def _inner(x: Any, items: list[Any], inside: set[int], deeper: list[Any]) -> Any:
    if x.__class__ in HELD and id(x) not in inside:
        if len(inside) < DEEPEST:
            return copied(x, items, inside | {id(x)}, deeper)
        deeper.append(x)
    items.append(x)
    return x

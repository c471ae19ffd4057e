"""The numbers and gradients of many Values, read and written at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from autograd.recording import modes
from autograd.support.validate import number

if TYPE_CHECKING:
    from autograd.value import Value


def numbers_of(values: Iterable[Value]) -> list[float]:
    """Return the number of each Value."""
    return [x._data for x in values]


def gradients_of(values: Iterable[Value]) -> list[float | None]:
    """Return the gradient of each Value, None where no backward pass has reached it."""
    return [x._grad for x in values]


def set_numbers(values: Iterable[Value], numbers: Iterable[object]) -> None:
    """Leave each Value with its number; raises TypeError, and changes nothing, if one is no real number."""
    found: list[Any] = list(numbers)
    if {*map(type, found)} != {float}:
        found = list(map(number, found))
    for value, x in zip(values, found, strict=True):
        value._data = x


def keep_gradients(values: Iterable[Value], gradients: Iterable[float | None]) -> None:
    """Leave each Value with that very object as its gradient; with None, as no backward pass has reached it."""
    for value, gradient in zip(values, gradients, strict=True):
        value._grad = gradient


@contextmanager
def gradients_aside(nodes: Iterable[Any]) -> Iterator[None]:
    """Inside the block no backward pass has reached these; after it they have the gradients that they had."""
    before = {node: node._grad for node in nodes}
    try:
        for node in before:
            node._grad = None
        yield
    finally:
        for node, gradient in before.items():
            node._grad = gradient


def clear_gradients(values: Sequence[Value]) -> None:
    """Leave each Value as no backward pass had reached it."""
    if modes.active:
        for value in values:
            modes.refuse("writing", ".grad", value)
    for value in values:
        value._grad = None

"""Audits: the function itself is run and compared with its program, so that nothing is wrong for long, or silently.

Guards (guards.py) see most of what may change; what none of them sees shows in the loss.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from time import perf_counter
from typing import Any, Final

from autograd.recording.bulk import gradients_of
from autograd.recording.graph import structure
from autograd.value import Value

__all__ = ["Auditing", "Audits", "disagreement"]

SHARE: Final = 0.01  # of the time that goes by is spent on audits
FIRST: Final = 4  # calls after the first are all audited up to this one
QUICK: Final = 0.02  # seconds; of the first audits, those that take no longer are always made
CHEAP: Final = 0.001  # seconds: what takes no longer is audited at calls 8, 16, 32, … besides
NEAR: Final = 1e-9  # of the number itself: a difference to be looked at
ROUNDINGS: Final = 1e3 * 2.0**-52  # what rounding may do to each number of a pass


class Audits:
    """When a program is compared with its function: at calls 2, 3, 4, and then within 1 % of the time.

    Where an audit takes a millisecond at most, at calls 8, 16, 32, … too.  Of long ones among the first, no more are
    made than take as long as compiling did.  The programs of a family (programs/every_size.py) are one program here:
    their calls are counted together, and an audit that falls on a call that is rehearsed is put off to the next.
    """

    def __init__(self, compiling: float) -> None:
        self._compiling, self._spent = compiling, 0.0
        self._next_call, self._next_time = 2, math.inf
        self._rehearsed = False
        self.calls = self.last = 0

    def due(self) -> bool:
        """Count a call, and return whether it is to be audited."""
        self.calls += 1
        rehearsed, self._rehearsed = self._rehearsed, False
        return not rehearsed and self._is_time()

    def _is_time(self) -> bool:
        return self.calls >= self._next_call or perf_counter() >= self._next_time

    def at_once(self) -> None:
        """Let the next call be audited."""
        self._next_call, self._rehearsed = 0, False

    def rehearsed(self, seconds: float) -> None:
        """Let the next call be none that is audited: its program, which took so long, has just been compared."""
        self._compiling += seconds
        self._rehearsed = True

    def passed(self, seconds: float, *, sparing: bool = False) -> None:
        """Say when the next one is due, after one that took so long and found nothing; `sparing`, by the time alone."""
        self._spent += seconds
        self.last = self.calls
        self._next_time = perf_counter() + seconds / SHARE
        if sparing:
            self._next_call = 1 << 62
        elif self.calls < FIRST and (seconds <= QUICK or self._spent + seconds <= self._compiling):
            self._next_call = self.calls + 1
        else:
            self._next_call = 1 << self.calls.bit_length() if seconds <= CHEAP else 1 << 62


class Auditing:
    """The mode that is on while a compiled function is run on numbers: it draws what the program drew.

    Running averages do not move.
    """

    def __init__(self, drawn: Sequence[tuple[Any, Any]]) -> None:
        self._drawn: dict[int, Iterator[float]] = {id(module): iter(numbers.tolist()) for module, numbers in drawn}

    def take(self, values: Any, index: Value) -> Any:
        """Return what the index names."""
        return values[int(index._data)]

    def random_inputs(self, module: Any, count: int) -> list[Value]:
        """Return Values of the next `count` numbers that the program had of a module."""
        found = list(islice(self._drawn.get(id(module), iter(())), count))
        return [Value(x) for x in (*found, *[math.nan] * (count - len(found)))]  # what it never had, it cannot agree on

    def observe(self, values: Sequence[Value], receive: Any) -> None:
        """Tell nobody: the program does."""

    def guard(self, read: Any) -> None:
        """Bind nothing."""


def disagreement(found: Sequence[float], truth: Sequence[Value]) -> tuple[float, float] | None:
    """Return the first pair of numbers, a program's and its function's, that differ by more than rounding; or None."""
    if len(found) != len(truth):
        return math.nan, math.nan
    finite = [abs(x._data) for x in truth if math.isfinite(x._data)]
    near = NEAR * max(finite, default=0.0)
    for x, node in zip(found, truth, strict=True):
        y = node._data
        apart = abs(x - y)
        if x == y or apart <= near or (x != x and y != y):
            continue
        if not (apart < math.inf and apart <= _rounding(node)):
            return x, y
    return None


def _rounding(root: Value) -> float:
    """Return how far the roundings of a pass may carry its result: Σ |number · adjoint| over the graph, times so many.

    The gradients of leaves are left as they were.
    """
    nodes = structure(root)
    values = [node for node in nodes if isinstance(node, Value)]
    leaves = [x for x in values if x.is_leaf]
    before = gradients_of(leaves)
    for leaf in leaves:
        leaf._grad = None
    try:
        root.backward()
        terms = [abs(x._data * (x._grad or 0.0)) for x in values]
    finally:
        for leaf, gradient in zip(leaves, before, strict=True):
            leaf._grad = gradient
    largest = max((abs(x._data) for x in values if math.isfinite(x._data)), default=0.0)
    return ROUNDINGS * sum(x for x in terms if math.isfinite(x)) + len(values) * (ROUNDINGS * largest) ** 2

"""Whether a function is determined: it draws no random numbers of its own, and records the same when traced again."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pickle import dumps
from time import perf_counter
from typing import Any, Final

from autograd.compile.frontend.trace import trace
from autograd.compile.frontend.traced_graph import Traced
from autograd.value import Value

__all__ = ["WAY_OUT", "UndeterminedError", "trace_once", "trace_twice"]


LONG: Final = 0.05  # seconds: what takes longer to trace is not traced a second time to see whether it is the same
WAY_OUT: Final = "numbers that it draws or counts itself are to be arguments (nn.Dropout's a program can draw anew)"


class UndeterminedError(ValueError):
    """A function draws, counts or reads what is another thing each time, so that no program can stand for it."""


Generator = tuple[str, Callable[[], Any], Callable[[Any], None]]  # its name, and how its state is read and put


def _generators(own: Iterable[Any]) -> list[Generator]:
    """Return the generators of random numbers: Python's, NumPy's, and others that a function reads."""
    numpy: Any = sys.modules.get("numpy.random")  # loaded when somebody asks for it
    found: list[Generator] = [("random", random.getstate, random.setstate)]
    if numpy is not None:
        found.append(("numpy.random", partial(numpy.get_state, legacy=False), numpy.set_state))
    for x in own:
        name = f"a generator of its own ({type(x).__name__})"
        if isinstance(x, random.Random):
            if not isinstance(x, random.SystemRandom):
                found.append((name, x.getstate, x.setstate))
        elif isinstance(x, numpy.RandomState):
            found.append((name, partial(x.get_state, legacy=False), x.set_state))
        else:
            bits = getattr(x, "bit_generator", x)
            found.append((name, partial(getattr, bits, "state"), partial(setattr, bits, "state")))
    return found


def trace_twice(
    function: Callable[..., Any],
    shapes: Sequence[tuple[int, ...]],
    parameters: Sequence[Value],
    names: Sequence[str],
    own: Iterable[Any],
    *,
    one: bool,
) -> Traced:
    """Return what the function, which has some generators of its `own`, records: the second time if that was quick.

    Raises UndeterminedError if it draws random numbers of its own, or records another thing the second time.
    """
    generators = _generators(own)
    record = partial(trace, function, shapes, parameters, names, one=one)
    start = perf_counter()
    traced = _undrawn(record, generators)
    if perf_counter() - start < LONG:
        first = traced.numbered.signature()
        traced.close()
        traced = _undrawn(record, generators)
        if traced.numbered.signature() != first:
            traced.close()
            raise UndeterminedError(
                f"traced twice, the function wrote another program each time, so no program can stand for it: {WAY_OUT}"
            )
    else:
        traced.keep_leaves()  # which may be made the first time alone
    return traced


def trace_once(own: Iterable[Any], *given: Any, **named: Any) -> Traced:
    """Return what `trace` does; raises UndeterminedError if the function draws random numbers of its own."""
    return _undrawn(partial(trace, *given, **named), _generators(own))


def _undrawn(record: Callable[[], Traced], generators: Sequence[Generator]) -> Traced:
    """Return what is recorded; raises UndeterminedError if the function draws random numbers of its own meanwhile."""
    for last in (False, False, True):
        before = [read() for _, read, _ in generators]
        traced = record()
        after = [read() for _, read, _ in generators]
        drew = next((i for i, (x, y) in enumerate(zip(before, after, strict=True)) if dumps(x) != dumps(y)), None)
        if drew is None:
            break
        traced.close()
        alone = threading.active_count() == 1  # else another thread may have drawn, and goes on from there
        if alone:
            for (_, _, put), state in zip(generators, before, strict=True):
                put(state)
        if last or alone:
            raise UndeterminedError(
                f"while it was traced, the function drew from {generators[drew][0]}, and what it drew would be the "
                f"same at each run, so no program can stand for it: {WAY_OUT}"
            )
    return traced

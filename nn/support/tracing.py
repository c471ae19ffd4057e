"""What a layer asks of the mode that records it, where a recorded pass and a compiled program must differ.

A recorded pass simply has its numbers.  A program that is being traced has none yet, so its mode may offer
    random_inputs(module, count)   `count` Values, which the program fills at each run: all that it asked of a module,
                                   in order, by one `module.next_numbers(how_many)`
    observe(values, receive)       at the end of each run `receive` is called with the numbers of `values`
    guard(read)                    the program holds as long as `read()` gives what it gave; else it is traced anew
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value
from autograd.recording import modes


def tracing() -> bool:
    """Return whether a program is being traced, so that Values hold no numbers that may be looked at."""
    return bool(modes.active) and modes.current("refuse_reading") is not None


def random_inputs(module: Any, count: int) -> list[Value] | None:
    """Return Values for the next `count` random numbers of a module while a program is traced or audited, else None."""
    ask = modes.current("random_inputs") if modes.active else None
    if ask is None:
        if not tracing():
            return None
        kind = type(module).__name__
        raise TypeError(f"a program with {kind} draws new numbers at each run, and this trace would freeze these")
    return list(ask(module, count))


def observe(values: Sequence[Value], receive: Callable[[list[float]], None]) -> None:
    """Have `receive` called with the numbers of `values`: now, or at each run of the program that is traced."""
    ask = modes.current("observe") if modes.active else None
    if ask is not None:
        ask(values, receive)
    else:
        receive([v.data for v in values])


def guard(read: Callable[[], Any]) -> None:
    """Bind a program that is being traced to what `read()` gives now."""
    if modes.active and (ask := modes.current("guard")) is not None:
        ask(read)

"""The garbage collector, which looks in vain through millions of things while they are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Inside the block the garbage collector does not look: a trace of 140,000 nodes takes a third of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def look_at_the_old_less() -> None:
    """Let full collections come a tenth as often as CPython's default has them; a threshold that is set is left alone.

    They look through the whole graph while it is recorded, and a graph has no cycles.  For recorded training of a GPT
    that buys 1.35×.  Cycles that others leave are found as before while they are young.  `import autograd` calls this;
    `gc.set_threshold(700, 10, 10)` after it takes it back.
    """
    young, middle, old = gc.get_threshold()
    if old == 10:
        gc.set_threshold(young, middle, 100)

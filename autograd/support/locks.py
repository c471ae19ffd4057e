"""Locks that are free in a forked child: the thread that held one is not there, and would never release it."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakSet

__all__ = ["cached_property", "make_lock", "renew_in_children"]

T = TypeVar("T")

_made: WeakSet[Any] = WeakSet()


def make_lock() -> Any:
    """Return a re-entrant lock that a forked child finds free, unless the thread that forked holds it."""
    return renew_in_children(threading.RLock())


def renew_in_children(lock: Any) -> Any:
    """Return the lock, a plain or re-entrant one of `threading`, which forked children find free from now on."""
    _made.add(lock)
    return lock


class cached_property(functools.cached_property[T]):  # noqa: N801  # as it is called there
    """The one of `functools`, whose lock, which it has before Python 3.12, a forked child finds free."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        super().__init__(compute)
        if (lock := getattr(self, "lock", None)) is not None:
            renew_in_children(lock)


def _renew() -> None:
    for lock in list(_made):
        if lock.acquire(blocking=False):  # free, or held by the thread that forked, which goes on to release it
            lock.release()
        else:
            lock._at_fork_reinit()  # as the standard library's own locks are


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)

"""What a forked child finds free and whole: the thread that held a lock, or was loading a module, is not there."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, Final, TypeVar
from weakref import WeakSet

T = TypeVar("T")

LOADED: Final = sys.stdlib_module_names | {"autograd", "nn", "viz", "numpy", "safetensors", "llvmlite", "jax", "tqdm"}

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


def _finish_imports() -> None:
    """Wait until no other thread is loading what this library loads when it is needed: a child could never go on.

    A user's own modules are not waited for: one may wait, while it is loaded, for the thread that forks.
    """
    under_way = getattr(sys.modules.get("_frozen_importlib"), "_module_locks", {})
    for name in list(under_way):
        if name.partition(".")[0] in LOADED:
            with suppress(ImportError):  # which the other thread is told
                import_module(name)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_finish_imports, after_in_child=_renew)

"""What a function reads from outside its arguments: a program holds only as long as that is what it was."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any, Final

__all__ = ["Outside"]

PLAIN: Final = (int, float, bool, str, type(None))
NOTHING: Final = object()
FEW: Final = 64
OURS: Final = frozenset({"autograd", "nn", "viz"})


class Outside:
    """The names that a function closes over, its globals, and the plain attributes of objects among them.

    The walk goes on through the user's functions and objects, not a library's, and through short lists of them.  What
    else lies in a list or an array is not looked at, only whether it is the same list.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._seen: list[tuple[str, Any, Any]] = []  # name, where it is read, what was there
        self._visited: dict[int, Any] = {}
        self._look_at(function.func if isinstance(function, partial) else function, itself=True)

    def changed(self) -> str:
        """Return the name of something that is no longer what it was, or ""."""
        for name, where, before in self._seen:
            now = _read(where, name)
            if now is not before and not (type(now) is type(before) and isinstance(now, PLAIN) and now == before):
                return name
        return ""

    def _look_at(self, x: Any, *, itself: bool = False) -> None:
        if id(x) in self._visited:
            return
        self._visited[id(x)] = x
        if isinstance(x, MethodType):
            self._look_at(x.__func__, itself=itself)
            self._look_at(x.__self__)
        elif isinstance(x, FunctionType):
            if itself or _is_users(x):
                for name, where in _names(x):
                    now = _read(where, name)
                    self._seen.append((name, where, now))
                    self._look_at(now)
        elif isinstance(x, list | tuple):
            if len(x) <= FEW:
                for item in x:
                    self._look_at(item)
        elif not isinstance(x, type) and hasattr(x, "__dict__") and _is_users(type(x)):
            for function in vars(type(x)).values():
                self._look_at(function)
            for name, value in vars(x).items():
                if isinstance(value, PLAIN):
                    self._seen.append((name, vars(x), value))
                else:
                    self._look_at(value)


def _is_users(x: Any) -> bool:
    """Whether a function or class was written by the user: in no library, neither Python's, nor ours, nor another."""
    name = getattr(x, "__module__", None) or "__main__"
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    ours = name.partition(".")[0] in OURS
    return not (ours or name.partition(".")[0] in sys.stdlib_module_names or "site-packages" in file)


def _names(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield the names that a function reads from outside, with the cell or the globals they are read from."""
    yield from zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    for name in dict.fromkeys(_globals(function.__code__)):
        if name in function.__globals__:
            yield name, function.__globals__


def _globals(code: CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _globals(part)


def _read(where: Any, name: str) -> Any:
    if isinstance(where, CellType):
        try:
            return where.cell_contents
        except ValueError:  # not yet given anything
            return NOTHING
    return where.get(name, NOTHING)

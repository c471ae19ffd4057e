"""What a function reads from outside its arguments: a program holds only as long as that is what it was."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any, Final

import numpy as np

from autograd.value import Value

__all__ = ["Outside"]

PLAIN: Final = (int, float, bool, str, bytes, type(None))
NOTHING: Final = object()
FEW: Final = 64
OURS: Final = frozenset({"autograd", "nn", "viz"})
BY_ANY_NAME: Final = frozenset({"getattr", "vars", "__dict__", "__getattribute__"})

NOT_IN_A_TRACE: Final = frozenset({"__init__", "__new__", "__repr__", "__str__"})


class Outside:
    """The names that a function closes over, its globals, and the attributes that it may read of objects among them.

    The walk goes on through the user's functions and objects, not a library's, and through what short lists, dicts and
    arrays hold.  Of long ones, and of those of Values alone, only whether it is the same list is looked at.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._seen: list[tuple[str, Any, Any]] = []  # name, where it is read, what was there
        self._held: list[tuple[str, Any, list[Any]]] = []  # name, a list or its like, what it held
        self._visited: dict[int, Any] = {}
        self._objects: list[Any] = []
        self._attributes: set[str] = set()  # names that the functions mention: others they do not read
        self._look_at("", function.func if isinstance(function, partial) else function, itself=True)
        self._look_into_objects()

    def changed(self) -> str:
        """Return the name of something that is no longer what it was, or ""."""
        for name, where, before in self._seen:
            if not _is_same(_read(where, name), before):
                return name
        for name, x, held in self._held:
            try:
                if (x if x.__class__ is list else _content(x)) != held:
                    return name
            except ValueError:  # an array in the place of another thing has no truth
                return name
        return ""

    def _look_at(self, name: str, x: Any, *, itself: bool = False) -> None:
        if isinstance(x, PLAIN) or id(x) in self._visited:
            return
        self._visited[id(x)] = x
        if isinstance(x, MethodType):
            self._look_at(name, x.__func__, itself=itself)
            self._look_at(name, x.__self__)
        elif isinstance(x, property | staticmethod | classmethod):
            self._look_at(name, x.fget if isinstance(x, property) else x.__func__)
        elif isinstance(x, FunctionType):
            if itself or _is_users(x):
                self._attributes.update(_mentioned(x.__code__))
                for inner, where in _names(x):
                    self._remember(inner, where)
        elif isinstance(x, list | dict | set | tuple | np.ndarray):
            if len(content := _content(x)) <= FEW:
                if not isinstance(x, tuple) and not all(isinstance(item, Value) for item in content):
                    self._held.append((name, x, list(content)))
                for item in content:
                    self._look_at(name, item)
        elif not isinstance(x, type) and hasattr(x, "__dict__") and _is_users(type(x)):
            self._objects.append(x)

    def _remember(self, name: str, where: Any) -> None:
        now = _read(where, name)
        self._seen.append((name, where, now))
        self._look_at(name, now)

    def _look_into_objects(self) -> None:
        """Look at the attributes that the functions mention, and so at further functions, until there are no others."""
        known: set[tuple[int, int, str]] = set()
        before = -1
        while before < len(known):
            before = len(known)
            for x in list(self._objects):
                for owner in (x, *filter(_is_users, type(x).__mro__)):
                    for name in list(vars(owner)):
                        if self._is_read(name) and (id(x), id(owner), name) not in known:
                            known.add((id(x), id(owner), name))
                            self._remember(name, vars(owner))
                            if name not in vars(x):  # the object may be given its own
                                self._seen.append((name, vars(x), NOTHING))

    def _is_read(self, name: str) -> bool:
        implicit = name.startswith("__") and name not in NOT_IN_A_TRACE
        return name in self._attributes or implicit or not BY_ANY_NAME.isdisjoint(self._attributes)


def _is_same(now: Any, before: Any) -> bool:
    return now is before or (type(now) is type(before) and isinstance(now, PLAIN) and now == before)


def _content(x: Any) -> Sequence[Any]:
    """Return what a list or its like holds: of an array of numbers the bytes, if they are few."""
    if isinstance(x, list | tuple):
        return x
    if isinstance(x, np.ndarray):
        return x.ravel().tolist() if x.dtype == object else [x.tobytes()] if x.size <= FEW * FEW else []
    return [*x, *x.values()] if isinstance(x, dict) else [*x]


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


def _mentioned(code: CodeType) -> Iterator[str]:
    """Yield the names of globals and attributes in a function and in those inside it."""
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _mentioned(part)


def _read(where: Any, name: str) -> Any:
    if isinstance(where, CellType):
        try:
            return where.cell_contents
        except ValueError:  # not yet given anything
            return NOTHING
    return where.get(name, NOTHING)

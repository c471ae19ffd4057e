"""Introspection: what a function's bytecode reads, and what objects hold, without running any code of the user's."""

from __future__ import annotations

import dis
import random
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, Final

from autograd.value import Value

NOTHING: Final = object()
ENGINE: Final = frozenset({"autograd", "viz"})
NETWORKS: Final = "nn"
VERSION: Final = "_assignments"  # of a module: moved by each assignment to it


def is_buffer(name: str, kind: type) -> bool:
    """Whether one of our classes has a buffer of this name, which a program asks for at each run."""
    return any(name in vars(owner).get("buffers", ()) and root_of(owner) == NETWORKS for owner in kind.__mro__)


def is_generator(x: Any) -> bool:
    """Whether an object is a generator of random numbers, Python's or NumPy's."""
    numpy: Any = sys.modules.get("numpy.random")  # which is loaded when somebody asks for it, not with NumPy
    kinds = () if numpy is None else (numpy.Generator, numpy.RandomState, numpy.BitGenerator)
    return isinstance(x, (random.Random, *kinds))


def is_module(x: Any) -> bool:
    """Whether an object is one of our modules, which counts the assignments to it."""
    return hasattr(type(x), VERSION)


def root_of(x: Any) -> str:
    """Return the name of the package that a function or class is of."""
    return str(getattr(x, "__module__", None) or "__main__").partition(".")[0]


def is_users(x: Any) -> bool:
    """Whether a function, class or module was written by the user: in no library, neither Python's, nor ours."""
    name = x.__name__ if isinstance(x, ModuleType) else getattr(x, "__module__", None) or "__main__"
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    root = name.partition(".")[0]
    return not (root in ENGINE or root == NETWORKS or root in sys.stdlib_module_names or "site-packages" in file)


def attributes_of(x: Any) -> Any:
    """Return the names and values that an object holds itself, or None if it has no place for any.

    No code of the user's runs, such as a `__getattr__`.
    """
    if isinstance(x, type):
        return vars(x)
    try:
        return object.__getattribute__(x, "__dict__")
    except AttributeError:
        return None


def in_slot(slot: Any, x: Any) -> Any:
    """Return what an object has in a slot, or NOTHING."""
    try:
        return slot.__get__(x, type(x))
    except AttributeError:
        return NOTHING


def owners_of(x: Any) -> Iterator[Any]:
    """Yield an object and the classes that it has its attributes from: the user's and ours."""
    if attributes_of(x) is not None:
        yield x
    if not isinstance(x, ModuleType | FunctionType):
        base = x.__mro__[1:] if isinstance(x, type) else ()
        for owner in (*base, *type(x).__mro__):
            if owner is not object and (root_of(owner) == NETWORKS or is_users(owner)):
                yield owner


def _parts(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of a function and of those inside it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _parts(part)


@lru_cache(maxsize=512)
def globals_of(code: CodeType) -> dict[tuple[str, bool], None]:
    """Return the names of the globals that a function reads, and of the modules (True) that it imports itself."""
    found: dict[tuple[str, bool], None] = {}
    for part in _parts(code):
        for step in dis.get_instructions(part):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "IMPORT_NAME"):
                found[step.argval, step.opname == "IMPORT_NAME"] = None
    return found


@lru_cache(maxsize=512)
def mentioned_in(code: CodeType) -> frozenset[str]:
    """Return the names of globals and attributes in a function and in those inside it; and texts: they may be names."""
    return frozenset([*(name for part in _parts(code) for name in part.co_names), *texts_in(code)])


def texts_in(code: CodeType) -> Iterator[str]:
    """Yield the texts in a function that may be names."""
    for part in _parts(code):
        yield from (x for x in part.co_consts if isinstance(x, str) and x.isidentifier())


def is_data(x: Any) -> bool:
    """Whether an object is neither code nor a Python module."""
    return not (callable(x) or isinstance(x, ModuleType))


def content_of(cell: CellType) -> Any:
    """Return what is in a closure's cell, or NOTHING."""
    try:
        return cell.cell_contents
    except ValueError:  # not yet given anything
        return NOTHING


def names_of(values: list[Value]) -> tuple[str | None, ...]:
    """Return the names of Values."""
    return tuple([x.name for x in values])

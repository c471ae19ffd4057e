"""What a function reads from outside its arguments: a program holds only as long as that is what it was.

A function's bytecode says which names it may read; the objects behind them are walked, the user's and ours, and what
they held is kept beside them, to be compared at each call.  What no name shows is left to audits (audit.py).
"""

from __future__ import annotations

import operator
import sys
import types
import weakref
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

import numpy as np

from autograd.compile.frontend.introspection import (
    ENGINE,
    NETWORKS,
    NOTHING,
    VERSION,
    attributes_of,
    content_of,
    globals_of,
    in_slot,
    is_buffer,
    is_data,
    is_generator,
    is_module,
    is_users,
    mentioned_in,
    names_of,
    owners_of,
    root_of,
    texts_in,
)
from autograd.compile.frontend.snapshots import (
    HELD,
    PLAIN,
    copied,
    has_the_same,
    is_alike,
    is_same,
    is_told_by_equality,
)
from autograd.value import Value

__all__ = ["Outside"]

MOST: Final = 4096  # numbers in one list or array; of more than that only whether it is the same is looked at
NAMESPACES: Final = frozenset({"types", "argparse", "collections", "functools", "_collections_abc", "os"})
BY_ANY_NAME: Final = frozenset({"getattr", "vars", "__dict__", "__getattribute__"})
NOT_IN_A_TRACE: Final = frozenset({"__init__", "__new__", "__repr__", "__str__", "__init_subclass__", "__setattr__"})
UNSET: Final = {"training": True}  # what a module says of itself where nothing was set
WALKED: Final = frozenset({"vars", "__dict__"})  # who mentions them may read attributes in their order
version_of: Final = operator.attrgetter(VERSION)


class Outside:
    """The names that a function closes over, its globals and defaults, and what it may read of objects among them.

    The walk goes on through the user's functions and objects and our modules, not a library's, and through what lists,
    dicts and arrays hold.  Attributes that are `settings` may be read whether or not a name of theirs is seen, those
    `apart` are given anew at each run.  `generators` are the generators of random numbers that were met.
    """

    def __init__(self, function: Callable[..., Any], apart: Iterable[str] = (), settings: Iterable[str] = ()) -> None:
        self.generators: list[Any] = []
        self._named: list[tuple[str, Any, Any]] = []  # name, the names and what they mean, what was there
        self._cells: list[tuple[str, CellType, Any]] = []  # name, a closure's cell, what was in it
        self._functions: list[tuple[FunctionType, CodeType]] = []
        self._asked: list[tuple[str, Callable[[], Any], Any]] = []  # name, how it is read, what was there
        self._held: list[tuple[str, Any, Any]] = []  # name, a list or its like, what it held
        self._loosely: list[tuple[str, Any, Any]] = []  # those of them that may be equal and hold other things
        self._values: list[Value] = []  # that were met
        self._objects: list[tuple[Any, Any, dict[str, Any]]] = []  # an object, its attributes, what they were
        self._modules: list[tuple[Any, Any, dict[str, Any]]] = []  # the same, of modules, which have versions
        self._apart = frozenset(apart)
        self._visited: dict[int, Any] = {}
        self._met: list[Any] = []  # objects and classes whose attributes may be read
        self._mentioned = set(settings)  # names that the user's functions mention: others they do not read
        self._ours: set[str] = set()  # names that our modules' own functions mention
        self._look_at(getattr(function, "__name__", type(function).__name__), function, itself=True)
        self._keep_objects(self._look_into_objects())
        if "name" in self._mentioned and self._values:
            self._ask("name", partial(names_of, self._values))

    # ------------------------------------------------------------------------------ comparing
    def changed(self) -> str:
        """Return the name of something that is no longer what it was, or ""."""
        for name, where, before in self._named:
            now = where.get(name, NOTHING)
            if now is not before and not is_same(now, before):
                return name
        for name, cell, before in self._cells:
            try:
                now = cell.cell_contents
            except ValueError:  # nothing was given to it yet, or it was deleted
                now = NOTHING
            if now is not before and not is_same(now, before):
                return name
        for name, read, before in self._asked:
            now = read()
            if now is not before and not is_same(now, before):
                return name
        for function, code in self._functions:
            if function.__code__ is not code:
                return str(function.__name__)
        if self._held and (name := self._changed_content()):
            return name
        for kept in self._objects:
            if not has_the_same(kept[1], kept[2]) and (name := self._changed_attribute(*kept)):
                return name
        if self._modules and sum(map(version_of, self._walked)) != self._versions:  # each of which only grows
            return self._changed_module()
        return ""

    def reads(self, x: Any, names: Iterable[str]) -> bool:
        """Whether one of these attributes of an object may be read."""
        return any(met is x for met in self._met) and any(self._is_read(name, x) for name in names)

    def _changed_content(self) -> str:
        name = ""
        try:
            for name, x, held in self._held:
                if x != held:
                    return name
            for name, x, held in self._loosely:
                if not is_alike(x, held):
                    return name
        except Exception:  # an array in the place of another thing has no truth, and what else there is may have less
            return name
        return ""

    def _changed_module(self) -> str:
        for kept in self._modules:
            if name := self._changed_attribute(*kept):
                return name
        self._versions = sum(map(version_of, self._walked))
        return ""

    def _changed_attribute(self, x: Any, attributes: Any, before: dict[str, Any]) -> str:
        """Return the name of an attribute that is read and is not what it was, or ""."""
        now = dict(attributes)
        for name in now.keys() | before.keys():
            if now.get(name, NOTHING) is not before.get(name, NOTHING) and self._is_read(name, x):
                default = UNSET.get(name, NOTHING) if is_module(x) else NOTHING
                default = getattr(type(x), name, NOTHING) if default is NOTHING else default
                if not is_same(now.get(name, default), before.get(name, default)):
                    return name
        if not WALKED.isdisjoint(self._mentioned | self._ours):
            names = [name for name in before if name in now and name not in UNSET and self._is_read(name, x)]
            for name, there in zip(names, filter(set(names).__contains__, now), strict=True):
                if name != there:
                    return str(there)
        before.clear()  # what else has changed is not read, and not looked at again
        before.update(now)
        return ""

    # -------------------------------------------------------------------------------- walking
    def _look_at(self, name: str, x: Any, *, itself: bool = False) -> None:
        kind = x.__class__
        if kind is Value:
            self._values.append(x)
            return
        if (isinstance(x, PLAIN) and attributes_of(x) is None) or id(x) in self._visited:
            return
        self._visited[id(x)] = x
        if isinstance(x, FunctionType):
            if itself or is_users(x):
                self._look_into_function(x)
        elif isinstance(x, MethodType):
            self._look_at(name, x.__func__, itself=itself)
            self._look_at(name, x.__self__)
        elif isinstance(x, partial):
            self._look_at(name, x.func, itself=itself)
            self._look_at(name, x.args)
            self._look_at(name, x.keywords)
        elif isinstance(x, property | staticmethod | classmethod):
            inner = x.fget if isinstance(x, property) else x.__func__
            self._look_at(name, inner, itself=isinstance(x, property))
        elif isinstance(x, operator.attrgetter | operator.methodcaller):
            self._mentioned.add("getattr")
        elif isinstance(x, types.BuiltinMethodType | types.MethodWrapperType):
            if not isinstance(x.__self__, ModuleType | type):
                self._look_at(name, x.__self__)
        elif isinstance(x, np.ndarray):
            if x.dtype == object:
                self._look_at(name, x.ravel().tolist())
            if x.size <= MOST:
                self._asked.append((name, x.tobytes, x.tobytes()))
        elif isinstance(x, HELD):
            self._hold(name, x)
            if attributes_of(x) is not None:
                self._met.append(x)
        elif isinstance(x, type):
            if is_users(x):
                self._met.append(x)
        elif isinstance(x, weakref.ref):
            self._ask(name, x)
        elif isinstance(x, ContextVar):
            self._ask(name, partial(x.get, NOTHING))
        elif is_generator(x):
            self.generators.append(x)
        elif root_of(kind) not in ENGINE:  # a library's module, too: what data it holds may be read
            self._met.append(x)
            if wrapped := (attributes_of(x) or {}).get("__wrapped__"):  # as what functools.cache makes has
                self._look_at(name, wrapped)

    def _look_into_function(self, function: FunctionType) -> None:
        self._mentioned.update(mentioned_in(function.__code__))
        for inner, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self._cells.append((inner, cell, content_of(cell)))
            self._look_at(inner, content_of(cell))
        for inner, is_imported in globals_of(function.__code__):
            if not is_imported:
                self._remember(inner, function.__globals__)
            elif inner in sys.modules:
                self._look_at(inner, sys.modules[inner])
        if "globals" in function.__code__.co_names:
            for inner in filter(function.__globals__.__contains__, texts_in(function.__code__)):
                self._remember(inner, function.__globals__)
        called = function.__name__
        self._functions.append((function, function.__code__))
        for part in ("__defaults__", "__kwdefaults__"):
            if getattr(function, part):
                self._ask(called, partial(getattr, function, part))
        if vars(function):
            self._met.append(function)

    def _remember(self, name: str, where: Any) -> None:
        now = where.get(name, NOTHING)
        self._named.append((name, where, now))
        self._look_at(name, now)

    def _ask(self, name: str, read: Callable[[], Any]) -> None:
        now = read()
        self._asked.append((name, read, now))
        self._look_at(name, now)

    def _hold(self, name: str, x: Any) -> None:
        """Keep what a list or its like holds, those inside it too, and look at each thing in it."""
        held = copied(x, items := list[Any](), {id(x)}, deeper := list[Any]())
        self._visited.update(zip(map(id, deeper), deeper, strict=True))
        if len(items) <= MOST or not isinstance(items[0], PLAIN):
            if held is not x:
                self._held.append((name, x, held))
                if isinstance(x, dict) and is_told_by_equality([*held.values()], {*map(id, items)}):
                    self._ask(name, partial(tuple, x))  # all but the order of its keys
                elif not is_told_by_equality(held, {*map(id, items)}):
                    self._loosely.append((name, x, held))
            self._values += [item for item in items if item.__class__ is Value]
            for item in [item for item in items if item.__class__ is not Value]:
                self._look_at(name, item)

    def _look_into_objects(self) -> set[tuple[int, int, str]]:
        """Look at the attributes that the functions mention, and so at further functions, until there are no others.

        Return which were looked at: of which object, where they are, and their names.
        """
        known: set[tuple[int, int, str]] = set()
        looked_with: dict[int, tuple[int, int]] = {}  # how many names were mentioned when an object was looked into
        more = True
        while more:
            more = False
            for x in self._met:  # which grows meanwhile
                mentioned = len(self._mentioned), len(self._ours)
                if looked_with.get(id(x)) != mentioned:
                    looked_with[id(x)] = mentioned
                    more = True
                    for owner in owners_of(x):
                        self._look_into(x, owner, known)
        return known

    def _look_into(self, x: Any, owner: Any, known: set[tuple[int, int, str]]) -> None:
        if owner is not x and root_of(owner) == NETWORKS:
            for name in self._mentioned.intersection(vars(owner)):
                behind = getattr(vars(owner)[name], "fget", None)
                if isinstance(behind, FunctionType):  # of a property: what is behind it is read with it
                    own = mentioned_in(behind.__code__).difference(BY_ANY_NAME)
                    self._mentioned.update(x for x in own if not x.startswith("__"))
            if id(owner) in self._visited:
                return
            self._visited[id(owner)] = owner
            if is_module(x) or "__call__" in vars(owner):
                for name in vars(owner) if is_module(x) else ("__call__",):
                    function = vars(owner)[name]
                    function = getattr(function, "__wrapped__", function)  # constructors are wrapped
                    if isinstance(function, FunctionType):
                        self._ours.update(mentioned_in(function.__code__))
            return
        for name, there in list((attributes_of(owner) or {}).items()):
            if (id(x), id(owner), name) in known or not self._is_read(name, x):
                continue
            if isinstance(x, ModuleType) and not (is_users(x) or is_data(there)):
                continue
            if isinstance(owner, type) and name.startswith("__") and not isinstance(there, FunctionType):
                continue
            known.add((id(x), id(owner), name))
            if isinstance(there, types.MemberDescriptorType):  # of a slot
                if owner is not x:
                    self._ask(name, partial(in_slot, there, x))
            elif owner is x:
                self._look_at(name, there)
            elif is_users(owner):
                if isinstance(x, type):  # which may be given its own
                    self._named.append((name, vars(x), vars(x).get(name, NOTHING)))
                if (0, id(owner), name) not in known:
                    known.add((0, id(owner), name))
                    self._remember(name, vars(owner))

    def _keep_objects(self, known: set[tuple[int, int, str]]) -> None:
        for x in self._met:
            attributes = attributes_of(x)
            if attributes is not None:
                kept = (x, attributes, dict(attributes))
                if is_module(x):
                    self._modules.append(kept)
                elif not isinstance(x, type | ModuleType):
                    self._objects.append(kept)
                else:
                    for name, there in kept[2].items():
                        if (id(x), id(x), name) in known:
                            self._named.append((name, kept[1], there))
        self._walked = [x for x, _, _ in self._modules]
        self._versions = sum(map(version_of, self._walked))

    def _is_read(self, name: str, x: Any) -> bool:
        kind = type(x)
        if not hasattr(kind, VERSION):
            if name in self._mentioned:
                return True
        elif name[0] != "_":
            if is_buffer(name, kind):
                return name in self._mentioned  # the user's own look at it is not
            if name in self._ours:
                return True
        if name in self._apart or name == VERSION:
            return False
        if name in self._mentioned:
            return True
        if name.startswith("__"):
            return name not in NOT_IN_A_TRACE and not isinstance(x, ModuleType | FunctionType)
        if not BY_ANY_NAME.isdisjoint(self._mentioned):
            return is_users(x) if isinstance(x, ModuleType) else name[0] != "_" or not is_module(x)
        return root_of(kind) in NAMESPACES or (name in self._ours and name[0] != "_" and root_of(kind) == NETWORKS)

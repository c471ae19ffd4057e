"""Copies and pickles of graphs, and their end: in linear time, with no recursion however deep, with all they share.

A copy keeps numbers, gradients and names, and backward passes run in it.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

from autograd.recording import modes
from autograd.recording.graph import operand_derivatives, operands, structure
from autograd.recording.nodes import connected, operand


class Copying:
    """How Values and Groups are copied and pickled."""

    __slots__ = ()

    def __copy__(self) -> Any:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        for node in _unknown(self, lambda node: id(node) in memo):
            inputs = tuple([memo[id(x)] for x in operands(node)])
            memo[id(node)] = _rebuilt((), _state(node), inputs, tuple(operand_derivatives(node)))
        return memo[id(self)]

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickler saves each object once, so what a node was computed from goes first, in order: then no node is saved
        # inside another.
        session = _pickling(self)
        first = _unknown(self, lambda node: id(node) in session.seen)[:-1]
        session.seen.update(dict.fromkeys(map(id, first), False))
        session.seen[id(self)] = True
        before = (session, first) if first else ()
        return _rebuilt, (before, _state(self), operands(self), tuple(operand_derivatives(self)))


def _unknown(root: Any, known: Callable[[Any], bool]) -> list[Any]:
    """Return the root and all below it that is not known yet, each after all that it was computed from."""
    if modes.active:
        modes.refuse("reading", "the number", root)
    return structure(root, lambda node: tuple(x for x in operands(node) if not known(x)))


def _state(node: Any) -> tuple[Any, ...]:
    return (node.of,) if node.is_group else (node._data, node._grad, node.op, node._name)


def _rebuilt(before: object, state: tuple[Any, ...], inputs: tuple[Any, ...], derivatives: tuple[Any, ...]) -> Any:
    """Return a node or group with that state and these operands."""
    if len(state) == 1:
        return state[0](inputs)
    data, grad, op, name = state
    if not inputs:
        node = operand(data)
        node.op = op
    else:
        node = connected(data, op, inputs, derivatives)
    node._grad, node._name = grad, name
    return node


# ------------------------------------------------------------------------------------------ pickling
class _Session:
    """What one pickler has been given so far.  It lives as long as the pickler does, which remembers it."""

    def __init__(self) -> None:
        self.seen: dict[int, bool] = {}  # ids of nodes, and whether they have been asked for their own part yet

    def __reduce__(self) -> tuple[Any, ...]:
        return bool, ()


_latest = threading.local()


def _pickling(node: Any) -> _Session:
    """Return the session of this thread, a new one if the pickler is another: one asks no node twice."""
    session: _Session | None = getattr(_latest, "session", lambda: None)()
    if session is None or session.seen.get(id(node), False):
        session = _Session()
        _latest.session = weakref.ref(session)
    return session


# ------------------------------------------------------------------------------------------ letting go
_waiting: list[Any] = []  # what freed nodes were computed from
_is_freeing = False


def let_go(node: Any) -> None:
    """Free what a node was computed from without freeing inside of freeing, so that chains may be of any length.

    CPython bounds how deep it frees, from 3.13 on by a stack that no browser has.
    """
    global _is_freeing
    try:
        _waiting.extend((node._left, node._right, node._operands))
    except AttributeError:  # `Value("a word")` has begun to be a node, and is none
        return
    node._left = node._right = node._operands = None
    if not _is_freeing:
        _is_freeing = True
        while _waiting:
            _waiting.pop()  # may be the last that holds on to a node, which then adds what it holds
        _is_freeing = False


class Freeing:
    """How Values go when nothing holds on to them: as Python's objects do, in a browser link by link."""

    __slots__ = ()

    if sys.platform == "emscripten":
        __del__ = let_go

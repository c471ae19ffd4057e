"""Parameters where nobody looks: the loss depends on them, and neither the model nor the optimizer holds them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from types import CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, Final

from autograd import Value, ops
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT
from autograd.support.pytree import flat
from autograd.support.user_line import warn
from nn.optim.optimizer import Optimizer
from nn.support.validate import shortened

FLAT: Final = {ops.detach, ops.greater, ops.greater_equal, ops.less, ops.less_equal, ops.equal, ops.isnan}
MOST: Final = 10_000  # objects looked into for the place of a Value without a name


def warn_unmoved(
    model: Any, loss: Any, optimizer: Optimizer, data: Iterable[Any], recorded: Value, again: Callable[[], Value]
) -> None:
    """Warn of the Values that a recorded loss depends on and that nothing will move.

    Those are leaves that are found again in the loss of another pass, and so were not made by it, and that are neither
    constants nor data nor parameters of the model (which may be left out on purpose) or the optimizer.
    """
    known = {id(p) for p in (*model.parameters(), *optimizer.parameters)}
    strange = [leaf for leaf in _leaves(recorded) if id(leaf) not in known]
    if not strange:
        return
    known.update(id(x) for x in flat(data) if isinstance(x, Value))
    lasting = {id(leaf) for leaf in _leaves(again())}
    unmoved = [leaf for leaf in strange if id(leaf) not in known and id(leaf) in lasting]
    if not unmoved:
        return
    names = [leaf.name or _place((model, loss), leaf) or f"a Value of {leaf.data:g}" for leaf in unmoved]
    it, stays = ("it", "it stays as it is") if len(names) == 1 else ("them", "they stay as they are")
    warn(
        f"{shortened(names)}: the loss depends on {it}, but neither the model's parameters() nor the optimizer know "
        f"{it}, so {stays}; to train {it}, use public attributes of a Module (Values, Modules, and lists, tuples and "
        f"dicts of them), or give {it} to the optimizer too; if not, use autograd.detach(…), or plain numbers",
        UserWarning,
    )


def _leaves(root: Value) -> list[Value]:
    """Return the leaves that are no constants, and from which a gradient may come, in order."""
    found: list[Value] = []
    seen: set[int] = set()
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.is_group:
            stack.extend(reversed(operands(node)))
        elif node.is_leaf:
            if node.op is not CONSTANT:
                found.append(node)
        elif node.op not in FLAT:
            stack.extend(reversed(operands(node)[node.op is ops.where :]))
    return found


def _place(roots: Iterable[Any], wanted: Value) -> str:
    """Return where a Value is found from one of the roots on, as "part.k" or "_scale"; "" if it is not found."""
    queue: deque[tuple[str, Any]] = deque(("", root) for root in roots)
    seen: set[int] = set()
    while queue and len(seen) < MOST:
        path, x = queue.popleft()
        if x is wanted:
            return path
        if id(x) not in seen and not isinstance(x, Value | type | ModuleType):
            seen.add(id(x))
            queue.extend((f"{path}.{name}".strip("."), below) for name, below in _inside(x))
    return ""


def _inside(x: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name, thing) for what an object is made of, and what functions read from outside."""
    if isinstance(x, FunctionType):
        for name, cell in zip(x.__code__.co_freevars, x.__closure__ or (), strict=True):
            with suppress(ValueError):  # it may have nothing yet
                yield name, cell.cell_contents
        yield from ((name, x.__globals__[name]) for name in _names(x.__code__) if name in x.__globals__)
    elif isinstance(x, MethodType):
        yield from (("", x.__self__), ("", x.__func__))
    elif isinstance(x, partial):
        yield from (("", x.func), *(("", given) for given in x.args), *x.keywords.items())
    elif isinstance(x, dict):
        yield from ((str(key), below) for key, below in x.items())
    elif isinstance(x, list | tuple | set | frozenset | deque):
        yield from ((str(i), below) for i, below in enumerate(x))
    elif type(x).__module__ != "builtins":
        yield from list(getattr(x, "__dict__", {}).items())
        for kind in type(x).__mro__[:-1]:
            for name, below in vars(kind).items():
                if isinstance(below, MemberDescriptorType):
                    with suppress(AttributeError):
                        yield name, getattr(x, name)
                else:
                    yield "" if isinstance(below, FunctionType) else name, below


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)

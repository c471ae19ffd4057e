"""Placeholders: Values without numbers, which stand for what the program computes, and which afterwards refuse all."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

from autograd import ops
from autograd.functional.softmax_mean_norm import smallest
from autograd.recording import modes
from autograd.recording.conditions import AsValue, Condition
from autograd.recording.graph import Inputs
from autograd.value import Value

__all__ = ["NO_NUMBER", "ReadNumber", "TracedByCompile", "builtins_traced", "close", "node_of"]


PLAIN: Final = frozenset({float, int})
ADDED: Final = PLAIN | {Value}
NO_NUMBER: Final = float("nan")  # the number of whatever has none yet: the very object says so


_new = object.__new__


def node_of(op: Any = None, inputs: tuple[Any, ...] = ()) -> Value:
    """Return a node for `op` on operands, or a leaf, without its number."""
    node = _new(Value)
    node._data, node.op = NO_NUMBER, op
    node._grad = node._name = node._left = node._right = node._operands = None
    node._left_derivative = node._right_derivative = None
    if len(inputs) == 2:
        node._left, node._right = inputs
    elif inputs:
        node._operands = Inputs(inputs, ())
    return node


_FORM: Any = Value.__base__  # one class can take the place of another if both are of one form


class TracedByCompile(_FORM):  # type: ignore[misc]
    """What a Value that was recorded while a function was traced becomes afterwards: whatever is asked of it raises."""

    __slots__ = Value.__slots__

    def _refuse(self, *_: object) -> Any:
        raise TypeError(
            "this Value was recorded while `compile` traced a function, and has no number: it stood for what the "
            "program computes at each run, and a program gives what its function returns; compute it once more outside"
        )

    def __getattribute__(self, name: str) -> Any:
        return TracedByCompile if name == "__class__" else TracedByCompile._refuse(self)

    def __eq__(self, other: object) -> bool:
        return True if self is other else bool(self._refuse())

    __hash__ = object.__hash__
    __setattr__ = __delattr__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __neg__ = __pos__ = __abs__ = _refuse
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _refuse
    __float__ = __int__ = __complex__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __iter__ = __len__ = __format__ = _refuse
    __copy__ = __deepcopy__ = __reduce_ex__ = _refuse

    def __repr__(self) -> str:
        return "<a Value that was traced by compile, and has no number>"


TracedByCompile.__name__ = "Value traced by compile"  # as other messages show it


def close(made: list[Value]) -> None:
    """Have these placeholders say, whatever is asked of them, that they have no number."""
    for node in made:
        node.__class__ = TracedByCompile
    made.clear()


class ReadNumber(AsValue):
    """What `.data` gives while a function is traced: in arithmetic the number, which no gradient passes.

    Arithmetic of such numbers alone gives another.  What would need to know the number is refused, as `if x.data > 0`,
    `float(x.data)` or `table[x.data]` would: it would be frozen into the program.
    """

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def as_value(self) -> Value:
        """Return the Value, detached."""
        return ops.detach(self.value)

    def combined(self, operation: Callable[..., Any], *inputs: Any) -> Any:
        """Return another such number, a condition, or a Value if one is among the inputs."""
        if any(isinstance(x, Value | Condition) for x in inputs):
            return super().combined(operation, *inputs)
        result = operation(*[x.value if isinstance(x, ReadNumber) else x for x in inputs])
        return ReadNumber(result) if isinstance(result, Value) else result

    def _refuse(self, *_: object) -> Any:
        modes.refuse("reading", ".data", self.value)
        raise TypeError(f"this is the number that {self.value!r} had while `compile` traced a function, and no number")

    __float__ = __int__ = __complex__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _refuse
    __bool__ = __eq__ = __format__ = __repr__ = __str__ = __reduce_ex__ = __copy__ = __deepcopy__ = _refuse
    __hash__ = _refuse


_max, _min, _sum = builtins.max, builtins.min, builtins.sum  # as Python has them
_lock, _entered = Lock(), 0


@contextmanager
def builtins_traced() -> Iterator[None]:
    """Inside the block Python's `max` and `min` take what is traced: of equals the first, and nan wins.

    As Python has them they compare, and would branch on what nobody knows; but only one number comes out.  And `sum`
    records one node, where Python adds one by one: that buys 1.5× for the first calls of a GPT in scalars.
    """
    global _entered
    with _lock:
        _entered += 1
        builtins.max, builtins.min, builtins.sum = _largest, _smallest, _added
    try:
        yield
    finally:
        with _lock:
            _entered -= 1
            if not _entered:
                builtins.max, builtins.min, builtins.sum = _max, _min, _sum


def _largest(*given: Any, **named: Any) -> Any:
    return _extreme(_max, ops.maximum, ops.largest, given, named)


def _smallest(*given: Any, **named: Any) -> Any:
    return _extreme(_min, ops.minimum, smallest, given, named)


def _extreme(
    pythons: Callable[..., Any],
    of_two: Callable[..., Any],
    of_all: Callable[..., Any],
    given: tuple[Any, ...],
    named: dict[str, Any],
) -> Any:
    """Return what Python's function gives, or ours if a number that is traced is among what it is given."""
    if given and "key" not in named and modes.current("read") is not None:
        values = [*(given[0] if len(given) == 1 else given)]
        if any(isinstance(x, Value | AsValue) for x in values):
            ours: Callable[..., Any] = of_two if len(given) == 2 else lambda *values: of_all(values)
            read = next((x for x in values if isinstance(x, ReadNumber)), None)
            return ours(*values) if read is None else read.combined(ours, *values)
        given = (values,)
    return pythons(*given, **named)


def _added(values: Any, /, start: Any = 0) -> Any:
    """Return what Python's `sum` gives; of Values, and numbers after the first, one node while a trace is on.

    The lifter takes it as the chain of additions that it stands for.
    """
    if modes.current("read") is None:
        return _sum(values, start)
    terms = [*values]
    is_ours = terms and terms[0].__class__ is Value and start.__class__ in PLAIN and start == 0
    return ops.total(terms) if is_ours and {x.__class__ for x in terms} <= ADDED else _sum(terms, start)

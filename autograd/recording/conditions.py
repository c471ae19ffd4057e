# mypy: disable-error-code="no-any-return"
"""Comparisons of Values: what `a > b` gives, and what `==` means."""

from __future__ import annotations

import operator
from collections.abc import Callable
from numbers import Number
from typing import TYPE_CHECKING, Any

from autograd import ops
from autograd.recording import modes
from autograd.rules.operation import Operation
from autograd.support.validate import number

if TYPE_CHECKING:
    from autograd.recording.methods import Real
    from autograd.value import Value

    Arithmetic = Callable[[Any, Real], Value]


class Comparisons:
    """Order compares the numbers and gives a Condition; equality and hash are by identity."""

    __slots__ = ()

    def __lt__(self, other: object) -> Condition:
        return Condition(ops.less, (self, _comparable(other)))

    def __le__(self, other: object) -> Condition:
        return Condition(ops.less_equal, (self, _comparable(other)))

    def __gt__(self, other: object) -> Condition:
        return Condition(ops.greater, (self, _comparable(other)))

    def __ge__(self, other: object) -> Condition:
        return Condition(ops.greater_equal, (self, _comparable(other)))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if modes.active:
            modes.refuse("comparing", self, other)
        if not isinstance(other, Comparisons) and isinstance(other, Number):
            raise TypeError(
                f"{self!r} == {other!r} would be False whatever the number, since a Value is equal only to itself: "
                "compare value.data, or write equal(value, number) for 1 or 0 in a graph"
            )
        return NotImplemented

    __hash__ = object.__hash__


def _both_ways(operation: Callable[..., Any]) -> tuple[Arithmetic, Arithmetic]:
    """Return the methods for an operation of Python's: with what they belong to on the left, and on the right."""
    return (
        lambda self, other: self.combined(operation, self, other),
        lambda self, other: self.combined(operation, other, self),
    )


class AsValue:
    """What is no Value, and stands for one in arithmetic and in operations: for the one that `as_value()` gives."""

    __slots__ = ()

    def as_value(self) -> Value:
        """Return the Value, recorded."""
        raise NotImplementedError

    def combined(self, operation: Callable[..., Any], *inputs: Any) -> Any:
        """Return an operation of Python's on inputs that this is one of."""
        return operation(*[x.as_value() if isinstance(x, AsValue) else x for x in inputs])

    @classmethod
    def apply_operation(cls, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return the recorded result of an operation on what stands for Values, Values and numbers."""
        from autograd.recording.nodes import Value

        return Value.apply_operation(op, inputs)

    __add__, __radd__ = _both_ways(operator.add)
    __sub__, __rsub__ = _both_ways(operator.sub)
    __mul__, __rmul__ = _both_ways(operator.mul)
    __truediv__, __rtruediv__ = _both_ways(operator.truediv)
    __pow__, __rpow__ = _both_ways(operator.pow)

    def __neg__(self) -> Value:
        return self.combined(operator.neg, self)

    def __pos__(self) -> Value:
        return self.combined(operator.pos, self)

    def __abs__(self) -> Value:
        return self.combined(abs, self)

    def __lt__(self, other: object) -> Condition:
        return self.combined(operator.lt, self, other)

    def __le__(self, other: object) -> Condition:
        return self.combined(operator.le, self, other)

    def __gt__(self, other: object) -> Condition:
        return self.combined(operator.gt, self, other)

    def __ge__(self, other: object) -> Condition:
        return self.combined(operator.ge, self, other)


class Condition(AsValue):
    """The outcome of comparing Values: true or false in an `if`, the first input of `where`, and 1 or 0 in arithmetic.

    `&`, `|` and `~` put conditions together, as 1 and 0 do by multiplying, by the larger, and by being equal to 0.  No
    gradient passes a condition.
    """

    __slots__ = ("inputs", "op")

    def __init__(self, op: Operation, inputs: tuple[Any, ...]) -> None:
        self.op, self.inputs = op, inputs

    def as_value(self) -> Value:
        """Return 1 or 0, recorded."""
        result: Value = self.op(*self.inputs)
        return result

    def __bool__(self) -> bool:
        if modes.active:
            modes.refuse("branching", self)
        return bool(self.op.evaluate(*(getattr(x, "_data", x) for x in self.inputs))[0])

    def __and__(self, other: object) -> Condition:
        return _joined(ops.multiply, self, other)

    def __or__(self, other: object) -> Condition:
        return _joined(ops.maximum, self, other)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Condition:
        return Condition(ops.equal, (self.as_value(), 0.0))

    def __eq__(self, other: object) -> bool:
        return bool(self) == (bool(other) if isinstance(other, Condition) else other)

    def __hash__(self) -> int:
        return hash(bool(self))

    def __repr__(self) -> str:
        return f"({f' {self.op.symbol} '.join(map(repr, self.inputs))})"

    def _refuse(self, *_: object) -> Any:
        if modes.active:
            modes.refuse("branching", self)
        raise TypeError(
            f"turning {self!r} into a plain number would cut the graph here without a word: bool(condition) reads it; "
            "in arithmetic it is 1 or 0 by itself, and where(condition, 1.0, 0.0) is that Value"
        )

    __float__ = __int__ = __complex__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse


def _comparable(x: object) -> Any:
    if hasattr(type(x), "apply_operation"):
        return x.as_value() if isinstance(x, AsValue) else x
    return number(x)


def _joined(op: Operation, condition: Condition, other: object) -> Condition:
    if not isinstance(other, Condition | bool):
        return NotImplemented
    return Condition(op, (condition.as_value(), _comparable(other)))

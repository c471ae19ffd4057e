"""Placeholders: Values without numbers, which stand for what the program computes, and which afterwards refuse all."""

from __future__ import annotations

from typing import Any, Final

from autograd.recording.graph import Inputs
from autograd.value import Value

__all__ = ["NO_NUMBER", "TracedByCompile", "close", "node_of"]


NO_NUMBER: Final = float("nan")  # the number of whatever has none yet: the very object says so


def node_of(op: Any, inputs: tuple[Any, ...]) -> Value:
    """Return a node for `op` on operands, without its number."""
    node = Value(NO_NUMBER)
    node.op, node._operands = op, Inputs(inputs, ())
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

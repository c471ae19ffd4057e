"""A `Value` is one number that remembers how it was computed; `backward` pushes gradients through it.

This file and `backward.py` are the whole engine.  The arithmetic of Values (`recording/methods.py`) is written out from
the table of operations (`ops.py`); what makes it fast for whole layers is in `fused/`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from autograd.backward import Operands, is_leaf, one_pass_at_a_time, sweep
from autograd.fused import groups, rows
from autograd.recording import methods, modes, nodes
from autograd.recording.aliases import Aliases, name_from
from autograd.recording.conditions import Comparisons
from autograd.recording.copying import Copying
from autograd.recording.graph import operand_derivatives, operands
from autograd.recording.refusals import Refusals
from autograd.rules.operation import TABLE, Operation
from autograd.support.guesses import GUESSES
from autograd.support.messages import cut
from autograd.support.validate import number


class Value(methods.Methods, Comparisons, Refusals, Copying, Aliases):
    """One number in a graph, with the operation, parents and local derivatives that it came from.

    A leaf (`Value(2.0)`) has no parents.  Plain numbers mixed into arithmetic become constants, leaves
    whose `op` is CONSTANT.  Values are equal only to themselves; `<` and `>` compare the numbers.
    """

    # c = a * b keeps a and b, `_left` and `_right`, and dc/da and dc/db, the derivatives beside them; tanh(a) keeps no
    # `_right`, a leaf nothing, and what has more parents or groups of them `_operands`.  In slots they are one object
    # for the collector to track instead of three, and half the memory.
    __slots__ = "_data", "_grad", "_left", "_left_derivative", "_name", "_operands", "_right", "_right_derivative", "op"
    __array_priority__: ClassVar[float] = 1e3  # NumPy's numbers and arrays ask the Value; its functions call methods
    is_group: ClassVar[bool] = False

    _data: float
    _grad: float | None  # None until a backward pass has reached this node
    _left: Any
    _right: Any
    _left_derivative: Any
    _right_derivative: Any
    _operands: Operands | None
    _name: str | None
    op: Operation | nodes.Constant | None

    def __init_subclass__(cls) -> None:
        raise TypeError(f"class {cls.__name__}(Value): operations know Values by their class; keep one in it instead")

    @GUESSES
    def __init__(self, data: object, name: str | None = None, _op: str = "", label: str | None = None) -> None:
        self._data = number(data)
        self._name = name if name is None and label is None else name_from(data, name, _op, label)
        self.op = self._grad = self._left = self._right = None
        self._left_derivative = self._right_derivative = self._operands = None

    @property
    def data(self) -> float:
        """The number itself; inside `compile` what stands for it in arithmetic, and is refused for all else."""
        if modes.active:  # inside `compile`, `no_grad` or `detect_anomaly`, somewhere
            return modes.read(self)
        return self._data

    @data.setter
    def data(self, x: object) -> None:
        if modes.active:
            modes.refuse("writing", ".data", self)
        self._data = number(x)

    @property
    def grad(self) -> float:
        """The gradient: of the latest pass for inner nodes, the sum over passes for leaves, 0.0 before any."""
        if modes.active:
            modes.refuse("reading", ".grad", self)
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, x: object) -> None:
        if modes.active:
            modes.refuse("writing", ".grad", self)
        self._grad = None if x is None else number(x)

    @property
    def has_grad(self) -> bool:
        """Whether a backward pass has reached this node since its gradient was last cleared."""
        return self._grad is not None

    @property
    def is_leaf(self) -> bool:
        """Whether this node was made by hand, not computed."""
        return is_leaf(self)

    @property
    def parents(self) -> tuple[Value, ...]:
        """The Values this one was computed from, in order, with repeats."""
        return groups.members(operands(self))

    @property
    def local_derivatives(self) -> tuple[float, ...]:
        """The derivative of this node with respect to each of its parents, in order; a constant exponent's is 0.0."""
        if modes.active:
            modes.refuse("reading", ".local_derivatives", self)
        return groups.by_member(operands(self), operand_derivatives(self))

    @GUESSES
    def backward(self, gradient: float = 1.0) -> None:
        """Leave d(self)/d(node) times `gradient` on every node that this one was computed from.

        Inner nodes show the gradient of this pass; leaves add it to what they have.  A leaf that lies behind a branch
        not taken has 0.0; None, `not reached`, is for what this node could never depend on.  Deterministic to the last
        bit; a pass that is interrupted leaves every gradient of a leaf as it was.
        """
        seed = number(gradient)
        if modes.active:
            modes.refuse("writing", ".backward()", self)
            if (watch := modes.current("watch_backward")) is not None:
                watch(self, seed)
        if self._right_derivative is modes.FORGOTTEN:
            raise RuntimeError(f"{self!r} was computed inside no_grad(), which records nothing to go back through")
        with one_pass_at_a_time:
            sweep(self, seed)

    @classmethod
    def apply_operation(cls, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return the recorded result of an operation on Values and numbers."""
        return nodes.apply(op, (*map(groups.Group.of, inputs[: op.groups]), *map(nodes.operand, inputs[op.groups :])))

    def __repr__(self) -> str:
        if modes.active and (shown := modes.current("shown")) is not None:
            return str(shown(self))
        name = f", name={cut(self._name)!r}" if self._name else ""
        grad = f", grad={self._grad!r}" if self._grad is not None else ""
        return f"Value({self._data!r}{name}{grad})"


for _module in (methods, groups, nodes, rows):  # they make Values, and are there before the class
    vars(_module)["Value"] = Value
for _name, _method in methods.METHODS.items():
    vars(TABLE[_name]).update(kind=Value, method=_method)

"""A `Value` is one number that remembers how it was computed; `backward` pushes gradients through it.

This file and `backward.py` are the whole engine.  The arithmetic is in `recording/methods.py`, which is generated from
the table of operations (`ops.py`).  There, `c = a * b` is `Value.__mul__`, which makes a node c and leaves on it

    c._data, c._left, c._right = a._data * b._data, a, b
    c._left_derivative, c._right_derivative = b._data, a._data  # dc/da and dc/db

`tanh(a)` leaves `_right` empty; a leaf keeps nothing.  More than two parents, or a sequence, are in `_operands`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from autograd.backward import Operands, is_leaf, one_pass_at_a_time, sweep
from autograd.fused import groups
from autograd.recording import methods, modes, nodes
from autograd.recording.aliases import Aliases, name_from
from autograd.recording.conditions import Comparisons
from autograd.recording.copying import Copying, Freeing
from autograd.recording.graph import operand_derivatives, operands
from autograd.recording.refusals import Refusals
from autograd.rules.operation import TABLE, Operation
from autograd.support.foreign_names import GUESSES
from autograd.support.messages import cut
from autograd.support.validate import number


class Value(methods.Methods, Comparisons, Refusals, Copying, Freeing, Aliases):
    """One number in a graph, with the operation, parents and local derivatives that it came from.

    A leaf (`Value(2.0)`) has no parents.  A plain number mixed into arithmetic becomes a leaf whose `op` is CONSTANT.
    Two Values are equal only if they are one object; `==` with a number is an error.  `<` and `>` compare the numbers.
    """

    # In slots a node is one object for the garbage collector to track instead of three, and half the memory.
    __slots__ = "_data", "_grad", "_left", "_left_derivative", "_name", "_operands", "_right", "_right_derivative", "op"
    __array_priority__: ClassVar[float] = 1e3  # NumPy leaves array * value to Value; np.exp(value) calls value.exp()
    is_group: ClassVar[bool] = False  # as a `Group`, several Values that nodes share, is
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

    @GUESSES  # answers arguments that other libraries have, as `requires_grad=True`
    def __init__(self, data: object, name: str | None = None, _op: str = "", label: str | None = None) -> None:
        self._data = number(data)
        self._name = name if name is None and label is None else name_from(data, name, _op, label)
        self.op = self._grad = self._left = self._right = None
        self._left_derivative = self._right_derivative = self._operands = None
        if modes.active:  # inside `compile`, `no_grad` or `detect_anomaly`
            modes.tell("note_leaf", self)

    @property
    def data(self) -> float:
        """The number itself; while `compile` traces a function, a stand-in, which only arithmetic takes."""
        return modes.read(self) if modes.active else self._data

    @data.setter
    def data(self, x: object) -> None:
        if modes.active:
            modes.refuse("writing", ".data", self)
        self._data = number(x)

    @property
    def grad(self) -> float:
        """The gradient: of the latest pass for inner nodes, the sum over passes for leaves; 0.0 before any."""
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
        """Whether a pass has reached this node since its gradient was last cleared; if not, `grad` shows 0.0."""
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
        """The derivative with respect to each parent, in order; for a constant exponent 0.0, since nobody needs it."""
        if modes.active:
            modes.refuse("reading", ".local_derivatives", self)
        return groups.by_member(operands(self), operand_derivatives(self))

    @GUESSES
    def backward(self, gradient: float = 1.0) -> None:
        """Leave d(self)/d(node) times `gradient` on every node that this one was computed from.

        Inner nodes show the gradient of this pass.  Leaves add it to what they have; behind a branch that a `where` did
        not take that is 0.0.  Each run gives the same bits.  A pass that is interrupted leaves theirs as they were.
        """
        seed = number(gradient)
        if modes.active:
            modes.refuse("writing", ".backward()", self)
            modes.tell("watch_backward", self, seed)
        if self._right_derivative is modes.FORGOTTEN:  # no_grad leaves this mark in the unused slot
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


for _module in (methods, groups, nodes):  # these need the class, and were imported before it existed
    vars(_module)["Value"] = Value
for _op in [op for op in TABLE.values() if op.is_inlined and op.methods[0] in vars(methods.Methods)]:
    _op.kind = Value  # `tanh(x)` calls x.tanh(); a row just added has no method before `generate` writes it

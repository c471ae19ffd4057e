"""A `Value` is one number that remembers how it was computed; `backward` pushes gradients through it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final

from autograd import modes, ops
from autograd.backward import MANY, ROW, added_up, operands, structure, sweep, topological_order
from autograd.declared import TableMethods
from autograd.messages import cut
from autograd.operation import FLOATS, Operation, number

__all__ = ["CONSTANT", "Condition", "Group", "Value", "apply", "operands", "topological_order"]


class _Constant:
    """What stands in the place of an operation for a plain number that was mixed into a graph."""

    name = symbol = "constant"

    def __repr__(self) -> str:
        return "<constant>"

    def __reduce__(self) -> str:
        return "CONSTANT"


CONSTANT: Final = _Constant()


_changes = 0  # how often the number of any Value has been changed: a group knows by it whether to look again


class Value(TableMethods):
    """One number in a graph, with the operation, parents and local derivatives that it came from.

    A leaf (`Value(2.0)`) has no parents.  Plain numbers mixed into arithmetic become constants, leaves
    whose `op` is CONSTANT.  Values are equal only to themselves; `<` and `>` compare the numbers.
    """

    # A node of one or two parents keeps them, with their local derivatives, in slots of its own: one object
    # for the collector to track instead of three, and half the memory.  Others keep a tuple on the left.
    __slots__ = ("_data", "_grad", "_left", "_left_derivative", "_right", "_right_derivative", "name", "op")
    __array_priority__: ClassVar[float] = 1e3  # NumPy's numbers and arrays ask the Value; its functions call methods
    is_group: ClassVar[bool] = False

    _data: float
    _grad: float | None  # None until a backward pass has reached this node
    _left: Any
    _right: Any
    _left_derivative: Any
    _right_derivative: Any
    name: str | None
    op: Operation | _Constant | None

    def __init_subclass__(cls) -> None:
        raise TypeError(f"class {cls.__name__}(Value): operations know Values by their class; keep one in it instead")

    def __init__(self, data: object, name: str | None = None) -> None:
        self._data = number(data)
        if name is not None and not isinstance(name, str):
            raise TypeError(f"the name of a Value is text, not {name!r}: Value({self._data!r}, {str(name)!r})")
        self.name = name
        self.op = self._grad = self._left = self._right = self._left_derivative = self._right_derivative = None

    # ------------------------------------------------------------------------ what is recorded
    @property
    def data(self) -> float:
        """The number itself.  Raises TypeError inside `compile`, which would freeze it into the program."""
        if modes.active:
            modes.refuse("reading", ".data", self)
        return self._data

    @data.setter
    def data(self, x: object) -> None:
        global _changes
        if modes.active:
            modes.refuse("writing", ".data", self)
        self._data = number(x)
        _changes += 1

    @property
    def grad(self) -> float:
        """The gradient: of the latest pass for inner nodes, the sum over passes for leaves, 0.0 before any."""
        if modes.active:
            modes.refuse("reading", ".grad", self)
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, x: object) -> None:
        if x is None:
            raise TypeError("a gradient is a number: set 0.0, or call clear_grad() to leave it as before any pass")
        if modes.active:
            modes.refuse("writing", ".grad", self)
        self._grad = number(x)

    @property
    def reached(self) -> bool:
        """Whether a backward pass has reached this node since its gradient was last cleared."""
        return self._grad is not None

    def clear_grad(self) -> None:
        """Leave the gradient as it was before any pass: 0.0, and not `reached`."""
        if modes.active:
            modes.refuse("writing", ".grad", self)
        self._grad = None

    @property
    def parents(self) -> tuple[Value, ...]:
        """The Values this one was computed from, in order, with repeats."""
        return tuple(v for x in operands(self) for v in (x.values if isinstance(x, Group) else (x,)))

    @property
    def local_derivatives(self) -> tuple[float, ...]:
        """The derivative of this node with respect to each of its parents, in their order.

        The exponent's is 0.0 where the exponent is a constant, since it is not computed there.
        """
        if modes.active:
            modes.refuse("reading", ".local_derivatives", self)
        flat: list[float] = []
        for parent, derivative in zip(operands(self), self.operand_derivatives(), strict=True):
            if not isinstance(parent, Group):
                flat.append(derivative)
            elif isinstance(derivative, list):
                flat.extend(derivative)
            else:
                flat.extend([derivative] * len(parent))
        return tuple(flat)

    def operand_derivatives(self) -> tuple[Any, ...]:
        """Return the local derivative for each of the operands, groups unopened."""
        if self._left is None:
            return ()
        if self._right is None:
            return (self._left_derivative,)
        if self._right is MANY:
            return self._left_derivative  # type: ignore[no-any-return]
        if self._right is ROW:
            return ops.dot.evaluate(*[x._data for x in operands(self)])[1]
        return self._left_derivative, self._right_derivative

    @property
    def is_leaf(self) -> bool:
        """Whether this node was made by hand, not computed."""
        return self._left is None

    # --------------------------------------------------------------------------------- backward
    def backward(self, gradient: float = 1.0) -> None:
        """Leave d(self)/d(node) times `gradient` on every node that this one was computed from.

        Inner nodes show the gradient of this pass; leaves add it to what they have.  Deterministic to the
        last bit; a pass that is interrupted leaves every gradient of a leaf as it was.
        """
        seed = number(gradient)
        if modes.active:
            modes.refuse("writing", ".backward()", self)
        if modes.active and (watch := modes.current("watch_backward")) is not None:
            watch(self, seed)
        sweep(self, seed)

    # ------------------------------------------------------------------------------ conveniences
    @classmethod
    def apply_operation(cls, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return the recorded result of an operation on Values and numbers."""
        for x in inputs:
            kind = x.__class__
            if kind is not Value and (kind is not Group or x.current() is not x):
                groups = tuple(Group.of(x) for x in inputs[: op.groups])
                return apply(op, groups + tuple(map(operand, inputs[op.groups :])))
        return apply(op, inputs)

    def __repr__(self) -> str:
        if modes.active and (shown := modes.current("shown")) is not None:
            return str(shown(self))
        name = f", name={cut(self.name)!r}" if self.name else ""
        grad = f", grad={self._grad!r}" if self._grad is not None else ""
        return f"Value({self._data!r}{name}{grad})"

    def __pos__(self) -> Value:
        return self

    def _refuse(self, *_: object) -> Any:
        if modes.active:
            modes.refuse("reading", "the number", self)
        raise TypeError(
            f"turning {self!r} into a plain number would cut the graph here without a word: "
            "use .data if that is what you mean, or this library's functions (autograd.exp, autograd.log, …)"
        )

    __float__ = __int__ = __complex__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse

    def _refuse_jumps(self, _: object) -> Any:
        raise TypeError(
            "//, % and divmod jump from number to number and have no place in a graph: divide with /, "
            "or use .data if a plain number is what you mean"
        )

    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _refuse_jumps

    def __format__(self, how: str) -> str:
        if how:
            if modes.active:
                modes.refuse("reading", "the number", self)
            raise TypeError(f"{self!r} is not formatted as a number: use its number, f'{{value.data:{how}}}'")
        return repr(self)

    def __bool__(self) -> bool:
        if modes.active:
            modes.refuse("branching", self)
        raise TypeError(f"{self!r} is neither true nor false: compare it (value > 0), or test value.data")

    def __iter__(self) -> Iterator[Value]:
        raise TypeError("a Value is one number and cannot be iterated over")

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if modes.active:
            modes.refuse("comparing", self, other)
        return NotImplemented

    __hash__ = object.__hash__

    def __lt__(self, other: object) -> Condition:
        return Condition(ops.less, (self, operand(other)))

    def __le__(self, other: object) -> Condition:
        return Condition(ops.less_equal, (self, operand(other)))

    def __gt__(self, other: object) -> Condition:
        return Condition(ops.greater, (self, operand(other)))

    def __ge__(self, other: object) -> Condition:
        return Condition(ops.greater_equal, (self, operand(other)))

    # ------------------------------------------------------------------------ copying and saving
    def __copy__(self) -> Value:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        if modes.active:
            modes.refuse("reading", "the number", self)
        for node in structure(self):
            if id(node) not in memo:
                memo[id(node)] = node._copied(memo)
        copied: Value = memo[id(self)]
        return copied

    def _copied(self, memo: dict[int, Any]) -> Value:
        new = _blank(self._data, self._grad, self.op, self.name)
        _connect(new, tuple([memo[id(x)] for x in operands(self)]), self.operand_derivatives())
        return new

    def __reduce__(self) -> tuple[Any, ...]:
        if modes.active:
            modes.refuse("reading", "the number", self)
        # Flat, so that depth costs no recursion; leaves go by themselves, so that they stay shared.
        if self._left is None:
            return _blank, (self._data, self._grad, self.op, self.name)
        nodes = structure(self)
        place = {id(node): i for i, node in enumerate(nodes)}
        records = [node if isinstance(node, Value) and node.is_leaf else node._record(place) for node in nodes]
        return _restore, (records,)

    def _record(self, place: dict[int, int]) -> tuple[Any, ...]:
        places = tuple([place[id(x)] for x in operands(self)])
        return self._data, self._grad, self.op, self.name, places, self.operand_derivatives()


class Group:
    """A tuple of Values with the numbers they held when it was made, shared by every node that refers to it.

    `dot` and `total` hold groups, so that a neuron over k inputs is one node in time and memory.
    """

    __slots__ = ("_checked", "_data", "_grad", "_left", "_right", "values")
    is_group: ClassVar[bool] = True

    def __init__(self, values: Iterable[Any]) -> None:
        self.values: tuple[Value, ...] = tuple([x if x.__class__ is Value else operand(x) for x in values])
        self._data: Any = [x._data for x in self.values]
        self._checked = _changes
        self._grad: Any = None
        self._left: Any = ()  # constants alone need no gradient, so the sweep does not enter
        for x in self.values:
            if x.op is not CONSTANT:
                self._left = self.values
                break
        self._right: Any = MANY

    @staticmethod
    def of(values: Iterable[Any]) -> Group:
        """Return `values` as a group; a group is returned as it is, unless a number in it has changed since."""
        return values.current() if isinstance(values, Group) else Group(values)

    def current(self) -> Group:
        """Return this group, or a new one if any of its Values has changed its number since."""
        if self._checked == _changes:
            return self
        data = [x._data for x in self.values]
        if data == self._data:
            self._checked = _changes
            return self
        new = _new(Group)
        new.values, new._data, new._left, new._right = self.values, data, self._left, MANY
        new._grad, new._checked = None, _changes
        return new

    def share(self, unreached: float) -> None:
        """Give each member what the sweep has gathered for it: the sum of gradient × derivative over the nodes."""
        for parent, gradient in zip(self.values, added_up(self._grad, len(self._data))):  # noqa: B905
            parent._grad += gradient  # type: ignore[operator]  # a number while the sweep runs
        self._grad = None

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[Value]:
        return iter(self.values)

    def __getitem__(self, i: int) -> Value:
        return self.values[i]

    def __repr__(self) -> str:
        return f"Group({list(self.values)!r})"

    def _copied(self, memo: dict[int, Any]) -> Group:
        new = Group(memo[id(x)] for x in self.values)
        new._data = list(self._data)
        new._checked = -1  # they may be old already
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Group:
        for x in self.values:
            if id(x) not in memo:
                x.__deepcopy__(memo)
        return self._copied(memo)

    def __reduce__(self) -> tuple[Any, ...]:
        return Group, (self.values,)

    def _record(self, place: dict[int, int]) -> tuple[Any, ...]:
        return tuple(place[id(x)] for x in self.values), self._data


class Condition:
    """The outcome of comparing Values: true or false in an `if`, and the first input of `where`.

    `&`, `|` and `~` put conditions together, as 1 and 0 do by multiplying, by the larger, and by being equal to 0.
    """

    __slots__ = ("inputs", "op")

    def __init__(self, op: Operation, inputs: tuple[Any, ...]) -> None:
        self.op, self.inputs = op, inputs

    def __bool__(self) -> bool:
        if modes.active:
            modes.refuse("branching", self)
        return bool(self.op.evaluate(*(x._data for x in self.inputs))[0])

    def __and__(self, other: object) -> Condition:
        return _joined(ops.multiply, self, other)

    def __or__(self, other: object) -> Condition:
        return _joined(ops.maximum, self, other)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Condition:
        return Condition(ops.equal, (operand(self), operand(0.0)))

    def __eq__(self, other: object) -> bool:
        return bool(self) == (bool(other) if isinstance(other, Condition) else other)

    def __hash__(self) -> int:
        return hash(bool(self))

    def __repr__(self) -> str:
        return f"({f' {self.op.symbol} '.join(map(repr, self.inputs))})"

    @classmethod
    def apply_operation(cls, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return the recorded result of an operation on conditions, Values and numbers."""
        return Value.apply_operation(op, inputs)


# ---------------------------------------------------------------------------------------- recording
_new = object.__new__


def _blank(data: float, grad: float | None, op: Any, name: str | None) -> Value:
    node = _new(Value)
    node._data, node._grad, node.op, node.name = data, grad, op, name
    node._left = node._right = node._left_derivative = node._right_derivative = None
    return node


def unary(op: Operation, left: Value, data: float, derivative: float, name: str | None) -> Value:
    """Return the node of an operation of one input that is computed already."""
    node = _blank(data, None, op, name)
    node._left, node._left_derivative = left, derivative
    return node


def operand(x: Any) -> Value:
    """Return `x` as a Value: itself, or a constant if it is a number."""
    kind = x.__class__
    if kind is Value:
        return x  # type: ignore[no-any-return]
    if kind is Condition:
        return apply(x.op, x.inputs)
    node = _new(Value)
    node._data = x if kind is float else number(x)
    node.op = CONSTANT
    node._grad = node.name = node._left = node._right = node._left_derivative = node._right_derivative = None
    return node


def apply(op: Operation, inputs: tuple[Any, ...]) -> Value:
    """Return the recorded result of `op` on operands: Values, with Groups first where the operation takes them."""
    if modes.active and (record := modes.current("record")) is not None:
        result: Value = record(op, inputs)
        return result
    return record_operation(op, inputs)


def record_operation(op: Operation, inputs: tuple[Any, ...]) -> Value:
    """Return a new node for `op` on operands, whatever mode is on."""
    if op.groups or op.cuts or len(inputs) > 2:
        numbers = [x._data for x in inputs]
        node = _new(Value)
        try:
            node._data, node._left_derivative = op.rule(FLOATS, *numbers)
        except (ArithmeticError, ValueError):
            node._data, node._left_derivative = op.evaluate(*numbers)
        node.op = op
        node._left = inputs
        node._right = MANY
        node._right_derivative = node._grad = node.name = None
        return node
    data, derivatives = op.evaluate(*[x._data for x in inputs], constant=[x.op is CONSTANT for x in inputs])
    node = _blank(data, None, op, None)
    node._left, node._left_derivative = inputs[0], derivatives[0]
    if len(inputs) == 2:
        node._right, node._right_derivative = inputs[1], derivatives[1]
    return node


def numbers_of(values: Iterable[Value]) -> list[float]:
    """Return the number of each Value."""
    return [x._data for x in values]


def gradients_of(values: Iterable[Value]) -> list[float | None]:
    """Return the gradient of each Value, None where no backward pass has reached it."""
    return [x._grad for x in values]


def keep_gradients(values: Iterable[Value], gradients: Iterable[float | None]) -> None:
    """Leave each Value with that very object as its gradient; with None, as no backward pass has reached it."""
    for value, gradient in zip(values, gradients, strict=True):
        value._grad = gradient


def set_numbers(values: Iterable[Value], numbers: Iterable[object]) -> None:
    """Leave each Value with its number; raises TypeError, and changes nothing, if one is no real number."""
    checked = [x if x.__class__ is float else number(x) for x in numbers]
    for value, x in zip(values, checked, strict=True):
        value._data = x
    note_change()


def changes() -> int:
    """Return a count that has moved whenever the number of any Value has changed, or `note_change` was called."""
    return _changes


def note_change() -> None:
    """Leave whoever relies on `changes` to look again."""
    global _changes
    _changes += 1


def _joined(op: Operation, condition: Condition, other: object) -> Condition:
    if not isinstance(other, Condition | bool):
        return NotImplemented  # type: ignore[no-any-return]
    return Condition(op, (operand(condition), operand(other)))


# -------------------------------------------------------------------------------------- rebuilding


def _connect(node: Value, inputs: tuple[Any, ...], derivatives: tuple[Any, ...]) -> None:
    """Give a new node its operands and local derivatives."""
    if not inputs:
        return
    if len(inputs) > 2 or inputs[0].is_group or node.op.cuts:  # type: ignore[union-attr]
        node._left, node._right, node._left_derivative = inputs, MANY, derivatives
    else:
        node._left, node._right = (*inputs, None)[:2]
        node._left_derivative, node._right_derivative = (*derivatives, None)[:2]


def _restore(records: list[Any]) -> Value:
    nodes: list[Any] = []
    for record in records:
        if isinstance(record, Value):
            nodes.append(record)
        elif len(record) == 2:
            places, data = record
            group = Group(nodes[i] for i in places)
            group._data = data
            nodes.append(group)
        else:
            data, grad, op, name, places, derivatives = record
            node = _blank(data, grad, op, name)
            _connect(node, tuple([nodes[i] for i in places]), derivatives)
            nodes.append(node)
    result: Value = nodes[-1]
    return result

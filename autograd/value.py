"""A `Value` is one number that remembers how it was computed; `backward` pushes gradients through it."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final, overload

from autograd import modes, ops
from autograd.operation import FLOATS, TABLE, Operation, number

__all__ = ["CONSTANT", "Condition", "Group", "Value", "apply", "operands", "topological_order"]


class _Constant:
    """What stands in the place of an operation for a plain number that was mixed into a graph."""

    name = symbol = "constant"

    def __repr__(self) -> str:
        return "<constant>"

    def __reduce__(self) -> str:
        return "CONSTANT"


CONSTANT: Final = _Constant()
MANY: Final[Any] = ...  # in the place of a right operand: the left one is a tuple of operands
_one_pass_at_a_time = threading.RLock()


class Value:
    """One number in a graph, with the operation, parents and local derivatives that it came from.

    A leaf (`Value(2.0)`) has no parents.  Plain numbers mixed into arithmetic become constants, leaves
    whose `op` is CONSTANT.  Values are equal only to themselves; `<` and `>` compare the numbers.
    """

    # A node of one or two parents keeps them, with their local derivatives, in slots of its own: one object
    # for the collector to track instead of three, and half the memory.  Others keep a tuple on the left.
    __slots__ = ("_data", "_grad", "_left", "_left_derivative", "_right", "_right_derivative", "name", "op")
    __array_ufunc__: ClassVar[None] = None  # so that np.float64(2) * value asks the Value
    __match_args__ = ("data",)

    _data: float
    _grad: float | None  # None until a backward pass has reached this node
    _left: Any
    _right: Any
    _left_derivative: Any
    _right_derivative: Any
    name: str | None
    op: Operation | _Constant | None

    def __init__(self, data: object, name: str | None = None) -> None:
        self._data = number(data)
        self.name = name
        self.op = self._grad = self._left = self._right = self._left_derivative = self._right_derivative = None

    # ------------------------------------------------------------------------ what is recorded
    @property
    def data(self) -> float:
        """The number itself.  Raises TypeError inside `compile`, which would freeze it into the program."""
        if modes.active:
            modes.refuse_reading("data", self)
        return self._data

    @data.setter
    def data(self, x: object) -> None:
        self._data = number(x)

    @property
    def grad(self) -> float:
        """The gradient: of the latest pass for inner nodes, the sum over passes for leaves, 0.0 before any."""
        if modes.active:
            modes.refuse_reading("grad", self)
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, x: object) -> None:
        self._grad = number(x)

    @property
    def reached(self) -> bool:
        """Whether a backward pass has reached this node since its gradient was last cleared."""
        return self._grad is not None

    def clear_grad(self) -> None:
        """Leave the gradient as it was before any pass: 0.0, and not `reached`."""
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
        if self._left is None:
            return ()
        if self._right is None:
            return (self._left_derivative,)
        if self._right is not MANY:
            return (self._left_derivative, self._right_derivative)
        flat: list[float] = []
        for parent, derivative in zip(self._left, self._left_derivative, strict=True):
            if not isinstance(parent, Group):
                flat.append(derivative)
            elif isinstance(derivative, list):
                flat.extend(derivative)
            else:
                flat.extend([derivative] * len(parent))
        return tuple(flat)

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
        with _one_pass_at_a_time:
            if modes.active and (watcher := modes.current("watch_backward")) is not None:
                watcher(self, seed)
            _sweep(self, seed)

    # ------------------------------------------------------------------------------ conveniences
    @classmethod
    def apply_operation(cls, op: Operation, inputs: tuple[Any, ...]) -> Value:
        """Return the recorded result of an operation on Values and numbers."""
        groups = tuple(Group.of(x) for x in inputs[: op.groups])
        return apply(op, groups + tuple(map(_operand, inputs[op.groups :])))

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        grad = f", grad={self._grad!r}" if self._grad is not None else ""
        return f"Value({self._data!r}{name}{grad})"

    def __pos__(self) -> Value:
        return self

    def _refuse(self, *_: object) -> Any:
        raise TypeError(
            f"turning {self!r} into a plain number would cut the graph here without a word: "
            "use .data if that is what you mean, or this library's functions (autograd.exp, autograd.log, …)"
        )

    __float__ = __int__ = __complex__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} is neither true nor false: compare it (value > 0), or test value.data")

    def __iter__(self) -> Iterator[Value]:
        raise TypeError("a Value is one number and cannot be iterated over")

    def __lt__(self, other: object) -> Condition:
        return _compare(ops.less, self, other)

    def __le__(self, other: object) -> Condition:
        return _compare(ops.less_equal, self, other)

    def __gt__(self, other: object) -> Condition:
        return _compare(ops.greater, self, other)

    def __ge__(self, other: object) -> Condition:
        return _compare(ops.greater_equal, self, other)

    # ------------------------------------------------------------------------ copying and saving
    def __copy__(self) -> Value:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        for node in _structure(self):
            if id(node) not in memo:
                memo[id(node)] = node._copied(memo)
        copied: Value = memo[id(self)]
        return copied

    def _copied(self, memo: dict[int, Any]) -> Value:
        new = _blank(self._data, self._grad, self.op, self.name)
        _connect(new, tuple(memo[id(x)] for x in operands(self)), self)
        return new

    def __reduce__(self) -> tuple[Any, ...]:
        # Flat, so that depth costs no recursion; leaves go by themselves, so that they stay shared.
        if self._left is None:
            return _blank, (self._data, self._grad, self.op, self.name)
        nodes = _structure(self)
        place = {id(node): i for i, node in enumerate(nodes)}
        records = [node if isinstance(node, Value) and node.is_leaf else node._record(place) for node in nodes]
        return _restore, (records,)

    def _record(self, place: dict[int, int]) -> tuple[Any, ...]:
        where = tuple(place[id(x)] for x in operands(self))
        local = (self._left_derivative, self._right_derivative, self._right is MANY)
        return self._data, self._grad, self.op, self.name, where, local


class Group:
    """A tuple of Values with the numbers they held when it was made, shared by every node that refers to it.

    `dot` and `total` hold groups, so that a neuron over k inputs is one node in time and memory.
    """

    __slots__ = ("_data", "_grad", "_left", "_right", "values")

    def __init__(self, values: Iterable[Any]) -> None:
        self.values: tuple[Value, ...] = tuple([x if x.__class__ is Value else _operand(x) for x in values])
        self._data: Any = [x._data for x in self.values]
        self._grad: Any = None
        self._left: Any = self.values
        self._right: Any = MANY

    @staticmethod
    def of(values: Iterable[Any]) -> Group:
        """Return `values` as a group; a group is returned as it is."""
        return values if isinstance(values, Group) else Group(values)

    def current(self) -> Group:
        """Return this group, or a new one if any of its Values has changed its number since."""
        data = [x._data for x in self.values]
        return self if data == self._data else Group(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Value]:
        return iter(self.values)

    def __getitem__(self, i: int) -> Value:
        return self.values[i]

    def __repr__(self) -> str:
        return f"Group({list(self.values)!r})"

    def _copied(self, memo: dict[int, Any]) -> Group:
        new = Group(memo[id(x)] for x in self.values)
        new._data = list(self._data)
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Group:
        for x in self.values:
            x.__deepcopy__(memo) if id(x) not in memo else None
        return self._copied(memo)

    def __reduce__(self) -> tuple[Any, ...]:
        return Group, (self.values,)

    def _record(self, place: dict[int, int]) -> tuple[Any, ...]:
        return tuple(place[id(x)] for x in self.values), self._data


class Condition:
    """The outcome of comparing Values: true or false in an `if`, and the first input of `where`."""

    __slots__ = ("inputs", "op")

    def __init__(self, op: Operation, inputs: tuple[Any, ...]) -> None:
        self.op, self.inputs = op, inputs

    def __bool__(self) -> bool:
        if modes.active:
            modes.refuse_branching(self)
        return bool(self.op.evaluate(*(x._data for x in self.inputs))[0])

    def __eq__(self, other: object) -> bool:
        return bool(self) == other if isinstance(other, bool | int) else bool(self) == bool(other)

    def __hash__(self) -> int:
        return hash(bool(self))

    def __repr__(self) -> str:
        return f"({f' {self.op.symbol} '.join(map(repr, self.inputs))})"

    @classmethod
    def apply_operation(cls, op: Operation, inputs: tuple[Any, ...]) -> Value:
        return Value.apply_operation(op, inputs)


# ---------------------------------------------------------------------------------------- recording
_new = object.__new__


def _blank(data: float, grad: float | None, op: Any, name: str | None) -> Value:
    node = _new(Value)
    node._data, node._grad, node.op, node.name = data, grad, op, name
    node._left = node._right = node._left_derivative = node._right_derivative = None
    return node


def _operand(x: Any) -> Value:
    """Return `x` as a Value: itself, or a constant if it is a number."""
    if isinstance(x, Value):
        return x
    if isinstance(x, Condition):
        return apply(x.op, x.inputs)
    return _blank(number(x), None, CONSTANT, None)


def apply(op: Operation, inputs: tuple[Any, ...]) -> Value:
    """Return the recorded result of `op` on operands: Values, with Groups first where the operation takes them."""
    if modes.active and (record := modes.current("record")) is not None:
        result: Value = record(op, inputs)
        return result
    return record_operation(op, inputs)


def record_operation(op: Operation, inputs: tuple[Any, ...]) -> Value:
    """Return a new node for `op` on operands, whatever mode is on."""
    if len(inputs) > 2 or op.groups or op.cuts:
        data, derivatives = op.evaluate(*[x._data for x in inputs])
        node = _blank(data, None, op, None)
        node._left, node._right, node._left_derivative = inputs, MANY, derivatives
        return node
    data, derivatives = op.evaluate(*[x._data for x in inputs], constant=[x.op is CONSTANT for x in inputs])
    node = _blank(data, None, op, None)
    node._left, node._left_derivative = inputs[0], derivatives[0]
    if len(inputs) == 2:
        node._right, node._right_derivative = inputs[1], derivatives[1]
    return node


def _compare(op: Operation, left: Value, right: Any) -> Condition:
    if not isinstance(right, Value):
        try:
            right = _operand(right)
        except TypeError:
            return NotImplemented  # type: ignore[no-any-return]
    return Condition(op, (left, right))


def _unary(op: Operation) -> Callable[[Value], Value]:
    rule = op.rule

    def method(self: Value) -> Value:
        if modes.active:
            return apply(op, (self,))
        try:
            data, (derivative,) = rule(FLOATS, self._data)
        except (ArithmeticError, ValueError):
            return record_operation(op, (self,))
        node = _new(Value)
        node._data = data
        node._left = self
        node._left_derivative = derivative
        node.op = op
        node._grad = node._right = node._right_derivative = node.name = None
        return node

    return method


def _binary(op: Operation) -> Callable[[Value, Any], Value]:
    rule = op.rule

    def method(self: Value, other: Any) -> Value:
        if other.__class__ is not Value:
            other = _operand(other)
        if modes.active:
            return apply(op, (self, other))
        try:
            data, (left, right) = rule(FLOATS, self._data, other._data)
        except (ArithmeticError, ValueError):
            return record_operation(op, (self, other))
        node = _new(Value)
        node._data = data
        node._left = self
        node._left_derivative = left
        node._right = other
        node._right_derivative = right
        node.op = op
        node._grad = node.name = None
        return node

    return method


def _general(op: Operation) -> Callable[..., Value]:
    def method(self: Value, *others: Any) -> Value:
        return Value.apply_operation(op, op.complete((self, *others)))

    return method


def _swapped(method: Callable[[Value, Any], Value]) -> Callable[[Value, Any], Value]:
    return lambda self, other: method(_operand(other), self)


def _give_methods() -> None:
    """Derive the methods of Value from the table."""
    infix = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "power": "pow"}
    for name, op in TABLE.items():
        if op.groups or op.cuts and name != "detach":
            continue
        simple = op.arity in (1, 2) and not op.defaults and not op.cuts and name != "power"
        method = (_unary(op) if op.arity == 1 else _binary(op)) if simple else _general(op)
        method.__name__, method.__doc__ = name, op.__doc__
        method.__qualname__ = f"Value.{name}"
        if name in infix:
            setattr(Value, f"__{infix[name]}__", method)
            setattr(Value, f"__r{infix[name]}__", _swapped(method))
        elif name == "negative":
            Value.__neg__ = method  # type: ignore[attr-defined]
        elif name == "abs":
            Value.__abs__ = method  # type: ignore[attr-defined]
        if name not in infix and name != "negative":
            setattr(Value, name, method)


_give_methods()


# ------------------------------------------------------------------------------------ graph walks
def operands(node: Any) -> tuple[Any, ...]:
    """Return what a node was computed from, with groups unopened."""
    if node._left is None:
        return ()
    if node._right is MANY:
        return node._left  # type: ignore[no-any-return]
    return (node._left,) if node._right is None else (node._left, node._right)


def _structure(root: Any) -> list[Any]:
    """Return the Values and Groups below `root` and itself, each after all that it was computed from."""
    order: list[Any] = []
    seen: set[Any] = set()
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if node is None:
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            stack += (node, None)
            stack.extend(reversed(operands(node)))
    return order


def topological_order(root: Value) -> list[Value]:
    """Return every Value that `root` was computed from and itself last, parents before children.

    The order depends on the graph alone, and follows the parents from left to right.
    """
    return [node for node in _structure(root) if isinstance(node, Value)]


def _connect(node: Value, inputs: tuple[Any, ...], like: Value) -> None:
    if like._right is MANY:
        node._left, node._right = inputs, MANY
    elif inputs:
        node._left = inputs[0]
        node._right = inputs[1] if len(inputs) == 2 else None
    node._left_derivative, node._right_derivative = like._left_derivative, like._right_derivative


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
            data, grad, op, name, places, (left, right, many) = record
            node = _blank(data, grad, op, name)
            node._left_derivative, node._right_derivative = left, right
            inputs = tuple(nodes[i] for i in places)
            if many:
                node._left, node._right = inputs, MANY
            else:
                node._left = inputs[0]
                node._right = inputs[1] if len(inputs) == 2 else None
            nodes.append(node)
    result: Value = nodes[-1]
    return result


# ------------------------------------------------------------------------------------------ the sweep
def _sweep(root: Value, seed: float) -> None:
    """Push gradients from `root` to all that it was computed from, in reverse topological order.

    While it runs, a node's gradient slot holds its adjoint.  `unreached` is a zero known by its identity:
    it marks a node as sorted, and it is the sum of no contributions.
    """
    unreached = float("0")
    inner: list[Any] = []
    leaves: list[tuple[Any, float | None]] = []
    try:
        _sort(root, unreached, inner, leaves)
        root._grad = seed
        for node in reversed(inner):
            gradient = node._grad
            if gradient is unreached:  # only edges that carry nothing lead here
                continue
            right = node._right
            left = node._left
            if right is None:
                left._grad += gradient * node._left_derivative
            elif right is not MANY:
                left._grad += gradient * node._left_derivative
                right._grad += gradient * node._right_derivative
            else:
                _push(node, gradient, unreached)
    except BaseException:
        for node in inner:
            node._grad = None
        for leaf, before in leaves:
            leaf._grad = before
        raise
    for leaf, before in leaves:
        gradient = leaf._grad
        leaf._grad = before if gradient is unreached else gradient if before is None else before + gradient
    for node in inner:
        if node._grad is unreached or node.__class__ is Group:
            node._grad = None


def _sort(root: Value, mark: float, inner: list[Any], leaves: list[tuple[Any, float | None]]) -> None:
    """Fill `inner` in topological order, and `leaves` with each leaf and its gradient so far; mark both."""
    stack: list[Any] = [root]
    pop, push, extend, append = stack.pop, stack.append, stack.extend, inner.append
    while stack:
        node = pop()
        if node is None:
            append(pop())
            continue
        if node._grad is mark:
            continue
        left = node._left
        if left is None:
            leaves.append((node, node._grad))
            node._grad = mark
            continue
        node._grad = mark
        push(node)
        push(None)
        right = node._right
        if right is MANY:
            extend(left)
            continue
        if right is not None and right._grad is not mark:
            push(right)
        if left._grad is not mark:
            push(left)


def _push(node: Any, gradient: Any, unreached: float) -> None:
    """Push a gradient over the edges of a node that has groups, more than two parents, or edges that cut."""
    if node.__class__ is Group:
        for parent, share in zip(node.values, gradient, strict=True):
            parent._grad += share
        return
    cuts = node.op.cuts
    for parent, derivative in zip(node._left, node._left_derivative, strict=True):
        if parent.__class__ is not Group:
            if not (cuts and derivative == 0.0):
                parent._grad += gradient * derivative
            continue
        shares = [gradient * d for d in derivative] if derivative.__class__ is list else [gradient * derivative] * len(parent)
        before = parent._grad
        parent._grad = shares if before is unreached else [a + b for a, b in zip(before, shares, strict=True)]

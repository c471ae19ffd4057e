"""Differentiation that leaves a graph: the rules of the table read once more, on Values.

The derivative of a node with respect to each parent is the rule's own formula, evaluated on the node's Values,
with the node itself wherever the formula mentions its output; so gradients can be differentiated again, to any
order.  The gradient of a Value is one dot product: gradients of its children times the local derivatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from autograd import ops
from autograd.functional.take import TAKEN
from autograd.fused.groups import Group, by_member
from autograd.recording import modes
from autograd.recording.graph import operand_derivatives, operands, structure
from autograd.recording.nodes import CONSTANT
from autograd.rules.formulas import fold
from autograd.rules.operation import TABLE, Operation
from autograd.rules.symbols import FUNCTIONS, Symbol, formulas, named, parameters
from autograd.support.foreign_names import GUESSES
from autograd.support.validate import listed, number
from autograd.value import Value

OUTPUT: Final = "output"
Pairs = list[tuple[Any, Any]]  # gradients of children, each with its local derivative; a Group's may be a sequence
Sent = list[tuple[Any, Any, Any, Any]]  # target, gradient, local derivative; where the edge carries, None is everywhere


@GUESSES
def gradients(output: Value, inputs: Iterable[Value], gradient: Any = 1.0, *, recorded: bool = False) -> list[Any]:
    """Return d(output)/d(input) times `gradient` for each input, and change nothing in the graph.

    Paths end at the inputs.  The results are Values, which can be differentiated again; those that are the same
    whatever the numbers are plain floats.  With `recorded`, the local derivatives are the recorded floats.
    Raises TypeError for what is no Value, RuntimeError if a number in the graph has been changed since it was computed
    from.
    """
    if isinstance(inputs, Value):
        raise TypeError(f"gradients takes a list of inputs: gradients(output, [{inputs!r}])")
    inputs = list(listed("gradients", inputs))
    for x in (output, *inputs):
        if not isinstance(x, Value):
            raise TypeError(f"gradients are those of a Value with respect to Values, and a {type(x).__name__} is none")
    gradient = gradient if isinstance(gradient, Value) else number(gradient)
    wanted = {id(v) for v in inputs}
    order, leads = _between(output, wanted)
    arrived: dict[int, Pairs] = {id(output): [(gradient, 1.0)]}
    reached = _Reached(output)
    for node in reversed(order):
        if id(node) in wanted or id(node) not in arrived:
            continue
        pairs = arrived.pop(id(node))
        if node.is_group:
            sent = _to_members(node, pairs, leads)
        else:
            sent = _to_operands(node, _combined(pairs), leads, recorded)
        for target, share, derivative, carries in sent:
            if not is_zero(derivative):
                arrived.setdefault(id(target), []).append((share, reached.only(node, derivative)))
                reached.by(node, target, carries)
    return [_combined(arrived.get(id(v), [])) for v in inputs]


def _between(root: Value, wanted: set[int]) -> tuple[list[Any], set[int]]:
    """Return the nodes through which `root` depends on those wanted, parents first, Groups included; and their ids."""
    order: list[Any] = []
    leads = set(wanted)
    for node in structure(root, lambda node: () if id(node) in wanted else operands(node)):
        if id(node) in wanted or any(id(x) in leads for x in operands(node)):
            leads.add(id(node))
            order.append(node)
    return order, leads


class _Reached:
    """Where gradients reach a node while a program is traced, and which edges stop at zero is not known yet.

    What is reached only over structural zeros counts as having derivatives of 0, so that it sends on no 0 times inf.
    """

    def __init__(self, root: Value) -> None:
        self.where: dict[int, Any] = {id(root): None}  # None is everywhere

    def only(self, node: Any, derivative: Any) -> Any:
        """Return a local derivative of a node as 0 where the node is not reached."""
        condition = self.where[id(node)]
        if condition is None or type(derivative) is float:
            return derivative
        if isinstance(derivative, Value):
            return ops.where(condition, derivative, 0.0)
        return [ops.where(condition, d, 0.0) for d in derivative]

    def by(self, node: Any, target: Any, carries: Any) -> None:
        """Note that `target` is reached from `node` over an edge that carries where `carries` says."""
        condition = self.where[id(node)]
        if carries is not None:
            condition = carries if condition is None else ops.where(carries, condition, 0.0)
        known = self.where.get(id(target), condition)
        both = known is not condition and known is not None and condition is not None
        self.where[id(target)] = ops.maximum(known, condition) if both else known if condition is not None else None


def _to_members(group: Group, pairs: Pairs, leads: set[int]) -> Sent:
    members = [(i, x) for i, x in enumerate(group.values) if id(x) in leads]
    if len(pairs) == 1:
        (gradient, each) = pairs[0]
        return [(x, gradient, member_of(each, i), None) for i, x in members]
    gradients: Any = [gradient for gradient, _ in pairs]
    if all(map(is_one, gradients)):
        return [(x, _sum([member_of(each, i) for _, each in pairs]), 1.0, None) for i, x in members]
    if any(isinstance(g, Value) for g in gradients):
        gradients = Group(gradients)  # shared by the members, as the members' own group is by its nodes
    return [(x, ops.dot(gradients, [member_of(each, i) for _, each in pairs]), 1.0, None) for i, x in members]


def member_of(each: Any, i: int) -> Any:
    """Return the derivative for the i-th member of a group, a float if it is one whatever the Values."""
    member = each if isinstance(each, float | Value) else each[i]
    return _plain(member) if isinstance(member, Value) else member


def _to_operands(node: Value, gradient: Any, leads: set[int], recorded: bool) -> Sent:
    inputs, op = operands(node), node.op
    if not isinstance(op, Operation):
        name = getattr(op, "name", op)
        raise TypeError(f"inside a compiled function no derivative goes through {name}: the step's own gradient does")
    if op is TAKEN:
        return [(x, gradient, 1.0, None) for x in inputs]
    recompute = getattr(op, "recompute", None)
    if recompute is not None and not recorded:
        return _through(node, recompute(node), gradient, leads)
    traced = modes.current("refuse_reading") is not None
    if not (recorded or traced) and is_stale(node, op):
        raise RuntimeError(
            f"{op.name} gave {node._data!r} when it was recorded, but its inputs have been changed since: "
            "compute the expression again, then differentiate it"
        )
    if recorded or (op.stops_at_zero and not traced):
        return [
            (x, gradient, d, None) for x, d in zip(inputs, operand_derivatives(node), strict=True) if id(x) in leads
        ]
    formula = _formula(op)
    reading = _Reading(formula, inputs, node)
    places = zip(inputs, formula.derivatives, strict=True)
    edges = [(x, reading.value(place)) for x, place in places if id(x) in leads]
    if op.stops_at_zero:  # at which inputs they do is known only when the program runs
        return [
            (x, gradient, d, None) if type(d) is float else (x, ops.where(d, gradient, 0.0), 1.0, d) for x, d in edges
        ]
    return [(x, gradient, d, None) for x, d in edges]


def edges_of(node: Value, leads: set[int], recorded: bool) -> Sent:
    """Return what a node sends to its operands that lead on, for a gradient of 1: its local derivatives."""
    return _to_operands(node, 1.0, leads, recorded)


def is_stale(node: Value, op: Operation) -> bool:
    """Return whether the inputs of a recorded operation have other numbers than when it was recorded."""
    inputs = operands(node)
    constant = () if op.groups else (True,) * len(inputs)
    now, derivatives = op.evaluate(*[x._data for x in inputs], constant=constant)
    if not op.groups:
        return differ(now, node._data)
    before = by_member(inputs, operand_derivatives(node))
    return differ(now, node._data) or any(map(differ, by_member(inputs, derivatives), before))


def differ(x: float, y: float) -> bool:
    """Return whether two numbers are not the same; nan is the same as nan."""
    return x != y and (x == x or y == y)


def _through(node: Value, again: Value, gradient: Any, leads: set[int]) -> Sent:
    """Return what a node that can be recomputed sends, by way of its recomputed graph."""
    parents = [x for x in dict.fromkeys(node.parents) if id(x) in leads]
    return [(x, d, 1.0, None) for x, d in zip(parents, gradients(again, parents, gradient), strict=True)]


def _combined(pairs: Pairs) -> Any:
    """Return Σ gradient · derivative, with no operation that an exact 1 makes needless."""
    if not pairs:
        return 0.0
    if len(pairs) == 1:
        return _product(*pairs[0])
    gradients, local = [g for g, _ in pairs], [d for _, d in pairs]
    if all(map(is_one, local)):
        return _sum(gradients)
    if all(map(is_one, gradients)):
        return _sum(local)
    return ops.dot(gradients, local)


def is_one(x: Any) -> bool:
    """Return whether a number is a plain 1: as one that nothing can change."""
    return type(x) is float and x == 1.0


def is_zero(x: Any) -> bool:
    """Return whether a number is a plain 0."""
    return type(x) is float and x == 0.0


def _sum(terms: list[Any]) -> Any:
    return terms[0] + terms[1] if len(terms) == 2 else ops.total(terms)


def _product(x: Any, y: Any) -> Any:
    if is_one(x) or is_one(y):
        return y if is_one(x) else x
    if is_zero(x) or is_zero(y):
        return 0.0
    if type(x) is float and x == -1.0:
        return -y
    return -x if type(y) is float and y == -1.0 else x * y


# ------------------------------------------------------------------------- formulas, on Values
class _Formula:
    """The local derivatives of one operation as steps, each written once: (function, places of its inputs)."""

    def __init__(self, op: Operation) -> None:
        self.steps: list[tuple[str, Any]] = []
        self.parameters = parameters(op)
        places: dict[Symbol, int] = {}
        output, local = formulas(op.name, FUNCTIONS)
        self.derivatives = tuple(fold(d.replace({output: named(OUTPUT)}), self._place, places) for d in local)

    def _place(self, what: Symbol, operands: list[int]) -> int:
        self.steps.append((what.function, tuple(operands) if what.operands else what.inputs[0]))
        return len(self.steps) - 1


@cache
def _formula(op: Operation) -> _Formula:
    return _Formula(op)


class _Reading:
    """A formula on the Values of one node; each step is computed at most once, and only if it is asked for."""

    def __init__(self, formula: _Formula, inputs: tuple[Any, ...], node: Value) -> None:
        self.formula = formula
        self.names: dict[str, Any] = dict(zip(formula.parameters, map(_plain, inputs), strict=True))
        self.names[OUTPUT] = node
        self.known: dict[int, Any] = {}

    def value(self, place: int) -> Any:
        """Return a step's outcome: a float where it is one whatever the Values, else a Value (or a sequence)."""
        if place not in self.known:
            self.known[place] = self._compute(*self.formula.steps[place])
        return self.known[place]

    def _is_plain(self, place: int) -> bool:
        """Return whether a step is a float because all that it is computed from are floats."""
        function, inputs = self.formula.steps[place]
        if function in ("name", "number"):
            return function == "number" or type(self.names[inputs]) is float
        return all(map(self._is_plain, inputs))

    def _compute(self, function: str, inputs: Any) -> Any:
        if function == "name":
            return self.names[inputs]
        if function == "number":
            return inputs
        if function == "where":
            if all(map(self._is_plain, inputs[1:])) and self.value(inputs[1]) == self.value(inputs[2]):
                return self.value(inputs[1])
            if type(condition := self.value(inputs[0])) is float:
                return self.value(inputs[1] if condition else inputs[2])
        if function in ("multiply", "divide") and is_zero(self.value(inputs[0])):
            return 0.0
        operands = [self.value(place) for place in inputs]
        if function == "first":
            return _first(*operands)
        if function == "multiply":
            return _product(*operands)
        if function == "power" and type(operands[1]) is float and operands[1] in (0.0, 1.0):
            return operands[0] if operands[1] else 1.0
        return TABLE[function](*operands)


def _plain(x: Any) -> Any:
    """Return a constant as its float, so that what is known is not recorded; anything else as it is."""
    return x._data if not x.is_group and x.op is CONSTANT else x


def _first(values: Sequence[Any], wanted: Any) -> list[Any]:
    """Return 1 at the first of `values` that is `wanted` (nan counts as itself), 0 elsewhere."""
    if modes.current("refuse_reading") is None and isinstance(wanted, Value):
        data = [x._data for x in values]
        same = [x == wanted._data or (x != x and wanted._data != wanted._data) for x in data]
        return [1.0 if i == same.index(True) else 0.0 for i in range(len(data))]
    shares: list[Any] = []  # a program is being traced: which is first must stay open
    left: Any = 1.0
    for x in values:
        share = ops.where(ops.where(ops.isnan(wanted), ops.isnan(x), ops.equal(x, wanted)), left, 0.0)
        shares.append(share)
        left = left - share
    return shares

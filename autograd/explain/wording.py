"""How nodes and derivatives are told: one implementation for REPL, page, picture and transcript."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Any, Final

from autograd.explain.naming import SUPERSCRIPTS, is_place, short_names
from autograd.explain.numbers import bracketed, show_number
from autograd.fused.groups import Group
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import TABLE, Operation
from autograd.rules.symbols import Symbol, formulas, label, parameters, symbol
from autograd.value import Value

__all__ = ["Words"]

LONGEST_FORMULA: Final = 44
LONGEST_SUM: Final = 8
_SLOT: Final = re.compile(r"\{(\d+)\}|\[(\d+)\]")


# --------------------------------------------------------------------------------------- formulas
_INFIX: Final = {"add": (1, " + "), "subtract": (1, " − "), "multiply": (2, "·"), "divide": (2, " / ")}
_COMPARISONS: Final = {"greater": ">", "greater_equal": "≥", "less": "<", "less_equal": "≤"}
_OPPOSITE: Final = {">": "≤", "≥": "<", "<": "≥", "≤": ">"}


def write(formula: Symbol, binding: int = 0) -> str:
    """Return a symbol as a person would write it: `1 − a²`."""
    function, inputs = formula.function, formula.inputs
    if function == "name":
        return str(inputs[0])
    if function == "number":
        text = show_number(inputs[0])
        return f"({text})" if binding and text.startswith("−") else text
    if function == "multiply" and inputs[0] == inputs[1]:
        return _base(inputs[0]) + "²"
    if function in _INFIX:
        rank, sign = _INFIX[function]
        text = write(inputs[0], rank) + sign + write(inputs[1], rank + (function in ("subtract", "divide")))
    elif function == "negative":
        rank, text = 1, "−" + write(inputs[0], 2)
    elif function == "power" and (n := inputs[1].number) is not None and n == int(n):
        return _base(inputs[0]) + str(int(n)).translate(SUPERSCRIPTS)
    elif function == "power":
        rank, text = 3, write(inputs[0], 4) + "^" + write(inputs[1], 4)
    elif function in _COMPARISONS:
        rank, text = 0, f"{write(inputs[0], 1)} {_COMPARISONS[function]} {write(inputs[1], 1)}"
    else:
        return f"{TABLE[function].symbol if function in TABLE else function}({', '.join(map(write, inputs))})"
    return f"({text})" if binding > rank else text


def _base(formula: Symbol) -> str:
    """Return what is raised to a power: in brackets if its name carries a superscript of its own."""
    text = write(formula, 4)
    return f"({text})" if formula.function == "name" and "⁾" in text else text


def _evaluate(formula: Symbol, numbers: dict[str, float]) -> float:
    if formula.function == "name":
        return numbers[formula.inputs[0]]
    if formula.function == "number":
        return float(formula.inputs[0])
    return TABLE[formula.function].evaluate(*(_evaluate(x, numbers) for x in formula.inputs))[0]


def _settle(formula: Symbol, numbers: dict[str, float], constants: set[str], because: list[str]) -> Symbol:
    """Return the formula on the branch that these numbers take, with constants in their places."""
    function = formula.function
    if function == "name":
        return symbol(numbers[formula.inputs[0]]) if formula.inputs[0] in constants else formula
    if function == "number":
        return formula
    if function == "where":
        condition, yes, no = formula.inputs
        taken = bool(_evaluate(condition, numbers))
        if condition.function in _COMPARISONS:
            sides = [_settle(x, numbers, constants, because) for x in condition.inputs]
            if any(x.number is None for x in sides):
                sign = _COMPARISONS[condition.function]
                because.append(f"{write(sides[0], 1)} {sign if taken else _OPPOSITE[sign]} {write(sides[1], 1)}")
        return _settle(yes if taken else no, numbers, constants, because)
    inputs = tuple(_settle(x, numbers, constants, because) for x in formula.inputs)
    if function == "power" and inputs[1].number in (0.0, 1.0):
        return inputs[0] if inputs[1].number else symbol(1.0)
    match function:
        case "add":
            result = inputs[0] + inputs[1]
        case "subtract":
            result = inputs[0] - inputs[1]
        case "multiply":
            result = inputs[0] * inputs[1]
        case "divide":
            result = inputs[0] / inputs[1]
        case "negative":
            result = -inputs[0]
        case _:
            result = Symbol(function, inputs)
    return result


# ------------------------------------------------------------------------------------------ words
class Words:
    """The names of a graph's nodes, and the phrases that forward and backward steps are told with.

    `nodes` are in topological order, the root last; `numbers` are what they hold.
    """

    def __init__(self, nodes: Sequence[Value], numbers: Sequence[float]) -> None:
        self.nodes, self.numbers = nodes, numbers
        self.names = short_names(nodes)
        self._index = {id(node): i for i, node in enumerate(nodes)}

    def gradient(self, i: int) -> str:
        """Return `∂L/∂w₁` for node `i`."""
        return f"∂{self.names[-1]}/∂{self.names[i]}"

    def computation(self, i: int) -> str:
        """Return how node `i` is computed, in symbols, in numbers, and the result: `z = w·x + b = (2)(3) + 1 = 7`."""
        node = self.nodes[i]
        result = show_number(self.numbers[i])
        if not isinstance(node.op, Operation):
            return f"{self.names[i]} = {result}"
        symbols, figures = self.forms(i)
        parents = [self._index[id(parent)] for parent in node.parents]
        names, numbers = [self.names[j] for j in parents], [show_number(self.numbers[j]) for j in parents]
        return " = ".join(dict.fromkeys((self.names[i], _filled(symbols, names), _filled(figures, numbers), result)))

    def forms(self, i: int) -> tuple[str, str]:
        """Return how node `i`, which an operation made, is computed, in symbols and in figures, but for its parents.

        Where the name or the number of parent number k belongs, it says `{k}`, or `[k]` if it goes in brackets where it
        begins with a sign of its own.  Nodes of one kind have the same forms.
        """
        node = self.nodes[i]
        op, slots = node.op, count()
        assert isinstance(op, Operation)
        inputs = [[next(slots) for _ in x.values] if isinstance(x, Group) else next(slots) for x in operands(node)]
        if op.role == "power":
            base, exponent = [self._index[id(parent)] for parent in node.parents]
            return _power(self.names[base], self.names[exponent]), _power(
                show_number(self.numbers[base]), show_number(self.numbers[exponent])
            )
        if op.role == "dot" and (bias := operands(node)[2]).op is CONSTANT and bias._data == 0.0:  # none was given
            inputs.pop()
        return _form(op, inputs), _form(op, inputs, figures=True)

    def derivative(self, i: int, slot: int) -> str:
        """Return the local derivative of node `i` with respect to its parent number `slot`, as its rule states it."""
        node = self.nodes[i]
        op = node.op
        assert isinstance(op, Operation)
        number = node.local_derivatives[slot]
        if op.name not in TABLE:  # a checkpoint: its function has no formula
            return bracketed(show_number(number))
        names = parameters(op)
        which, place = self._place(node, slot)
        output, derivatives = formulas(op.name)
        formula = derivatives[which]
        if op.groups:
            if formula.function == "name" and formula.inputs[0] in names[: op.groups]:
                other = operands(node)[names.index(formula.inputs[0])].values[place]
                return bracketed(self._name(self._index[id(other)]))
            return bracketed(write(formula)) if formula.number is not None else bracketed(show_number(number))
        if output.function != "name":
            formula = formula.replace({output: label("\0")})
        inputs = [self._index[id(parent)] for parent in node.parents]
        constants: set[str] = {name for name, j in zip(names, inputs, strict=True) if self.nodes[j].op is CONSTANT}
        known = dict(zip(names, (self.numbers[j] for j in inputs), strict=True)) | {"\0": self.numbers[i]}
        shown = {label(name): label(self.names[j]) for name, j in zip(names, inputs, strict=True)}
        because: list[str] = []
        settled = _settle(formula, known, constants, because)
        settled = settled.replace(shown | {label("\0"): label(self.names[i])})
        text = write(settled, 3 if settled.function == "divide" else 2)
        if len(text) > LONGEST_FORMULA + sum(len(self.names[j]) for j in inputs):
            return f"{op.symbol}′({', '.join(map(self._name, inputs))})"
        own: dict[str, str] = {name: self.names[j] for name, j in zip(names, inputs, strict=True)}
        because = [re.sub(rf"\b({'|'.join(own)})\b", lambda found: own[found[0]], reason) for reason in because]
        return f"{text} [{', '.join(dict.fromkeys(because))}]" if because else text

    def _name(self, i: int) -> str:
        return self.names[i]

    def _place(self, node: Value, slot: int) -> tuple[int, int]:
        """Return which input of the rule a parent belongs to, and its place there."""
        for which, operand in enumerate(operands(node)):
            size = len(operand) if isinstance(operand, Group) else 1
            if slot < size:
                return which, slot
            slot -= size
        raise IndexError(f"node {node!r} has no parent number {slot}")


def _form(op: Operation, inputs: list[Any], figures: bool = False) -> str:
    """Return an operation on inputs that are given by number: `{0} + [1]`, `tanh({0})`, `[0]·[2] + [1]·[3] + [4]`."""
    if op.role == "dot":
        pairs = zip(*inputs[:2], strict=True)
        products = [f"({{{w}}})({{{x}}})" if figures else f"[{w}]·[{x}]" for w, x in pairs]
        return _sum(products + inputs[2:])
    if op.groups == 1:
        members = inputs[0]
        return _sum(members) if op.role == "total" else f"{op.symbol}({', '.join(map(_plain, _shortened(members)))})"
    if op.symbol[0].isalpha() or len(inputs) > 2:
        return f"{op.symbol}({', '.join(map(_plain, inputs))})"
    return f"{{0}} {op.symbol} [1]" if len(inputs) == 2 else f"{op.symbol}[0]"


def _power(base: str, exponent: str) -> str:
    """Return the form of a power of such a base and exponent."""
    form = "({0})" if base.startswith("−") or "⁽" in base else "{0}"
    return form + exponent.translate(SUPERSCRIPTS) if is_place(exponent) else form + "^[1]"


def _sum(terms: list[Any]) -> str:
    first, *rest = _shortened(terms) or ["0"]
    return " + ".join([_plain(first), *(term if isinstance(term, str) else f"[{term}]" for term in rest)])


def _plain(term: int | str) -> str:
    return term if isinstance(term, str) else f"{{{term}}}"


def _shortened(terms: list[Any]) -> list[Any]:
    return terms if len(terms) <= LONGEST_SUM else [*terms[:3], "…", *terms[-2:]]


def _filled(form: str, texts: Sequence[str]) -> str:
    """Return a form with the parents' texts in their places."""
    return _SLOT.sub(lambda found: texts[int(found[1])] if found[1] else bracketed(texts[int(found[2])]), form)

"""How nodes and derivatives are told: one implementation for REPL, page, picture and transcript."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Any, ClassVar, Final

from autograd.explain.naming import SUPERSCRIPTS, is_place, short_names
from autograd.explain.number_format import bracketed, show_number
from autograd.fused.groups import Group
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT
from autograd.rules.formulas import ATOM, Syntax, Text, evaluate, fold, tight
from autograd.rules.operation import TABLE, Operation
from autograd.rules.symbols import Symbol, apply, formulas, label, parameters, symbol
from autograd.value import Value

LONGEST_FORMULA: Final = 44
LONGEST_SUM: Final = 8
_SLOT: Final = re.compile(r"\{(\d+)\}|\[(\d+)\]")


# --------------------------------------------------------------------------------------- formulas
_COMPARISONS: Final = {"greater": ">", "greater_equal": "≥", "less": "<", "less_equal": "≤"}
_OPPOSITE: Final = {">": "≤", "≥": "<", "<": "≥", "≤": ">"}
_SUM, _PRODUCT, _QUOTIENT, _POWER = 1, 2, 3, 4  # how tightly what stands in a formula is to bind


class _Textbook(Syntax):
    """Formulas as a person writes them: `1 − a²`."""

    infix: ClassVar = {
        "add": (" + ", _SUM, _SUM, _SUM),
        "subtract": (" − ", _SUM, _SUM, _PRODUCT),
        "multiply": ("·", _PRODUCT, _PRODUCT, _PRODUCT),
        "divide": (" / ", _PRODUCT, _PRODUCT, _QUOTIENT),
        "power": ("^", _QUOTIENT, _POWER, _POWER),
        **{function: (f" {sign} ", 0, _SUM, _SUM) for function, sign in _COMPARISONS.items()},
    }
    minus: ClassVar = ("−", _SUM, _PRODUCT)

    def name(self, x: Symbol) -> str:
        """Return a name, which may be any text."""
        return str(x.inputs[0])

    def number(self, x: float) -> Text:
        """Return a number to four digits; one with a sign binds as loosely as can be."""
        text = show_number(x)
        return text, 0 if text.startswith("−") else ATOM

    def called(self, function: str) -> str:
        """Return the symbol of an operation."""
        return TABLE[function].symbol if function in TABLE else function

    def own(self, x: Symbol, operands: list[Text]) -> Text | None:
        """Return a whole power with a superscript; what is raised to it is in brackets if its name has one, too."""
        if x.function == "multiply" and x.inputs[0] == x.inputs[1]:
            exponent = 2.0
        elif x.function == "power" and x.inputs[1].number is not None and x.inputs[1].number.is_integer():
            exponent = x.inputs[1].number
        else:
            return None
        base = tight(operands[0], _POWER)
        base = f"({base})" if x.inputs[0].function == "name" and "⁾" in base else base
        return base + str(int(exponent)).translate(SUPERSCRIPTS), ATOM


TEXTBOOK: Final = _Textbook()


def _on_branch(
    formula: Symbol, numbers: dict[str, float], constants: set[str], syntax: Syntax
) -> tuple[Symbol, list[str]]:
    """Return the formula on the branch that these numbers take, with constants in their places; and why that branch."""

    def step(x: Symbol, operands: list[tuple[Symbol, list[str]]]) -> tuple[Symbol, list[str]]:
        if x.function == "name":
            return symbol(numbers[x.inputs[0]]) if x.inputs[0] in constants else x, []
        if x.function != "where":
            inputs, reasons = [y for y, _ in operands], [reason for _, reasons in operands for reason in reasons]
            return (apply(x.function, *inputs) if inputs else x), reasons
        (condition, because), yes, no = operands
        holds = bool(evaluate(x.inputs[0], numbers))
        taken, reasons = yes if holds else no
        if condition.function not in _COMPARISONS:
            return taken, reasons
        if any(side.number is None for side in condition.inputs):
            sign = _COMPARISONS[condition.function]
            left, right = (syntax.write(side, _SUM) for side in condition.inputs)
            because = [*because, f"{left} {sign if holds else _OPPOSITE[sign]} {right}"]
        return taken, because + reasons

    return fold(formula, step)


# ------------------------------------------------------------------------------------------ words
class Words:
    """The names of a graph's nodes, and the phrases that forward and backward steps are told with.

    `nodes` are in topological order, the root last; `numbers` are what they hold.
    """

    def __init__(self, nodes: Sequence[Value], numbers: Sequence[float]) -> None:
        self.nodes, self.numbers = nodes, numbers
        self.names = short_names(nodes)
        self._index = {node: i for i, node in enumerate(nodes)}  # by the Values, which copies take along, not their ids

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
        parents = [self._index[parent] for parent in node.parents]
        names, numbers = [self.names[j] for j in parents], [show_number(self.numbers[j]) for j in parents]
        return " = ".join(dict.fromkeys((self.names[i], filled(symbols, names), filled(figures, numbers), result)))

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
            base, exponent = [self._index[parent] for parent in node.parents]
            return _power(self.names[base], self.names[exponent]), _power(
                show_number(self.numbers[base]), show_number(self.numbers[exponent])
            )
        if op.role == "dot" and (bias := operands(node)[2]).op is CONSTANT and bias._data == 0.0:
            inputs.pop()  # no bias was given
        return _form(op, inputs), _form(op, inputs, figures=True)

    def derivative(self, i: int, slot: int, syntax: Syntax = TEXTBOOK) -> str:
        """Return the local derivative of node `i` with respect to its parent number `slot`, as its rule states it."""
        node = self.nodes[i]
        op = node.op
        assert isinstance(op, Operation)
        number = node.local_derivatives[slot]

        def name(j: int) -> str:
            return syntax.write(label(self.names[j]))

        if op.name not in TABLE:  # a checkpoint: its function has no formula
            return tight(syntax.number(number), _SUM)
        names = parameters(op)
        which, place = self._place(node, slot)
        output, derivatives = formulas(op.name)
        formula = derivatives[which]
        if op.groups:
            if formula.function == "name" and formula.inputs[0] in names[: op.groups]:
                other = operands(node)[names.index(formula.inputs[0])].values[place]
                return bracketed(name(self._index[other]))
            return tight(syntax.number(number if formula.number is None else formula.number), _SUM)
        if output.function != "name":
            formula = formula.replace({output: label("\0")})
        inputs = [self._index[parent] for parent in node.parents]
        constants: set[str] = {x for x, j in zip(names, inputs, strict=True) if self.nodes[j].op is CONSTANT}
        known = dict(zip(names, (self.numbers[j] for j in inputs), strict=True)) | {"\0": self.numbers[i]}
        shown = {label(x): label(self.names[j]) for x, j in zip(names, inputs, strict=True)}
        taken, because = _on_branch(formula, known, constants, syntax)
        taken = taken.replace(shown | {label("\0"): label(self.names[i])})
        text = syntax.write(taken, _QUOTIENT if taken.function == "divide" else _PRODUCT)
        if syntax is TEXTBOOK and len(text) > LONGEST_FORMULA + sum(len(self.names[j]) for j in inputs):
            return f"{op.symbol}′({', '.join(map(name, inputs))})"
        own: dict[str, str] = {x: name(j) for x, j in zip(names, inputs, strict=True)}
        because = [re.sub(rf"\b({'|'.join(own)})\b", lambda found: own[found[0]], reason) for reason in because]
        return f"{text} [{', '.join(dict.fromkeys(because))}]" if because else text

    def _place(self, node: Value, slot: int) -> tuple[int, int]:
        """Return which input of the rule a parent belongs to, and its place there."""
        for which, operand in enumerate(operands(node)):
            size = len(operand) if isinstance(operand, Group) else 1
            if slot < size:
                return which, slot
            slot -= size
        raise IndexError(f"{node!r} has not so many parents")


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


def filled(form: str, texts: Sequence[str]) -> str:
    """Return a form with the parents' texts in their places."""
    return _SLOT.sub(lambda found: texts[int(found[1])] if found[1] else bracketed(texts[int(found[2])]), form)

"""How numbers, nodes and derivatives are written: one implementation for REPL, page, picture and transcript."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import count, pairwise
from typing import Any, Final

from autograd.fused.groups import Group
from autograd.recording.graph import operands
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import TABLE, Operation
from autograd.rules.symbols import Symbol, formulas, label, parameters, symbol
from autograd.support.messages import printable, shown
from autograd.value import Value

__all__ = ["Words", "bracketed", "layer_of", "neuron_of", "short_names", "show_number", "titled"]

DASH: Final = "—"  # where no pass has been
LONGEST_NAME: Final = 24
LONGEST_LETTER: Final = 40  # of a path, abbreviated
LONGEST_PATH: Final = 2_000  # beyond, a name with dots in it is no module's
LONGEST_FORMULA: Final = 44
LONGEST_SUM: Final = 8
_SUBSCRIPTS: Final = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")
_SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LETTERS: Final = {"weights": "w", "weight": "w", "bias": "b", "biases": "b"}
_SLOT: Final = re.compile(r"\{(\d+)\}|\[(\d+)\]")
_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.\w+)+")
_PLACE: Final = re.compile(r"[0-9]{1,9}")


# ---------------------------------------------------------------------------------------- numbers
def show_number(x: float | None) -> str:
    """Return `x` to four significant digits with a true minus sign; a dash for None, `nan` and `inf` by name."""
    if x is None:
        return DASH
    if x != x:
        return "nan"
    sign, x = "−" if x < 0 else "", abs(x)
    if x in (0.0, math.inf):
        return sign + ("inf" if x else "0")
    mantissa, power = f"{x:.3e}".split("e")
    exponent = int(power)
    if 3 <= exponent < 6:
        return f"{sign}{x:.0f}"
    if -4 <= exponent < 3:
        return sign + f"{x:.{3 - exponent}f}".rstrip("0").rstrip(".")
    mantissa = mantissa.rstrip("0")
    return f"{sign}{mantissa}{'0' if mantissa.endswith('.') else ''}e{exponent}"


def bracketed(text: str) -> str:
    """Return a number as it stands behind a sign: in brackets if it begins with one of its own."""
    return f"({text})" if text.startswith("−") else text


# ------------------------------------------------------------------------------------------ names
def _is_path(name: str | None) -> bool:
    return name is not None and len(name) <= LONGEST_PATH and _PATH.fullmatch(name) is not None


def is_place(part: str) -> bool:
    """Return whether this part of a path counts something, as the 3 of `neurons.3` does."""
    return _PLACE.fullmatch(part) is not None


@lru_cache(maxsize=50_000)
def neuron_of(name: str | None) -> str | None:
    """Return the path of the neuron or module that a name such as `layers.0.neurons.1.weights.2` lies in, or None."""
    if name is None or not _is_path(name):
        return None
    neuron, found = re.subn(r"\.[A-Za-z_]\w*(\.[0-9]{1,9})*$", "", name)
    return neuron if found else None


@lru_cache(maxsize=50_000)
def layer_of(name: str | None) -> str | None:
    """Return the path of the layer that a name such as `layers.0.neurons.1.z` lies in, or None."""
    neuron = neuron_of(name)
    return None if neuron is None else re.sub(r"\.neurons\.[0-9]{1,9}\b.*$", "", neuron)


def titled(path: str) -> str:
    """Return the path of a layer or neuron as people read it, counted from 1 as the letters of nodes are.

    `net.layers.0.neurons.3` is `net, layer 1, neuron 4`.
    """
    safe = printable(path)
    counted = re.sub(r"\b(layer|neuron)s\.([0-9]{1,9})\b", lambda found: f"\n{found[1]} {int(found[2]) + 1}\n", safe)
    return ", ".join(part.strip(".") for part in counted.split("\n") if part.strip("."))


def _clean(name: str) -> str:
    """Return a name as one line of printable characters, cut to a length that fits in a box."""
    text = printable(name[: 2 * LONGEST_NAME])
    if len(text) > LONGEST_NAME:
        return text[: LONGEST_NAME - 1] + "…"
    letter, digits = re.fullmatch(r"(.*?)([0-9]*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    return letter + digits.translate(_SUBSCRIPTS) if len(letter) == 1 and letter.isalpha() else text


def _abbreviate(name: str, layers: bool, prefixes: bool) -> str:
    """Return `layers.0.neurons.1.weights.2` as w⁽¹⁾₂₃: layer 1, neuron 2, input 3, counted from 1 as books do."""
    parts = name.split(".")
    last = max(i for i, part in enumerate(parts) if not is_place(part))
    places = [int(p) + 1 for before, p in pairwise(parts) if before == "neurons" and is_place(p)]
    places += [int(p) + 1 for p in parts[last + 1 :]]
    text = _LETTERS.get(parts[last], parts[last])
    if layers and (layer := _layer_number(name)) is not None:
        text += "⁽" + str(layer + 1).translate(_SUPERSCRIPTS) + "⁾"
    text += ("," if any(p > 9 for p in places) else "").join(map(str, places)).translate(_SUBSCRIPTS)
    return shown(f"{_prefix(name)}.{text}" if prefixes and _prefix(name) else text, LONGEST_LETTER)


def _layer_number(name: str) -> int | None:
    found = re.search(r"(?:^|\.)layers\.([0-9]{1,9})\.", name)
    return int(found[1]) if found else None


def _prefix(name: str) -> str:
    found = re.match(r"(.*?)\.?\blayers\.[0-9]{1,9}\.", name)
    return found[1] if found else ""


def short_names(nodes: Sequence[Value]) -> list[str]:
    """Return a short name for each node of a graph in topological order, unique but for constants.

    Paths become a textbook's letters (`w⁽¹⁾₂₁`), a root without a name is L, inputs without a name are x₁, x₂, …, other
    nodes without a name v₁, v₂, …; a constant is its number; names that would be the same are numbered, `z₁[2]`.
    """
    paths = [n.name for n in nodes if n.name is not None and _is_path(n.name)]
    layers = len({_layer_number(p) for p in paths} - {None}) > 1
    prefixes = len({_prefix(p) for p in paths if _layer_number(p) is not None}) > 1
    inputs = _inputs(nodes)
    names: list[str | None] = []
    for i, node in enumerate(nodes):
        if node.name:
            names.append(_abbreviate(node.name, layers, prefixes) if _is_path(node.name) else _clean(node.name))
        elif id(node) in inputs:
            names.append("x" + str(inputs[id(node)] + 1).translate(_SUBSCRIPTS))
        elif node.op is CONSTANT:
            names.append(show_number(node._data))
        else:
            names.append("L" if i == len(nodes) - 1 else None)
    free = [node.op is CONSTANT and id(node) not in inputs and not node.name for node in nodes]
    counts = Counter(name for name, f in zip(names, free, strict=True) if not f)
    taken, used = set(counts), Counter[str]()
    result = []
    number = 0
    for name, constant in zip(names, free, strict=True):
        if name is None:
            number += 1
            while (text := "v" + str(number).translate(_SUBSCRIPTS)) in taken:
                number += 1
        elif constant or counts[name] == 1:
            text = name
        else:
            used[name] += 1
            while (text := f"{name}[{used[name]}]") in taken:
                used[name] += 1
        if not constant:
            taken.add(text)
        result.append(text)
    return result


def _inputs(nodes: Sequence[Value]) -> dict[int, int]:
    """Return the place of each nameless leaf that is an input of a neuron."""
    places: dict[int, int] = {}
    for node in nodes:
        if isinstance(node.op, Operation) and node.op.groups == 2:
            members = operands(node)[1].values
            if all(x.is_leaf and x.name is None for x in members):
                for place, x in enumerate(members):
                    places.setdefault(id(x), place)
    return places


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
        return _base(inputs[0]) + str(int(n)).translate(_SUPERSCRIPTS)
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
        if op.name == "power":
            base, exponent = [self._index[parent] for parent in node.parents]
            return _power(self.names[base], self.names[exponent]), _power(
                show_number(self.numbers[base]), show_number(self.numbers[exponent])
            )
        if op.groups == 2 and (bias := operands(node)[2]).op is CONSTANT and bias._data == 0.0:  # none was given
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
                return bracketed(self._name(self._index[other]))
            return bracketed(write(formula)) if formula.number is not None else bracketed(show_number(number))
        if output.function != "name":
            formula = formula.replace({output: label("\0")})
        inputs = [self._index[parent] for parent in node.parents]
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
    if op.groups == 2:
        pairs = zip(*inputs[:2], strict=True)
        products = [f"({{{w}}})({{{x}}})" if figures else f"[{w}]·[{x}]" for w, x in pairs]
        return _sum(products + inputs[2:])
    if op.groups == 1:
        members = inputs[0]
        return _sum(members) if op.name == "total" else f"{op.symbol}({', '.join(map(_plain, _shortened(members)))})"
    if op.symbol[0].isalpha() or len(inputs) > 2:
        return f"{op.symbol}({', '.join(map(_plain, inputs))})"
    return f"{{0}} {op.symbol} [1]" if len(inputs) == 2 else f"{op.symbol}[0]"


def _power(base: str, exponent: str) -> str:
    """Return the form of a power of such a base and exponent."""
    form = "({0})" if base.startswith("−") or "⁽" in base else "{0}"
    return form + exponent.translate(_SUPERSCRIPTS) if is_place(exponent) else form + "^[1]"


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

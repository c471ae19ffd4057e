"""Which lines of a program stand as equations, and how their arrays are called."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from autograd.compile.backends.latex.structural import LATEX
from autograd.compile.ir.program import VIEWS, Array, Program
from autograd.rules.formulas import ATOM, Text
from autograd.rules.latex import Latex, aligned, partial, written
from autograd.rules.reduction_record import REDUCTIONS
from autograd.rules.symbols import Symbol, label, symbol

LEAVES: Final = frozenset({"parameter", "input", "theta", "constant"})
INSIDE: Final = frozenset({"matmul", *REDUCTIONS, *VIEWS})  # what may stand where it is used, if that is once
LONGEST: Final = 90
_LAYER: Final = re.compile(r"(d?)([Wbza])([0-9]+)")
_LANDMARK: Final = re.compile("[za][0-9]+")
_NUMBERED: Final = re.compile(r"(d?)(.*?)_?([0-9]*)", re.DOTALL)
LOSS: Final = "L"


class _Elementwise(Latex):
    times, of_arrays = r" \odot ", True


class _Scaled(Latex):
    times = r" \, "


def equations(program: Program) -> str:
    """Return the forward pass, then the backward pass, as aligned equations, each with the size of what it computes."""
    return aligned(_Equations(program).lines)


class _Equations:
    """The equations so far, in `lines`, and how each array stands in others."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.text: dict[Array, Text] = {}
        self.lines: list[str] = []
        gradients = {gradient: parameter for parameter, gradient in reversed(program.gradients)}
        uses = Counter(x for array in program.lines for x in array.operands)
        uses.update([program.loss, *gradients])
        for array in program.lines:
            name = self._name(array)
            if array.op in LEAVES:
                self.text[array] = (name, ATOM) if array.number is None else Latex().number(array.number)
                continue
            text = self._written(array)
            parameter = gradients.get(array)
            if parameter is not None:
                name = self._gradient(parameter)
            is_landmark = array is program.loss or parameter is not None or _LANDMARK.fullmatch(array.name)
            plain = array.is_elementwise or array.op in INSIDE
            if array.op in VIEWS or (plain and uses[array] == 1 and not is_landmark and len(text[0]) <= LONGEST):
                self.text[array] = text
                continue
            self._equation(name, text[0], array)
            self.text[array] = name, ATOM
        for parameter, gradient in program.gradients:
            if gradients[gradient] is not parameter or gradient.op in LEAVES or gradient.op in VIEWS:
                self._equation(self._gradient(parameter), self.text[gradient][0], parameter)

    def _equation(self, name: str, text: str, array: Array) -> None:
        size = r" \times ".join(map(str, array.shape))
        self.lines.append(f"{name} &= {text}" + (rf" && \in \mathbb{{R}}^{{{size}}}" if size else ""))

    def _written(self, array: Array) -> Text:
        texts = [self.text[x] for x in array.operands]
        if not array.is_elementwise:
            return LATEX[array.op](array, texts)
        if array.op == "detach":
            return texts[0]
        names = [label(str(id(x))) if x.number is None else symbol(x.number) for x in array.operands]
        scaled = any(not x.shape for x in array.operands) or not array.shape
        return (_Scaled() if scaled else _Elementwise()).step(Symbol(array.op, tuple(names)), texts)

    def _gradient(self, parameter: Array) -> str:
        return partial(LOSS, self._name(parameter))

    def _name(self, array: Array) -> str:
        """Return how an array is called: by layer as a textbook does, else as in the source of the program."""
        if array is self.program.loss:
            return LOSS
        if array.op == "theta":
            return r"\theta"
        layer = None if array.op == "input" else _LAYER.fullmatch(array.name)
        if layer is not None:
            d, letter, number = layer.groups()
            if d and letter == "z":
                return rf"\delta^{{({number})}}"
            name = rf"{letter}^{{({number})}}"
            return partial(LOSS, name) if d else name
        found = _NUMBERED.fullmatch(array.name)
        assert found is not None
        d, letter, number = found.groups()
        if array.op == "input" or not letter:
            d, letter = "", d + letter
        name = written(letter or "t") + (f"_{{{number}}}" if number else "")
        return partial(LOSS, name) if d else name

"""Emit: a program as NumPy source that a person can read, and run.

The source defines `bind(theta, gradient)`, which takes views of the two flat vectors once and returns `step`, one
forward and one backward pass.  A line is one step of the textbook; what is used once stands where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograd.compile.backends.numpy.expressions import Expressions
from autograd.compile.backends.numpy.operations import NAMESPACE, imports
from autograd.compile.backends.numpy.structural import are_disjoint, axes_text, is_scaling, reshaped, slices_text
from autograd.compile.ir.program import VIEWS, Array, Program
from autograd.rules.formulas import ATOM
from autograd.rules.identifiers import comment
from autograd.rules.reduction_record import REDUCTIONS

INLINE: Final = frozenset({"matmul", "put", *REDUCTIONS})
LEAVES: Final = frozenset({"parameter", "input", "theta", "constant"})
WIDTH: Final = 96
BIG: Final = 8192  # elements: 64 kB
LONG: Final = 16  # rows
STEPS: Final = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}


class NumpyWriter(Expressions):
    """Writes a program line by line; `constants` are the arrays that the source names."""

    def __init__(self, program: Program, arguments: list[str]) -> None:
        super().__init__()
        self.program, self.arguments = program, arguments
        self.uses: dict[Array, int] = {}
        for array in program.lines:
            for x in array.operands:
                self.uses[x] = self.uses.get(x, 0) + 1
                self.users.setdefault(x, []).append(array)
        self.outputs: dict[Array, Array] = {}  # what is computed straight into the gradient of a parameter
        self.copied: list[tuple[Array, Array]] = []  # what is copied there at the end
        for parameter, gradient in program.gradients:
            if parameter.op == "theta":
                continue
            if gradient.op in LEAVES or gradient in self.outputs or gradient is program.loss:
                self.copied.append((parameter, gradient))
            else:
                self.outputs[gradient] = parameter
        for array in (program.loss, *program.observed, *[gradient for _, gradient in program.gradients]):
            self.uses[array] = self.uses.get(array, 0) + 1
        self.added = {part for gradient in self.outputs for part in self._added_to(gradient)}
        self.lines: list[str] = []

    # ---------------------------------------------------------------------------------- the whole
    def source(self) -> str:
        """Return the source of `bind`."""
        program = self.program
        body: list[str] = []
        self.lines = body
        sections = (program.lines[: program.forward], program.lines[program.forward :])
        self._emit("# forward")
        for array in sections[0]:
            self._line(array)
        results = ", ".join(self.number(a, self.text[a])[0] for a in (program.loss, *program.observed))
        if program.gradients:
            self._emit("", "# backward")
            for array in sections[1]:
                self._line(array)
            self._rest_of_gradients()
        self._emit(f"return {results}")
        head = self._views()
        helpers = self._helpers_used("\n".join(body))
        source = "\n".join(
            [
                *helpers,
                "def bind(theta, gradient):",
                *[f"    {line}" for line in head],
                *([""] if head else []),
                f"    def step({', '.join(self.arguments)}):",
                *[f"        {line}" if line else "" for line in body],
                "",
                "    return step",
                "",
            ]
        )
        return imports(source) + source

    def _helpers_used(self, body: str) -> list[str]:
        """Return the lines of the helpers that the body calls, or another helper that it calls."""
        used: list[str] = []
        for name, text in reversed(self.helpers.items()):
            if name in body or any(name in line for line in used):
                used = [*text.splitlines(), *used]
        return used

    def _emit(self, *lines: str) -> None:
        self.lines.extend(lines)

    def _views(self) -> list[str]:
        """Return the lines that name the slices of θ and of the gradient."""
        used = [a for a in self.program.lines if a.op == "parameter"]
        lines = [f"{a.name} = {self._slice_of('theta', a)}" for a in used]
        lines += [
            f"d{p.name} = {self._slice_of('gradient', p)}" for p, _ in self.program.gradients if p.op == "parameter"
        ]
        return lines

    def _slice_of(self, vector: str, a: Array) -> str:
        return reshaped(f"{vector}[{a.detail}:{a.detail + a.size}]", a.shape, of_vector=True)

    def _rest_of_gradients(self) -> None:
        """Write what is copied, and the gradient of θ as a whole on top of what its slices have."""
        for parameter, gradient in self.copied:
            self._emit(f"d{parameter.name}[...] = {self.number(gradient, self.text[gradient])[0]}")
        whole = next((g for p, g in self.program.gradients if p.op == "theta"), None)
        if whole is not None and len(self.program.gradients) == 1:
            self._emit(f"gradient[:] = {self.expression(whole)[0]}")
            return
        for start, stop in self.program.gaps:
            self._emit(f"gradient[{start}:{stop}] = 0.0")
        if whole is not None:
            self._emit(f"add(gradient, {self.expression(whole)[0]}, out=gradient)")

    # ------------------------------------------------------------------------------------ one line
    def _line(self, array: Array) -> None:
        """Write the array as a line of its own, or leave it to stand where it is used."""
        if array.op in ("parameter", "input", "theta"):
            self.text[array] = (array.name if array.op != "theta" else "theta", ATOM)
            return
        if array.op == "constant":
            self.text[array] = self._constant(array)
            return
        parameter = self.outputs.get(array)
        if parameter is not None:
            self._gradient(array, parameter)
            return
        if array.op == "assemble":
            if array not in self.added:
                self._assemble(array)
            return
        if array.op in ("add", "subtract") and self._put_into(array):
            return
        text = self._expression_of(array)
        landmark = (
            bool(array.note) or (array.name[:1] in "za" and array.name[1:].isdigit()) or array is self.program.loss
        )
        once = self.uses.get(array, 0) == 1 and len(text[0]) <= WIDTH and not landmark
        cheap = array.op == "transpose" and self.text[array.operands[0]][0].isidentifier()
        if (once and (array.is_elementwise or array.op in VIEWS or array.op in INLINE)) or cheap:
            self.text[array] = text
            return
        note = f"  # {comment(array.note)}" if array.note else ""
        if array.size >= BIG and self._in_steps(array, note):
            return
        self._emit(f"{f'{array.name} = {text[0]}':40}{note}".rstrip())
        self.text[array] = (array.name, ATOM)

    def _in_steps(self, array: Array, note: str) -> bool:
        """Write a large array in two steps, the second in place, if the first is new: memory is dearer."""
        if array.op not in STEPS:
            return False
        x, y = array.operands
        if array.op in ("add", "multiply") and not self._is_new(x, array) and self._is_new(y, array):
            x, y = y, x
        if not self._is_new(x, array):
            return False
        self._emit(f"{f'{array.name} = {self.text[x][0]}':40}{note}".rstrip())
        self._emit(f"{array.name} {STEPS[array.op]} {self.operand(array, y)[0]}")
        self.text[array] = (array.name, ATOM)
        return True

    def _is_new(self, x: Array, user: Array) -> bool:
        """Whether what stands for `x` computes a new array of floats, as large as its user."""
        made = x.op == "matmul" or (x.is_elementwise and x.op != "detach" and not self._is_condition(x))
        return made and x.shape == user.shape and not self.text[x][0].isidentifier()

    def _put_into(self, array: Array) -> bool:
        """Write a sum with what is put into some places as a change of those places, where the other part is new."""
        whole, put = array.operands
        if put.op != "put" or self.uses[put] > 1 or whole.shape != array.shape or self.text[whole][1] == ATOM:
            return False
        x, index = put.operands
        places = f"{self.rows_of(put)}, {self.expression(index)[0]}"
        self._emit(f"{array.name} = {self.text[whole][0]}")
        self._emit(f"{array.name}[{places}] {'+' if array.op == 'add' else '-'}= {self.expression(x)[0]}")
        self.text[array] = (array.name, ATOM)
        return True

    def _gradient(self, array: Array, parameter: Array) -> None:
        """Write a parameter's gradient where it belongs: straight into its slice of the gradient vector."""
        target = f"d{parameter.name}"
        if array.op == "matmul" and len(array.shape) == 2:
            a, b = map(self.floats, array.operands)
            self._emit(f"{'multiply' if is_scaling(array) else 'dot'}({a}, {b}, out={target})")
        elif array.op == "sum" and self._is_long(array):
            (summand,) = array.operands
            self._emit(f"dot({self._ones(summand.shape[0])}, {self.expression(summand)[0]}, out={target})")
        elif array.op == "sum" and array.shape and self.sum_fits(array):
            x = self.expression(array.operands[0])[0]
            keeps = ", keepdims=True" if self.keeps_axes(array) else ""
            self._emit(f"sum({x}, {axes_text(array.detail)}{keeps}, out={target})")
        elif array.op == "assemble":
            self._assemble(array, target)
        elif put := self._added_to(array):
            (whole,) = [x for x in array.operands if x not in put]
            self._emit(f"{target}[...] = {self.number(whole, self.expression(whole))[0]}")
            self._add_pieces(put[0], target)
        else:
            self._emit(f"{target}[...] = {self.number(array, self._expression_of(array))[0]}")
        self.text[array] = (target, ATOM)

    def _is_long(self, array: Array) -> bool:
        """Whether a sum runs over so many rows of a matrix that the product with a row of ones is much faster."""
        (x,) = array.operands
        is_matrix = len(x.shape) == 2 and len(array.shape) == 1 and array.detail == (0,)
        return is_matrix and x.shape[0] >= LONG and not self._is_condition(x)

    def _ones(self, n: int) -> str:
        name = f"ones{n}"
        self.constants[name] = np.ones(n)
        return name

    def _added_to(self, gradient: Array) -> list[Array]:
        """Return what is assembled with gaps and only added to the rest of a gradient: piece by piece, in place."""
        if gradient.op != "add":
            return []
        whole = [x for x in gradient.operands if x.op == "assemble" and x.shape == gradient.shape and self.uses[x] == 1]
        return [x for x in whole if sum(part.size for part in x.operands) < x.size][:1]

    def _add_pieces(self, array: Array, target: str) -> None:
        for part, slices in zip(array.operands, array.detail, strict=True):
            self._emit(f"{target}[{slices_text(slices, array.shape)}] += {self._repeating(part)}")

    def _assemble(self, array: Array, target: str = "") -> None:
        name = target or array.name
        parts = list(zip(array.operands, array.detail, strict=True))
        disjoint = are_disjoint([slices for _, slices in parts], array.shape)
        full = disjoint and sum(part.size for part, _ in parts) == array.size
        if not target:
            self._emit(f"{name} = {'empty' if full else 'zeros'}({array.shape})")
        elif not full:
            self._emit(f"{name}[...] = 0.0")
        for part, slices in parts:
            sign = "=" if disjoint else "+="
            self._emit(f"{name}[{slices_text(slices, array.shape)}] {sign} {self._repeating(part)}")
        self.text[array] = (name, ATOM)

    def _repeating(self, part: Array) -> str:
        """Return what is written into a slice, which repeats it by itself if need be."""
        inline = part.op == "broadcast" and not self.text[part][0].isidentifier()
        return self.expression(part.operands[0] if inline else part)[0]


def emit(program: Program) -> tuple[str, dict[str, Any]]:
    """Return the source of a program and the constant arrays that it names."""
    inputs = sorted((a for a in program.lines if a.op == "input"), key=lambda a: int(a.detail))
    writer = NumpyWriter(program, [a.name for a in inputs])
    return writer.source(), writer.constants


def load(source: str, constants: dict[str, Any]) -> Callable[..., Any]:
    """Return the function `bind` that the source defines."""
    namespace = {**NAMESPACE, **constants}
    exec(compile(source, "<compiled program>", "exec"), namespace)
    return namespace["bind"]  # type: ignore[no-any-return]

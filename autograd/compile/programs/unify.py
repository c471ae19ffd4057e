"""Unify: programs that one function has at a few sizes become one program for every size.

They are compared line by line.  Where they do the same operations on the same lines, and differ in nothing but numbers
that have forms (size_formulas.py), the forms are the program:

    at 5 rows                          at 7 rows                          at n rows
    input() 0 → (5, 64) x              input() 0 → (7, 64) x              input() 0 → (n, 64) x
    matmul(0, 3) → (5, 32) p1          matmul(0, 3) → (7, 32) p1          matmul(0, 3) → (n, 32) p1
    constant() 5.0 → () t9             constant() 7.0 → () t9             constant() n → () t9
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compile.ir.program import Array, Program
from autograd.compile.ir.sizes import Size
from autograd.compile.programs.size_formulas import Constant, DoesNotFitError, Each, Form, Polynomial, Sizes, fit

__all__ = ["GenericProgram", "unify"]


class GenericProgram:
    """A program whose shapes, slices and constants are functions of the sizes: `at(sizes)` is the one for these.

    `machine` is what a backend has made of it for every size, if any.
    """

    def __init__(self, first: Program, forms: Form, order: tuple[Form, Any] | None) -> None:
        self._first, self._forms, self._order = first, forms, order
        self.machine: Any = None
        number = {id(a): i for i, a in enumerate(first.lines)}
        self._operands = [[number[id(x)] for x in a.operands] for a in first.lines]
        self._roles = _roles(first)

    def at(self, sizes: Sizes) -> Program:
        """Return the program for these sizes; raises DoesNotFitError where there can be none."""
        return self._program(self._forms.at(sizes), lambda lines: self._parameters(sizes, lines))

    def everywhere(self, count: int) -> Program:
        """Return the program at every value of so many sizes: lengths are Sizes, and what else varies are forms.

        Its parameters are in the order of the program that was found first.
        """
        sizes = [Size.named(k) for k in range(count)]

        def parameters(lines: Sequence[Array]) -> tuple[Any, Any]:
            varies = self._order is not None and self._order[1] is None
            return self._first.order, sum(a.size for a in _slots(lines)) if varies else self._first.used

        return self._program(_everywhere(self._forms, sizes), parameters)

    def _program(self, forms: Any, parameters: Callable[[Sequence[Array]], tuple[Any, Any]]) -> Program:
        first, (numbers, arguments) = self._first, forms
        lines: list[Array] = []
        for a, (shape, detail), operands in zip(first.lines, numbers, self._operands, strict=True):
            line = Array(a.op, tuple([lines[k] for k in operands]), shape, detail)
            line.name, line.layer = a.name, a.layer
            lines.append(line)
        loss, gradients, observed = self._roles
        return Program(
            lines,
            first.forward,
            lines[loss],
            [(lines[p], lines[g]) for p, g in gradients],
            [(k, shape, whole) for (k, _, whole), shape in zip(first.arguments, arguments, strict=True)],
            *parameters(lines),
            [lines[k] for k in observed],
            dict(first.counts),
        )

    def _parameters(self, sizes: Sizes, lines: Sequence[Array]) -> tuple[Any, int]:
        """Return which of the user's parameters sits where in θ, and how many the loss depends on."""
        if self._order is None:
            return self._first.order, self._first.used
        form, beyond = self._order
        pieces = [np.asarray(piece).ravel() for piece in form.at(sizes)]
        taken = np.concatenate(pieces)
        count = len(self._first.order)
        if taken.min(initial=0) < 0 or taken.max(initial=0) >= count or len({*taken.tolist()}) < len(taken):
            raise DoesNotFitError(f"at the sizes {sizes} there are not enough parameters")
        for piece, line in zip(pieces, _slots(lines), strict=True):
            if piece.size != line.size:
                raise DoesNotFitError("a slice of the parameters has another size")
        rest = np.setdiff1d(np.arange(count), taken)
        if beyond is None:
            return np.concatenate([taken, rest]), len(taken)
        if np.intersect1d(taken, beyond).size:
            raise DoesNotFitError("a slice of the parameters has some that no gradient reaches")
        return np.concatenate([taken, np.setdiff1d(rest, beyond), beyond]), count - len(beyond)


def _everywhere(form: Form, sizes: Sequence[Size]) -> Any:
    """Return what stands in a place at every size: a Size where it is a whole number that varies, else its form."""
    if isinstance(form, Constant):
        return form.value
    if isinstance(form, Each):
        return tuple([_everywhere(each, sizes) for each in form.forms])
    if not isinstance(form, Polynomial) or not form.whole:
        return form
    terms = [(int(c) if c.denominator == 1 else c, places) for c, places in form.terms]
    return sum(c * math.prod([sizes[k] for k in places]) for c, places in terms)


def unify(programs: Sequence[Program], samples: Sequence[Sizes]) -> GenericProgram:
    """Return the program that these are at their sizes; raises DoesNotFitError where they differ in more than numbers.

    A slice of θ may grow with the sizes, as the part of a table of positions that is read: θ is then put in order anew.
    """
    first, forms = programs[0], []
    structure = _structure(first)
    for program in programs[1:]:
        if _structure(program) != structure:
            raise DoesNotFitError("the operations differ from size to size")
    for lines in zip(*[program.lines for program in programs], strict=True):
        forms.append((tuple([a.shape for a in lines]), tuple([a.detail for a in lines])))
    values = [
        (tuple([(shapes[i], details[i]) for shapes, details in forms]), tuple([shape for _, shape, _ in p.arguments]))
        for i, p in enumerate(programs)
    ]
    return GenericProgram(first, fit(values, samples), _order(programs, samples))


def _structure(program: Program) -> Any:
    """Return what must be the same at every size: operations on lines, and what is made of them."""
    number = {id(a): i for i, a in enumerate(program.lines)}
    lines = [(a.op, a.name, a.layer, [number[id(x)] for x in a.operands]) for a in program.lines]
    kinds = [(k, whole) for k, _, whole in program.arguments]
    return lines, program.forward, _roles(program), kinds, len(program.order)


def _roles(program: Program) -> tuple[int, list[tuple[int, int]], list[int]]:
    """Return which lines are the loss, the parameters with their gradients, and what is observed."""
    number = {id(a): i for i, a in enumerate(program.lines)}
    gradients = [(number[id(p)], number[id(g)]) for p, g in program.gradients]
    return number[id(program.loss)], gradients, [number[id(a)] for a in program.observed]


def _slots(lines: Sequence[Array]) -> list[Array]:
    """Return the slices of θ, in order."""
    return sorted((a for a in lines if a.op == "parameter"), key=lambda a: a.detail)


def _order(programs: Sequence[Program], samples: Sequence[Sizes]) -> tuple[Form, Any] | None:
    """Return the form of the parameters in each slice of θ, None where the order is the same at every size.

    Also returned: the parameters that no gradient reaches, if they are the same at every size, as where a table of
    positions was looked up in, and what else is there could have been; None if they are all that no slice has.
    """
    first = programs[0]
    if all(p.used == first.used and np.array_equal(p.order, first.order) for p in programs):
        return None
    ends = []
    for program in programs:
        slots = _slots(program.lines)
        ends.append(stops := [a.detail + a.size for a in slots])
        left_out = program.order[stops[-1] : program.used], program.order[program.used :]
        if [0, *stops[:-1]] != [a.detail for a in slots] or any((np.diff(rest) < 0).any() for rest in left_out):
            raise DoesNotFitError("parameters are put in order otherwise at each size")
    beyond = None
    if any(stops[-1] != program.used for program, stops in zip(programs, ends, strict=True)):
        beyond = first.order[first.used :]
        if any(not np.array_equal(program.order[program.used :], beyond) for program in programs):
            raise DoesNotFitError("gradients reach other parameters at each size")
    pieces = [
        tuple([p.order[a.detail : a.detail + a.size].reshape(a.shape) for a in _slots(p.lines)]) for p in programs
    ]
    return fit(pieces, samples), beyond

"""JavaScript: the array program as loops over Float64Array, for pages that compute live in the browser.

A program becomes a function of (theta, gradient), two flat arrays, that returns `forward`, `backward` and the arrays
that were asked for.  What the table of operations computes by its own rules is written from these rules; the
primitives are JavaScript's own, and `maths.js` has those it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from autograd.compile.backends.javascript.operations import (
    Emitted,
    Printer,
    emit_update,
    is_reserved,
    literal,
    quoted,
    script,
)
from autograd.compile.backends.javascript.places import flat_place, loops_over, plus
from autograd.compile.backends.javascript.structural import JAVASCRIPT, VIEWS
from autograd.compile.ir.program import LEVELS, Array, Program
from autograd.rules.formulas import ATOM, Text
from autograd.rules.identifiers import Name, apart, comment
from autograd.rules.operation import TABLE

__all__ = ["Emitted", "emit", "emit_update", "script"]

GIVEN: Final = frozenset({"theta", "parameter", "input", "constant"})


def emit(program: Program, shown: Mapping[str, Array] | None = None) -> Emitted:
    """Return a program as `(theta, gradient) => ({forward, backward, …})`, with the arrays `shown` by name.

    `forward(…)` takes a flat array for each of `program.arguments` and returns the loss; `backward(…)` takes the same
    after it, and fills `gradient`.  Raises ValueError for a program without structure, which runs level by level.
    """
    return JavaScriptWriter(program, shown or {}).emitted()


# ------------------------------------------------------------------------------------------ programs
class JavaScriptWriter:
    """Writes a program line by line: what is used once stands where it is used, the rest has an array of its own."""

    def __init__(self, program: Program, shown: Mapping[str, Array]) -> None:
        self.program, self.shown = program, shown
        self.printer = Printer()
        self.names: dict[Array, str] = {}
        self.buffers: list[str] = []
        self.lines: list[str] = []
        self.arguments = [f"argument{k}" for k in range(len(program.arguments))]
        for array in program.lines:
            if array.op == "input":
                self.arguments[array.detail] = self.names[array] = self._identifier(array.name or "x")
        self.users: dict[Array, list[Array]] = {}
        for array in program.lines:
            for x in array.operands:
                self.users.setdefault(x, []).append(array)
        self.slots: dict[Array, Array] = {}  # gradients that are computed where they belong: in the flat vector
        early = set(program.lines[: program.forward])
        for parameter, gradient in program.gradients:
            computed = gradient.op not in GIVEN | VIEWS.keys() and gradient not in early
            if computed and parameter.op == "parameter":
                self.slots.setdefault(gradient, parameter)
        self.stored = {a for a in program.lines if a.op not in GIVEN and self._deserves_storage(a)}

    def bodies(self) -> tuple[list[str], list[str]]:
        """Return the lines of `forward`, which returns the loss, and of `backward`, which fills the gradient."""
        program = self.program
        for array in program.lines[: program.forward]:
            self._line(array)
        forward = [*self.lines, f"return {self.element(program.loss, ())[0]};"]
        self.lines = ["gradient.fill(0);"]
        for array in program.lines[program.forward :]:
            self._line(array)
        for parameter, gradient in program.gradients:
            if self.slots.get(gradient) is not parameter:
                self._leave(parameter, gradient)
        return forward, self.lines

    def emitted(self) -> Emitted:
        """Return the whole program."""
        program = self.program
        unwritten = {a.op for a in program.lines} & LEVELS
        if unwritten:
            raise ValueError(
                f"the JavaScript backend does not write {' and '.join(sorted(unwritten))}: "
                "give it a program made of layers, or run this one with backend='numpy'"
            )
        forward, backward = self.bodies()
        given = ", ".join(self.arguments)
        members = ["forward", "backward", *(f"{quoted(key)}: {self.name(a)}" for key, a in self.shown.items())]
        parts = [*self.buffers, f"function forward({given}) {{", *_indented(forward), "}"]
        parts += [f"function backward({given}) {{", *_indented(backward), "}", f"return {{ {', '.join(members)} }};"]
        return Emitted("\n".join(["(theta, gradient) => {", *_indented(parts), "}"]), frozenset(self.printer.needs))

    # -------------------------------------------------------------------------------------- storage
    def _deserves_storage(self, a: Array) -> bool:
        if a in self.shown.values() or a in self.slots:
            return True
        users = self.users.get(a, [])
        if a.op in VIEWS:
            return any(u.op in ("gather", "scatter") or (u.op == "reshape" and not _same_but_ones(a, u)) for u in users)
        if a.is_elementwise:
            once = len(users) == 1 and (users[0].is_elementwise or users[0].op == "sum") and _spread(a, users[0])
            return not once
        return True

    def _identifier(self, name: str) -> Name:
        """Return the name, or one like it that is free and that JavaScript takes."""
        taken = {*TABLE, *self.names.values()}
        plain = re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII)
        return apart(name if plain else "v", lambda x: x in taken or is_reserved(x), "v")

    def name(self, array: Array) -> str:
        """Return the array's name, which it gets with its storage when it is first asked for."""
        if array in self.names:
            return self.names[array]
        name = "theta" if array.op == "theta" else self._identifier(array.name)
        if array.op != "theta":
            self.buffers.append(f"const {name} = {self._storage(array)};")
        self.names[array] = name
        return name

    def _storage(self, array: Array) -> str:
        slot = array if array.op == "parameter" else self.slots.get(array)
        if slot is not None:
            vector = "theta" if array.op == "parameter" else "gradient"
            return f"{vector}.subarray({slot.detail}, {slot.detail + slot.size})"
        if array.op == "constant":
            return f"Float64Array.of({', '.join(literal(float(x))[0] for x in array.detail.ravel())})"
        return f"new Float64Array({array.size})"

    def index_table(self, index: Any) -> str:
        name = f"index{len(self.buffers)}"
        self.buffers.append(f"const {name} = Int32Array.of({', '.join(str(int(x)) for x in index.ravel())});")
        return name

    # ------------------------------------------------------------------------------------- elements
    def element(self, array: Array, index: Sequence[str]) -> Text:
        """Return the element of an array at an index, one expression per axis."""
        if array.number is not None:
            return literal(array.number)
        if self.lies_in_memory(array):
            return f"{self.name(array)}[{flat_place(array.shape, index)}]", ATOM
        if array.is_elementwise:
            return self.printer.operation(array.op, [self.broadcast(x, index) for x in array.operands])
        return VIEWS[array.op](self, array, index)

    def lies_in_memory(self, array: Array) -> bool:
        """Whether the array has storage of its own, and is not computed where it is used."""
        return array.op in GIVEN or array in self.stored

    def broadcast(self, x: Array, index: Sequence[str]) -> Text:
        last = index[len(index) - len(x.shape) :]
        return self.element(x, ["0" if n == 1 else i for n, i in zip(x.shape, last, strict=True)])

    def flat_element(self, x: Array, place: str) -> str:
        """Return the element of a stored array at a flat place."""
        return f"{self.name(x)}[{place}]" if x.number is None else literal(x.number)[0]

    # ---------------------------------------------------------------------------------------- lines
    def _line(self, array: Array) -> None:
        if array not in self.stored:
            return
        if array.note:
            self.lines.append(f"// {comment(array.note)}")
        if array.op in JAVASCRIPT:
            JAVASCRIPT[array.op](self, array)
            return
        loops, index = loops_over(array.shape)
        name = self.name(array)
        self.stored.discard(array)  # its own element is what it is computed from
        text = self.element(array, index)[0]
        self.stored.add(array)
        self.lines.append(f"{loops}{name}[{flat_place(array.shape, index)}] = {text};")

    def _leave(self, parameter: Array, gradient: Array) -> None:
        """Write what is there already, or belongs to several parameters, into the gradient."""
        loops, index = loops_over(parameter.shape)
        start = parameter.detail if parameter.op == "parameter" else 0
        place = plus(str(start), flat_place(parameter.shape, index))
        self.lines.append(f"{loops}gradient[{place}] += {self.broadcast(gradient, index)[0]};")


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _same_but_ones(a: Array, b: Array) -> bool:
    return [n for n in a.shape if n != 1] == [n for n in b.shape if n != 1]


def _spread(a: Array, user: Array) -> bool:
    """Whether each element of `a` is used once by its user."""
    return user.op == "sum" or a.size == user.size

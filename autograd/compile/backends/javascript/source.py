"""JavaScript: the array program as loops over Float64Array, for pages that compute live in the browser.

A program becomes a function of (theta, gradient), two flat arrays, that returns `forward`, `backward` and the arrays
that were asked for.  What the table of operations computes by its own rules is written from these rules; the
primitives are JavaScript's own, and `maths.js` has those it lacks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from autograd.compile.backends.javascript.syntax import (
    ATOM,
    INDICES,
    PLUS,
    TIMES,
    Emitted,
    Speech,
    Text,
    emit_update,
    is_word,
    literal,
    quoted,
    script,
    tight,
)
from autograd.compile.ir.program import Array, Program
from autograd.rules.identifiers import Name, apart, comment
from autograd.rules.operation import TABLE

__all__ = ["Emitted", "emit", "emit_update", "script"]

VIEWS: Final = frozenset({"transpose", "slice", "broadcast", "reshape"})
GIVEN: Final = frozenset({"theta", "parameter", "input", "constant"})


def emit(program: Program, shown: Mapping[str, Array] | None = None) -> Emitted:
    """Return a program as `(theta, gradient) => ({forward, backward, …})`, with the arrays `shown` by name.

    `forward(…)` takes a flat array for each of `program.arguments` and returns the loss; `backward(…)` takes the same
    after it, and fills `gradient`.  Raises ValueError for a program without structure, which runs level by level.
    """
    return Writer(program, shown or {}).emitted()


# ------------------------------------------------------------------------------------------ programs
class Writer:
    """Writes a program line by line: what is used once stands where it is used, the rest has an array of its own."""

    def __init__(self, program: Program, shown: Mapping[str, Array]) -> None:
        self.program, self.shown = program, shown
        self.speech = Speech()
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
        self.seats: dict[Array, Array] = {}  # gradients that are computed where they belong: in the flat vector
        early = set(program.lines[: program.forward])
        for parameter, gradient in program.gradients:
            computed = gradient.op not in GIVEN | VIEWS and gradient not in early
            if computed and parameter.op == "parameter":
                self.seats.setdefault(gradient, parameter)
        self.stored = {a for a in program.lines if a.op not in GIVEN and self._deserves_storage(a)}

    def emitted(self) -> Emitted:
        """Return the whole program."""
        program = self.program
        unwritten = {a.op for a in program.lines} & {"levels", "levels_reached", "levels_backward"}
        if unwritten:
            raise ValueError(
                f"the JavaScript backend does not write {' and '.join(sorted(unwritten))}: "
                "give it a program made of layers, or run this one with backend='numpy'"
            )
        for array in program.lines[: program.forward]:
            self._line(array)
        forward = [*self.lines, f"return {self.element(program.loss, ())[0]};"]
        self.lines = ["gradient.fill(0);"]
        for array in program.lines[program.forward :]:
            self._line(array)
        for parameter, gradient in program.gradients:
            if self.seats.get(gradient) is not parameter:
                self._leave(parameter, gradient)
        backward = self.lines
        given = ", ".join(self.arguments)
        members = ["forward", "backward", *(f"{quoted(key)}: {self._name(a)}" for key, a in self.shown.items())]
        parts = [*self.buffers, f"function forward({given}) {{", *_indented(forward), "}"]
        parts += [f"function backward({given}) {{", *_indented(backward), "}", f"return {{ {', '.join(members)} }};"]
        return Emitted("\n".join(["(theta, gradient) => {", *_indented(parts), "}"]), frozenset(self.speech.needs))

    # -------------------------------------------------------------------------------------- storage
    def _deserves_storage(self, a: Array) -> bool:
        if a in self.shown.values() or a in self.seats:
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
        return apart(name if plain else "v", lambda x: x in taken or is_word(x), "v")

    def _name(self, array: Array) -> str:
        """Return the array's name, which it gets with its storage when it is first asked for."""
        if array in self.names:
            return self.names[array]
        name = "theta" if array.op == "theta" else self._identifier(array.name)
        if array.op != "theta":
            self.buffers.append(f"const {name} = {self._storage(array)};")
        self.names[array] = name
        return name

    def _storage(self, array: Array) -> str:
        seat = array if array.op == "parameter" else self.seats.get(array)
        if seat is not None:
            vector = "theta" if array.op == "parameter" else "gradient"
            return f"{vector}.subarray({seat.detail}, {seat.detail + seat.size})"
        if array.op == "constant":
            return f"Float64Array.of({', '.join(literal(float(x))[0] for x in array.detail.ravel())})"
        return f"new Float64Array({array.size})"

    def _index_table(self, index: Any) -> str:
        name = f"index{len(self.buffers)}"
        self.buffers.append(f"const {name} = Int32Array.of({', '.join(str(int(x)) for x in index.ravel())});")
        return name

    # ------------------------------------------------------------------------------------- elements
    def element(self, array: Array, index: Sequence[str]) -> Text:
        """Return the element of an array at an index, one expression per axis."""
        if array.number is not None:
            return literal(array.number)
        if array.op in GIVEN or array in self.stored:
            return f"{self._name(array)}[{_flat(array.shape, index)}]", ATOM
        if array.is_elementwise:
            return self.speech.say(array.op, [self._broadcast(x, index) for x in array.operands])
        (x,) = array.operands
        if array.op == "broadcast":
            return self._broadcast(x, index)
        if array.op == "transpose":
            inner = [""] * len(index)
            for i, axis in zip(index, array.detail, strict=True):
                inner[axis] = i
            return self.element(x, inner)
        if array.op == "slice":
            return self.element(x, [_along(i, *r) for i, r in zip(index, array.detail, strict=True)])
        if x.op in GIVEN or x in self.stored:  # a reshape
            return f"{self._name(x)}[{_flat(array.shape, index)}]", ATOM
        rest = iter([i for i, n in zip(index, array.shape, strict=True) if n != 1])
        return self.element(x, ["0" if n == 1 else next(rest) for n in x.shape])

    def _broadcast(self, x: Array, index: Sequence[str]) -> Text:
        last = index[len(index) - len(x.shape) :]
        return self.element(x, ["0" if n == 1 else i for n, i in zip(x.shape, last, strict=True)])

    def _flat_element(self, x: Array, place: str) -> str:
        """Return the element of a stored array at a flat place."""
        return f"{self._name(x)}[{place}]" if x.number is None else literal(x.number)[0]

    # ---------------------------------------------------------------------------------------- lines
    def _line(self, array: Array) -> None:
        if array not in self.stored:
            return
        writer: Callable[[Array], None] | None = getattr(self, f"_write_{array.op}", None)
        if array.note:
            self.lines.append(f"// {comment(array.note)}")
        if writer is not None:
            writer(array)
            return
        loops, index = _loops(array.shape)
        name = self._name(array)
        self.stored.discard(array)  # its own element is what it is computed from
        text = self.element(array, index)[0]
        self.stored.add(array)
        self.lines.append(f"{loops}{name}[{_flat(array.shape, index)}] = {text};")

    def _leave(self, parameter: Array, gradient: Array) -> None:
        """Write what is there already, or belongs to several parameters, into the gradient."""
        loops, index = _loops(parameter.shape)
        start = parameter.detail if parameter.op == "parameter" else 0
        place = _sum(str(start), _flat(parameter.shape, index))
        self.lines.append(f"{loops}gradient[{place}] += {self._broadcast(gradient, index)[0]};")

    def _reduce(self, array: Array, axes: Mapping[int, int], term: str, begin: str = "0") -> None:
        """Write `term`, which changes `s`, over the inner axes for each element."""
        loops, index = _loops(array.shape)
        inner = "".join(f"for (let k{a} = 0; k{a} < {n}; k{a}++) " for a, n in axes.items() if n != 1)
        self.lines += [
            f"{loops}{{",
            f"  let s = {begin};",
            f"  {inner}{term};",
            f"  {self._name(array)}[{_flat(array.shape, index)}] = s;",
            "}",
        ]

    def _write_matmul(self, array: Array) -> None:
        a, b = array.operands
        _, index = _loops(array.shape)
        n = a.shape[-1]
        k = "0" if n == 1 else "k0"
        left = self.element(a, [*index[:-1], k])
        right = self.element(b, [k] if len(b.shape) == 1 else [*index[:-2], k, index[-1]])
        self._reduce(array, {0: n}, f"s += {tight(left, TIMES)} * {tight(right, TIMES + 1)}")

    def _write_sum(self, array: Array) -> None:
        (x,) = array.operands
        _, kept = _loops(array.shape)
        if len(array.shape) != len(x.shape):
            outer = iter(kept)
        index = []
        for axis, n in enumerate(x.shape):
            if axis in array.detail:
                index.append("0" if n == 1 else f"k{axis}")
            else:
                index.append(kept[axis] if len(array.shape) == len(x.shape) else next(outer))
        self._reduce(array, {a: x.shape[a] for a in array.detail}, f"s += {self.element(x, index)[0]}")

    def _along_axis(self, array: Array, axis: int) -> tuple[list[str], int]:
        _, index = _loops(array.shape)
        n = array.operands[0].shape[axis]
        return [("0" if n == 1 else f"k{axis}") if i == axis else x for i, x in enumerate(index)], n

    def _write_largest(self, array: Array) -> None:
        index, n = self._along_axis(array, array.detail)
        x = tight(self.element(array.operands[0], index), PLUS)
        self._reduce(array, {array.detail: n}, f"s = {x} > s || {x} !== {x} ? {x} : s", "-Infinity")

    def _write_first(self, array: Array) -> None:
        axis = array.detail
        loops, index = _loops(tuple(1 if i == axis else n for i, n in enumerate(array.shape)))
        place = [f"k{axis}" if i == axis else x for i, x in enumerate(index)]
        x, m = self.element(array.operands[0], place)[0], self._broadcast(array.operands[1], index)[0]
        self.lines += [
            f"{loops}{{",
            "  let s = 0;",
            f"  for (let k{axis} = 0; k{axis} < {array.shape[axis]}; k{axis}++) {{",
            f"    const hit = s === 0 && (({x}) === {m} || ({x}) !== ({x})) ? 1 : 0;",
            f"    {self._name(array)}[{_flat(array.shape, place)}] = hit;",
            "    s += hit;",
            "  }",
            "}",
        ]

    def _write_join(self, array: Array) -> None:
        start = 0
        for x in array.operands:
            loops, index = _loops(x.shape)
            place = _sum(str(start), _flat(x.shape, index))
            self.lines.append(f"{loops}{self._name(array)}[{place}] = {self.element(x, index)[0]};")
            start += x.size

    def _write_gather(self, array: Array) -> None:
        index = self._index_table(array.detail)
        x = self._flat_element(array.operands[0], f"{index}[i]")
        text = f"{index}[i] < 0 ? 0 : {x}" if (array.detail < 0).any() else x
        self.lines.append(f"for (let i = 0; i < {array.size}; i++) {self._name(array)}[i] = {text};")

    def _write_scatter(self, array: Array) -> None:
        import numpy as np

        (x,) = array.operands
        index, name = self._index_table(np.broadcast_to(array.detail, x.shape)), self._name(array)
        text = f"if ({index}[i] >= 0) {name}[{index}[i]] += {self._flat_element(x, 'i')};"
        self.lines += [f"{name}.fill(0);", f"for (let i = 0; i < {x.size}; i++) {text}"]

    def _write_assemble(self, array: Array) -> None:
        name = self._name(array)
        self.lines.append(f"{name}.fill(0);")
        for part, slices in zip(array.operands, array.detail, strict=True):
            loops, index = _loops(tuple(len(range(*r)) for r in slices))
            place = _flat(array.shape, [_along(i, *r) for i, r in zip(index, slices, strict=True)])
            self.lines.append(f"{loops}{name}[{place}] += {self._broadcast(part, index)[0]};")

    def _write_rows(self, array: Array) -> None:
        table, index = array.operands
        loops, (i, j) = _loops(array.shape)
        row = self._row_index(index, i)
        text = self.element(table, [row, j])[0]
        self.lines.append(f"{loops}{self._name(array)}[{_flat(array.shape, [i, j])}] = {text};")

    def _write_add_rows(self, array: Array) -> None:
        x, index = array.operands
        loops, (i, j) = _loops(x.shape)
        name, row = self._name(array), self._row_index(index, i)
        self.lines += [
            f"{name}.fill(0);",
            f"{loops}{name}[{_flat(array.shape, [row, j])}] += {self.element(x, [i, j])[0]};",
        ]

    def _write_pick(self, array: Array) -> None:
        x, index = array.operands
        loops, (i, _) = _loops(array.shape)
        text = self.element(x, [i, self._row_index(index, i)])[0]
        self.lines.append(f"{loops}{self._name(array)}[{i}] = {text};")

    def _write_put(self, array: Array) -> None:
        x, index = array.operands
        loops, (i, _) = _loops((array.shape[0], 1))
        name = self._name(array)
        place = _flat(array.shape, [i, self._row_index(index, i)])
        self.lines += [f"{name}.fill(0);", f"{loops}{name}[{place}] = {self._broadcast(x, [i, '0'])[0]};"]

    def _row_index(self, index: Array, i: str) -> str:
        return self.element(index, [i] if len(index.shape) == 1 else [i, "0"])[0]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _loops(shape: Sequence[int]) -> tuple[str, list[str]]:
    """Return the loops over a shape, and the index inside them."""
    letters = [INDICES[k] if n != 1 else "0" for k, n in enumerate(shape)]
    return "".join(
        f"for (let {i} = 0; {i} < {n}; {i}++) " for i, n in zip(letters, shape, strict=True) if n != 1
    ), letters


def _flat(shape: Sequence[int], index: Sequence[str]) -> str:
    terms = []
    for k, (i, n) in enumerate(zip(index, shape, strict=True)):
        stride = math.prod(shape[k + 1 :])
        if i != "0" and n != 1:
            inner = f"({i})" if " " in i and stride != 1 else i
            terms.append(i if stride == 1 else f"{inner} * {stride}")
    return " + ".join(terms) or "0"


def _sum(start: str, place: str) -> str:
    return place if start == "0" else start if place == "0" else f"{start} + {place}"


def _along(i: str, start: int, stop: int, step: int) -> str:
    if i == "0":
        return str(start)
    return _sum(str(start), i if step == 1 else f"{i} * {step}")


def _same_but_ones(a: Array, b: Array) -> bool:
    return [n for n in a.shape if n != 1] == [n for n in b.shape if n != 1]


def _spread(a: Array, user: Array) -> bool:
    """Whether each element of `a` is used once by its user."""
    return user.op == "sum" or a.size == user.size

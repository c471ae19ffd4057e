"""How JavaScript writes each structural operation: as loops that fill an array, or as an element of a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from autograd.compile.backends.javascript.operations import INFIX, PLUS, TIMES, literal
from autograd.compile.backends.javascript.places import along, flat_place, loops_over, plus
from autograd.compile.ir.program import Array, kept_shape
from autograd.rules.formulas import ATOM, Text, tight
from autograd.rules.reduction_record import REDUCTIONS

if TYPE_CHECKING:
    from autograd.compile.backends.javascript.source import JavaScriptWriter

STEPS: Final = {"maximum": "s = {x} > s || {x} !== {x} ? {x} : s"}  # of what is shorter than a call of the row


def _loops(e: JavaScriptWriter, array: Array, axes: Mapping[int, int], term: str, begin: str = "0") -> None:
    """Write `term`, which changes `s`, over the inner axes for each element."""
    loops, index = loops_over(array.shape)
    inner = "".join(f"for (let k{a} = 0; k{a} < {n}; k{a}++) " for a, n in axes.items() if n != 1)
    e.lines += [
        f"{loops}{{",
        f"  let s = {begin};",
        f"  {inner}{term};",
        f"  {e.name(array)}[{flat_place(array.shape, index)}] = s;",
        "}",
    ]


def _matmul(e: JavaScriptWriter, array: Array) -> None:
    a, b = array.operands
    _, index = loops_over(array.shape)
    n = a.shape[-1]
    k = "0" if n == 1 else "k0"
    left = e.element(a, [*index[:-1], k])
    right = e.element(b, [k] if len(b.shape) == 1 else [*index[:-2], k, index[-1]])
    _loops(e, array, {0: n}, f"s += {tight(left, TIMES)} * {tight(right, TIMES + 1)}")


def _reduction(e: JavaScriptWriter, array: Array) -> None:
    (x,) = array.operands
    _, kept = loops_over(array.shape)
    if len(array.shape) != len(x.shape):
        outer = iter(kept)
    index = []
    for axis, n in enumerate(x.shape):
        if axis in array.detail:
            index.append("0" if n == 1 else f"k{axis}")
        else:
            index.append(kept[axis] if len(array.shape) == len(x.shape) else next(outer))
    reduction, element = REDUCTIONS[array.op], e.element(x, index)
    if reduction.joins in INFIX:
        term = f"s {INFIX[reduction.joins][0]}= {element[0]}"
    elif reduction.joins in STEPS:
        term = STEPS[reduction.joins].format(x=tight(element, PLUS))
    else:
        term = f"s = {e.printer.operation(reduction.joins, [('s', ATOM), element])[0]}"
    _loops(e, array, {a: x.shape[a] for a in array.detail}, term, literal(reduction.neutral)[0])


def _first(e: JavaScriptWriter, array: Array) -> None:
    axis = array.detail
    loops, index = loops_over(kept_shape(array, (axis,)))
    place = [f"k{axis}" if i == axis else x for i, x in enumerate(index)]
    x, m = e.element(array.operands[0], place)[0], e.broadcast(array.operands[1], index)[0]
    e.lines += [
        f"{loops}{{",
        "  let s = 0;",
        f"  for (let k{axis} = 0; k{axis} < {array.shape[axis]}; k{axis}++) {{",
        f"    const hit = s === 0 && (({x}) === {m} || ({x}) !== ({x})) ? 1 : 0;",
        f"    {e.name(array)}[{flat_place(array.shape, place)}] = hit;",
        "    s += hit;",
        "  }",
        "}",
    ]


def _join(e: JavaScriptWriter, array: Array) -> None:
    start = 0
    for x in array.operands:
        loops, index = loops_over(x.shape)
        place = plus(str(start), flat_place(x.shape, index))
        e.lines.append(f"{loops}{e.name(array)}[{place}] = {e.element(x, index)[0]};")
        start += x.size


def _gather(e: JavaScriptWriter, array: Array) -> None:
    index = e.index_table(array.detail)
    x = e.flat_element(array.operands[0], f"{index}[i]")
    text = f"{index}[i] < 0 ? 0 : {x}" if (array.detail < 0).any() else x
    e.lines.append(f"for (let i = 0; i < {array.size}; i++) {e.name(array)}[i] = {text};")


def _scatter(e: JavaScriptWriter, array: Array) -> None:
    (x,) = array.operands
    index, name = e.index_table(np.broadcast_to(array.detail, x.shape)), e.name(array)
    text = f"if ({index}[i] >= 0) {name}[{index}[i]] += {e.flat_element(x, 'i')};"
    e.lines += [f"{name}.fill(0);", f"for (let i = 0; i < {x.size}; i++) {text}"]


def _assemble(e: JavaScriptWriter, array: Array) -> None:
    name = e.name(array)
    e.lines.append(f"{name}.fill(0);")
    for part, slices in zip(array.operands, array.detail, strict=True):
        loops, index = loops_over(tuple(len(range(*r)) for r in slices))
        place = flat_place(array.shape, [along(i, *r) for i, r in zip(index, slices, strict=True)])
        e.lines.append(f"{loops}{name}[{place}] += {e.broadcast(part, index)[0]};")


def _rows(e: JavaScriptWriter, array: Array) -> None:
    table, index = array.operands
    loops, (i, j) = loops_over(array.shape)
    row = _row_index(e, index, i)
    text = e.element(table, [row, j])[0]
    e.lines.append(f"{loops}{e.name(array)}[{flat_place(array.shape, [i, j])}] = {text};")


def _add_rows(e: JavaScriptWriter, array: Array) -> None:
    x, index = array.operands
    loops, (i, j) = loops_over(x.shape)
    name, row = e.name(array), _row_index(e, index, i)
    e.lines += [
        f"{name}.fill(0);",
        f"{loops}{name}[{flat_place(array.shape, [row, j])}] += {e.element(x, [i, j])[0]};",
    ]


def _pick(e: JavaScriptWriter, array: Array) -> None:
    x, index = array.operands
    loops, (i, _) = loops_over(array.shape)
    text = e.element(x, [i, _row_index(e, index, i)])[0]
    e.lines.append(f"{loops}{e.name(array)}[{i}] = {text};")


def _put(e: JavaScriptWriter, array: Array) -> None:
    x, index = array.operands
    loops, (i, _) = loops_over((array.shape[0], 1))
    name = e.name(array)
    place = flat_place(array.shape, [i, _row_index(e, index, i)])
    e.lines += [f"{name}.fill(0);", f"{loops}{name}[{place}] = {e.broadcast(x, [i, '0'])[0]};"]


def _row_index(e: JavaScriptWriter, index: Array, i: str) -> str:
    return e.element(index, [i] if len(index.shape) == 1 else [i, "0"])[0]


def _broadcast_element(e: JavaScriptWriter, array: Array, index: Sequence[str]) -> Text:
    return e.broadcast(array.operands[0], index)


def _transpose_element(e: JavaScriptWriter, array: Array, index: Sequence[str]) -> Text:
    inner = [""] * len(index)
    for i, axis in zip(index, array.detail, strict=True):
        inner[axis] = i
    return e.element(array.operands[0], inner)


def _slice_element(e: JavaScriptWriter, array: Array, index: Sequence[str]) -> Text:
    return e.element(array.operands[0], [along(i, *r) for i, r in zip(index, array.detail, strict=True)])


def _reshape_element(e: JavaScriptWriter, array: Array, index: Sequence[str]) -> Text:
    (x,) = array.operands
    if e.lies_in_memory(x):
        return f"{e.name(x)}[{flat_place(array.shape, index)}]", ATOM
    rest = iter([i for i, n in zip(index, array.shape, strict=True) if n != 1])
    return e.element(x, ["0" if n == 1 else next(rest) for n in x.shape])


JAVASCRIPT: Final[dict[str, Callable[[JavaScriptWriter, Array], None]]] = {  # loops of their own
    "matmul": _matmul,
    **dict.fromkeys(REDUCTIONS, _reduction),
    "first": _first,
    "join": _join,
    "gather": _gather,
    "scatter": _scatter,
    "assemble": _assemble,
    "rows": _rows,
    "add_rows": _add_rows,
    "pick": _pick,
    "put": _put,
}

VIEWS: Final[dict[str, Callable[[JavaScriptWriter, Array, Sequence[str]], Text]]] = {  # an element of each, at an index
    "broadcast": _broadcast_element,
    "transpose": _transpose_element,
    "slice": _slice_element,
    "reshape": _reshape_element,
}

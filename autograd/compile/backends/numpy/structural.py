"""How NumPy writes each structural operation, as an expression; `assemble` is statements, in source.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograd.compile.backends.numpy.operations import TIMES, printed
from autograd.compile.ir.program import Array
from autograd.compile.lift.level_schedule import Block, LevelSchedule
from autograd.rules.formulas import ATOM, tight
from autograd.rules.identifiers import Name
from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import REDUCTIONS
from autograd.rules.symbols import formulas, functions_in, named, parameters

if TYPE_CHECKING:
    from autograd.compile.backends.numpy.expressions import Expressions


def _matmul(e: Expressions, a: Array) -> str:
    if is_scaling(a):
        x, y = ((e.floats(x), e.text[x][1]) for x in a.operands)
        return f"({tight(x, TIMES)} * {tight(y, TIMES + 1)})"
    function = "matmul" if len(a.shape) > 2 else "dot"
    return f"{function}({', '.join(map(e.floats, a.operands))})"


def _reduction(e: Expressions, a: Array) -> str:
    (x,) = a.operands
    axes = "None" if len(a.detail) == len(x.shape) and not e.keeps_axes(a) else axes_text(a.detail)
    text = f"{a.op}({e.operand(a, x)[0]}, {axes}{', keepdims=True' if e.keeps_axes(a) else ''})"
    return text if e.sum_fits(a) else f"{text}.reshape({a.shape})"


def _first(e: Expressions, a: Array) -> str:
    e.need("first")
    x, y = map(e.floats, a.operands)
    return f"first({x}, {y}, {a.detail})"


def _transpose(e: Expressions, a: Array) -> str:
    x = e.expression(a.operands[0], ATOM)[0]
    return f"{x}.T" if a.detail == (1, 0) else f"{x}.transpose{a.detail}"


def _reshape(e: Expressions, a: Array) -> str:
    (source,) = a.operands
    x = e.floats(source) if source.number is not None else e.expression(source, ATOM)[0]
    return reshaped(x, a.shape)


def _slice(e: Expressions, a: Array) -> str:
    (x,) = a.operands
    return f"{e.expression(x, ATOM)[0]}[{slices_text(a.detail, x.shape)}]"


def _broadcast(e: Expressions, a: Array) -> str:
    (x,) = a.operands
    return f"broadcast_to({e.as_float(x, e.expression(x))[0]}, {a.shape})"


def _join(e: Expressions, a: Array) -> str:
    parts = [e.floats(x, ATOM) + ("" if len(x.shape) == 1 else ".reshape(-1)") for x in a.operands]
    return f"concatenate(({', '.join(parts)}))"


def _index(e: Expressions, index: Any) -> str:
    name = f"index{len(e.constants) + 1}"
    e.constants[name] = index.astype(np.intp, copy=False)  # what NumPy counts with, which may be 32 bits wide
    return name


def _gather(e: Expressions, a: Array) -> str:
    (x,) = a.operands
    text = e.floats(x, ATOM) + ("" if len(x.shape) == 1 else ".reshape(-1)")
    return f"{text}[{_index(e, a.detail)}]"


def _scatter(e: Expressions, a: Array) -> str:
    (x,) = a.operands
    text = e.floats(x, ATOM) + ("" if len(x.shape) == 1 else ".reshape(-1)")
    index = _index(e, np.broadcast_to(a.detail, x.shape).reshape(-1))
    return reshaped(f"bincount({index}, {text}, {a.size})", a.shape, of_vector=True)


def _levels(e: Expressions, a: Array) -> str:
    functions = _table_functions(e, a.detail, "value")
    return f"levels({_table(e, a.detail)}, {e.floats(a.operands[0])}, {functions})"


def _levels_reached(e: Expressions, a: Array) -> str:
    return f"levels_reached({_levels_arguments(e, a)})"


def _levels_backward(e: Expressions, a: Array) -> str:
    reached = f", {e.expression(a.operands[2])[0]}" if len(a.operands) > 2 else ""
    return f"levels_backward({_levels_arguments(e, a)}{reached})"


def _levels_arguments(e: Expressions, a: Array) -> str:
    pool, back = (e.expression(x)[0] for x in a.operands[:2])
    return f"{_table(e, a.detail)}, {pool}, {back}, {_table_functions(e, a.detail, 'slopes')}"


def _table(e: Expressions, table: LevelSchedule) -> str:
    known = next((name for name, x in e.constants.items() if x is table), None)
    if known is None:
        known = f"table{len(e.constants) + 1}"
        e.constants[known] = table
    return known


def _table_functions(e: Expressions, table: LevelSchedule, what: str) -> str:
    """Write a function for each operation of a table, its value or its slopes; return their names as a dict."""
    ops = sorted({block.op for block in table.blocks if isinstance(block, Block) and block.op != "total"})
    for op in ops:
        if f"{op}_{what}" in e.helpers:
            continue
        names, (output, slopes) = parameters(TABLE[op]), formulas(op)
        if what == "value":
            text, formulas_ = printed(output)[0], [output]
        else:
            known = {output: named("output")}
            formulas_ = [d.replace(known) for d in slopes]
            text = ", ".join(printed(d)[0] for d in formulas_) + ("," if len(slopes) == 1 else "")
            names = (*names, Name("output"))
        for formula in formulas_:
            for other in sorted(functions_in(formula)):
                e.need(other)
        e.helpers[f"{op}_{what}"] = f"def {op}_{what}({', '.join(names)}):\n    return {text}\n\n"
    return "{" + ", ".join(f"{op!r}: {op}_{what}" for op in ops) + "}"


def _rows(e: Expressions, a: Array) -> str:
    table, index = a.operands
    column = "[:, 0]" if len(index.shape) == 2 else ""
    return f"{e.floats(table, ATOM)}[{e.expression(index, ATOM)[0]}{column}]"


def _add_rows(e: Expressions, a: Array) -> str:
    e.need("add_rows")
    x, index = (e.expression(v)[0] for v in a.operands)
    return f"add_rows({x}, {index}.reshape(-1), {a.shape})"


def _pick(e: Expressions, a: Array) -> str:
    x, index = a.operands
    return f"{e.floats(x, ATOM)}[{e.rows_of(a)}, {e.expression(index)[0]}]"


def _put(e: Expressions, a: Array) -> str:
    e.need("put")
    x, index = (e.expression(v)[0] for v in a.operands)
    return f"put({x}, {e.rows_of(a)}, {index}, {a.shape})"


def is_scaling(array: Array) -> bool:
    """Whether a product of matrices scales one by the only element of the other.

    NumPy's `dot` leaves that to a function which takes 0 · x for 0, whatever x is.
    """
    sizes = [x.size for x in array.operands]
    return len(array.shape) == 2 and min(sizes) == 1 < max(sizes)


def reshaped(text: str, shape: tuple[int, ...], *, of_vector: bool = False) -> str:
    """Return an array in another shape; a vector in that of a vector is there already."""
    return text if of_vector and len(shape) == 1 else f"{text}.reshape({', '.join(map(str, shape)) or '()'})"


def axes_text(axes: tuple[int, ...]) -> str:
    """Return axes as an argument."""
    return str(axes[0]) if len(axes) == 1 else str(axes)


def slices_text(slices: tuple[tuple[int, int, int], ...], shape: tuple[int, ...]) -> str:
    """Return slices as they stand between brackets; those at the end that take everything are left out."""
    texts = []
    for (start, stop, step), n in zip(slices, shape, strict=True):
        whole = (start, stop, step) == (0, n, 1)
        texts.append(":" if whole else f"{start}:{stop}" + (f":{step}" if step != 1 else ""))
    while len(texts) > 1 and texts[-1] == ":":
        texts.pop()
    return ", ".join(texts)


def are_disjoint(parts: list[tuple[tuple[int, int, int], ...]], shape: tuple[int, ...]) -> bool:
    """Whether no two parts of an array overlap."""
    taken = np.zeros(shape, dtype=bool)
    for ranges in parts:
        part = taken[tuple(slice(*r) for r in ranges)]
        if part.any():
            return False
        part[...] = True
    return True


NUMPY: Final[dict[str, Callable[[Expressions, Array], str]]] = {
    "matmul": _matmul,
    **dict.fromkeys(REDUCTIONS, _reduction),
    "first": _first,
    "transpose": _transpose,
    "reshape": _reshape,
    "slice": _slice,
    "broadcast": _broadcast,
    "join": _join,
    "gather": _gather,
    "scatter": _scatter,
    "levels": _levels,
    "levels_reached": _levels_reached,
    "levels_backward": _levels_backward,
    "rows": _rows,
    "add_rows": _add_rows,
    "pick": _pick,
    "put": _put,
}

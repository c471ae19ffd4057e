"""Rows of a batch, fetched by native code at the begin of each step from whole data sets that stay where they are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from autograd.compile.backends.native.emit.llvm import Emitter
from autograd.compile.backends.native.emit.values import Index
from autograd.compile.backends.native.emit.writer import LoopWriter, Point
from autograd.compile.backends.native.planning.plan import Plan
from autograd.compile.ir.program import Array, Program, Shape

MODULE = """
{declarations}

define void @fetch(ptr noalias %settings, ptr noalias %work, ptr noalias %index, ptr noalias %rows) nounwind {{
entry:
{body}
  ret void
}}
"""


def can_fetch(program: Program, rows: int) -> bool:
    """Whether each argument is a batch of so many rows, in its shape and in memory."""
    return all(len(shape) > 0 and (shape[0] == rows or math.prod(shape) == rows) for _, shape, _ in program.arguments)


def fetching(plan: Plan, rows: int, first: int) -> str:
    """Return the module of a function that copies the rows that `%rows` names to where the step wants them.

    The addresses of the data sets are settings, from number `first` on.
    """
    e = Emitter()
    loops = LoopWriter(plan, e)
    sources = []
    for k in range(len(plan.program.arguments)):
        place = e.fresh(f"getelementptr inbounds i64, ptr %settings, i64 {first + k}")
        sources.append(e.fresh(f"load ptr, ptr {place}"))
    with e.loop(rows) as i:
        chosen = e.integer("%rows", Index.of(i))
        for array, view in plan.copies:
            if array.op == "input":
                width = array.size // rows
                for point, rest in _elements(loops, array.shape, rows, i):
                    x = e.load(sources[array.detail], chosen * width + rest, 1)
                    e.store(x, "%work", loops.place(view, point), 1)
        for at, table in plan.tables:
            if isinstance(table, Array):
                width = table.size // rows
                for j in loops.loop_over(width):
                    number = e.integer(sources[table.detail], chosen * width + j)
                    e.store_integer(number, "%index", Index.of(i) * width + j + at)
    return MODULE.format(declarations="\n".join(e.declarations), body="\n".join(e.lines))


def _elements(loops: LoopWriter, shape: Shape, rows: int, i: str) -> Iterator[tuple[Point, Index]]:
    """Loop over the elements of row i; yield each one's point, and how far behind the begin of the row it lies."""
    if shape[0] != rows:  # one element per row, in whatever shape
        axis = next((a for a, n in enumerate(shape) if n > 1), 0)
        yield Point([Index.of(i) if a == axis else Index() for a in range(len(shape))], -1, 1), Index()
        return

    def nest(axis: int, index: Sequence[Index], rest: Index) -> Iterator[tuple[Point, Index]]:
        if axis == len(shape):
            yield Point(index, -1, 1), rest
            return
        for j in loops.loop_over(shape[axis]):
            yield from nest(axis + 1, [*index, j], rest * shape[axis] + j)

    yield from nest(1, [Index.of(i)], Index())

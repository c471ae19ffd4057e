"""The level schedule: scalars without structure, computed level by level.

What fits no array is kept in one vector, the buffer: first what comes from outside, then the scalars, by level and
operation.  A block is all scalars of one operation on one level: its operands are gathered, computed at once, and their
adjoints scattered back.  Where levels are narrow, plain Python floats are faster, and a sequence of them is one block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from autograd.rules.operation import TABLE
from autograd.rules.source import on_floats, primitives
from autograd.rules.sums import total
from autograd.rules.symbols import parameters

Index = np.ndarray[Any, Any]


@dataclass
class Block:
    """Scalars `start` to `stop` of the buffer, all of one operation on one level.

    Attributes
        op          a row of the table, or "total"
        operands    for each input of the operation the places in the buffer, one for each scalar; for "total" all
                    places, one group after the other
        bounds      for "total": where each group begins
        targets     the different places that adjoints go to, and for each contribution which of them, or None if
                    every contribution has a place of its own
        active       which inputs adjoints go to: those that are not constants throughout
    """

    op: str
    start: int
    stop: int
    operands: list[Index]
    bounds: Index | None = None
    targets: Index | None = None
    which: Index | None = None
    active: list[int] = field(default_factory=list)


@dataclass
class SequentialRun:
    """Scalars one after the other: operation, operands and place of each."""

    ops: list[str]
    operands: list[tuple[int, ...]]
    start: int


@dataclass(eq=False)
class LevelSchedule:
    """The table of a region without structure: blocks in order, and how large the buffer is.

    Attributes
        outside  how many places at the beginning of the buffer hold what comes from outside
        size     how large the buffer is
        blocks   in the order of computing
        cuts     whether some edge cuts: then an adjoint of 0 carries nothing at all
    """

    outside: int
    size: int
    blocks: list[Block | SequentialRun]
    cuts: bool

    @property
    def ends(self) -> Index:
        """The places of the buffer that no other scalar in it is computed from."""
        is_end = np.ones(self.size, dtype=bool)
        for block in self.blocks:
            for operands in block.operands:
                is_end[list(operands) if isinstance(operands, tuple) else operands] = False
        return np.flatnonzero(is_end)

    def __repr__(self) -> str:
        return f"{self.size - self.outside} scalars in {len(self.blocks)} blocks"


def forward_pass(table: LevelSchedule, outside: Any, functions: dict[str, Callable[..., Any]]) -> Any:
    """Return the buffer, computed from what comes from outside; `functions` has one for each operation, on arrays."""
    buffer = np.empty(table.size)
    buffer[: table.outside] = outside
    numbers: Any = memoryview(buffer)  # type: ignore[arg-type]
    for block in table.blocks:
        if isinstance(block, SequentialRun):
            _sequential_forward(block, numbers)
        elif block.bounds is not None:
            buffer[block.start : block.stop] = np.add.reduceat(buffer.take(block.operands[0]), block.bounds)
        else:
            buffer[block.start : block.stop] = functions[block.op](*[buffer.take(x) for x in block.operands])
    return buffer


def reached_pass(table: LevelSchedule, buffer: Any, mask: Any, functions: dict[str, Callable[..., Any]]) -> Any:
    """Return 1.0 for each place of the buffer that the backward pass reaches from where the mask holds, else 0.0."""
    reached = np.array(mask, dtype=np.float64)
    for block in reversed(table.blocks):
        if isinstance(block, SequentialRun):
            _sequential_reached(block, memoryview(buffer), memoryview(reached))  # type: ignore[arg-type]
        elif block.targets is not None:
            cuts = block.bounds is None and TABLE[block.op].stops_at_zero
            derivatives = _derivatives(block, buffer, functions) if cuts else [1.0] * len(block.active)
            _add(reached, block, _shares(block, reached[block.start : block.stop], [d != 0.0 for d in derivatives]))
            reached[block.targets] = reached[block.targets] > 0.0
    return reached


def backward_pass(
    table: LevelSchedule, buffer: Any, adjoint: Any, functions: dict[str, Callable[..., Any]], reached: Any = None
) -> Any:
    """Return the adjoints of what comes from outside; `functions` has the local derivatives of each operation.

    Nothing active from where nothing is reached, whatever the derivatives are there.
    """
    adjoints = np.array(adjoint)
    marks: Any = None if reached is None else memoryview(reached)
    for block in reversed(table.blocks):
        if isinstance(block, SequentialRun):
            _sequential_backward(block, memoryview(buffer), memoryview(adjoints), marks)  # type: ignore[arg-type]
        elif block.targets is not None:
            derivatives = _derivatives(block, buffer, functions)
            if reached is not None:
                here = reached[block.start : block.stop] > 0.0
                derivatives = [np.where(here, d, 0.0) for d in derivatives]
            _add(adjoints, block, _shares(block, adjoints[block.start : block.stop], derivatives))
    return adjoints[: table.outside]


def _derivatives(block: Block, buffer: Any, functions: dict[str, Callable[..., Any]]) -> list[Any]:
    """Return the local derivatives of a block for those of its inputs that adjoints flow to."""
    if block.bounds is not None:
        return [1.0]
    derivatives = functions[block.op](*[buffer.take(x) for x in block.operands], buffer[block.start : block.stop])
    return [derivatives[k] for k in block.active]


def _shares(block: Block, upstream: Any, derivatives: list[Any]) -> list[Any]:
    """Return what goes to the inputs of a block: nothing over an edge that is cut, not even nan."""
    if block.bounds is not None:
        lengths = np.diff(block.bounds, append=len(block.operands[0])).astype(np.intp)
        return [np.repeat(upstream, lengths)]
    shares = [upstream * d for d in derivatives]
    if TABLE[block.op].stops_at_zero:
        shares = [np.where(d == 0.0, 0.0, share) for d, share in zip(derivatives, shares, strict=True)]
    return shares


def _add(adjoints: Any, block: Block, shares: list[Any]) -> None:
    share = shares[0] if len(shares) == 1 else np.concatenate(shares)
    adjoints[block.targets] += share if block.which is None else np.bincount(block.which, share)


def _sequential_forward(block: SequentialRun, numbers: Any) -> None:
    functions = {op: _sum if op == "total" else on_numbers(op)[0] for op in set(block.ops)}
    for place, (op, operands) in enumerate(zip(block.ops, block.operands, strict=True), block.start):
        numbers[place] = functions[op](*[numbers[x] for x in operands])


def _sequential_backward(block: SequentialRun, numbers: Any, adjoints: Any, reached: Any) -> None:
    functions = {op: _ones if op == "total" else on_numbers(op)[1] for op in set(block.ops)}
    cut = {op: op != "total" and TABLE[op].stops_at_zero for op in functions}
    place = block.start + len(block.ops)
    for op, operands in zip(reversed(block.ops), reversed(block.operands), strict=True):
        place -= 1
        if reached is not None and not reached[place]:
            continue
        upstream = adjoints[place]
        derivatives = functions[op](*[numbers[x] for x in operands])
        for x, derivative in zip(operands, derivatives):  # noqa: B905  # as many, by construction
            if derivative != 0.0 or not cut[op]:
                adjoints[x] += upstream * derivative


def _sequential_reached(block: SequentialRun, numbers: Any, reached: Any) -> None:
    place = block.start + len(block.ops)
    for op, operands in zip(reversed(block.ops), reversed(block.operands), strict=True):
        place -= 1
        if reached[place]:
            cuts = op != "total" and TABLE[op].stops_at_zero
            derivatives = on_numbers(op)[1](*[numbers[x] for x in operands]) if cuts else _ones(*operands)
            for x, derivative in zip(operands, derivatives, strict=True):
                if derivative != 0.0:
                    reached[x] = 1.0


def _sum(*values: float) -> float:
    return total(values)


def _ones(*values: float) -> tuple[float, ...]:
    return (1.0,) * len(values)


@cache
def on_numbers(op: str) -> tuple[Callable[..., float], Callable[..., tuple[float, ...]]]:
    """Return an operation's value and its local derivatives as functions of floats, straight from its rule.

    Where Python's maths raises, as at 1 / 0, they are what `evaluate` gives.
    """
    lines, output, slopes = on_floats(TABLE[op])
    inputs, body = ", ".join(parameters(TABLE[op])), "".join(f"        {line}\n" for line in lines)
    source = "".join(
        f"def {name}({inputs}):\n    try:\n{body}        return {result}\n"
        f"    except (ArithmeticError, ValueError):\n        return _evaluate({inputs})[{k}]\n\n"
        for k, (name, result) in enumerate([("value", output), ("derivatives", f"({', '.join(slopes)},)")])
    )
    namespace: dict[str, Any] = {**primitives(), "_evaluate": TABLE[op].evaluate}
    exec(source, namespace)
    return namespace["value"], namespace["derivatives"]

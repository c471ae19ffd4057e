"""Scalars without structure in JAX: blocks of a level at once, stretches of single scalars in a loop over a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograd.compile.lift.level_schedule import Block, LevelSchedule, SequentialRun
from autograd.rules.operation import TABLE

MOST = 3  # no operation of single scalars takes more inputs
FEW = 12  # blocks: XLA takes some 50 ms to compile each, forth and back
WIDE = 256  # scalars: fewer are as fast one by one, in a loop that is compiled once


def _blocks(table: LevelSchedule) -> list[Block | SequentialRun]:
    """Return the blocks of a table, of which XLA can compile any number in seconds.

    Where they are many only the widest stay blocks of their own, and stretches between them take the others.
    """
    if len(table.blocks) <= FEW:
        return table.blocks
    wide = [block for block in table.blocks if isinstance(block, Block) and block.stop - block.start >= WIDE]
    kept = set(map(id, sorted(wide, key=lambda block: block.start - block.stop)[: FEW // 3]))
    found: list[Block | SequentialRun] = []
    for block in table.blocks:
        if id(block) in kept:
            found.append(block)
            continue
        if not found or not isinstance(found[-1], SequentialRun):
            found.append(SequentialRun([], [], block.start))
        last: Any = found[-1]
        last.ops.extend(block.ops if isinstance(block, SequentialRun) else [block.op] * (block.stop - block.start))
        last.operands.extend(block.operands if isinstance(block, SequentialRun) else _one_by_one(block))
    return found


def _one_by_one(block: Block) -> list[tuple[int, ...]]:
    """Return the operands of each scalar of a block."""
    if block.bounds is None:
        return list(zip(*[x.tolist() for x in block.operands], strict=True))
    return [tuple(x.tolist()) for x in np.split(block.operands[0], np.asarray(block.bounds)[1:])]


def buffer_of(maths: Any, table: LevelSchedule, outside: Any) -> Any:
    """Return the buffer, computed from what comes from outside."""
    buffer = jnp.zeros(table.size).at[: table.outside].set(outside)
    for block in _blocks(table):
        if isinstance(block, SequentialRun):
            buffer = _sequential(maths, block, buffer)
        else:
            buffer = buffer.at[block.start : block.stop].set(_block(maths, block, buffer))
    return buffer


def _block(maths: Any, block: Block, buffer: Any) -> Any:
    if block.bounds is not None:
        return jnp.zeros(block.stop - block.start).at[_owners(block)].add(buffer[block.operands[0]])
    return TABLE[block.op].rule(maths, *[buffer[x] for x in block.operands])[0]


def _owners(block: Block) -> Any:
    lengths = np.diff(np.asarray(block.bounds), append=len(block.operands[0]))
    return np.repeat(np.arange(block.stop - block.start), lengths)


def buffer_reached(maths: Any, table: LevelSchedule, buffer: Any, mask: Any) -> Any:
    """Return 1.0 for each place of the buffer that the backward pass reaches from where the mask holds, else 0.0."""
    return jnp.where(_back(maths, table, buffer, (mask != 0.0).astype(float), None, _same) != 0.0, 1.0, 0.0)


def buffer_adjoints(maths: Any, table: LevelSchedule, buffer: Any, adjoint: Any, reached: Any = None) -> Any:
    """Return the adjoints of what comes from outside; nothing active from where nothing is reached."""
    return _back(maths, table, buffer, jnp.broadcast_to(adjoint, (table.size,)), reached, _product)[: table.outside]


def _back(maths: Any, table: LevelSchedule, buffer: Any, vector: Any, reached: Any, share: Callable[..., Any]) -> Any:
    """Return the vector with what each scalar sends to its operands added to them, last block first."""
    for block in reversed(_blocks(table)):
        if isinstance(block, SequentialRun):
            vector = _sequential_back(maths, block, buffer, vector, reached, share)
            continue
        upstream = vector[block.start : block.stop]
        here = None if reached is None else reached[block.start : block.stop]
        if block.bounds is not None:
            vector = vector.at[block.operands[0]].add(upstream[_owners(block)])
            continue
        row = TABLE[block.op]
        derivatives = row.rule(maths, *[buffer[x] for x in block.operands])[1]
        for k in block.active:
            vector = vector.at[block.operands[k]].add(_sent(upstream, derivatives[k], here, row.stops_at_zero, share))
    return vector


def _same(upstream: Any, derivative: Any) -> Any:
    return upstream


def _product(upstream: Any, derivative: Any) -> Any:
    return upstream * derivative


def _sent(upstream: Any, derivative: Any, reached: Any, cuts: bool, share: Callable[..., Any]) -> Any:
    """Return what goes over an edge: nothing from where nothing is reached, nor where the edge is cut."""
    derivative = derivative() if callable(derivative) else derivative
    sent = share(upstream, derivative)
    if reached is not None:
        sent = jnp.where(reached != 0.0, sent, 0.0)
    return jnp.where(jnp.asarray(derivative) == 0.0, 0.0, sent) if cuts else sent


# --------------------------------------------------------------------------- scalars one by one
def _rows(sequence: SequentialRun) -> tuple[list[str], Any]:
    """Return the operations, and one row per scalar: operation, place, operands; a sum of many takes a row for each."""
    ops: dict[str, int] = {}
    rows: list[tuple[int, ...]] = []
    for i, (op, operands) in enumerate(zip(sequence.ops, sequence.operands, strict=True)):
        place = sequence.start + i
        if op == "total":
            for x in operands:
                rows.append((ops.setdefault("total", len(ops)), place, x, x, x))
        else:
            padded = (*operands, *[operands[-1]] * (MOST - len(operands)))
            rows.append((ops.setdefault(op, len(ops)), place, *padded))
    return list(ops), jnp.asarray(np.array(rows, dtype=np.int32))


def _sequential(maths: Any, sequence: SequentialRun, buffer: Any) -> Any:
    ops, rows = _rows(sequence)

    def value(op: str) -> Any:
        if op == "total":
            return lambda before, *x: before + x[0]
        return lambda before, *x: jnp.asarray(TABLE[op].rule(maths, *x[: TABLE[op].arity])[0], dtype=float)

    branches = [value(op) for op in ops]

    def step(i: Any, buffer: Any) -> Any:
        row = rows[i]
        x = jax.lax.switch(row[0], branches, buffer[row[1]], *[buffer[row[2 + k]] for k in range(MOST)])
        return buffer.at[row[1]].set(x)

    return jax.lax.fori_loop(0, len(rows), step, buffer)


def _sequential_back(
    maths: Any, sequence: SequentialRun, buffer: Any, vector: Any, reached: Any, share: Callable[..., Any]
) -> Any:
    ops, rows = _rows(sequence)

    def shares(op: str) -> Any:
        def of(upstream: Any, here: Any, *x: Any) -> Any:
            if op == "total":
                return jnp.stack([upstream, jnp.zeros(()), jnp.zeros(())])
            row = TABLE[op]
            derivatives = row.rule(maths, *x[: row.arity])[1]
            found = [jnp.asarray(_sent(upstream, d, here, row.stops_at_zero, share), dtype=float) for d in derivatives]
            return jnp.stack([*found, *[jnp.zeros(())] * (MOST - len(found))])

        return of

    branches = [shares(op) for op in ops]

    def step(i: Any, vector: Any) -> Any:
        row = rows[len(rows) - 1 - i]
        here = None if reached is None else reached[row[1]]
        share = jax.lax.switch(row[0], branches, vector[row[1]], here, *[buffer[row[2 + k]] for k in range(MOST)])
        return vector.at[row[2:]].add(share)

    return jax.lax.fori_loop(0, len(rows), step, vector)

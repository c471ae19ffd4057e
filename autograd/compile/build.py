"""From a traced graph to a program: normalise, lift, differentiate, name.  Each stage can be run and printed alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograd.compile.differentiate import Backward
from autograd.compile.lift import lift
from autograd.compile.names import give_names
from autograd.compile.normalise import normalise
from autograd.compile.program import Array, Program, needed
from autograd.compile.trace import Traced


@dataclass
class Timed:
    """How long each stage took, in seconds."""

    trace: float = 0.0
    lift: float = 0.0
    emit: float = 0.0


def build(traced: Traced, names: Sequence[str], *, gradients: bool = True) -> Program:
    """Return the program of a traced graph: the loss (or the predictions) and, if wanted, every gradient."""
    tape = normalise(traced)
    found, roots = lift(tape, traced.shapes, len(traced.parameters))
    b = found.builder
    loss = roots[0] if len(roots) == 1 else b.make("join", roots, (len(roots),))
    loss = b.broadcast(loss, ()) if len(roots) == 1 and loss.shape == () else b.reshape(loss, () if len(roots) == 1 else (len(roots),))
    forward = needed([loss], b.lines)
    outputs: list[tuple[Array, Array]] = []
    adjoints: list[tuple[Array, Array]] = []
    if gradients:
        backward = Backward(b, loss)
        outputs, adjoints = backward.gradients, backward.adjoints
    lines = needed([loss, *[g for _, g in outputs]], b.lines)
    seats = {id(p) for p, _ in outputs}
    lines = [a for a in b.lines if id(a) in seats | {id(x) for x in lines}]
    inside = {id(a) for a in forward} | seats
    ordered = [a for a in lines if id(a) in inside] + [a for a in lines if id(a) not in inside]
    program = Program(
        lines=ordered,
        forward=len([a for a in lines if id(a) in inside]),
        loss=loss,
        gradients=outputs,
        arguments=found.arguments,
        order=np.array(found.places.order, dtype=np.int64),
        counts={
            "nodes": len(tape.op),
            "arrays": len([a for a in forward if a.is_elementwise or a.op in ("matmul", "sum", "largest", "rows", "pick")]),
            "products": len([a for a in lines if a.op == "matmul"]),
            "gathers": len([a for a in lines if a.op == "gather"]),
        },
    )
    give_names(program, [names[k] for k, _, _ in found.arguments], adjoints)
    return program


def now() -> float:
    """Return a clock reading."""
    return time.perf_counter()

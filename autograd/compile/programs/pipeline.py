"""From a traced graph to a program: normalize, lift, differentiate, name.  Each stage can be run and printed alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.compile.backends.numpy.operations import is_reserved
from autograd.compile.frontend.traced_graph import Traced
from autograd.compile.ir.backward_pass import BackwardPass
from autograd.compile.ir.names import give_names
from autograd.compile.ir.program import Array, Program, needed
from autograd.compile.lift.lifter import Lifter, lift
from autograd.compile.lift.normalize import normalize
from autograd.compile.lift.tape import Tape
from autograd.rules.reduction_record import REDUCTIONS
from autograd.support.collector import collector_paused


def build(traced: Traced, names: Sequence[str], *, gradients: bool = True) -> tuple[Program, Tape]:
    """Return the program of a traced graph and the tape it was lifted from.

    It computes the loss and the gradient of every parameter; without gradients, predictions row by row.
    """
    with collector_paused():
        tape = normalize(traced)
        found = lift(tape, traced.shapes, len(traced.parameters))
    b = found.builder
    loss, observed = _outputs(found, traced)
    outputs: list[tuple[Array, Array]] = []
    adjoints: list[tuple[Array, Array]] = []
    if gradients:
        backward = BackwardPass(b, loss)
        outputs, adjoints = backward.gradients, backward.adjoints
    shapes = _reshape_inputs(b.lines, [loss, *observed, *[g for _, g in outputs]])
    if gradients:
        _count_reachable_as_used(found, traced)
    program = _program(found, loss, observed, outputs, shapes)
    program.counts = _counts(traced, tape, program)
    known = [*names, *[f"random{k + 1}" for k in range(len(traced.draws))], "others"]
    both = {k for k, _, whole in program.arguments if not whole}
    given = [f"{known[k]}_index" if whole and k in both else known[k] for k, _, whole in program.arguments]
    give_names(program, given, adjoints, is_reserved)
    return program, tape


def _outputs(found: Lifter, traced: Traced) -> tuple[Array, list[Array]]:
    shape = _shape(traced.root)
    count = int(np.prod(shape))
    loss = found.array_of(np.arange(count).reshape(shape))
    observed = []
    for values, _ in traced.observed:
        observed.append(found.array_of(np.arange(count, count + len(values))))
        count += len(values)
    return loss, observed


def _count_reachable_as_used(found: Lifter, traced: Traced) -> None:
    """Count parameters that the program leaves out, and the loss could have reached, among the used: theirs is 0."""
    order, beyond = found.places.order, traced.out_of_reach if found.unused else ()
    reached = [k for k in found.unused if k not in beyond]
    if reached:
        del order[len(order) - len(found.unused) :]
        found.unused = [k for k in found.unused if k in beyond]
        order.extend([*reached, *found.unused])


def _shape(root: object) -> tuple[int, ...]:
    return (len(root), *_shape(root[0])) if isinstance(root, list) else ()


def _reshape_inputs(lines: Sequence[Array], outputs: Sequence[Array]) -> dict[Array, tuple[int, ...]]:
    """Give inputs that are only used in one other shape that shape; return the new shapes."""
    users: dict[Array, list[Array]] = {}
    for array in needed(outputs, lines):
        for x in array.operands:
            users.setdefault(x, []).append(array)
    shapes: dict[Array, tuple[int, ...]] = {}
    for x in lines:
        using = users.get(x, [])
        if x.op == "input" and using and {(u.op, u.shape) for u in using} == {("reshape", using[0].shape)}:
            x.shape = shapes[x] = using[0].shape
            for user in users.get(using[0], []):
                user.operands = tuple(x if y is using[0] else y for y in user.operands)
    return shapes


def _program(
    found: Lifter,
    loss: Array,
    observed: list[Array],
    gradients: list[tuple[Array, Array]],
    shapes: dict[Array, tuple[int, ...]],
) -> Program:
    lines = found.builder.lines
    slots = [p for p, _ in gradients if p.op == "parameter"]
    first = {*needed([loss, *observed], lines), *slots}
    wanted = {*needed([g for _, g in gradients], lines), *first}
    ordered = [a for a in lines if a in first] + [a for a in lines if a in wanted and a not in first]
    _weights_first(ordered, {g for _, g in gradients})
    inputs = [a for a in lines if a.op == "input"]
    kept = [a for a in inputs if a in wanted]
    arguments = [found.arguments[a.detail] for a in kept]
    for k, a in enumerate(kept):
        a.detail = k
        arguments[k] = (arguments[k][0], shapes.get(a, a.shape), arguments[k][2])
    order = np.array(found.places.order, dtype=np.int64)
    used = len(order) - len(found.unused)
    return Program(ordered, len(first), loss, gradients, arguments, order, used, observed)


def _weights_first(lines: list[Array], gradients: set[Array]) -> None:
    """Let the gradient of a layer's weights come before that of its biases, as textbooks have it."""
    for i in range(len(lines) - 2):
        bias, *others = lines[i : i + 4]
        for n, weights in enumerate(others, 1):
            if bias.op == "sum" and weights.op == "matmul" and {bias, weights} <= gradients:
                lines[i : i + n + 1] = [*others[:n], bias]
                break


def _counts(traced: Traced, tape: Tape, program: Program) -> dict[str, int]:
    """Return the counts that a report shows."""
    lines = program.lines
    structural = ("matmul", "rows", "pick", "gather", *REDUCTIONS)
    return {
        "nodes": tape.recorded,
        "parameters": len(traced.parameters),
        "arrays": len([a for a in lines[: program.forward] if a.is_elementwise or a.op in structural]),
        "products": len([a for a in lines if a.op == "matmul"]),
        "gathers": len([a for a in lines if a.op == "gather"]),
    }

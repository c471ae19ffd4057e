"""The native backend: a program's steps as one function of machine code, compiled by LLVM.

Shapes are constants, nothing is allocated inside, and a whole training run (n steps of forward, backward and the
optimizer's own update) is one call.  Everything lies in one block of memory: parameters, gradients, the optimizer's
memories, copies of the arguments, and what is computed.

planning/   what is computed in which loop, and where it lies
emit/       the text of LLVM's intermediate representation
host/       from that text to a function in memory
batches.py  rows of a batch, fetched by native code
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.compile.backends.native.batches import can_fetch, fetching
from autograd.compile.backends.native.emit.llvm import Emitter
from autograd.compile.backends.native.emit.loops import Loops
from autograd.compile.backends.native.emit.maths import VectorMaths
from autograd.compile.backends.native.emit.values import Index, Vector
from autograd.compile.backends.native.emit.writer import Point
from autograd.compile.backends.native.host.processor import host
from autograd.compile.backends.native.planning.plan import Plan
from autograd.compile.backends.native.planning.views import widest
from autograd.compile.ir.program import Program
from autograd.rules.symbols import SYMBOLS, Symbol, named, symbol
from autograd.support.costs import pays_optimizing

__all__ = ["Native"]

# The step is a function of its own: inside the loop over steps, LLVM would keep its constants in registers it needs.
MODULE = """
{declarations}

define internal void @step(
  ptr noalias %work, ptr noalias %index, ptr %loss, double %rate, double %count
) {attributes} {{
entry:
{body}
  ret void
}}

define void @run(ptr noalias %settings) nounwind {{
entry:
{settings}
  %with_rows = icmp ne ptr %fetch, null
  br label %again
again:
  %i = phi i64 [ 0, %entry ], [ %next, %go_on ]
  %count = phi double [ %first, %entry ], [ %following, %go_on ]
  br i1 %with_rows, label %get, label %go_on
get:
  %begin = mul nsw i64 %i, %batch
  %these = getelementptr inbounds i64, ptr %rows, i64 %begin
  call void %fetch(ptr %settings, ptr %work, ptr %index, ptr %these)
  br label %go_on
go_on:
  %loss = getelementptr inbounds double, ptr %losses, i64 %i
  %rate_at = getelementptr inbounds double, ptr %rates, i64 %i
  %rate = load double, ptr %rate_at
  call void @step(ptr %work, ptr %index, ptr %loss, double %rate, double %count)
  %next = add nuw nsw i64 %i, 1
  %following = fadd double %count, 1.0
  %more = icmp slt i64 %next, %steps
  br i1 %more, label %again, label %done
done:
  ret void
}}
"""
# What the caller hands over, in order: addresses, counts, and the number of the first step as a double.
SETTINGS = {
    "work": "ptr", "index": "ptr", "losses": "ptr", "rates": "ptr", "steps": "i64", "first": "double",
    "fetch": "ptr", "rows": "ptr", "batch": "i64",
}  # fmt: skip
WHERE = {name: k for k, name in enumerate(SETTINGS)}
FIRST_SOURCE = len(SETTINGS)  # behind them: the addresses of the data sets that batches are fetched from


class Native:
    """A program as machine code, with the memory it works in.

    Attributes
        theta     the parameters, in the program's order: a view of the memory, to be read and written
        gradient  the gradient of the last run, likewise; zeros in a program without one
        memories  one vector per memory of the optimizer
    """

    def __init__(self, program: Program, *, optimizer: Any = None) -> None:
        self.processor = host()
        self.program = program
        self.optimizer = optimizer
        gradients = bool(program.gradients)
        outputs = [program.loss, *program.observed] + ([g for _, g in program.gradients] if gradients else [])
        self.plan = plan = Plan(program, outputs, widest(program.lines, self.processor.lanes), gradients)
        names = optimizer.state_names if optimizer is not None else ()
        self.memories_at = [plan.reserve(plan.theta_size) for _ in names]
        shown = [*program.observed] + ([program.loss] if program.loss.shape else [])
        self._shown_at = [(a, plan.reserve(a.size)) for a in shown]
        self.text = self._emitted(gradients)
        self._function = self.processor.compile(self.text, "run", level=0)
        self._optimized, self._work = False, 0
        self._prepare(gradients)

    # -------------------------------------------------------------------------------- the text
    def _emitted(self, gradients: bool) -> str:
        """Return the module, whose function `run` takes a table of addresses and settings."""
        plan, e = self.plan, Emitter()
        loops = Loops(plan, e)
        for kernel in plan.kernels:
            loops.kernel(kernel)
        if gradients:
            self._gather_gradients(loops)
        self._show(loops)
        if self.optimizer is not None:
            self._update(loops)
        width = 64 * plan.lanes
        settings = []
        for k, (name, kind) in enumerate(SETTINGS.items()):
            settings.append(f"  %at{k} = getelementptr inbounds i64, ptr %settings, i64 {k}")
            settings.append(f"  %{name} = load {kind}, ptr %at{k}")
        return MODULE.format(
            settings="\n".join(settings),
            declarations="\n".join(e.declarations),
            body="\n".join(e.lines),
            attributes=f'nounwind "min-legal-vector-width"="{width}" "prefer-vector-width"="{width}"',
        )

    def _gather_gradients(self, loops: Loops) -> None:
        """Put what was not computed in its place there, and add the gradient of θ as a whole."""
        plan = self.plan
        for gradient, at in plan.gradient_parts:
            if gradient is plan.program.gradients[-1][1] and plan.program.gradients[-1][0].op == "theta":
                alone = len(plan.program.gradients) == 1
                for start, stop in [] if alone else plan.program.gaps:
                    for i, lanes in self._registers(loops, stop - start):
                        loops.write(0.0, i + (plan.gradient_at + start), lanes)
                for i, lanes in self._registers(loops, plan.theta_size):
                    x = self._theta_part(loops, gradient, i, lanes)
                    place = i + plan.gradient_at
                    loops.write(x if alone else loops.read(place, lanes) + x, place, lanes)
            else:
                loops.copy_into(gradient, Index(plan.gradient_at + at))

    def _theta_part(self, loops: Loops, gradient: Any, i: Index, lanes: int) -> Any:
        loops.live.clear()
        return loops.value(gradient, Point([i], 0, lanes))

    def _registers(self, loops: Loops, n: int) -> Iterator[tuple[Index, int]]:
        """Yield places and lanes that together make up the first n parameters."""
        lanes, whole, rest = loops.in_vectors(n)
        for i in loops.loop_over(whole, lanes):
            yield i, lanes
        at = whole
        while rest:
            part = 1 << (rest.bit_length() - 1)
            yield Index(at), part
            at, rest = at + part, rest - part

    def _show(self, loops: Loops) -> None:
        """Put the loss where the caller finds it, and predictions or what is observed into row-major order."""
        for a, at in self._shown_at:
            loops.copy_into(a, Index(at))
        if not self.program.loss.shape:
            loops.live.clear()
            loops.e.store(loops.value(self.program.loss, Point([], -1, 1)), "%loss", Index(), 1)

    def _update(self, loops: Loops) -> None:
        """Write the optimizer's rule as a loop over the parameters; what is the same for all is computed before."""
        plan, e, optimizer = self.plan, loops.e, self.optimizer
        names = [named(f"memory{k}") for k in range(len(optimizer.state_names))]
        varying = [named("parameter"), named("gradient"), *names]
        moved, after = optimizer.rule(SYMBOLS, *varying[:2], named("rate"), named("step"), *names)
        rules = [symbol(x) for x in (moved, *after)]
        shared: dict[Symbol, Any] = {named("rate"): Vector(e, "%rate", 1), named("step"): Vector(e, "%count", 1)}
        scalars = VectorMaths(e, 1)
        for rule in rules:
            for part in _constant_parts(rule, set(varying)):
                shared[part] = scalars.emit(part, shared)
        places = [plan.theta_at, plan.gradient_at, *self.memories_at]
        for i, lanes in self._registers(loops, self.program.used):
            known = dict(shared)
            for name, at in zip(varying, places, strict=True):
                known[name] = loops.read(i + at, lanes)
            maths = VectorMaths(e, lanes, by_inverse=True)
            results = [maths.emit(rule, known) for rule in rules]
            for x, at in zip(results, [places[0], *self.memories_at], strict=True):
                loops.write(x, i + at, lanes)

    # ------------------------------------------------------------------------------ the memory
    def _prepare(self, gradients: bool) -> None:
        plan = self.plan
        block = np.zeros(plan.size + 16)
        start = (-block.ctypes.data % 64) // 8
        self.memory = block[start:]
        self._index = np.zeros(max(plan.table_size, 1), dtype=np.int64)
        n = plan.theta_size
        self.theta = self._part(plan.theta_at, n)
        self.gradient = self._part(plan.gradient_at, n) if gradients else np.zeros(n)
        self.computed = self.gradient  # which no rule uses up
        self.memories = [self._part(at, n) for at in self.memories_at]
        self._inputs: list[list[np.ndarray[Any, Any]]] = [[] for _ in self.program.arguments]
        for a, view in plan.copies:
            there = np.lib.stride_tricks.as_strided(self.memory[view.offset :], a.shape, [8 * s for s in view.strides])
            if a.op == "input":
                self._inputs[a.detail].append(there)
            else:
                there[...] = a.detail
        for at, table in plan.tables:
            if isinstance(table, np.ndarray):
                self._index[at : at + table.size] = table
            else:
                self._inputs[table.detail].append(self._index[at : at + table.size].reshape(table.shape))
        self.shown = [self._part(at, a.size).reshape(a.shape) for a, at in self._shown_at]
        self._settings = np.zeros(FIRST_SOURCE + len(self.program.arguments), dtype=np.int64)
        self._address = self._settings.ctypes.data
        self._set("work", self.memory.ctypes.data)
        self._set("index", self._index.ctypes.data)
        self._allocate_steps(64)
        self._fetch: dict[int, Any] = {}

    def _set(self, name: str, x: int) -> None:
        self._settings[WHERE[name]] = x

    def _allocate_steps(self, steps: int) -> None:
        """Make room for the losses and learning rates of so many steps."""
        self._losses, self._rates = np.zeros(steps), np.zeros(steps)
        self._set("losses", self._losses.ctypes.data)
        self._set("rates", self._rates.ctypes.data)

    def _part(self, at: int, n: int) -> np.ndarray[Any, Any]:
        return self.memory[at : at + n]

    def run(
        self, arguments: Sequence[np.ndarray[Any, Any]], steps: int = 1, before: int = 0, rate: float | None = None
    ) -> np.ndarray[Any, Any]:
        """Return the losses of so many steps, each of which moves `theta` if there is an optimizer, or the predictions.

        `before` is how many steps were made before; `rate` is their learning rate, None the optimizer's own.
        """
        for places, given in zip(self._inputs, arguments, strict=True):
            for there in places:
                there[...] = given
        self._set("fetch", 0)
        if rate is None:
            rate = self.optimizer.learning_rate if self.optimizer is not None else 0.0
        losses = self._run(steps, before, rate)
        return self.shown[-1].copy() if self.program.loss.shape else losses

    def can_fetch(self, batch: int) -> bool:
        """Whether `run_batches` can serve batches of so many rows."""
        return can_fetch(self.program, batch)

    def run_batches(
        self, data: Sequence[np.ndarray[Any, Any]], rows: np.ndarray[Any, Any], rates: Any, before: int = 0
    ) -> np.ndarray[Any, Any]:
        """Return the losses of one step for each row of `rows`, which says of what rows of the data its batch is.

        The rows are fetched by native code.  Raises ValueError if the program was not made for batches of that size.
        """
        steps, batch = rows.shape
        if not can_fetch(self.program, batch):
            raise ValueError(f"this program was not made for batches of {batch} rows")
        rows = np.ascontiguousarray(rows, dtype=np.int64)
        if rows.size and not 0 <= int(rows.min()) <= int(rows.max()) < min(map(len, data)):
            raise IndexError(
                f"the data has {min(map(len, data))} rows; rows {rows.min()} to {rows.max()} are asked for"
            )
        kinds = [np.int64 if whole else np.float64 for _, _, whole in self.program.arguments]
        sources = [np.ascontiguousarray(x, dtype=kind) for x, kind in zip(data, kinds, strict=True)]
        for k, source in enumerate(sources):
            self._settings[FIRST_SOURCE + k] = source.ctypes.data
        if batch not in self._fetch:
            self._fetch[batch] = self.processor.compile(fetching(self.plan, batch, FIRST_SOURCE), "fetch")
        self._set("fetch", ctypes.cast(self._fetch[batch], ctypes.c_void_p).value or 0)
        self._set("rows", rows.ctypes.data)
        self._set("batch", batch)
        return self._run(steps, before, rates)

    def _run(self, steps: int, before: int, rates: Any) -> np.ndarray[Any, Any]:
        self._optimize(steps)
        if len(self._losses) < steps:
            self._allocate_steps(2 * steps)
        self._rates[:steps] = rates
        self._set("steps", steps)
        self._settings.view(np.float64)[WHERE["first"]] = before + 1
        self._function(self._address)
        return self._losses[:steps].copy()

    def _optimize(self, steps: int) -> None:
        """Let LLVM look twice, once so much was computed that this pays: the same bits, in a fraction of the time."""
        self._work += steps * self.program.flops
        if not self._optimized and pays_optimizing(self._work):
            self._function, self._optimized = self.processor.compile(self.text, "run"), True

    @property
    def observed(self) -> tuple[np.ndarray[Any, Any], ...]:
        """What the program was asked to show of its last run."""
        return tuple(x.copy() for x in self.shown[: len(self.program.observed)])


def _constant_parts(formula: Symbol, varying: set[Symbol]) -> list[Symbol]:
    """Return the largest parts of a formula that do not depend on these names."""
    if formula in varying:
        return []
    if formula.function in ("name", "number"):
        return [formula]
    parts = [_constant_parts(x, varying) for x in formula.inputs]
    alone = all(len(found) == 1 and found[0] == x for found, x in zip(parts, formula.inputs, strict=True))
    return [formula] if alone else [p for found in parts for p in found]

"""A program's steps as one function of machine code: the text of its module, compiled when it is needed.

Of a program whose lengths are Sizes (ir/sizes.py) the function serves every size: it begins by reading, from a table
that the host fills (planning/plan.py: `Here`), each count, offset and stride that varies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograd.compile.backends.native.emit.llvm import Emitter
from autograd.compile.backends.native.emit.loops import Loops
from autograd.compile.backends.native.emit.maths import VectorMaths
from autograd.compile.backends.native.emit.values import Index, Vector
from autograd.compile.backends.native.emit.writer import Point
from autograd.compile.backends.native.host.processor import host
from autograd.compile.backends.native.planning.plan import Plan
from autograd.compile.backends.native.planning.views import widest
from autograd.compile.ir.program import Program
from autograd.compile.ir.sizes import Size
from autograd.rules.symbols import SYMBOLS, Symbol, named, symbol
from autograd.support.costs import pays_optimizing

# The step is a function of its own: inside the loop over steps, LLVM would keep its constants in registers it needs.
MODULE = """
{declarations}

define internal void @step(
  ptr noalias %work, ptr noalias %index, ptr noalias %sizes, ptr %loss, double %rate, double %count
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
  call void @step(ptr %work, ptr %index, ptr %sizes, ptr %loss, double %rate, double %count)
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
    "fetch": "ptr", "rows": "ptr", "batch": "i64", "sizes": "ptr",
}  # fmt: skip
WHERE = {name: k for k, name in enumerate(SETTINGS)}
FIRST_SOURCE = len(SETTINGS)  # behind them: the addresses of the data sets that batches are fetched from


class Machine:
    """A program as machine code, and where in memory it works.

    Attributes
        plan         what lies where
        memories_at  where the optimizer's memories lie
        shown_at     what the caller is shown after each run, and where it lies
        sizes        the lengths that vary, in the order in which the function reads them
        work         operations that were computed so far, by this function or before there was one
    """

    def __init__(self, program: Program, optimizer: Any, work: int = 0) -> None:
        self.processor = host()
        self.program, self.optimizer = program, optimizer
        gradients = bool(program.gradients)
        outputs = [program.loss, *program.observed] + ([g for _, g in program.gradients] if gradients else [])
        self.plan = plan = Plan(program, outputs, widest(program.lines, self.processor.lanes), gradients)
        names = optimizer.state_names if optimizer is not None else ()
        self.memories_at = [plan.reserve(plan.theta_size) for _ in names]
        shown = [*program.observed] + ([program.loss] if program.loss.shape else [])
        self.shown_at = [(a, plan.reserve(a.size)) for a in shown]
        self.text, self.sizes = self._emitted(gradients)
        self.work, self._lines = work, self.text.count("\n")
        self._function: Callable[..., Any] | None = None
        self._level = 0

    def function(self, operations: int) -> Callable[..., Any]:
        """Return the function, which takes the address of its settings, for so many operations.

        Once so much was computed that it pays, LLVM looks twice: the same bits, in a fraction of the time.
        """
        self.work += operations
        level = int(pays_optimizing(self.work, self._lines))
        if self._function is None or level > self._level:
            self._function, self._level = self.processor.compile(self.text, "run", level), level
        return self._function

    def _emitted(self, gradients: bool) -> tuple[str, list[Size]]:
        """Return the module, whose function `run` takes a table of addresses and settings, and the lengths it reads."""
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
        sizes = []
        for k, name in enumerate(e.sizes.values()):
            sizes.append(f"  {name}.at = getelementptr inbounds i64, ptr %sizes, i64 {k}")
            sizes.append(f"  {name} = load i64, ptr {name}.at")
        text = MODULE.format(
            settings="\n".join(settings),
            declarations="\n".join(e.declarations),
            body="\n".join([*sizes, *e.lines]),
            attributes=f'nounwind "min-legal-vector-width"="{width}" "prefer-vector-width"="{width}"',
        )
        return text, list(e.sizes)

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
        for i, lanes, part in loops.in_registers(n):
            if part is None:
                yield i, lanes
            while part:
                piece = 1 << (part.bit_length() - 1)
                yield i, piece
                i, part = i + piece, part - piece

    def _show(self, loops: Loops) -> None:
        """Put the loss where the caller finds it, and predictions or what is observed into row-major order."""
        for a, at in self.shown_at:
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


def _constant_parts(formula: Symbol, varying: set[Symbol]) -> list[Symbol]:
    """Return the largest parts of a formula that do not depend on these names."""
    if formula in varying:
        return []
    if formula.function in ("name", "number"):
        return [formula]
    parts = [_constant_parts(x, varying) for x in formula.inputs]
    alone = all(len(found) == 1 and found[0] == x for found, x in zip(parts, formula.inputs, strict=True))
    return [formula] if alone else [p for found in parts for p in found]

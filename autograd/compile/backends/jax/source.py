"""The jax backend: the same program in jax.numpy and compiled by XLA, for accelerators and many devices.

`Jax.function` is the program as a pure function, `(theta, *arguments) -> (loss, gradient, observed)`, to be jitted,
mapped or sharded as one likes; `run` makes a whole training of it, its steps inside one loop of XLA's.  Everything is
computed in 64 bits, which is switched on around each call and leaves JAX's own setting as it was.

Derivatives are JAX's own where it has the function.  Those of `atan2` square their inputs, and so are wrong where a
square overflows or vanishes, beyond 1e±154.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from autograd.compile.backends.jax.level_schedule import buffer_adjoints, buffer_of, buffer_reached
from autograd.compile.backends.numpy.operations import RENAMED
from autograd.compile.ir.program import Array, Program, Shape
from autograd.rules.maths import MATHEMATICS, Maths
from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import REDUCTIONS
from autograd.rules.symbols import check_composed

ROOM, FEW = 8192, 64  # losses that one call brings back, and those of one round of the loop: half a kilobyte
LARGE = 64**3  # multiplications of a product


class JaxMaths(Maths):
    """The primitives on JAX's arrays, by NumPy's names; what is no primitive is computed by its own rule."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        own = getattr(jnp, RENAMED.get(name, name), None) if name in MATHEMATICS else None
        if own is None and name in TABLE:
            check_composed(name, __name__)
        return own or super().__getattr__(name)

    isnan = staticmethod(jnp.isnan)
    equal = staticmethod(operator.eq)

    @staticmethod
    def erf(x: Any) -> Any:
        """Return the error function."""
        return jax.lax.erf(jnp.asarray(x, dtype=float))

    @staticmethod
    def erfc(x: Any) -> Any:
        """Return 1 − erf(x)."""
        return jax.lax.erfc(jnp.asarray(x, dtype=float))

    @staticmethod
    def where(condition: Any, x: Any, y: Any) -> Any:
        """Return x where the condition holds (a number holds if it is not 0), else y."""
        condition = jnp.asarray(condition)
        return jnp.where(condition if condition.dtype == bool else condition != 0, x, y)


MATHS = JaxMaths()


class Jax:
    """A program run by JAX.

    Attributes
        theta, gradient, memories   as every runner has them, on the host
        function                    the program as a pure function of JAX's arrays
        table                       how each structural operation is computed
    """

    table: ClassVar[dict[str, Callable[..., Any]]]

    def __init__(self, program: Program, *, optimizer: Any = None) -> None:
        self.program, self.optimizer = program, optimizer
        n = len(program.order)
        self.theta, self.gradient = np.zeros(n), np.zeros(n)
        self.computed = self.gradient  # which no rule uses up
        self.memories = [np.zeros(n) for _ in (optimizer.state_names if optimizer is not None else ())]
        self.observed: tuple[Any, ...] = ()
        self._pieces = _pieces(program)
        self._once = jax.jit(self.function)
        self._many = jax.jit(self._steps)

    def function(self, theta: Any, *arguments: Any) -> tuple[Any, Any, tuple[Any, ...]]:
        """Return the loss (or the predictions), its gradient and what is observed."""
        loss, gradients, observed = self._computed(self._cut(theta), arguments)
        return loss, _whole(gradients), observed

    def _cut(self, theta: Any) -> list[Any]:
        return [theta[start : start + math.prod(shape)].reshape(shape) for start, shape in self._pieces]

    def _computed(self, pieces: Sequence[Any], arguments: Sequence[Any]) -> tuple[Any, list[Any], tuple[Any, ...]]:
        """Return the loss, the gradient for each piece of θ, and what is observed."""
        program, known = self.program, dict[Array, Any]()
        parameters = dict(zip(self._pieces, pieces, strict=True))
        for a in program.lines:
            if a.op in self.table:
                known[a] = self.table[a.op](a, *[known[x] for x in a.operands])
            elif a.op == "theta" or (a.op == "parameter" and (a.detail, a.shape) not in parameters):
                whole = _whole(pieces)
                known[a] = whole if a.op == "theta" else whole[a.detail : a.detail + a.size].reshape(a.shape)
            elif a.op == "parameter":
                known[a] = parameters[a.detail, a.shape]
            elif a.op == "input":
                known[a] = arguments[a.detail]
            else:
                found = TABLE[a.op].rule(MATHS, *[known[x] for x in a.operands])[0]
                is_truth = str(getattr(found, "dtype", "")) == "bool"  # whose sums and products would be truths, too
                known[a] = found.astype(float) if is_truth else found
        gradients = self._gradients({slot: known[g] for slot, g in program.gradients})
        return known[program.loss], gradients, tuple(known[a] for a in program.observed)

    def _gradients(self, found: dict[Array, Any]) -> list[Any]:
        """Return the gradient for each piece: its own, and its part of the gradient of θ as a whole."""
        own = {(slot.detail, slot.shape): g for slot, g in found.items() if slot.op == "parameter"}
        whole = next((jnp.broadcast_to(g, slot.shape) for slot, g in found.items() if slot.op == "theta"), None)
        gradients = [jnp.broadcast_to(own.get(piece, 0.0), piece[1]) for piece in self._pieces]
        return gradients if whole is None else [g + w for g, w in zip(gradients, self._cut(whole), strict=True)]

    def _steps(self, theta: Any, memories: Any, steps: Any, rate: Any, before: Any, *arguments: Any) -> Any:
        """Return losses, and after so many steps θ, memories, and the last gradient and observations.

        Inside the loop each parameter is an array of its own: what is cut and put together costs as much as arithmetic.
        Losses are kept in FEW places, for XLA steps faster through what is small, and from there put where they belong.
        """
        is_used = [start < self.program.used for start, _ in self._pieces]

        def step(i: Any, state: Any) -> Any:
            losses, pieces, memories, *_ = state
            loss, gradients, observed = self._computed(pieces, arguments)
            moved = [
                self.optimizer.rule(MATHS, p, g, rate, before + i + 1.0, *kept) if used else (p, kept)
                for used, p, g, *kept in zip(is_used, pieces, gradients, *memories, strict=True)
            ]
            losses = jax.lax.dynamic_update_index_in_dim(losses, loss, i % FEW, 0)
            memories = [list(m) for m in zip(*[after for _, after in moved], strict=True)]
            return losses, [p for p, _ in moved], memories, gradients, observed

        def few_steps(k: Any, state: Any) -> Any:
            losses, *rest = state
            start = k * FEW
            few, *rest = jax.lax.fori_loop(start, jnp.minimum(start + FEW, steps), step, (jnp.zeros(FEW), *rest))
            return jax.lax.dynamic_update_slice(losses, few, (start,)), *rest

        pieces, seen = self._cut(theta), tuple(jnp.zeros(a.shape) for a in self.program.observed)
        state = (jnp.zeros(ROOM), pieces, list(map(self._cut, memories)), [jnp.zeros_like(p) for p in pieces], seen)
        losses, pieces, memories, gradients, seen = jax.lax.fori_loop(0, (steps + FEW - 1) // FEW, few_steps, state)
        return losses, _whole(pieces), list(map(_whole, memories)), _whole(gradients), seen

    def run(self, arguments: Sequence[Any], steps: int = 1, before: int = 0, rate: float | None = None) -> Any:
        """Return the losses of so many steps, each of which moves `theta` if there is an optimizer, or the predictions.

        `before` is how many steps were made before; `rate` is their learning rate, None the optimizer's own.
        """
        with in_64_bits():
            theta = self.theta
            if self.optimizer is None:
                loss, gradient, observed = self._once(theta, *arguments)
                losses = np.atleast_1d(np.asarray(loss))
            else:
                memories = self.memories
                rate = float(self.optimizer.learning_rate if rate is None else rate)
                parts = []
                for done in range(0, steps, ROOM):  # one compilation serves any number of steps
                    now = min(ROOM, steps - done)
                    room, theta, memories, gradient, observed = self._many(
                        theta, memories, now, rate, float(before + done), *arguments
                    )
                    parts.append(np.asarray(room)[:now])
                losses = np.concatenate(parts)
                self.theta[:] = theta
                for here, m in zip(self.memories, memories, strict=True):
                    here[:] = m
            self.gradient[:] = gradient
            self.observed = tuple(np.array(x) for x in observed)
            return losses


def in_64_bits() -> Any:
    """Return a context in which JAX computes in 64 bits."""
    switch = jax.enable_x64 if hasattr(jax, "enable_x64") else import_module("jax.experimental").enable_x64
    return switch(True)


# ---------------------------------------------------------------------------------- one line each
def _pieces(program: Program) -> list[tuple[int, Shape]]:
    """Return how θ is cut, in order: parameters that have a gradient, and what lies between and behind them."""
    own = sorted((slot.detail, slot.shape) for slot, _ in program.gradients if slot.op == "parameter")
    pieces: list[tuple[int, Shape]] = []
    start = 0
    for stop, shape in [*own, (program.used, ()), (len(program.order), ())]:
        if start < stop:
            pieces.append((start, (stop - start,)))
        if (stop, shape) in own:
            pieces.append((stop, shape))
        start = max(start, stop + (math.prod(shape) if (stop, shape) in own else 0))
    return pieces


def _whole(pieces: Sequence[Any]) -> Any:
    return jnp.concatenate([jnp.reshape(x, -1) for x in pieces]) if pieces else jnp.zeros(0)


def _reduction(a: Array, x: Any) -> Any:
    return getattr(jnp, REDUCTIONS[a.op].function)(x, axis=a.detail).reshape(a.shape)


def _matmul(a: Array, x: Any, y: Any) -> Any:
    if a.operands[0].op == "transpose" and a.size * x.shape[-1] >= LARGE and jax.default_backend() == "cpu":
        alone: Callable[[Any], Any] = jax.lax.optimization_barrier
        x = alone(x)  # a product that turns its first factor itself takes XLA twice as long
    return jnp.matmul(x, y, precision="highest")


def _first(a: Array, x: Any, _: Any) -> Any:
    search = getattr(jnp, f"arg{REDUCTIONS[a.operands[1].op].function}")
    place = search(x, axis=a.detail, keepdims=True)  # not where x is the largest: XLA may have rounded x anew
    counter = jnp.arange(a.shape[a.detail]).reshape([-1 if i == a.detail else 1 for i in range(len(a.shape))])
    return jnp.where(counter == place, 1.0, 0.0)


def _gather(a: Array, x: Any) -> Any:
    index = np.asarray(a.detail)
    found = x.reshape(-1)[np.maximum(index, 0)]
    return jnp.where(index >= 0, found, 0.0) if (index < 0).any() else found


def _scatter(a: Array, x: Any) -> Any:
    index = np.broadcast_to(a.detail, a.operands[0].shape).reshape(-1)
    kept = np.flatnonzero(index >= 0)
    flat = jnp.broadcast_to(x, a.operands[0].shape).reshape(-1)
    return jnp.zeros(a.size).at[index[kept]].add(flat[kept]).reshape(a.shape)


def _assemble(a: Array, *parts: Any) -> Any:
    whole = jnp.zeros(a.shape)
    for part, slices in zip(parts, a.detail, strict=True):
        whole = whole.at[tuple(slice(*r) for r in slices)].add(part)
    return whole


def _add_rows(a: Array, x: Any, index: Any) -> Any:
    return jnp.zeros(a.shape).at[index.reshape(-1)].add(x)


def _pick(a: Array, x: Any, index: Any) -> Any:
    return jnp.take_along_axis(x, index.reshape(-1, 1), 1)


def _put(a: Array, x: Any, index: Any) -> Any:
    columns = jnp.arange(a.shape[1])
    return jnp.where(columns == index.reshape(-1, 1), jnp.reshape(x, (-1, 1)) if jnp.ndim(x) else x, 0.0)


JAX: dict[str, Callable[..., Any]] = {
    "constant": lambda a: a.detail if isinstance(a.detail, float) else jnp.asarray(a.detail),
    "matmul": _matmul,
    **dict.fromkeys(REDUCTIONS, _reduction),
    "first": _first,
    "transpose": lambda a, x: jnp.transpose(x, a.detail),
    "reshape": lambda a, x: jnp.reshape(x, a.shape),
    "slice": lambda a, x: x[tuple(slice(*r) for r in a.detail)],
    "broadcast": lambda a, x: jnp.broadcast_to(x, a.shape),
    "join": lambda a, *xs: jnp.concatenate([jnp.reshape(x, -1) for x in xs]),
    "gather": _gather,
    "scatter": _scatter,
    "assemble": _assemble,
    "rows": lambda a, table, index: table[index.reshape(-1)],
    "add_rows": _add_rows,
    "pick": _pick,
    "put": _put,
    "levels": lambda a, x: buffer_of(MATHS, a.detail, x),
    "levels_reached": lambda a, buffer, mask: buffer_reached(MATHS, a.detail, buffer, mask),
    "levels_backward": lambda a, *operands: buffer_adjoints(MATHS, a.detail, *operands),
}

Jax.table = JAX

"""The native backend: a program's steps as one function of machine code, compiled by LLVM.

Nothing is allocated inside, and a whole training run (n steps of forward, backward and the optimizer's own update) is
one call.  Shapes are constants; or, of a program for every size, what the function reads where it begins, so that LLVM
compiles it once for all of them.  Everything lies in one block of memory: parameters, gradients, the optimizer's
memories, copies of the arguments, and what is computed.

machine.py  the step as one function, for one size or for all
planning/   what is computed in which loop, and where it lies
emit/       the text of LLVM's intermediate representation
host/       from that text to a function in memory
batches.py  rows of a batch, fetched by native code
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compile.backends.native.batches import can_fetch, fetching
from autograd.compile.backends.native.machine import FIRST_SOURCE, WHERE, Machine
from autograd.compile.backends.native.planning.plan import Here
from autograd.compile.ir.program import Array, Program
from autograd.compile.ir.sizes import NoSizeError

__all__ = ["Native"]


class Native:
    """A program as machine code, with the memory it works in.

    Attributes
        theta     the parameters, in the program's order: a view of the memory, to be read and written
        gradient  the gradient of the last run, likewise; zeros in a program without one
        memories  one vector per memory of the optimizer
    """

    def __init__(
        self, program: Program, *, optimizer: Any = None, machine: Machine | None = None, sizes: Sequence[int] = ()
    ) -> None:
        """Lay out the memory that a machine works in: one of this program's own, or one that serves all sizes."""
        self.machine = machine = machine or Machine(program, optimizer)
        self.program, self.optimizer = program, optimizer
        plan, here = machine.plan, Here(machine.program, program, sizes, machine.plan.places)
        block = np.zeros(here.number(plan.size) + 16)
        start = (-block.ctypes.data % 64) // 8
        self.memory = block[start:]
        self._index = np.zeros(max(here.number(plan.table_size), 1), dtype=np.int64)
        n = plan.theta_size
        self.theta = self._part(plan.theta_at, n)
        self.gradient = self._part(plan.gradient_at, n) if program.gradients else np.zeros(n)
        self.computed = self.gradient  # which no rule uses up
        self.memories = [self._part(here.number(at), n) for at in machine.memories_at]
        self._inputs: list[list[np.ndarray[Any, Any]]] = [[] for _ in program.arguments]
        for planned, seen in plan.copies:
            a, view = here.array(planned), here.view(seen)
            there = np.lib.stride_tricks.as_strided(self.memory[view.offset :], a.shape, [8 * s for s in view.strides])
            if a.op == "input":
                self._inputs[a.detail].append(there)
            else:
                there[...] = a.detail
        for begin, table in plan.tables:
            at = here.number(begin)
            if isinstance(table, Array):
                a = here.array(table)
                self._inputs[a.detail].append(self._index[at : at + a.size].reshape(a.shape))
            else:
                numbers = table(here)
                self._index[at : at + len(numbers)] = numbers
        shown = [(here.array(a), here.number(at)) for a, at in machine.shown_at]
        self.shown = [self._part(at, a.size).reshape(a.shape) for a, at in shown]
        self._sizes = np.array([here.number(size) for size in machine.sizes], dtype=np.int64)
        self._settings = np.zeros(FIRST_SOURCE + len(program.arguments), dtype=np.int64)
        self._address = self._settings.ctypes.data
        self._set("work", self.memory.ctypes.data)
        self._set("index", self._index.ctypes.data)
        self._set("sizes", self._sizes.ctypes.data)
        self._losses = self._rates = np.array([])
        self._flops = program.flops
        self._fetch: dict[int, Any] = {}

    @classmethod
    def of(
        cls, program: Program, optimizer: Any, family: tuple[Any, Sequence[int]] | None = None, steps: int = 0
    ) -> Native:
        """Return the runner of a program that has made so many steps.

        If it is a GenericProgram at some sizes, it is run by the function that serves them all, unless something in the
        code depends on the sizes.
        """
        generic, sizes = family or (None, ())
        if generic is not None and generic.machine is None:
            try:
                generic.machine = Machine(generic.everywhere(len(sizes)), optimizer, steps * program.flops)
            except NoSizeError:
                generic.machine = False
        machine = (generic and generic.machine) or Machine(program, optimizer, steps * program.flops)
        return cls(program, optimizer=optimizer, machine=machine, sizes=sizes)

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
        return not self.machine.sizes and can_fetch(self.program, batch)

    def run_batches(
        self, data: Sequence[np.ndarray[Any, Any]], rows: np.ndarray[Any, Any], rates: Any, before: int = 0
    ) -> np.ndarray[Any, Any]:
        """Return the losses of one step for each row of `rows`, which says of what rows of the data its batch is.

        The rows are fetched by native code.  Raises ValueError if the program was not made for batches of that size.
        """
        steps, batch = rows.shape
        if not self.can_fetch(batch):
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
            self._fetch[batch] = self.machine.processor.compile(
                fetching(self.machine.plan, batch, FIRST_SOURCE), "fetch"
            )
        self._set("fetch", ctypes.cast(self._fetch[batch], ctypes.c_void_p).value or 0)
        self._set("rows", rows.ctypes.data)
        self._set("batch", batch)
        return self._run(steps, before, rates)

    def _run(self, steps: int, before: int, rates: Any) -> np.ndarray[Any, Any]:
        if len(self._losses) < steps:
            self._allocate_steps(steps)
        self._rates[:steps] = rates
        self._set("steps", steps)
        self._settings.view(np.float64)[WHERE["first"]] = before + 1
        self.machine.function(steps * self._flops)(self._address)
        return self._losses[:steps].copy()

    @property
    def observed(self) -> tuple[np.ndarray[Any, Any], ...]:
        """What the program was asked to show of its last run."""
        return tuple(x.copy() for x in self.shown[: len(self.program.observed)])

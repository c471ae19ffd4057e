"""Scalars without structure: a table of runs, each run one operation on scalars that do not need each other.

The code does not grow with the graph: it has one pair of loops (registers, then what is left over) per kind of run,
and reads from the table which runs there are.  What a scalar is computed from is fetched from the places in the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.compile.backends.native.emit.gathers import INDEX, Gathers
from autograd.compile.backends.native.emit.maths import VectorMaths
from autograd.compile.backends.native.emit.values import Index, Vector
from autograd.compile.backends.native.planning.kernels import Kernel
from autograd.compile.ir.sizes import NoSizeError, Size
from autograd.compile.lift.level_schedule import Block, LevelSchedule, SequentialRun
from autograd.rules.operation import TABLE
from autograd.rules.symbols import formulas, named, parameters

Kind = tuple[str, tuple[int, ...]]  # an operation, and which of its inputs are sent adjoints


@dataclass
class Runs:
    """The table of a region, laid out as whole numbers.

    Attributes
        kinds   the different kinds of run; a run names its kind by number
        rows    per run: its kind, where in memory its first scalar lies, how many there are, where its places begin
        at      where the rows begin among the whole numbers
    """

    kinds: list[Kind]
    rows: list[tuple[int, int, int, int]]
    at: int = 0
    places: list[Any] = field(default_factory=list)
    size: int = 0


class Regions(Gathers):
    """Writes the regions without structure; a part of `Loops`."""

    def _levels(self, kernel: Kernel) -> None:
        """Compute the buffer, run by run."""
        array = kernel.array
        buffer = self.plan.view(array).offset
        runs = self._runs(array, buffer)
        self.copy_into(array.operands[0], Index(buffer))
        with self.e.loop(len(runs.rows)) as row:
            code, start, count, places = self._row(runs, Index.of(row))
            for k, (op, _) in enumerate(runs.kinds):
                with self.e.when(self._is(code, k)):
                    self._run(op, start, count, places)

    def _row(self, runs: Runs, row: Index) -> list[Index]:
        return [self.e.integer(INDEX, row * 4 + (runs.at + k)) for k in range(4)]

    def _is(self, code: Index, k: int) -> str:
        return self.e.put(f"icmp eq i64 {code.terms[0][0]}, {k}")

    def _in_registers(self, count: Index, body: Callable[[Index, int], None]) -> None:
        """Run `body` for `count` scalars: whole registers first, then one by one."""
        e, n = self.e, count.terms[0][0]
        whole = e.put(f"and i64 {n}, {-self.lanes}")
        with e.when(e.put(f"icmp sgt i64 {whole}, 0")), e.loop(whole, self.lanes) as i:
            body(Index.of(i), self.lanes)
        with e.when(e.put(f"icmp slt i64 {whole}, {n}")), e.loop(n, 1, whole) as i:
            body(Index.of(i), 1)

    def _fetched(self, place: Index, lanes: int, shift: int = 0) -> list[Index]:
        """Return the places that the table holds for so many scalars, moved by `shift`."""
        return [self.e.integer(INDEX, place + lane) + shift for lane in range(lanes)]

    def _gathered(self, places: list[Index]) -> Vector:
        e, lanes = self.e, len(places)
        numbers = [e.load("%work", at, 1) for at in places]
        return numbers[0] if lanes == 1 else e.pack(numbers, lanes, lanes)

    def _run(self, op: str, start: Index, count: Index, places: Index) -> None:
        e = self.e
        if op == "total":
            self._totals(start, count, places, self._one_total)
            return
        arity = TABLE[op].arity

        def body(i: Index, lanes: int) -> None:
            inputs = [self._gathered(self._fetched(places + i + count * k, lanes)) for k in range(arity)]
            e.store(VectorMaths(e, lanes).operation(op, *inputs), "%work", start + i, lanes)

        self._in_registers(count, body)

    # ------------------------------------------------------------------------------------ sums
    def _totals(
        self, start: Index, count: Index, places: Index, body: Callable[[Index, Index, str, str], None]
    ) -> None:
        """For each sum of a run, call `body` with its place and where those of its summands are listed, from and to."""
        e = self.e
        with e.loop(count.terms[0][0]) as i:
            first, last = (e.integer(INDEX, places + Index.of(i) + k) for k in (0, 1))
            members = places + count + 1
            body(start + Index.of(i), members, first.terms[0][0], last.terms[0][0])

    def _one_total(self, at: Index, members: Index, first: str, last: str) -> None:
        e = self.e
        with e.carrying(last, [e.vector(0.0, 1)], 1, first) as (j, sums, pass_on):
            pass_on([sums[0] + e.load("%work", e.integer(INDEX, members + Index.of(j)), 1)])
        e.store(sums[0], "%work", at, 1)

    # -------------------------------------------------------------------------------- backwards
    def _levels_reached(self, kernel: Kernel) -> None:
        """Find which scalars the backward pass reaches: 1.0 there, else 0.0."""
        result = kernel.array
        array, mask = result.operands
        e, size = self.e, result.detail.size
        counts, target = self.plan.reserve(size), self.plan.view(result).offset
        self.copy_into(mask, Index(counts))
        self._back(array, counts, None, lambda upstream, derivative: upstream)
        with e.loop(size) as i:
            some = e.load("%work", Index.of(i) + counts, 1).equals(0.0).select(0.0, 1.0)
            e.store(e.vector(some, 1), "%work", Index.of(i) + target, 1)

    def _levels_backward(self, kernel: Kernel) -> None:
        """Send adjoints back; those of what comes from outside are the result."""
        result = kernel.array
        array, adjoint, *reached = result.operands
        e, table = self.e, result.detail
        adjoints, target = self.plan.reserve(table.size), self.plan.view(result).offset
        self.copy_into(adjoint, Index(adjoints))
        mask = self.plan.view(reached[0]).offset if reached else None
        self._back(array, adjoints, mask, lambda upstream, derivative: upstream * derivative)
        with e.loop(table.outside) as i:
            e.store(e.load("%work", Index.of(i) + adjoints, 1), "%work", Index.of(i) + target, 1)

    def _back(self, array: Any, vector: int, mask: int | None, share: Callable[..., Any]) -> None:
        """Add what each scalar sends to its operands to the vector at that offset, last run first."""
        buffer = self.plan.view(array).offset
        runs = self._runs(array, buffer)
        rows, reached = len(runs.rows), None if mask is None else mask - buffer
        with self.e.loop(rows) as row:
            code, start, count, places = self._row(runs, Index(rows - 1) + Index.of(row) * -1)
            for k, kind in enumerate(runs.kinds):
                with self.e.when(self._is(code, k)):
                    self._run_back(kind, (start, count, places), vector - buffer, reached, share)

    def _run_back(
        self, kind: Kind, run: tuple[Index, Index, Index], shift: int, mask: int | None, share: Callable[..., Any]
    ) -> None:
        """Send back what the scalars of a run send: nothing from where nothing is reached, nor where an edge is cut."""
        e, (op, active), (start, count, places) = self.e, kind, run
        if op == "total":

            def one(at: Index, members: Index, first: str, last: str) -> None:
                upstream = e.load("%work", at + shift, 1)
                with e.loop(last, 1, first) as j:
                    self._add(e.integer(INDEX, members + Index.of(j)) + shift, upstream)

            self._totals(start, count, places, one)
            return
        row = TABLE[op]
        output, derivatives = formulas(op)
        names = [named(x) for x in parameters(row)]

        def body(i: Index, lanes: int) -> None:
            listed = [self._fetched(places + i + count * k, lanes) for k in range(row.arity)]
            upstream = e.load("%work", start + i + shift, lanes)
            known: dict[Any, Any] = {output: e.load("%work", start + i, lanes)}
            known.update(zip(names, [self._gathered(x) for x in listed], strict=True))
            maths = VectorMaths(e, lanes)
            for k in active:
                derivative = maths.emit(derivatives[k], known)
                sent = upstream if derivatives[k].number == 1.0 else share(upstream, derivative)
                if mask is not None:
                    sent = e.load("%work", start + i + mask, lanes).equals(0.0).select(0.0, sent)
                if row.stops_at_zero:
                    sent = e.vector(derivative, lanes).equals(0.0).select(0.0, sent)
                for lane, at in enumerate(listed[k]):
                    self._add(at + shift, sent.lane(lane))

        self._in_registers(count, body)

    def _add(self, at: Index, x: Vector) -> None:
        e = self.e
        e.store(e.load("%work", at, 1) + x, "%work", at, 1)

    # --------------------------------------------------------------------------------- the table
    def _runs(self, array: Any, buffer: int) -> Runs:
        """Return the table of a region whose buffer begins at `buffer`, entered among the whole numbers."""
        known = self.plan.regions.get(array)
        if known is None:
            if isinstance(buffer, Size):
                raise NoSizeError("the table of a region says where in memory it lies")
            known = self.plan.regions[array] = _table_of(array.detail, buffer)
            places = np.concatenate([*known.places, np.zeros(1, dtype=np.int64)])
            base = self.plan.table(places.size, lambda here: places)
            rows = np.array([(k, s, n, base + p) for k, s, n, p in known.rows], dtype=np.int64).reshape(-1)
            known.at = self.plan.table(rows.size, lambda here: rows)
        return known


def _table_of(table: LevelSchedule, buffer: int) -> Runs:
    runs = Runs([], [])
    kinds: dict[Kind, int] = {}

    def enter(kind: Kind, start: int, count: int, places: Any) -> None:
        code = kinds.setdefault(kind, len(kinds))
        runs.rows.append((code, buffer + start, count, runs.size))
        runs.places.append(places)
        runs.size += len(places)

    for block in table.blocks:
        if isinstance(block, SequentialRun):
            _sequential(block, buffer, enter)
        elif block.bounds is not None:
            members = block.operands[0]
            bounds = np.append(block.bounds, len(members))
            enter(_kind(block), block.start, block.stop - block.start, np.concatenate([bounds, members + buffer]))
        else:
            enter(_kind(block), block.start, block.stop - block.start, np.concatenate(block.operands) + buffer)
    runs.kinds = list(kinds)
    return runs


def _kind(block: Block) -> Kind:
    return block.op, tuple(block.active)


def _all_active(op: str) -> tuple[int, ...]:
    return () if op == "total" else tuple(k for k, d in enumerate(formulas(op)[1]) if d.number != 0.0)


def _sequential(sequence: SequentialRun, buffer: int, enter: Callable[[Kind, int, int, Any], None]) -> None:
    """Divide scalars in a row into runs of one operation that do not need each other."""
    ops, operands = sequence.ops, sequence.operands
    i = 0
    while i < len(ops):
        op, j = ops[i], i + 1
        while j < len(ops) and ops[j] == op and max(operands[j]) < sequence.start + i:
            j += 1
        if op == "total":
            members = [x for row in operands[i:j] for x in row]
            bounds = np.cumsum([0, *map(len, operands[i:j])])
            enter((op, ()), sequence.start + i, j - i, np.concatenate([bounds, np.array(members) + buffer]))
        else:
            enter((op, _all_active(op)), sequence.start + i, j - i, np.array(operands[i:j]).T.reshape(-1) + buffer)
        i = j

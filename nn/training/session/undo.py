"""Undo records: what each phase or change by hand overwrote, so that it can be undone to the bit."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autograd import Value, steps
from nn.optim.optimizer import Optimizer
from nn.optim.sgd_and_adam import SGD
from nn.saving.snapshot import BeforeStep, BuffersAndRNG


@dataclass(slots=True)
class State:
    """All that a session changes."""

    values: list[Value]
    optimizer: Optimizer
    buffers_and_rng: BuffersAndRNG
    history: list[float] = field(default_factory=list)


@dataclass(slots=True)
class UndoRecord:
    """One thing that was done, with what it overwrote."""

    what: str  # a phase, or by hand: "rate", "weight"
    phase: str  # the phase that was to come before it
    size: int  # about how many bytes it keeps
    kept: Any

    def undo(self, state: State) -> None:
        """Put back what was overwritten."""
        match self.what:
            case "forward":  # buffers and generators, and the loss that it gave
                state.buffers_and_rng.put(self.kept[0])
            case "backward":  # gradients
                self.kept.put(state.values)
            case "update":
                self.kept.put(state.values, state.optimizer)
                state.history.pop()
            case "rate":
                state.optimizer.learning_rate = self.kept
            case "weight":
                weight, weight.data = self.kept

    @classmethod
    def of_update(cls, state: State) -> UndoRecord:
        """Return the record of an update, with what it is about to overwrite."""
        kept = BeforeStep(state.values, state.optimizer)
        size = 8 * len(state.values) * (1 + len(kept.memories)) + 500
        return cls("update", "update", size, kept)


class UndoLog:
    """The latest undo records, of about `limit` bytes in all: the oldest are dropped."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._records: deque[UndoRecord] = deque()
        self._is_cut = False

    def __iter__(self) -> Iterator[UndoRecord]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def keep(self, record: UndoRecord) -> None:
        """Add a record; drop the oldest beyond the limit."""
        self._records.append(record)
        self.size += record.size
        while self.size > self.limit and self._records:
            self.size -= self._records.popleft().size
            self._is_cut = True

    def check(self, n: int) -> None:
        """Raise ValueError if fewer than `n` records are kept."""
        if n > len(self._records):
            raise ValueError(f"undo({n}): only {len(self._records)} undo records {self._why_so_few()}")

    def undo_latest(self, state: State) -> str:
        """Undo the latest record; return the phase that comes next then."""
        record = self._records.pop()
        self.size -= record.size
        record.undo(state)
        return record.phase

    def count_of_steps(self, n: int) -> int:
        """Return how many records the last `n` steps have, with changes by hand since; raises ValueError for too few.

        A weight set in the middle of a step makes it start again: forward, set, forward, backward, update is one step.
        """
        count, steps, starts_again = 0, 0, False
        for record in reversed(self._records):
            if steps == n:
                break
            count += 1
            if record.what == "forward":
                steps += not starts_again
                starts_again = False
            elif record.what == "weight":
                starts_again = record.phase != "forward"
        if steps < n:
            raise ValueError(f"back({n}): only {steps} steps {self._why_so_few()}")
        return count

    def _why_so_few(self) -> str:
        return f"are kept (undo_limit={self.limit} bytes)" if self._is_cut else "were made"


def with_update(recording: steps.Recording, optimizer: Optimizer) -> steps.Recording:
    """Return a recorded pass with the update at its end that the optimizer would make; nothing is moved."""
    grads = recording.replay(len(recording)).grads
    in_graph = set(recording.nodes)
    parameters = optimizer.parameters
    moves = optimizer.moves([grads[recording.index(p)] if p in in_graph else None for p in parameters])
    is_plain = isinstance(optimizer, SGD) and not optimizer.momentum
    rate = optimizer.learning_rate if is_plain else None
    return recording.then_update({parameters[i]: data for i, (data, _) in moves}, learning_rate=rate)

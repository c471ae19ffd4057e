"""Training compiled: forward, backward and the optimizer's own rule in one program, on flat vectors.

The weights live in the program while steps are made; `write_back` copies them to the Values and the optimizer, and
`sync` copies them from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, ClassVar, Final
from weakref import WeakKeyDictionary, WeakSet

import numpy as np

from autograd.compile.backends.numpy.update import load_update
from autograd.compile.backends.runner import Floats, in_order_of_parameters
from autograd.compile.programs.compiled import Compiled
from autograd.compile.programs.program_cache import Programs
from autograd.compile.step import Shown, in_c, report
from autograd.recording.bulk import keep_gradients, numbers_of, set_numbers
from autograd.support.messages import name_or
from autograd.value import Value

MOVED: Final = ("step_count", "state")  # of an optimizer, by each step


class TrainingStep(Shown):
    """Steps of an optimizer, compiled: `train(X, Y)` makes one on these rows, `train(X, Y, steps=100)` a hundred.

    `clip(gradient, norm)`, if given, may change the gradient vector in place before each update; then the norm of the
    last gradient before that is in `norm`.
    """

    fuses: ClassVar[bool] = True  # whether the optimizer's rule is in the program where nothing comes between

    def __init__(
        self,
        function: Callable[..., Any],
        parameters: Iterable[Value],
        optimizer: Any,
        backend: str,
        clip: Callable[[Floats, float], None] | None = None,
    ) -> None:
        self.optimizer, self.clip = optimizer, clip
        fused = optimizer if self.fuses and clip is None else None
        self._programs = Programs(function, parameters, backend, fused)
        self._programs.rule = optimizer
        self._programs.values_synced, self._programs.undo = self._values_synced, self._undo
        self.parameters = self._programs.parameters
        self.norm = float("nan")
        self._rate: float | None = None  # of the steps under way, where it is not the optimizer's own
        self._places = self._in_the_optimizer()
        self._active: Compiled | None = None
        self._before: list[Floats] = []  # what the latest step must leave as it was
        self._used: set[int] = set()
        self._counted: WeakSet[Compiled] = WeakSet()  # the programs whose parameters are among those used
        self._own: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()  # the rule, where it is none of the runner's
        self.sync()

    def __call__(self, *arguments: Any, steps: int = 1, rate: float | None = None) -> Floats:
        """Return the losses of so many steps on the same rows, each before its update.

        `rate` is their learning rate, None the optimizer's own.
        """
        arrays = self._programs.arrays(arguments)
        with self._programs.one_at_a_time:
            self._rate = rate
            try:
                return self._steps(arrays, steps)
            finally:
                self._rate = None

    def _steps(self, arrays: list[Any], steps: int) -> Floats:
        """Return the losses of so many steps; of a program whose runs differ, one at a time."""

        def run(compiled: Compiled, given: list[Any]) -> Floats:
            many = steps if self.clip is None and not compiled.changes else 1
            return self._run(compiled, given, many)

        compiled, losses = self._programs.run(arrays, run, steps)
        self._finish(compiled, len(losses))
        if len(losses) < steps:
            rest = [self._one(compiled, arrays) for _ in range(steps - 1)]
            losses = np.array([losses[0], *rest])
        return losses  # type: ignore[no-any-return]

    def _run(self, compiled: Compiled, given: list[Any], steps: int = 1) -> Floats:
        self._activate(compiled)
        runner, kept = compiled.runner, compiled.kept
        self._before = [x[kept] for x in (runner.theta, *runner.memories)] if len(kept) else []
        return np.array(runner.run(given, steps, self.steps_made, self._rate))

    def on_rows(self, rows: Sequence[Sequence[int]], rates: Sequence[float], *data: Any) -> Floats:
        """Return the losses of one step for each entry of `rows`, which says of what rows of the data its batch is.

        Every batch has as many rows as the first, and a learning rate of its own.  Where the backend can, all the
        steps are one call, which fetches the rows itself.
        """
        arrays, chosen = self._programs.arrays(data), np.array(rows, dtype=np.int64)
        with self._programs.one_at_a_time:
            return self._on_rows(arrays, chosen, rates)

    def _on_rows(self, arrays: list[Any], chosen: Any, rates: Sequence[float]) -> Floats:
        first = [x[chosen[0]] for x in arrays]
        compiled = self._programs.program_for(first)
        self.check(chosen.shape[1], *arrays)
        if self.clip is not None or compiled.changes:
            return self._row_by_row(chosen, rates, arrays)

        def run(compiled: Compiled, _: list[Any]) -> Floats:
            self._activate(compiled)
            runner: Any = compiled.runner  # which may know how to fetch rows
            if hasattr(runner, "can_fetch") and runner.can_fetch(chosen.shape[1]):
                taken = [arrays[k] for k, _, _ in compiled.program.arguments]
                return runner.run_batches(taken, chosen, np.array(rates), self.steps_made)  # type: ignore[no-any-return]
            losses = [
                runner.run(compiled.arguments([x[rows] for x in arrays]), 1, self.steps_made + i, rate)[0]
                for i, (rows, rate) in enumerate(zip(chosen, rates, strict=True))
            ]
            return np.array(losses)

        losses: Floats = self._programs.run(first, run, len(chosen))[1]
        self.steps_made += len(chosen)
        return losses

    def check(self, batch: int, *data: Any) -> None:
        """Raise TypeError or IndexError if something in the data is used as an index and cannot be one.

        The latest program is for batches of so many rows of the data.
        """
        self._programs.check_indices(self._programs.latest, self._programs.arrays(data), batch)

    def as_c(self, *arguments: Any) -> str:
        """Return the step on arguments like these as one C99 file that needs libm alone: `train` with a learning rate.

        θ begins as it is now, the optimizer's memories and step count at 0.  Raises ValueError as `Step.as_c` does, and
        where a limit clips the gradients.
        """
        if self.clip is not None:
            raise ValueError("as_c writes the optimizer's rule without clipping: make the step without it")
        arrays = self._programs.arrays(arguments)
        with self._programs.one_at_a_time:
            self._fetch()
            with self._values_synced():
                return in_c(self._programs.program_for(arrays), self.parameters, self.optimizer)

    def _row_by_row(self, rows: Any, rates: Sequence[float], arrays: Sequence[Any]) -> Floats:
        batches = zip(rows, rates, strict=True)
        return np.array([self(*[x[chosen] for x in arrays], rate=rate)[0] for chosen, rate in batches])

    def _one(self, compiled: Compiled, arrays: list[Any]) -> float:
        loss = float(self._run(compiled, compiled.arguments(arrays))[0])
        self._finish(compiled, 1)
        return loss

    def _finish(self, compiled: Compiled, steps: int) -> None:
        """Count the steps that were made; notify the observers, and update where the program does not.

        What a program reads and no gradient can reach stays, memories too, as where there is no gradient.
        """
        compiled.notify_observers()
        if self.clip is not None:
            used = slice(0, compiled.program.used)
            gradient = compiled.runner.gradient[used]
            self.norm = float(np.sqrt(gradient @ gradient))
            if np.isfinite(self.norm):
                self.clip(gradient, self.norm)
            compiled.runner.computed = compiled.runner.gradient.copy()  # as clipping left it, before it is used up
            self._own[compiled.runner](self._learning_rate, self.steps_made + 1)
        for x, before in zip((compiled.runner.theta, *compiled.runner.memories), self._before):  # noqa: B905  # or none
            x[compiled.kept] = before
        self.steps_made += steps

    @property
    def _learning_rate(self) -> float:
        """The learning rate of the steps under way."""
        return self.optimizer.learning_rate if self._rate is None else self._rate

    def spare_audits(self) -> None:
        """Audit the second call, then by the time alone: for who makes many calls in a row, and audits at the end."""
        self._programs.sparing = True

    def audit(self) -> str:
        """Return in which numbers the program that ran last and its function differ at these weights, or "".

        Only where all that can be seen is as it was when the program was traced.  Nothing is changed.
        """
        with self._programs.one_at_a_time:
            self._fetch()
            self._active = None
            wrong = self._programs.audit(self._run)
            self._active = None
        return "" if wrong is None else f"{wrong[0]!r} by the program, {wrong[1]!r} by the function itself"

    # ------------------------------------------------------------------ where the weights live
    def _activate(self, compiled: Compiled) -> None:
        """Let the weights live in this program, in its order."""
        if compiled is self._active and (self.clip is None or compiled.runner in self._own):
            return
        runner, order, before = compiled.runner, compiled.program.order, self._active
        if before is None or before is compiled:
            self._fetch()
            vectors, places = [self.theta, *self.memories], order
        else:
            vectors, places = [before.runner.theta, *before.runner.memories], before.where.take(order)
        if compiled not in self._counted:
            self._counted.add(compiled)
            self._used.update(compiled.reached)
        if self.clip is not None and runner not in self._own:
            runner.memories = [np.zeros(len(order)) for _ in self.optimizer.state_names]
            used = slice(0, compiled.program.used)
            moved = (runner.theta[used], runner.gradient[used], *[m[used] for m in runner.memories])
            self._own[runner] = load_update(self.optimizer, moved)
        for here, there in zip([runner.theta, *runner.memories], vectors, strict=True):
            there.take(places, out=here, mode="clip")  # the one mode that needs no copy of its own
        self._active = compiled

    def _fetch(self) -> None:
        """Copy the weights and memories out of the program where they live, into the order of the parameters."""
        if self._active is None:
            return
        runner, where = self._active.runner, self._active.where
        for here, there in zip([self.theta, *self.memories], [runner.theta, *runner.memories], strict=True):
            there.take(where, out=here, mode="clip")

    @contextmanager
    def _values_synced(self) -> Iterator[None]:
        """Inside the block the Values hold the weights that the next step begins with."""
        self._fetch()
        before = numbers_of(self.parameters)
        set_numbers(self.parameters, self.theta.tolist())
        try:
            yield
        finally:
            set_numbers(self.parameters, before)

    def _undo(self) -> None:
        """Leave the weights as they were when they were last fetched."""
        self._active = None

    def reads_the_optimizer(self) -> bool:
        """Whether the function itself reads something of the optimizer that each step moves."""
        return any(x.reads(self.optimizer, MOVED) for x in self._programs.latest.traced.outside[:1])

    def write_back(self) -> None:
        """Leave weights, memories and step count on the Values and the optimizer; what was never used stays.

        The gradients of the last step are left on the Values that it reached, none on the others.
        """
        with self._programs.one_at_a_time:
            self._write_back()

    def _write_back(self) -> None:
        self._fetch()
        here = self.theta.tolist()
        set_numbers([self.parameters[k] for k in self._used], [here[k] for k in self._used])
        for name, memory in zip(self.optimizer.state_names, self.memories, strict=True):
            kept, here = self.optimizer.state[name], memory.tolist()
            for k in self._used:
                kept[self._places[k]] = here[k]
        self.optimizer.step_count = self.steps_made
        if (latest := self._latest_gradient()) is not None:
            reached, here = set(latest[0]), latest[1].tolist()
            keep_gradients(self.parameters, [x if k in reached else None for k, x in enumerate(here)])

    def _latest_gradient(self) -> tuple[Sequence[int], Floats] | None:
        """Return which parameters the last step reached, and the gradient that moved them, in their order."""
        if self._active is None:
            return None
        return self._active.reached, in_order_of_parameters(self._active.program, self._active.runner.computed)

    def sync(self) -> None:
        """Go on from what the Values and the optimizer hold now."""
        with self._programs.one_at_a_time:
            self._sync()

    def _sync(self) -> None:
        self._active = None
        self.steps_made = int(self.optimizer.step_count)
        self.theta = np.array(numbers_of(self.parameters))
        kept = [self.optimizer.state[name] for name in self.optimizer.state_names]
        self.memories = [np.array([memory[i] for i in self._places]) for memory in kept]

    def _in_the_optimizer(self) -> list[int]:
        """Return where the optimizer has each parameter."""
        where = dict(zip(self.optimizer.parameters, count()))
        found: list[Any] = list(map(where.get, self.parameters))
        if None in found:
            name = name_or(self.parameters[k := found.index(None)], f"parameter {k}")
            raise ValueError(f"{name} is to be trained, but the optimizer does not move it")
        return found

    @property
    def used(self) -> set[int]:
        """Which of the parameters some step has used, by their place."""
        return self._used

    def __str__(self) -> str:
        return report(self._programs)

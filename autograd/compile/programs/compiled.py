"""One compiled program: traced, lifted, and ready to run, with what it was traced under."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autograd.compile.backends.registry import AUTO, make_runner
from autograd.compile.frontend.audit import Audits
from autograd.compile.frontend.traced_graph import Traced
from autograd.compile.ir.program import Program
from autograd.compile.lift.indices import choices
from autograd.compile.programs.outline import Outline
from autograd.compile.programs.pipeline import build
from autograd.compile.programs.size_formulas import Sizes
from autograd.recording.bulk import numbers_of
from autograd.support.costs import pays_machine_code
from autograd.support.user_line import warn
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.compile.programs.every_size import Family

__all__ = ["Compiled", "compiled_directly", "given_to"]


SMALL: Final = 200_000  # nodes of a trace, up to which it may help to find a family


class Compiled:
    """The program for arguments of one shape: traced, lifted, and ready to run."""

    def __init__(
        self,
        traced: Traced,
        program: Program,
        others: list[Value],
        names: list[str],
        backend: str,
        optimizer: Any,
        seconds: dict[str, float],
        *,
        gradients: bool,
        family: Family | None = None,
        sizes: Sizes = (),
    ) -> None:
        """Make a runner for the program of what was traced; it reads `others` at each run, which are no parameters.

        If it was not found by tracing at this very size, it is one of a family, at some sizes.
        """
        start = perf_counter()
        self.program, self.traced, self.reads = program, traced, others
        self._optimizer, self._may_change = optimizer, backend == AUTO
        self.backend = "numpy" if backend == AUTO else backend
        self.family, self.steps, self._flops = family, 0, program.flops
        self._shares = (family.generic, sizes) if family is not None and family.varies else None
        self._counts: Any = self if self._shares is None else family  # the steps that code of its own would make
        self.runner = make_runner(self.backend, program, optimizer, self._shares)
        self.seconds = {**seconds, "emit": perf_counter() - start}
        self.outline: Outline | None = None  # of what was traced at this very size
        self.why = ""  # it was found so, and not for every size, if that was tried
        self.choices = choices(program, len(names))
        self.audits = Audits(sum(self.seconds.values()))
        self._receivers = [receive for _, receive in traced.observed]
        self._given = len(traced.shapes) - len(traced.draws)  # arguments that are the user's
        self.where = np.empty_like(program.order)  # each parameter's place in θ
        self.where[program.order] = np.arange(len(program.order))
        used = program.order[: program.used]
        beyond = np.isin(used, list(traced.out_of_reach) if gradients else [])
        self.reached = used[~beyond].tolist()  # parameters that have a gradient, be it 0
        self.kept = np.flatnonzero(beyond)  # the others, in θ

    def count(self, steps: int) -> None:
        """Say that so many steps are made next: where they come to so many that machine code pays, they are its."""
        self._counts.steps += steps
        if not self._may_change or not pays_machine_code(self._counts.steps, self._flops):
            return
        self._may_change, before = False, self.runner
        try:
            runner = make_runner("native", self.program, self._optimizer, self._shares, self._counts.steps)
        except Exception as error:  # what NumPy runs it goes on to run, but nobody is to be slow without a word
            warn(
                f"NumPy goes on to run a program that LLVM did not compile ({type(error).__name__}: {error})",
                RuntimeWarning,
            )
            return
        runner.theta[:] = before.theta
        if self._optimizer is None:
            runner.memories = before.memories
        for here, there in zip(runner.memories, before.memories, strict=True):
            here[:] = there
        self.runner, self.backend = runner, "native"  # once it holds all: Ctrl-C may come before

    def join(self, family: Family, sizes: Sizes) -> None:
        """Be one of a family that was found from this program: audited with it, and run by the machine code for all."""
        if self._counts is not family:
            family.steps += self.steps
        self.audits, self._shares, self._counts = family.audits, (family.generic, sizes), family

    @property
    def holds(self) -> bool:
        """Whether all that the program was traced under is as it was."""
        return self.traced.holds

    @property
    def others(self) -> Any:
        """The numbers that the Values read at each run hold now: leaves that are no parameters and no arguments."""
        return np.array(numbers_of(self.reads))

    def drawn(self) -> list[tuple[Any, Any]]:
        """Draw what is drawn at each run: return each module that was asked, with its numbers."""
        shapes = self.traced.shapes[self._given :]
        return [(m, m.next_numbers(shape[0])) for m, shape in zip(self.traced.draws, shapes, strict=True)]

    def arguments(self, arrays: Sequence[Any], drawn: Sequence[tuple[Any, Any]] | None = None) -> list[Any]:
        """Return the arrays that the program takes, in its shapes and kinds; what is drawn at each run is drawn now."""
        everything = [*arrays]
        if self.traced.draws:
            everything += [numbers for _, numbers in (self.drawn() if drawn is None else drawn)]
        if self.reads:
            everything.append(self.others)
        return given_to(self.program, everything)

    @property
    def changes(self) -> bool:
        """Whether a run draws numbers, is observed or moves what it must not, so that steps are made one at a time."""
        return bool(self.traced.draws or self._receivers or self.reads or len(self.kept))

    def notify_observers(self) -> None:
        """Give what was observed in the last run to those who asked."""
        if self._receivers:
            for receive, seen in zip(self._receivers, self.runner.observed, strict=True):
                receive(seen.tolist())

    def state(self) -> list[tuple[Any, str, Any]]:
        """Return what drawing moves in the modules that are asked."""
        return [(m, name, getattr(m, name)) for m in self.traced.draws for name in getattr(m, "buffers", ())]


def compiled_directly(
    traced: Traced, seconds: float, names: list[str], backend: str, optimizer: Any, *, gradients: bool
) -> Compiled:
    """Return the program that is found in a traced graph, which is closed."""
    start = perf_counter()
    try:
        program, tape = build(traced, names, gradients=gradients)
        spent = {"trace": seconds, "lift": perf_counter() - start}
        compiled = Compiled(traced, program, tape.others, names, backend, optimizer, spent, gradients=gradients)
        if 0 < len(traced.made) <= SMALL:  # a graph that was recorded already has no other size
            compiled.outline = Outline.of(traced)
        return compiled
    finally:
        traced.close()


def given_to(program: Program, everything: Sequence[Any]) -> list[Any]:
    """Return the arrays that a program takes, in its shapes and kinds, of all that there is."""
    return [
        _as_whole(everything[k]).reshape(shape) if whole else everything[k].reshape(shape).astype(float, copy=False)
        for k, shape, whole in program.arguments
    ]


def _as_whole(numbers: Any) -> Any:
    with np.errstate(invalid="ignore"):  # what is no index beside those that are may be nan
        return numbers.astype(np.intp, copy=False)

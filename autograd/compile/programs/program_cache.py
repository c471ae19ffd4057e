"""A function's programs: one for each shape of its arguments, and for each state of what it was traced under.

A program is compared with its function now and then (audit.py), and traced anew where they differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter
from typing import Any, Final

import numpy as np

from autograd.compile.backends.registry import check_backend
from autograd.compile.frontend.audit import Auditing, disagreement
from autograd.compile.frontend.determined import WAY_OUT, UndeterminedError, trace_twice
from autograd.compile.frontend.guards import Outside
from autograd.compile.frontend.trace import nested, predictions_of
from autograd.compile.frontend.traced_graph import Traced, flat_of
from autograd.compile.frontend.validate import argument_names, array_of, checked_parameters, in_order
from autograd.compile.programs.compiled import Compiled, compiled_directly
from autograd.compile.programs.every_size import Families
from autograd.recording import modes
from autograd.recording.bulk import numbers_of
from autograd.recording.nodes import operand
from autograd.support.collector import collector_paused
from autograd.support.locks import make_lock
from autograd.support.messages import name_or
from autograd.support.user_line import warn
from autograd.value import Value

NONE: Final[Mapping[str, Any]] = {}
OFTEN, MOST = 4, 16  # programs of one shape: a sign that numbers should be arguments; and how many are kept
GIVEN: Final = ("_learning_rate", "learning_rate", "step_count", "state")  # to a rule, at each step
MOST_IN_ALL: Final = 128  # programs of all shapes: those that were used last are kept


class Programs:
    """A function with a program for each shape of its arguments, traced when it is first seen."""

    def __init__(
        self,
        function: Callable[..., Any],
        parameters: Iterable[Value],
        backend: str,
        optimizer: Any = None,
        *,
        gradients: bool = True,
    ) -> None:
        check_backend(backend)
        self.names = argument_names(function)
        self.function, self.backend, self.optimizer, self.gradients = function, backend, optimizer, gradients
        self.parameters = checked_parameters(parameters)
        self._latest: Compiled | None = None
        self._arrays: Sequence[Any] = ()  # that it was asked for
        self.one_at_a_time = make_lock()  # a program has one memory to work in
        self.sparing = False  # whether the second call is the only one of the first to be audited
        self._changing = False  # whether the function gave two numbers: each new program is audited at once
        self.rule: Any = None  # an optimizer, whose rule is written into the programs or beside them
        self.audited = True
        self.values_synced: Callable[[], AbstractContextManager[Any]] = nullcontext  # the Values hold the parameters
        self.undo: Callable[[], None] = lambda: None  # what a run has moved, before it is shown to anybody
        self.known: dict[Any, list[Compiled]] = {}  # the shape that was used last comes last
        self._warned = False
        self._outside: list[Outside] = []  # what the function read from outside when that was looked at last
        self._families = Families(self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(
            "a compiled step can be neither pickled nor copied, since it is bound to this process and these Values: "
            "save the model, and compile again"
        )

    def arrays(self, arguments: Sequence[Any], named: Mapping[str, Any] = NONE) -> list[Any]:
        """Return the user's arguments as arrays; raises TypeError or ValueError in the user's terms."""
        if named or len(arguments) != len(self.names):
            arguments = in_order(self.names, arguments, named)
        return [array_of(x, name) for x, name in zip(arguments, self.names, strict=True)]

    def program_for(self, arrays: Sequence[Any]) -> Compiled:
        """Return the program for arrays of these shapes."""
        shapes = tuple([a.shape for a in arrays])
        known = self.known.get(shapes, ())
        compiled = known[-1] if known and known[-1].traced.holds else self._other(shapes, arrays)
        if compiled is not self._latest:
            self.known[shapes] = self.known.pop(shapes)
        if compiled.choices:
            self.check_indices(compiled, arrays)
        self._latest, self._arrays = compiled, arrays
        return compiled

    @property
    def latest(self) -> Compiled:
        """The program that was asked for last; raises RuntimeError before any was."""
        if self._latest is None:
            raise RuntimeError("there is no program yet: it is written when the shapes of the arguments are first seen")
        return self._latest

    def add(self, shapes: tuple[tuple[int, ...], ...], compiled: Compiled) -> None:
        """Take in a program made elsewhere."""
        self.known.setdefault(shapes, []).append(compiled)
        self._latest = compiled

    def _other(self, shapes: tuple[tuple[int, ...], ...], arrays: Sequence[Any]) -> Compiled:
        """Return a program of these shapes that holds, if need be a new one, as the last that was used."""
        known = self.known.pop(shapes, [])
        self.known[shapes] = known
        compiled = next((c for c in reversed(known) if c.holds), None)
        if compiled is None:
            self._warn_changing(known)
            compiled = self._new(shapes, arrays)
        else:
            known.remove(compiled)
        known.append(compiled)
        del known[:-MOST]
        while sum(map(len, self.known.values())) > MOST_IN_ALL:
            oldest = next(iter(self.known))
            del self.known[oldest][0]
            if not self.known[oldest]:
                del self.known[oldest]
        return compiled

    def _new(self, shapes: tuple[tuple[int, ...], ...], arrays: Sequence[Any] = ()) -> Compiled:
        """Return a new program: for these arrays one of a family, if there is any; else of a trace at full size."""
        with collector_paused():
            compiled = self._families.compiled(arrays) if arrays else None
            if compiled is None:
                start, traced = perf_counter(), self._traced(shapes)
                given = traced, perf_counter() - start, self.names, self.backend, self.optimizer
                compiled = compiled_directly(*given, gradients=self.gradients)
                compiled.why = self._families.why if arrays else ""
        if self._changing or compiled.traced.was_shown:
            compiled.audits.at_once()
        self._warn_unused(compiled)
        return compiled

    def _traced(self, shapes: tuple[tuple[int, ...], ...]) -> Traced:
        """Return what the function records; raises UndeterminedError if it is not the same each time."""
        own = self.outside()[0].generators
        traced = trace_twice(self.function, shapes, self.parameters, self.names, own, one=self.gradients)
        traced.outside = self.outside()  # as tracing left it: what the function counts itself is its own
        return traced

    def outside(self) -> list[Outside]:
        """Return what the function reads from outside, as it is now, and an optimizer's rule likewise."""
        if not self._outside or any(x.changed() for x in self._outside):
            self._outside = [Outside(self.function)]
            if self.rule is not None:
                settings = {*getattr(self.rule, "settings", ())}.difference(GIVEN)
                self._outside.append(Outside(self.rule.update, GIVEN, settings))
        return self._outside

    # ---------------------------------------------------------------------------------- running
    def run(
        self, arrays: Sequence[Any], run: Callable[[Compiled, list[Any]], Any], steps: int = 1
    ) -> tuple[Compiled, Any]:
        """Return the program for these arrays, and what `run(program, its arguments)`, so many steps, gave.

        If an audit is due and the function itself gives another number, that is reported in a warning, and the function
        is traced anew.  Raises ValueError if it is not one number that it gives.
        """
        compiled = self.program_for(arrays)
        compiled.count(steps)
        if self.audited and compiled.audits.due() and modes.current("record") is None:
            with collector_paused():
                return self._audit(compiled, arrays, run)
        return compiled, run(compiled, compiled.arguments(arrays))

    def _audit(
        self, compiled: Compiled, arrays: Sequence[Any], run: Callable[[Compiled, list[Any]], Any]
    ) -> tuple[Compiled, Any]:
        start = began = perf_counter()
        before = compiled.state()
        drawn = compiled.drawn()
        try:
            truth = self._truth(arrays, drawn)
        except BaseException:
            self._restore(before)
            raise
        seconds = perf_counter() - start
        result = run(compiled, compiled.arguments(arrays, drawn))
        start = perf_counter()
        wrong = disagreement(self._numbers(result), truth)
        if wrong is None:
            if compiled.traced.changed:  # by the function itself, when it was run
                compiled.traced.outside = self.outside()
            compiled.audits.passed(seconds + perf_counter() - start, sparing=self.sparing)
            return compiled, result
        self._restore(before)
        shapes = tuple([a.shape for a in arrays])
        for at, programs in self.known.items():  # those of its family are as wrong
            self.known[at] = [c for c in programs if c.audits is not compiled.audits]
        self._families.forget(compiled.audits)
        said = f"the program of {self.name} gave {wrong[0]!r}, but the function itself gives {wrong[1]!r}"
        if compiled.traced.was_shown:
            raise TypeError(
                f"{said}: it asks for the text of a Value (str, repr), which has no number while it is traced, so what "
                f"follows from that text is not the program's; compute with the Value itself"
            )
        calls = compiled.audits.calls - max(compiled.audits.last, 1) - 1
        before_this = f"; the {calls} calls before this one may be wrong" if calls > 1 else ""
        before_this = "; the call before this one may be wrong" if calls == 1 else before_this
        at_sizes = ", or it does otherwise at this size than at others" * (compiled.family is not None)
        warn(
            f"{said}: something that it reads has changed and could not be seen{at_sizes}, so it is traced anew"
            f"{before_this}: what changes is to be an argument, or a Value",
            RuntimeWarning,
        )
        compiled = self._latest = self._new(shapes)
        self.known[shapes].append(compiled)
        compiled.audits.due()  # this call is its first
        self.check_indices(compiled, arrays)
        before = compiled.state()
        drawn = compiled.drawn()
        truth = self._truth(arrays, drawn)
        result = run(compiled, compiled.arguments(arrays, drawn))
        wrong = disagreement(self._numbers(result), truth)
        if wrong is not None:
            self._restore(before)
            self._refuse_to_differ(arrays, drawn, truth, wrong)
            result = run(compiled, compiled.arguments(arrays, compiled.drawn()))
            compiled.audits.passed(perf_counter() - began, sparing=True)  # or it would be reported at each call
        return compiled, result

    def audit(self, run: Callable[[Compiled, list[Any]], Any]) -> tuple[float, float] | None:
        """Return in which numbers the program that ran last and its function differ, or None; nothing is changed."""
        compiled, arrays = self._latest, self._arrays
        if compiled is None or not self.audited or not compiled.holds or modes.current("record") is not None:
            return None
        before = compiled.state()
        try:
            drawn = compiled.drawn()
            truth = self._truth(arrays, drawn)
            return disagreement(self._numbers(run(compiled, compiled.arguments(arrays, drawn))), truth)
        finally:
            self._restore(before)

    def difference(self, arrays: Sequence[Any], found: Any) -> tuple[float, float] | None:
        """Return in which numbers these predictions and the function's own differ, or None; nothing is changed.

        What is drawn at each run cannot be compared.
        """
        compiled = self.latest
        if compiled.traced.draws:
            return None
        before = compiled.state()
        try:
            return disagreement(np.ravel(found).tolist(), self._truth(arrays, compiled.drawn()))
        finally:
            self._restore(before)

    def beside(self, arrays: Sequence[Any], run: Callable[[Compiled, list[Any]], Any]) -> tuple[Compiled, Any, Value]:
        """Return the program, what `run` gave, and what the function itself records on the same numbers.

        What is drawn at each run and running averages are as they were.
        """
        compiled = self.program_for(arrays)
        before = compiled.state()
        try:
            drawn = compiled.drawn()
            (root,) = self._truth(arrays, drawn)
            return compiled, run(compiled, compiled.arguments(arrays, drawn)), root
        finally:
            self._restore(before)

    def _refuse_to_differ(
        self, arrays: Sequence[Any], drawn: Sequence[tuple[Any, Any]], truth: list[Value], wrong: tuple[float, float]
    ) -> None:
        """Raise ValueError if the function gives something else whenever it runs; else warn that its program does."""
        again = disagreement(numbers_of(self._truth(arrays, drawn)), truth)
        if again is not None:
            for known in self.known.values():
                known.clear()
            self._changing = True
            raise UndeterminedError(
                f"{self.name} gave {again[1]!r}, and {again[0]!r} when it was run again on the same numbers, so no "
                f"program can stand for it: {WAY_OUT}"
            )
        warn(
            f"the program of {self.name} gives {wrong[0]!r}, but the function itself {wrong[1]!r}, though it was "
            f"traced just now: either a condition stands at its very edge, or this is an error in compile: please "
            f"report it",
            RuntimeWarning,
        )

    def _truth(self, arrays: Sequence[Any], drawn: Sequence[tuple[Any, Any]]) -> list[Value]:
        """Return what the function itself gives for these arrays, with what was drawn for the program."""
        given = [nested(list(map(Value, array.ravel().tolist())), array.shape) for array in arrays]
        entered = modes.mode(Auditing(drawn))
        try:
            with self.values_synced(), entered:
                root = self.function(*given)
        finally:
            entered.leave()  # if Ctrl-C came as the block was left
        return [operand(root)] if self.gradients else flat_of(predictions_of(root))

    def _numbers(self, result: Any) -> list[float]:
        """Return the numbers of a run that the function gives too: the loss (of the first step), or all predictions."""
        if isinstance(result, float):
            return [result]
        return [float(result[0])] if self.gradients else np.ravel(result).tolist()

    def _restore(self, state: list[tuple[Any, str, Any]]) -> None:
        self.undo()
        for module, name, kept in state:
            setattr(module, name, kept)

    @property
    def name(self) -> str:
        """What the function is called in messages."""
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return "the function" if name == "<lambda>" else str(name)

    def check_indices(self, compiled: Compiled, arrays: Sequence[Any], batch: int | None = None) -> None:
        """Raise TypeError or IndexError if what is used as an index cannot be one.

        The arrays are a program's arguments, or data of which any `batch` rows may become its arguments.
        """
        for choice in compiled.choices:
            array = arrays[choice.argument]
            wrong = (choice if batch is None else choice.in_rows(batch)).wrong(array)
            if wrong is not None:
                place, x, count = wrong
                at = "".join(f"[{i}]" for i in np.unravel_index(place, array.shape))
                said = f"{self.names[choice.argument]}{at} is {x}, and is used as an index"
                if not math.isfinite(x) or x != int(x):
                    raise TypeError(f"{said}, so it must be a whole number")
                raise IndexError(f"{said}: the first is 0, the last {count - 1}")

    def _warn_changing(self, known: Sequence[Compiled]) -> None:
        changed = known[-1].traced.changed if len(known) == OFTEN - 1 else ""
        if changed:
            warn(
                f"the compiled function reads {changed} from outside, which changes: another program each time; "
                f"as an argument, or a Value, it would be a number of one program",
                UserWarning,
            )

    def _warn_unused(self, compiled: Compiled) -> None:
        program = compiled.program
        if self._warned or not self.gradients or program.used == len(program.order):
            return
        self._warned = True
        unused = [name_or(self.parameters[k], f"parameter {k}") for k in program.order[program.used :]]
        shown = ", ".join(unused[:8]) + (f" and {len(unused) - 8} more" if len(unused) > 8 else "")
        warn(f"the loss does not depend on {shown}: no gradient reaches what it never uses", UserWarning)

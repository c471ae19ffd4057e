"""A function's programs: one for each shape of its arguments, and for each state of what it was traced under."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter
from typing import Any, Final

import numpy as np

from autograd.bulk import numbers_of
from autograd.caller import warn
from autograd.compile.backends import make_runner
from autograd.compile.build import build
from autograd.compile.door import argument_names, array_of, checked_parameters, in_order
from autograd.compile.indices import choices
from autograd.compile.outside import Outside
from autograd.compile.trace import Traced, is_same, trace
from autograd.locks import make_lock
from autograd.messages import name_or
from autograd.value import Value

LONG: Final = 0.05  # seconds: what takes longer to trace is not traced a second time to see whether it is the same
NONE: Final[Mapping[str, Any]] = {}
OFTEN, MOST = 4, 16  # programs of one shape: a sign that numbers should be arguments; and how many are kept


class Compiled:
    """The program for arguments of one shape: traced, lifted, and ready to run."""

    def __init__(
        self, traced: Traced, seconds: float, names: list[str], backend: str, optimizer: Any, *, gradients: bool
    ) -> None:
        start = perf_counter()
        self.program, self.tape = build(traced, names, gradients=gradients)
        lifted = perf_counter()
        self.runner = make_runner(backend, self.program, optimizer)
        self.seconds = {"trace": seconds, "lift": lifted - start, "emit": perf_counter() - lifted}
        self.traced = traced
        self.choices = choices(self.program, len(names))
        self._receivers = [receive for _, receive in traced.observed]

    @property
    def holds(self) -> bool:
        """Whether all that the program was traced under is as it was."""
        return all(read() == given for read, given in self.traced.guards) and not self.traced.changed

    @property
    def others(self) -> Any:
        """The numbers that the Values read at each run hold now: leaves that are no parameters and no arguments."""
        return np.array(numbers_of(self.tape.others))

    def arguments(self, arrays: Sequence[Any]) -> list[Any]:
        """Return the arrays that the program takes, in its shapes and kinds; what is drawn at each run is drawn now."""
        everything = [*arrays]
        if len(self.traced.arguments) > len(arrays):
            drawn = zip(self.traced.draws, self.traced.shapes[len(arrays) :], strict=True)
            everything += [module.next_numbers(shape[0]) for module, shape in drawn]
        if self.tape.others:
            everything.append(self.others)
        return [
            _as_whole(everything[k]).reshape(shape) if whole else everything[k].reshape(shape).astype(float, copy=False)
            for k, shape, whole in self.program.arguments
        ]

    @property
    def changes(self) -> bool:
        """Whether a run draws numbers or is observed, so that steps must be made one at a time."""
        return bool(self.traced.draws or self._receivers or self.tape.others)

    def tell(self) -> None:
        """Give what was observed in the last run to those who asked."""
        for receive, seen in zip(self._receivers, self.runner.observed if self._receivers else (), strict=True):
            receive(seen.tolist())


def _as_whole(numbers: Any) -> Any:
    with np.errstate(invalid="ignore"):  # what is no index beside those that are may be nan
        return numbers.astype(np.intp, copy=False)


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
        self.names = argument_names(function)
        self.function, self.backend, self.optimizer, self.gradients = function, backend, optimizer, gradients
        self.parameters = checked_parameters(parameters)
        self._latest: Compiled | None = None
        self.one_at_a_time = make_lock()  # a program has one memory to work in
        self.guards: list[Callable[[], Any]] = []  # what programs are bound to, besides what their traces ask for
        self._known: dict[Any, list[Compiled]] = {}
        self._warned = False

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
        shapes = tuple(a.shape for a in arrays)
        known = self._known.setdefault(shapes, [])
        compiled = next((c for c in known if c.holds), None)
        if compiled is None:
            self._warn_changing(known)
            start = perf_counter()
            traced = self._traced(shapes)
            seconds = perf_counter() - start
            compiled = Compiled(traced, seconds, self.names, self.backend, self.optimizer, gradients=self.gradients)
            known.append(compiled)
            del known[:-MOST]
            self._warn_unused(compiled)
        self.check_indices(compiled, arrays)
        self._latest = compiled
        return compiled

    @property
    def latest(self) -> Compiled:
        """The program that was asked for last; raises RuntimeError before any was."""
        if self._latest is None:
            raise RuntimeError("there is no program yet: it is written when the shapes of the arguments are first seen")
        return self._latest

    def add(self, shapes: tuple[tuple[int, ...], ...], compiled: Compiled) -> None:
        """Take in a program made elsewhere."""
        self._known.setdefault(shapes, []).append(compiled)
        self._latest = compiled

    def _traced(self, shapes: tuple[tuple[int, ...], ...]) -> Traced:
        """Return what the function records; raises ValueError if it records something else the second time."""
        start = perf_counter()
        traced = trace(self.function, shapes, self.parameters, self.names, one=self.gradients)
        if perf_counter() - start < LONG and not is_same(
            traced, trace(self.function, shapes, self.parameters, self.names, one=self.gradients)
        ):
            raise ValueError(
                "traced twice, the function wrote another program each time, so no program can stand for it: numbers "
                "that it draws or counts itself are to be arguments (nn.Dropout's a program can draw anew)"
            )
        traced.guards += [(read, read()) for read in self.guards]
        traced.outside = Outside(self.function)  # as tracing left it: what the function counts itself is its own
        return traced

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

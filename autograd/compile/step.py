"""`compile`: a function on scalars becomes a step that runs its array program."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from autograd.compile.backends import make_runner
from autograd.compile.build import build
from autograd.compile.program import Program
from autograd.compile.runner import Floats
from autograd.compile.trace import Traced, array_of, is_same, trace
from autograd.value import Value, topological_order

LONG = 0.05  # seconds: what takes longer to trace is not traced a second time to see whether it is the same


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
        self.limits = _limits(self.program, len(names))
        self._receivers = [receive for _, receive in traced.observed]

    @property
    def holds(self) -> bool:
        """Whether all that the program was traced under is as it was."""
        return all(read() == given for read, given in self.traced.guards)

    def arguments(self, arrays: Sequence[Any]) -> list[Any]:
        """Return the arrays that the program takes, in its shapes and kinds; what is drawn at each run is drawn now."""
        everything = [*arrays]
        if len(self.traced.arguments) > len(arrays):
            drawn = zip(self.traced.draws, self.traced.shapes[len(arrays) :], strict=True)
            everything += [module.next_numbers(shape[0]) for module, shape in drawn]
        if self.tape.others:
            everything.append(np.array([x._data for x in self.tape.others]))
        return [
            everything[k].reshape(shape).astype(np.intp if whole else np.float64, copy=False)
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


def _limits(program: Program, arguments: int) -> dict[int, int]:
    """Return for each of the user's arguments that is used as an index how many things it chooses from."""
    limits: dict[int, int] = {}
    for array in program.lines:
        if array.op in ("rows", "pick"):
            source, index = array.operands
            while index.operands:
                index = index.operands[0]
            k = program.arguments[index.detail][0] if index.op == "input" else arguments
            if k < arguments:
                limits[k] = min(limits.get(k, 1 << 62), source.shape[0 if array.op == "rows" else -1])
    return limits


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
        self.function, self.backend, self.optimizer, self.gradients = function, backend, optimizer, gradients
        self.parameters = checked_parameters(parameters)
        self.names = _argument_names(function)
        self.latest: Compiled | None = None
        self._known: dict[Any, list[Compiled]] = {}
        self._warned = False

    def arrays(self, arguments: Sequence[Any]) -> list[Any]:
        """Return the user's arguments as arrays; raises TypeError or ValueError in the user's terms."""
        if len(arguments) != len(self.names):
            raise TypeError(
                f"the compiled function takes {len(self.names)} arguments ({', '.join(self.names)}), "
                f"not {len(arguments)}"
            )
        return [array_of(x, name) for x, name in zip(arguments, self.names, strict=True)]

    def program_for(self, arrays: Sequence[Any]) -> Compiled:
        """Return the program for arrays of these shapes."""
        shapes = tuple(a.shape for a in arrays)
        known = self._known.setdefault(shapes, [])
        compiled = next((c for c in known if c.holds), None)
        if compiled is None:
            start = perf_counter()
            traced = self._traced(shapes)
            seconds = perf_counter() - start
            compiled = Compiled(traced, seconds, self.names, self.backend, self.optimizer, gradients=self.gradients)
            known.append(compiled)
            self._warn_unused(compiled)
        self.check_indices(compiled, arrays)
        self.latest = compiled
        return compiled

    def add(self, shapes: tuple[tuple[int, ...], ...], compiled: Compiled) -> None:
        """Take in a program made elsewhere."""
        self._known.setdefault(shapes, []).append(compiled)
        self.latest = compiled

    def _traced(self, shapes: tuple[tuple[int, ...], ...]) -> Traced:
        """Return what the function records; raises ValueError if it records something else the second time."""
        start = perf_counter()
        traced = trace(self.function, shapes, self.parameters, one=self.gradients)
        if perf_counter() - start < LONG and not is_same(
            traced, trace(self.function, shapes, self.parameters, one=self.gradients)
        ):
            raise ValueError(
                "traced twice, the function wrote another program each time, so no program can stand for it: numbers "
                "that it draws or counts itself are to be arguments (nn.Dropout's a program can draw anew)"
            )
        return traced

    def check_indices(self, compiled: Compiled, arrays: Sequence[Any]) -> None:
        """Raise TypeError or IndexError if an argument that is used as an index cannot be one."""
        for k, count in compiled.limits.items():
            array, name = arrays[k], self.names[k]
            if array.dtype.kind == "f" and not np.array_equal(array, np.floor(array)):
                raise TypeError(f"{name} is used as an index, so it must hold whole numbers")
            low, high = array.min(initial=0), array.max(initial=0)
            if low < 0 or high >= count:
                wrong = int(low if low < 0 else high)
                raise IndexError(f"{name} holds {wrong}, and is used as an index from 0 to {count - 1}")

    def _warn_unused(self, compiled: Compiled) -> None:
        program = compiled.program
        if self._warned or not self.gradients or program.used == len(program.order):
            return
        self._warned = True
        unused = [self.parameters[k].name or f"parameter {k}" for k in program.order[program.used :]]
        shown = ", ".join(unused[:8]) + (f" and {len(unused) - 8} more" if len(unused) > 8 else "")
        warnings.warn(
            f"the loss does not depend on {shown}: no gradient reaches what it never uses", UserWarning, stacklevel=5
        )


class Step:
    """A compiled function: `step(X, Y)` computes the loss and leaves gradients, as the recorded program would.

    It is traced when it first sees arguments of some shape; `step.source` is the program that ran last, and
    `print(step)` tells what was found.
    """

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self.parameters = programs.parameters

    def __call__(self, *arguments: Any) -> float:
        """Return the loss, after adding its gradients to those on the parameters, as `backward` does."""
        loss, gradient = self.value_and_gradient(*arguments)
        order, used = self._latest.program.order, self._latest.program.used
        for k in order[:used].tolist():
            parameter = self.parameters[k]
            before = parameter._grad
            parameter._grad = float(gradient[k]) if before is None else before + float(gradient[k])
        return loss

    def value_and_gradient(self, *arguments: Any) -> tuple[float, Floats]:
        """Return the loss, and its gradient with respect to each parameter as one array, in their order."""
        arrays = self._programs.arrays(arguments)
        compiled = self._programs.program_for(arrays)
        runner, order = compiled.runner, compiled.program.order
        runner.theta[:] = np.array([p._data for p in self.parameters])[order]
        loss = float(runner.run(compiled.arguments(arrays))[0])
        compiled.tell()
        gradient = np.empty(len(order))
        gradient[order] = runner.gradient
        return loss, gradient

    @property
    def _latest(self) -> Compiled:
        if self._programs.latest is None:
            raise RuntimeError(
                "there is no program yet: it is written when step(…) first sees the shapes of its arguments"
            )
        return self._programs.latest

    @property
    def source(self) -> str:
        """The source of the program that ran last, as NumPy runs it."""
        return source_of(self._latest)

    def __str__(self) -> str:
        return report(self._programs)


class GraphStep(Step):
    """A recorded graph, compiled: `step(…)` computes its root from other numbers for its inputs and parameters."""

    def __init__(self, programs: Programs, inputs: Sequence[Any]) -> None:
        super().__init__(programs)
        self._inputs = inputs

    def value_and_gradient(self, *arguments: Any) -> tuple[float, Floats]:
        """Return the value and gradient for these inputs; with none given, for the numbers that they hold now."""
        numbers = [_numbers(x) for x in self._inputs]
        arrays = self._programs.arrays(arguments or numbers)
        for name, array, wanted in zip(self._programs.names, arrays, map(np.shape, numbers), strict=True):
            if array.shape != wanted:
                raise ValueError(
                    f"the graph was recorded with {name} of shape {wanted}, not {array.shape}: record another graph, "
                    "or compile the function that records it"
                )
        return super().value_and_gradient(*arrays)


def _numbers(x: Any) -> Any:
    return x._data if isinstance(x, Value) else [_numbers(y) for y in x]


def graph_programs(root: Value, inputs: Sequence[Any], parameters: Iterable[Value] | None, backend: str) -> Programs:
    """Return the one program of a recorded graph; by default every leaf that is no input is a parameter."""
    flat = [_flat(x) for x in inputs]
    given = {id(x) for values in flat for x in values}
    if parameters is None:
        parameters = [x for x in topological_order(root) if x.is_leaf and x.op is None and id(x) not in given]
    shapes = [np.shape(_numbers(x)) for x in inputs]
    traced = Traced(root, flat, shapes, checked_parameters(parameters))
    programs = Programs(lambda: None, traced.parameters, backend)
    programs.names = [f"x{k + 1}" if len(flat) > 1 else "x" for k in range(len(flat))]
    programs.add(tuple(shapes), Compiled(traced, 0.0, programs.names, backend, None, gradients=True))
    return programs


def _flat(x: Any) -> list[Value]:
    if isinstance(x, Value):
        if not x.is_leaf:
            raise ValueError(f"the inputs of a graph are leaves, but {x!r} was computed from others")
        return [x]
    return [v for y in x for v in _flat(y)]


class Forward:
    """A compiled function without gradients: `forward(X)` returns its predictions as an array, row by row."""

    def __init__(self, programs: Programs, rows: int) -> None:
        self._programs, self.rows = programs, rows

    def __call__(self, inputs: Any) -> Floats:
        """Return one row of predictions for each row of inputs; many rows are computed in parts."""
        (array,) = self._programs.arrays([inputs])
        parts = [self._part(array[i : i + self.rows]) for i in range(0, len(array), self.rows)]
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def _part(self, array: Any) -> Floats:
        compiled = self._programs.program_for([array])
        runner = compiled.runner
        runner.theta[:] = np.array([p._data for p in self._programs.parameters])[compiled.program.order]
        return np.array(runner.run(compiled.arguments([array])))

    @property
    def source(self) -> str:
        """The source of the program that ran last, as NumPy runs it."""
        if self._programs.latest is None:
            raise RuntimeError("there is no program yet: it is written when the first rows arrive")
        return source_of(self._programs.latest)


def source_of(compiled: Compiled) -> str:
    """Return a program's source as NumPy runs it, whatever backend runs it here."""
    own = getattr(compiled.runner, "source", None)
    if isinstance(own, str):
        return own
    return str(make_runner("numpy", compiled.program, None).source)


def report(programs: Programs) -> str:
    """Return what was found and how long it took, one line per program."""
    lines = []
    for known in programs._known.values():
        for compiled in known:
            c, s, program = compiled.program.counts, compiled.seconds, compiled.program
            shapes = ", ".join(
                f"{n}: {shape}" for n, shape in zip(programs.names, compiled.traced.shapes, strict=False)
            )
            lines.append(
                f"{shapes}: {c['scalars']:,} scalars became {c['arrays']} arrays, {c['products']} matrix products, "
                f"{c['gathers']} gathers; {program.flops:,} flops a run; "
                f"trace {1e3 * s['trace']:.1f} ms, lift {1e3 * s['lift']:.1f} ms, emit {1e3 * s['emit']:.1f} ms"
            )
    count = f"{len(lines)} program{'s' * (len(lines) != 1)}"
    head = f"compiled for {programs.backend}: {len(programs.parameters):,} parameters, {count}"
    return "\n".join([head, *lines])


def checked_parameters(parameters: Iterable[Value]) -> list[Value]:
    """Return the parameters as a list, each once; raises TypeError or ValueError for what is no leaf of a graph."""
    if hasattr(parameters, "parameters"):
        raise TypeError(
            f"compile takes Values as parameters, not a {type(parameters).__name__}: pass model.parameters()"
        )
    found = list(dict.fromkeys(parameters))
    for k, parameter in enumerate(found):
        if not isinstance(parameter, Value):
            raise TypeError(f"compile takes Values as parameters, but number {k} is of type {type(parameter).__name__}")
        if not parameter.is_leaf:
            raise ValueError(
                f"parameters are leaves of the graph, but number {k}, {parameter!r}, was computed from others"
            )
    return found


def _argument_names(function: Callable[..., Any]) -> list[str]:
    names = []
    for p in inspect.signature(function).parameters.values():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.KEYWORD_ONLY):
            raise TypeError(f"the compiled function takes its data as plain arguments, not as {p}")
        if p.default is p.empty:
            names.append(p.name)
    return names

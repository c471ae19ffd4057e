"""`compile`: a function on scalars becomes a step that runs its array program."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compile.backends.numpy.source import emit
from autograd.compile.backends.numpy.update import emit_update
from autograd.compile.backends.registry import make_runner
from autograd.compile.backends.runner import Floats, NumpyRunner, in_order_of_parameters
from autograd.compile.ir.sizes import SizedInt
from autograd.compile.programs.compiled import Compiled
from autograd.compile.programs.program_cache import Programs
from autograd.recording import modes
from autograd.recording.bulk import numbers_of

if TYPE_CHECKING:
    from autograd.explain.digits.certificate import Certificate


class Shown:
    """What has compiled programs: the one that ran last, as source and as equations."""

    _programs: Programs

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._programs.__reduce_ex__(protocol)  # which says why there is no copy, whoever asks for one

    @property
    def source(self) -> str:
        """The source of the program that ran last, as NumPy runs it."""
        return source_of(self._programs.latest)

    def latex(self) -> str:
        """Return the program that ran last as equations in LaTeX, each with the size of what it computes.

        Layers are W^{(k)}, b^{(k)}, z^{(k)}, a^{(k)}, and ∂L/∂z^{(k)} is δ^{(k)}; rows are examples.  An optimizer's
        rule is not among them.
        """
        from autograd.compile.backends.latex import equations

        return equations(self._programs.latest.program)


class Step(Shown):
    """A compiled function: `step(X, Y)` computes the loss and leaves gradients, as the recorded program would.

    It is traced when it first sees arguments of some shape; `step.source` is the program that ran last, and
    `print(step)` shows what was found.
    """

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self.parameters = programs.parameters

    def __call__(self, *arguments: Any, **named: Any) -> float:
        """Return the loss, after adding its gradients to those on the parameters, as `backward` does."""
        with self._programs.one_at_a_time:
            loss, gradient = self.value_and_gradient(*arguments, **named)
            numbers = gradient.tolist()
            for k in self._programs.latest.reached:
                parameter = self.parameters[k]
                before = parameter._grad
                parameter._grad = numbers[k] if before is None else before + numbers[k]
        return loss

    def value_and_gradient(self, *arguments: Any, **named: Any) -> tuple[float, Floats]:
        """Return the loss, and its gradient with respect to each parameter as one array, in their order."""
        if modes.active and self.parameters:
            modes.refuse("reading", "the result of a compiled step", self.parameters[0])
        arrays = self._programs.arrays(arguments, named)
        with self._programs.one_at_a_time:
            compiled, loss = self._programs.run(arrays, self._run)
            compiled.notify_observers()
            gradient = in_order_of_parameters(compiled.program, compiled.runner.gradient)
        if modes.active:
            self._watch(loss, gradient, arrays)
        return loss, gradient

    def _run(self, compiled: Compiled, given: list[Any]) -> float:
        compiled.runner.theta[:] = np.array(numbers_of(self.parameters))[compiled.program.order]
        return float(compiled.runner.run(given)[0])

    def certify(self, *arguments: Any, **named: Any) -> Certificate:
        """Return how many digits of the program's loss and gradient are right, as `autograd.certify` does for a graph.

        The truth is that of what the function itself records on these numbers.  Nothing is moved or left on parameters.
        Raises ImportError without the extra `exact`.
        """
        from autograd.explain.digits import compare

        arrays = self._programs.arrays(arguments, named)
        with self._programs.one_at_a_time:
            compiled, loss, root = self._programs.beside(arrays, self._run)
            gradient = in_order_of_parameters(compiled.program, compiled.runner.gradient)
        return compare(root, self.parameters, loss, gradient.tolist())

    def as_jax(self, *arguments: Any, **named: Any) -> tuple[Callable[..., Any], Floats]:
        """Return the program for arguments like these as a pure function of JAX's arrays, and θ as it is now.

        `function(theta, *arguments)` returns the loss and the gradient, both in the order of the parameters and in the
        precision that JAX has: to be jitted, sharded over devices and machines, moved by an optimizer of JAX's.
        Values that are no parameters keep the numbers that they hold now, and batch norm's averages do not move.
        Raises ImportError without JAX, ValueError for a program that draws numbers at each run, as dropout does.
        """
        arrays = self._programs.arrays(arguments, named)
        with self._programs.one_at_a_time:
            compiled = self._programs.program_for(arrays)
        if compiled.traced.draws:
            raise ValueError("the program draws numbers at each run, as dropout does, and so is no pure function")
        program, others = compiled.program, compiled.others
        in_jax: Any = make_runner("jax", program, None)
        run, back = in_jax.function, np.argsort(program.order)

        def function(theta: Any, *given: Any) -> tuple[Any, Any]:
            everything = [*given, others]
            taken = [(everything[k].reshape(shape), whole) for k, shape, whole in program.arguments]
            loss, gradient, _ = run(theta[program.order], *[x.astype(int if whole else float) for x, whole in taken])
            return loss, gradient[back]

        return function, np.array(numbers_of(self.parameters))

    def as_c(self, *arguments: Any, **named: Any) -> str:
        """Return the program for arguments like these as one C99 file that needs libm alone: `forward`, `backward`.

        Its arrays `theta`, where the parameters' numbers of now stand, and `gradient` have the order of `parameters`.
        Raises ValueError for a program that draws numbers at each run, as dropout does, and for one whose scalars have
        no structure.
        """
        arrays = self._programs.arrays(arguments, named)
        with self._programs.one_at_a_time:
            return in_c(self._programs.program_for(arrays), self.parameters)

    def _watch(self, loss: float, gradient: Floats, arrays: Sequence[Any]) -> None:
        """Inside `detect_anomaly`, let a recorded pass say where the first non-finite value is."""
        watch = modes.current("watch_backward")
        if watch is not None and not (math.isfinite(loss) and np.isfinite(gradient).all()):
            watch(self._programs.function(*[array.tolist() for array in arrays]), 1.0)

    def _repr_latex_(self) -> str | None:
        return f"$$\n{self.latex()}\n$$" if self._programs.known else None

    def __repr__(self) -> str:
        return report(self._programs)


class CompiledForward(Shown):
    """A compiled function without gradients: `forward(X)` returns its predictions as an array, row by row."""

    def __init__(self, programs: Programs, rows: int) -> None:
        self._programs, self.rows = programs, rows
        self._compared = 0  # so many rows, in parts, with what the function predicts for all at once

    def __call__(self, inputs: Any) -> Floats:
        """Return one row of predictions for each row of inputs; many rows are computed in parts.

        Raises ValueError if a row's prediction depends on its place or on the rows beside it, which parts would change.
        """
        (array,) = self._programs.arrays([inputs])
        if not array.size:
            raise ValueError(f"there are no rows to predict: {self._programs.names[0]} has the shape {array.shape}")
        with self._programs.one_at_a_time:
            parts = self._parts(array)
        if len(array) != (count := sum(map(len, parts))):
            raise ValueError(
                f"forward gives one prediction for each row: there are {len(array)} rows, and {count} came"
            )
        if len(parts) == 1:
            return parts[0]
        found = np.concatenate(parts)
        if len(array) > self._compared and not self._programs.sparing:
            self._check_rows(array, found)
        return found

    def _check_rows(self, array: Any, found: Floats) -> None:
        """Raise ValueError if the function, run on all rows at once, predicts otherwise than it did in parts."""
        wrong = self._programs.difference([array], found)
        if wrong is not None:
            raise ValueError(
                f"forward takes {self.rows} rows at a time, and here a row's prediction depends on its place or on the "
                f"rows beside it: {wrong[0]!r} in parts, {wrong[1]!r} among all {len(array)}; "
                f"compile_forward(…, rows={len(array)}) takes them at once"
            )
        self._compared = len(array)

    def spare_audits(self) -> None:
        """Audit the second part, then by the time alone: for who makes many calls in a row."""
        self._programs.sparing = True

    def _parts(self, array: Any) -> list[Floats]:
        theta, latest = np.array(numbers_of(self._programs.parameters)), None

        def run(compiled: Compiled, given: list[Any]) -> Any:
            nonlocal latest
            if compiled.runner is not latest:
                latest = compiled.runner
                latest.theta[:] = theta[compiled.program.order]
            return latest.run(given)

        starts = range(0, len(array), self.rows)
        return [np.array(self._programs.run([array[i : i + self.rows]], run)[1]) for i in starts]


def in_c(compiled: Compiled, parameters: Sequence[Any], optimizer: Any = None) -> str:
    """Return a compiled program, and an optimizer's rule, as one C99 file."""
    from autograd.compile.backends.c import c_file

    if compiled.traced.draws:
        raise ValueError("the program draws numbers at each run, as dropout does, and C has none of them")
    others, count = compiled.others, len(compiled.traced.shapes)
    given = [others.tolist() if k >= count else None for k, _, _ in compiled.program.arguments]
    return c_file(compiled.program, numbers_of(parameters), given, optimizer)


def source_of(compiled: Compiled) -> str:
    """Return a program's source as NumPy runs it, whatever backend runs it here: one for every size says `n`."""
    runner = compiled.runner
    own = getattr(runner, "source", None)
    if compiled.family is None or (isinstance(own, str) and not isinstance(runner, NumpyRunner)):
        return own if isinstance(own, str) else NumpyRunner(compiled.program).source
    program, sizes = compiled.family.named(compiled.traced.shapes)
    source = emit(program)[0]
    if isinstance(runner, NumpyRunner) and runner.optimizer is not None:
        source += "\n\n" + emit_update(runner.optimizer)
    said = "".join(f"{n.text} = {int(n)}\n" for n in sizes)
    return source.replace("def bind(", f"{said}\n\ndef bind(", 1)


def report(programs: Programs) -> str:
    """Return what was found and how long it took, one line per program."""
    all_programs = [compiled for known in programs.known.values() for compiled in known]
    lines = [_reported(compiled, programs.names) for compiled in all_programs]
    backends = " and ".join(dict.fromkeys([compiled.backend for compiled in all_programs])) or programs.backend
    found = f"{_counted(len(programs.parameters), 'parameter')}, {_counted(len(lines), 'program')}"
    return "\n".join([f"compiled for {backends}: {found}", *lines])


def _reported(compiled: Compiled, names: Sequence[str]) -> str:
    c, s, program, family = compiled.program.counts, compiled.seconds, compiled.program, compiled.family
    why = f" at this size, since {compiled.why}" if compiled.why else ""
    given, how = compiled.traced.shapes, f"{_counted(c['nodes'], 'node')} traced{why}"
    spent = f"trace {1e3 * s['trace']:.1f} ms, lift {1e3 * s['lift']:.1f} ms"
    if family is not None:
        _, sizes = family.named(given)
        given = family.shapes(sizes)
        at = " and ".join(_sizes(sizes, sample) for sample in family.samples)
        how = f"found at {at}, compared with the function at {_sizes(sizes, sizes)}"
        spent = f"compare {1e3 * s['trace']:.1f} ms"
    shapes = ", ".join(f"{n}: {shape}" for n, shape in zip(names, given, strict=False))
    return (
        f"{shapes}: {how}, {_counted(c['arrays'], 'array')} found, "
        f"{_counted(c['products'], 'matrix product')}, {_counted(c['gathers'], 'gather')} left; "
        f"{program.flops:,} flops a run; {spent}, emit {1e3 * s['emit']:.1f} ms"
    )


def _sizes(names: Sequence[SizedInt], sizes: Sequence[int]) -> str:
    return ", ".join(f"{name.text} = {int(n)}" for name, n in zip(names, sizes, strict=True))


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"

"""Write scalars, run matrices: a function on scalars compiled to a program of arrays.

step.py            what `compile` returns: the loss and its gradients from one call
training.py        the same with the optimizer's own rule in the program
on_devices.py      the same with each batch in parts, on many devices and in many processes, to the same bits
recorded_graph.py  `compile_graph`: a step from a graph that is recorded already
emitting.py        `emit`: a function as source in a language that runs elsewhere
programs/          which program runs, the stages it is found by, and how one is found for every size
frontend/          the user's function and data: validated, traced, watched for changes, audited
lift/              from scalars to arrays: a tape of scalars, in which groups of alike ones become arrays
ir/                the array program, the same for every backend: its form, its backward pass, its names
backends/          how a program runs: NumPy source, machine code, JAX, JavaScript, C

To add a backend: one folder in backends/, its line in the map there, and one entry in backends/registry.py.
To add a structural operation of arrays: its row in ir/program.py, and its line in each table that
tests/autograd/compile/backends/test_tables.py knows.  An element-wise operation is a row of autograd/ops.py,
and needs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd.compile.backends.registry import AUTO
from autograd.compile.backends.runner import Floats
from autograd.compile.emitting import EmittedProgram, emit
from autograd.compile.programs.program_cache import Programs
from autograd.compile.recorded_graph import GraphStep, graph_programs
from autograd.compile.step import CompiledForward, Step
from autograd.compile.training import TrainingStep
from autograd.functional.take import take
from autograd.support.foreign_names import GUESSES
from autograd.value import Value

__all__ = [
    "CompiledForward",
    "EmittedProgram",
    "Step",
    "TrainingStep",
    "compile",
    "compile_forward",
    "compile_graph",
    "compile_training",
    "emit",
    "take",
]


@GUESSES
def compile(function: Callable[..., Any], parameters: Iterable[Value], backend: str = AUTO) -> Step:
    """Return a step that computes `function`, which returns one Value, and its gradients, as an array program.

    step(X, Y)                     the loss; gradients are left on the parameters, as `backward` leaves them
    step.value_and_gradient(X, Y)  the loss and the gradients, as one array in the order of the parameters
    step.source                    the program, as NumPy runs it; `print(step)` shows what was found
    step.as_jax(X, Y)              the program as a pure function of JAX's arrays

    X and Y are nested lists or arrays; the function sees them as nested lists of Values.  It is traced when a
    shape is first seen.  Branching, using `==`, using `.data` for anything but arithmetic, and drawing random numbers
    itself are errors that say why.  The programs of the 128 shapes used last are kept.

    The backend "auto" runs a program by NumPy until it has run so often that machine code pays, some thousand times,
    and from then on natively, where llvmlite is there; the others, "numpy", "native" and "jax", from the first run on.

    For many rows no program is searched at full size: it is found from what the function is at two smaller sizes, those
    of its first calls if they will do, and then `source` says n.  Before it is used, its loss and gradient are compared
    with what the function records at the new size, on some of the caller's rows (programs/rehearsal.py says what that
    sees).  Where these differ, or no two sizes are alike, the program is that of a trace at full size, and
    `print(step)` says why.  Machine code is made for the first number of rows alone, and once more for all others.

    A program is traced anew if what it was traced from has changed: names and defaults that the function reads from
    outside, anything about our modules, attributes of the user's objects, and what lists, dicts and arrays of up to
    4,096 numbers hold; Values are read at each run, those that the function makes anew each time are numbers of the
    program.  For what cannot be seen there are audits: the function itself is
    run on the same numbers and its loss compared with the program's, at calls 2, 3 and 4 (as long as these take no
    longer than compiling did, or 20 ms each), at calls 8, 16, 32, … where it takes a millisecond at most, and at any
    other call as soon as audits are within 1 % of the time that goes by.  A difference beyond rounding is reported in
    a RuntimeWarning with both numbers, and the function is traced anew.  So an unseen change gives wrong results only
    until the next audit.  Programs found from one another are one program here: their calls are counted together, and
    a call for which one was just compared with the function needs no audit.  An audit leaves parameters, gradients,
    masks and averages alone; but what the function prints, or adds to a list of its own, it does there too.

    Raises TypeError for parameters that are no Values, ValueError for a backend that there is not, ImportError naming
    the extra that a backend needs.  The step raises ValueError for a function that gives two results for one input.
    """
    return Step(Programs(function, parameters, backend))


@GUESSES
def compile_forward(
    function: Callable[..., Any], parameters: Iterable[Value], backend: str = AUTO, rows: int = 256
) -> CompiledForward:
    """Return the predictions of `function` compiled: it takes rows and returns one Value, or one list, for each.

    `forward(X)` returns an array, and computes so many `rows` at a time.  So each row's prediction is to be its own:
    one that depends on its place, or on the rows beside it, is a ValueError at the first call of so many rows, for
    which the function itself predicts them all at once.
    """
    return CompiledForward(Programs(function, parameters, backend, gradients=False), rows)


@GUESSES
def compile_graph(
    root: Value, inputs: Sequence[Any] = (), parameters: Iterable[Value] | None = None, backend: str = AUTO
) -> Step:
    """Return a step that computes a recorded graph's root from other numbers for its inputs and parameters.

    inputs       leaves of the graph, or nested lists of them: `step(…)` takes numbers in the same form
    parameters   the leaves that gradients are wanted for; by default all that are no inputs
    """
    return GraphStep(graph_programs(root, inputs, parameters, backend), inputs)


@GUESSES
def compile_training(
    function: Callable[..., Any],
    parameters: Iterable[Value],
    optimizer: Any,
    backend: str = AUTO,
    clip: Callable[[Floats, float], None] | None = None,
) -> TrainingStep:
    """Return steps of an optimizer on the loss `function`, compiled with the optimizer's own rule.

    The optimizer is one of nn's: `rule`, `state_names`, `state`, `learning_rate`, `step_count`, `parameters`.
    """
    return TrainingStep(function, parameters, optimizer, backend, clip)

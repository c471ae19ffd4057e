"""Which engine computes a training or a prediction: the backends by name, and what "auto" picks."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from autograd import no_grad, topological_order
from autograd.recording.graph import operands
from autograd.support.costs import NODE, pays_arrays, pays_machine_code, pays_to_predict
from autograd.support.user_line import warn
from nn.layers.containers import of_rows
from nn.support.fields import class_names
from nn.support.foreign_names import GUESSES
from nn.support.validate import checked_count, checked_inputs, plain_numbers, said, shortened
from nn.training.recorded import RecordedStepper, Task, in_use, tried_loss

BACKENDS = ("auto", "recorded", "numpy", "native", "jax")


def make_stepper(task: Task, backend: str, rows: int, steps: int, devices: Any = None) -> RecordedStepper:
    """Return the stepper of that name for a training of so many steps, each on so many rows.

    With `devices`, which `devices_of` returned, they share the rows of each step.

    "auto" looks at the work alone, not at the clock: the recorded engine for short trainings and for what cannot be
    compiled, NumPy for most, machine code for many small steps where llvmlite is there.
    Raises ValueError naming the backends there are, ImportError naming the extra that is missing.
    """
    check_backend(backend)
    if devices is not None:
        from nn.training.compiled import DevicesStepper

        return DevicesStepper(task, rows, devices)
    if backend == "auto":
        nodes, inputs = _counts_of_a_row(task)
        work = (NODE * nodes + inputs) * rows
        if not pays_arrays(steps, work, nodes * rows):
            return RecordedStepper(task)
        why = less = ""
        for choice in ("native", "numpy") if pays_machine_code(steps, work) else ("numpy",):
            try:
                stepper = make_stepper(task, choice, rows, steps)
                if getattr(stepper, "reads_the_optimizer", False):
                    return RecordedStepper(task, why="the loss reads what each step of the optimizer moves")
                return stepper
            except (TypeError, NotImplementedError, ImportError) as reason:
                why, less = str(reason), "compiling, so more slowly" if isinstance(reason, ImportError) else ""
                continue
            except Exception as error:
                if _is_undetermined(error):
                    return RecordedStepper(task, why=str(error))
                why = f"compiling failed with {type(error).__name__}: {error}"
            with no_grad():  # if the data are at fault, this fails too, in the user's terms
                tried_loss(task, task.inputs, task.targets, range(len(task.inputs)))
            warn(f"{why}; training goes on without {choice}, please report this", RuntimeWarning)
        if less:
            warn(f"{why}; training goes on without {less}", RuntimeWarning)
        return RecordedStepper(task, why=why)
    if backend == "recorded":
        return RecordedStepper(task)
    from nn.training.compiled import CompiledStepper  # NumPy is loaded here, and not before

    return CompiledStepper(task, backend, rows)


def devices_of(devices: Any, backend: str) -> Any:
    """Return so many of the devices that JAX sees, or "all" of them; None for None.

    Raises ValueError where JAX does not see so many or the backend is another, ImportError naming the extra `jax`.
    """
    if devices is None:
        return None
    if backend != "jax":
        raise ValueError(f'devices={devices!r} are those of JAX: pass backend="jax" too, not {backend!r}')
    count = None if devices == "all" else checked_count("devices", devices)
    from autograd.compile.backends.registry import check_backend as check_extra

    check_extra("jax")
    from autograd.compile.on_devices import Devices

    return Devices(count)


def _is_undetermined(error: Exception) -> bool:
    from autograd.compile.frontend.determined import UndeterminedError  # which is loaded, if there is such an error

    return isinstance(error, UndeterminedError)


@GUESSES
def predict(model: Any, inputs: Any, *, backend: str = "auto") -> Any:
    """Return what the model makes of each row in its behavior for use: a float, or a list of them for many outputs.

    For a NumPy array of rows, an array.  From some thousand rows on, fewer of a large model, by a program of arrays, if
    the model can be compiled; a backend that is named is used for however few.  Nothing is changed.
    Raises TypeError or ValueError for bad rows.
    """
    check_backend(backend)
    if isinstance(model, type) or not (callable(model) or hasattr(model, "batch")):
        raise TypeError(f"predict(model, inputs) calls the model on each row, as an nn.Module; this is {said(model)}")
    is_array, named = hasattr(inputs, "dtype"), backend not in ("auto", "recorded")
    plain = is_array and getattr(inputs.dtype, "kind", "?") in "fiu" and inputs.ndim == 2 and inputs.size
    parameters = len(model.parameters()) if hasattr(model, "parameters") else 0
    as_array = is_array and ((plain and named) or pays_to_predict(len(inputs), parameters if plain else 0))
    rows = inputs if as_array else checked_inputs(inputs)
    if named or (backend == "auto" and pays_to_predict(len(rows), parameters)):
        try:
            from nn.training.compiled import predict_compiled

            found = predict_compiled(model, rows, "numpy" if backend == "auto" else backend)
            return found if is_array else found.tolist()
        except (TypeError, NotImplementedError, ImportError, ValueError) as error:
            if named or (isinstance(error, ValueError) and not _is_undetermined(error)):
                raise
    rows = checked_inputs(rows)  # an iterator can be read but once
    numbers = in_use(model, lambda: plain_numbers(of_rows(model, rows)))
    return import_module("numpy").array(numbers) if is_array else numbers


@GUESSES
def classify(model: Any, inputs: Any, *, threshold: float = 0.0, backend: str = "auto") -> list[Any]:
    """Return the class that the model predicts for each row: by its name, if targets were names, else by its number.

    It is the place of the greatest of several outputs; one output means class 1 if it is above the threshold (0 for
    logits, 0.5 for probabilities).  Raises TypeError or ValueError for bad rows, ValueError for names of other classes.

    >>> import nn
    >>> model = nn.MLP(1, [2], seed=0)
    >>> rows, targets = [[-1.0], [1.0]], ["cold", "warm"]
    >>> optimizer = nn.Adam(model.parameters(), 0.1)
    >>> _ = nn.fit(model, rows, targets, loss=nn.softmax_cross_entropy, optimizer=optimizer, epochs=50)
    >>> classify(model, [[-2.0], [2.0]])
    ['cold', 'warm']
    """
    names = class_names(model)
    found = []
    for scores in predict(model, inputs, backend=backend):
        row = list(scores) if hasattr(scores, "__iter__") else [scores]
        if names and len(names) != max(2, len(row)):
            count = f"{len(row)} output{'s' * (len(row) != 1)}, which tell {max(2, len(row))} classes apart"
            raise ValueError(f"the model has {count}, and model.classes names {len(names)}: {shortened(names)}")
        place = max(range(len(row)), key=row.__getitem__) if len(row) > 1 else int(row[0] > threshold)
        found.append(names[place] if names else place)
    return found


def check_backend(backend: str) -> None:
    """Raise ValueError, naming the backends there are, if this is none of them."""
    if backend not in BACKENDS:
        raise ValueError(f"no backend {backend!r}; there are: {', '.join(BACKENDS)}")


def _counts_of_a_row(task: Task) -> tuple[int, int]:
    """Return how many nodes the loss of one row has, and how many operands these have in all."""
    loss = tried_loss(task, task.inputs, task.targets, range(1))
    inner = [operands(node) for node in topological_order(loss) if not node.is_leaf]
    return len(inner), sum(len(x) if hasattr(x, "__len__") else 1 for found in inner for x in found)

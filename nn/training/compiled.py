"""Training and predicting by programs of arrays: the steps and predictions that `autograd.compile` makes.

The weights live in the program while steps are made, and are written back to the Values at each report.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd import Value
from autograd.compile import CompiledForward, TrainingStep, compile_forward, compile_training
from autograd.compile.frontend.introspection import NETWORKS, root_of
from autograd.support.pytree import flat, rebuilt
from nn.layers.containers import of_rows
from nn.optim.clipping import report_norm
from nn.saving.snapshot import BuffersAndRNG
from nn.support.fields import modules_of
from nn.support.npy_files import RowFiles
from nn.support.validate import checked_loss, said
from nn.training.recorded import Planned, RecordedStepper, Stepped, Task, in_use, tried_loss

Array = np.ndarray[Any, Any]
FEW_ROWS = 4  # of each half, to see whether a loss is a mean over rows
FEW, MANY = 8, 64  # rows of a program for predictions: more run faster and take longer to compile
ALL = sys.maxsize  # rows or steps that are one part, however many
SLICE = 0.1  # seconds of steps in one call, so that Ctrl-C and the progress bar get their turn


class CompiledStepper(RecordedStepper):
    """Steps of which forward, backward and update are one program.

    Where the loss reads the optimizer's step count or memories, each step finds them as the one before left them.
    """

    def __init__(self, task: Task, backend: str, rows: int) -> None:
        """Compile the step for so many rows; raises TypeError, naming the line, for what cannot be compiled.

        The last batch of an epoch may have fewer rows: that program is made here too, not in the middle of a training.
        """
        self.task, self.backend = task, backend
        self.inputs, self.targets = map(_whole, (task.inputs, task.targets))
        model, loss, clip = task.model, task.loss, task.clip

        def loss_of(inputs: Any, targets: Any) -> Value:
            return checked_loss(loss(of_rows(model, inputs), targets))

        clip_array = None if clip is None else clip.clip_array
        self._train = self._training(loss_of, clip_array)
        self._forward: CompiledForward | None = None
        self._rehearse(sorted({rows, len(self.inputs) % rows or rows}))
        self._train.spare_audits()

    def _training(self, loss: Callable[..., Value], clip: Any) -> TrainingStep:
        return compile_training(loss, self.task.optimizer.parameters, self.task.optimizer, self.backend, clip)

    def _rehearse(self, sizes: Sequence[int]) -> None:
        """Make a step on so many rows, for each size, and take it back: what cannot be compiled is refused here."""
        buffers_and_rng = BuffersAndRNG(self.task.model)
        before = buffers_and_rng.read()
        try:
            for rows in sizes:
                self._train(*self._batch(range(rows)))
                self._train.check(rows, self.inputs, self.targets)
        finally:
            buffers_and_rng.put(before)
        self.sync()

    def steps(self, plan: Sequence[Planned], stop: Callable[[], bool]) -> list[Stepped]:
        """Make the planned steps in order, fewer if `stop()` says so in between; return those that were made."""
        made: list[Stepped] = []
        clip, in_turn = self.task.clip, self.reads_the_optimizer
        for run, same in _alike(plan, 1 if clip is not None or in_turn else ALL):
            if same:
                losses = self._train(*self._batch(run[0].rows), steps=len(run), rate=run[0].rate).tolist()
            else:
                rows, rates = [p.rows for p in run], [p.rate for p in run]
                losses = self._train.on_rows(rows, rates, self.inputs, self.targets).tolist()
            norm = self._norm() if clip is not None else None
            made += [Stepped(loss, norm) for loss in losses]
            if in_turn:
                self._train.write_back()
            if not math.isfinite(losses[-1]) or stop():
                break
        return made

    @property
    def reads_the_optimizer(self) -> bool:
        """Whether the loss reads something of the optimizer that each step moves, so that it must be home each time."""
        return self._train.reads_the_optimizer()

    def _norm(self) -> float:
        norm = float(self._train.norm)
        if not math.isfinite(norm):
            report_norm(norm, [])
        return norm

    def _batch(self, rows: Sequence[int]) -> tuple[Array, Array]:
        if isinstance(rows, range):
            return self.inputs[rows.start : rows.stop], self.targets[rows.start : rows.stop]
        return self.inputs[rows], self.targets[rows]

    def write_back(self) -> None:
        """Leave parameters, memories and step count on the Values and the optimizer."""
        self._train.write_back()

    def sync(self) -> None:
        """Go on from what the Values and the optimizer hold now."""
        self._train.sync()

    def evaluate(self, inputs: list[Any], targets: list[Any]) -> float:
        """Return the loss on these rows in the model's behavior for use; the weights must have been written back."""
        predictions = self.predict(inputs)
        values = rebuilt(predictions, map(Value, flat(predictions)))
        return in_use(self.task.model, lambda: checked_loss(self.task.loss(values, targets)).data)

    def predict(self, inputs: list[Any]) -> list[Any]:
        """Return the predictions in the model's behavior for use; the weights must have been written back."""
        if self._forward is None:
            self._forward = _forward_of(self.task.model, MANY)
        forward, array = self._forward, np.asarray(inputs)
        found: list[Any] = in_use(self.task.model, lambda: _in_parts(forward, array)).tolist()
        return found

    def audit(self) -> str:
        """Return how the loss of the latest rows differs from what model and loss function give, or ""."""
        self._train.sync()
        return self._train.audit()


class DevicesStepper(CompiledStepper):
    """Steps whose rows many devices share, in one process or in many that all do the same."""

    def __init__(self, task: Task, rows: int, devices: Any) -> None:
        """Compile the step; raises ValueError for a model or loss that cannot be computed in parts."""
        _check_parts(task)
        self._devices = devices
        super().__init__(task, "jax", rows)
        if not isinstance(self.inputs, RowFiles):
            devices.agree([self.inputs, self.targets], "inputs and targets: give each all of them, in the same order")

    def _training(self, loss: Callable[..., Value], clip: Any) -> TrainingStep:
        from autograd.compile.on_devices import DevicesStep  # JAX is loaded here, and not before

        self._shared = DevicesStep(loss, self.task.optimizer.parameters, self.task.optimizer, self._devices, clip)
        return self._shared

    def agreed(self, interrupted: Callable[[], bool]) -> Callable[[], bool]:
        """Return a function that says whether any process was interrupted before the last step."""
        self._shared.asked = interrupted
        return lambda: self._shared.told

    def evaluate(self, inputs: list[Any], targets: list[Any]) -> float:
        """Return the loss on these rows as the first process finds it: what follows from it is to be done by all."""
        found = self._devices.gathered(np.array([[super().evaluate(inputs, targets)]]))
        return float(found[0, 0])


def _whole(data: Any) -> Any:
    return data if isinstance(data, RowFiles) else np.asarray(data)


def _check_parts(task: Task) -> None:
    """Raise ValueError if the loss of some rows is not the mean of what it is on parts of them."""
    for path, module in modules_of(task.model):
        mixes, draws = getattr(module, "mixes_rows", False), hasattr(module, "next_numbers")
        if mixes or draws:
            does = "mixes the rows of a batch" if mixes else "draws numbers at each step"
            raise ValueError(
                f"devices compute parts of a batch by themselves, and {path or 'the model'}, {said(module)}, {does}: "
                "train it without devices="
            )
    inputs, targets = task.inputs, task.targets
    half = min(len(inputs) // 2, FEW_ROWS)
    if not half:
        return
    whole, *parts = (
        tried_loss(task, inputs, targets, rows).data for rows in (range(2 * half), range(half), range(half, 2 * half))
    )
    if not math.isclose(whole, sum(parts) / 2, rel_tol=1e-9, abs_tol=1e-300):
        raise ValueError(
            f"devices compute parts of a batch by themselves, so its loss must be the mean of theirs: on {2 * half} "
            f"rows it is {whole!r}, on their halves {parts[0]!r} and {parts[1]!r}"
        )


def _alike(plan: Sequence[Planned], most: int) -> Iterator[tuple[list[Planned], bool]]:
    """Yield runs of steps, each of `most` or of about a tenth of a second, and whether a run's steps are all the same.

    If they are not, their batches have the same number of rows.
    """
    began, start = time.monotonic(), 0
    while start < len(plan):
        passed = time.monotonic() - began
        size = min(most, max(16, int(SLICE * start / passed)) if passed else 16)
        first, following = plan[start], plan[start + 1 : start + size]
        same = not following or _is_same(first, following[0])
        run = [first]
        for planned in following:
            if not (_is_same(first, planned) if same else len(planned.rows) == len(first.rows)):
                break
            run.append(planned)
        yield run, same or len(run) == 1
        start += len(run)


def _is_same(x: Planned, y: Planned) -> bool:
    return x.rows is y.rows and x.rate == y.rate


def _forward_of(model: Any, rows: int, backend: str = "numpy") -> CompiledForward:
    """Return the model's predictions as a program for so many rows, for use inside `in_use(model, …)`."""
    rows = ALL if _may_mix_rows(model) else rows
    forward = compile_forward(lambda inputs: of_rows(model, inputs), model.parameters(), backend, rows)
    forward.spare_audits()
    return forward


def _may_mix_rows(model: Any) -> bool:
    """Whether something in it has a `batch` of the user's own; ours take row after row, when they are in use."""
    parts = [model, *[module for _, module in modules_of(model)]]
    return any(hasattr(part, "batch") and root_of(part.batch) != NETWORKS for part in parts)


def _in_parts(forward: CompiledForward, array: Array) -> Array:
    """Return the predictions for all rows; the last part is filled up, since another size would be another program."""
    missing = -len(array) % forward.rows if forward.rows < ALL else 0
    full = np.concatenate([array, np.repeat(array[-1:], missing, axis=0)]) if missing else array
    return forward(full)[: len(array)]


def predict_compiled(model: Any, inputs: Any, backend: str = "numpy") -> Array:
    """Return what the model makes of each row in its behavior for use, by a program of arrays.

    Raises ValueError if a number is not finite, TypeError for what cannot be compiled.
    """
    array = np.asarray(inputs)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        place = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
        at = "".join(f"[{i}]" for i in place)
        raise ValueError(f"inputs{at} is {float(array[place])!r}: leave such rows out or fill them in")
    rows = FEW if len(array) < 4000 * FEW else MANY
    return in_use(model, lambda: _in_parts(_forward_of(model, rows, backend), array))

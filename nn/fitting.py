"""`fit`: a whole training in one call, that watches itself, can be interrupted, and goes on to the same bits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from nn.backends import make_stepper
from nn.clipping import Clip, ClipByNorm
from nn.datasets import split
from nn.history import History
from nn.optimizers import Optimizer
from nn.progress import Progress
from nn.rows import Loss, checked_count, checked_inputs, checked_targets
from nn.saving import Autosave
from nn.schedules import Schedule
from nn.snapshot import Surroundings
from nn.steppers import Task, record_loss
from nn.training import Callback, EarlyStopping, Training, interrupts

__all__ = ["fit", "prepare"]


def fit(
    model: Any,
    inputs: Any,
    targets: Any,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = None,
    shuffle: int | None = 0,
    validation: float | tuple[Any, Any] | None = None,
    early_stopping: EarlyStopping | int | None = None,
    schedule: Schedule | None = None,
    clip: Clip | float | None = None,
    callbacks: Iterable[Callback] = (),
    report_every: int | None = None,
    autosave: Autosave | None = None,
    backend: str = "auto",
    progress: bool | None = None,
    history: History | None = None,
) -> History:
    """Train the model until it has seen `epochs` epochs; leave it trained, and return how that went.

    inputs, targets   rows of numbers, and a target for each; `loss(predictions, targets)` returns one Value
    batch_size        rows a step; None, or more than there are, means all of them
    shuffle           the seed of the epochs' orders; None keeps the rows in order
    validation        the share of the rows to hold out, or (inputs, targets) of their own
    early_stopping    an EarlyStopping, or its patience in epochs
    schedule          a factor of the optimiser's learning rate, at each of the optimiser's steps
    clip              ClipByNorm, ClipByValue, or the greatest norm allowed
    callbacks         called with a Report every `report_every` epochs; one that returns True ends the training
    autosave          an Autosave: saves all that is needed to go on, and goes on from it if it is there already
    backend           "recorded" (pure Python), "numpy", "native" (machine code), "jax", or "auto"
    progress          whether to show a progress bar; None shows it in a terminal, if tqdm is there
    history           of an earlier run with the same model and optimiser, to go on to the same bits

    Ctrl-C ends the training after the step under way, a second one at once, with the weights of the latest report.
    A loss that is nan or infinite ends it with the last good weights back, and says where it was born.
    Raises TypeError or ValueError for bad data and settings before any work.
    """
    if isinstance(clip, int | float):
        clip = ClipByNorm(clip)
    task = prepare(model, inputs, targets, loss, optimizer, clip)
    held_out: tuple[list[Any], list[Any]] | None = None
    if isinstance(validation, tuple):
        held = checked_inputs(validation[0])
        held_out = held, checked_targets(validation[1], len(held))
    elif validation is not None:
        rows, wanted, *held_lists = split(task.inputs, task.targets, share=validation, seed=shuffle or 0)
        task = replace(task, inputs=rows, targets=wanted)
        held_out = held_lists[0], held_lists[1]
    if isinstance(early_stopping, int):
        early_stopping = EarlyStopping(early_stopping)
    callbacks = list(callbacks)
    goal = checked_count("epochs", epochs)
    count = len(task.inputs)
    if report_every is None:
        watched = callbacks or held_out or early_stopping or progress
        report_every = 1 if watched else max(1, goal // 100)
    size = count if batch_size is None else min(checked_count("batch_size", batch_size), count)
    training = Training(
        task=task,
        stepper=make_stepper(task, backend, size, goal * -(-count // size)),
        epochs=goal,
        batch_size=size,
        shuffle=shuffle,
        held_out=held_out,
        early_stopping=early_stopping,
        schedule=schedule,
        callbacks=callbacks,
        report_every=checked_count("report_every", report_every),
        autosave=autosave,
        history=history if history is not None else History(),
    )
    with Progress(progress) as bar, interrupts() as interrupted:
        training.run(bar, interrupted)
    return training.history


def prepare(model: Any, inputs: Any, targets: Any, loss: Loss, optimizer: Optimizer, clip: Clip | None) -> Task:
    """Return the task, checked: its first rows are run forward, so that wrong widths and losses are refused here."""
    rows = checked_inputs(inputs)
    task = Task(model, loss, optimizer, rows, checked_targets(targets, len(rows)), clip)
    surroundings = Surroundings(model)
    before = surroundings.read()
    try:
        record_loss(model, loss, rows, task.targets, range(min(2, len(rows))))
    finally:
        surroundings.put(before)
    return task

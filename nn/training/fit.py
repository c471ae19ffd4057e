"""`fit`: a whole training in one call, that watches itself, can be interrupted, and goes on to the same bits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from nn.history.history import History
from nn.optim.clipping import Clip
from nn.optim.optimizer import Optimizer
from nn.optim.schedules import Schedule
from nn.saving.save_and_load import Autosave
from nn.support.fields import checked_names, class_names, put_class_names
from nn.support.foreign_names import GUESSES
from nn.support.validate import Loss, checked_count, listed
from nn.training.backends_and_predict import devices_of, make_stepper
from nn.training.loop import Callback, EarlyStopping, Training, interrupts
from nn.training.prepare import (
    KINDS,
    are_files,
    check_names,
    hold_out,
    in_files,
    numbered,
    prepare,
    with_mean_weight_1,
    with_weights,
)
from nn.training.progress import Progress
from nn.training.settings import (
    Metrics,
    after,
    checked_autosave,
    checked_callbacks,
    checked_clip,
    checked_early_stopping,
    checked_history,
    checked_metrics,
    checked_schedule,
    checked_seed,
)


@GUESSES
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
    devices: int | str | None = None,
    progress: bool | None = None,
    history: History | None = None,
    weights: Any = None,
    metrics: Metrics = (),
) -> History:
    """Train the model until it has seen `epochs` epochs; leave it trained, and return how that went.

    inputs, targets   rows of numbers, and a target for each; `loss(predictions, targets)` returns one Value; arrays
                      and tables of NumPy, pandas, polars; names of classes become numbers, and `model.classes` and
                      `history.classes` say them again (see `nn.classify`); a model keeps its names in a later fit,
                      until `model.classes = ()`
    batch_size        rows a step; None, or more than there are, means all of them
    shuffle           the seed of the epochs' orders; None keeps the rows in order
    validation        the share of the rows to hold out, or (inputs, targets) of their own
    early_stopping    an EarlyStopping, or its patience in epochs
    schedule          a factor of the optimizer's learning rate, at each of the optimizer's steps
    clip              ClipByNorm, ClipByValue, or the greatest norm allowed
    callbacks         called with a Report every `report_every` epochs; one that returns True ends the training
    autosave          an Autosave: saves all that is needed to go on, and goes on from it if it is there already
    backend           "recorded" (pure Python), "numpy", "native" (machine code), "jax", or "auto"
    devices           with backend="jax": how many of the devices that JAX sees share the rows of each step, or "all";
                      in processes that `jax.distributed` has joined, each of which makes this call, all; see below
    progress          whether to show a progress bar; None shows it in a terminal, if tqdm is there
    history           of an earlier run with the same model and optimizer, to go on to the same bits
    weights           a number for each row, by which its loss counts: the loss is given its rows' as `weights=`,
                      divided by the mean of all rows' to train on.  Losses of this library are then means over the
                      rows of a batch, Σ weight · loss / rows, so that a row counts as often as its weight says in
                      small batches, too; one of your own should be so.  On rows held out it is their weighted mean.
    metrics           what to compute of predictions and targets at each report, for `history.metrics`: "accuracy", a
                      function, a list or dict of them; on the validation rows if there are any, else on all others

    Whatever the backend: the data are what they are when fit begins; what a callback does to them later is not seen.
    At each report and at the end the parameters hold the gradients of the last step, after clipping.  The loss finds
    the optimizer as the step before left it, and its own learning rate, not the one that a schedule makes of it.

    With `devices` a batch is cut into 8 parts, or one for each device if there are more, and what comes of the parts is
    added in their order: 1, 2, 4 and 8 devices, in one process or many, give the same bits on processors of one kind.
    So the loss must be a mean over rows, and no layer may mix rows or draw numbers, as batch norm and dropout do.  Only
    the first process writes the autosave; all of them read it.  inputs and targets may be lists of 8 paths, of files
    that `numpy.save` wrote: each holds as many rows, the k-th those of the k-th part of every batch, and a process
    opens those of its parts alone, without reading them into memory.

    Ctrl-C ends the training after the step under way, a second one at once, with the weights of the latest report.
    A loss that is nan or infinite ends it with the last good weights back, and says which operation made it.
    Compiled steps are compared with model and loss now and then, and at the end: a difference is named in a warning.
    The training rows' labels and indices are looked at wherever they stand.  A Value that the loss depends on and that
    neither the model's parameters() nor the optimizer hold is named in a warning.
    Raises TypeError or ValueError for bad data and settings, IndexError for what an embedding has not, before any work.
    """
    shuffle, limits, schedule = checked_seed(shuffle), checked_clip(clip), checked_schedule(schedule)
    early_stopping, called = checked_early_stopping(early_stopping), checked_callbacks(callbacks)
    autosave, history = checked_autosave(autosave), checked_history(history)
    goal, measures = checked_count("epochs", epochs), checked_metrics(metrics)
    sharing, files = devices_of(devices, backend), None
    if are_files(inputs):
        has_own = isinstance(validation, tuple | list)
        beside = {
            "a share held out": validation is not None and not has_own,
            "metrics of theirs": bool(measures) and not has_own,
            "weights": weights is not None,
        }
        *files, batch_size = in_files(inputs, targets, sharing, batch_size, beside)
        inputs, targets = ([x[i] for i in range(min(len(x), 2 * KINDS))] for x in files)
    targets, names = numbered(targets, class_names(model) or tuple(history.classes))
    check_names(checked_names(names), loss)
    if names and isinstance(validation, tuple | list) and len(validation) == 2:
        validation = (validation[0], numbered(validation[1], names, "validation ")[0])
    if weights is not None:
        given, (loss, targets, unweighted) = loss, with_weights(loss, targets, weights)
        measures = {name: after(unweighted, measure) for name, measure in measures.items()}
        if isinstance(validation, tuple | list) and len(validation) == 2:
            ones = [1.0] * len(listed(validation[1], "validation targets"))
            validation = (validation[0], with_weights(given, validation[1], ones)[1])
    task = prepare(model, inputs, targets, loss, optimizer, limits)
    task, held_out = hold_out(task, validation, shuffle)
    if weights is not None:
        task = replace(task, targets=with_mean_weight_1(task.targets, "the rows to train on"))
        held_out = held_out and (held_out[0], with_mean_weight_1(held_out[1], "the rows held out"))
    if files is not None:
        task = replace(task, inputs=files[0], targets=files[1])
    if names:
        history.classes = {name: i for i, name in enumerate(names)}
        put_class_names(model, names)
    count = len(task.inputs)
    if report_every is None:
        watched = called or held_out or early_stopping or progress or measures
        report_every = 1 if watched else max(1, goal // 100)
    size = count if batch_size is None else min(checked_count("batch_size", batch_size), count)
    training = Training(
        task=task,
        stepper=make_stepper(task, backend, size, goal * -(-count // size), sharing),
        epochs=goal,
        batch_size=size,
        shuffle=shuffle,
        held_out=held_out,
        early_stopping=early_stopping,
        schedule=schedule,
        callbacks=called,
        metrics=measures,
        report_every=checked_count("report_every", report_every),
        autosave=autosave,
        history=history,
        saves=sharing is None or sharing.is_first,
    )
    with Progress(progress if training.saves else False) as bar, interrupts() as interrupted:
        training.run(bar, interrupted)
    return training.history

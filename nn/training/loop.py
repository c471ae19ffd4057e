"""The course of a training: plan the steps to the next report, have them made, look at what came of them."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from autograd.recording.bulk import numbers_of
from autograd.support.messages import shown
from autograd.support.user_line import warn
from nn.history.history import History
from nn.optim.optimizer import Optimizer
from nn.optim.schedules import Schedule
from nn.saving.save_and_load import Autosave
from nn.saving.snapshot import BuffersAndRNG, Snapshot, numbers
from nn.support.fields import buffers_of
from nn.support.foreign_names import GUESSES
from nn.support.validate import check, checked_count, checked_number
from nn.training.progress import Progress
from nn.training.recorded import Planned, RecordedStepper, Stepped, Task, epoch_order
from nn.training.rerun_bad_step import find_trouble

INTERRUPTED = "interrupted from the keyboard"
SLICE = 0.2  # seconds between looks at the progress bar
FAR = 100_000  # rows whose order is drawn ahead (or steps on all rows): some 50 ms


@GUESSES.of_class
@dataclass(frozen=True)
class EarlyStopping:
    """Stop after `patience` epochs in a row without a loss lower by `margin` than the best, and take back the best.

    The loss is that of the validation rows if there are any, else that of training; one that is nan or infinite is
    never the best.  A training that ends before patience does keeps its latest weights, so that it can be gone on
    with: `history.stopped` then says which epoch was best, and `history.restore_best` takes it back.  (Prechelt 1998.)
    """

    patience: int = 10
    margin: float = 0.0

    def __post_init__(self) -> None:
        checked_count("EarlyStopping's patience", self.patience)
        margin = checked_number("EarlyStopping's margin", self.margin)
        check(margin >= 0.0, self, "the margin must be 0 or more")


@dataclass(frozen=True)
class Report:
    """What a callback is given at the end of an epoch; the weights have been written back to the model's Values."""

    model: Any
    optimizer: Optimizer
    history: History
    every: int = 1  # epochs from one report to the next

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return self.history.epochs

    @property
    def loss(self) -> float:
        """The loss of the latest epoch."""
        return self.history.losses[-1]


Callback = Callable[[Report], object]


@dataclass
class Training:
    """A training with all its settings, checked; `run` makes it."""

    task: Task
    stepper: RecordedStepper
    epochs: int
    batch_size: int
    shuffle: int | None
    held_out: tuple[list[Any], list[Any]] | None
    early_stopping: EarlyStopping | None
    schedule: Schedule | None
    callbacks: list[Callback]
    metrics: dict[str, Callable[[list[Any], list[Any]], Any]]
    report_every: int
    autosave: Autosave | None
    history: History
    saves: bool = True  # where many processes train, the first
    _trail: deque[tuple[Snapshot, list[Planned]]] = field(default_factory=lambda: deque(maxlen=2))

    def __post_init__(self) -> None:
        self._audited = False
        self._all = range(len(self.task.inputs))
        self._buffers_and_rng = BuffersAndRNG(self.task.model)
        self._check_place(self.history.batches, self.history.rows_so_far)

    def _check_place(self, batches: int, rows: int) -> None:
        """Raise ValueError if no epoch of this training stands after so many batches, of so many rows in all."""
        size, count = self.batch_size, len(self.task.inputs)
        if batches and (batches >= -(-count // size) or rows != batches * size):
            raise ValueError(
                f"the history stands in an epoch after {rows} rows in {batches} batch{'es' * (batches > 1)}, and here "
                f"an epoch has {count} rows in batches of {size}: go on with the rows and the batch_size of before"
            )

    def run(self, bar: Progress, interrupted: Callable[[], bool]) -> None:
        """Leave the model trained, and the history saying how and why it ended."""
        task, history = self.task, self.history
        interrupted = self.stepper.agreed(interrupted)
        if self.autosave is not None:
            self.autosave.resume(task.model, task.optimizer, history, self._check_place)
            self.stepper.sync()
        history.backend, history.stopped, history.trouble = self.stepper.backend, "", ""
        self._stop_early()  # a training that had ended so before is not gone on with
        while not history.stopped:
            if history.epochs >= self.epochs:
                history.stopped = f"all {self.epochs} epochs are done"
                break
            before, plan = Snapshot(task.model, task.optimizer, self._buffers_and_rng), self._plan()
            self._trail.append((before, plan))
            try:
                made = self._make(plan, bar, interrupted)
            except KeyboardInterrupt:
                before.restore()
                self.stepper.sync()
                history.stopped = INTERRUPTED
                break
            try:
                self._look(plan, made, bar, interrupted)
            except KeyboardInterrupt:
                history.stopped = history.stopped or INTERRUPTED
        self._say_the_best()
        if not history.trouble:
            self._save()
        if self._trail and not (self._audited or history.trouble or interrupted()):
            self._audit()

    def _audit(self) -> None:
        """Warn if the last loss is not what model and loss function give: compiled steps may have gone on as before."""
        self._audited = True
        if differs := self.stepper.audit():
            warn(
                f"at the end of this training the loss of the latest rows is {differs}: something that the model or "
                f"the loss reads changed meanwhile and could not be seen, so that the last epochs may be wrong; keep "
                f'it in a Value or an attribute of the model, or train with backend="recorded"',
                RuntimeWarning,
            )

    def _make(self, plan: list[Planned], bar: Progress, interrupted: Callable[[], bool]) -> list[Stepped]:
        """Make the steps of a plan, or those up to an interrupt, and write the weights back."""
        made: list[Stepped] = []
        while len(made) < len(plan) and not interrupted():
            until = time.monotonic() + SLICE
            made += self.stepper.steps(plan[len(made) :], lambda: interrupted() or time.monotonic() > until)  # noqa: B023
            bar.show(self.history, self.epochs, plan[0].rate)
        self.stepper.write_back()
        return made

    def _look(self, plan: list[Planned], made: list[Stepped], bar: Progress, interrupted: Callable[[], bool]) -> None:
        """Enter the steps that were made, and report if a report is due; recover if they went wrong."""
        history, task = self.history, self.task
        bad = next((i for i, step in enumerate(made) if not math.isfinite(step.loss)), len(made))
        if bad < len(made) or not all(map(math.isfinite, numbers_of(task.optimizer.parameters))):
            self._enter(plan, made[:bad])
            self._recover(bad)
            return
        self._enter(plan, made)
        if history.epochs >= self.epochs:
            self._audit()  # before the last callbacks, which may change what they like
        if interrupted():
            history.stopped = INTERRUPTED
            return
        if history.batches == 0 and (history.epochs % self.report_every == 0 or history.epochs == self.epochs):
            self._report()
            bar.show(history, self.epochs, plan[-1].rate)
        if self.autosave is not None and task.optimizer.step_count % self.autosave.every == 0:
            self._save()

    def _save(self) -> None:
        if self.autosave is not None and self.saves:
            self.autosave.save(self.task.model, self.task.optimizer, self.history)

    # ----------------------------------------------------------------------------- plan and book
    def _plan(self) -> list[Planned]:
        """Return the steps up to the next report or autosave, or FAR enough, from where the history stands."""
        count, size = len(self.task.inputs), self.batch_size
        epoch, step = self.history.epochs, self.task.optimizer.step_count
        last = min(self.epochs, (epoch // self.report_every + 1) * self.report_every)
        plan: list[Planned] = []
        skip, planned = self.history.batches, 0
        while epoch < last:
            order = epoch_order(self.shuffle, epoch, count) if size < count else []
            for start in range(skip * size, count, size):
                plan.append(Planned(order[start : start + size] or self._all, self._rate(step)))
                step += 1
                if self.autosave is not None and step % self.autosave.every == 0:
                    return plan
            epoch, skip = epoch + 1, 0
            planned += len(order) or 1
            if planned >= FAR:
                break
        return plan

    def _rate(self, step: int) -> float:
        base = self.task.optimizer.learning_rate
        if self.schedule is None:
            return base
        factor = self.schedule(step)
        if not 0.0 <= base * factor < math.inf:
            raise ValueError(f"{self.schedule} gives the factor {factor} at step {step}, not a finite one of 0 or more")
        return base * factor

    def _enter(self, plan: list[Planned], made: list[Stepped]) -> None:
        per_epoch = -(-len(self.task.inputs) // self.batch_size)
        for planned, step in zip(plan, made, strict=False):
            self.history.enter(step.loss, len(planned.rows), step.norm)
            if self.history.batches == per_epoch:
                self.history.end_epoch(planned.rate)

    # ---------------------------------------------------------------------------------- look
    def _report(self) -> None:
        history = self.history
        if self.held_out is not None:
            history.validation_losses.append(self.stepper.evaluate(*self.held_out))
        if self.metrics:
            inputs, targets = self.held_out or (self.task.inputs, self.task.targets)
            predictions = self.stepper.predict(inputs)
            for name, measure in self.metrics.items():
                found = checked_number(f"the metric {name}", measure(predictions, targets))
                history.metrics.setdefault(name, []).append(found)
        if self.early_stopping is not None:
            self._watch_for_the_best(self.early_stopping)
        report = Report(self.task.model, self.task.optimizer, history, self.report_every)
        asked = [callback for callback in self.callbacks if callback(report) is True]
        if asked and not history.stopped:
            who = shown(getattr(asked[0], "__name__", "a callback"))
            history.stopped = f"{who} asked to stop after epoch {history.epochs}"
        if self.callbacks:
            self.stepper.sync()  # one may have changed the weights

    def _watch_for_the_best(self, early_stopping: EarlyStopping) -> None:
        history = self.history
        loss, best = (history.validation_losses or history.losses)[-1], history.best_loss
        if math.isfinite(loss) and (best is None or not loss >= best - early_stopping.margin):  # best may be nan
            history.best_loss, history.best_epoch = loss, history.epochs
            history.best_parameters = numbers(self.task.optimizer.parameters).tolist()
            history.best_buffers = buffers_of(self.task.model)
        else:
            self._stop_early()

    def _stop_early(self) -> None:
        """If no epoch was better for long enough, leave the model as it was after the best, and the training ended."""
        history, early_stopping = self.history, self.early_stopping
        if early_stopping is None:
            return
        patience = early_stopping.patience
        if history.best_epoch is None:  # as long as validation gives nan
            lost = len(list(takewhile(lambda loss: not math.isfinite(loss), reversed(history.validation_losses))))
            if lost * self.report_every >= patience:
                history.stopped = (
                    f"the validation loss was not finite for {patience} epochs; no weights were taken back"
                )
        elif history.epochs - history.best_epoch >= patience:
            history.restore_best(self.task.model, self.task.optimizer)
            self.stepper.sync()
            history.stopped = (
                f"no better than {history.best_loss:.6g} for {patience} epochs; "
                f"the weights of epoch {history.best_epoch} are back"
            )

    def _say_the_best(self) -> None:
        """Add to the words of the end which epoch was best, if others than its weights are left."""
        history = self.history
        if self.early_stopping is None or history.best_epoch is None:
            return
        if numbers(self.task.optimizer.parameters).tolist() != history.best_parameters:
            history.stopped += (
                f"; epoch {history.best_epoch} was best with {history.best_loss:.6g}: "
                "history.restore_best(model, optimizer) takes its weights back"
            )

    def _recover(self, bad: int) -> None:
        """Put back the weights from before the update that led to step `bad` of the latest plan; say what went wrong.

        The steps since the oldest snapshot are made again but for the last: the same steps give the same bits.
        """
        history, task = self.history, self.task
        latest = self._trail[-1][1]
        bad_step = latest[bad] if bad < len(latest) else None
        done = [planned for _, plan in list(self._trail)[:-1] for planned in plan] + latest[:bad]
        self._trail[0][0].restore()
        self.stepper.sync()
        if len(done) > 1:
            self.stepper.steps(done[:-1], lambda: False)
            self.stepper.write_back()
        history.trouble = find_trouble(task, done[-1] if done else None, bad_step)
        good = "the weights are as they were" if not done else "the last good weights are back"
        history.stopped = f"the loss was no longer finite in epoch {history.epochs + 1}; {good}"


@contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether Ctrl-C was pressed inside the block; the second press raises as ever."""
    pressed = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (None, signal.SIG_IGN):
        yield pressed.is_set
        return

    def on_press(number: int, frame: Any) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    signal.signal(signal.SIGINT, on_press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)

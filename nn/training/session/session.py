"""A training session: forward, backward and update one at a time or many, and exactly back again."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from typing import Any, Final

from autograd import Value, number, steps
from nn.optim.optimizer import Optimizer
from nn.optim.sgd_and_adam import SGD
from nn.saving.snapshot import BuffersAndRNG, Gradients, numbers
from nn.support.fields import by_path
from nn.support.foreign_names import GUESSES
from nn.support.validate import Loss, check_learner, checked_count, checked_data, checked_parameter
from nn.training.recorded import epoch_order, record_pass
from nn.training.session.undo import State, UndoLog, UndoRecord, with_update
from nn.training.settings import checked_optimizer
from nn.training.unmoved import warn_unmoved

UNDO_LIMIT: Final = 64 * 2**20
NEXT: Final = {"forward": "backward", "backward": "update", "update": "forward"}  # the phase after each


@GUESSES.of_class
class TrainingSession:
    """A model in training: one step is `forward()`, `backward()`, `update()`, in this order; `back()` undoes steps.

    `loss(predictions, targets)` returns one Value.  With a `batch_size`, each epoch visits the rows in an order of its
    own, drawn from the seed.  What a phase or a change by hand overwrites is kept, up to `undo_limit` bytes (the oldest
    are dropped), so that going back gives parameters, gradients, memories, buffers and generators to the bit.

    Attributes
        model, inputs, targets, optimizer   as given, checked
        loss_value     the loss of the latest forward pass as a graph; None at the start of a step
        predictions    what the model made of the batch in that pass
    Raises TypeError or ValueError for ragged rows, wrong widths and counts, and a loss that is not one Value.
    """

    def __init__(
        self,
        model: Any,
        inputs: Sequence[Any],
        targets: Sequence[Any],
        *,
        loss: Loss,
        optimizer: Optimizer | None = None,
        seed: int = 0,
        batch_size: int | None = None,
        undo_limit: int = UNDO_LIMIT,
    ) -> None:
        check_learner(model, loss)
        self.model, self.loss, self.seed = model, loss, seed
        self.inputs, self.targets = checked_data(inputs, targets)
        plain = SGD(model.parameters(), learning_rate=0.1) if optimizer is None else optimizer
        self.optimizer = checked_optimizer(plain, model)
        count = len(self.inputs)
        self.batch_size = count if batch_size is None else min(checked_count("batch_size", batch_size), count)
        self.loss_value: Value | None = None
        self.predictions: list[Any] = []
        values = list(dict.fromkeys([*model.parameters(), *self.optimizer.parameters]))
        self._state = State(values, self.optimizer, BuffersAndRNG(model))
        self._phase = "forward"
        self._records = UndoLog(checked_count("undo_limit", undo_limit, least=0))
        self._order: tuple[int, list[int]] | None = None
        _, first = self.pass_again()  # so that wrong widths and losses are refused here
        warn_unmoved(model, loss, self.optimizer, (self.inputs, self.targets), first, lambda: self.pass_again()[1])

    # ----------------------------------------------------------------------------- where we are
    @property
    def undo_limit(self) -> int:
        """About how many bytes are kept to go back with."""
        return self._records.limit

    @undo_limit.setter
    def undo_limit(self, limit: int) -> None:
        self._records.limit = checked_count("undo_limit", limit, least=0)

    @property
    def phase(self) -> str:
        """The phase that comes next: "forward", "backward" or "update"."""
        return self._phase

    @property
    def undo_records(self) -> list[UndoRecord]:
        """What can be undone, the latest last."""
        return list(self._records)

    @property
    def step_count(self) -> int:
        """How many whole steps were made."""
        return len(self._state.history)

    @property
    def steps_per_epoch(self) -> int:
        """How many batches the rows make."""
        return -(-len(self.inputs) // self.batch_size)

    @property
    def epoch(self) -> int:
        """How many whole epochs were made."""
        return self.step_count // self.steps_per_epoch

    @property
    def history(self) -> list[float]:
        """The loss of each step made, before its update."""
        return list(self._state.history)

    def moments(self) -> list[tuple[int, array[float]]]:
        """Return (step, what the model's parameters held before it) for each step kept, and what they hold now."""
        updates = [record.kept.parameters for record in self._records if record.what == "update"]
        count = len(self.model.parameters())
        kept = [(self.step_count - len(updates) + k, held[:count]) for k, held in enumerate(updates)]
        return [*kept, (self.step_count, numbers(self.model.parameters()))]

    @property
    def batch(self) -> list[int]:
        """Which rows the current step is about."""
        if self.batch_size == len(self.inputs):
            return list(range(len(self.inputs)))
        if self._order is None or self._order[0] != self.epoch:
            self._order = self.epoch, epoch_order(self.seed, self.epoch, len(self.inputs))
        start = self.step_count % self.steps_per_epoch * self.batch_size
        return self._order[1][start : start + self.batch_size]

    # ------------------------------------------------------------------------------- the phases
    def forward(self) -> Value:
        """Return the loss of the model as it is now on the current batch, as a graph."""
        self._check_phase("forward")
        before = self._state.buffers_and_rng.read()
        try:
            self.predictions, self.loss_value = self._pass()
        except BaseException:
            self._state.buffers_and_rng.put(before)
            self.loss_value, self.predictions = None, []
            raise
        size = 200 + 20_000 * self._state.buffers_and_rng.changed
        self._done(UndoRecord("forward", "forward", size, (before, self._graph.data)))
        return self._graph

    def backward(self) -> None:
        """Leave on every node the gradient of the loss; what the parameters held from earlier steps is cleared."""
        self._check_phase("backward")
        before = Gradients(self._state.values)
        try:
            self._record_backward()
        except BaseException:
            before.put(self._state.values)
            raise
        self._done(UndoRecord("backward", "backward", 8 * len(self._state.values) + 300, before))

    def update(self) -> None:
        """Leave the parameters moved by one step of the optimizer, and the step entered in the history."""
        self._check_phase("update")
        optimizer, loss = self.optimizer, self._graph
        before = UndoRecord.of_update(self._state)
        self._state.history.append(loss.data)
        try:
            optimizer.step()
        except BaseException:
            before.undo(self._state)
            raise
        self._done(before)
        self.loss_value, self.predictions = None, []

    def step(self, n: int = 1) -> float:
        """Return the loss after `n` whole steps; a step that was begun is finished as the first of them."""
        for _ in range(checked_count("the number of steps", n)):
            if self._phase == "forward":
                self.forward()
            if self._phase == "backward":
                self.backward()
            self.update()
        return self._state.history[-1]

    def run(self, epochs: int, watch: Callable[[TrainingSession], None] | None = None) -> float:
        """Return the latest loss after so many more epochs; `watch(session)` is called after each step."""
        goal = self.epoch + checked_count("the number of epochs", epochs)
        self.run_until(lambda session: session.epoch >= goal, epochs * self.steps_per_epoch, watch)
        return self._state.history[-1]

    def run_until(
        self,
        goal: float | Callable[[TrainingSession], bool],
        limit: int = 10_000,
        watch: Callable[[TrainingSession], None] | None = None,
    ) -> bool:
        """Return whether the goal was met within `limit` steps: a loss below that number, or a condition that holds.

        The loss looked at is that of the latest step, before its update.  No step is made if the goal is met already.
        """
        checked_count("the limit of steps", limit)
        bound = math.nan if callable(goal) else number(goal)

        def met() -> bool:
            losses = self._state.history
            return bool(goal(self)) if callable(goal) else bool(losses) and losses[-1] < bound

        for _ in range(limit):
            if met():
                return True
            self.step()
            if watch is not None:
                watch(self)
        return met()

    # --------------------------------------------------------------------------- by hand
    @property
    def learning_rate(self) -> float:
        """The optimizer's learning rate; setting it can be undone, too."""
        return self.optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        before = self.optimizer.learning_rate
        self.optimizer.learning_rate = rate
        self._records.keep(UndoRecord("rate", self._phase, 100, before))

    def set_weight(self, weight: str | Value, x: float) -> None:
        """Leave a parameter, given itself or by its path, with the number `x`; a step that was begun starts again.

        Raises KeyError naming the nearest paths if there is none of that name.
        """
        named = by_path(self.model.named_parameters()) if isinstance(weight, str) else {}
        found = checked_parameter(weight, named, self._state.values)
        before = found.data
        found.data = number(x)
        self._records.keep(UndoRecord("weight", self._phase, 100, (found, before)))
        self._phase = "forward"
        self.loss_value, self.predictions = None, []

    def pass_now(self) -> tuple[list[Any], Value]:
        """Return the current step's predictions and loss as graphs: of its forward pass, or before that of one tried.

        Nothing is changed.
        """
        return self.pass_again() if self.loss_value is None else (self.predictions, self.loss_value)

    def pass_again(self) -> tuple[list[Any], Value]:
        """Return the same of a pass with the weights as they are now, from the buffers and generators of the step's."""
        state = self._state.buffers_and_rng

        def again() -> tuple[list[Any], Value]:
            if self._phase != "forward":
                state.put(self._latest_pass()[0])
            return self._pass()

        return state.rehearse(again)

    def recording(self, loss: Value | None = None) -> steps.Recording:
        """Return the current step as events that replay both ways: forward, backward, and the update it will make.

        Nothing is changed, and it makes no difference which phases are done.  `loss` may be what `pass_now` gave.
        """
        graph = self.pass_now()[1] if loss is None else loss
        return with_update(steps.record(graph, from_zero=True), self.optimizer)

    def _latest_pass(self) -> tuple[list[Any], float]:
        """Return buffers and generators before the current step's forward pass, and the loss that it gave."""
        found: tuple[list[Any], float] = [record.kept for record in self._records if record.what == "forward"][-1]
        return found

    # ------------------------------------------------------------------------------- and back
    def back(self, n: int = 1) -> None:
        """Leave everything as it was before the last `n` steps began, to the bit.

        A step that was begun counts as the first of them; changes by hand made since are undone too.
        Raises ValueError, and changes nothing, if fewer steps were made or are kept.
        """
        checked_count("the number of steps to go back", n)
        self.undo(self._records.count_of_steps(n))

    def undo(self, n: int = 1) -> None:
        """Leave everything as it was before the last `n` undo records: each phase and each change by hand is one.

        Raises ValueError, and changes nothing, if fewer were made or are kept.
        """
        self._records.check(checked_count("the number of undo records", n))
        for _ in range(n):
            self._phase = self._records.undo_latest(self._state)
        self.loss_value, self.predictions = None, []
        self._rebuild_graph()

    def _rebuild_graph(self) -> None:
        """Record the current step's passes again, up to the phase where we are."""
        if self._phase == "forward":
            return
        before, loss = self._latest_pass()
        after, gradients = self._state.buffers_and_rng.read(), Gradients(self._state.values)
        self._state.buffers_and_rng.put(before)
        self.predictions, self.loss_value = self._pass()
        if self._phase == "update":
            self._record_backward()
        gradients.put(self._state.values)
        # by their text, since a nan is not equal to itself
        if repr((self._graph.data, self._state.buffers_and_rng.read())) != repr((loss, after)):
            self._state.buffers_and_rng.put(after)
            raise RuntimeError(
                f"going back, the forward pass gave the loss {self._graph.data!r} where it had been {loss!r}: "
                "the model is not a function of its parameters, buffers and generators alone, or was changed meanwhile"
            )

    def __getstate__(self) -> dict[str, Any]:
        state = dict(vars(self))
        if any(record.what == "forward" for record in self._records):  # the graph can be recorded again
            state |= {"loss_value": None, "predictions": []}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if self.loss_value is None:
            self._rebuild_graph()

    # ------------------------------------------------------------------------------ the works
    @property
    def _graph(self) -> Value:
        if self.loss_value is None:
            raise RuntimeError("there is no graph yet: call forward()")
        return self.loss_value

    def _pass(self) -> tuple[list[Any], Value]:
        return record_pass(self.model, self.loss, self.inputs, self.targets, self.batch)

    def _record_backward(self) -> None:
        for value in self._state.values:
            value.clear_grad()
        self._graph.backward()

    def _check_phase(self, called: str) -> None:
        """Raise RuntimeError, saying what to call, if the phase that is called is not the one that comes next."""
        if called != self._phase:
            before = {later: earlier for earlier, later in NEXT.items()}
            begun = "not begun" if self._phase == "forward" else f"just done {before[self._phase]}()"
            step = self.step_count + 1
            raise RuntimeError(
                f"{called}() comes after {before[called]}(), and step {step} has {begun}: call {self._phase}()"
            )

    def _done(self, record: UndoRecord) -> None:
        self._records.keep(record)
        self._phase = NEXT[self._phase]

    def __repr__(self) -> str:
        latest = f"loss {self._state.history[-1]:.6g}" if self._state.history else "no loss yet"
        return f"TrainingSession(epoch {self.epoch}, step {self.step_count}, {latest}, next {self._phase}())"

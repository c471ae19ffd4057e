"""A training of XOR in which one can stand between any two operations, and from which one can go back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from autograd import Value, no_grad, sigmoid
from autograd.explain.naming import short_names
from autograd.explain.steps import Recording
from nn import MLP, SGD, TrainingSession, binary_cross_entropy_with_logits, datasets

PHASES: Final = ("forward", "backward", "update")


@dataclass
class Mark:
    """Where a command began, and what it takes to get back there."""

    place: int  # phases begun when it began
    cursor: int | None
    records: int = 0
    after: int = 0  # the place where it ended
    whole: dict[str, Any] | None = None  # all that was, if the command began anew


class Run:
    """The network, its training, the place within a phase, and a mark for each command that changed something."""

    def __init__(self, seed: int = 0) -> None:
        self._begin(seed)
        self._marks: list[Mark] = []
        self._hinted = False  # whether the names of nodes were explained

    def _begin(self, seed: int, activation: str = "tanh", rate: float = 0.1) -> None:
        self._seed = seed
        self._inputs, self._targets = datasets.xor()
        self._model = MLP(2, [4, 1], activation=activation, seed=seed)
        optimizer = SGD(self._model.parameters(), learning_rate=rate)
        self._training = TrainingSession(
            self._model, self._inputs, self._targets, loss=binary_cross_entropy_with_logits, optimizer=optimizer
        )
        self._cursor: int | None = None  # within a phase, the place among the step's events
        self._kept: tuple[Any, Any] = (None, None)
        self._seen: Value | None = None

    def _names(self) -> dict[str, Any]:
        # the rows are copies: what is done to them in Python must not reach the run
        rows = {"inputs": deepcopy(self._inputs), "targets": deepcopy(self._targets)}
        return {"model": self._model, "training": self._training, **rows}

    def _place(self) -> int:
        return 3 * self._training.step_count + PHASES.index(self._training.phase)

    @contextmanager
    def _marked(self) -> Iterator[None]:
        """Remember where a command began, however it ends."""
        self._notice()
        mark = Mark(self._place(), self._cursor)
        try:
            yield
        finally:
            mark.after = self._place()
            mark.records = mark.after - mark.place
            if mark.records or self._cursor != mark.cursor:
                self._marks.append(mark)

    def _notice(self) -> None:
        """Take what was done in Python since the last command as a command of its own."""
        begun = self._marks[-1].after if self._marks else 0
        if self._place() > begun:
            self._marks.append(Mark(begun, self._cursor, self._place() - begun, self._place()))
            self._cursor = None

    def _anew(self, *setting: Any) -> None:
        self._notice()
        mark = Mark(self._place(), self._cursor, whole=dict(vars(self)))
        self._begin(*setting)
        self._marks.append(mark)

    def _story(self) -> Recording:
        """Return the current step's recording, made anew if anything it depends on has changed."""
        weights = [weight.data for weight in self._model.parameters()]
        key = (self._training, self._training.step_count, self._training.learning_rate, weights)
        if self._kept[0] != key:
            self._kept = key, self._training.recording()
        story: Recording = self._kept[1]
        return story

    def _mine(self) -> list[int]:
        """Return the places of the present phase's events."""
        return [i for i, event in enumerate(self._story().events) if event.phase == self._training.phase]

    def _leave_phase(self) -> None:
        """Do what is left of a phase that was begun."""
        if self._cursor is not None:
            getattr(self._training, self._training.phase)()
            self._cursor = None

    def _unmark(self) -> None:
        mark = self._marks[-1]
        if mark.whole is not None:
            vars(self).update(mark.whole)
        elif mark.records:
            self._training.undo(mark.records)
        self._marks.pop()
        self._seen, self._cursor = None, mark.cursor

    def _back_epochs(self, count: int) -> None:
        goal = 3 * (self._training.epoch - count)
        if goal < 0:
            raise ValueError(f"only {self._training.epoch} epochs were made")
        while self._marks and self._marks[-1].whole is None and self._marks[-1].place >= goal:
            self._unmark()
        if (records := self._place() - goal) > 0:
            self._training.undo(records)
            self._marks[-1].records -= records
            self._marks[-1].after = goal
        self._seen, self._cursor = None, None

    def _say(self, row: Sequence[float]) -> float:
        with no_grad():
            answer: float = sigmoid(self._model(row)).data
        return answer

    def _is_solved(self, _: TrainingSession) -> bool:
        pairs = zip(self._inputs, self._targets, strict=True)
        return all(abs(self._say(row) - target) < 0.1 for row, target in pairs)

    def _weight_names(self) -> list[str]:
        return short_names(self._model.parameters())

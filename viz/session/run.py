"""A training in which one can stand between any two operations, and from which one can go back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from autograd import Value
from autograd.explain.naming import short_names
from autograd.explain.steps import Recording, Replay
from autograd.support.locks import cached_property
from autograd.support.messages import cut, shown
from nn import TrainingSession
from nn.training.session.questions import before_update
from viz.session.help_and_numbers import as_typed, place_of
from viz.session.predictions import rows_of_nodes

PHASES: Final = ("forward", "backward", "update")


@dataclass
class Mark:
    """Where a command began, and what it takes to get back there."""

    place: int  # phases begun when it began
    cursor: int | None
    records: int = 0
    after: int = 0  # the place where it ended
    whole: dict[str, Any] | None = None  # all that was, if the command began anew
    said: str = "what Python did"  # the command


class Story(NamedTuple):
    """A step's events, and for each node the row of data that it is of, None for what is of all."""

    recording: Recording
    predictions: list[Any]
    rows: list[int | None]


@dataclass
class Look:
    """What is looked at: a step, how far it has come, and which it is, in words."""

    recording: Recording
    now: Replay
    which: str

    @cached_property
    def places(self) -> dict[Value | None, int]:
        """Where each node stands in the recording."""
        return {node: i for i, node in enumerate(self.recording.nodes)}

    def place(self, name: str, parameters: Mapping[str, Value]) -> int:
        """Return the place of the node of that name, or of the parameter of that name or path.

        Raises ValueError if there is none, or if this pass calls one parameter so and the model another.
        """
        known, names = parameters.get(as_typed(name)), self.recording.words.names
        if known in self.places and as_typed(name) not in map(as_typed, names):
            return self.places[known]
        i = place_of(name, names)
        if known is not None and known is not self.recording.nodes[i]:
            raise ValueError(f"{cut(name)!r} stands for two weights here: say its path, as weights lists it")
        return i

    def adjoint(self, node: Value) -> float | None:
        """Return the gradient that a node has by now, None if there is none yet or it is no part of the step."""
        return self.now.adjoints[self.places[node]] if node in self.places else None


class Run:
    """A training, the place within a phase, and a mark for each command that changed something."""

    def __init__(self, training: TrainingSession, title: str) -> None:
        self._title = shown(title)
        self._marks: list[Mark] = []
        self._hinted = False  # whether the names of nodes were explained
        self._begin(training)

    def _begin(self, training: TrainingSession) -> None:
        self._training = training
        self._cursor: int | None = None  # within a phase, the place among the step's events
        self._kept: tuple[Any, Any] = (None, None)
        self._seen: Value | None = None

    @property
    def _model(self) -> Any:
        return self._training.model

    def _variables(self) -> dict[str, Any]:
        # the rows are copies: what is done to them in Python must not reach the run
        rows = {"inputs": deepcopy(self._training.inputs), "targets": deepcopy(self._training.targets)}
        called = {name: weight.data for name, weight in self._called().items()}
        weights = {name: number for name, number in called.items() if name.isidentifier()}
        return {**weights, "_weights": called, "model": self._model, "training": self._training, **rows}

    def _place(self) -> int:
        return 3 * self._training.step_count + PHASES.index(self._training.phase)

    @contextmanager
    def _marked(self, said: str) -> Iterator[None]:
        """Remember where a command began, however it ends."""
        self._notice()
        mark = Mark(self._place(), self._cursor, said=said)
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

    def _anew(self, training: TrainingSession, said: str) -> None:
        """Begin another run; the old one is kept to go back to."""
        self._notice()
        mark = Mark(self._place(), self._cursor, whole=dict(vars(self)), said=said)
        self._begin(training)
        self._marks.append(mark)

    def _story(self) -> Story:
        """Return the current step as a story, told anew if anything it depends on has changed."""
        weights = [weight.data for weight in self._model.parameters()]
        key = (self._training, self._training.step_count, self._training.learning_rate, weights)
        if self._kept[0] != key:
            predictions, loss = self._training.pass_now()
            recording = self._training.recording(loss)
            rows = rows_of_nodes(recording.nodes, predictions, self._training.batch, self._model.parameters())
            self._kept = key, Story(recording, predictions, rows)
        story: Story = self._kept[1]
        return story

    def _mine(self) -> list[int]:
        """Return the places of the present phase's events."""
        events = self._story().recording.events
        return [i for i, event in enumerate(events) if event.phase == self._training.phase]

    @contextmanager
    def _looked_at(self) -> Iterator[Look]:
        """Yield the pass that all commands speak of: the present one, between two steps the one just made.

        The latter is told as it was before its update moved the weights.
        """
        training, unit = self._training, "epoch" if self._training.steps_per_epoch == 1 else "step"
        count = training.step_count
        if self._cursor is None:
            with before_update(training) as is_made:
                if is_made:
                    recording = training.recording()
                    where = f"of {unit} {count}, before its update moved the weights"
                    moves = sum(event.phase == "update" for event in recording.events)
                    yield Look(recording, recording.replay(len(recording) - moves), where)
                    return
        recording = self._story().recording
        at = self._cursor if self._cursor is not None else next(iter(self._mine()), len(recording))
        comes = training.phase == "forward" and self._cursor is None
        yield Look(
            recording, recording.replay(at), f"of {unit} {count + 1}, which {'comes next' if comes else 'is under way'}"
        )

    def _leave_phase(self) -> None:
        """Do what is left of a phase that was begun."""
        if self._cursor is not None:
            getattr(self._training, self._training.phase)()
            self._cursor = None

    def _unmark(self) -> str:
        """Undo the last command, and return what it was."""
        mark = self._marks[-1]
        if mark.whole is not None:
            vars(self).update(mark.whole)
        elif mark.records:
            self._training.undo(mark.records)
        self._marks.pop()
        self._seen, self._cursor = None, mark.cursor
        return mark.said

    def _back_to_epoch(self, epoch: int) -> None:
        if not 0 <= epoch <= self._training.epoch:
            raise ValueError(f"only {self._training.epoch} epochs were made")
        goal = 3 * epoch * self._training.steps_per_epoch
        while self._marks and self._marks[-1].whole is None and self._marks[-1].place >= goal:
            self._unmark()
        if (records := self._place() - goal) > 0:
            self._training.undo(records)
            self._marks[-1].records -= records
            self._marks[-1].after = goal
        self._seen, self._cursor = None, None

    def _weight_names(self) -> list[str]:
        """Return the name of each parameter; where two would be called alike, their paths."""
        named = zip(short_names(self._model.parameters()), dict(self._model.named_parameters()), strict=True)
        return [path if name.endswith("]") else name for name, path in named]

    def _known_names(self) -> list[str]:
        """Return the names by which parameters may be called: those that they are shown by, and their paths."""
        return [*self._weight_names(), *dict(self._model.named_parameters())]

    def _called(self) -> dict[str, Value]:
        """Return the parameters by what is typed for them, but for what would stand for two."""
        called: dict[str, set[Value]] = {}
        for name, parameter in zip(self._known_names(), self._model.parameters() * 2, strict=True):
            called.setdefault(as_typed(name), set()).add(parameter)
        return {name: next(iter(meant)) for name, meant in called.items() if len(meant) == 1}

    def _weight_place(self, name: str) -> int:
        paths = [*dict(self._model.named_parameters())]
        if name in paths:
            return paths.index(name)
        names, known = self._weight_names(), self._story().recording.words.names
        if as_typed(name) in set(map(as_typed, known)) - set(map(as_typed, names)):
            raise ValueError(f"{cut(name)} is no weight, but given or computed: only a weight or bias can be moved")
        return place_of(name, names)

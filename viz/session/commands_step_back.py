"""Commands of a session that go on, go back and change: each public method is one, its words come as they were typed.

Everything shown here is computed by `autograd`, `nn` and `viz`: this file only asks and prints.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, Final

import nn
from autograd.explain.number_format import show_number
from nn import TrainingSession
from viz.session import help_and_numbers
from viz.session.board import GLYPHS, HEIGHT, KEYS, PROMPT_LINE, board, is_screen
from viz.session.commands_show_why import Looks
from viz.session.help_and_numbers import as_typed, count_from, number_from
from viz.session.predictions import NEAR, answers_of, is_right
from viz.session.prompt import progress, wrapped
from viz.session.run import PHASES, Mark
from viz.session.verdicts import shape_of, trouble_of
from viz.support.characters import paint

LIMIT: Final = 5000
_NEVER_BELOW_0: Final = (
    nn.mean_squared_error, nn.hinge, nn.softmax_cross_entropy, nn.binary_cross_entropy,
    nn.binary_cross_entropy_with_logits,
)  # fmt: skip


class Session(Looks):
    """The commands for a training of any model."""

    _tries = ""  # the lines of help that a session has of its own
    _talks = False  # whether a person types, and steps are drawn in place where there is room

    # ------------------------------------------------------------------------------------ go on
    def step(self, n: Any = 1) -> None:
        """Do the next operation of the forward pass, the backward pass or the update, or the next n.  Enter is one."""
        count = count_from(n, "step")
        with self._marked(f"step {count}" if count > 1 else "step"):
            for _ in range(count - 1):
                self._one_event(is_shown=not self._is_screen)
            self._one_event()

    def forward(self) -> None:
        """Do the forward pass, or what is left of it: every number, up to the loss."""
        self._phase("forward")

    def backward(self) -> None:
        """Do the backward pass, or what is left of it: every gradient, down to the weights."""
        self._phase("backward")

    def update(self) -> None:
        """Move every weight against its gradient."""
        self._phase("update")

    def epoch(self) -> None:
        """Do a whole round, or what is left of one: forward pass, backward pass, update."""
        with self._marked("epoch"):
            self._leave_phase()
            self._training.run(1)
        losses = self._training.history[-self._training.steps_per_epoch :]
        print(f"epoch {self._training.epoch}: the loss was {show_number(losses[-1])} before the update")
        print(self._rows())

    def run(self, epochs: Any) -> None:
        """Do so many epochs."""
        count, first = count_from(epochs, "run"), self._training.epoch
        with self._marked(f"run {count}"):
            self._leave_phase()
            self._training.run(count, lambda t: self._bar(t, first, count))
        self._report(first)

    def until(self, goal: Any = "solved", limit: Any = LIMIT) -> None:
        """Train until the loss is below a number, or, with `solved`, until every row is within 0.1 of its target."""
        condition = self._is_solved if goal == "solved" else number_from(goal, "until")
        count, first = count_from(limit, "until"), self._training.epoch
        if goal != "solved" and float(goal) <= 0.0 and self._training.loss in _NEVER_BELOW_0:
            raise ValueError(f"until takes a loss above 0, not {goal}: this loss is never below 0")
        answers = self._answers() if goal == "solved" else []
        if goal == "solved" and (not answers or any(answer.miss is None for answer in answers)):
            raise ValueError("here no row has a target that its answer can be held against: say until 0.1, a loss")
        steps_made = self._training.steps_per_epoch
        with self._marked(f"until {goal}"):
            self._leave_phase()
            met = self._training.run_until(condition, count * steps_made, lambda t: self._bar(t, first, count))
            progress(count, count, "")
        if goal != "solved":
            print(f"the loss is {'' if met else 'not '}below {goal} {'now' if met else f'after {count} more epochs'}")
        self._report(first, satisfied=met)

    # ---------------------------------------------------------------------------------- go back
    def back(self, n: Any = 1, unit: Any = "commands") -> None:
        """Undo the last command, or the last n, or n epochs (`back 100 epochs`), to the bit; `back to 12`: an epoch."""
        undone: list[str] = []
        to = n == "to" and unit != "commands"
        count = count_from(unit if to else n, "back", least=0 if to else 1)
        self._notice()
        if to:
            self._back_to_epoch(count)
        elif str(unit).startswith("epoch"):
            self._back_to_epoch(self._training.epoch - count)
        elif str(unit).startswith("command"):
            if count > len(self._marks):
                made = len(self._marks)
                few = f"only {made} command{'s' * (made != 1)} can be undone" if made else "there is nothing to undo"
                raise ValueError(few)
            undone = [self._unmark() for _ in range(count)]
        else:
            raise ValueError(f"back 3, back 3 epochs or back to 12, not back {n} {unit}")
        if self._is_screen and self._cursor is not None and self._cursor > self._mine()[0]:
            self._draw(board(self, self._cursor - 1), f"back: {self._training.phase} is under way")
        else:
            what = f"; undone: {', '.join(undone[:4])}{', …' * (len(undone) > 4)}" if undone else ""
            print(wrapped(f"back: {self._where()}{what}"))

    # ----------------------------------------------------------------------------------- change
    def rate(self, rate: Any = None) -> None:
        """Change the learning rate, or show it."""
        if rate is not None:
            self._notice()
            self._training.learning_rate = number_from(rate, "rate")
            self._marks.append(Mark(self._place(), self._cursor, 1, self._place(), said=f"rate {rate}"))
        print(f"the learning rate is {show_number(self._training.learning_rate)}")

    def set(self, weight: str, number: Any) -> None:
        """Give one weight a number by hand (`w211 = 3`), and see what becomes of the loss; the step starts again."""
        names = self._weight_names()
        i = self._weight_place(weight)
        self._notice()
        value, said = self._model.parameters()[i], f"{as_typed(names[i])} = {number}"
        mark = Mark(self._place(), self._cursor, 1, said=said)
        before, loss = value.data, self._story().recording.numbers[-1]
        self._training.set_weight(value, number_from(number, "set"))
        mark.after = self._place()
        self._marks.append(mark)
        self._seen, self._cursor = value, None
        now = self._story().recording.numbers[-1]
        moved = "the loss stays" if now == loss else f"the loss {'rises' if now > loss else 'falls'}"
        to = show_number(now) if now == loss else f"from {show_number(loss)} to {show_number(now)}"
        print(wrapped(f"{names[i]} is {show_number(value.data)} now; it was {show_number(before)}; {moved} {to}"))

    # ------------------------------------------------------------------------------------ leave
    def quit(self) -> None:
        """Leave."""
        raise SystemExit

    # -------------------------------------------------------------------------------- the works
    @property
    def _is_screen(self) -> bool:
        return self._talks and is_screen()

    def _keys(self) -> str:
        taken = {as_typed(name) for name in self._weight_names()}  # a weight that is called b is shown by b
        return " · ".join(key[2:] if key[:1] in taken and key[1:2] == " " else key for key in KEYS.split(" · "))

    def _help(self) -> str:
        names = [*map(as_typed, self._weight_names())]
        example = next((name for name in reversed(names) if name.endswith("11")), names[0])
        told = help_and_numbers.HELP.format(tries=self._tries, w=example).split("\n")
        table = [wrapped(line, hang=" " * (17 if line[0] == " " else 26)) for line in told]
        path, spoken = next(iter(dict(self._model.named_parameters()))), help_and_numbers.BY_LAYERS
        if not any("⁽" in name for name in self._weight_names()):
            spoken = help_and_numbers.BY_PATHS.format(w=names[0], path=path)
        text = "\n".join([*table, wrapped(help_and_numbers.NOTES.format(names=spoken))])
        if len(text.split("\n")) > shutil.get_terminal_size().lines - 2:
            text = wrapped(
                "\n".join([*help_and_numbers.short_help(told), help_and_numbers.NOTES.format(names=spoken)]),
                hang=" " * 9,
            )
        return text

    def _greeting(self) -> str:
        count, rows = len(self._model.parameters()), len(self._training.inputs)
        about = f"{self._title}: {count} weights and biases to learn, {rows} row{'s' * (rows != 1)} of data."
        lines = help_and_numbers.GREETING.format(about=about, rows=self._rows()).split("\n")
        return "\n".join(wrapped(line, hang=" " * 17 * (line[14:17] == "   ")) for line in lines)

    def _one_event(self, *, is_shown: bool = True) -> None:
        story, phase, mine = self._story().recording, self._training.phase, self._mine()
        i = mine[0] if self._cursor is None else self._cursor
        event = story.events[i]
        if is_shown and not self._is_screen and not self._hinted:
            names = story.words.names
            print(
                wrapped(
                    help_and_numbers.HINT
                    if any("⁽" in name for name in names)
                    else help_and_numbers.SHORT_HINT.format(L=names[-1]),
                    hang="  ",
                )
            )
            self._hinted = True
        self._seen = story.nodes[getattr(event, "parent", event.node)]
        shown = board(self, i) if is_shown and self._is_screen else []
        self._cursor = i + 1
        where = ""
        if i == mine[-1]:
            self._leave_phase()
            where = f"  {self._where()}"
        if shown:
            self._draw(shown, f"{phase} is done; {self._training.phase} comes next" if where else "")
        elif is_shown:
            said = f"{GLYPHS[phase]} {phase} {i - mine[0] + 1}/{len(mine)}  {story.sentence(i)}"
            print(wrapped(said, hang="    "))
            if where:
                print(wrapped(where))

    def _draw(self, lines: Sequence[str], then: str) -> None:
        """Draw a board in place, with a word at its end, the keys below, and the cursor where one types."""
        text = "\n".join([*lines[:-1], f"  {then}"])
        print(f"\x1b[H\x1b[2J{text}\x1b[{HEIGHT};1H{paint(self._keys(), 'quiet')}\x1b[{PROMPT_LINE};1H", end="")

    def _phase(self, phase: str) -> None:
        with self._marked(phase):
            story = self._story().recording
            getattr(self._training, phase)()
            self._cursor = None
        events = [i for i, event in enumerate(story.events) if event.phase == phase]
        if phase == "forward":
            print(f"► {len(events)} operations; the loss is {show_number(story.numbers[-1])}")
            print(self._rows())
        elif phase == "backward":
            print(f"◀ {len(events)} operations; every weight has its gradient now")
            self.weights()
        else:
            print(wrapped("\n".join(f"◆ {story.sentence(i)}" for i in events), hang="    "))
        print(wrapped(self._where()))

    def _where(self) -> str:
        training = self._training
        done = f"after epoch {training.epoch}" if training.epoch else "at the beginning"
        if training.step_count % training.steps_per_epoch:
            done = f"after step {training.step_count}"
        phases = [*takewhile(lambda phase: phase != training.phase, PHASES)]
        if phases:
            done = f"in epoch {training.epoch + 1}, with {' and '.join(phases)} done"
        loss = f"; the loss is {show_number(training.loss_value.data)}" if training.loss_value is not None else ""
        inside = " is under way" if self._cursor is not None else " comes next"
        return f"{done}{loss}; {training.phase}{inside}"

    def _report(self, first: int, *, satisfied: bool = False) -> None:
        """Say what a run brought, and why it is not there yet, unless it is where it was to go."""
        training, made = self._training, self._training.epoch - first
        if made:
            losses = training.history[first * training.steps_per_epoch :]
            print(f"{made} epochs: the loss went from {show_number(losses[0])} to {show_number(losses[-1])}")
        print(self._rows())
        if (answers := self._answers()) and all(map(is_right, answers)):
            print(wrapped(f"Solved after {training.epoch} epochs: every row is within {NEAR} of its target."))
        elif made >= 100 and not satisfied:
            print(wrapped(trouble_of(training)))
        if len(training.history) > 1:
            print(wrapped(shape_of(training.history)))

    def _bar(self, training: TrainingSession, first: int, of: int) -> None:
        done = training.epoch - first
        if done % 20 == 0 or done == of:
            progress(done, of, f"loss {show_number(training.history[-1])}")

    def _is_solved(self, training: TrainingSession) -> bool:
        return all(map(is_right, answers_of(training)))

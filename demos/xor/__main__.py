"""Step through the training of XOR: `python -m demos.xor`, or a script of commands: `python -m demos.xor script.txt`.

Everything shown here is computed by `autograd`, `nn` and `viz`: this file only asks and prints.
"""

from __future__ import annotations

import argparse
import os
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any

import viz
from autograd import Value, explain
from autograd.explain.numbers import show_number
from autograd.support.messages import documentation
from demos.stuck import ILL, shape_of, trouble_of
from demos.xor.prompt import Prompt, has_terminal, progress, usage, wrapped
from demos.xor.run import PHASES, Mark, Run
from demos.xor.words import GREETING, HELP, HINT, as_typed, count_from, number_from, place_of
from nn import TrainingSession, diagnose
from viz.pages.document import window_browser

ARROWS = {"forward": "▶", "backward": "◀", "update": "△"}
LIMIT = 5000


class Session(Run):
    """The commands: each public method is one, and its words arrive as they were typed."""

    # ------------------------------------------------------------------------------------ go on
    def step(self, n: Any = 1) -> None:
        """Do the next operation of the forward pass, the backward pass or the update, or the next n."""
        count = count_from(n, "step")
        with self._marked():
            for _ in range(count):
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
        with self._marked():
            self._leave_phase()
            loss = self._training.step()
        print(f"epoch {self._training.epoch}: the loss was {show_number(loss)} before the update")
        print(self._rows())

    def run(self, epochs: Any) -> None:
        """Do so many epochs."""
        count, first = count_from(epochs, "run"), self._training.epoch
        with self._marked():
            self._leave_phase()
            self._training.run(count, lambda t: self._bar(t, first, count))
        self._report(first)

    def until(self, goal: Any = "solved", limit: Any = LIMIT) -> None:
        """Train until the loss is below a number, or, with `solved`, until every row is within 0.1 of its target."""
        condition = self._is_solved if goal == "solved" else number_from(goal, "until")
        count, first = count_from(limit, "until"), self._training.epoch
        with self._marked():
            self._leave_phase()
            met = self._training.run_until(condition, count, lambda t: self._bar(t, first, count))
            self._bar(None, 0, count)
        if goal != "solved":
            print(f"the loss is {'' if met else 'not '}below {goal} {'now' if met else f'after {count} more epochs'}")
        self._report(first, satisfied=met)

    # ---------------------------------------------------------------------------------- go back
    def back(self, n: Any = 1, unit: str = "commands") -> None:
        """Undo the last command, or the last n, or n epochs (`back 100 epochs`), to the bit."""
        count = count_from(n, "back")
        self._notice()
        if unit.startswith("epoch"):
            self._back_epochs(count)
        elif count > len(self._marks):
            few = f"only {len(self._marks)} commands can be undone" if self._marks else "there is nothing to undo"
            raise ValueError(few)
        else:
            for _ in range(count):
                self._unmark()
        print(wrapped(f"back: {self._where()}"))

    # ------------------------------------------------------------------------------------- look
    def rows(self) -> None:
        """Show what the network says of each row now."""
        print(self._rows())

    def weights(self) -> None:
        """Show each weight with its gradient; in the middle of a pass, as far as it has come."""
        now = self._story().replay(self._cursor) if self._cursor is not None else None
        shown = {}
        for name, weight in zip(self._weight_names(), self._model.parameters(), strict=True):
            if now is not None:
                i = now.recording.index(weight)
                weight = Value(now.values[i])
                if now.adjoints[i] is not None:
                    weight.grad = now.adjoints[i]
            shown[f"{name:<8}{as_typed(name)}"] = weight
        print(viz.table(shown))

    def why(self, name: str | None = None) -> None:
        """Explain a gradient by the chain rule: of the node of that name, or of what was shown last."""
        story = self._story()
        if name is None:
            known = self._seen is not None and self._seen in story.nodes
            steepest = max(self._model.parameters(), key=lambda weight: abs(story.gradient(weight) or 0.0))
            node = self._seen if known else steepest
        else:
            node = story.nodes[place_of(name, story.words.names)]
        print(wrapped(str(explain(story.nodes[-1], node, paths=3)), hang="    "))

    def curve(self) -> None:
        """Plot the loss of each epoch so far, and say what shape it has."""
        print(viz.terminal.loss_curve(self._training.history))
        if len(self._training.history) > 1:
            print(wrapped(shape_of(self._training.history)))

    def boundary(self) -> None:
        """Show what the network says over the plane of its two inputs: the probability that the answer is 1."""
        print(viz.terminal.decision_boundary(self._say, self._inputs, self._targets))

    def health(self) -> None:
        """Show what a diagnosis of this training finds: dead units, vanishing gradients, the rate, a plateau."""
        run = self._training
        found = diagnose(
            run.model, run.inputs, run.targets, loss=run.loss, optimizer=run.optimizer, history=run.history
        )
        print(wrapped(str(found)))

    def svg(self, what: str = "both") -> None:
        """Write a picture of the network, of the loss's graph (svg loss), or of both."""
        graph = self._story().nodes[-1] if self._training.loss_value is None else self._training.loss_value
        pictures = {"network": lambda: viz.draw_network(self._model, self._inputs), "loss": lambda: viz.draw(graph)}
        if what != "both" and what not in pictures:
            raise ValueError(f"svg network, svg loss or svg alone, not svg {what}")
        for name in pictures if what == "both" else [what]:
            print(f"wrote {pictures[name]().save(Path(f'xor_{name}.svg'))}")

    def page(self) -> None:
        """Open a page in the browser that steps through this epoch, at the step where you stand."""
        mine = self._mine()
        at = self._cursor if self._cursor is not None else mine[0]
        story = self._story().nodes[-1]
        page = viz.steps(story, optimizer=self._training.optimizer, title="XOR, step by step")
        show_page(page, "steps", f"step={at}")

    def film(self) -> None:
        """Open a page in the browser that shows the training so far as a film: network, answers, loss, gradients."""
        now = f"epoch={self._training.epoch}"
        show_page(viz.film(self._training, title="XOR, the training so far"), "film", now)

    def playground(self) -> None:
        """Open a page in the browser in which this network computes: drag its weights, press step, epoch or run."""
        run = self._training
        page = viz.playground(
            run.model, run.inputs, run.targets, loss=run.loss, optimizer=run.optimizer, title="XOR, to play with"
        )
        show_page(page, "playground")

    # ----------------------------------------------------------------------------------- change
    def rate(self, rate: Any = None) -> None:
        """Change the learning rate, or show it."""
        if rate is not None:
            self._notice()
            self._training.learning_rate = number_from(rate, "rate")
            self._marks.append(Mark(self._place(), self._cursor, 1, self._place()))
        print(f"the learning rate is {show_number(self._training.learning_rate)}")

    def set(self, weight: str, number: Any) -> None:
        """Give one weight a number by hand; a step that was begun starts again."""
        names = self._weight_names()
        i = place_of(weight, names)
        self._notice()
        value, mark = self._model.parameters()[i], Mark(self._place(), self._cursor, 1)
        before = value.data
        self._training.set_weight(value, number_from(number, "set"))
        mark.after = self._place()
        self._marks.append(mark)
        self._seen, self._cursor = value, None
        print(f"{names[i]} is {show_number(value.data)} now; it was {show_number(before)}")

    def restart(self, seed: Any = None) -> None:
        """Begin anew with the weights of a seed, by default of the next one; back returns to the old run."""
        self._anew(self._seed + 1 if seed is None else count_from(seed, "restart", least=0))
        print(f"a new beginning, with seed {self._seed}\n{self._rows()}")

    def stuck(self, kind: str = "plateau") -> None:
        """Begin a run that gets stuck: dead (units), plateau, or rate (too high); then type run 1000 to see."""
        if kind not in ILL:
            raise ValueError(f"stuck takes one of {', '.join(ILL)}, not {kind!r}")
        ill = ILL[kind]
        self._anew(ill.seed, ill.activation, ill.rate)
        for layer in self._model.layers:
            for neuron in layer.neurons:
                for weight in neuron.weights:
                    weight.data *= ill.scale
        for neuron in self._model.layers[0].neurons:
            neuron.bias.data = ill.bias
        what = "Type run 1000 to see what becomes of it; back returns to the old run."
        print(wrapped(f"a new beginning: {ill.story}.  {what}"))

    def seeds(self, n: Any = 10) -> None:
        """Train from the seeds 0 to n − 1, each until solved, and tell how many were and how fast."""
        count, epochs = count_from(n, "seeds"), []
        for seed in range(count):
            trial = Session(seed)
            if trial._training.run_until(trial._is_solved, LIMIT):
                epochs.append(trial._training.epoch)
            progress(seed + 1, count, f"seed {seed}")
        speed = f": the fastest in {min(epochs)}, the slowest in {max(epochs)}" if epochs else ""
        print(wrapped(f"{len(epochs)} of {count} beginnings learned XOR within {LIMIT} epochs{speed}"))

    # ------------------------------------------------------------------------------------ leave
    def help(self, command: str | None = None) -> None:
        """Show what can be typed, or more about one command."""
        if command is None:
            print(HELP)
        elif command[:1] == "_" or not callable(getattr(self, command, None)):
            raise ValueError(f"there is no command {command!r}; help alone lists them")
        else:
            method = getattr(self, command)
            print(f"{usage(command, method)}\n  {documentation(method)}".rstrip())

    def quit(self) -> None:
        """Leave."""
        raise SystemExit

    # -------------------------------------------------------------------------------- the works
    def _one_event(self) -> None:
        story, phase, mine = self._story(), self._training.phase, self._mine()
        i = mine[0] if self._cursor is None else self._cursor
        event = story.events[i]
        if not self._hinted:
            print(HINT)
            self._hinted = True
        self._seen = story.nodes[getattr(event, "parent", event.node)]
        where = f"{ARROWS[phase]} {phase} {i - mine[0] + 1}/{len(mine)}"
        print(wrapped(f"{where}  {story.sentence(i)}", hang="    "))
        self._cursor = i + 1
        if i == mine[-1]:
            self._leave_phase()
            print(wrapped(f"  {self._where()}"))

    def _phase(self, phase: str) -> None:
        with self._marked():
            story = self._story()
            getattr(self._training, phase)()
            self._cursor = None
        events = [i for i, event in enumerate(story.events) if event.phase == phase]
        if phase == "forward":
            print(f"▶ {len(events)} operations; the loss is {show_number(self._training.loss_value.data)}")
            print(self._rows())
        elif phase == "backward":
            print(f"◀ {len(events)} operations; every weight has its gradient now")
            self.weights()
        else:
            print(wrapped("\n".join(f"△ {story.sentence(i)}" for i in events), hang="    "))
        print(wrapped(self._where()))

    def _where(self) -> str:
        training = self._training
        done = f"after epoch {training.epoch}" if training.epoch else "at the beginning"
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
            losses = training.history[first:]
            print(f"{made} epochs: the loss went from {show_number(losses[0])} to {show_number(losses[-1])}")
        print(self._rows())
        if self._is_solved(training):
            print(f"Solved after {training.epoch} epochs: every row is within 0.1 of its target.")
        elif made >= 100 and not satisfied:
            print(wrapped(trouble_of(training)))
        if len(training.history) > 1:
            print(wrapped(shape_of(training.history)))

    def _bar(self, training: TrainingSession | None, first: int, of: int) -> None:
        if training is None or (training.epoch - first) % 20 == 0 or training.epoch - first == of:
            done = of if training is None else training.epoch - first
            progress(done, of, "" if training is None else f"loss {show_number(training.history[-1])}")

    def _rows(self) -> str:
        lines = ["  x₁ x₂   wanted   says"]
        for row, target in zip(self._inputs, self._targets, strict=True):
            says = self._say(row)
            mark = "  ✓" if abs(says - target) < 0.1 else ""
            lines.append(f"   {row[0]:.0f}  {row[1]:.0f}      {target:.0f}     {says:.3f}{mark}")
        return "\n".join(lines)


def show_page(page: viz.Page, name: str, address: str = "") -> None:
    """Show a page in the browser and say where it is; a script leaves it in a file instead."""
    if not has_terminal():
        print(f"wrote {page.save(f'xor_{name}.html')}")
        return
    place = page.open(address)
    done = "opened" if window_browser() else "no browser was found here; open the file in one:"
    print(f"{done} {place.as_uri()}{'#' * bool(address)}{address}")


def main() -> int:
    """Run a script, or talk; return 1 if a line of a script was wrong."""
    options = argparse.ArgumentParser(prog="python -m demos.xor", description="Step through the training of XOR.")
    options.add_argument("script", nargs="?", help="a file of commands; without it, standard input or a prompt")
    options.add_argument("--seed", type=int, default=0, help="the seed of the first weights")
    options.add_argument("--plain", action="store_true", help="use Python's own prompt even where IPython is installed")
    given = options.parse_args()
    if given.script is not None and not Path(given.script).is_file():
        options.error(f"there is no file {given.script!r} to read commands from")
    session = Session(given.seed)
    prompt = Prompt(session, session._names)
    greeting = GREETING.format(rows=session._rows())
    if given.script is None and has_terminal():
        prompt.talk(greeting, plain=given.plain)
        return 0
    print(greeting)
    if given.script is None:
        return int(bool(prompt.run_script(sys.stdin or ())))
    return int(bool(prompt.run_script(Path(given.script).read_text(encoding="utf-8").splitlines(keepends=True))))


if __name__ == "__main__":
    try:
        code = main()
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:  # nobody reads on, or the disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that what is left is not written when Python ends
        code = 0 if isinstance(error, BrokenPipeError) else f"nothing more can be written: {error.strerror}"
    sys.exit(code)

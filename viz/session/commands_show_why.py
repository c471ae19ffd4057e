"""The commands that look: rows, weights, reasons, curves, pictures and pages.  Nothing is changed by them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import autograd
import nn
from autograd import Value
from autograd.explain.number_format import show_number
from nn.training.session.questions import loss_with
from viz import terminal
from viz.graph.drawing import draw
from viz.graph.network import draw_network
from viz.pages.document import Page, window_browser
from viz.pages.film.film import film
from viz.pages.playground.playground import playground
from viz.pages.steps.steps import steps
from viz.session.help_and_numbers import as_typed, number_from
from viz.session.predictions import Answer, answers_of, rows_table
from viz.session.prompt import has_terminal, wrapped
from viz.session.run import Run
from viz.session.verdicts import compared, shape_of

MOST_WEIGHTS: Final = 60  # beyond, a table is by layer


class Looks(Run):
    """What can be looked at."""

    def rows(self) -> None:
        """Show what the model says of each row now."""
        print(self._rows())

    def weights(self) -> None:
        """Show each weight as it is now with its gradient; in the middle of a pass, as far as it has come."""
        named = dict(self._model.named_parameters())
        with self._looked_at() as look:
            slopes = [look.adjoint(weight) for weight in named.values()]
        if len(named) <= MOST_WEIGHTS:
            names = self._weight_names()
            wide = max(map(len, names)) + 2
            named = {f"{n:<{wide}}{as_typed(n)}": w for n, w in zip(names, named.values(), strict=True)}
        shown = {name: Value(weight.data) for name, weight in named.items()}
        for weight, slope in zip(shown.values(), slopes, strict=True):
            if slope is not None:
                weight.grad = slope
        print(terminal.table(shown))
        print(wrapped(f"gradients {look.which}"))

    def why(self, name: str | None = None) -> None:
        """Explain a gradient by the chain rule: of the node of that name, or of what was shown last."""
        with self._looked_at() as look:
            recording, slopes = look.recording, look.recording.replay(len(look.recording)).adjoints
            if name is not None:
                i = look.place(name, self._called())
            elif self._seen in look.places:
                i = look.places[self._seen]
            else:
                weights = [look.places[weight] for weight in self._model.parameters() if weight in look.places]
                i = max(weights, key=lambda k: abs(slopes[k] or 0.0))
            text = f"{autograd.explain(recording.nodes[-1], recording.nodes[i], paths=3)}\n({look.which})"
        print(wrapped(text, hang="    "))

    def show(self, name: str) -> None:
        """Show one weight, sum or answer, with its number and its gradient: `w211` alone does the same."""
        with self._looked_at() as look:
            names = look.recording.words.names
            i = look.place(name, self._called())
            node, number, slope = look.recording.nodes[i], look.now.values[i], look.now.adjoints[i]
        self._seen, number = node, node.data if node.is_leaf else number  # a weight is told as it is now
        figures = f"{names[i]} = {show_number(number)};  ∂L/∂{names[i]} = {show_number(slope)}"
        print(wrapped(f"{figures}  ({look.which})"))

    def nudge(self, weight: str, push: Any = 0.01) -> None:
        """Show what a small push of a weight does to the loss, measured, beside what its gradient foretells."""
        names, h = self._weight_names(), number_from(push, "nudge")
        i = self._weight_place(weight)
        if h == 0.0:
            raise ValueError("nudge takes a push that is not 0")
        name, value, recording = names[i], self._model.parameters()[i], self._story().recording
        slope = (recording.gradient(value) if value in set(recording.nodes) else None) or 0.0
        before, x = recording.numbers[-1], value.data
        after, tiny = loss_with(self._training, value, x + h), 6e-6 * max(1.0, abs(x))  # ∛ε: a difference's best
        beside = loss_with(self._training, value, x - tiny), before, loss_with(self._training, value, x + tiny)
        foretold, measured = slope * h, after - before
        print(wrapped(f"{name} pushed by {show_number(h)}, from {show_number(x)} to {show_number(x + h)}:"))
        figures = f"({show_number(slope)})({show_number(h)}) = {show_number(foretold)}"
        print(wrapped(f"  foretold  gradient × push = {figures}", hang="            "))
        ends = f"{before:.7g} → {after:.7g}".replace("-", "−")
        print(wrapped(f"  measured  L: {ends}, a change of {show_number(measured)}", hang="            "))
        print(wrapped(compared(foretold, measured, slope, beside, tiny)))

    def curve(self) -> None:
        """Plot the loss of each epoch so far, and say what shape it has."""
        plot, room = terminal.loss_curve(self._training.history), shutil.get_terminal_size().columns
        if (over := max(map(len, plot.split("\n"))) - room) > 0:
            plot = terminal.loss_curve(self._training.history, width=max(64 - over, 16))
        print(plot)
        if len(self._training.history) > 1:
            print(wrapped(shape_of(self._training.history)))

    def boundary(self) -> None:
        """Show what the model says over the plane of its two inputs."""
        training = self._training
        if any(isinstance(target, list | tuple) for target in training.targets):
            raise ValueError("a boundary is drawn for rows that have one target each, and here are several")
        logits = training.loss is nn.binary_cross_entropy_with_logits

        def says(row: Sequence[float]) -> Any:
            answer = nn.predict(training.model, [row])[0]
            return autograd.sigmoid(answer) if logits else answer

        print(terminal.decision_boundary(says, training.inputs, training.targets))

    def health(self) -> None:
        """Show what a diagnosis of this training finds: dead units, vanishing gradients, the rate, a plateau."""
        run = self._training
        found = nn.diagnose(
            run.model, run.inputs, run.targets, loss=run.loss, optimizer=run.optimizer, history=run.history
        )
        print(wrapped(str(found)))

    def svg(self, what: str = "both") -> None:
        """Write a picture of the network, of the loss's graph (svg loss), or of both."""
        pictures: dict[str, Callable[[], Any]] = {
            "network": lambda: draw_network(self._model, self._training.inputs),
            "loss": lambda: draw(self._training.pass_now()[1]),
        }
        if what != "both" and what not in pictures:
            raise ValueError(f"svg network, svg loss or svg alone, not svg {what}")
        for name in pictures if what == "both" else [what]:
            print(f"wrote {pictures[name]().save(Path(f'{self._file}_{name}.svg'))}")

    def page(self) -> None:
        """Open a page in the browser that steps through this epoch, at the step where you stand."""
        at = self._cursor if self._cursor is not None else self._mine()[0]
        story = self._story().recording.nodes[-1]
        page = steps(story, optimizer=self._training.optimizer, title=f"{self._title}, step by step")
        self._show_page(page, "steps", f"step={at}")

    def film(self) -> None:
        """Open a page in the browser that shows the training so far as a film: network, answers, loss, gradients."""
        page = film(self._training, title=f"{self._title}, the training so far")
        self._show_page(page, "film", f"epoch={self._training.epoch}")

    def playground(self) -> None:
        """Open a page in the browser in which this network computes: drag its weights, press step, epoch or run."""
        run, title = self._training, f"{self._title}, to play with"
        page = playground(run.model, run.inputs, run.targets, loss=run.loss, optimizer=run.optimizer, title=title)
        self._show_page(page, "playground")

    # -------------------------------------------------------------------------------- the works
    @property
    def _file(self) -> str:
        return "".join(c if c.isascii() and c.isalnum() else "_" for c in self._title.lower()) or "session"

    def _answers(self) -> list[Answer]:
        return answers_of(self._training)

    def _rows(self) -> str:
        return "\n".join(rows_table(self._training, self._answers()))

    def _show_page(self, page: Page, name: str, address: str = "") -> None:
        """Show a page in the browser and say where it is; a script leaves it in a file instead."""
        if not has_terminal():
            print(f"wrote {page.save(f'{self._file}_{name}.html')}")
            return
        place = page.open(address)
        done = "opened" if window_browser() else "no browser was found here; open the file in one:"
        link = f"{place.as_uri()}{'#' * bool(address)}{address}"  # in a line of its own, so that no terminal breaks it
        print(f"{done}\n{link}")

"""What is made beforehand: the pages beside the terminal, and the programs of those that the session makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import nn
import viz
from viz.pages.document import Page
from viz.pages.live.model_programs import ACTIVATIONS, model_programs
from viz.pages.live.ready import Structure
from viz.session.xor import xor_training
from viz.worksheet.xor import xor_worksheet


class Entry(NamedTuple):
    """A page of the gallery: what its link says, and what makes it."""

    title: str
    page: Callable[[], Page]


def _training() -> tuple[nn.MLP, dict[str, Any]]:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.5)
    return model, {"loss": nn.binary_cross_entropy_with_logits, "optimizer": optimizer}


def _steps() -> Page:
    model, given = _training()
    inputs, targets = nn.datasets.xor()
    loss = given["loss"]([model(row) for row in inputs], targets)
    return viz.steps(loss, optimizer=given["optimizer"], title="XOR, step by step")


def _playground() -> Page:
    model, given = _training()
    return viz.playground(model, *nn.datasets.xor(), **given, title="XOR, to play with")


def _film() -> Page:
    model, given = _training()
    training = nn.TrainingSession(model, *nn.datasets.xor(), **given)
    training.run(400)
    return viz.film(training, title="XOR is learned")


ENTRIES: Final = {
    "book.html": Entry("Read the book", viz.book),
    "steps.html": Entry("Step through a pass", _steps),
    "playground.html": Entry("Play with a network", _playground),
    "film.html": Entry("Watch a training", _film),
    "worksheet.html": Entry("Work it out by hand", lambda: xor_worksheet(seed=0, level=1).page),
}


def gallery() -> dict[str, tuple[str, Page]]:
    """Return the title and the page of each entry by the name of its file."""
    return {name: (entry.title, entry.page()) for name, entry in ENTRIES.items()}


def programs() -> dict[str, Structure]:
    """Return the programs of the networks that the session of XOR begins with, for its playgrounds and films."""
    found = {}
    for activation in ("tanh", "relu"):
        run = xor_training(0, activation)
        for choices in ((), ACTIVATIONS):
            made = model_programs(
                run.model, run.inputs, run.targets, loss=run.loss, optimizer=run.optimizer, activations=choices
            )
            found[made.key] = made.structure
    return found

"""Runs that get stuck on purpose, and what there is to say of one: dead units, a plateau, a rate too high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from autograd import no_grad
from autograd.wording import show_number
from nn import TrainingSession

RECENT = 100  # epochs that a verdict looks back over


@dataclass(frozen=True)
class Ill:
    """How to begin a run that gets stuck."""

    story: str
    seed: int = 0
    hidden: int = 4
    activation: str = "tanh"
    rate: float = 0.1
    bias: float = 0.0


ILL = {
    "plateau": Ill("only 2 hidden units, from an unlucky seed", seed=7, hidden=2, rate=0.5),
    "dead": Ill("ReLU units whose biases begin at −3, so that none of them ever fires", activation="relu", bias=-3.0),
    "rate": Ill("a learning rate of 30", seed=1, rate=30.0),
}


def trouble_of(training: TrainingSession) -> str:
    """Return in a few sentences why this run is not there yet, and what to do about it."""
    losses = training.history[-RECENT:]
    if dead := _dead_units(training):
        return (
            f"Why: dead units.  Hidden unit{'s' * (len(dead) > 1)} {', '.join(map(str, dead))} give 0 for every row, "
            "so no gradient passes and nothing there learns.\n"
            "Cure: tanh or leaky ReLU, biases that begin at 0, a smaller learning rate."
        )
    rises = sum(after > before for before, after in pairwise(losses))
    if losses[-1] - losses[-1] != 0.0 or (rises > len(losses) / 4 and max(losses[-2:]) > 0.9 * max(losses[:2])):
        return (
            f"Why: the learning rate is too high.  The loss rose in {rises} of the last {len(losses)} epochs "
            "without net decrease: each step leaps over the valley.\n"
            f"Cure: a tenth of it, rate {show_number(training.learning_rate / 10)}."
        )
    fall = 100 * (losses[0] - losses[-1]) / losses[0]
    if fall < 1.0:
        return (
            f"Why: a plateau.  In the last {len(losses)} epochs the loss fell by only {fall:.2g} %: "
            "the rows pull the weights different ways, and the gradients nearly cancel.\n"
            "Cure: more hidden units, other first weights (restart), or patience if it has only just begun."
        )
    return f"Not there yet, but on its way: the loss fell by {fall:.2g} % in the last {len(losses)} epochs.  Go on."


def _dead_units(training: TrainingSession) -> list[int]:
    """Return which hidden units, counted from 1, are 0 on every row though their sums are not: no gradient passes."""
    with no_grad():
        hidden = training.model.forward_cache(training.inputs)["layers.0"]
    dead = []
    for unit in range(len(hidden.a[0])):
        sums, outputs = [row[unit].data for row in hidden.z], [row[unit].data for row in hidden.a]
        if any(sums) and not any(outputs):
            dead.append(unit + 1)
    return dead


def shape_of(losses: Sequence[float]) -> str:
    """Return where the curve lies flat, drops and settles: its drop is the shortest stretch of 60 % of the way."""
    best = list(accumulate(losses, min))
    goal, end, drop = 0.6 * (best[0] - best[-1]), 0, (0, len(best) - 1)
    for start in range(len(best)):
        while end < len(best) and best[start] - best[end] < goal:
            end += 1
        if end == len(best):
            break
        if end - start < drop[1] - drop[0]:
            drop = start, end
    if goal < 0.05:
        return f"Shape of the curve: flat; no drop yet, and the loss stands at {show_number(losses[-1])}."
    first, start, end, last = (show_number(best[i]) for i in (0, *drop, -1))
    plateau = f"plateau to epoch {drop[0]} (loss {first} → {start}), " if drop[0] else ""
    return f"Shape of the curve: {plateau}drop to epoch {drop[1]} ({start} → {end}), then convergence ({end} → {last})."

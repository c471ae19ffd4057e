"""Runs that get stuck on purpose, and what there is to say of one; and the shape of a loss curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from autograd.wording import show_number
from nn import TrainingSession, diagnose


@dataclass(frozen=True)
class Ill:
    """How to begin a run that gets stuck."""

    story: str
    seed: int = 0
    activation: str = "tanh"
    rate: float = 0.1
    scale: float = 1.0  # of the first weights
    bias: float = 0.0


ILL = {
    "plateau": Ill("all weights begin at 0, so that every unit says the same", scale=0.0),
    "dead": Ill("ReLU units whose biases begin at −3, so that none of them ever fires", activation="relu", bias=-3.0),
    "rate": Ill("a learning rate of 30", seed=1, rate=30.0),
}


# Where several alarms ring, the first of these is the one that explains the others.
FIRST = ("nan or infinity", "learning rate too high", "dead ReLUs", "exploding gradients", "plateau")


def trouble_of(training: TrainingSession) -> str:
    """Return why this run is not there yet, its cause and its cure, as `nn.diagnose` finds them."""
    found = diagnose(training.model, training.inputs, training.targets, loss=training.loss, history=training.history)
    alarms = sorted(found.alarms, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    if not alarms:
        return "Not there yet, but on its way: go on."
    main, *others = alarms
    what = found[main]
    also = f"\nAlso: {', '.join(others)}; health says more." if others else ""
    return f"Why: {main}.  {what.seen[0].upper()}{what.seen[1:]}.\nCause: {what.cause}.\nCure: {what.cure}.{also}"


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
    if goal < 0.05 and max(losses) > losses[0] + 0.05:
        low, high, last = map(show_number, (min(losses), max(losses), losses[-1]))
        return f"Shape of the curve: it leaps about between {low} and {high}, and the loss stands at {last}."
    if goal < 0.05:
        return f"Shape of the curve: flat; no drop yet, and the loss stands at {show_number(losses[-1])}."
    first, start, end, last = (show_number(best[i]) for i in (0, *drop, -1))
    plateau = f"plateau to epoch {drop[0]} (loss {first} → {start}), " if drop[0] else ""
    return f"Shape of the curve: {plateau}drop to epoch {drop[1]} ({start} → {end}), then convergence ({end} → {last})."

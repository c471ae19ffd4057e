"""Runs that get stuck on purpose, and what there is to say of one; and the shape of a loss curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograd.explain.numbers import show_number
from nn import Stretch, TrainingSession, diagnose, stretches


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
    """Return where the curve lies flat, drops, settles and stands out, with the loss at each end."""
    if losses[0] - min(losses) < 0.1 and max(losses) > losses[0] + 0.05:
        low, high, last = map(show_number, (min(losses), max(losses), losses[-1]))
        return f"Shape of the curve: it leaps about between {low} and {high}, and the loss stands at {last}."
    parts = stretches(losses)
    if [part.name for part in parts] == ["plateau"]:
        return f"Shape of the curve: flat; no drop yet, and the loss stands at {show_number(losses[-1])}."
    spikes = sum(part.name == "spike" for part in parts)
    if spikes > 3:
        ends = f"{show_number(losses[0])} → {show_number(losses[-1])}"
        return f"Shape of the curve: restless, with {spikes} spikes ({ends})."
    described = [_described(part, losses) for part in parts]
    last = f"then {described[-1]}" if described[1:] else described[-1]
    return f"Shape of the curve: {', '.join([*described[:-1], last])}."


def _described(part: Stretch, losses: Sequence[float]) -> str:
    until = f" to epoch {part.end}" if part.end < len(losses) - 1 else ""
    inside = losses[part.start : part.end + 1]
    if part.name in ("spike", "rise"):
        return f"{part.name}{until} (up to {show_number(max(inside))})"
    loss = "" if part.start else "loss "
    return f"{part.name}{until} ({loss}{show_number(inside[0])} → {show_number(min(inside))})"

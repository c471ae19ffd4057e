"""What there is to say of a training: why it is stuck, the shape of its curve, whether a gradient is the slope."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from autograd.explain.number_format import show_number
from nn import Stretch, TrainingSession, diagnose, stretches

# Where several alarms ring, the first of these is the one that explains the others.
FIRST = ("nan or infinity", "units alike", "learning rate too high", "dead ReLUs", "exploding gradients", "plateau")


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


def compared(foretold: float, measured: float, slope: float, beside: tuple[float, float, float], tiny: float) -> str:
    """Return what to say of a change that was foretold and measured.

    `beside` are the losses at the weight less `tiny`, at the weight, and at the weight plus `tiny`: a difference
    quotient over so little says what the slope is, however large the push was.
    """
    left, here, right = beside
    before, after = (here - left) / tiny, (right - here) / tiny
    if not all(map(math.isfinite, (before, after, slope, measured))):
        return "They cannot be compared: a number is not finite."
    near = 1e-5 * max(abs(slope), abs(after), abs(before)) + 8.0 * sys.float_info.epsilon * abs(here) / tiny
    if abs((before + after) / 2.0 - slope) <= near:
        if abs(measured - foretold) <= 1e-3 * abs(measured) or abs(measured - foretold) <= near * tiny:
            return "They agree: over such a push the loss is nearly a straight line, whose slope is the gradient."
        share = f"{abs(measured - foretold) / abs(measured):.1%}" if measured else "all of it"
        return f"They agree but for {share}, the bend of the curve; a push of {show_number(tiny)} agrees."
    if min(abs(before - slope), abs(after - slope)) <= near:
        sides = f"{show_number(before)} on the left and {show_number(after)} on the right"
        return f"The loss has a kink here: its slope is {sides}, and the gradient is one of the two."
    return (
        f"They do NOT agree: a push of {show_number(tiny)} measures a slope of {show_number((before + after) / 2.0)}, "
        f"and the gradient says {show_number(slope)}. Look for a wrong local derivative, or a number taken out of its "
        "graph."
    )

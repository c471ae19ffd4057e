"""The classic slips of someone who predicts the next number, with the number that each leads to."""

from __future__ import annotations

import math
from collections import defaultdict

from autograd.operation import Operation
from autograd.steps import Compute, Event, Recording, Send, Update
from autograd.value import CONSTANT

SLIPS = {
    "sign": "the size is right but the sign is not: look at the signs of the factors",
    "upstream": "that is the gradient from above alone: multiply it by the local derivative",
    "local": "that is the local derivative alone: multiply it by the gradient from above",
    "activation": "you forgot the activation's derivative: the error signal passes through it on the way here",
    "updated": "you used the weight after its update: the backward pass needs the weight that the forward pass used",
    "path": "that is what came by one path only: add what had arrived before",
    "before": "that is the sum before this contribution: add the new one to it",
    "bias": "you left out the bias",
    "raw": "that is the number before the function is applied to it",
    "uphill": "you went uphill: descent subtracts the gradient",
    "rate": "you forgot the learning rate",
}


def slips(recording: Recording) -> list[list[tuple[str, float]]]:
    """Return for each event of a recording the slips that lead to another number than the right one.

    The right one is the result of a Compute, the contribution of a Send (the sum, once the last of several has
    arrived) and where an Update leads.
    """
    events = recording.events
    updated = {event.node: event.after for event in events if isinstance(event, Update)}
    arriving: dict[int, list[Send]] = defaultdict(list)
    for event in events:
        if isinstance(event, Send):
            arriving[event.parent].append(event)
    found = []
    for event in events:
        right = answer(event)
        wrong = [] if right is None else _candidates(event, right, recording, updated, arriving)
        seen = {right}
        kept = []
        for name, x in wrong:
            if right is not None and math.isfinite(x) and not any(_same(x, y) for y in seen if y is not None):
                seen.add(x)
                kept.append((name, x))
        found.append(kept)
    return found


def answer(event: Event) -> float | None:
    """Return the number to predict at an event, or None where there is nothing to predict."""
    if isinstance(event, Compute):
        return event.result
    if isinstance(event, Send):
        return event.sum_after if asks_sum(event) else event.contribution
    return event.after if isinstance(event, Update) else None


def asks_sum(event: Event) -> bool:
    """Whether the question is what all contributions add up to."""
    return isinstance(event, Send) and event.through is None and event.arrival == event.expected > 1


def _same(x: float, y: float) -> bool:
    return math.isclose(x, y, rel_tol=0.01, abs_tol=1e-300)


def _candidates(
    event: Event, right: float, recording: Recording, updated: dict[int, float], arriving: dict[int, list[Send]]
) -> list[tuple[str, float]]:
    if isinstance(event, Compute):
        node = recording.nodes[event.node]
        assert isinstance(node.op, Operation)
        wrong = []
        if node.op.groups == 2:
            wrong.append(("bias", right - event.numbers[-1]))
        elif node.op.arity == 1 and not node.op.groups:
            wrong.append(("raw", event.numbers[0]))
        return [*wrong, ("sign", -right)]
    if isinstance(event, Update):
        gradient, rate = event.gradient or 0.0, event.learning_rate
        moved = event.before - event.after
        return [("uphill", event.before + moved), *([("rate", event.before - gradient)] if rate is not None else [])]
    assert isinstance(event, Send)
    if asks_sum(event):
        return [("path", event.contribution), ("before", event.sum_before or 0.0), ("sign", -right)]
    node = recording.nodes[event.node]
    assert isinstance(node.op, Operation)
    parents = node.parents
    variables = sum(parent.op is not CONSTANT for parent in parents)
    wrong = [("activation" if variables == 1 and node.op.arity == 1 else "upstream", event.upstream)]
    above = arriving[event.node]
    if len(above) == 1 and recording.nodes[above[0].node].op.arity == 1:  # type: ignore[union-attr]
        wrong.append(("activation", above[0].upstream * event.local_derivative))
    if (other := _factor(event.slot, node.op, len(parents))) is not None:
        place = recording.index(parents[other])
        if place in updated:
            wrong.append(("updated", event.upstream * updated[place]))
    return [*wrong, ("local", event.local_derivative), ("sign", -right)]


def _factor(slot: int, op: Operation, size: int) -> int | None:
    """Return which operand the local derivative of a product with respect to operand `slot` is, or None."""
    if op.name == "multiply":
        return 1 - slot
    pairs = size // 2
    return (slot + pairs) % (2 * pairs) if op.groups == 2 and slot < 2 * pairs else None

"""The step that made the first nan or infinity is run again, recorded and watched, to say which operation it was."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd import detect_anomaly
from autograd.support.messages import name_or
from nn.saving.snapshot import Snapshot
from nn.training.recorded import Planned, Task, record_loss


def find_trouble(task: Task, last: Planned | None, bad: Planned | None) -> str:
    """Return in words which operation made the first nan or infinity, with the model as it was before the step `last`.

    `bad` is the step whose loss was not finite.  Nothing is changed.
    """
    before = Snapshot(task.model, task.optimizer)
    try:
        if last is not None:
            found = _in_step(task, last)
            if found:
                return found
        if bad is not None:
            return in_pass(lambda: _loss(task, bad)) or (
                "recorded in pure Python the same loss is finite, so the compiled program differs: please report it"
            )
        return "no operation made it"
    finally:
        before.restore()


def _in_step(task: Task, planned: Planned) -> str:
    """Make the step; return what went wrong in its backward pass or its update, or "" if nothing did."""
    optimizer = task.optimizer
    optimizer.zero_grad()
    _loss(task, planned).backward()
    if not all(math.isfinite(p.grad) for p in optimizer.parameters):
        return in_pass(lambda: _loss(task, planned).backward())
    before = [p.data for p in optimizer.parameters]
    optimizer.move(optimizer.moves([p.grad if p.has_grad else None for p in optimizer.parameters], planned.rate))
    for i, (p, was) in enumerate(zip(optimizer.parameters, before, strict=True)):
        if not math.isfinite(p.data):
            name = name_or(p, f"parameter {i}")
            return f"the update moved {name} from {was!r} to {p.data!r}: gradient {p.grad!r}, rate {planned.rate!r}"
    return ""


def in_pass(run: Callable[[], object]) -> str:
    """Return which operation of the passes that are run made the first nan or infinity, "" if none did."""
    try:
        with detect_anomaly():
            run()
    except FloatingPointError as error:
        return str(error)
    return ""


def _loss(task: Task, planned: Planned) -> Any:
    return record_loss(task.model, task.loss, task.inputs, task.targets, planned.rows)

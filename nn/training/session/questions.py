"""What a training session can be asked without changing it: a loss with another weight, the step before its update."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from autograd import Value, number
from nn.training.session.session import TrainingSession


def loss_with(session: TrainingSession, weight: Value, x: float) -> float:
    """Return what the current step's loss would be if a parameter held the number `x`; nothing is changed.

    >>> import nn
    >>> model = nn.MLP(1, [1], seed=0)
    >>> training = nn.TrainingSession(model, [[1.0]], [3.0], loss=nn.mean_squared_error)
    >>> round(loss_with(training, model.parameters()[0], 5.0), 12)
    4.0
    """
    before = weight.data
    try:
        weight.data = number(x)
        return session.pass_again()[1].data
    finally:
        weight.data = before


@contextmanager
def before_update(session: TrainingSession) -> Iterator[bool]:
    """Inside the block the step that was made last stands before its update; yields whether there is such a step.

    There is none while a step is under way, before the first, and once a weight was set by hand.
    """
    records, rates = session.undo_records, [session.learning_rate]
    while records and records[-1].what == "rate":
        rates.append(records.pop().kept)
    if session.phase != "forward" or not records or records[-1].what != "update":
        yield False
        return
    session.undo(len(rates))
    try:
        yield True
    finally:
        session.update()
        for rate in reversed(rates[:-1]):
            session.learning_rate = rate

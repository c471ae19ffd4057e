"""What is told of predictions beside the loss: no gradients, plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.support.validate import number
from nn.losses.validate_targets import check_lengths, is_row, rows_of
from nn.support.foreign_names import GUESSES


@GUESSES
def accuracy(predictions: Any, targets: Any, *, threshold: float = 0.0) -> float:
    """Return the share of the rows whose class is predicted.

    A row of scores predicts the class of the greatest of them, and its target is a number of a class or a row of as
    many.  One number predicts class 1 if it is above the threshold, 0 for logits and scores, 0.5 for probabilities;
    its target is 1, or else 0 or −1.  What is nan predicts none.
    Raises ValueError for other numbers of predictions and targets.

    >>> accuracy([[2.0, -1.0], [0.5, 0.6]], [0, 0]), accuracy([0.7, 0.2, -3.0], [1, 1, 0])
    (0.5, 1.0)
    """
    rows, wanted = rows_of("accuracy", "predictions", predictions), rows_of("accuracy", "targets", targets)
    check_lengths("accuracy", "predictions", len(rows), len(wanted))
    right = 0
    for row, target in zip(rows, wanted, strict=True):
        scores = _numbers(row)
        many = len(scores) > 1
        mine = _place(scores) if many else float(scores[0] > threshold)
        known = _numbers(target)
        right += mine == ((_place(known) if len(known) > 1 else known[0]) if many else float(known[0] > 0.0)) and all(
            x == x for x in scores
        )
    return right / len(rows)


def _numbers(x: Any) -> list[float]:
    return [number(getattr(y, "data", y)) for y in (x if is_row(x) else [x])]


def _place(scores: Sequence[float]) -> int:
    return max(range(len(scores)), key=scores.__getitem__)

"""Losses: each takes one row per example (a single Value counts as one row) and returns ONE Value, the mean.

regression.py        of numbers: squared, absolute and Huber's error, Poisson's loss of counts
classification.py    of classes: cross-entropy of probabilities and of logits, hinge
accuracy.py          what is told beside the loss: accuracy
validate_targets.py  what they are given, checked; weights of rows
"""

from nn.losses.accuracy import accuracy
from nn.losses.classification import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge,
    softmax_cross_entropy,
)
from nn.losses.regression import huber, mean_absolute_error, mean_squared_error, poisson

__all__ = [
    "accuracy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "hinge",
    "huber",
    "mean_absolute_error",
    "mean_squared_error",
    "poisson",
    "softmax_cross_entropy",
]

"""Losses for numbers: of errors, and of counts."""

from __future__ import annotations

from typing import Any

from autograd import Value, clip
from nn.losses.validate_targets import averaged, mean_of, paired, said_number
from nn.support.foreign_names import GUESSES
from nn.support.tracing import tracing
from nn.support.validate import checked_setting


@GUESSES
def mean_squared_error(predictions: Any, targets: Any, *, weights: Any = None) -> Value:
    """Return the mean of (prediction − target)² over all numbers of all rows.  (Legendre 1805.)

    Both are n numbers, or n rows of k; `weights` are one number for each row, by which its losses count.
    Raises ValueError if the shapes differ.
    """
    return mean_of("mean_squared_error", predictions, targets, weights, lambda x, y: (error := x - y) * error)


@GUESSES
def mean_absolute_error(predictions: Any, targets: Any, *, weights: Any = None) -> Value:
    """Return the mean of |prediction − target| over all numbers of all rows; its gradient is ±1/n, 0 at no error.

    Both are n numbers, or n rows of k; `weights` are one number for each row, by which its losses count.
    Raises ValueError if the shapes differ.  (Boscovich 1757.)

    >>> mean_absolute_error([1.0, 2.0, 6.0], [1.0, 3.0, 4.0]).data
    1.0
    """
    return mean_of("mean_absolute_error", predictions, targets, weights, lambda x, y: abs(x - y))


@GUESSES
def huber(predictions: Any, targets: Any, *, delta: float = 1.0, weights: Any = None) -> Value:
    """Return the mean of e²/2 for errors e of at most `delta`, and of delta · (|e| − delta/2) for greater ones.

    So outliers pull with at most `delta`.  Both are n numbers, or n rows of k; `weights` are one number for each row.
    Raises ValueError if the shapes differ, or unless delta is greater than 0.  (Huber 1964.)

    >>> huber([1.5, 5.0], [1.0, 1.0]).data
    1.8125
    """
    delta = checked_setting("huber", "delta", delta, 0.0, above=True)

    def each(x: Value, y: Any) -> Any:
        error: Value = x - y
        near = clip(error, -delta, delta)
        return near * (error - 0.5 * near)

    return mean_of("huber", predictions, targets, weights, each)


@GUESSES
def poisson(log_rates: Any, targets: Any, *, weights: Any = None) -> Value:
    """Return the mean of exp(z) − y·z, for counts y whose rate is exp(z): its gradient is exp(z) − y.

    It is the negative log-likelihood without log y!, which depends on no prediction.  Both are n numbers, or n rows of
    k; `weights` are one number for each row.  (Nelder and Wedderburn 1972.)
    Raises ValueError if the shapes differ, and for targets below 0.

    >>> poisson([0.0, 0.0], [1.0, 2.0]).data
    1.0
    """
    outputs, wanted, count = paired("poisson", log_rates, targets)
    for i, y in enumerate(wanted):
        if not (isinstance(y, Value) and tracing()) and getattr(y, "data", y) < 0.0:
            raise ValueError(f"poisson takes counts of 0 or more, and {said_number(i, wanted, count)} is {y}")
    return averaged("poisson", [z.exp() - y * z for z, y in zip(outputs, wanted, strict=True)], count, weights)

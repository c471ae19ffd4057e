"""Losses: each takes one row per example (a single Value counts as one row) and returns ONE Value, the mean.

Wrong lengths, shapes and ranges are refused here, in the user's terms, before anything is recorded.  While a
program is traced its inputs have no numbers yet, so only shapes are checked then.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, NamedTuple

import autograd
from autograd import Group, Value, dot, equal, exp, log, maximum, mean, number, total, where
from autograd import abs as absolute
from autograd.functional.composed import shifted
from nn.layers.tracing import tracing
from nn.support.guesses import GUESSES
from nn.support.validate import listed, place

LEAST_PROBABILITY: Final = 1e-12


class Given(NamedTuple):
    """What a loss was given: its name, and rows of predictions."""

    call: str
    rows: list[Sequence[Value]]


_given: Final[ContextVar[list[Given] | None]] = ContextVar("given", default=None)


@contextmanager
def given_to_losses() -> Iterator[list[Given]]:
    """Inside the block the losses add to the list what they are given."""
    seen: list[Given] = []
    token = _given.set(seen)
    try:
        yield seen
    finally:
        _given.reset(token)


def _note(call: str, outputs: Sequence[Value], count: int) -> None:
    """Add to what losses are given, if somebody wants to know, these numbers of so many rows."""
    if (seen := _given.get()) is not None:
        width = len(outputs) // count
        seen.append(Given(call, [outputs[i : i + width] for i in range(0, len(outputs), width)]))


@GUESSES
def mean_squared_error(predictions: Any, targets: Any) -> Value:
    """Return the mean of (prediction − target)² over all numbers of all rows.  (Legendre 1805.)

    Both are n numbers, or n rows of k.  Raises ValueError if the shapes differ.
    """
    outputs, wanted, _ = _paired("mean_squared_error", predictions, targets)
    squares = []
    for output, target in zip(outputs, wanted, strict=True):
        error = output - target
        squares.append(error * error)
    return mean(squares)  # type: ignore[no-any-return]


@GUESSES
def binary_cross_entropy(probabilities: Any, targets: Any) -> Value:
    """Return the mean of −(y log p + (1 − y) log(1 − p)), for n numbers or n rows of k.  (Bishop 2006, 4.3.2.)

    Below 1e-12 the logarithm goes on as the straight line that touches it there: at p exactly 0 or 1 a wrong
    prediction costs 28.6 with gradient ∓1e12, finite and still pointing the right way.
    Raises ValueError for targets or probabilities outside [0, 1].  Where p is a sigmoid's, prefer
    `binary_cross_entropy_with_logits`, whose gradient does not pass through σ′.
    """
    call = "binary_cross_entropy"
    outputs, wanted, count = _paired(call, probabilities, targets)
    _note(call, outputs, count)
    _check_range(call, "probability", outputs, count, "; for raw scores use binary_cross_entropy_with_logits")
    _check_range(call, "target", wanted, count)
    seen = not tracing()
    losses = [
        -(y * _safe_log(p, seen) + (1.0 - y) * _safe_log(1.0 - p, seen)) for p, y in zip(outputs, wanted, strict=True)
    ]
    return mean(losses)  # type: ignore[no-any-return]


@GUESSES
def binary_cross_entropy_with_logits(logits: Any, targets: Any) -> Value:
    """Return the mean of softplus(z) − y·z, the cross-entropy of σ(z): its gradient is σ(z) − y exactly.

    Both are n numbers, or n rows of k.  (Bishop 2006, 4.3.2.)
    A row's loss is right to 1e-16 of max(1, |z|), its gradient to 1e-16: what is smaller, such as e^−40 for a right
    logit of 40, is 0.  Infinite logits give 0 where they are right and inf where they are wrong (in a compiled program
    a layer's own Σ wx + b, which is infinite by overflow alone, gives nan).
    Raises ValueError for targets outside [0, 1].
    """
    call = "binary_cross_entropy_with_logits"
    outputs, wanted, count = _paired(call, logits, targets)
    _note(call, outputs, count)
    _check_range(call, "target", wanted, count, "; for scores and targets of −1 and 1 use hinge")
    seen = not tracing()
    losses = [
        z.softplus() - y * z if seen and abs(z.data) != math.inf else _logit_loss(z, y, seen)
        for z, y in zip(outputs, wanted, strict=True)
    ]
    return mean(losses)  # type: ignore[no-any-return]


@GUESSES
def hinge(scores: Any, targets: Any) -> Value:
    """Return the mean of max(0, 1 − y·score), for targets of −1 and 1.  (Cortes and Vapnik 1995.)

    Both are n numbers, or n rows of k.  Raises ValueError for other targets.
    """
    outputs, wanted, count = _paired("hinge", scores, targets)
    _note("hinge", outputs, count)
    for i, y in enumerate(wanted):
        if not isinstance(y, Value) and y not in (-1.0, 1.0):
            advice = "; for targets of 0 and 1 pass 2 * y - 1"
            raise ValueError(f"hinge takes targets of −1 and 1, and {_said(i, wanted, count)} is {y:g}{advice}")
    return mean([(1.0 - y * score).relu() for score, y in zip(outputs, wanted, strict=True)])  # type: ignore[no-any-return]


@GUESSES
def softmax_cross_entropy(logit_rows: Any, targets: Any) -> Value:
    """Return the mean over rows of log Σ exp(zⱼ) − Σ yⱼ zⱼ, the cross-entropy of softmax(z).

    There are n rows of k logits and n targets; a target is the number of a class, from 0, or a row of k probabilities
    (one-hot or not) that sum to 1.  (Bridle 1990.)  One row by itself goes with the number of its class.
    The gradients of a row are softmax(z) − y, and sum to 0.  A logit of −inf is a class that cannot occur: it adds
    nothing, or makes the loss inf, with gradient −y there, where its probability y is more than 0; one of inf gives
    nan.
    Raises ValueError for rows of different lengths or of one logit, for classes that there are not, and for
    probabilities that do not sum to 1.
    """
    call = "softmax_cross_entropy"
    given, wanted = _listed(call, "logits", logit_rows), _listed(call, "targets", targets)
    rows = given if all(map(_is_row, given)) else [given]
    if len(rows) == 1 and len(wanted) == len(rows[0]) != 1 and not _is_row(wanted[0]):
        if rows is not given:  # it might be a score alone for each of so many rows, and is no row of probabilities then
            raise ValueError(
                f"{call} takes a row of logits for each target, one logit per class, and here are {len(given)} single "
                f"logits and {len(wanted)} targets: a model has one output per class; one row goes in brackets, [row]"
            )
        wanted = [wanted]  # one row of logits with one row of probabilities
    if rows and not len(rows[0]):
        raise ValueError(f"{call}: row {place(0, len(rows))} holds no logits: a row has one for each class")
    _check_lengths(call, "rows of logits", len(rows), len(wanted))
    losses: list[Any] = []
    flat: list[Value] = []
    for i, (row, target) in enumerate(zip(rows, wanted, strict=True)):
        which = place(i, len(rows))
        logits = Group(listed(row, f"{call}: row {which} of logits")).values
        if len(logits) != len(rows[0]):
            first = f"row {place(0, len(rows))} has {len(rows[0])} logits"
            raise ValueError(f"{call}: {first}, but row {which} has {len(logits)}")
        if len(logits) == 1:
            raise ValueError(
                f"{call} chooses among two logits or more, and row {which} has 1: its softmax is 1 and its loss 0, "
                "whatever the model says; a model has one output per class, or one and binary_cross_entropy_with_logits"
            )
        flat += logits
        near = shifted(logits)[0]  # as differences of large numbers the losses would lose their last digits
        losses.append(log(total([exp(z) for z in near])) - _chosen(call, which, near, target))
    _note(call, flat, len(rows))
    return mean(losses)  # type: ignore[no-any-return]


# ------------------------------------------------------------------------------------- validation
def _is_row(x: object) -> bool:
    return not isinstance(x, Value | str) and hasattr(x, "__iter__")


def _listed(call: str, what: str, given: Any) -> list[Any]:
    """Return rows or numbers as a list, of one if it is one number."""
    return listed(given, f"{call}: {what}") if _is_row(given) else [given]


def _check_lengths(call: str, what: str, found: int, targets: int) -> None:
    if found != targets:
        counted = f"{targets} target{'s' * (targets != 1)}"
        raise ValueError(f"{call} pairs each prediction with a target, but got {found} {what} and {counted}")
    if not found:
        raise ValueError(f"{call} of no rows is not defined: pass at least one")


def _paired(call: str, predictions: Any, targets: Any) -> tuple[tuple[Value, ...], list[Any], int]:
    """Return predictions as Values and targets as Values and floats, row after row, in pairs; and how many rows."""
    lists = predictions.__class__ is targets.__class__ is list and len(predictions) == len(targets)
    if lists and set(map(type, predictions)) == {Value} and set(map(type, targets)) == {float}:
        return tuple(predictions), targets, len(targets)  # what training passes, step after step
    outputs, shape = _flat(call, "predictions", predictions)
    wanted, wanted_shape = _flat(call, "targets", targets)
    _check_lengths(call, "predictions", shape[0], wanted_shape[0])
    if shape[1] != wanted_shape[1]:
        raise ValueError(f"{call}: each row has {shape[1]} predictions, but {wanted_shape[1]} targets")
    try:
        return Group(outputs).values, [y if isinstance(y, Value) else number(y) for y in wanted], shape[0]
    except TypeError as error:
        raise TypeError(f"{call} takes numbers, or rows of numbers: {error}") from None


def _flat(call: str, what: str, given: Any) -> tuple[list[Any], tuple[int, int]]:
    rows = _listed(call, what, given)
    widths = {len(row) if _is_row(row) else 1 for row in rows}
    if len(widths) > 1:
        raise ValueError(f"{call}: all rows of {what} must be of one length, and here are lengths {sorted(widths)}")
    flat: list[Any] = []
    for row in rows:
        flat.extend(_listed(call, f"a row of {what}", row))
    return flat, (len(rows), widths.pop() if widths else 0)


def _check_range(call: str, what: str, numbers: Sequence[Any], count: int, advice: str = "") -> None:
    """Raise ValueError if a number of so many rows lies outside [0, 1]; nan passes and travels."""
    hidden = tracing()
    for i, x in enumerate(numbers):
        if isinstance(x, Value):
            if hidden:
                continue
            x = x.data
        if x < 0.0 or x > 1.0:
            raise ValueError(f"{call} takes a {what} from 0 to 1, and {_said(i, numbers, count)} is {x:g}{advice}")


def _said(i: int, numbers: Sequence[Any], count: int) -> str:
    """Return which of the numbers of so many rows it is, in words."""
    row, column = divmod(i, len(numbers) // count)
    which = place(row, count)
    return f"number {which}" if len(numbers) == count else f"number {column} of row {which}"


# --------------------------------------------------------------------------------------- one row
def _safe_log(p: Value, seen: bool) -> Any:
    if seen and not p.data < LEAST_PROBABILITY:
        return p.log()
    line = math.log(LEAST_PROBABILITY) + (p / LEAST_PROBABILITY - 1.0)
    if seen:
        return line
    return where(p < LEAST_PROBABILITY, line, maximum(p, LEAST_PROBABILITY).log())


def _logit_loss(z: Value, y: Any, seen: bool) -> Any:
    """Return the loss of a logit that is infinite, or may be: one that is not seen."""
    if seen:
        return _infinite_logit_loss(z, y)
    finite = z.softplus() - y * z
    if z.op is dot:  # what a layer without activation gives: spared the look
        return finite
    others = where(z > 0.0, 1.0 - y, y)  # the probability of the other outcome
    return where(equal(absolute(z), math.inf), where(equal(others, 0.0), 0.0, others * absolute(z)), finite)


def _infinite_logit_loss(z: Value, y: Any) -> Any:
    """Return (1 − y) softplus(z) + y softplus(−z) without the term whose weight is 0: 0 · inf would be nan."""
    weight = y.data if isinstance(y, Value) else y
    if weight == 0.0:
        return z.softplus()
    if weight == 1.0:
        return (-z).softplus()
    return (1.0 - y) * z.softplus() + y * (-z).softplus()


def _possible(z: Value, y: Any) -> Any:
    """Return the logit, or 0 in place of the −inf of a class that cannot occur and has the probability 0."""
    if not tracing():
        return 0.0 if z.data == -math.inf and (y.data if isinstance(y, Value) else y) == 0.0 else z
    return where(equal(z, -math.inf) * equal(y, 0.0), 0.0, z)


def _chosen(call: str, i: int, logits: list[Value], target: Any) -> Any:
    """Return Σ yⱼ zⱼ, where 0 · −inf is 0: the logit of the class, or the mixture that the probabilities say."""
    if _is_row(target):
        weights: list[Any] = [
            y if isinstance(y, Value) else number(y) for y in listed(target, f"{call}: row {i} of targets")
        ]
        if len(weights) != len(logits):
            raise ValueError(f"{call}: row {i} has {len(logits)} logits, but {len(weights)} target probabilities")
        if not any(isinstance(y, Value) for y in weights):
            bad = next((j for j, y in enumerate(weights) if y < 0.0 or y > 1.0), None)
            if bad is not None:
                seen = f"number {bad} is {weights[bad]:g} in row {i}"
                raise ValueError(f"{call} takes a target probability from 0 to 1, and {seen}")
            if abs(sum(weights) - 1.0) > 1e-6:
                raise ValueError(f"{call}: the target probabilities of row {i} sum to {sum(weights):g}, not to 1")
        return dot(weights, [_possible(z, y) for z, y in zip(logits, weights, strict=True)])
    if isinstance(target, Value):
        return autograd.take(logits, target)
    try:
        label = number(target)
    except TypeError as error:
        raise TypeError(f"{call}: a class is a whole number, and that of row {i} is {target!r}: {error}") from None
    if not label.is_integer():
        raise ValueError(f"{call}: a class is a whole number, and row {i} has {label:g}")
    if not 0 <= label < len(logits):
        known = f"{len(logits)} logits are of classes 0 to {len(logits) - 1}"
        raise ValueError(f"{call}: {known}, and row {i} has class {label:g}")
    return logits[int(label)]

"""Losses for classes: of probabilities, of logits, of scores."""

from __future__ import annotations

import math
from typing import Any, Final

import autograd
from autograd import Group, Value, dot, equal, exp, log, maximum, number, total, where
from autograd import abs as absolute
from autograd.functional.softmax_mean_norm import shifted
from nn.losses.validate_targets import averaged, check_lengths, check_range, is_row, note, paired, rows_of, said_number
from nn.support.foreign_names import GUESSES
from nn.support.tracing import tracing
from nn.support.validate import checked_setting, listed, place

LEAST_PROBABILITY: Final = 1e-12


@GUESSES
def binary_cross_entropy(probabilities: Any, targets: Any, *, weights: Any = None) -> Value:
    """Return the mean of −(y log p + (1 − y) log(1 − p)), for n numbers or n rows of k.  (Bishop 2006, 4.3.2.)
    `weights` are one number for each row, by which its losses count.

    Below 1e-12 the logarithm goes on as the straight line that touches it there: at p exactly 0 or 1 a wrong
    prediction costs 28.6 with gradient ∓1e12, finite and still pointing the right way.
    Raises ValueError for targets or probabilities outside [0, 1].  Where p is a sigmoid's, prefer
    `binary_cross_entropy_with_logits`, whose gradient does not pass through σ′.
    """
    call = "binary_cross_entropy"
    outputs, wanted, count = paired(call, probabilities, targets)
    note(call, outputs, count)
    check_range(call, "probability", outputs, count, "; for raw scores use binary_cross_entropy_with_logits")
    check_range(call, "target", wanted, count)
    seen = not tracing()
    losses = [
        -(y * _safe_log(p, seen) + (1.0 - y) * _safe_log(1.0 - p, seen)) for p, y in zip(outputs, wanted, strict=True)
    ]
    return averaged(call, losses, count, weights)


@GUESSES
def binary_cross_entropy_with_logits(logits: Any, targets: Any, *, weights: Any = None) -> Value:
    """Return the mean of softplus(z) − y·z, the cross-entropy of σ(z): its gradient is σ(z) − y exactly.

    Both are n numbers, or n rows of k; `weights` are one number for each row.  (Bishop 2006, 4.3.2.)
    A row's loss is right to 1e-16 of max(1, |z|), its gradient to 1e-16: what is smaller, such as e^−40 for a right
    logit of 40, is 0.  Infinite logits give 0 where they are right and inf where they are wrong (in a compiled program
    a layer's own Σ wx + b, which is infinite by overflow alone, gives nan).
    Raises ValueError for targets outside [0, 1].
    """
    call = "binary_cross_entropy_with_logits"
    outputs, wanted, count = paired(call, logits, targets)
    note(call, outputs, count)
    check_range(call, "target", wanted, count, "; for scores and targets of −1 and 1 use hinge")
    seen = not tracing()
    losses = [
        z.softplus() - y * z if seen and abs(z.data) != math.inf else _logit_loss(z, y, seen)
        for z, y in zip(outputs, wanted, strict=True)
    ]
    return averaged(call, losses, count, weights)


@GUESSES
def hinge(scores: Any, targets: Any, *, weights: Any = None) -> Value:
    """Return the mean of max(0, 1 − y·score), for targets of −1 and 1.  (Cortes and Vapnik 1995.)

    Both are n numbers, or n rows of k; `weights` are one number for each row.  Raises ValueError for other targets.
    """
    outputs, wanted, count = paired("hinge", scores, targets)
    note("hinge", outputs, count)
    for i, y in enumerate(wanted):
        if not isinstance(y, Value) and y not in (-1.0, 1.0):
            advice = "; for targets of 0 and 1 pass 2 * y - 1"
            raise ValueError(f"hinge takes targets of −1 and 1, and {said_number(i, wanted, count)} is {y:g}{advice}")
    return averaged("hinge", [(1.0 - y * z).relu() for z, y in zip(outputs, wanted, strict=True)], count, weights)


@GUESSES
def softmax_cross_entropy(
    logit_rows: Any, targets: Any, *, smoothing: float = 0.0, class_weights: Any = None, weights: Any = None
) -> Value:
    """Return the mean over rows of log Σ exp(zⱼ) − Σ yⱼ zⱼ, the cross-entropy of softmax(z).

    There are n rows of k logits and n targets; a target is the number of a class, from 0, or a row of k probabilities
    (one-hot or not) that sum to 1.  (Bridle 1990.)  One row by itself goes with the number of its class.
    The gradients of a row are softmax(z) − y, and sum to 0.  A logit of −inf is a class that cannot occur: it adds
    nothing, or makes the loss inf, with gradient −y there, where its probability y is more than 0; one of inf gives
    nan.

    With `smoothing` ε each class has (1 − ε) of its target and ε / k more (Szegedy et al. 2016).  `weights` are one
    number for each row; `class_weights` are one for each class, by which its part of each loss counts; the mean is
    over the weights, those of the rows' own classes for numbers of classes.  All three are as PyTorch has them.
    Raises ValueError for rows of different lengths or of one logit, for classes that there are not, and for
    probabilities that do not sum to 1.
    """
    call = "softmax_cross_entropy"
    given, wanted = rows_of(call, "logits", logit_rows), rows_of(call, "targets", targets)
    rows = given if all(map(is_row, given)) else [given]
    if len(rows) == 1 and len(wanted) == len(rows[0]) != 1 and not is_row(wanted[0]):
        if rows is not given:  # it might be a score alone for each of so many rows, and is no row of probabilities then
            raise ValueError(
                f"{call} takes a row of logits for each target, one logit per class, and here are {len(given)} single "
                f"logits and {len(wanted)} targets: a model has one output per class; one row goes in brackets, [row]"
            )
        wanted = [wanted]  # one row of logits with one row of probabilities
    if rows and not len(rows[0]):
        raise ValueError(f"{call}: row {place(0, len(rows))} holds no logits: a row has one for each class")
    check_lengths(call, "rows of logits", len(rows), len(wanted))
    smoothing = checked_setting(call, "smoothing", smoothing, 0.0, 1.0)
    shares = None if class_weights is None else rows_of(call, "class_weights", class_weights)
    is_plain = smoothing == 0.0 and shares is None
    losses: list[Any] = []
    norms: list[Any] = []
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
        whole, chosen = log(total([exp(z) for z in near])), _chosen(call, which, near, target)
        if is_plain:
            losses.append(whole - chosen)
            continue
        loss, norm = _smoothed(near, whole, chosen, target, smoothing, _checked_shares(call, shares, len(near)))
        losses.append(loss)
        norms.append(norm)
    note(call, flat, len(rows))
    return averaged(call, losses, len(rows), weights, None if is_plain or shares is None else norms)


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


def _checked_shares(call: str, shares: list[Any] | None, classes: int) -> list[float]:
    """Return the weight of each class, 1 if none are given."""
    if shares is None:
        return [1.0] * classes
    found = [number(x) for x in shares]
    if len(found) != classes or not min(found) >= 0.0:
        raise ValueError(f"{call} takes a weight of 0 or more for each of {classes} classes, not {shares!r}")
    return found


def _smoothed(
    logits: list[Any], whole: Any, chosen: Any, target: Any, smoothing: float, shares: list[float]
) -> tuple[Any, Any]:
    """Return Σ wⱼ qⱼ (log Σ exp(z) − zⱼ), with qⱼ the smoothed target, and the weight of the row's own class."""
    each = smoothing / len(logits)
    if is_row(target):
        wanted = [(1.0 - smoothing) * y + each for y in listed(target, "targets")]
        parts = [w * q for w, q in zip(shares, wanted, strict=True)]
        return dot(parts, [whole - _possible(z, q) for z, q in zip(logits, wanted, strict=True)]), 1.0
    own = autograd.take(shares, target) if isinstance(target, Value) else shares[int(target)]
    loss = (1.0 - smoothing) * own * (whole - chosen)
    return (loss + each * dot(shares, [whole - z for z in logits]) if smoothing else loss), own


def _chosen(call: str, i: int, logits: list[Value], target: Any) -> Any:
    """Return Σ yⱼ zⱼ, where 0 · −inf is 0: the logit of the class, or the mixture that the probabilities say."""
    if is_row(target):
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

"""What losses are given: rows of predictions and a target for each, checked here in the user's terms; and weights.

Wrong lengths, shapes and ranges are refused before anything is recorded.  While a program is traced its inputs have no
numbers yet, so only shapes are checked then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, Final, NamedTuple

from autograd import Group, Value, dot, equal, mean, number, total, where
from nn.support.tracing import tracing
from nn.support.validate import listed, place


class Given(NamedTuple):
    """What a loss was given: its name, and rows of predictions."""

    call: str
    rows: list[Sequence[Value]]


# Whether a mean by weights is over the rows, Σ weight · loss / rows, and not over their weights: so a row of weight 2
# moves as much in a batch of its own as among others.
PER_ROW: Final[ContextVar[bool]] = ContextVar("per_row", default=False)
GIVEN: Final[ContextVar[list[Given] | None]] = ContextVar("given", default=None)  # to which losses add what they get


def note(call: str, outputs: Sequence[Value], count: int) -> None:
    """Add to what losses are given, if somebody wants to know, these numbers of so many rows."""
    if (seen := GIVEN.get()) is not None:
        width = len(outputs) // count
        seen.append(Given(call, [outputs[i : i + width] for i in range(0, len(outputs), width)]))


def is_row(x: object) -> bool:
    """Return whether `x` is a row of numbers, not one number."""
    return not isinstance(x, Value | str) and hasattr(x, "__iter__")


def rows_of(call: str, what: str, given: Any) -> list[Any]:
    """Return rows or numbers as a list, of one if it is one number."""
    return listed(given, f"{call}: {what}") if is_row(given) else [given]


def check_lengths(call: str, what: str, found: int, targets: int) -> None:
    """Raise ValueError unless there are as many targets as predictions, and some."""
    if found != targets:
        counted = f"{targets} target{'s' * (targets != 1)}"
        raise ValueError(f"{call} pairs each prediction with a target, but got {found} {what} and {counted}")
    if not found:
        raise ValueError(f"{call} of no rows is not defined: pass at least one")


def paired(call: str, predictions: Any, targets: Any) -> tuple[tuple[Value, ...], list[Any], int]:
    """Return predictions as Values and targets as Values and floats, row after row, in pairs; and how many rows."""
    lists = predictions.__class__ is targets.__class__ is list and len(predictions) == len(targets)
    if lists and set(map(type, predictions)) == {Value} and set(map(type, targets)) == {float}:
        return tuple(predictions), targets, len(targets)  # what training passes, step after step
    outputs, shape = _flat(call, "predictions", predictions)
    wanted, wanted_shape = _flat(call, "targets", targets)
    check_lengths(call, "predictions", shape[0], wanted_shape[0])
    if shape[1] != wanted_shape[1]:
        raise ValueError(f"{call}: each row has {shape[1]} predictions, but {wanted_shape[1]} targets")
    try:
        return Group(outputs).values, [y if isinstance(y, Value) else number(y) for y in wanted], shape[0]
    except TypeError as error:
        raise TypeError(f"{call} takes numbers, or rows of numbers: {error}") from None


def mean_of(call: str, predictions: Any, targets: Any, weights: Any, each: Callable[[Value, Any], Any]) -> Value:
    """Return the mean over the rows, each by its weight, of the loss of each number and its target."""
    outputs, wanted, count = paired(call, predictions, targets)
    return averaged(call, [each(x, y) for x, y in zip(outputs, wanted, strict=True)], count, weights)


def _flat(call: str, what: str, given: Any) -> tuple[list[Any], tuple[int, ...]]:
    rows = rows_of(call, what, given)
    widths = {len(row) if is_row(row) else 1 for row in rows}
    if len(widths) > 1:
        raise ValueError(f"{call}: all rows of {what} must be of one length, and here are lengths {sorted(widths)}")
    flat: list[Any] = []
    for row in rows:
        flat.extend(rows_of(call, f"a row of {what}", row))
    return flat, (len(rows), *widths)


def check_range(call: str, what: str, numbers: Sequence[Any], count: int, advice: str = "") -> None:
    """Raise ValueError if a number of so many rows lies outside [0, 1]; nan passes and travels."""
    hidden = tracing()
    for i, x in enumerate(numbers):
        if isinstance(x, Value):
            if hidden:
                continue
            x = x.data
        if x < 0.0 or x > 1.0:
            raise ValueError(
                f"{call} takes a {what} from 0 to 1, and {said_number(i, numbers, count)} is {x:g}{advice}"
            )


def said_number(i: int, numbers: Sequence[Any], count: int) -> str:
    """Return which of the numbers of so many rows it is, in words."""
    row, column = divmod(i, len(numbers) // count)
    which = place(row, count)
    return f"number {which}" if len(numbers) == count else f"number {column} of row {which}"


def averaged(call: str, losses: Sequence[Any], count: int, weights: Any, norms: Sequence[Any] | None = None) -> Value:
    """Return the mean of the losses of so many rows, each row by its weight: Σ weight · loss / Σ weight · norm.

    A loss's norm is 1 unless `norms` has others.  Where all weights are 0 it is 0.
    Raises ValueError for a weight below 0, or if there is not one for each row.
    """
    if weights is None and norms is None:
        return mean(losses)  # type: ignore[no-any-return]
    rows = [1.0] * count if weights is None else rows_of(call, "weights", weights)
    if len(rows) != count:
        raise ValueError(f"{call} takes a weight for each row, and here are {count} rows and {len(rows)} weights")
    for i, x in enumerate(rows):
        if not (isinstance(x, Value) and tracing()) and not getattr(x, "data", x) >= 0.0:
            raise ValueError(f"{call} takes weights of 0 or more, and that of row {place(i, count)} is {x}")
    each = [x for x in rows for _ in range(len(losses) // count)]
    whole = total(each) if norms is None else dot(each, norms)
    average = dot(each, losses) / where(equal(whole, 0.0), 1.0, whole)
    return average * (total(each) / len(each)) if PER_ROW.get() else average  # type: ignore[no-any-return]

"""Common mistakes that one pass shows: an activation before a loss that has its own, and units that stay alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from autograd import Group, Value
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import Operation
from nn.history.findings import Finding, counted
from nn.layers.dense import Neuron
from nn.losses.validate_targets import Given
from nn.support.fields import modules_of
from nn.support.naming import titled

LIMITED: Final = {
    "sigmoid": "0 to 1",
    "tanh": "−1 to 1",
    "relu": "0 and above",
    "softplus": "0 and above",
    "exp": "0 and above",
    "elu": "−1 and above",
    "silu": "−0.28 and above",
    "gelu": "−0.17 and above",
    "gelu_tanh": "−0.17 and above",
    "log": "0 and below, as logarithms of probabilities are",
}
ENOUGH: Final = {
    "softmax_cross_entropy": ("log",),  # the softmax of log p is p
    "hinge": ("tanh", "elu"),  # it asks for no more than −1 and 1
}
SAME = 1e-6  # of the largest gradient in a layer: what differs by less is rounding


# ------------------------------------------------------------------------ what a loss was given
def activation_before_loss(losses: Sequence[Given]) -> Finding:
    """Return whether one of the losses was given what has gone through an activation that does not belong there."""
    name = "activation before the loss"
    for given in losses:
        wrong = _no_probabilities(given) if given.call == "binary_cross_entropy" else _no_scores(given)
        if wrong:
            seen, cause, cure = wrong
            return Finding(name, True, f"{given.call} was given {seen}", cause, cure)
    return Finding(name, False, "no loss was given what it does not take")


def _no_scores(given: Given) -> tuple[str, str, str] | None:
    operations = {_activation(x) for row in given.rows for x in row}
    activation = operations.pop() if len(operations) == 1 else ""
    own = {"hinge": "", "softmax_cross_entropy": "softmax"}.get(given.call, "sigmoid")
    if all(_is_distribution([x.data for x in row]) for row in given.rows):
        activation, seen = "softmax", "probabilities: each row lies in [0, 1] and sums to 1, as after a softmax"
    elif activation in LIMITED and activation not in ENOUGH.get(given.call, ()):
        seen = f"what comes out of {activation} ({LIMITED[activation]})"
    else:
        return None
    itself = f", and applies {own} itself" if own else ""
    later = f"; apply {own} to the scores when they are used" if own else ""
    return (
        seen,
        f"it takes scores from −inf to inf{itself}: from what {activation} leaves of them it cannot fall as far",
        f"leave {activation} out after the last layer (no nn.Softmax, output=None, activation=None){later}",
    )


def _no_probabilities(given: Given) -> tuple[str, str, str] | None:
    if not all(x.op is not None and x.op.name == "dot" for row in given.rows for x in row):
        return None
    return (
        "raw sums Σ wx + b where it takes probabilities",
        "nothing keeps the scores of a layer without activation between 0 and 1",
        "binary_cross_entropy_with_logits, or output='sigmoid'",
    )


def _activation(x: Value) -> str:
    """Return the name of the operation that made a Value; "sigmoid" for one that is written out as 1 / (1 + e^−z)."""
    if not isinstance(x.op, Operation):
        return ""
    if x.op.name in ("divide", "power") and 0.0 <= x.data <= 1.0:
        first, second = x.parents[0], x.parents[-1]
        one_over = x.op.name == "divide" and first.op is CONSTANT and first.data == 1.0
        if one_over or (x.op.name == "power" and second.op is CONSTANT and second.data == -1.0):
            return "sigmoid"
    return x.op.name


def _is_distribution(row: Sequence[float]) -> bool:
    return len(row) > 1 and all(0.0 <= x <= 1.0 for x in row) and abs(math.fsum(row) - 1.0) <= 1e-9


# ------------------------------------------------------------------------------------- identical units
def units_alike(model: Any) -> Finding:
    """Return whether units of a layer have the same weights and, in the pass just made, the same gradients."""
    name = "units alike"
    found = [(path, group) for path, rows in _matrices(model) for group in _alike(rows)]
    if not found:
        return Finding(name, False, "no two units of a layer have the same weights and the same gradients")
    shown = "; ".join(f"{titled(path)}, units {counted(group)}" for path, group in found[:4])
    return Finding(
        name,
        True,
        f"units with the same weights and the same gradients: {shown}{' and others' if len(found) > 4 else ''}",
        "symmetry: units that begin alike get equal gradients and stay alike, so that many are no more than one",
        "weights drawn at random (Xavier or He initialization, as layers begin), not all of one number or zero",
    )


def _matrices(model: Any) -> Iterator[tuple[str, list[list[Value]]]]:
    """Yield (path, rows) for whatever holds a row of Values for each of several units."""
    for path, module in modules_of(model):
        for name, held in vars(module).items():
            rows = [_row(x) for x in held] if isinstance(held, list | tuple) else []
            if rows and all(rows) and len({len(row) for row in rows}) == 1:
                yield path if name == "neurons" else f"{path}.{name}".strip("."), rows


def _row(x: Any) -> list[Value]:
    if isinstance(x, Neuron):
        return [*x.weights, *([] if x.bias is None else [x.bias])]
    values = list(x) if isinstance(x, list | tuple | Group) else []
    return values if all(isinstance(v, Value) for v in values) else []


def _alike(rows: list[list[Value]]) -> list[list[int]]:
    """Return the groups of rows, of two or more, that are the same in numbers and gradients and not in Values."""
    unit = SAME * max(abs(v.grad) for row in rows for v in row) or 1.0
    groups: dict[Any, list[int]] = {}
    for i, row in enumerate(rows):
        if any(v.has_grad for v in row):
            key = tuple(f"{v.data + 0.0:.9g}" for v in row), tuple(round(v.grad / unit) for v in row)
            groups.setdefault(key, []).append(i)
    return [group for group in groups.values() if len({tuple(map(id, rows[i])) for i in group}) > 1]

"""Diagnosis: what is wrong with a training, in plain words with figures, the cause and the cure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nn.history.findings import Diagnosis, Finding, LayerFigures, StepFigures, counted
from nn.history.history import History
from nn.history.loss_findings import not_finite, plateau, rate_too_high
from nn.inspect.curvature import sharpness
from nn.inspect.layer_statistics import factors, measured
from nn.inspect.mistakes import activation_before_loss, units_alike
from nn.losses.validate_targets import GIVEN, Given
from nn.optim.optimizer import Optimizer
from nn.saving.snapshot import BuffersAndRNG, Gradients
from nn.support.contexts import bound
from nn.support.foreign_names import GUESSES
from nn.support.validate import Loss, check_learner, checked_data, checked_losses
from nn.training.recorded import record_loss
from nn.training.rerun_bad_step import in_pass
from nn.training.settings import checked_optimizer

MOST_ROWS = 200  # looked at in a diagnosis, evenly spread; more would only take longer
CURVED_ROWS = 50  # for the sharpness, which goes back through a graph of the gradient many times
DEAD_SHARE = 0.10
SATURATED_SHARE = 0.5
VANISHED, EXPLODED = 1e-3, 1e3  # of the error signal from the last layer back to the first


@GUESSES
def diagnose(
    model: Any,
    inputs: Any,
    targets: Any,
    *,
    loss: Loss,
    optimizer: Optimizer | None = None,
    history: History | Sequence[float] | None = None,
) -> Diagnosis:
    """Return what is wrong with the training of a model, looked at on these rows; nothing is changed.

    Seen in one pass: dead and saturated units, vanishing and exploding gradients, a loss that is nan or was given what
    it does not take (such as softmax twice), units that stay alike.  A rate that is too high needs the optimizer or the
    history, a plateau the history (or a list of losses).
    Of more than 200 rows, 200 are looked at.  Raises ValueError or TypeError for bad data.
    """
    check_learner(model, loss)
    inputs, targets = checked_data(inputs, targets)
    places = _spread(len(inputs), MOST_ROWS)
    losses = history.losses if isinstance(history, History) else checked_losses("diagnose(history=…)", history or [])
    if optimizer is not None:
        checked_optimizer(optimizer, model)
    trouble = history.trouble if isinstance(history, History) else ""
    parameters = list(model.parameters())
    buffers_and_rng, gradients = BuffersAndRNG(model), Gradients(parameters)
    before = buffers_and_rng.read()
    try:
        given: list[Given] = []
        with bound(GIVEN, given):
            value, layers, recurrent = measured(model, inputs, targets, loss, places)
        finite = math.isfinite(value.data) and all(math.isfinite(p.grad) for p in parameters)
        buffers_and_rng.put(before)
        inputs, targets = [inputs[i] for i in places], [targets[i] for i in places]
        findings = [not_finite(finite, value.data, trouble, lambda: _first_nonfinite(model, inputs, targets, loss))]
        curvature = math.nan
        if finite:
            findings += [_dead(layers, len(inputs)), _saturated(layers)]
            findings += [_vanishing(layers, recurrent), _exploding(layers, recurrent)]
            findings += [activation_before_loss(given), units_alike(model)]
            if optimizer is not None:
                few = _spread(len(inputs), CURVED_ROWS)
                some = [inputs[i] for i in few], [targets[i] for i in few]
                curvature = sharpness(model, *some, loss=loss, tolerance=1e-3)
        if losses or optimizer is not None:
            findings.append(rate_too_high(losses, optimizer, curvature))
        if losses:
            findings.append(plateau(losses))
    finally:
        gradients.put(parameters)
        buffers_and_rng.put(before)
    return Diagnosis(findings, layers, curvature, recurrent)


# ------------------------------------------------------------------------------------- one pass
def _first_nonfinite(model: Any, inputs: list[Any], targets: list[Any], loss: Loss) -> str:
    found = in_pass(lambda: record_loss(model, loss, inputs, targets, range(len(inputs))).backward())
    return found or "no operation of this pass made it"


def _dead(layers: list[LayerFigures], rows: int) -> Finding:
    name = "dead ReLUs"
    units = sum(layer.units for layer in layers if layer.activation == "relu")
    dead = sum(len(layer.dead) for layer in layers)
    if not units:
        return Finding(name, False, "there are no ReLUs")
    where = "; ".join(f"{layer.title}, units {counted(layer.dead)}" for layer in layers if layer.dead)
    seen = f"{dead} of {units} units ({dead / units:.0%}) gave 0 on each of {rows} rows{': ' + where if where else ''}"
    return Finding(
        name,
        dead > DEAD_SHARE * units,
        seen,
        "their z is negative on every row, so no gradient reaches their weights: large steps, or a bad beginning of "
        "weights or biases",
        "leaky ReLU, He initialization with biases at 0, a lower learning rate, or batch norm before the ReLU",
    )


def _saturated(layers: list[LayerFigures]) -> Finding:
    name = "saturated units"
    hidden = [layer for layer in layers if not layer.is_last and layer.activation in ("sigmoid", "tanh")]
    if not hidden:
        return Finding(name, False, "there are no hidden sigmoids or tanhs")
    worst = max(hidden, key=lambda layer: len(layer.saturated) / layer.units)
    share = len(worst.saturated) / worst.units
    seen = (
        f"in {worst.title}, {len(worst.saturated)} of {worst.units} units ({share:.0%}) have a slope below 5 % of its "
        f"greatest on 90 % of the rows (mean |σ′| {worst.slope:.3g})"
    )
    return Finding(
        name,
        share > SATURATED_SHARE,
        seen,
        f"|z| is so large that {worst.activation} is flat there, and little gradient passes: large weights or inputs",
        "Xavier initialization, inputs scaled to mean 0 and variance 1, batch norm, or ReLU",
    )


def _chain(layers: list[LayerFigures]) -> list[LayerFigures]:
    return [layer for layer in layers if math.isfinite(layer.weight_norm)]


def _signals(chain: list[LayerFigures], recurrent: list[StepFigures]) -> str:
    """Return how the error signal changes on its way back, in words."""
    first, last = chain[0], chain[-1]
    ratio = first.error_norm / last.error_norm if last.error_norm else math.nan
    norms = ", ".join(f"{layer.title} {layer.error_norm:.3g}" for layer in _few(chain))
    met = ", ".join(f"{factor:.3g}" for factor in _few(factors(chain)))
    way = f"from {last.title} back to {first.title}"
    seen = [f"{way} the error signal changes by {ratio:.3g} (‖δ‖ {norms}; ‖W‖·|σ′| {met})"]
    seen += [f"in {r.title} from step {r.steps[-1]} back to step {r.steps[0]} by {r.change:.3g}" for r in recurrent]
    return "; ".join(seen)


def _vanishing(layers: list[LayerFigures], recurrent: list[StepFigures]) -> Finding:
    name, chain = "vanishing gradients", _chain(layers)
    if len(chain) < 2 and not recurrent:
        return Finding(name, False, "there are no two layers to compare")
    first, last = chain[0].error_norm, chain[-1].error_norm
    over_time = any(r.change < VANISHED for r in recurrent)
    return Finding(
        name,
        over_time or (last > 0.0 and first < VANISHED * last),
        _signals(chain, recurrent),
        "each step back in time multiplies the signal by ‖W‖·|σ′| or a gate, which is less than 1 here: what happened "
        "long ago is hardly learned"
        if over_time
        else "each layer multiplies the signal by ‖W‖·|σ′|, which is less than 1 here (sigmoid: |σ′| ≤ 0.25): early "
        "layers hardly learn",
        "an LSTM or GRU, a forget_bias above 1, or shorter sequences"
        if over_time
        else "ReLU with He initialization, residual connections, or batch norm",
    )


def _exploding(layers: list[LayerFigures], recurrent: list[StepFigures]) -> Finding:
    name, chain = "exploding gradients", _chain(layers)
    if not chain:
        return Finding(name, False, "there are no layers with weights")
    first, last = chain[0].error_norm, chain[-1].error_norm
    over_time = any(r.change > EXPLODED for r in recurrent)
    return Finding(
        name,
        over_time or first > EXPLODED * last > 0.0 or first > 1e6,
        _signals(chain, recurrent),
        f"each {'step back in time' if over_time else 'layer'} multiplies the signal by ‖W‖·|σ′|, which is greater "
        "than 1 here: the weights are too large",
        "clipping by norm (at the 95th percentile of its history), smaller weights (Xavier or He), or batch norm",
    )


# ------------------------------------------------------------------------------------------ words
def _spread(count: int, most: int) -> list[int]:
    return list(range(count)) if count <= most else [i * count // most for i in range(most)]


def _few(things: Sequence[Any]) -> Sequence[Any]:
    return things if len(things) <= 6 else [*things[:3], *things[-3:]]

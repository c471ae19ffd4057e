"""Diagnosis: what ails a training, in plain words with figures, the cause and the cure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

from autograd import detect_anomaly
from nn.guesses import GUESSES
from nn.inspect.curvature import sharpness
from nn.inspect.findings import Finding, counted
from nn.inspect.layer_statistics import LayerFigures, StepFigures, factors, measured
from nn.inspect.mistakes import activation_before_loss, units_alike
from nn.losses import given_to_losses
from nn.optim.optimizers import SGD, Optimizer
from nn.saving.snapshot import Gradients, Surroundings
from nn.training.history import History
from nn.training.rows import Loss, check_learner, checked_inputs, checked_targets
from nn.training.steppers import record_loss

__all__ = ["Diagnosis", "Finding", "diagnose"]

MOST_ROWS = 200  # looked at in a diagnosis, evenly spread; more would only take longer
CURVED_ROWS = 50  # for the sharpness, which goes back through a graph of the gradient many times
DEAD_SHARE = 0.10
SATURATED_SHARE = 0.5
VANISHED, EXPLODED = 1e-3, 1e3  # of the error signal from the last layer back to the first
RECENT = 50  # epochs that count as recent
WORSE = 1.2  # times the first loss: above it, training has undone more than it did
DIVERGED = 10.0  # times the first loss: however few the epochs, that is no beginning
STILL_HIGH = 0.5  # of the first loss: below it, a flat curve is convergence


@dataclass(frozen=True)
class Diagnosis:
    """All findings, the figures of each layer and recurrent network, and the sharpness; print it to read them."""

    findings: list[Finding]
    layers: list[LayerFigures] = field(default_factory=list)
    sharpness: float = math.nan
    recurrent: list[StepFigures] = field(default_factory=list)

    @property
    def alarms(self) -> list[str]:
        """The names of the findings that are alarms."""
        return [finding.name for finding in self.findings if finding.alarm]

    @property
    def is_healthy(self) -> bool:
        """Whether no finding is an alarm."""
        return not self.alarms

    def __getitem__(self, name: str) -> Finding:
        found = {finding.name: finding for finding in self.findings}
        if name not in found:
            raise KeyError(f"no finding {name!r}; there are: {', '.join(found)}")
        return found[name]

    def __str__(self) -> str:
        head = f"{len(self.alarms)} alarms" if len(self.alarms) > 1 else "1 alarm" if self.alarms else "healthy"
        ordered = sorted(self.findings, key=lambda finding: not finding.alarm)
        return "\n".join([head, *map(str, ordered)])

    __repr__ = __str__


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
    """Return what ails the training of a model, looked at on these rows; nothing is changed.

    Seen in one pass: dead and saturated units, vanishing and exploding gradients, a loss that is nan or was given what
    it does not take (such as softmax twice), units that stay alike.  A rate that is too high needs the optimizer or the
    history, a plateau the history (or a list of losses).
    Of more than 200 rows, 200 are looked at.  Raises ValueError or TypeError for bad data.
    """
    check_learner(model, loss)
    rows = checked_inputs(inputs)
    wanted = checked_targets(targets, len(rows))
    places = _spread(len(rows), MOST_ROWS)
    losses = history.losses if isinstance(history, History) else list(history or [])
    trouble = history.trouble if isinstance(history, History) else ""
    parameters = list(model.parameters())
    surroundings, gradients = Surroundings(model), Gradients(parameters)
    before = surroundings.read()
    try:
        with given_to_losses() as given:
            value, layers, recurrent = measured(model, rows, wanted, loss, places)
        finite = math.isfinite(value.data) and all(math.isfinite(p.grad) for p in parameters)
        surroundings.put(before)
        rows, wanted = [rows[i] for i in places], [wanted[i] for i in places]
        findings = [_not_finite(finite, value.data, trouble, lambda: _born(model, rows, wanted, loss))]
        curvature = math.nan
        if finite:
            findings += [_dead(layers, len(rows)), _saturated(layers)]
            findings += [_vanishing(layers, recurrent), _exploding(layers, recurrent)]
            findings += [activation_before_loss(given), units_alike(model)]
            if optimizer is not None:
                few = _spread(len(rows), CURVED_ROWS)
                some = [rows[i] for i in few], [wanted[i] for i in few]
                curvature = sharpness(model, *some, loss=loss, tolerance=1e-3)
        if losses or optimizer is not None:
            findings.append(_rate(losses, optimizer, curvature))
        if losses:
            findings.append(_plateau(losses))
    finally:
        gradients.put(parameters)
        surroundings.put(before)
    return Diagnosis(findings, layers, curvature, recurrent)


def diagnose_losses(history: History) -> Diagnosis:
    """Return what a history alone says, without its model; raises ValueError if it is empty."""
    losses, trouble = history.losses, history.trouble
    if not losses and not trouble:
        raise ValueError("History.diagnose() looks at the losses of whole epochs, and there are none yet: train first")
    found = Finding("nan or infinity", False, "no epoch's loss was nan or infinite")
    bad = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), None)
    if trouble or bad is not None:
        found = _not_finite(bad is None, math.nan, trouble, lambda: f"that of epoch {(bad or 0) + 1} was not")
    return Diagnosis([found, _rate(losses, None, math.nan), _plateau(losses)])


# ------------------------------------------------------------------------------------- one pass
def _not_finite(finite: bool, loss: float, trouble: str, born: Callable[[], str]) -> Finding:
    name = "nan or infinity"
    if finite and not trouble:
        return Finding(name, False, f"the loss is {loss:.6g}, and every gradient is finite")
    seen = f"the loss or a gradient is not finite: {born()}" if not finite else f"training ended on it: {trouble}"
    return Finding(
        name,
        True,
        seen,
        "a function at the edge of its domain (log 0, 1/0), or weights that grew because the learning rate is too high",
        "losses on logits (binary_cross_entropy_with_logits, softmax_cross_entropy); a tenth of the learning rate; "
        "clipping by norm",
    )


def _born(model: Any, rows: list[Any], targets: list[Any], loss: Loss) -> str:
    try:
        with detect_anomaly():
            record_loss(model, loss, rows, targets, range(len(rows))).backward()
    except FloatingPointError as error:
        return str(error)
    return "it was not born in this pass"


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


# --------------------------------------------------------------------------------- over the epochs
def _rate(losses: Sequence[float], optimizer: Optimizer | None, curvature: float) -> Finding:
    name = "learning rate too high"
    start = _first(losses)
    recent = [x for x in losses[-RECENT:] if math.isfinite(x)]
    seen: list[str] = []
    rises = falls = worse = leaps = False
    diverged = len(recent) > 1 and recent[-1] > DIVERGED * abs(start) > 0.0
    if len(recent) >= 8:
        ups = sum(b > a for a, b in pairwise(recent))
        third = len(recent) // 3
        early, late = median(recent[:third]), median(recent[-third:])
        swing = sum(abs(b - a) for a, b in pairwise(recent)) / (len(recent) - 1)
        bad = start + (WORSE - 1.0) * abs(start)
        begun = max(0, len(losses) // 10 - len(losses) + len(recent))  # a bump in the first tenth is a beginning
        top = max(recent[begun:])
        worse, leaps = late > bad, top > bad  # then a slow fall is none
        rises = ups >= (len(recent) - 1) / 4 and (late >= 0.98 * early or worse or leaps) and swing > 0.01 * abs(late)
        falls = late < 0.98 * early
        net = f"from about {early:.4g} to {late:.4g}, by {swing:.2g} an epoch up or down"
        first = f"; it began at {start:.4g}" if worse or leaps else ""
        peak = f", at most {top:.4g}" if leaps else ""
        seen.append(f"in the last {len(recent)} epochs the loss rose {ups} times and went {net}{peak}{first}")
    elif diverged:
        seen.append(f"in {len(losses)} epochs the loss went from {start:.4g} to {recent[-1]:.4g}")
    unstable = False
    if optimizer is not None and math.isfinite(curvature) and curvature > 0.0:
        momentum = optimizer.momentum if isinstance(optimizer, SGD) and not optimizer.nesterov else 0.0
        bound = 2.0 * (1.0 + momentum) / curvature
        rate = optimizer.learning_rate
        if isinstance(optimizer, SGD):
            unstable = rate > bound
            seen.append(f"the rate is {rate:.3g}, and the sharpness λ {curvature:.3g} allows up to {bound:.3g} here")
        else:
            seen.append(f"the sharpness λ is {curvature:.3g} (plain descent would be stable up to {bound:.3g})")
    high = not losses or recent[-1:] == [] or recent[-1] > STILL_HIGH * abs(start)
    alarm = (rises and (unstable or high or worse or leaps)) or (unstable and not falls and (not losses or rises))
    lost = diverged or (bool(losses) and not math.isfinite(losses[-1]))
    return Finding(
        name,
        alarm or lost,
        "; ".join(seen) or "too few epochs to tell",
        "each step leaps over the valley and lands on the other side, no lower",
        "a tenth of the learning rate; nn.find_learning_rate; Xavier or He initialization; a larger batch",
    )


def _plateau(losses: Sequence[float]) -> Finding:
    name = "plateau"
    recent = [x for x in losses[-RECENT:] if math.isfinite(x)]
    if len(recent) < 8:
        epochs = "1 epoch is" if len(recent) == 1 else f"{len(recent)} epochs are"
        return Finding(name, False, f"{epochs} too few to tell")
    fall = (recent[0] - recent[-1]) / abs(recent[0]) if recent[0] else 0.0
    start = _first(losses)
    of_first = recent[-1] / start if start else 1.0
    swing = max(recent) - min(recent)
    flat = swing < 0.01 * abs(recent[0])
    seen = f"in the last {len(recent)} epochs the loss fell by {fall:.2%}, to {of_first:.0%} of the first"
    if fall < 0.0:
        seen = f"in the last {len(recent)} epochs the loss rose from {recent[0]:.4g} to {recent[-1]:.4g}"
    return Finding(
        name,
        flat and of_first > STILL_HIGH,
        seen,
        "the gradients of the rows cancel here, or units are dead or saturated: flat ground that is no valley",
        "patience if training has just begun; another seed, more hidden units, a higher rate, momentum or Adam",
    )


def _first(losses: Sequence[float]) -> float:
    """Return the loss with which training began: the first that is finite; nan if none is."""
    return next((x for x in losses if math.isfinite(x)), math.nan)


# ------------------------------------------------------------------------------------------ words
def _spread(count: int, most: int) -> list[int]:
    return list(range(count)) if count <= most else [i * count // most for i in range(most)]


def _few(things: Sequence[Any]) -> Sequence[Any]:
    return things if len(things) <= 6 else [*things[:3], *things[-3:]]

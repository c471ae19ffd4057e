"""What losses alone show: nan or infinity, a learning rate that is too high, a plateau."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from nn.history.findings import Diagnosis, Finding
from nn.optim.optimizer import Optimizer
from nn.optim.sgd_and_adam import SGD

if TYPE_CHECKING:
    from nn.history.history import History

RECENT = 50  # epochs that count as recent
WORSE = 1.2  # times the first loss: above it, training has undone more than it did
DIVERGED = 10.0  # times the first loss: however few the epochs, that is no beginning
STILL_HIGH = 0.5  # of the first loss: below it, a flat curve is convergence


def diagnose_losses(history: History) -> Diagnosis:
    """Return what a history alone says, without its model; raises ValueError if it is empty."""
    losses, trouble = history.losses, history.trouble
    if not losses and not trouble:
        raise ValueError("History.diagnose() looks at the losses of whole epochs, and there are none yet: train first")
    found = Finding("nan or infinity", False, "no epoch's loss was nan or infinite")
    bad = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), None)
    if trouble or bad is not None:
        found = not_finite(bad is None, math.nan, trouble, lambda: f"that of epoch {(bad or 0) + 1} was not")
    return Diagnosis([found, rate_too_high(losses, None, math.nan), plateau(losses)])


def not_finite(finite: bool, loss: float, trouble: str, where: Callable[[], str]) -> Finding:
    """Return whether a pass or a training met nan or infinity; `where()` says where, if it is asked for."""
    name = "nan or infinity"
    if finite and not trouble:
        return Finding(name, False, f"the loss is {loss:.6g}, and every gradient is finite")
    seen = f"the loss or a gradient is not finite: {where()}" if not finite else f"training ended on it: {trouble}"
    return Finding(
        name,
        True,
        seen,
        "a function at the edge of its domain (log 0, 1/0), or weights that grew because the learning rate is too high",
        "losses on logits (binary_cross_entropy_with_logits, softmax_cross_entropy); a tenth of the learning rate; "
        "clipping by norm",
    )


def rate_too_high(losses: Sequence[float], optimizer: Optimizer | None, curvature: float) -> Finding:
    """Return whether the losses, or the sharpness beside the optimizer's rate, show steps that are too large."""
    name = "learning rate too high"
    start = _first(losses)
    recent = [x for x in losses[-RECENT:] if math.isfinite(x)]
    seen: list[str] = []
    rises = high = leaps = False
    diverged = len(recent) > 1 and recent[-1] > DIVERGED * abs(start) > 0.0
    if len(recent) >= 8:
        ups = sum(b > a for a, b in pairwise(recent))
        third = len(recent) // 3
        early, late = median(recent[:third]), median(recent[-third:])
        swing = sum(abs(b - a) for a, b in pairwise(recent)) / (len(recent) - 1)
        bad = start + (WORSE - 1.0) * abs(start)
        begun = max(0, len(losses) // 10 - len(losses) + len(recent))  # a bump in the first tenth is a beginning
        top = max(recent[begun:])
        leaps, high = top > bad, recent[-1] > STILL_HIGH * abs(start)  # after leaps a slow fall is none
        rises = ups >= (len(recent) - 1) / 4 and (late >= 0.98 * early or leaps) and swing > 0.01 * abs(late)
        net = f"from about {early:.4g} to {late:.4g}, by {swing:.2g} an epoch up or down"
        peak = f", at most {top:.4g}; it began at {start:.4g}" if leaps else ""
        seen.append(f"in the last {len(recent)} epochs the loss rose {ups} times and went {net}{peak}")
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
    alarm = rises and (unstable or high or leaps) if losses else unstable
    lost = diverged or (bool(losses) and not math.isfinite(losses[-1]))
    return Finding(
        name,
        alarm or lost,
        "; ".join(seen) or "too few epochs to tell",
        "each step leaps over the valley and lands on the other side, no lower",
        "a tenth of the learning rate; nn.find_learning_rate; Xavier or He initialization; a larger batch",
    )


def plateau(losses: Sequence[float]) -> Finding:
    """Return whether the losses have stopped to fall while they are still high."""
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

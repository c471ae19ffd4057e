"""Clipping: gradients kept within a limit, by their norm or each by itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value, number
from autograd.recording.bulk import keep_gradients
from autograd.support.messages import name_or
from autograd.support.user_line import warn
from nn.support.foreign_names import GUESSES
from nn.support.validate import check, checked_values


@GUESSES.of_class
@dataclass(frozen=True)
class ClipByNorm:
    """Gradients as one vector of norm at most `limit`, their direction kept.  With no limit the norm is only watched.

    The 95th percentile of the norms early in training is a good limit.  (Pascanu et al. 2013.)
    """

    limit: float = math.inf

    def __post_init__(self) -> None:
        check(number(self.limit) > 0.0, self, "the limit must be greater than 0")

    def clip(self, gradients: Sequence[float], norm: float) -> Sequence[float]:
        """Return the gradients, whose norm is given, scaled down to the limit if they exceed it."""
        return [g * (self.limit / norm) for g in gradients] if norm > self.limit else gradients

    def clip_array(self, gradients: Any, norm: float) -> None:
        """Leave an array of gradients, whose norm is given, scaled down to the limit if they exceed it."""
        if norm > self.limit:
            gradients *= self.limit / norm


@GUESSES.of_class
@dataclass(frozen=True)
class ClipByValue:
    """Each gradient between −`limit` and `limit`; the direction may change.  (Mikolov 2012.)"""

    limit: float

    def __post_init__(self) -> None:
        check(number(self.limit) > 0.0, self, "the limit must be greater than 0")

    def clip(self, gradients: Sequence[float], norm: float) -> Sequence[float]:
        """Return each gradient moved into the limits."""
        return [min(max(g, -self.limit), self.limit) for g in gradients]

    def clip_array(self, gradients: Any, norm: float) -> None:
        """Leave each gradient of an array moved into the limits."""
        gradients.clip(-self.limit, self.limit, out=gradients)


Clip = ClipByNorm | ClipByValue


@GUESSES
def clip_by_norm(parameters: Iterable[Value], limit: float = math.inf) -> float:
    """Return the norm of the parameters' gradients, which are left scaled down to norm `limit` if it was larger.

    A norm that is nan or infinite is reported in a warning, and changes nothing.  Raises ValueError for a limit
    that is not positive.
    """
    return apply_clip(ClipByNorm(limit), checked_values("clip_by_norm takes the Values to clip", parameters))


@GUESSES
def clip_by_value(parameters: Iterable[Value], limit: float) -> float:
    """Return the norm of the parameters' gradients before each of them was moved between −limit and limit.

    A norm that is nan or infinite is reported in a warning, and changes nothing.  Raises ValueError for a limit
    that is not positive.
    """
    return apply_clip(ClipByValue(limit), checked_values("clip_by_value takes the Values to clip", parameters))


def apply_clip(clip: Clip, parameters: Sequence[Value]) -> float:
    """Return the norm of the gradients of those parameters that a pass has reached, and leave these clipped."""
    reached = [p for p in parameters if p.has_grad]
    gradients = [p.grad for p in reached]
    norm = math.hypot(*gradients)
    if not math.isfinite(norm):
        report_norm(norm, [name_or(p, f"parameter {i}") for i, p in enumerate(parameters) if not math.isfinite(p.grad)])
        return norm
    clipped = clip.clip(gradients, norm)
    keep_gradients(reached, [was.__class__(g) for was, g in zip(gradients, clipped, strict=True)])  # Piled ones stay so
    return norm


def report_norm(norm: float, names: Sequence[str]) -> None:
    """Warn that a norm is not finite, naming the first parameters whose gradients are to blame."""
    blame = f": the gradients of {', '.join(names[:3])}{' and others' if len(names) > 3 else ''}" if names else ""
    warn(
        f"the gradient's norm is {norm}{blame}; nothing was clipped, since scaling would spread it to every parameter",
        RuntimeWarning,
    )


def percentile(numbers: Iterable[float], share: float = 95.0) -> float:
    """Return the number below which `share` percent of the finite numbers lie, interpolated between neighbors."""
    ordered = sorted(x for x in numbers if math.isfinite(x))
    if not ordered or not 0.0 <= share <= 100.0:
        raise ValueError(f"percentile({share}) of {len(ordered)} finite numbers: give some, and 0 to 100 percent")
    place = share / 100.0 * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])

"""Sharpness: the largest curvature of the loss, by exact products of the Hessian with vectors."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from operator import mul
from typing import Any

from autograd import Value, dot, gradients
from nn.saving.snapshot import BuffersAndRNG, Gradients
from nn.support.foreign_names import GUESSES
from nn.support.validate import Loss, check_learner, checked_count, checked_data, checked_setting
from nn.training.recorded import record_loss

Vector = list[float]


@GUESSES
def sharpness(
    model: Any, inputs: Any, targets: Any, *, loss: Loss, tolerance: float = 1e-4, limit: int = 200, seed: int = 0
) -> float:
    """Return λ_max, the largest eigenvalue of the Hessian of the loss over these rows; nothing is changed.

    Gradient descent is stable along all directions where the learning rate is below 2 / λ_max.  By power iteration
    on exact Hessian-vector products (Pearlmutter 1994), until the value changes by less than `tolerance` of itself, or
    `limit` times.
    """
    check_learner(model, loss)
    tolerance = checked_setting("sharpness", "tolerance", tolerance, 0.0)
    checked_count("limit", limit)
    inputs, targets = checked_data(inputs, targets)
    parameters = list(model.parameters())
    buffers_and_rng, kept = BuffersAndRNG(model), Gradients(parameters)
    before = buffers_and_rng.read()
    try:
        value = record_loss(model, loss, inputs, targets, range(len(inputs)))
        slopes = gradients(value, parameters)  # a graph, which each product goes back through
        product = _product(slopes, parameters)
        first = _dominant(product, len(parameters), tolerance, limit, seed)
        if first >= 0.0:
            return first
        # The most curved direction bends downwards: look from its level for the one that bends upwards the most.
        return first + _dominant(lambda v: _plus(product(v), -first, v), len(parameters), tolerance, limit, seed)
    finally:
        kept.put(parameters)
        buffers_and_rng.put(before)


def _product(slopes: Sequence[Any], parameters: Sequence[Value]) -> Callable[[Vector], Vector]:
    open_ones = [(i, s) for i, s in enumerate(slopes) if isinstance(s, Value)]

    def product(vector: Vector) -> Vector:
        for p in parameters:
            p.clear_grad()
        if open_ones:
            dot([s for _, s in open_ones], [vector[i] for i, _ in open_ones]).backward()
        return [p.grad for p in parameters]

    return product


def _dominant(product: Callable[[Vector], Vector], size: int, tolerance: float, limit: int, seed: int) -> float:
    """Return the eigenvalue of largest size, with its sign."""
    generator = random.Random(f"sharpness {seed}")
    vector = _unit([generator.gauss(0.0, 1.0) for _ in range(size)])
    value = 0.0
    for _ in range(limit):
        image = product(vector)
        before, value = value, math.fsum(map(mul, image, vector))
        if not math.isfinite(value) or abs(value - before) <= tolerance * abs(value):
            break
        vector = _unit(image)
    return value


def _unit(vector: Vector) -> Vector:
    norm = math.hypot(*vector)
    return [x / norm for x in vector] if norm > 0.0 else vector


def _plus(x: Vector, factor: float, y: Vector) -> Vector:
    return [a + factor * b for a, b in zip(x, y, strict=True)]

"""What one forward and backward pass says about each layer: activity, slopes, error signals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from autograd import Value
from autograd.rules.operation import Operation
from nn.history.findings import LayerFigures, StepFigures
from nn.layers.dense import Neuron
from nn.layers.forward_cache import ForwardCache, LayerPass, fill
from nn.layers.recurrent import Recurrent
from nn.support.fields import modules_of
from nn.support.validate import Loss
from nn.training.recorded import record_loss

STEEPEST = {"sigmoid": 0.25, "tanh": 1.0}  # the greatest slope of those activations that saturate
FLAT = 0.05  # of the greatest slope: a unit below it on a row is saturated there
MOST = 0.9  # of the rows: a unit saturated on so many counts as saturated


def factors(layers: Sequence[LayerFigures]) -> list[float]:
    """Return for each layer but the last: ‖W‖ of the next times its own |σ′|, which the error signal meets."""
    return [above.weight_norm * layer.slope for layer, above in pairwise(layers)]


def measured(
    model: Any, inputs: list[Any], targets: list[Any], loss: Loss, places: Sequence[int]
) -> tuple[Value, list[LayerFigures], list[StepFigures]]:
    """Return the loss on the rows at these places, the figures of each layer in the order of use, and of each network
    that is recurrent over its steps.

    One forward and one backward pass are made.

    The gradients of the parameters are left as this pass made them.
    """
    cache: ForwardCache = {}
    value = fill(cache, model, lambda: record_loss(model, loss, inputs, targets, places))
    for parameter in model.parameters():
        parameter.clear_grad()
    value.backward()
    modules = dict(modules_of(model))
    paths = list(cache)
    recurrent = {path: module for path, module in modules.items() if isinstance(module, Recurrent)}
    gates = {f"{path}.{module.remembering}".lstrip(".") for path, module in recurrent.items()}
    layers = [_figures(path, cache[path], modules.get(path), path == paths[-1], path in gates) for path in paths]
    over_time = [_over_time(path, cache, len(places)) for path in recurrent]
    return value, layers, [figures for figures in over_time if len(figures.steps) > 1]


def _over_time(path: str, cache: ForwardCache, rows: int) -> StepFigures:
    """Return the error signal at each step, where each row was one sequence of the same length."""
    gates = [kept.z for place, kept in cache.items() if place.startswith(f"{path}." if path else "")]
    steps = min((len(z) // rows for z in gates if len(z) % rows == 0), default=0)
    norms = [math.hypot(*(v.grad for z in gates for row in z[t::steps] for v in row)) for t in range(steps)]
    reached = [t for t, norm in enumerate(norms) if norm > 0.0]  # truncation lets nothing pass
    return StepFigures(path or "(the model)", tuple(t + 1 for t in reached), tuple(norms[t] for t in reached))


def _figures(path: str, passed: LayerPass, module: Any, is_last: bool, remembers: bool) -> LayerFigures:
    units = len(passed.z[0])
    pairs = [[(z[i], a[i]) for z, a in zip(passed.z, passed.a, strict=True)] for i in range(units)]
    name = _activation(*pairs[0][0])
    slopes = [[abs(_slope(z, a)) for z, a in unit] for unit in pairs]
    steepest = None if remembers else STEEPEST.get(name)
    dead = [i for i, unit in enumerate(pairs) if name == "relu" and all(a.data == 0.0 for _, a in unit)]
    flat = [0 if steepest is None else sum(s < FLAT * steepest for s in unit) for unit in slopes]
    every = [s for unit in slopes for s in unit]
    return LayerFigures(
        path=path or "(the model)",
        activation=name,
        units=units,
        dead=tuple(dead),
        saturated=tuple(i for i, n in enumerate(flat) if n >= MOST * len(passed.z)),
        error_norm=math.hypot(*(z.grad for unit in pairs for z, _ in unit)),
        weight_norm=_weight_norm(module),
        slope=sum(every) / len(every),
        is_last=is_last,
    )


def _activation(z: Value, a: Value) -> str:
    if a is z:
        return "linear"
    return a.op.name if isinstance(a.op, Operation) and z in a.parents else "other"


def _slope(z: Value, a: Value) -> float:
    """Return the derivative of an activation with respect to its own pre-activation."""
    if a is z:
        return 1.0
    return sum(d for parent, d in zip(a.parents, a.local_derivatives, strict=True) if parent is z)


def _weight_norm(module: Any) -> float:
    """Return the spectral norm of a layer's weight matrix, by power iteration on WᵀW; nan if it has none."""
    neurons = [module] if isinstance(module, Neuron) else getattr(module, "neurons", [])
    matrix = [[w.data for w in neuron.weights] for neuron in neurons]
    if not matrix:
        return math.nan
    vector = [1.0 + 0.01 * i for i in range(len(matrix[0]))]
    norm = 0.0
    for _ in range(100):
        image = [sum(w * v for w, v in zip(row, vector, strict=True)) for row in matrix]
        back = [sum(row[i] * x for row, x in zip(matrix, image, strict=True)) for i in range(len(vector))]
        size, before = math.hypot(*back), norm
        norm = math.hypot(*image) / math.hypot(*vector)
        if size == 0.0 or not math.isfinite(size) or abs(norm - before) <= 1e-6 * norm:
            break
        vector = [x / size for x in back]
    return norm

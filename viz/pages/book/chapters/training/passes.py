"""One row's pass through a network with one hidden layer, there and back: what figures 9 and 10 step through."""

from typing import Any

from autograd import Value, sigmoid
from nn import MLP, binary_cross_entropy_with_logits
from viz.pages.book.figure import Numbers


def passed(model: MLP, row: Any, target: Any) -> dict[str, Any]:
    """Return the loss on one row, and every number on the way to it; `target` is a list of one."""
    cache = list(model.forward_cache([row]).values())
    logit = cache[-1].z[0][0]
    hidden, (output,) = (layer.neurons for layer in model.layers)
    return {
        "loss": binary_cross_entropy_with_logits([logit], target),
        "z": cache[0].z[0],
        "a": cache[0].a[0],
        "logit": logit,
        "prediction": sigmoid(logit),
        "terms": [
            *(weight * x for neuron in hidden for weight, x in zip(neuron.weights, row, strict=True)),
            *(weight * a for weight, a in zip(output.weights, cache[0].a[0], strict=True)),
        ],
    }


def pass_numbers(model: MLP, row: list[float], target: float) -> Numbers:
    """Return all that is shown of a pass: parameters and gradients are counted as `model.parameters()` has them."""
    parameters = model.parameters()
    for parameter in parameters:
        parameter.grad = 0.0
    found = passed(model, row, [target])
    found["loss"].backward()
    return {
        "L": found["loss"].data,
        "logit": found["logit"].data,
        "prediction": found["prediction"].data,
        **_counted("z", found["z"]),
        **_counted("a", found["a"]),
        **_counted("term", found["terms"]),
        **{f"slope{k}": a.local_derivatives[0] for k, a in enumerate(found["a"], 1)},
        **_counted("w", parameters),
        **{f"g{k}": parameter.grad for k, parameter in enumerate(parameters, 1)},
    }


def _counted(name: str, values: list[Value]) -> Numbers:
    return {f"{name}{k}": value.data for k, value in enumerate(values, 1)}

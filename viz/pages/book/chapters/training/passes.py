"""One row's pass through a network with one hidden layer, there and back: what figures 9 and 10 step through."""

from typing import Any

from nn import MLP
from viz.pages.book.chapters.backpropagation.equations import passed
from viz.pages.book.figure import Numbers, counted


def with_terms(model: MLP, row: Any, target: Any) -> dict[str, Any]:
    """Return the loss on one row, and every number on the way to it; `target` is a list of one."""
    found, (hidden, (output,)) = passed(model, row, target), (layer.neurons for layer in model.layers)
    products = [(neuron.weights, row) for neuron in hidden] + [(output.weights, found["a"])]
    return found | {"terms": [w * x for weights, given in products for w, x in zip(weights, given, strict=True)]}


def pass_numbers(model: MLP, row: list[float], target: float) -> Numbers:
    """Return all that is shown of a pass: parameters and gradients are counted as `model.parameters()` has them."""
    parameters = model.parameters()
    for parameter in parameters:
        parameter.grad = 0.0
    found = with_terms(model, row, [target])
    found["loss"].backward()
    return {
        "L": found["loss"].data,
        "logit": found["logit"].data,
        "prediction": found["prediction"].data,
        **counted("z", found["z"]),
        **counted("a", found["a"]),
        **counted("term", found["terms"]),
        **counted("slope", [a.local_derivatives[0] for a in found["a"]]),
        **counted("w", parameters),
        **counted("g", [parameter.grad for parameter in parameters]),
    }

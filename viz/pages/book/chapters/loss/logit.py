"""Figure 4.2: one logit from −10 to 10, and what squared error and cross-entropy send back to it."""

from autograd import Value, grad, sigmoid, value_and_grad
from nn import binary_cross_entropy_with_logits, mean_squared_error
from viz.pages.book.controls import Slider, State
from viz.pages.book.figure import Figure, Numbers, program


def squared(y: Value) -> Value:
    """Return the squared error of ŷ where 1 is right."""
    return mean_squared_error([y], [1.0])


def squared_of_logit(z: Value) -> Value:
    """Return the squared error of the sigmoid of a logit where 1 is right."""
    return squared(sigmoid(z))


def entropy(z: Value) -> Value:
    """Return the cross-entropy of a logit where 1 is right."""
    return binary_cross_entropy_with_logits([z], [1.0])


def numbers(state: State) -> Numbers:
    """Return both gradients, and the factors of each."""
    z = state["z"]
    y, slope = value_and_grad(sigmoid)(z)
    mse, bce = grad(squared_of_logit)(z), grad(entropy)(z)
    return {
        "prediction": y,
        "percent": 100.0 * y,
        "slope": slope,
        "outer": grad(squared)(y),
        "mse": mse,
        "steep": bce / slope,
        "bce": bce,
        "times": bce / mse,
    }


FIGURE = Figure(
    "loss/logit",
    controls={"z": Slider("logit z", -10.0, 10.0, -6.0, step=0.1)},
    numbers=numbers,
    programs={
        "chance": program(sigmoid, 1),
        "squared": program(squared, 1),
        "mse": program(squared_of_logit, 1),
        "bce": program(entropy, 1),
    },
    states=[{"z": 0.0}, {"z": 3.7}],
    demo="starving_sigmoid",
)

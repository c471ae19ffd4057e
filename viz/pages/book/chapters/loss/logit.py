"""Figure 4.2: one logit from −10 to 10, and what squared error and cross-entropy send back to it."""

from autograd import Value, sigmoid
from nn import binary_cross_entropy_with_logits, mean_squared_error
from viz.pages.book.controls import Slider, State
from viz.pages.book.figure import Figure, Numbers, program


def chance(z: Value) -> Value:
    """Return what the network says, ŷ."""
    return sigmoid(z)


def squared(y: Value) -> Value:
    """Return the squared error of ŷ where 1 is right."""
    return mean_squared_error([y], [1.0])


def entropy(z: Value) -> Value:
    """Return the cross-entropy of a logit where 1 is right."""
    return binary_cross_entropy_with_logits([z], [1.0])


def numbers(state: State) -> Numbers:
    """Return both gradients, and the factors of each."""
    z = Value(state["z"])
    y = chance(z)
    y.backward()
    slope, z.grad = z.grad, 0.0
    said = Value(y.data)
    squared(said).backward()
    squared(chance(z)).backward()
    mse, z.grad = z.grad, 0.0
    entropy(z).backward()
    bce = z.grad
    return {
        "prediction": y.data,
        "percent": 100.0 * y.data,
        "slope": slope,
        "outer": said.grad,
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
        "chance": program(chance, 1),
        "squared": program(squared, 1),
        "mse": program(lambda z: squared(chance(z)), 1),
        "bce": program(entropy, 1),
    },
    states=[{"z": 0.0}, {"z": 3.7}],
    demo="starving_sigmoid",
)

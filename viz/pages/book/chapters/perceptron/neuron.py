"""Figure 2.1: one neuron with two inputs: its products, its bias, their sum, and the activation of it."""

from typing import Any

from autograd import Value, relu, sigmoid, tanh, value_and_grad
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, program

ACTIVATIONS = {f.__name__: f for f in (sigmoid, tanh, relu)}
NAMES = ("w1", "w2", "b", "x1", "x2")


def total(w1: Value, w2: Value, b: Value, x1: Value, x2: Value) -> dict[str, Any]:
    """Return the sum of a neuron, and the products in it."""
    p1, p2 = w1 * x1, w2 * x2
    return {"z": p1 + p2 + b, "p1": p1, "p2": p2}


def numbers(state: State) -> Numbers:
    """Return the products, their sum, its activation, and the slope there."""
    found = total(*(Value(state[name]) for name in NAMES))
    a, slope = value_and_grad(ACTIVATIONS[state["act"]])(found["z"].data)
    return {**{name: x.data for name, x in found.items()}, "a": a, "slope": slope}


STARTS = {"x1": 1.0, "x2": 2.0, "w1": 0.5, "w2": -1.0, "b": 0.5}
LABELS = {"x1": "input x₁", "x2": "input x₂", "w1": "weight w₁", "w2": "weight w₂", "b": "bias b"}
FIGURE = Figure(
    "perceptron/neuron",
    controls={
        **{name: Slider(LABELS[name], -2.0, 2.0, start) for name, start in STARTS.items()},
        "act": Choice("activation", {name: name for name in ACTIVATIONS}, "sigmoid"),
    },
    numbers=numbers,
    programs={"sum": program(total, 5), **{name: program(f, 1) for name, f in ACTIVATIONS.items()}},
    states=[
        {"w1": 2.0, "x1": 2.0, "w2": 2.0, "b": 2.0, "act": "relu"},
        {"w1": -2.0, "x1": 2.0, "w2": -2.0, "b": -2.0, "act": "tanh"},
        {"w1": 0.0, "b": 2.0, "act": "relu"},
    ],
)

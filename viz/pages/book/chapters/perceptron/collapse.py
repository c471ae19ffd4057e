"""Figure 2.2: two layers without a curve between them fold into one; with a curve they do not."""

from collections.abc import Callable
from typing import Any

from autograd import Value, dot, relu, tanh, value_and_grad
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, program

W1, B1 = [[1.0, 0.5], [-1.0, 2.0]], [0.5, -1.0]
W2, B2 = [2.0, -1.0], 0.25


def linear(z: Value) -> Value:
    """Return the sum as it is: no curve."""
    return z


CURVES = {f.__name__: f for f in (linear, relu, tanh)}


def two_layers(curve: Callable[[Value], Value]) -> Callable[[Value, Value], Value]:
    """Return the two layers, with a curve between them, as a function of the inputs."""

    def output(x1: Value, x2: Value) -> Value:
        hidden = [curve(dot(row, [x1, x2], bias)) for row, bias in zip(W1, B1, strict=True)]
        result: Value = dot(W2, hidden, B2)
        return result

    return output


def one_layer(x1: Value, x2: Value) -> Value:
    """Return what the one layer says whose table is the product of the two."""
    table = [sum(w * row[k] for w, row in zip(W2, W1, strict=True)) for k in range(2)]
    result: Value = dot(table, [x1, x2], sum(w * bias for w, bias in zip(W2, B1, strict=True)) + B2)
    return result


def numbers(state: State) -> Numbers:
    """Return what both say, how far they are apart, and the table and bias of the one, as the two layers have them."""
    x: Any = [Value(state["x1"]), Value(state["x2"])]
    two, one = two_layers(CURVES[state["act"]])(*x), one_layer(*x)
    bias, (w_1, w_2) = value_and_grad(two_layers(linear), (0, 1))(0.0, 0.0)
    return {"two": two.data, "one": one.data, "apart": two.data - one.data, "w_1": w_1, "w_2": w_2, "bias": bias}


FIGURE = Figure(
    "perceptron/collapse",
    controls={
        "act": Choice("between the layers", {"linear": "no curve", "relu": "relu", "tanh": "tanh"}, "linear"),
        "x1": Slider("input x₁", -2.0, 2.0, 1.0),
        "x2": Slider("input x₂", -2.0, 2.0, 1.0),
    },
    numbers=numbers,
    programs={"one": program(one_layer, 2), **{name: program(two_layers(f), 2) for name, f in CURVES.items()}},
    data={"w1": W1, "b1": B1, "w2": W2, "b2": B2},
    states=[{"act": "tanh", "x1": -2.0, "x2": 2.0}, {"act": "relu", "x1": 2.0, "x2": -2.0}, {"x1": 0.3, "x2": -1.7}],
    demo="linear_collapse",
)

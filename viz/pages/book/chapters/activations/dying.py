"""Figure 7.2: one neuron and five examples; its bias can kill it, and some activations revive it."""

from collections.abc import Callable
from typing import Any

from autograd import Value, gelu, leaky_relu, relu
from nn import SGD, mean_squared_error
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, program, update

ACTIVATIONS = {f.__name__: f for f in (relu, leaky_relu, gelu)}
INPUTS = (-1.0, -0.5, 0.0, 0.5, 1.0)


def neuron(activation: Callable[[Value], Value]) -> Callable[[Value, Value], dict[str, Any]]:
    """Return the loss of a neuron, as a function of its weight and bias, and its sums and values."""

    def loss(w: Value, b: Value) -> dict[str, Any]:
        z = [w * x + b for x in INPUTS]
        a = [activation(one) for one in z]
        return {"loss": mean_squared_error(a, [1.0] * len(a)), "z": z, "a": a}

    return loss


def numbers(state: State) -> Numbers:
    """Return how many examples the neuron is active for, its loss, and the gradients of weight and bias."""
    w, b = Value(state["w"]), Value(state["b"])
    found = neuron(ACTIVATIONS[state["act"]])(w, b)
    found["loss"].backward()
    active = sum(one.data > 0.0 for one in found["z"])
    return {"active": float(active), "dw": w.grad, "db": b.grad, "loss": found["loss"].data}


FIGURE = Figure(
    "activations/dying",
    controls={
        "act": Choice("activation", {name: name.replace("_", " ") for name in ACTIVATIONS}, "relu"),
        "w": Slider("weight w", -2.0, 2.0, 1.0),
        "b": Slider("bias b", -3.0, 1.0, -2.0),
    },
    numbers=numbers,
    programs={
        **{f"{name}.neuron": program(neuron(f), 2) for name, f in ACTIVATIONS.items()},
        **{name: program(f, 1) for name, f in ACTIVATIONS.items()},
        "step": update(SGD([Value(0.0)], learning_rate=1.0)),
    },
    data={"inputs": INPUTS},
    states=[{"act": "leaky_relu", "b": -1.3, "w": -0.4}, {"act": "gelu", "b": 0.3}],
    demo="dying_relu",
)

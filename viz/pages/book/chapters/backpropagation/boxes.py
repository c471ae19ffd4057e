"""Figure 6.1: the chain rule as boxes that multiply, on a weight, a sum, an activation and a loss."""

from typing import Any

from autograd import Value, tanh
from viz.pages.book.controls import Slider, State
from viz.pages.book.figure import Figure, Numbers, program


def total(w: Value) -> Value:
    """Return the sum z."""
    return 3 * w - 3


def error(a: Value) -> Value:
    """Return the loss of an activation."""
    return (a - 1) ** 2


def chain(w: Value) -> dict[str, Any]:
    """Return the loss of a weight, and what stands on the way."""
    z = total(w)
    a = tanh(z)
    return {"L": error(a), "z": z, "a": a}


def numbers(state: State) -> Numbers:
    """Return the values on the way, their local derivatives, and what a push really does."""
    w = Value(state["w"])
    found = chain(w)
    loss, a, z = found["L"], found["a"], found["z"]
    loss.backward()
    pushed = chain(Value(state["w"] + state["nudge"]))["L"]
    return {
        "z": z.data,
        "a": a.data,
        "L": loss.data,
        "dL_da": a.grad,
        "da_dz": a.local_derivatives[0],
        "dz_dw": w.grad / z.grad if z.grad else 3.0,
        "gradient": w.grad,
        "foretold": w.grad * state["nudge"],
        "measured": pushed.data - loss.data,
    }


FIGURE = Figure(
    "backpropagation/boxes",
    controls={
        "nudge": Slider("push", 0.001, 0.5, 0.01, powers=True),
        "w": Slider("weight w", -1.0, 3.0, 1.0, step=0.05),
    },
    numbers=numbers,
    programs={
        "chain": program(chain, 1),
        "sum": program(total, 1),
        "activation": program(tanh, 1),
        "loss": program(error, 1),
    },
    states=[{"w": 0.6, "nudge": 0.1}, {"w": 1.35}],
)

"""Figure 7.1: five activations with their slopes, and how much of an error each lets back through."""

from autograd import gelu, grad, leaky_relu, relu, sigmoid, tanh, value_and_grad
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, program

ACTIVATIONS = {f.__name__: f for f in (sigmoid, tanh, relu, leaky_relu, gelu)}
EDGE, FINE = 6, 20  # what is drawn ends there, in so many points for each 1


def numbers(state: State) -> Numbers:
    """Return the value and the slope there, what an error of 1 becomes, and the largest slope of what is drawn."""
    f = ACTIVATIONS[state["f"]]
    a, slope = value_and_grad(f)(state["z"])
    steepest = max(grad(f)(k / FINE) for k in range(-EDGE * FINE, EDGE * FINE + 1))
    return {"a": a, "slope": slope, "back": 1.0 * slope, "steepest": steepest}


FIGURE = Figure(
    "activations/curves",
    controls={
        "f": Choice("activation", {name: name.replace("_", " ") for name in ACTIVATIONS}, "sigmoid"),
        "z": Slider("sum z", -EDGE, EDGE, 0.0),
    },
    numbers=numbers,
    programs={name: program(f, 1) for name, f in ACTIVATIONS.items()},
    data={"edge": EDGE, "fine": FINE},
    states=[{"f": "gelu", "z": -0.8}, {"f": "leaky_relu", "z": -2.0}, {"f": "tanh", "z": 5.0}],
    demo="activations",
)

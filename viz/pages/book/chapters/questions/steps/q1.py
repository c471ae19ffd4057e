"""Figure Q1: how many passes all gradients of a network take, by differences and by backpropagation."""

from nn import MLP
from viz.pages.book.controls import Slider, State, Steps
from viz.pages.book.figure import Figure, Numbers

WIDEST, MOST = 64, 100


def parameters(n: int) -> int:
    """Return how many parameters a 2–n–n–1 network has."""
    return MLP(2, [n, n, 1]).parameter_count()


COUNTS = {n: parameters(n) for n in range(1, WIDEST + 1)}


def numbers(state: State) -> Numbers:
    """Return how many passes each way takes, and how many slopes it knows after those that have been made."""
    count, passes = parameters(int(state["n"])), state["passes"]
    return {
        "parameters": float(count),
        "differences": 2.0 * count,
        "backward": 2.0,
        "times": float(count),
        "known": float(min(passes // 2, count)),
        "known_backward": float(count if passes >= 2 else 0),
    }


FIGURE = Figure(
    "questions/steps/q1",
    controls={
        "n": Slider("neurons n in each hidden layer", 1, WIDEST, 16, step=1),
        "passes": Steps("passes made", MOST, 2),
    },
    numbers=numbers,
    data={"counts": COUNTS},
    states=[{"passes": 1}, {"n": 2, "passes": 40}],
    demo="finite_differences",
)

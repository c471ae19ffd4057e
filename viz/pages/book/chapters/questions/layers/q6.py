"""Figure Q6: twelve ones through dropout, and their gradients on the way back: the same mask, or another by mistake."""

from typing import Any

from autograd import Value, total, where
from nn import Dropout
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, program

COUNT, SEEDS = 12, 10


def through(*x: Any) -> Value:
    """Return the sum of numbers, each times its factor: 0 where what was drawn is below p."""
    *ones, drawn, p = x
    factor = 1.0 / (1.0 - p[0])
    kept: list[Value] = [one * where(u < p[0], 0.0, factor) for one, u in zip(ones, drawn, strict=True)]
    return total(kept)


def factors(p: float, seed: int) -> list[float]:
    """Return what nn.Dropout multiplies twelve ones with."""
    return [one.data for one in Dropout(p, seed=seed)([Value(1.0) for _ in range(COUNT)])]


def numbers(state: State) -> Numbers:
    """Return how many are kept, by what they are multiplied, and how many gradients are not their factor."""
    p, seed = state["p"], int(state["seed"])
    forward = factors(p, seed)
    backward = forward if state["same"] == "yes" else factors(p, seed + 1)
    return {
        "kept": float(sum(one > 0.0 for one in forward)),
        "factor": 1.0 / (1.0 - p),
        "wrong": float(sum(a != b for a, b in zip(forward, backward, strict=True))),
    }


FIGURE = Figure(
    "questions/layers/q6",
    controls={
        "same": Choice("on the way back", {"yes": "the same mask", "no": "a new one: the bug"}, "yes"),
        "seed": Slider("seed of the mask", 0, SEEDS - 1, 1, step=1),
        "p": Slider("p, the share to drop", 0.0, 0.9, 0.3, step=0.1),
    },
    numbers=numbers,
    programs={"through": program(through, COUNT, drawn=COUNT, p=1)},
    data={"count": COUNT, "drawn": [Dropout(0.5, seed=seed).next_numbers(COUNT).tolist() for seed in range(SEEDS + 1)]},
    states=[{"same": "no", "p": 0.5}],
    demo="dropout",
)

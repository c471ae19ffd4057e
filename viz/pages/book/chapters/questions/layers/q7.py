"""Figure Q7: one number that is handed on from step to step, and the error on its way back through all of them."""

from autograd import Value
from viz.pages.book.controls import Slider, State
from viz.pages.book.figure import Figure, Numbers, program

FIRST = 0.5


def step(w: Value, h: Value, error: Value) -> Value:
    """Return the next state times its error: the slopes of that are what the error becomes on its way back."""
    return error * (w * h)


def numbers(state: State) -> Numbers:
    """Return the last state, and its slopes by the first one and by the weight."""
    w, first = Value(state["w"]), Value(FIRST)
    h = first
    for _ in range(int(state["steps"])):
        h = w * h
    h.backward()
    return {"h": h.data, "left": first.grad, "dw": w.grad}


FIGURE = Figure(
    "questions/layers/q7",
    controls={
        "steps": Slider("steps", 1, 100, 50, step=1),
        "w": Slider("weight w", 0.5, 1.5, 0.9, step=0.05),
    },
    numbers=numbers,
    programs={"step": program(step, 3)},
    data={"first": FIRST},
    states=[{"w": 1.1}, {"w": 1.0, "steps": 3}],
    demo="long_memory",
)

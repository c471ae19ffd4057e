"""Figure 3.1: a forward pass through a 2–3–1 network, step by step, and the cache that it fills."""

from viz.pages.book.chapters.backpropagation.equations import passed
from viz.pages.book.chapters.forward.cache import MODEL
from viz.pages.book.controls import Slider, State, Steps
from viz.pages.book.figure import Figure, Numbers, counted, program

UNITS = 3


def numbers(state: State) -> Numbers:
    """Return the whole cache, and how many of its numbers are there after so many steps: each step makes one."""
    found = passed(MODEL, [state["x1"], state["x2"]])
    return {
        **counted("z", found["z"]),
        **counted("a", found["a"]),
        "z": found["logit"].data,
        "prediction": found["prediction"].data,
        "kept": float(state["step"]),
    }


FIGURE = Figure(
    "forward/steps",
    controls={
        "x1": Slider("input x₁", -2.0, 2.0, 1.0),
        "x2": Slider("input x₂", -2.0, 2.0, 0.5),
        "step": Steps("step", 2 * UNITS + 2, 2 * UNITS + 2),
    },
    numbers=numbers,
    programs={"network": program(lambda x: passed(MODEL, x), MODEL.parameters(), x=2)},
    data={"theta": [p.data for p in MODEL.parameters()], "units": UNITS},
    states=[{"step": k} for k in range(1, 8)] + [{"x1": -1.3, "x2": 0.7}],
)

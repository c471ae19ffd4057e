"""Figure 3.1: a forward pass through a 2–3–1 network, step by step, and the cache that it fills."""

from typing import Any

from nn import MLP
from viz.pages.book.controls import Slider, State, Steps
from viz.pages.book.figure import Figure, Numbers, program

MODEL = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)
UNITS = 3


def passed(row: Any) -> dict[str, Any]:
    """Return the prediction for an input, and every sum and activation on the way to it."""
    hidden, last = MODEL.forward_cache([row]).values()
    return {"prediction": last.a[0][0], "sums": hidden.z[0], "activations": hidden.a[0], "logit": last.z[0][0]}


def numbers(state: State) -> Numbers:
    """Return the whole cache, and how many of its numbers are there after so many steps: each step makes one."""
    found = passed([state["x1"], state["x2"]])
    return {
        **{f"z{k}": z.data for k, z in enumerate(found["sums"], 1)},
        **{f"a{k}": a.data for k, a in enumerate(found["activations"], 1)},
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
    programs={"network": program(passed, MODEL.parameters(), x=2)},
    data={"theta": [p.data for p in MODEL.parameters()], "units": UNITS},
    states=[{"step": k} for k in range(1, 8)] + [{"x1": -1.3, "x2": 0.7}],
)

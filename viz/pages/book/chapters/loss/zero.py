"""Figure 4.2b: the logarithm of 0, by hand, with an epsilon, and on the logit."""

from collections.abc import Callable

from autograd import Value, log, sigmoid, value_and_grad
from nn import binary_cross_entropy_with_logits
from viz.pages.book.controls import Slider, State
from viz.pages.book.figure import Figure, Numbers, program

LOSSES: dict[str, Callable[[Value], Value]] = {  # of a logit where 1 is right
    "hand": lambda z: -log(sigmoid(z)),
    "epsilon": lambda z: -log(sigmoid(z) + 1e-8),
    "logit": lambda z: binary_cross_entropy_with_logits([z], [1.0]),
}


def numbers(state: State) -> Numbers:
    """Return each loss with its slope by the logit."""
    found: Numbers = {}
    for name, of in LOSSES.items():
        found[name], found[f"{name}_slope"] = value_and_grad(of)(-state["far"])
    return found


FIGURE = Figure(
    "loss/zero",
    controls={"far": Slider("−z", 1.0, 800.0, 40.0, powers=True)},
    numbers=numbers,
    programs={name: program(of, 1) for name, of in LOSSES.items()},
    states=[{"far": 18.4}, {"far": 28.3}, {"far": 700.0}],
    demo="log_of_zero",
)

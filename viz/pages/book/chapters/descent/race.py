"""Figure 5.1b: five optimizers at one rate in one narrow valley, which may lie across the two weights."""

from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value
from nn import SGD, AdaGrad, Adam, Optimizer, RMSProp
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, program, update

STEPS = 60
VALLEYS = {  # a, b and c of a·x² + b·x·y + c·y², and where the walk begins
    "straight": ((0.5, 0.0, 50.0), (-3.0, 0.55)),
    "turned": ((25.25, 49.5, 25.25), (-2.5, 1.75)),
}
RULES: dict[str, Callable[[list[Value], float], Optimizer]] = {
    "sgd": SGD,
    "momentum": lambda parameters, rate: SGD(parameters, rate, momentum=0.9),
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
}


def valley(x: Value, y: Value, bends: Sequence[Any]) -> Value:
    """Return the loss of a valley a hundred times as steep across as along."""
    a, b, c = bends
    loss: Value = x * x * a + x * y * b + y * y * c
    return loss


def walked(name: str, lies: str, rate: float) -> float:
    """Return the loss where an optimizer stands after its steps."""
    bends, start = VALLEYS[lies]
    x, y = map(Value, start)
    optimizer = RULES[name]([x, y], rate)
    for _ in range(STEPS):
        optimizer.zero_grad()
        valley(x, y, bends).backward()
        optimizer.step()
    return valley(x, y, bends).data


def numbers(state: State) -> Numbers:
    """Return the loss of each after its steps, and the valley's own numbers."""
    (a, b, c), (x, y) = VALLEYS[state["lies"]]
    ends = {name: walked(name, state["lies"], state["eta"]) for name in RULES}
    return ends | {"a": a, "b": b, "c": c, "x": -x, "y": y}


FIGURE = Figure(
    "descent/race",
    controls={
        "lies": Choice("the valley lies", {"straight": "along a weight", "turned": "across both"}, "straight"),
        "eta": Slider("rate η", 0.001, 1.0, 0.1, powers=True),
    },
    numbers=numbers,
    programs={
        "valley": program(valley, 2, bends=3),
        **{name: update(rule([Value(0.0)], 0.1)) for name, rule in RULES.items()},
    },
    data={"steps": STEPS, "valleys": VALLEYS, "rules": list(RULES)},
    states=[{"eta": 0.018}, {"lies": "turned", "eta": 0.01}],
    demo="optimizers",
)

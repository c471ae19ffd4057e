"""Figure 6.2: the four equations on a 2–2–1 network, each beside its line of the compiled program."""

from typing import Any

import autograd
from autograd import Value, sigmoid, tanh
from nn import MLP, binary_cross_entropy_with_logits
from viz.pages.book.controls import Drawn, State
from viz.pages.book.figure import Figure, Numbers, counted, program

ROW, TARGET = [1.0, 0.0], 1.0


def network() -> MLP:
    """Return the network of the figure."""
    return MLP(2, [2, 1], activation="tanh", seed=0)


def passed(model: MLP, row: Any, target: Any = (TARGET,)) -> dict[str, Any]:
    """Return the loss of a network with one hidden layer on one row, and the units' sums and values on the way."""
    hidden, last = model.forward_cache([row]).values()
    logit = last.z[0][0]
    loss = binary_cross_entropy_with_logits([logit], target)
    return {"loss": loss, "z": hidden.z[0], "a": hidden.a[0], "logit": logit, "prediction": sigmoid(logit)}


def lines() -> list[str]:
    """Return the line of `step.source` that is each equation; the fourth is the second's result, under its own name."""
    model = network()

    def loss(rows: Any, targets: Any) -> Value:
        return binary_cross_entropy_with_logits([model(row) for row in rows], targets)

    step = autograd.compile(loss, parameters=model.parameters())
    step([ROW], [TARGET])
    source = [line.strip() for line in step.source.splitlines()]

    def writes(name: str) -> str:
        return next(line for line in source if line.startswith(f"{name}[...] =") or f"out={name})" in line)

    return [writes("db2"), writes("db1"), writes("dW1"), writes("db1")]


def numbers(state: State) -> Numbers:
    """Return both layers' errors and the gradients of the first; the state only says which are looked at."""
    model = network()
    found = passed(model, ROW)
    found["loss"].backward()
    gradients = [p.grad for p in model.parameters()]  # of each unit its weights and its bias, then of the output
    by_unit = gradients[:3], gradients[3:6]
    return {
        "L": found["loss"].data,
        "z": found["logit"].data,
        "prediction": found["prediction"].data,
        "d2": gradients[8],
        **counted("a", found["a"]),
        **counted("slope", [a.local_derivatives[0] for a in found["a"]]),
        **counted("v", model.parameters()[6:8]),
        **counted("d1", [slopes[2] for slopes in by_unit]),
        **{f"w1_{i}{k}": slopes[k - 1] for i, slopes in enumerate(by_unit, 1) for k in (1, 2)},
        **counted("b1_", [slopes[2] for slopes in by_unit]),
    }


MODEL = network()
FIGURE = Figure(
    "backpropagation/equations",
    controls={"eq": Drawn(3, (1, 2, 4))},
    numbers=numbers,
    programs={
        "network": program(lambda x: passed(MODEL, x), MODEL.parameters(), x=2),
        "bend": program(tanh, 1),
    },
    data={
        "theta": [p.data for p in MODEL.parameters()],
        "names": [name for name, _ in MODEL.named_parameters()],
        "row": ROW,
        "target": TARGET,
        "lines": lines(),
    },
    demo="four_equations",
)

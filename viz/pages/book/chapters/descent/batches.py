"""Figure 5.2: a line through 64 noisy points, fitted with 64, 8 or 1 of them in each step."""

from collections.abc import Sequence
from math import sqrt

from autograd import Value, grad
from nn import MLP, SGD, datasets, fit, mean_squared_error
from nn.training.recorded import epoch_order
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, program, update

ROWS, RATE, MOST = 64, 0.2, 30
INPUTS, TARGETS = datasets.sine(ROWS, frequency=2.0, noise=0.5)
XS = [row[0] for row in INPUTS]


def network() -> MLP:
    """Return the line as it begins."""
    return MLP(1, [1], seed=3)


START = [p.data for p in network().parameters()]


def line(w: Value, b: Value, x: Sequence[Value | float], y: Sequence[Value | float]) -> Value:
    """Return the mean squared error of a line on some points."""
    return mean_squared_error([w * one + b for one in x], y)


def gradient(rows: list[int]) -> tuple[float, float]:
    """Return the gradient of the line's two numbers on some rows, at the start."""
    x, y = [XS[k] for k in rows], [TARGETS[k] for k in rows]
    dw, db = grad(lambda w, b: line(w, b, x, y), (0, 1))(*START)
    return dw, db


def losses(rate: float, size: int, epochs: int) -> list[float]:
    """Return the loss on all rows after each round of descent with so many rows in a step."""
    model = network()
    return fit(
        model,
        INPUTS,
        TARGETS,
        loss=mean_squared_error,
        optimizer=SGD(model.parameters(), rate),
        batch_size=size,
        epochs=epochs,
        validation=(INPUTS, TARGETS),
        backend="recorded",
    ).validation_losses


def numbers(state: State) -> Numbers:
    """Return the loss on all rows, the steps so far, and how far the batches' gradients lie from the exact one."""
    size = int(state["size"])
    exact = gradient(list(range(ROWS)))
    order = epoch_order(0, 0, ROWS)
    others = [gradient(order[k : k + size]) for k in range(0, ROWS, size)]
    squares = [sum((a - b) ** 2 for a, b in zip(other, exact, strict=True)) for other in others]
    return {
        "loss": losses(RATE, size, int(state["epochs"]))[-1],
        "steps": state["epochs"] * ROWS / size,
        "noise": sqrt(sum(squares) / len(squares)),
    }


FIGURE = Figure(
    "descent/batches",
    controls={
        "size": Choice("rows in a step", {"1": "1", "8": "8", "64": "64"}, "1"),
        "epochs": Slider("rounds through all 64 rows", 1, MOST, 1, step=1),
    },
    numbers=numbers,
    programs={
        **{f"line.{size}": program(line, 2, x=size, y=size) for size in (1, 8, ROWS)},
        "descent": update(SGD([Value(0.0)], RATE)),
    },
    data={
        "x": XS,
        "y": TARGETS,
        "start": START,
        "rate": RATE,
        "orders": [epoch_order(0, epoch, ROWS) for epoch in range(MOST)],
    },
    states=[{"size": "8", "epochs": 5}],
    demo="batch_sizes",
)

"""Figure 8.2: where to clip gradients, when one target of 64 was mistyped."""

import math
from functools import cache
from typing import Any

from autograd import Value, norm, where
from nn import MLP, SGD, datasets, fit, mean_squared_error
from nn.training.recorded import epoch_order
from viz.pages.book.controls import Slider, State
from viz.pages.book.figure import Figure, Numbers, program, update

ROWS, BATCH, RATE, EPOCHS, LAST = 64, 2, 0.05, 60, 10
ADVISED = 5.445  # the 95th percentile of the first lengths
EARLY = 4  # epochs, whose gradients are looked at: 128 steps
INPUTS, TARGETS = datasets.sine(ROWS)
SPOILT = [*TARGETS[:40], 10.0, *TARGETS[41:]]


def network() -> MLP:
    """Return the network as it begins."""
    return MLP(1, [16, 1], activation="tanh", seed=1)


def error(model: MLP, rows: Any, targets: Any) -> Value:
    """Return the mean squared error on some rows."""
    return mean_squared_error(model.batch(rows), targets)


def shortened(*gradient: Any) -> dict[str, Any]:
    """Return the length of a gradient, and it shortened to a limit, which comes last, in a row, if it is longer."""
    *parts, (limit,) = gradient
    length = norm(parts)
    factor = where(length > limit, limit / length, 1.0)
    return {"length": length, "short": [part * factor for part in parts]}


@cache
def trained(limit: float, epochs: int = EPOCHS) -> tuple[float, float, list[float]]:
    """Return the error on the right targets, as the mean of the last epochs, the last loss, and all lengths."""
    model, errors = network(), []

    def watch(report: Any) -> None:
        if report.epoch > epochs - LAST:
            errors.append(error(model, INPUTS, TARGETS).data)

    history = fit(
        model,
        INPUTS,
        SPOILT,
        loss=mean_squared_error,
        optimizer=SGD(model.parameters(), RATE),
        batch_size=BATCH,
        epochs=epochs,
        clip=limit,
        callbacks=[watch],
        backend="recorded",
        progress=False,
    )
    return sum(errors) / len(errors), history.losses[-1], history.gradient_norms


def numbers(state: State) -> Numbers:
    """Return the error and the loss at the end, and what the limit would have done to the first gradients."""
    found, loss, _ = trained(state["limit"])
    early = trained(math.inf, EARLY)[2]
    return {"error": found, "loss": loss, "norm": max(early), "cut": float(sum(x > state["limit"] for x in early))}


MODEL = network()
FIGURE = Figure(
    "depth/clipping",
    controls={"limit": Slider("limit", 0.01, 50.0, ADVISED, powers=True)},
    numbers=numbers,
    programs={
        "batch": program(lambda x, y: error(MODEL, x, y), MODEL.parameters(), x=(BATCH, 1), y=BATCH),
        "error": program(lambda: error(MODEL, INPUTS, TARGETS), MODEL.parameters()),
        "shortened": program(shortened, MODEL.parameter_count(), limit=1),
        "descend": update(SGD([Value(0.0)], RATE)),
    },
    data={
        "x": [row[0] for row in INPUTS],
        "y": SPOILT,
        "batch": BATCH,
        "rate": RATE,
        "last": LAST,
        "early": EARLY,
        "start": [p.data for p in MODEL.parameters()],
        "orders": [epoch_order(0, epoch, ROWS) for epoch in range(EPOCHS)],
        "percentile": ADVISED,
    },
    states=[{"limit": 0.0545}, {"limit": 2.0}],
    demo="clipping_threshold",
)

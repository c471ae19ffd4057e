"""Figure 9: XOR learned over 5,000 epochs, to scrub through, and to step into at any of them."""

from functools import cache
from typing import Any

from autograd import Value, sigmoid
from nn import MLP, SGD, binary_cross_entropy_with_logits, datasets, fit
from viz.pages.book.chapters.training.passes import pass_numbers, with_terms
from viz.pages.book.controls import Choice, State, Steps
from viz.pages.book.figure import Figure, Numbers, counted, program, update
from viz.pages.live.parts import Part

ROWS, TARGETS = datasets.xor()
EPOCHS = 5000


def network(seed: int = 0) -> MLP:
    """Return a 2–4–1 network as it begins."""
    return MLP(2, [4, 1], activation="sigmoid", seed=seed)


def answered(model: MLP) -> dict[str, Any]:
    """Return the loss over the four rows, and what the network says to each."""
    logits = model.batch(ROWS)
    return {"loss": binary_cross_entropy_with_logits(logits, TARGETS), "answers": [sigmoid(z) for z in logits]}


@cache
def trained(seed: int, rate: float, epochs: int) -> tuple[MLP, list[float]]:
    """Return the network after so many epochs, and the losses before each of them."""
    model = network(seed)
    descent = SGD(model.parameters(), learning_rate=rate)
    history = fit(
        model, ROWS, TARGETS, loss=binary_cross_entropy_with_logits, optimizer=descent, epochs=epochs, progress=False
    )
    return model, history.losses


def training_programs() -> dict[str, Part]:
    """Return what a page trains with: the loss of all rows, its answer at any point of the plane, and SGD's rule."""
    model = network()
    return {
        "loss": program(lambda: answered(model), model.parameters()),
        "answer": program(lambda x: sigmoid(model(x)), model.parameters(), x=2),
        "descend": update(SGD([Value(0.0)], learning_rate=0.5)),
    }


def numbers(state: State) -> Numbers:
    """Return the loss and the answers after so many epochs, and every number of the chosen row's pass."""
    model, _ = trained(0, 0.5, int(state["epoch"]))
    found, row = answered(model), int(state["row"]) - 1
    whole = {"loss": found["loss"].data, **counted("p", found["answers"])}
    return whole | pass_numbers(model, ROWS[row], TARGETS[row])


MODEL = network()
FIGURE = Figure(
    "training/xor",
    controls={
        "epoch": Steps("epoch", EPOCHS, 1000, least=1),
        "row": Choice("row", {str(k): f"{a:g}, {b:g}" for k, (a, b) in enumerate(ROWS, 1)}, "2"),
        "inside": Steps("step into it", 33),
    },
    numbers=numbers,
    programs={
        **training_programs(),
        "pass": program(lambda x, y: with_terms(MODEL, x, y), MODEL.parameters(), x=2, y=1),
        "bend": program(sigmoid, 1),
    },
    data={"rows": ROWS, "targets": TARGETS, "theta": [p.data for p in MODEL.parameters()], "rate": 0.5},
    states=[{"epoch": 785, "row": "4", "inside": 12}, {"epoch": 2000, "row": "1", "inside": 20}, {"inside": 30}],
    demo="xor_training",
)

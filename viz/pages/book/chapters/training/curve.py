"""Figure 11: the loss of the reader's own training on XOR, its three parts, and what the network says in each."""

from nn import stretches
from nn.history.history import DROP
from viz.pages.book.chapters.training.xor import EPOCHS, TARGETS, network, trained, training_programs
from viz.pages.book.controls import Slider, State
from viz.pages.book.figure import Figure, Numbers

SEEDS = 10


def numbers(state: State) -> Numbers:
    """Return the epochs between which the loss drops, the losses there, and the plateau at twice the rate."""
    seed, rate = int(state["seed"]), state["eta"]
    _, losses = trained(seed, rate, EPOCHS)
    start, end = _drop(losses)
    sooner, _ = _drop(trained(seed, 2 * rate, EPOCHS)[1])
    heights = {"first": losses[0], "before": losses[start], "after": losses[end], "last": losses[-1]}
    return {"start": float(start), "end": float(end), **heights, "sooner": float(sooner)}


def _drop(losses: list[float]) -> tuple[int, int]:
    (start, end) = next((part.start, part.end) for part in stretches(losses) if part.name == "drop")
    return start, end


FIGURE = Figure(
    "training/curve",
    controls={
        "seed": Slider("seed", 0, SEEDS - 1, 0, step=1),
        "eta": Slider("rate η", 0.25, 1.0, 0.5, powers=True),
    },
    numbers=numbers,
    programs=training_programs(),
    data={
        "starts": [[p.data for p in network(seed).parameters()] for seed in range(SEEDS)],
        "targets": TARGETS,
        "epochs": EPOCHS,
        "drop": DROP,
    },
    states=[{"seed": 6, "eta": 1.0}, {"seed": 7, "eta": 0.717}],
    demo="xor_training",
)

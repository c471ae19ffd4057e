"""Gradients explode through the steps of an RNN, and clipping them by norm saves the training (section 8.2)."""

import random
from collections import namedtuple

from demos.tutorial.showing import ORANGE, panels, show
from nn import RNN, SGD, Layer, Sequential, fit, mean_squared_error

Outcome = namedtuple("Outcome", "history weight")


def sums(count, steps):
    generator = random.Random(0)
    sequences = [[[generator.gauss(0.0, 1.0)] for _ in range(steps)] for _ in range(count)]
    return sequences, [[sum(x for (x,) in sequence) / 4] for sequence in sequences]


def train(clip, steps, epochs, start):
    """Return how a linear RNN learns to add: its weight from state to state should become 1."""
    inputs, targets = sums(16, steps)
    network = RNN(1, 1, "linear", seed=1)
    recurrent = network.cell.neurons[0].weights[1]
    recurrent.data = start
    model = Sequential(network, lambda passed: passed[0][-1], Layer(1, 1, None, seed=3))
    descent = SGD(model.parameters(), learning_rate=0.01)
    history = fit(model, inputs, targets, loss=mean_squared_error, optimizer=descent, epochs=epochs, clip=clip)
    return Outcome(history, recurrent.data)


def measure(steps=20, epochs=400, start=1.2):
    return {name: train(clip, steps, epochs, start) for name, clip in (("no clipping", None), ("clipped to 1", 1.0))}


def tell(found):
    yield "A linear RNN learns to add up 20 numbers.  Its recurrent weight begins at 1.2 (right is 1), so the gradient"
    yield f"grows by 1.2 at each step back, 1.2 ^ 19 = {1.2**19:.0f} times in all."
    for name, (history, weight) in found.items():
        losses = f"loss {history.losses[0]:.4g} → {history.losses[-1]:.3g}"
        yield f"  {name}: {losses}, weight → {weight:.4g}; {history.stopped}"
    yield f"The norm was {history.gradient_norms[0]:.0f} before clipping in the first step; of all norms 95 % are below"
    yield f"{history.suggested_clip():.3g}, which the history offers as a limit for the next training."


def picture(found):
    figure, (left, right) = panels("learning to add 20 numbers", "norm of the gradient before clipping")
    for name, (history, _) in found.items():
        left.loglog(range(1, history.epochs + 1), history.losses, marker=".", label=name)
    left.annotate(f"no clipping:\ninfinite in epoch {found['no clipping'].history.epochs + 1}", (2, 1e4))
    left.set(xlabel="epoch", ylabel="loss", ylim=(1e-14, 1e8))
    left.legend()
    right.loglog(found["clipped to 1"].history.gradient_norms, "--", color=ORANGE, label="clipped to 1, norm before")
    right.axhline(1.0, linestyle=":", color="black", label="the limit")
    right.set(xlabel="step", ylabel="‖gradient‖")
    right.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

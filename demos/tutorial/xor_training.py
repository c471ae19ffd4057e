"""XOR over 5,000 epochs: a plateau, a steep drop, convergence, and the right answers (sections 9 and 11)."""

from collections import namedtuple
from itertools import pairwise

from autograd import sigmoid
from demos.tutorial.showing import panels, show
from nn import MLP, SGD, binary_cross_entropy_with_logits, datasets, fit, predict, stretches

Figures = namedtuple("Figures", "losses answers drop")  # drop: the epochs between which the curve falls


def measure(epochs=5000, rate=0.5, seed=0):
    inputs, targets = datasets.xor()
    model = MLP(2, [4, 1], activation="sigmoid", seed=seed)
    descent = SGD(model.parameters(), learning_rate=rate)
    history = fit(model, inputs, targets, loss=binary_cross_entropy_with_logits, optimizer=descent, epochs=epochs)
    drop = next(part for part in stretches(history.losses) if part.name == "drop")
    return Figures(history.losses, [sigmoid(z) for z in predict(model, inputs)], drop[:2])


def slope(losses, start, end):
    """Return by how much the loss falls in a hundred epochs, on average."""
    return 100 * (losses[start] - losses[end]) / (end - start)


def tell(found):
    losses, (start, end) = found.losses, found.drop
    for epoch in range(0, len(losses), 1000):
        yield f"epoch {epoch:4}: loss {losses[epoch]:.4f}"
    yield f"final predictions: {', '.join(f'{p:.3f}' for p in found.answers)} for 0, 1, 1, 0"
    yield f"plateau      to epoch {start:4}: the loss falls by {slope(losses, 0, start):.4f} in 100 epochs"
    yield f"steep drop   to epoch {end:4}: by {slope(losses, start, end):.4f}"
    yield f"convergence  to epoch {len(losses):4}: by {slope(losses, end, len(losses) - 1):.4f}"


def picture(found):
    figure, (axes,) = panels("XOR, 2-4-1 network, 5,000 epochs", width=7)
    axes.plot(found.losses)
    ends = (0, *found.drop, len(found.losses))
    for part, (start, end) in zip(("plateau", "drop", "convergence"), pairwise(ends), strict=True):
        axes.axvspan(start, end, color="#d3e4f8" if part == "drop" else "#f3f5f8")
        axes.annotate(part, ((start + end) / 2, 0.76), ha="center")
    axes.set(xlabel="epoch", ylabel="loss", ylim=(0, 0.8))
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

"""Adaptive optimizers give each parameter a rate of its own, and so train at many more rates (section 5.1)."""

from collections import namedtuple

from demos.tutorial.showing import panels, show
from nn import MLP, SGD, AdaGrad, Adam, RMSProp, binary_cross_entropy_with_logits, datasets, fit

Figures = namedtuple("Figures", "losses gradients steps")  # of Adam's first step: |gradient| and |step| by parameter
RATES = (0.001, 0.01, 0.1, 1.0)
ROWS, KINDS = datasets.moons(60, noise=0.1, seed=1)
UNEVEN = [[x, 0.01 * y] for x, y in ROWS]  # the second coordinate in another unit
KNOWN = {
    "SGD": SGD,
    "SGD, momentum 0.9": lambda parameters, rate: SGD(parameters, rate, momentum=0.9),
    "AdaGrad": AdaGrad,
    "RMSProp": RMSProp,
    "Adam": Adam,
}


def train(make, rate, epochs):
    """Return the last loss, and for each parameter its first gradient and how far the first step took it."""
    network = MLP(2, [16, 1], activation="tanh", seed=1)
    how = {"loss": binary_cross_entropy_with_logits, "optimizer": make(network.parameters(), rate)}
    before = [p.data for p in network.parameters()]
    fit(network, UNEVEN, KINDS, **how, epochs=1, backend="recorded")
    seen = [(abs(p.grad), abs(p.data - x)) for p, x in zip(network.parameters(), before, strict=True)]
    return fit(network, UNEVEN, KINDS, **how, epochs=epochs, backend="numpy").losses[-1], seen


def measure(epochs=400):
    runs = {name: {rate: train(make, rate, epochs) for rate in RATES} for name, make in KNOWN.items()}
    losses = {name: {rate: loss for rate, (loss, _) in by_rate.items()} for name, by_rate in runs.items()}
    return Figures(losses, *({name: [pair[k] for pair in runs[name][0.01][1]] for name in KNOWN} for k in (0, 1)))


def tell(found):
    rates = "".join(f"{rate:9g}" for rate in RATES)
    yield f"loss after 400 epochs at rate{rates}   longest step of a parameter / shortest, at first"
    for name, losses in found.losses.items():
        steps = found.steps[name]
        yield f"{name:29}" + "".join(f"{x:9.3g}" for x in losses.values()) + f"{max(steps) / min(steps):26.1f}"


def picture(found):
    figure, (axes,) = panels("loss after 400 epochs, two moons in uneven units", width=7)
    for name, losses in found.losses.items():
        axes.loglog(list(losses), list(losses.values()), marker="o", label=name)
    axes.set(xlabel="learning rate", ylabel="loss")
    axes.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

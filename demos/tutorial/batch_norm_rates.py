"""Batch norm lets a network train at rates at which it would otherwise fail (question 4)."""

from autograd import compile  # noqa: A004
from demos.tutorial.showing import panels, show
from nn import SGD, Activation, BatchNorm, Layer, Sequential, binary_cross_entropy_with_logits, datasets


def network(normalize, seed, hidden=3, width=8):
    layers = []
    for i in range(hidden):
        linear = Layer(width if i else 2, width, None, seed=100 * seed + i)
        layers += [linear, BatchNorm(width), Activation("relu")] if normalize else [linear, Activation("relu")]
    return Sequential(*layers, Layer(width, 1, None, seed=100 * seed + hidden))


def trained(normalize, rates, seeds, epochs):
    model, rows = network(normalize, 0), datasets.moons(60, noise=0.1, seed=1)
    step = compile(lambda x, y: binary_cross_entropy_with_logits(model.batch(x), y), model.parameters())
    return {rate: [loss_after(step, rows, network(normalize, k), rate, epochs) for k in seeds] for rate in rates}


def loss_after(step, rows, beginning, rate, epochs):
    descent = SGD(step.parameters, learning_rate=rate)
    for parameter, first in zip(step.parameters, beginning.parameters(), strict=True):
        parameter.data = first.data
    for _ in range(epochs):
        descent.zero_grad()
        loss = step(*rows)
        descent.step()
    return loss


def measure(rates=(0.1, 0.3, 1.0, 3.0, 10.0), seeds=range(4), epochs=100):
    """Return the losses after training from each seed, by rate, without and with batch norm."""
    return {f"with{'' if use else 'out'} batch norm": trained(use, rates, seeds, epochs) for use in (False, True)}


def tell(found):
    yield "learning rate                    " + "".join(f"{rate:9g}" for rate in found["with batch norm"])
    for name, losses in found.items():
        for which, pick in (("best", min), ("worst", max)):
            yield f"{name:20}{which:>5} of 4   " + "".join(f"{pick(four):9.3g}" for four in losses.values())
    yield "(The loss after 100 epochs on two moons; 0.693 = log 2 is what saying one half everywhere costs.)"


def picture(found):
    figure, (axes,) = panels("loss after 100 epochs, from 4 seeds", width=6.4)
    for name, losses in found.items():
        band = ([pick(four) for four in losses.values()] for pick in (min, max))
        axes.fill_between(list(losses), *band, alpha=0.6, label=f"{name}, best to worst")
    axes.axhline(0.6931, color="black", linestyle=":", linewidth=1, label="one half everywhere")
    axes.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="loss")
    axes.legend(loc="lower left")
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

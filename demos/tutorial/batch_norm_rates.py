"""Batch norm lets a network train at rates at which it would otherwise fail (question 4)."""

from demos.tutorial.showing import panels, show
from nn import SGD, Activate, BatchNorm, Layer, Sequential, binary_cross_entropy_with_logits, datasets, fit

PLAIN, NORMAL = "without batch norm", "with batch norm"


def network(normalise, hidden=3, width=8):
    layers = []
    for i in range(hidden):
        layers.append(Layer(width if i else 2, width, None, seed=i))
        layers += [BatchNorm(width)] * normalise + [Activate("relu")]
    return Sequential(*layers, Layer(width, 1, None, seed=hidden))


def loss_after(normalise, rate, epochs):
    inputs, targets = datasets.moons(60, noise=0.1, seed=1)
    model = network(normalise)
    descent = SGD(model.parameters(), learning_rate=rate)
    history = fit(model, inputs, targets, loss=binary_cross_entropy_with_logits, optimizer=descent, epochs=epochs)
    return history.losses[-1]


def measure(rates=(0.1, 0.3, 1.0, 3.0, 10.0), epochs=100):
    """Return the loss after training, by rate, without and with batch norm."""
    return {
        PLAIN: {rate: loss_after(False, rate, epochs) for rate in rates},
        NORMAL: {rate: loss_after(True, rate, epochs) for rate in rates},
    }


def tell(found):
    yield "learning rate         " + "".join(f"{rate:9g}" for rate in found[PLAIN])
    for name, losses in found.items():
        yield f"{name:22}" + "".join(f"{loss:9.3g}" for loss in losses.values())
    yield "(The loss after 100 epochs on two moons; 0.693 = log 2 is what saying one half everywhere costs.)"


def picture(found):
    figure, (axes,) = panels("loss after 100 epochs", width=6.4)
    for (name, losses), mark in zip(found.items(), "os", strict=True):
        axes.loglog(list(losses), list(losses.values()), marker=mark, label=name)
    axes.axhline(0.6931, color="black", linestyle=":", linewidth=1, label="one half everywhere")
    axes.set(xlabel="learning rate", ylabel="loss")
    axes.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

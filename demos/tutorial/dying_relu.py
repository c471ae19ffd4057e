"""Dying ReLU, from large first weights and a high rate, and its four cures (section 7.2)."""

from collections import namedtuple

from demos.tutorial.showing import BLUE, RED, panels, show
from nn import SGD, Activation, BatchNorm, Initializer, Layer, Sequential, datasets, fit
from nn import binary_cross_entropy_with_logits as cross_entropy
from nn import he_normal as he

Outcome = namedtuple("Outcome", "dead loss")  # the share of hidden units that learn no more, and the last loss
LARGE = Initializer("large", "normal", lambda inputs, outputs: 9.0)  # the variance of the weights


def network(activation="relu", initializer=LARGE, normalize=False, width=8):
    layers = []
    for i, inputs in enumerate((2, width)):
        layers.append(Layer(inputs, width, None, initializer=initializer, seed=i))
        layers += [BatchNorm(width)] * normalize + [Activation(activation)]
    return Sequential(*layers, Layer(width, 1, None, seed=2))


def train(model, rate, epochs):
    """Return how training ends: a unit is dead if no row gives its weights a gradient."""
    inputs, targets = datasets.moons(60, noise=0.1, seed=1)
    history = fit(model, inputs, targets, loss=cross_entropy, optimizer=SGD(model.parameters(), rate), epochs=epochs)
    model.zero_grad()
    cross_entropy(model.batch(inputs), targets).backward()
    hidden = [neuron for layer in model.layers[:-1] if isinstance(layer, Layer) for neuron in layer.neurons]
    dead = sum(all(weight.grad == 0.0 for weight in neuron.weights) for neuron in hidden)
    return Outcome(dead / len(hidden), history.losses[-1])


def measure(epochs=100, rate=1.0):
    return {
        "ill: large weights, high rate": train(network(), rate, epochs),
        "cure: leaky ReLU": train(network(activation="leaky_relu"), rate, epochs),
        "cure: He initialization": train(network(initializer=he), rate, epochs),
        "cure: a twentieth of the rate": train(network(), rate / 20, epochs),
        "cure: batch norm before ReLU": train(network(normalize=True), rate, epochs),
    }


def tell(found):
    for name, outcome in found.items():
        yield f"{name:31} {outcome.dead:5.0%} of the hidden units are dead, loss {outcome.loss:.3f}"
    yield "(A loss of log 2 = 0.693 is what saying one half everywhere costs.)"


def picture(found):
    figure, (left, right) = panels("dead hidden units, in %", "loss after training", width=5, height=2.6)
    names = list(found)[::-1]
    left.barh(names, [100 * found[name].dead for name in names], color=[BLUE] * 4 + [RED])
    right.barh(range(5), [found[name].loss for name in names], color=[BLUE] * 4 + [RED], tick_label="")
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

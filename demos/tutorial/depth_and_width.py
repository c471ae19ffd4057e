"""Depth folds: k layers of two ReLUs draw 2ᵏ straight pieces, for which one layer needs 2ᵏ − 1 units (section 1.2)."""

from collections import namedtuple

import numpy as np

from autograd import Value
from demos.tutorial.showing import panels, show
from nn import MLP, predict

Drawn = namedtuple("Drawn", "pieces apart deep shallow curve")  # apart: the two networks; deep, shallow: parameters


def deep(folds):
    """Return a network that folds [0, 1] in two, again and again: x becomes 2x, or 2 − 2x from one half on."""
    network = MLP(1, [2] * folds + [1])
    for i, layer in enumerate(network.layers):
        for neuron, bias in zip(layer.neurons, (0.0, -0.5), strict=False):
            neuron.weights, neuron.bias.data = [Value(w) for w in ((2.0, -4.0) if i else (1.0,))], bias
    return network


def shallow(pieces):
    """Return one hidden layer that draws the same: a unit makes one corner, and only one, where the slope turns."""
    network = MLP(1, [pieces, 1])
    for i, neuron in enumerate(network.layers[0].neurons):
        neuron.weights, neuron.bias.data = [Value(1.0)], -i / pieces
    network.layers[1].neurons[0].weights = [Value((-1) ** i * pieces * (2 if i else 1)) for i in range(pieces)]
    return network


def measure(most=7, points=1024):
    xs, found = np.linspace(0.0, 1.0, points + 1)[:, np.newaxis], {}
    for folds in range(1, most + 1):
        networks = deep(folds), shallow(2**folds)
        curve, other = (predict(network, xs) for network in networks)
        pieces, sizes = 1 + np.count_nonzero(np.diff(curve, 2)), (network.parameter_count() for network in networks)
        found[folds] = Drawn(pieces, np.abs(curve - other).max(), *sizes, curve)
    return found


def tell(found):
    yield "layers of two   straight pieces   parameters   in one hidden layer   the two differ by"
    for folds, (pieces, apart, narrow, wide, _) in found.items():
        yield f"{folds:13} {pieces:17} {narrow:12} {wide:21} {apart:19.0e}"


def picture(found):
    figure, (left, right) = panels("what two, and four, layers draw over x", "parameters for as many pieces")
    left.plot(np.linspace(0.0, 1.0, 1025), np.transpose([found[2].curve, found[4].curve]))
    sizes = [(drawn.deep, drawn.shallow) for drawn in found.values()]
    right.loglog([drawn.pieces for drawn in found.values()], sizes, marker="o", label=["deep", "one hidden layer"])
    right.set(xlabel="straight pieces", ylabel="parameters")
    right.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

"""Linear hidden layers collapse to one linear map, and no training makes such a network learn XOR (section 2.2)."""

import math
from collections import namedtuple

import numpy as np

from autograd import sigmoid
from demos.tutorial.showing import panels, regions, show
from nn import MLP, SGD, binary_cross_entropy_with_logits, datasets, fit, predict

Figures = namedtuple("Figures", "matrix furthest losses answers networks")


def one_map(network):
    """Return W_eff = W3 W2 W1 and b_eff, the biases carried through the layers behind them."""
    matrix, bias = np.eye(2), np.zeros(2)
    for layer in network.layers:
        weights = np.array([[w.data for w in neuron.weights] for neuron in layer.neurons])
        matrix, bias = weights @ matrix, weights @ bias + [neuron.bias.data for neuron in layer.neurons]
    return matrix, bias


def measure(epochs=500):
    inputs, targets = datasets.xor()
    networks = {name: MLP(2, [4, 3, 1], activation=name, seed=1) for name in ("linear", "tanh")}
    matrix, bias = one_map(networks["linear"])
    furthest = np.abs(predict(networks["linear"], inputs) - (np.array(inputs) @ matrix.T + bias)[:, 0]).max()
    losses, answers = {}, {}
    for name, network in networks.items():
        descent = SGD(network.parameters(), learning_rate=0.5)
        history = fit(network, inputs, targets, loss=binary_cross_entropy_with_logits, optimizer=descent, epochs=epochs)
        losses[name] = history.losses[-1]
        answers[name] = [sigmoid(score) for score in predict(network, inputs)]
    return Figures(matrix, furthest, losses, answers, networks)


def tell(found):
    yield f"Before training W3 W2 W1 = {np.round(found.matrix, 4)[0]}: this one layer says on every row what the three"
    yield f"say; they differ by at most {found.furthest:.0e}, which is rounding.  After training on XOR:"
    for name, loss in found.losses.items():
        yield f"  {name:6} hidden layers: loss {loss:.6f}, it says {np.round(found.answers[name], 3)} for [0 1 1 0]"
    yield f"On XOR no linear map has a loss below log 2 = {math.log(2):.6f}: its best is to say one half everywhere."


def picture(found):
    figure, plots = panels(*(f"{name} hidden layers: loss {x:.4f}" for name, x in found.losses.items()), height=4.2)
    for axes, network in zip(plots, found.networks.values(), strict=True):
        regions(axes, network, *datasets.xor())
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

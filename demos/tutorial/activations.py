"""Activations and their slopes: what saturates, what dies, and why outputs on both sides of 0 do not zig-zag (7.1)."""

import random
from collections import namedtuple
from statistics import fmean

import autograd
from autograd import Value
from demos.tutorial.showing import panels, show
from nn import MLP, mean_squared_error

Shape = namedtuple("Shape", "values slopes steepest far mean agreeing")  # far: slopes at −5 and 5
NAMES = ("sigmoid", "tanh", "relu", "leaky_relu", "gelu")
XS = [i / 20 for i in range(-120, 121)]


def slope(activation, x):
    activation(z := Value(x)).backward()
    return z.grad


def agreeing(name, rows=200):
    """Return how often all weights of one neuron have gradients of one sign, behind a layer of those units."""
    network, generator, alike = MLP(4, [8, 1], activation=name, seed=3), random.Random(0), 0
    for _ in range(rows):
        network.zero_grad()
        mean_squared_error(network([generator.gauss(0.0, 1.0) for _ in range(4)]), generator.gauss(0.0, 1.0)).backward()
        alike += len({w.grad > 0.0 for w in network.layers[1].neurons[0].weights if w.grad}) <= 1
    return alike / rows


def measure():
    found, generator = {}, random.Random(1)
    normal = [generator.gauss(0.0, 1.0) for _ in range(2000)]
    for name in NAMES:
        act = getattr(autograd, name)
        slopes, far = [slope(act, x) for x in XS], (slope(act, -5.0), slope(act, 5.0))
        found[name] = Shape(list(map(act, XS)), slopes, max(slopes), far, fmean(map(act, normal)), agreeing(name))
    return found


def tell(found):
    yield "            steepest slope   at z = −5   at z = 5   mean for normal z   a neuron behind: all gradients alike"
    for name, (_, _, steepest, (left, right), mean, alike) in found.items():
        yield f"{name:10} {steepest:15.4f} {left:11.1e} {right:10.1e} {mean:19.3f} {alike:38.0%}"


def picture(found):
    figure, plots = panels(*NAMES, width=2.6, height=2.8)
    for axes, name in zip(plots, NAMES, strict=True):
        axes.plot(XS, found[name].values, label="f(z)")
        axes.plot(XS, found[name].slopes, label="f′(z)")
        axes.set(xlabel="z", ylim=(-1.2, 2))
    plots[0].legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

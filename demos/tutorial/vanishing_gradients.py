"""A deep sigmoid network's gradient vanishes; ReLU with He's weights or residual connections keep it (section 8)."""

import math
import random
from collections import namedtuple

import numpy as np

from demos.tutorial.showing import panels, show
from nn import MLP, Layer, Residual, Sequential, mean_squared_error

Flow = namedtuple("Flow", "norms factors")  # ‖δ‖ layer by layer, and by how much each layer changed it


def rows_of(width, count=2):
    generator = random.Random(0)
    return [[generator.gauss(0.0, 1.0) for _ in range(width)] for _ in range(count)]


def flow(network, width, places):
    """Return the norm of the error signal at each of the places, from the first layer to the last."""
    cache = network.forward_cache(rows_of(width))
    mean_squared_error(cache[places[-1]].a, [[0.0] * width] * 2).backward()
    norms = [math.hypot(*(z.grad for row in cache[place].z for z in row)) for place in places]
    return Flow(norms, [before / after for before, after in zip(norms, norms[1:], strict=False)])


def plain(activation, depth, width=32):
    network = MLP(width, [width] * depth, activation=activation, output=activation, seed=1)
    stretch = [np.linalg.norm([[w.data for w in n.weights] for n in layer.neurons], 2) for layer in network.layers]
    return flow(network, width, [f"layers.{i}" for i in range(depth)]), stretch[1:]


def residual(depth, width=8):
    network = Sequential(*(Residual(Layer(width, width, "sigmoid", seed=i)) for i in range(depth)))
    cache = flow(network, width, [f"layers.{i}" for i in range(depth)])
    return cache


def measure(depth=30, residual_depth=100):
    sigmoid, stretch = plain("sigmoid", depth)
    return {"sigmoid": sigmoid, "ReLU, He": plain("relu", depth)[0], "sigmoid, residual": residual(residual_depth)}, stretch



"""A deep sigmoid network's gradient vanishes; ReLU with He's weights, or residual connections, keep it (section 8)."""

import math
import random
from collections import namedtuple

import numpy as np

from demos.tutorial.showing import panels, show
from nn import MLP, Layer, Residual, Sequential, mean_squared_error

Figures = namedtuple("Figures", "flows bounds")  # ‖δ‖ in each layer by network, and 0.25·‖W‖ of the sigmoid's layers


def flow(network, width):
    """Return the norm of the error signal in each layer, the first layer first."""
    generator = random.Random(0)
    rows = [[generator.gauss(0.0, 1.0) for _ in range(width)] for _ in range(2)]
    cache = network.forward_cache(rows)
    layers = [cache[f"layers.{i}"] for i in range(len(network.layers))]
    mean_squared_error(layers[-1].a, [[0.0] * width] * 2).backward()
    return [math.hypot(*(z.grad for row in layer.z for z in row)) for layer in layers]


def measure(depth=30, width=32, residual_depth=100, residual_width=8):
    flows, sizes = {}, [width] * depth
    sigmoid = MLP(width, sizes, activation="sigmoid", output="sigmoid", seed=1)
    flows[f"{depth} sigmoid layers, Xavier"] = flow(sigmoid, width)
    flows[f"{depth} ReLU layers, He"] = flow(MLP(width, sizes, activation="relu", output="relu", seed=1), width)
    blocks = [Layer(residual_width, residual_width, "sigmoid", seed=i) for i in range(residual_depth)]
    flows[f"{residual_depth} sigmoid layers"] = flow(Sequential(*blocks), residual_width)
    flows[f"{residual_depth} sigmoid layers, residual"] = flow(Sequential(*map(Residual, blocks)), residual_width)
    matrices = [[[w.data for w in neuron.weights] for neuron in layer.neurons] for layer in sigmoid.layers]
    return Figures(flows, [0.25 * np.linalg.norm(matrix, 2) for matrix in matrices])


def tell(found):
    yield "                                ‖δ‖ in the first layer, as a share of the last   change per layer"
    for name, norms in found.flows.items():
        share = norms[0] / norms[-1]
        yield f"{name:31} {share:46.1e} {share ** (1 / (len(norms) - 1)):18.2f}"
    norms = next(iter(found.flows.values()))
    used = [a / b / bound for a, b, bound in zip(norms, norms[1:], found.bounds[1:], strict=False)]
    yield f"No sigmoid layer passes on more than 0.25·‖W‖, here {min(found.bounds):.2f} to {max(found.bounds):.2f};"
    yield f"they pass on {min(used):.0%} to {max(used):.0%} of that."


def picture(found):
    figure, (axes,) = panels("error signal on its way back through the layers", width=7, height=4)
    for name, norms in found.flows.items():
        axes.semilogy(range(len(norms), 0, -1), [norm / norms[-1] for norm in norms], label=name)
    axes.set(xlabel="layers from the output (1: the last layer)", ylabel="‖δ‖ as a share of the last layer's")
    axes.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

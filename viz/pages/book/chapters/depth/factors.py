"""Figure 8.1: how much of the error in the last of many layers arrives in each of the others."""

import math
from typing import Any

from autograd import Value, dot, norm
from nn import Layer, Residual, Sequential, he_normal, xavier_normal
from nn.layers.initializers import Initializer
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, counted, program
from viz.pages.document import packed

SIZE, MOST = 16, 30
ACTIVATIONS = {"sigmoid": "sigmoid", "tanh": "tanh", "relu": "ReLU"}
INITIALIZERS = {"xavier": xavier_normal, "he": he_normal}
STANDARD = Initializer("standard_normal", "normal", lambda *_: 1.0)
BLOCKS: dict[str, Any] = {"Sequential": Sequential, "Residual": Residual}


def layer(i: int, activation: str = "tanh", initializer: Initializer = xavier_normal) -> Layer:
    """Return the layer number i, from 0."""
    return Layer(SIZE, SIZE, activation, seed=100 + i, initializer=initializer)


def passing(activation: str, block: str) -> Any:
    """Return the program of one layer: its outputs, and what it sends back of an error that arrives at them."""
    one = layer(0, activation)
    inputs = [Value(0.0) for _ in range(SIZE)]

    def sent(error: list[Value]) -> dict[str, Any]:
        outputs = BLOCKS[block](one)(inputs)
        return {"sent": dot(outputs, error), "outputs": outputs}

    return program(sent, [*inputs, *one.parameters()], error=SIZE)


def numbers(state: State) -> Numbers:
    """Return the length of the gradient in each layer, and what one layer lets through on average."""
    depth, block = int(state["depth"]), BLOCKS[state["block"]]
    outputs: list[list[Any]] = [[1.0] * SIZE]
    for i in range(depth):
        outputs.append(block(layer(i, state["act"], INITIALIZERS[state["init"]]))(outputs[-1]))
    norm(outputs[-1]).backward()
    found = [norm([x.grad for x in row]) for row in outputs[1:]]
    return counted("norm_", found) | {"share": found[0], "factor": found[0] ** (1.0 / max(1, depth - 1))}


FIGURE = Figure(
    "depth/factors",
    controls={
        "act": Choice("activation", ACTIVATIONS, "sigmoid"),
        "init": Choice("first weights", {"xavier": "Xavier’s", "he": "He’s"}, "xavier"),
        "block": Choice("around each layer", {"Sequential": "nothing", "Residual": "a skip"}, "Sequential"),
        "depth": Slider("layers", 1, MOST, 10, step=1),
    },
    numbers=numbers,
    programs={
        "length": program(lambda *x: norm(x), SIZE),
        **{f"{act}.{block}": passing(act, block) for act in ACTIVATIONS for block in BLOCKS},
    },
    data={
        "size": SIZE,
        "drawn": [packed(p.data for p in layer(i, "tanh", STANDARD).parameters()) for i in range(MOST)],
        "deviations": {name: math.sqrt(one.variance(SIZE, SIZE)) for name, one in INITIALIZERS.items()},
    },
    states=[{"act": "relu", "init": "he"}, {"act": "relu", "init": "he", "block": "Residual", "depth": MOST}],
    demo="vanishing_gradients",
)

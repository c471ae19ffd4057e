"""Figure 1.2: a fully connected network of the reader's sizes, and how many numbers it has to learn."""

from nn import MLP
from viz.pages.book.controls import Drawn, State
from viz.pages.book.figure import Figure, Numbers

MOST_LAYERS, MOST_UNITS = 5, 8


def numbers(state: State) -> Numbers:
    """Return the numbers of weights, of biases, and of both."""
    inputs, *sizes = map(int, state["layers"].split("-"))
    net = MLP(inputs, sizes)
    neurons = [neuron for layer in net.layers for neuron in layer.neurons]
    return {
        "weights": float(sum(len(neuron.weights) for neuron in neurons)),
        "biases": float(len(neurons)),
        "total": float(net.parameter_count()),
    }


FIGURE = Figure(
    "network/architecture",
    controls={"layers": Drawn("2-4-3-1", ("1-1", "8-8-8-8-8", "3-1-8-2", "5-7"))},
    numbers=numbers,
    data={"most_layers": MOST_LAYERS, "most_units": MOST_UNITS},
    demo="depth_and_width",
)

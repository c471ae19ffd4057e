"""Reading the golden files, and comparing nested lists of numbers and Values with them."""

import json
from pathlib import Path

from autograd import Value
from nn import GRU, LSTM, RNN, BatchNorm, Embedding, Layer

FOLDER = Path(__file__).parent / "golden"


def golden(name):
    content = json.loads((FOLDER / f"{name}.json").read_text())
    assert content["torch"]  # the version that made the file
    return content


def data(x):
    """Return nested lists of Values as nested lists of their numbers."""
    return x.data if isinstance(x, Value) else [data(element) for element in x]


def gradient(x):
    return x.grad if isinstance(x, Value) else [gradient(element) for element in x]


def values(x):
    return [values(element) for element in x] if isinstance(x, list) else Value(x)


def flat(x):
    return [number for element in x for number in flat(element)] if isinstance(x, list | tuple) else [x]


GATES = {  # PyTorch stacks the gates in one matrix, in this order
    RNN: ["cell"],
    LSTM: ["input_gate", "forget_gate", "candidate", "output_gate"],
    GRU: ["reset_gate", "update_gate", "candidate"],
}


def stacked(part):
    """Return the Values of a layer in nested lists, as PyTorch's parameters have them and in its order."""
    if isinstance(part, Layer):
        return [list(n.weights) for n in part.neurons], [n.bias for n in part.neurons]
    if isinstance(part, BatchNorm):
        return part.scale, part.shift
    if isinstance(part, Embedding):
        return (part.rows,)
    first, second = zip(*(gate_layers(part, gate) for gate in GATES[type(part)]), strict=True)
    from_inputs = [neuron for layer in first for neuron in layer.neurons]
    from_hidden = [neuron for layer in second for neuron in layer.neurons]
    tables = (
        [list(n.weights)[: part.inputs] for n in from_inputs],
        [list(n.weights)[-part.hidden :] for n in from_hidden],
        [n.bias for n in from_inputs],
    )
    seconds = [n.bias for n in from_hidden if n not in from_inputs]  # a GRU's candidate has one of its own
    return (*tables, seconds) if seconds else tables


def gate_layers(net, gate):
    """Return the layer that sees the inputs and the layer that sees the state, often one and the same."""
    if hasattr(net, gate):
        return getattr(net, gate), getattr(net, gate)
    return getattr(net, f"{gate}_from_inputs"), getattr(net, f"{gate}_from_hidden")


def assert_same(ours, theirs, tolerance=1e-12):
    """Every number agrees within the tolerance, relative to the largest of them all."""
    ours, theirs = flat(ours), flat(theirs)
    assert len(ours) == len(theirs)
    scale = max(1.0, *map(abs, theirs))
    worst = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    assert worst <= tolerance * scale, f"{worst} apart, at a scale of {scale}"


def load_layer(layer, weight, bias):
    """Give a layer the weights of a PyTorch Linear."""
    for neuron, row, b in zip(layer.neurons, weight, bias, strict=True):
        for w, x in zip(neuron.weights, row, strict=True):
            w.data = x
        neuron.bias.data = b


def layer_gradients(layer):
    """Return a layer's gradients as PyTorch has them."""
    return [gradient(list(n.weights)) for n in layer.neurons], [n.bias.grad for n in layer.neurons]

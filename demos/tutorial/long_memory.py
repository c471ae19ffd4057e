"""What an RNN's gradient loses over many steps, LSTM and GRU keep by gates; truncation cuts it off (question 7)."""

import random

from autograd import Value
from demos.tutorial.showing import panels, show
from nn import GRU, LSTM, RNN


def flow(network, steps, truncate=None):
    """Return |∂ the last output / ∂ the input of each step|."""
    generator = random.Random(0)
    inputs = [Value(generator.gauss(0.0, 1.0)) for _ in range(steps)]
    outputs, _ = network([[x] for x in inputs], truncate=truncate)
    outputs[-1][0].backward()
    return [abs(x.grad) for x in inputs]


def measure(steps=100, hidden=8):
    gru = GRU(1, hidden, seed=1)
    for neuron in gru.update_gate.neurons:
        neuron.bias.data = 4.0
    return {
        "RNN": flow(RNN(1, hidden, seed=1), steps),
        "LSTM, forget bias 1": flow(LSTM(1, hidden, seed=1), steps),
        "LSTM, forget bias 4": flow(LSTM(1, hidden, forget_bias=4.0, seed=1), steps),
        "GRU, update bias 4": flow(gru, steps),
        "RNN, truncated every 10 steps": flow(RNN(1, hidden, seed=1), steps, truncate=10),
    }


def tell(found):
    yield "How much the last output still depends on the input of"
    steps = len(found["RNN"])
    yield f"{'':30} the last step   {steps // 2} steps ago   {steps - 1} steps ago"
    for name, slopes in found.items():
        yield f"{name:30} {slopes[-1]:13.1e} {slopes[-1 - steps // 2]:14.1e} {slopes[0]:14.1e}"


def picture(found):
    figure, (axes,) = panels("what reaches the input of each step", width=7)
    for name, slopes in found.items():
        reached = [(k, slope) for k, slope in enumerate(reversed(slopes)) if slope]
        axes.semilogy(*zip(*reached, strict=True), label=name)
    axes.set(xlabel="steps ago", ylabel="|∂ last output / ∂ input|")
    axes.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

"""Figure Q5: a wave, and what one hidden layer of so many tanh units has learned of it.

q5.json holds the weights, to 6 digits, that `python -m demos.tutorial universal_approximation` trains.
"""

import json
from typing import Any

from autograd import Value, dot
from nn import MLP, datasets, mean_squared_error
from viz.pages.book.controls import Choice, State
from viz.pages.book.figure import Figure, Numbers, program
from viz.pages.bundle import file_of

INPUTS, TARGETS = datasets.sine(60)
TRAINED: dict[str, list[float]] = json.loads(file_of("book/chapters/questions/layers/q5.json"))


def network(width: str) -> MLP:
    """Return the trained network of that width."""
    model = MLP(1, [int(width), 1], activation="tanh")
    for parameter, number in zip(model.parameters(), TRAINED[width], strict=True):
        parameter.data = number
    return model


def answered(model: MLP, x: list[Value]) -> dict[str, Any]:
    """Return what the network says of x, and what each hidden unit adds to that."""
    said, (out,) = model.layers[0](x), model.layers[1].neurons
    hidden = [said] if isinstance(said, Value) else said
    parts = [w * a for w, a in zip(out.weights, hidden, strict=True)]
    return {"y": dot(out.weights, hidden, out.bias), "parts": parts}


def numbers(state: State) -> Numbers:
    """Return the mean squared error on the points, and how many parameters there are."""
    model = network(state["width"])
    return {
        "error": mean_squared_error(model.batch(INPUTS), TARGETS).data,
        "parameters": float(model.parameter_count()),
    }


def programs() -> dict[str, Any]:
    """Return for each width what the network says, and its error."""
    found = {}
    for width in TRAINED:
        model = network(width)
        parameters = model.parameters()
        found[f"net.{width}"] = program(lambda x, m=model: answered(m, x), parameters, x=1)
        error = program(lambda m=model: mean_squared_error(m.batch(INPUTS), TARGETS), parameters)
        found[f"error.{width}"] = error
    return found


FIGURE = Figure(
    "questions/layers/q5",
    controls={"width": Choice("hidden units", {width: width for width in TRAINED}, "1")},
    numbers=numbers,
    programs=programs(),
    data={"weights": TRAINED, "x": [row[0] for row in INPUTS], "y": [float(y) for y in TARGETS]},
    demo="universal_approximation",
)

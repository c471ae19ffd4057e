"""One hidden layer comes as near to sin(3x) as it has units for, if descent finds the weights (question 5)."""

from collections import namedtuple

from demos.tutorial.showing import panels, show
from nn import MLP, Adam, Cosine, datasets, fit, mean_squared_error, predict

Fitted = namedtuple("Fitted", "parameters error curve")  # the mean squared error, and what the network says of each x


def fit_sine(width, epochs, rows):
    """Return how near a network with that many tanh units comes."""
    inputs, targets = datasets.sine(rows)
    network = MLP(1, [width, 1], activation="tanh", seed=0)
    descent = Adam(network.parameters(), learning_rate=0.1)
    fit(network, inputs, targets, loss=mean_squared_error, optimizer=descent, epochs=epochs, schedule=Cosine(epochs))
    curve = predict(network, inputs)
    return Fitted(network.parameter_count(), mean_squared_error(curve, targets).data, curve)


def measure(widths=(1, 2, 4, 8, 16), epochs=2000, rows=60):
    return {width: fit_sine(width, epochs, rows) for width in widths}


def tell(found):
    for width, fitted in found.items():
        units = f"{width} tanh unit{'s' * (width > 1)}"
        yield f"{units:13} ({fitted.parameters:2} parameters): mean squared error {fitted.error:.1e}"
    yield "One unit rises or falls and cannot turn; two can turn once, four follow the curve.  What the theorem does"
    yield "not say is whether descent finds the weights, or what the network does beyond the rows it has seen."


def picture(found):
    inputs, targets = datasets.sine(len(next(iter(found.values())).curve))
    xs = [x for (x,) in inputs]
    figure, (left, right) = panels("sin(3x) and what the networks make of it", "error by width")
    left.plot(xs, targets, color="black", linewidth=4, alpha=0.25, label="sin(3x)")
    for width in list(found)[:3]:
        left.plot(xs, found[width].curve, label=f"width {width}")
    left.set_xlabel("x")
    left.legend()
    right.loglog(list(found), [fitted.error for fitted in found.values()], "o-")
    right.set(xlabel="hidden units", ylabel="mean squared error", xticks=list(found), xticklabels=list(found))
    right.minorticks_off()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

"""A wrong gradient still brings the loss down; a gradient check finds it at once, by name (pitfall of section 6)."""

from collections import namedtuple

from autograd import gradcheck, tanh
from demos.tutorial.showing import panels, show
from nn import MLP, SGD, datasets, fit, mean_squared_error

Run = namedtuple("Run", "losses check")  # the loss by epoch, and what gradcheck says at the first weights


def careless(z):
    """Return tanh(z) with the slope 1 − tanh(z): its square was forgotten."""
    y, here = tanh(z), z.detach()
    return y.detach() + (1.0 - y.detach()) * (z - here)


def train(activation, epochs):
    inputs, targets = datasets.sine(20)
    network = MLP(1, [6, 1], activation=activation, seed=2)

    def loss():
        return mean_squared_error([network(row) for row in inputs], targets)

    check = gradcheck(loss, network.named_parameters())
    descent = SGD(network.parameters(), learning_rate=0.1)
    return Run(fit(network, inputs, targets, loss=mean_squared_error, optimizer=descent, epochs=epochs).losses, check)


def measure(epochs=1500):
    return {"right: 1 − tanh²": train("tanh", epochs), "wrong: 1 − tanh": train(careless, epochs)}


def tell(found):
    yield "                   loss at first   after 20 epochs   at the end"
    for name, (losses, _) in found.items():
        yield f"{name:18} {losses[0]:13.3f} {losses[20]:17.3f} {losses[-1]:12.5f}"
    yield "Both losses fall, so that nothing looks wrong.  The gradient check, before any training:"
    for name, (_, check) in found.items():
        yield f"  {name}: {check.checked - len(check.mismatches)} of {check.checked} parameters agree"
    first = found["wrong: 1 − tanh"].check.mismatches[0]
    yield f"  the first is {first.parameter}: backward {first.backward:.5f}, difference {first.difference:.5f}"
    yield "  All those that agree lie in the last layer, behind the slip."


def picture(found):
    figure, (axes,) = panels("the loss falls with a wrong gradient too", width=6.4)
    for name, (losses, _) in found.items():
        axes.loglog(range(1, len(losses) + 1), losses, label=name)
    axes.set(xlabel="epoch", ylabel="loss")
    axes.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

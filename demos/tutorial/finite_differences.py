"""Finite differences cost 2N forward passes, backward about two, however many the N parameters are (question 1)."""

from collections import namedtuple
from timeit import repeat, timeit

from demos.tutorial.showing import BLUE, ORANGE, panels, show
from nn import MLP, datasets, mean_squared_error

Cost = namedtuple("Cost", "parameters passes furthest differences both forward")  # the last three in seconds


def cost_of(width, step=1e-5):
    network, (inputs, targets) = MLP(2, [width, width, 1], activation="tanh", seed=1), datasets.moons(4)
    losses, slopes = [], []

    def loss():
        losses.append(mean_squared_error([network(row) for row in inputs], targets))
        return losses[-1]

    def differences():
        for parameter in network.parameters():
            here = parameter.data
            parameter.data = here + step
            above = loss().data
            parameter.data = here - step
            slopes.append((above - loss().data) / (2 * step))
            parameter.data = here

    loss().backward()
    took, passes = timeit(differences, number=1), len(losses) - 1
    apart = max(abs(p.grad - slope) for p, slope in zip(network.parameters(), slopes, strict=True))
    both, forward = (min(repeat(act, number=1, repeat=20)) for act in (lambda: loss().backward(), loss))
    return Cost(len(slopes), passes, apart, took, both, forward)


def measure(widths=(1, 2, 4, 8, 16)):
    return list(map(cost_of, widths))


def tell(costs):
    yield "             finite differences                      forward and backward"
    yield "parameters   passes         time  furthest off       passes        time   in forward passes"
    for n, passes, off, differences, both, forward in costs:
        slow = f"{n:10} {passes:8} {1e3 * differences:9.1f} ms {off:13.0e}"
        yield f"{slow} {2:12} {1e3 * both:8.2f} ms {both / forward:12.1f}"


def picture(costs):
    figure, (axes,) = panels("time for all gradients", width=6)
    sizes = [cost.parameters for cost in costs]
    axes.loglog(sizes, [c.differences / c.forward for c in costs], "o-", color=ORANGE, label="finite differences")
    axes.loglog(sizes, [c.both / c.forward for c in costs], "s-", color=BLUE, label="forward and backward")
    axes.set(xlabel="parameters N", ylabel="in forward passes")
    axes.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

"""Where to clip: at the 95th percentile of the norms early on; far below it training crawls (pitfall of section 8)."""

from collections import namedtuple

from demos.tutorial.showing import panels, show
from nn import MLP, SGD, ClipByNorm, datasets, fit, mean_squared_error, predict

Figures = namedtuple("Figures", "norms limits errors")  # errors: on the clean rows, by epoch, for each limit
CLEAN = datasets.sine(64)
SPOILT = CLEAN[0], [*CLEAN[1][:40], 10.0, *CLEAN[1][41:]]  # one target of 64 was mistyped
PERCENTILE = "95th percentile"


def train(clip, epochs):
    """Return the history, and the error on the clean rows after each epoch."""
    network, errors = MLP(1, [16, 1], activation="tanh", seed=1), []

    def watch(report):
        errors.append(mean_squared_error(predict(report.model, CLEAN[0]), CLEAN[1]).data)

    how = {"loss": mean_squared_error, "optimizer": SGD(network.parameters(), learning_rate=0.05), "batch_size": 2}
    return fit(network, *SPOILT, **how, epochs=epochs, clip=clip, callbacks=[watch], backend="numpy"), errors


def measure(epochs=60):
    early = train(ClipByNorm(), 4)[0]  # no limit: the norms are only watched
    limit = early.suggested_clip(95.0)
    limits = {"none": float("inf"), PERCENTILE: limit, "a hundredth of it": limit / 100}
    return Figures(early.gradient_norms, limits, {name: train(x, epochs)[1] for name, x in limits.items()})


def tell(found):
    yield f"Of the norms of the first {len(found.norms)} steps 95 % are below {found.limits[PERCENTILE]:.2f};"
    yield f"the largest is {max(found.norms):.2f}.  One target of 64 is wrong, and throws the network when it comes."
    yield "limit on the norm           error on the clean rows, mean of the last 10 epochs"
    for name, errors in found.errors.items():
        yield f"{name:18} {found.limits[name]:6.3g} {sum(errors[-10:]) / 10:20.4f}"


def picture(found):
    figure, (left, right) = panels("norms of the first steps", "error on the clean rows")
    left.hist(found.norms, bins=40)
    left.axvline(found.limits[PERCENTILE], color="black", linestyle="--", label=PERCENTILE)
    left.set(xlabel="‖gradient‖", ylabel="steps")
    left.legend()
    for name, errors in found.errors.items():
        right.semilogy(errors, label=f"limit: {name}")
    right.set(xlabel="epoch", ylabel="mean squared error")
    right.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

"""Sigmoid and then a logarithm breaks at log 0, and an epsilon only hides it; one loss on logits does neither (4.2)."""

from collections import namedtuple

from autograd import Value, detect_anomaly, log, sigmoid
from demos.tutorial.showing import panels, show
from nn import binary_cross_entropy_with_logits

Figures = namedtuple("Figures", "logits losses gradients source")  # source: of the first infinity
LOSSES = {  # of a logit whose target is 1
    "−log σ(z)": lambda z: -log(sigmoid(z)),
    "−log(σ(z) + 1e-8)": lambda z: -log(sigmoid(z) + 1e-8),
    "on the logit": lambda z: binary_cross_entropy_with_logits(z, 1.0),
}


def at(loss, logit):
    z = Value(logit, name="z")
    outcome = loss(z)
    outcome.backward()
    return outcome.data, z.grad


def measure(worst=-800):
    logits = [-(abs(worst) ** (i / 60)) for i in range(61)]
    pairs = {name: [at(loss, z) for z in logits] for name, loss in LOSSES.items()}
    losses, gradients = ({name: [pair[k] for pair in of] for name, of in pairs.items()} for k in (0, 1))
    try:
        with detect_anomaly():
            LOSSES["−log σ(z)"](Value(worst, name="z"))
    except FloatingPointError as error:
        return Figures(logits, losses, gradients, str(error))


def tell(found):
    yield "The target is 1, and the network says σ(z).  Loss, and its gradient with respect to z:"
    yield f"{'logit z':>8}" + "".join(f"{name:>24}" for name in LOSSES)
    for i in (0, 20, 30, 40, 60):
        cells = (f"{found.losses[name][i]:10.4g} {found.gradients[name][i]:10.3g}" for name in LOSSES)
        yield f"{found.logits[i]:8.1f}" + "".join(f"{cell:>24}" for cell in cells)
    yield "The epsilon makes the loss finite, and the worst mistakes get a gradient of 0: nothing is learned from them."
    yield f"detect_anomaly: {found.source.rpartition('/')[2]}"


def picture(found):
    figure, plots = panels("loss where the target is 1", "gradient ∂loss/∂z")
    for axes, numbers in zip(plots, (found.losses, found.gradients), strict=True):
        for name, of in numbers.items():
            axes.semilogx([-z for z in found.logits], of, label=name)
        axes.set_xlabel("−z: how wrong the network is")
    plots[0].set_yscale("log")
    plots[1].legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

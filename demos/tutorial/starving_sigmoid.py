"""Squared error with a sigmoid starves where it is confidently wrong; cross-entropy's is ŷ − y (section 4.2)."""

from collections import namedtuple

from autograd import Value, sigmoid
from demos.tutorial.showing import BLUE, ORANGE, panels, show
from nn import binary_cross_entropy_with_logits, mean_squared_error

TARGET = 1.0
LOSSES = {
    "squared error": lambda z: mean_squared_error(sigmoid(z), TARGET),
    "cross-entropy": lambda z: binary_cross_entropy_with_logits(z, TARGET),
}


Figures = namedtuple("Figures", "logits gradients steps")  # steps from the most wrong logit to the right side


def gradient(loss, logit):
    z = Value(logit)
    loss(z).backward()
    return z.grad


def steps_to_right(loss, logit):
    steps = 0
    while logit <= 0.0:
        logit -= gradient(loss, logit)
        steps += 1
    return steps


def measure(worst=-8):
    logits = [worst + 0.5 * i for i in range(-4 * worst + 1)]
    gradients = {name: [gradient(loss, z) for z in logits] for name, loss in LOSSES.items()}
    return Figures(logits, gradients, {name: steps_to_right(loss, worst) for name, loss in LOSSES.items()})


def tell(found):
    yield "logit z  prediction ŷ       ŷ − y   squared error   cross-entropy   (gradients; the target y is 1)"
    for z, *slopes in list(zip(found.logits, *found.gradients.values(), strict=True))[:17:4]:
        yield f"{z:7.1f} {sigmoid(z):13.6f} {sigmoid(z) - TARGET:11.6f} {slopes[0]:15.6f} {slopes[1]:15.6f}"
    for name, steps in found.steps.items():
        yield f"With {name} it takes {steps} steps at rate 1 to get from z = {found.logits[0]:g} to the right side."


def picture(found):
    figure, (axes,) = panels("what reaches the logit when the target is 1", width=6.6)
    for (name, slopes), color in zip(found.gradients.items(), (ORANGE, BLUE), strict=True):
        axes.plot(found.logits, slopes, color=color, label=f"{name}: {found.steps[name]} steps from the far left")
    axes.set(xlabel="logit z (left: confidently wrong, right: confidently right)", ylabel="gradient ∂loss/∂z")
    axes.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

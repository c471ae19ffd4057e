"""Figure 6.2b: a bug planted in a backward pass, found by a gradient check, and hidden by the loss.

A bug changes no value, only what goes back: what is detached sends nothing, and what is added to it is worth 0.
"""

from collections.abc import Callable

from autograd import Value, detach, dot, grad, mean, tanh
from nn import MLP, SGD, binary_cross_entropy_with_logits, datasets
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, counted, program, update

Loss = Callable[..., Value]
INPUTS, TARGETS = datasets.xor()
RATE, MOST = 0.5, 1500
NEAR = 2.0**-7  # how far a parameter is pushed either way: a power of 2 adds no rounding of its own
CLOSE = 1e-3  # of their size, or of a hundredth: then two slopes agree
BUGS = {
    "none": "none",
    "slope": "hidden slope 1 − a",
    "row": "only the last row counts",
    "path": "unit 2 sends nothing back",
}


def loss(bug: str) -> Loss:
    """Return the loss of a 2–2–1 network on XOR as a function of its nine numbers, with a bug in its backward pass."""

    def of(*p: Value) -> Value:
        losses = []
        for row, target in zip(INPUTS, TARGETS, strict=True):
            hidden = [activation(dot(p[3 * k : 3 * k + 2], row, p[3 * k + 2])) for k in range(2)]
            if bug == "path":
                hidden[1] = detach(hidden[1])
            losses.append(binary_cross_entropy_with_logits([dot(p[6:8], hidden, p[8])], [target]))
        if bug == "row":
            losses[:-1] = map(detach, losses[:-1])
        return mean(losses)

    def activation(z: Value) -> Value:
        a = tanh(z)
        return detach(a) + (1 - detach(a)) * (z - detach(z)) if bug == "slope" else a

    return of


def trained(of: Loss, epochs: int) -> float:
    """Return the loss after so many epochs of descent."""
    values = MLP(2, [2, 1], activation="tanh", seed=0).parameters()
    optimizer = SGD(values, RATE)
    for _ in range(epochs):
        for one in values:
            one.grad = 0.0  # what a bug cuts off stays 0
        of(*values).backward()
        optimizer.step()
    return of(*values).data


START = [p.data for p in MLP(2, [2, 1], activation="tanh", seed=0).parameters()]


def numbers(state: State) -> Numbers:
    """Return both slopes of each parameter, how many agree, and the losses after some epochs."""
    wrong, right = loss(state["bug"]), loss("none")
    backward = grad(wrong, range(len(START)))(*START)
    difference = []
    for k in range(len(START)):
        up, down = ([x + way * (i == k) for i, x in enumerate(START)] for way in (NEAR, -NEAR))
        difference.append((right(*map(Value, up)).data - right(*map(Value, down)).data) / (2 * NEAR))
    pairs = list(zip(backward, difference, strict=True))
    agree = [abs(a - b) <= CLOSE * max(abs(a), abs(b), 0.01) for a, b in pairs]
    epochs = int(state["epochs"])
    return {
        "checked": float(len(START)),
        "agree": float(sum(agree)),
        "loss_right": trained(right, epochs),
        "loss_wrong": trained(wrong, epochs),
        **counted("backward_", backward),
        **counted("difference_", difference),
    }


FIGURE = Figure(
    "backpropagation/check",
    controls={
        "bug": Choice("the bug", BUGS, "slope"),
        "epochs": Slider("epochs", 0, MOST, 20, step=10),
    },
    numbers=numbers,
    programs={**{bug: program(loss(bug), 9) for bug in BUGS}, "descent": update(SGD([Value(0.0)], RATE))},
    data={"start": START, "rate": RATE, "most": MOST, "near": NEAR, "close": CLOSE},
    demo="silent_bug",
)

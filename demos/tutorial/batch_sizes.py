"""Batch, mini-batch and stochastic descent on one surface: more noise, and more steps an epoch (section 5.2)."""

import math
from collections import namedtuple

from demos.tutorial.showing import panels, show
from nn import MLP, SGD, TrainingSession, datasets, mean_squared_error

Run = namedtuple("Run", "noise path losses")  # of the gradient; (w, b) step by step; the loss on all rows, by epoch
INPUTS, TARGETS = datasets.sine(64, frequency=2.0, noise=0.5)  # to be fitted by a line, w x + b


def loss_at(w, b):
    return sum((w * x + b - y) ** 2 for (x,), y in zip(INPUTS, TARGETS, strict=True)) / len(INPUTS)


def run(batch_size, epochs, rate):
    """Return (w, b) and the gradient at each step of a training."""
    model, path, gradients = MLP(1, [1], seed=3), [], []
    how = {"optimizer": SGD(model.parameters(), learning_rate=rate), "batch_size": batch_size}
    session = TrainingSession(model, INPUTS, TARGETS, loss=mean_squared_error, **how)
    for _ in range(epochs * session.steps_per_epoch):
        path.append([p.data for p in model.parameters()])
        session.step()
        gradients.append([p.grad for p in model.parameters()])
    return path, gradients


def measure(sizes=(64, 8, 1), epochs=30, rate=0.2):
    runs, (whole,) = {}, run(len(INPUTS), 1, 0.0)[1]  # the gradient of all rows
    for size in sizes:
        standing = run(size, epochs, 0.0)[1]  # at rate 0: the gradients of many batches at the same place
        noise = math.sqrt(sum(math.dist(gradient, whole) ** 2 for gradient in standing) / len(standing))
        path = run(size, epochs, rate)[0]
        runs[size] = Run(noise, path, [loss_at(*point) for point in path[:: len(INPUTS) // size]])
    return runs


def tell(runs):
    yield "rows a step   steps an epoch   noise of the gradient   loss at first   after 1 epoch   at the end"
    for size, (noise, _, losses) in runs.items():
        yield f"{size:11} {len(INPUTS) // size:16} {noise:23.3f} {losses[0]:18.3f} {losses[1]:14.3f} {losses[-1]:12.3f}"


def picture(runs):
    figure, (surface, curves) = panels("the way down over the loss of all rows", "loss by epoch", height=4.2)
    steps = [i / 10 for i in range(-15, 26)]
    surface.contour(steps, steps, [[loss_at(w, b) for w in steps] for b in steps], 15, colors="#c9ced6", linewidths=0.8)
    for size, (_, path, losses) in reversed(runs.items()):
        surface.plot(*zip(*path[:64], strict=True), linewidth=1, marker=".", markersize=3)
        curves.plot(losses, label=f"{size} row{'s' * (size > 1)} a step")
    surface.set(xlabel="w", ylabel="b (64 steps at most)", xlim=(-1.5, 2.5), ylim=(-1.5, 1))
    curves.set(xlabel="epoch", ylabel="loss on all rows", ylim=(0, 1.2))
    curves.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)

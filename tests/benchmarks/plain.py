"""A GPT trained by plain Python: with a class of scalars of its own, with ours in its place, and compiled.

`python -m tests.benchmarks.plain` prints the seconds of a step and of a thousand.  The model and its training are those
of demos/microgpt.py, written with the methods that any class of scalars has, as Karpathy's microgpt (2026) is.
"""

from __future__ import annotations

import contextlib
import gc
import io
import math
import random
import sys
import time

from autograd import Value
from demos.microgpt import END, HEADS, LENGTH, LETTERS, NAMES, SIZE, WIDTH, main

STEPS = 20  # of plain Python's that are timed


class Plain:
    """A scalar that keeps what it was computed from, and nothing else."""

    __slots__ = ("data", "grad", "locals", "parents")

    def __init__(self, data, parents=(), local_gradients=()):
        self.data, self.grad, self.parents, self.locals = data, 0, parents, local_gradients

    def __add__(self, other):
        other = other if isinstance(other, Plain) else Plain(other)
        return Plain(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Plain) else Plain(other)
        return Plain(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Plain(self.data**n, (self,), (n * self.data ** (n - 1),))

    def log(self):
        return Plain(math.log(self.data), (self,), (1 / self.data,))

    def exp(self):
        return Plain(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self):
        return Plain(max(0, self.data), (self,), (float(self.data > 0),))

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def backward(self):
        order, seen = [], set()

        def visit(x):
            if x not in seen:
                seen.add(x)
                for parent in x.parents:
                    visit(parent)
                order.append(x)

        visit(self)
        self.grad = 1
        for x in reversed(order):
            for parent, slope in zip(x.parents, x.locals, strict=True):
                parent.grad += slope * x.grad


def linear(x, rows):
    return [sum(w * a for w, a in zip(row, x, strict=True)) for row in rows]


def softmax(x):
    largest = max(a.data for a in x)
    powers = [(a - largest).exp() for a in x]
    whole = sum(powers)
    return [a / whole for a in powers]


def normalized(x):
    scale = (sum(a * a for a in x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def next_chances(matrices, letter, place, keys, values):
    x = normalized([a + b for a, b in zip(matrices["letters"][letter], matrices["places"][place], strict=True)])
    before, x = x, normalized(x)
    query = linear(x, matrices["query"])
    keys.append(linear(x, matrices["key"]))
    values.append(linear(x, matrices["value"]))
    gathered = []
    for h in range(HEADS):
        head = range(h * SIZE, (h + 1) * SIZE)
        weights = softmax([sum(query[i] * key[i] for i in head) / SIZE**0.5 for key in keys])
        gathered += [sum(w * value[i] for w, value in zip(weights, values, strict=True)) for i in head]
    x = before = [a + b for a, b in zip(linear(gathered, matrices["output"]), before, strict=True)]
    x = linear([a.relu() for a in linear(normalized(x), matrices["wide"])], matrices["narrow"])
    return softmax(linear([a + b for a, b in zip(x, before, strict=True)], matrices["head"]))


def trained(scalar, steps, seed=42):
    """Return the losses of so many steps of Adam, each on one name."""
    draw = random.Random(seed)
    names = draw.sample(NAMES, len(NAMES))
    rows = {"letters": END + 1, "places": LENGTH, "wide": 4 * WIDTH, "narrow": WIDTH, "head": END + 1}
    order = ("letters", "places", "query", "key", "value", "output", "wide", "narrow", "head")
    matrices = {
        name: [
            [scalar(draw.gauss(0.0, 0.08)) for _ in range(4 * WIDTH if name == "narrow" else WIDTH)]
            for _ in range(rows.get(name, WIDTH))
        ]
        for name in order
    }
    parameters = [p for matrix in matrices.values() for row in matrix for p in row]
    means, squares, losses = [0.0] * len(parameters), [0.0] * len(parameters), []
    for step in range(steps):
        letters = [END, *map(LETTERS.index, names[step % len(names)]), END][: LENGTH + 1]
        keys, values, surprises = [], [], []
        for place in range(len(letters) - 1):
            chances = next_chances(matrices, letters[place], place, keys, values)
            surprises.append(-chances[letters[place + 1]].log())
        loss = (1 / len(surprises)) * sum(surprises)
        loss.backward()
        rate = 0.01 * (1 - step / 1000)
        for i, p in enumerate(parameters):
            means[i] = 0.85 * means[i] + 0.15 * p.grad
            squares[i] = 0.99 * squares[i] + 0.01 * p.grad**2
            mean, square = means[i] / (1 - 0.85 ** (step + 1)), squares[i] / (1 - 0.99 ** (step + 1))
            p.data -= rate * mean / (square**0.5 + 1e-8)
            p.grad = 0
        losses.append(loss.data)
    return losses


def seconds(function, *given):
    """Return the processor's seconds that a call takes, and what it returns."""
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        found = function(*given)
    return time.process_time() - start, found


def table(backends=("numpy", "native", "auto")):
    """Yield lines: what computes, seconds for a thousand steps, and how often these go into plain Python's."""
    sys.setrecursionlimit(100_000)
    ours = gc.get_threshold()
    gc.set_threshold(*ours[:2], 10)  # as in a process that imports none of ours
    alone, truth = seconds(trained, Plain, STEPS)
    gc.set_threshold(*ours)
    yield f"a class of its own  {alone * 1000 / STEPS:8.2f} s"
    with_ours, found = seconds(trained, Value, STEPS)
    assert max(abs(x - y) for x, y in zip(found, truth, strict=True)) < 1e-9
    yield f"ours in its place   {with_ours * 1000 / STEPS:8.2f} s  {alone / with_ours:6.1f}×"
    for backend in backends:
        took, _ = seconds(main, 1000, backend)
        yield f"compiled, {backend:9} {took:8.2f} s  {alone * 1000 / STEPS / took:6.1f}×"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)

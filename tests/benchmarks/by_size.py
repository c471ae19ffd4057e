"""What the first call costs by size, as a table: `python -m tests.benchmarks.by_size`, minutes.

Rows of 64-32-10, tokens of a small attention with a causal mask, and layers of 16 units on 64 rows, for the NumPy
backend, in this process's CPU seconds.  Beside the first call stands one recorded forward pass of the same, and the
first call at another size, when a program for every size is known.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
import nn
from autograd import Value

CHANCE = np.random.default_rng(0)
Case = tuple[Callable[..., Value], list[Value], Callable[[int], tuple[Any, ...]]]  # a loss, and its data at a size


def rows(_: int) -> Case:
    """Return 64-32-10 on rows."""
    model = nn.MLP(64, [32, 10], activation="relu", seed=1)
    return (
        lambda x, y: nn.softmax_cross_entropy(model.batch(x), y),
        model.parameters(),
        lambda n: (CHANCE.normal(size=(n, 64)), CHANCE.integers(0, 10, n)),
    )


def tokens(_: int) -> Case:
    """Return one head of causal attention between an embedding and a row of scores, on tokens."""
    table, positions, keys, scores = (
        [[Value(x) for x in row] for row in CHANCE.normal(size=(n, 8)).tolist()] for n in (12, 300, 8, 12)
    )

    def loss(x: Any, y: Any) -> Value:
        seen: list[Any] = []
        losses = []
        for place, (token, after) in enumerate(zip(x, y, strict=True)):
            row = [a + b for a, b in zip(ag.take(table, token), positions[place], strict=True)]
            seen.append((row, [ag.dot(k, row) for k in keys]))
            weights = ag.softmax([ag.dot(row, key) for _, key in seen])
            mixed = [ag.dot(weights, column) for column in zip(*[value for value, _ in seen], strict=True)]
            logits = [ag.dot(s, mixed) for s in scores]
            losses.append(ag.logsumexp(logits) - ag.take(logits, after))
        return ag.mean(losses)

    parameters = [p for matrix in (table, positions, keys, scores) for row in matrix for p in row]
    return loss, parameters, lambda n: (CHANCE.integers(0, 12, n), CHANCE.integers(0, 12, n))


def layers(depth: int) -> Case:
    """Return so many layers of 16 units; the data are 64 rows, whatever the size."""
    model = nn.MLP(16, [16] * (depth - 1) + [1], activation="tanh", seed=1)
    return (
        lambda x, y: nn.mean_squared_error(model.batch(x), y),
        model.parameters(),
        lambda n: (CHANCE.normal(size=(64 + (n < 0), 16)), CHANCE.normal(size=64 + (n < 0))),
    )


KINDS: dict[str, tuple[Callable[[int], Case], tuple[int, ...]]] = {
    "rows of 64-32-10": (rows, (10, 32, 128, 512, 2048, 10_000, 32_768, 100_000)),
    "tokens, causal": (tokens, (1, 4, 16, 64, 256)),
    "layers of 16 units": (layers, (1, 4, 16, 64)),
}


def seconds(run: Callable[..., object], *given: Any) -> float:
    """Return the CPU seconds of a call."""
    gc.collect()
    start = time.process_time()
    run(*given)
    return time.process_time() - start


def forward(loss: Callable[..., Value], data: tuple[Any, ...], most: int = 2048) -> float:
    """Return the CPU seconds of a recorded forward pass; of many rows as so many of them let one expect."""
    share = max(1.0, len(data[0]) / most)
    taken = [x[:most].tolist() for x in data]
    return share * seconds(loss, *taken)


def main() -> None:
    print(f"Python {sys.version.split()[0]}, CPU seconds, one run each\n")
    print(f"{'':<22}{'size':>9}{'first call':>12}{'forward':>10}{'less that':>11}{'another size':>14}")
    for name, (make, sizes) in KINDS.items():
        for n in sizes:
            loss, parameters, data = make(n)
            parameters = list(parameters)
            step: Any = ag.compile(loss, parameters)
            first, second = data(n), data(-1 if make is layers else n - n // 3)
            found, pass_ = seconds(step, *first), forward(loss, first)
            again = seconds(step, *second)
            print(f"{name:<22}{n:>9,}{found:>12.3f}{pass_:>10.3f}{found - pass_:>11.3f}{again:>14.3f}", flush=True)
        print()


if __name__ == "__main__":
    main()

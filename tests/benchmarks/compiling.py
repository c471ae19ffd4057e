"""What compiling costs, from 10⁴ to 10⁶ recorded nodes, as a table: `python -m tests.benchmarks.compiling`, minutes.

Trace, lift and emit for the NumPy backend, in this process's CPU seconds: a whole network in dot products, the same in
plain + and ×, and a graph without structure, whose tracing is recording it.
"""

from __future__ import annotations

import gc
import itertools
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import nn
from autograd import Value, compile, compile_graph, total  # noqa: A004
from autograd.compile.programs import every_size

SIZES = (10_000, 100_000, 1_000_000)
SHAPE = (64, 32, 10)


def by_layers(rows: int, shape: tuple[int, ...] = SHAPE) -> Any:
    """Return a compiled step of a network of layers on so many rows."""
    model = nn.MLP(shape[0], list(shape[1:]), activation="relu", seed=1)
    return stepped(model, model.parameters(), rows, shape)


def by_hand(rows: int) -> Any:
    """Return the same written in + and ×."""
    draw = random.Random(1)
    hidden, outputs = (
        [([Value(draw.gauss(0.0, 0.1)) for _ in range(n)], Value(0.0)) for _ in range(m)]
        for n, m in itertools.pairwise(SHAPE)
    )

    def layer(neurons: Any, x: Any) -> list[Any]:
        return [sum((w * v for w, v in zip(weights, x, strict=True)), bias) for weights, bias in neurons]

    parameters = [p for weights, bias in hidden + outputs for p in (*weights, bias)]
    return stepped(lambda row: layer(outputs, [z.relu() for z in layer(hidden, row)]), parameters, rows, SHAPE)


def stepped(model: Callable[[Any], Any], parameters: list[Value], rows: int, shape: tuple[int, ...]) -> Any:
    chance = np.random.default_rng(0)
    step = compile(lambda x, y: nn.softmax_cross_entropy([model(row) for row in x], y), parameters)
    step(chance.normal(size=(rows, shape[0])), chance.integers(0, shape[-1], rows))
    return step


def without_structure(nodes: int) -> Any:
    """Return a compiled graph of random operations on random nodes, all of them needed."""
    draw = random.Random(0)
    values = [Value(draw.uniform(-1.0, 1.0)) for _ in range(100)]
    leaves = values[:]
    for _ in range(nodes // 3):
        x, y = draw.choice(values), draw.choice(values)
        kind = draw.randrange(4)
        values.append(x.tanh() if kind == 0 else x + y if kind == 1 else x.sin() * 0.5 if kind == 2 else x * y)
    return compile_graph(total([v.tanh() for v in values]), parameters=leaves)


def measured(make: Callable[[int], Any], n: int) -> tuple[int, float]:
    """Return how many nodes were recorded, and the CPU seconds it all took."""
    gc.collect()
    start = time.process_time()
    step = make(n)
    seconds = time.process_time() - start
    (known,) = step._programs.known.values()
    return known[0].program.counts["nodes"], seconds


KINDS: dict[str, tuple[Callable[[int], Any], float]] = {  # how many of what it takes make a node
    "64-32-10 in dot products": (by_layers, 0.0055),
    "64-32-10 in + and ×": (by_hand, 0.00022),
    "no structure, recording it included": (without_structure, 1.0),
}


def main() -> None:
    every_size.TRIES = 0  # each is traced at full size: what that costs is measured here, by_size.py has the rest
    print(f"Python {sys.version.split()[0]}, CPU seconds, one run each\n")
    for name, (make, share) in KINDS.items():
        costs = []
        for size in SIZES:
            nodes, seconds = measured(make, max(1, round(size * share)))
            costs.append(seconds / nodes)
            print(f"{name:<38}{nodes:>10,} nodes {seconds:>8.2f} s {1e6 * costs[-1]:>8.1f} us a node", flush=True)
        print(f"{'':<38}dearest / cheapest {max(costs) / min(costs):.2f}, linear: about 1\n")
    for shape, rows, wanted in ((SHAPE, 32, 0.3), ((784, 128, 10), 128, 3.0)):
        nodes, seconds = measured(lambda rows: by_layers(rows, shape), rows)  # noqa: B023
        name = "-".join(map(str, shape)) + f", {rows} rows"
        print(f"{name:<38}{nodes:>10,} nodes {seconds:>8.2f} s   under {wanted} s", flush=True)


if __name__ == "__main__":
    main()

"""The recorded engine's speed and memory as a table: `python -m tests.benchmarks`, two minutes.

micrograd is measured in the same run if its author's package is installed: pip install micrograd==0.1.0.
Times are medians of this process's CPU seconds; what counts is their ratios.
"""

from __future__ import annotations

import copy
import gc
import importlib.metadata
import itertools
import math
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import nn
from autograd import Value, dot

ROUNDS = 5
SIZES = [2, 16, 16, 1]
LEARNING_RATE, DECAY = 0.05, 1e-4


def micrograds_value() -> Any:
    """Return micrograd's Value, or None: several packages install that import name, and only its author's counts."""
    try:
        if importlib.metadata.metadata("micrograd")["Author"] != "Andrej Karpathy":
            return None
        from micrograd.engine import Value as MicrogradValue
    except ImportError:
        return None
    return MicrogradValue


def moons(points: int = 100, noise: float = 0.1) -> tuple[list[list[float]], list[float]]:
    """Return two interleaved half circles and their classes, −1 and 1."""
    chance = random.Random(1337)
    rows, targets = [], []
    for i in range(points):
        angle = math.pi * (i // 2) / (points // 2 - 1)
        row = [math.cos(angle), math.sin(angle)] if i % 2 else [1 - math.cos(angle), 0.5 - math.sin(angle)]
        rows.append([x + chance.gauss(0.0, noise) for x in row])
        targets.append(-1.0 if i % 2 else 1.0)
    return rows, targets


# ----------------------------------------------------------------------------------------- the moons step
def scalar_step(value: Any) -> Callable[[], object]:
    """Return one training step written out in + and ×, as micrograd's `nn` does, on that engine's values."""
    chance = random.Random(1)
    layers = [
        [([value(chance.uniform(-1, 1)) for _ in range(inputs)], value(0.0)) for _ in range(outputs)]
        for inputs, outputs in itertools.pairwise(SIZES)
    ]
    parameters = [p for layer in layers for weights, bias in layer for p in (*weights, bias)]
    rows, targets = moons()

    def score(row: list[float]) -> Any:
        x = [value(v) for v in row]
        for depth, layer in enumerate(layers, start=1):
            z = [sum((w * v for w, v in zip(weights, x, strict=True)), bias) for weights, bias in layer]
            x = z if depth == len(layers) else [v.relu() for v in z]
        return x[0]

    def step() -> None:
        for p in parameters:
            p.grad = 0.0
        losses = [(1 + -target * score(row)).relu() for row, target in zip(rows, targets, strict=True)]
        loss = sum(losses[1:], losses[0]) * (1.0 / len(losses)) + DECAY * sum((p * p for p in parameters), value(0.0))
        loss.backward()
        for p in parameters:
            p.data -= LEARNING_RATE * p.grad

    return step


def layers_step() -> Callable[[], object]:
    """Return the same step written with this library's layers."""
    model = nn.MLP(SIZES[0], SIZES[1:], activation="relu", seed=1)
    parameters = model.parameters()
    optimizer = nn.SGD(parameters, learning_rate=LEARNING_RATE)
    rows, targets = moons()

    def step() -> None:
        optimizer.zero_grad()
        loss = nn.hinge([model(row) for row in rows], targets) + DECAY * dot(parameters, parameters)
        loss.backward()
        optimizer.step()

    return step


# ------------------------------------------------------------------------------------ chains and clocks
def chain(length: int) -> tuple[Value, Value]:
    """Return a leaf, and a node `length` operations above it."""
    x = leaf = Value(0.5)
    for _ in range(length // 2):
        x = x * 1.0000001 + 1e-9
    return leaf, x


def seconds(act: Callable[[], object]) -> float:
    gc.collect()  # what one engine leaves to the collector is not another's to pay for
    start = time.process_time()
    act()
    return time.process_time() - start


def medians(acts: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return each act's median time; the acts take turns, so that a slow spell of the machine meets them all."""
    times: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(ROUNDS):
        for name, act in acts.items():
            times[name].append(seconds(act))
    return {name: statistics.median(t) for name, t in times.items()}


def bytes_per_node(length: int = 100_000) -> float:
    """Return what tracemalloc counts for a node of one binary operation on two Values."""
    x = y = Value(1.0)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(length):
        x = x + y
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / length


# ----------------------------------------------------------------------------------------------- the table
def show(what: str, measured: str, wanted: str = "") -> None:
    print(f"{what:<70}{measured:>14}   {wanted}", flush=True)


def show_moons() -> None:
    acts = {"layers": layers_step(), "plain": scalar_step(Value)}
    theirs = micrograds_value()
    if theirs is not None:
        acts["micrograd"] = scalar_step(theirs)
    times = medians(acts)
    show("moons step 2-16-16-1, 100 points, with layers", f"{times['layers'] * 1e3:.1f} ms")
    show("the same in plain + and ×", f"{times['plain'] * 1e3:.1f} ms")
    if theirs is None:
        show("micrograd 0.1.0 is not installed: no ratios", "–")
        return
    show("the same in micrograd", f"{times['micrograd'] * 1e3:.1f} ms")
    show("  micrograd / layers", f"{times['micrograd'] / times['layers']:.1f}×", "at least 60×")
    show("  micrograd / plain", f"{times['micrograd'] / times['plain']:.1f}×", "at least 5×")


def show_sizes() -> None:
    show("memory of a node of a binary operation", f"{bytes_per_node():.0f} bytes", "at most 250 bytes")
    for collector, setting in (("paused", gc.disable), ("on", gc.enable)):
        costs = {}
        for length in (10_000, 100_000, 1_000_000):
            setting()
            rounds = [seconds(lambda: chain(length)[1].backward()) / length for _ in range(max(3, 200_000 // length))]  # noqa: B023
            gc.enable()
            costs[length] = statistics.median(rounds)
            what = f"a node of a chain of {length:,}, collector {collector}"
            show(f"{what}: built, swept, freed", f"{costs[length] * 1e9:,.0f} ns")
        # The collector looks at every living object again each time they have grown by a quarter.
        wanted = "flat: about 1×" if collector == "paused" else "what the collector adds"
        show("  largest / smallest", f"{max(costs.values()) / min(costs.values()):.2f}×", wanted)


def show_million() -> None:
    made: list[Any] = []
    length = 1_000_000
    show(f"a chain of {length:,}: built", f"{seconds(lambda: made.extend(chain(length))):.2f} s", "works")
    show("  swept", f"{seconds(lambda: made[1].backward()):.2f} s", "works")
    show("  copied", f"{seconds(lambda: made.append(copy.deepcopy(made[1]))):.2f} s", "works")
    show("  copy and original freed", f"{seconds(made.clear):.2f} s", "works")


def main() -> None:
    print(f"Python {sys.version.split()[0]}, CPU time, medians of {ROUNDS} rounds\n")
    show_moons()
    show_sizes()
    show_million()


if __name__ == "__main__":
    main()

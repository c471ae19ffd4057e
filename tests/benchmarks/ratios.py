"""The README's table of speed, as ratios in one run: `python -m tests.benchmarks.ratios`, half a minute.

One step is the loss of a network 2-16-16-1 on 100 points and all its gradients.  micrograd is measured in the same run
if its author's package is installed: pip install micrograd==0.1.0.  Each import is measured in a fresh process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

import nn
from autograd import Value, compile, dot  # noqa: A004
from tests.benchmarks.__main__ import DECAY, SIZES, micrograds_value, moons, scalar_step, seconds

ROUNDS = 5
ENOUGH = 0.05  # seconds that a measurement lasts at least


def compiled_step(backend: str) -> Callable[[], object]:
    """Return the step with this library's layers, compiled."""
    model = nn.MLP(SIZES[0], SIZES[1:], activation="relu", seed=1)
    parameters = model.parameters()
    rows, targets = moons()

    def loss(x: object, y: object) -> Value:
        return nn.hinge([model(row) for row in x], y) + DECAY * dot(parameters, parameters)

    if backend == "recorded":
        return lambda: loss(rows, targets).backward()
    import numpy as np

    step, x, y = compile(loss, parameters=parameters, backend=backend), np.array(rows), np.array(targets)
    return lambda: step(x, y)


def each(act: Callable[[], object]) -> float:
    """Return the seconds of one call, of so many that they last long enough; the first is not counted."""

    def repeat(count: int) -> float:
        return seconds(lambda: [act() for _ in range(count)])

    act()
    count = 1
    while (spent := repeat(count)) < ENOUGH:
        count *= max(2, int(ENOUGH / max(spent, 1e-6)))
    return spent / count


def import_time(module: str) -> float:
    """Return the CPU seconds that the import takes in a fresh Python."""
    code = f"import time; start = time.process_time(); import {module}; print(time.process_time() - start)"
    command = [sys.executable, "-c", code]
    return statistics.median(float(subprocess.check_output(command, text=True)) for _ in range(ROUNDS))


def main() -> None:
    """Print the table."""
    acts = {"`Value`, written in + and ×": scalar_step(Value), "`nn`, recorded": compiled_step("recorded")}
    for backend, needs in (("numpy", "numpy"), ("native", "llvmlite"), ("jax", "jax")):
        if find_spec(needs):
            acts[f"`compile`, {backend}"] = compiled_step(backend)
    base = "`Value`, written in + and ×"
    if (theirs := micrograds_value()) is not None:
        base = "micrograd, the same lines"
        acts = {base: scalar_step(theirs), **acts}
    rounds = [{name: each(act) for name, act in acts.items()} for _ in range(ROUNDS)]
    print("| one step: a loss and 337 gradients | steps in the time of one |\n|---|---|")
    for name in acts:
        ratio = statistics.median(times[base] / times[name] for times in rounds)
        print(f"| {name} | {float(f'{ratio:.2g}'):,g} |")
    print("\n| import | seconds |\n|---|---|")
    for module in ("autograd", "nn", "viz"):
        print(f"| `{module}` | {import_time(module):.2f} |")


if __name__ == "__main__":
    main()

"""How much faster two processes train than one: `python -m tests.benchmarks.scaling`, some minutes.

Each process has one core and one thread, where the system lets it be so.  A step of a 784–512–512–10 classifier is on
4,096 rows.  The seconds are medians of a run with one process and of one with two right after it: what counts is their
ratio.  CPU seconds, of the process that needs most, are what the step would take if nothing else ran.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

SIZES = [784, 512, 512, 10]
ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def measure(process: int, processes: int, coordinator: str, rows: int, steps: int) -> None:
    """Make steps as one of the processes; print the medians of their seconds and of their CPU seconds."""
    import jax
    import numpy as np

    import nn
    from autograd.compile.on_devices import Devices, DevicesStep

    if processes > 1:
        jax.distributed.initialize(coordinator, processes, process)
    model = nn.MLP(SIZES[0], SIZES[1:], "relu", seed=0)
    chance = np.random.default_rng(0)
    x, y = chance.normal(size=(rows, SIZES[0])), chance.integers(0, SIZES[-1], rows)

    def loss(inputs: Any, targets: Any) -> Any:
        return nn.softmax_cross_entropy([model(row) for row in inputs], targets)

    step = DevicesStep(loss, model.parameters(), nn.SGD(model.parameters(), 0.01), Devices(None))
    last = step(x, y)[-1]  # compiles
    seconds = []
    for _ in range(steps):
        begun = time.perf_counter(), time.process_time()
        last = step(x, y)[-1]
        seconds.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
    wall, cpu = map(statistics.median, zip(*seconds, strict=True))
    print(json.dumps({"wall": wall, "cpu": cpu, "loss": float(last).hex()}))


def run(processes: int, rows: int, steps: int) -> dict[str, Any]:
    """Return the seconds of a step in so many processes, started here, each with a core of its own."""
    from demos.many_machines import free_port

    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    here = os.environ | {"XLA_FLAGS": ONE_THREAD, "JAX_PLATFORMS": "cpu", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.benchmarks.scaling", "--rows", str(rows), "--steps", str(steps)]
    command += ["--processes", str(processes), "--coordinator", f"127.0.0.1:{free_port()}"]
    begun = [subprocess.Popen([*command, f"--process={k}"], env=here, stdout=subprocess.PIPE) for k in range(processes)]
    for k, process in enumerate(begun):
        if cores:
            os.sched_setaffinity(process.pid, {cores[k % len(cores)]})
    found = [json.loads(process.communicate()[0].splitlines()[-1]) for process in begun]
    assert len({one["loss"] for one in found}) == 1
    return {kind: max(one[kind] for one in found) for kind in ("wall", "cpu", "loss")}


def main() -> None:
    """Measure one process and two, and print how they compare."""
    parser = argparse.ArgumentParser(description="Steps of one process and of two.")
    parser.add_argument("--rows", type=int, default=4096)
    parser.add_argument("--steps", type=int, default=7)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--process", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--coordinator", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.process is not None:
        measure(given.process, given.processes, given.coordinator, given.rows, given.steps)
        return
    print(f"one step of {'–'.join(map(str, SIZES))} on {given.rows:,} rows, float64, one thread a process")
    one = run(1, given.rows, given.steps)
    many = run(given.processes, given.rows, given.steps)
    for count, found in ((1, one), (given.processes, many)):
        print(f"{count} process{'es' * (count > 1)}: {found['wall']:.2f} s, CPU {found['cpu']:.2f} s")
    print(f"ratio: {one['wall'] / many['wall']:.2f}, by CPU seconds {one['cpu'] / many['cpu']:.2f}")
    shared = (
        (one["cpu"] - many["cpu"]) * given.processes / (given.processes - 1)
    )  # the rest each process does for itself
    beyond = ", ".join(f"{n}: {one['cpu'] / (one['cpu'] - shared * (1 - 1 / n)):.1f}" for n in (2, 4, 8))
    print(f"on paper, with a core for each and the same time for the exchange, processes: times as fast: {beyond}")
    print(f"the same loss, to the bit: {one['loss'] == many['loss']}")


if __name__ == "__main__":
    main()

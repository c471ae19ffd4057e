"""One training on many machines, to the same bits however many there are.

    pip install -e ".[jax,save]"
    python -m demos.many_machines                   here, alone
    python -m demos.many_machines --processes 4     here, in four processes: the same last line
    srun python -m demos.many_machines --cluster    one process for each task of a Slurm job

What `--autosave FILE` names is where a training that was ended by anything goes on; all processes must see it.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import nn
from nn.datasets import moons

PARTS = 8  # of each batch, whoever computes them


def main() -> int:
    """Train in this process, which may be one of many, or start them here and wait for all."""
    parser = argparse.ArgumentParser(description="One training on many machines, to the same bits however many.")
    parser.add_argument("--processes", type=int, default=1, help="how many processes there are")
    parser.add_argument("--process", type=int, help="which of them this is; without it all are started here")
    parser.add_argument("--coordinator", help="HOST:PORT of process 0, where --process is given")
    parser.add_argument("--cluster", action="store_true", help="be what Slurm, Open MPI or a JAXJob says")
    parser.add_argument("--files", type=Path, help="a folder for rows in files, of which a process reads its own")
    parser.add_argument("--autosave", type=Path, help="a file that all processes see, to go on from")
    parser.add_argument("--rows", type=int, default=800)
    parser.add_argument("--batch", type=int, default=80)
    parser.add_argument("--width", type=int, default=16, help="neurons of each hidden layer")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)  # of the process at standard input
    arguments = parser.parse_args()
    if arguments.processes > 1 and arguments.process is None and not arguments.cluster:
        return start(arguments.processes)
    if arguments.child:
        threading.Thread(target=end_with_parent, daemon=True).start()
    join(arguments)
    train(arguments)
    return 0


def start(processes: int) -> int:
    """Start so many processes here, wait for them, and end all of them if one fails."""
    coordinator = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "demos.many_machines", *sys.argv[1:], "--coordinator", coordinator, "--child"]
    here = {"JAX_PLATFORMS": "cpu", **os.environ}  # one accelerator cannot be many processes'
    children = [
        subprocess.Popen([*command, "--process", str(k)], stdin=subprocess.PIPE, env=here) for k in range(processes)
    ]
    try:
        while (codes := [child.poll() for child in children]).count(None) and not any(codes):
            time.sleep(0.05)
    finally:
        for child in children:
            if child.poll() is None:
                child.kill()
            child.communicate()
        codes = [child.returncode for child in children]
    return 1 if any(codes) else 0


def free_port() -> int:
    """Return a port that nobody listens at, below those that a system gives to whoever asks for any."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind(("", port))
            return port


def end_with_parent() -> None:
    """End this process when the one that started it has ended."""
    os.read(0, 1)
    os._exit(1)


def join(arguments: argparse.Namespace) -> None:
    """Join the other processes, before JAX is used."""
    import jax

    if arguments.cluster and "NUM_PROCESSES" in os.environ:  # as a JAXJob of Kubeflow's says
        coordinator = f"{os.environ['COORDINATOR_ADDRESS']}:{os.environ['COORDINATOR_PORT']}"
        jax.distributed.initialize(coordinator, int(os.environ["NUM_PROCESSES"]), int(os.environ["PROCESS_ID"]))
    elif arguments.cluster:
        jax.distributed.initialize()
    elif arguments.processes > 1:
        jax.distributed.initialize(arguments.coordinator, arguments.processes, arguments.process)


def train(arguments: argparse.Namespace) -> None:
    """Train on two moons; the first process prints what came of it."""
    import jax

    width = arguments.width
    model = nn.MLP(2, [width, width, 1], "tanh", seed=1)
    inputs, targets = rows_in_files(arguments) if arguments.files else moons(arguments.rows, noise=0.1, seed=1)
    begun = time.perf_counter()
    history = nn.fit(
        model,
        inputs,
        targets,
        loss=nn.binary_cross_entropy_with_logits,
        optimizer=nn.Adam(model.parameters(), 0.01),
        epochs=arguments.epochs,
        batch_size=arguments.batch,
        backend="jax",
        devices="all",
        autosave=nn.Autosave(arguments.autosave, every=10) if arguments.autosave else None,
    )
    if jax.process_index() == 0:
        numbers = [*history.losses, *(p.data for p in model.parameters())]
        digest = hashlib.sha256(" ".join(map(float.hex, numbers)).encode()).hexdigest()
        seconds = time.perf_counter() - begun
        print(f"{jax.process_count()} processes, {jax.device_count()} devices: {history}, {seconds:.1f} s")
        print(f"all losses and weights: {digest[:16]}")


def rows_in_files(arguments: argparse.Namespace) -> tuple[list[Path], list[Path]]:
    """Return the paths of eight files of inputs and of targets; the parts of this process are written if need be."""
    import jax
    import numpy as np

    arguments.files.mkdir(parents=True, exist_ok=True)
    paths = [[arguments.files / f"{kind}-{k}.npy" for k in range(PARTS)] for kind in ("inputs", "targets")]
    mine = PARTS // jax.process_count()
    for k in range(jax.process_index() * mine, (jax.process_index() + 1) * mine):
        for kind, data in zip(paths, moons(arguments.rows // PARTS, noise=0.1, seed=k), strict=True):
            if not kind[k].exists():
                np.save(kind[k], np.array(data))
    return paths[0], paths[1]


if __name__ == "__main__":
    sys.exit(main())

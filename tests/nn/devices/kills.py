"""Processes of a training are killed at random moments: `python -m tests.nn.devices.kills 200 --seed 0`.

Whoever is killed, the process that started the others among them, the training goes on from its autosave, and ends
with the losses and weights of one that nobody disturbed.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]


def start(processes, *arguments):
    """Return the demo, started in so many processes."""
    command = [sys.executable, "-m", "demos.many_machines", "--processes", str(processes), *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def digest_of(output):
    """Return the digest that the demo printed, or None."""
    found = re.search("all losses and weights: ([0-9a-f]+)", output)
    return found and found[1]


def children_of(pid):
    """Return the processes that a process has started; none if it is gone."""
    try:
        return [int(x) for x in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill_one(training, draw):
    """Kill one of the processes of a training, and return which once all of them are gone."""
    everyone = [training.pid, *children_of(training.pid)]
    chosen = draw.randrange(len(everyone))
    os.kill(everyone[chosen], signal.SIGKILL)
    training.communicate()  # its output is closed when the last of them has ended
    return chosen


def disturbed(processes, kills, seed, arguments, tell=print):
    """Return the digests of an undisturbed training and of those that were killed so many times in all."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder, "training.st")
        begun = time.monotonic()
        whole = digest_of(start(processes, *arguments, "--autosave", saved).communicate()[0])
        takes = time.monotonic() - begun
        saved.unlink()
        found, killed = [], 0
        while killed < kills or saved.exists():
            training = start(processes, *arguments, "--autosave", saved)
            try:
                output = training.communicate(timeout=draw.uniform(0.0, 1.2 * takes) if killed < kills else None)[0]
            except subprocess.TimeoutExpired:
                who = kill_one(training, draw)
                killed += 1
                tell(f"kill {killed}: {'the starter' if who == 0 else f'process {who - 1}'}; file: {saved.exists()}")
                continue
            found.append(digest_of(output))
            tell(f"ended: {found[-1]}")
            if found[-1] is None:
                raise RuntimeError(output)
            saved.unlink()
    return whole, found


def main():
    parser = argparse.ArgumentParser(description="Kill processes of a training, and see what it ends with.")
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=100)
    given = parser.parse_args()
    whole, found = disturbed(given.processes, given.kills, given.seed, ["--epochs", given.epochs])
    alike = sum(x == whole for x in found)
    print(f"{given.kills} kills, {len(found)} trainings: {alike} of them end as the undisturbed one does, {whole}")
    return 0 if alike == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())

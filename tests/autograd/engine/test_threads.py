"""Passes in several threads, and in a child of a process whose threads are in the middle of one."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import autograd
from autograd import Value, total
from autograd.support import locks
from nn import MLP, SGD, mean_squared_error

ROWS = [[0.3, -0.7], [1.25, 0.5], [-0.4, 0.9]]


def train(seed, steps=25):
    model = MLP(2, [5, 5, 1], "tanh", seed=seed)
    optimizer = SGD(model.parameters(), learning_rate=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        mean_squared_error([model(row) for row in ROWS], [0.1, 0.7, -0.3]).backward()
        optimizer.step()
    return [p.data.hex() for p in model.parameters()]


def in_threads(*work):
    done = {}
    threads = [threading.Thread(target=lambda i=i, f=f: done.update({i: f()})) for i, f in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    return [done[i] for i in range(len(work))]


@pytest.mark.usefixtures("often_switched")
def test_two_threads_on_two_models_have_the_bits_of_each_alone():
    alone = [train(seed) for seed in (1, 2, 3)]
    assert in_threads(*[lambda seed=seed: train(seed) for seed in (1, 2, 3)]) == alone


@pytest.mark.usefixtures("often_switched")
def test_passes_that_share_leaves_add_up():
    x = [Value(0.5), Value(2.0)]

    def passes():
        for _ in range(200):
            total([v * v for v in x]).backward()

    in_threads(passes, passes, passes)
    assert [v.grad for v in x] == [600.0, 2400.0]


FORKS = """
import os, signal, threading
from autograd import Value
from nn import MLP
model = MLP(2, [8, 8, 1], seed=1)
stop = False
def work():
    while not stop:
        model([1.0, 2.0]).backward()
thread = threading.Thread(target=work)
thread.start()
bad = 0
for _ in range(30):
    child = os.fork()
    if child == 0:
        signal.alarm(5)  # a child that hangs is killed
        marks = [p.grad for p in model.parameters() if p.grad != p.grad]
        model.zero_grad()
        model([1.0, 2.0]).backward()
        os._exit(0 if all(p.has_grad for p in model.parameters()) and not marks else 1)
    bad += os.waitpid(child, 0)[1] != 0
stop = True
thread.join()
print("bad", bad)
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="there is no fork here")
def test_a_child_of_a_process_that_is_in_a_pass_goes_on():
    root = str(Path(autograd.__file__).parent.parent)
    command = [sys.executable, "-W", "ignore", "-c", FORKS]
    ended = subprocess.run(command, env={"PYTHONPATH": root}, capture_output=True, text=True, timeout=60)
    assert ended.stdout == "bad 0\n", ended.stderr


def test_locks_are_renewed_and_left_free():
    lock, got = locks.make_lock(), []
    locks._renew()  # as a forked child does
    other = threading.Thread(target=lambda: got.append(lock.acquire(timeout=5)))
    other.start()
    other.join()
    assert got == [True]

"""Rows shared by devices of one process: the same bits however many, those of other backends to rounding, refusals."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd import mean
from nn.datasets import moons
from tests.nn.devices.kills import ROOT

X, Y = moons(44, noise=0.1, seed=3)
SQUARES = nn.mean_squared_error


@pytest.fixture(autouse=True)
def with_jax():
    pytest.importorskip("jax")


def trained(model=None, loss=nn.binary_cross_entropy_with_logits, inputs=X, targets=Y, optimizer=nn.Adam, **more):
    model = model or nn.MLP(2, [5, 1], "tanh", seed=1)
    given = {"epochs": 3, "batch_size": 20, "backend": "jax", "devices": 1} | more
    history = nn.fit(model, inputs, targets, loss=loss, optimizer=optimizer(model.parameters(), 0.05), **given)
    return history, [p.data for p in model.parameters()]


# ---------------------------------------------------------------------------------- the same bits
MANY = """
import hashlib, json, sys, numpy as np, jax
jax.config.update("jax_num_cpu_devices", 8)
import nn
from tests.nn.devices.test_devices import trained
chance = np.random.default_rng(0)
wide, labels = chance.normal(size=(3000, 40)), chance.integers(0, 4, 3000)
cases = {
    "all there is": {"clip": 0.1, "validation": 0.25, "early_stopping": 2, "weights": [1.0, 2.0] * 22,
                     "batch_size": 17},
    "fewer rows than parts": {"inputs": [[0.1, 0.2], [0.3, 0.4], [0.5, -0.6]], "targets": [0, 1, 1]},
    "large products": {"inputs": wide, "targets": labels, "loss": nn.softmax_cross_entropy, "epochs": 1,
                       "batch_size": 3000},
}
found = {}
for name, *counts in json.loads(sys.argv[1]):
    for devices in counts:
        model = nn.MLP(40, [30, 4], "tanh", seed=0) if name == "large products" else None
        history, weights = trained(model, **cases[name], devices=devices)
        numbers = [*history.losses, *history.validation_losses, *weights]
        found.setdefault(name, []).append(hashlib.sha256(np.array(numbers).tobytes()).hexdigest())
print(json.dumps(found))
"""


def ran(*cases, **environment):
    command = [sys.executable, "-W", "error", "-c", MANY, json.dumps(cases)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "JAX_PLATFORMS": "cpu", **environment}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_two_four_and_eight_devices_give_the_same_bits_with_any_number_of_threads():
    found = ran(("all there is", 1, 2, 4, 8), ("fewer rows than parts", 1, 8), ("large products", 1, 4))
    assert len(found) == 3
    for name, digests in found.items():
        assert len(set(digests)) == 1, name
    assert ran(("large products", 1), PJRT_NPROC="13")["large products"][0] == found["large products"][0]


@pytest.mark.parametrize("more", [{}, {"clip": 0.1}, {"weights": [1.0, 2.0] * 22}, {"shuffle": None}])
def test_devices_find_what_recorded_steps_find(more):
    shared, weights = trained(**more)
    alone, truth = trained(**more, backend="recorded", devices=None)
    assert shared.losses == pytest.approx(alone.losses, rel=1e-13)
    assert weights == pytest.approx(truth, rel=1e-12)


def test_the_gradients_of_the_last_step_are_left_and_what_is_not_used_stays():
    class Half(nn.Module):
        def __init__(self):
            self.used, self.unused = nn.MLP(2, [1], seed=0), nn.MLP(2, [1], seed=1)

        def __call__(self, row):
            return self.used(row)

    found = []
    for devices, backend in ((1, "jax"), (None, "numpy")):
        model = Half()
        with pytest.warns(UserWarning, match="unused"):
            trained(model, SQUARES, devices=devices, backend=backend)
        assert not any(p.has_grad for p in model.unused.parameters())
        found.append([p.data for p in model.parameters()] + [p.grad for p in model.used.parameters()])
    assert found[0] == pytest.approx(found[1], rel=1e-11)


def test_a_training_that_blows_up_ends_as_others_do():
    history, _ = trained(
        nn.MLP(2, [1], seed=0), SQUARES, optimizer=nn.SGD, inputs=[[1e200, 1e200]] * 20, targets=[0.0] * 20
    )
    assert "no longer finite" in history.stopped
    assert history.trouble


# ------------------------------------------------------------------------------------------ refusals
def test_what_cannot_be_shared_is_refused_with_its_reason():
    with pytest.raises(ValueError, match='pass backend="jax" too'):
        trained(backend="numpy")
    with pytest.raises(ValueError, match=r"devices=64, but JAX sees \d+ devices? in 1 process; .*jax_num_cpu_devices"):
        trained(devices=64)
    with pytest.raises(TypeError, match="devices must be a whole number"):
        trained(devices="two")
    with pytest.raises(ValueError, match=r"layers\.1, a BatchNorm, mixes the rows of a batch"):
        trained(nn.Sequential(nn.Layer(2, 3), nn.BatchNorm(3), nn.Layer(3, 1, None)))
    with pytest.raises(ValueError, match=r"layers\.1, a Dropout, draws numbers at each step"):
        trained(nn.Sequential(nn.Layer(2, 3), nn.Dropout(0.5, seed=1), nn.Layer(3, 1, None)))
    with pytest.raises(ValueError, match="must be the mean of theirs: on 8 rows it is"):
        trained(loss=lambda rows, targets: mean([(r - t) ** 2 for r, t in zip(rows, targets, strict=True)]) * len(rows))


# --------------------------------------------------------------------------------------------- files
def written(folder, rows=6, width=2, parts=8):
    chance, paths = np.random.default_rng(1), []
    for kind, shape in (("inputs", (rows, width)), ("targets", (rows,))):
        paths.append([folder / f"{kind}-{k}.npy" for k in range(parts)])
        for path in paths[-1]:
            np.save(path, chance.normal(size=shape))
    return paths


def test_rows_in_files_are_parts_of_each_batch(tmp_path):
    inputs, targets = written(tmp_path)
    found = trained(None, SQUARES, list(map(str, inputs)), targets, batch_size=16, shuffle=None, epochs=4)
    rows, wanted = (np.array([np.load(path) for path in paths]) for paths in (inputs, targets))  # part, row
    rows = np.concatenate([rows[:, i : i + 2].reshape(16, 2) for i in (0, 2, 4)])
    wanted = np.concatenate([wanted[:, i : i + 2].reshape(16) for i in (0, 2, 4)])
    assert found[1] == trained(None, SQUARES, rows, wanted, batch_size=16, shuffle=None, epochs=4)[1]


def test_an_index_in_a_file_that_names_nothing_is_refused_before_any_work(tmp_path):
    inputs, targets = written(tmp_path, rows=40)
    for path in targets:
        np.save(path, np.zeros(40, dtype=int))
    labels = np.load(targets[6])
    labels[39] = 3
    np.save(targets[6], labels)
    with pytest.raises(IndexError, match="is 3, and is used as an index: the first is 0, the last 2"):
        trained(nn.MLP(2, [3], seed=0), nn.softmax_cross_entropy, inputs, targets, batch_size=16)


def test_files_that_hold_no_rows_are_refused_before_any_work(tmp_path):
    inputs, targets = written(tmp_path)

    def refused(match, kind=ValueError, inputs=inputs, targets=targets, **more):
        with pytest.raises(kind, match=match):
            trained(None, SQUARES, inputs, targets, **({"batch_size": 16} | more))

    refused("rows come from 8 files, one for each part of a batch, not from 3", inputs=inputs[:3])
    refused("each of 8 files has as many rows of a batch", batch_size=20)
    refused("rows come from files where devices share them", devices=None, backend="numpy")
    refused("so not with a share held out and weights", validation=0.5, weights=[1.0])
    refused("so targets are paths of as many", targets=[0.0] * 8)
    refused("No such file", FileNotFoundError, inputs=[*inputs[:7], tmp_path / "gone.npy"])
    Path(inputs[2]).write_text("x")
    refused(r"inputs-2.npy is no file that numpy.save makes of numbers")
    Path(inputs[2]).write_bytes(b"")
    refused(r"inputs-2.npy is no file that numpy.save makes of numbers \(No data left in file\)")
    np.save(inputs[2], np.array(["a"]))
    refused(r"inputs-2.npy holds no rows of numbers")
    np.save(inputs[2], np.array([[0.0, np.nan]] * 6))
    refused(r"row 0 of .*inputs-2.npy is not finite")
    np.save(inputs[2], np.zeros((5, 2)))
    refused(r"files have as many rows, of one width, not \(6, 2\) and \(5, 2\)")

"""Saving: to the bit, checked before anything changes, and whole whatever happens to the process."""

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograd import Value
from nn import (
    GRU,
    MLP,
    SGD,
    Adam,
    Autosave,
    BatchNorm,
    Dropout,
    EarlyStopping,
    History,
    Layer,
    Module,
    Sequential,
    load,
    save,
)
from tests.support.training.saved import network, train

safetensors = pytest.importorskip("safetensors.numpy")


def state_of(model, *others):
    held = [(o.state, o.step_count, [getattr(o, s) for s in o.settings]) for o in others]
    return repr(([p.data for p in model.parameters()], model.named_buffers(), random.getstate(), held))


@pytest.mark.parametrize("backend", ["recorded", "numpy"])
def test_a_resumed_run_is_the_uninterrupted_one_to_the_bit(tmp_path, backend):
    path = tmp_path / "run.safetensors"
    whole, history = network(), History()
    adam = Adam(whole.parameters(), learning_rate=0.03)
    settings = {"early_stopping": EarlyStopping(50), "backend": backend}
    train(whole, adam, history, 9, **settings)

    model = network()
    optimizer, begun = Adam(model.parameters(), learning_rate=0.03), History()
    train(model, optimizer, begun, 4, **settings)
    save(path, model, optimizer, begun)
    saved = state_of(model, optimizer)
    random.random()

    other = network(seed=77)
    moved, gone_on = Adam(other.parameters(), learning_rate=0.5), History()
    load(path, other, moved, gone_on)
    assert state_of(other, moved) == saved
    assert gone_on == begun
    train(other, moved, gone_on, 9, **settings)
    assert state_of(other, moved) == state_of(whole, adam)
    assert gone_on == history
    assert os.listdir(tmp_path) == ["run.safetensors"]


def test_a_folder_that_is_not_there_is_named_before_any_work(tmp_path):
    model, nowhere = network(), tmp_path / "nowhere" / "run.safetensors"
    before = [p.data for p in model.parameters()]
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere' to leave 'run.safetensors' in: make"):
        save(nowhere, model)
    with pytest.raises(FileNotFoundError, match="make it first"):
        train(model, Adam(model.parameters()), None, 3, autosave=Autosave(nowhere))
    assert [p.data for p in model.parameters()] == before


def test_odd_numbers_survive(tmp_path):
    path = tmp_path / "odd.safetensors"
    model = MLP(2, [2, 1], seed=1)
    odd = [-0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, 0.1 + 0.2]
    for p, x in zip(model.parameters(), odd, strict=False):
        p.data = x
    save(path, model)
    other = MLP(2, [2, 1], seed=2)
    load(path, other)
    assert repr([p.data for p in other.parameters()]) == repr([p.data for p in model.parameters()])
    history = History(losses=[math.nan, math.inf, 0.1], stopped="ä\nß")
    save(path, model, history=history)
    back = History()
    load(path, other, history=back)
    assert repr(back) == repr(history)
    assert repr(back.losses) == repr(history.losses)


def test_weights_are_matrices_that_others_can_read(tmp_path):
    path = tmp_path / "mlp.safetensors"
    model = MLP(3, [4, 2], seed=1)
    save(path, model)
    arrays = safetensors.load_file(path)
    assert {name: array.shape for name, array in arrays.items()} == {
        "layers.0.neurons.bias": (4,),
        "layers.0.neurons.weights": (4, 3),
        "layers.1.neurons.bias": (2,),
        "layers.1.neurons.weights": (2, 4),
    }
    assert arrays["layers.0.neurons.weights"][2, 1] == model.layers[0].neurons[2].weights[1].data
    assert arrays["layers.0.neurons.weights"].dtype == "float64"


class Oddly(Module):
    def __init__(self):
        self.rows = [[Value(1.0), Value(2.0)], [Value(3.0)]]
        self.one = Value(4.0)
        self.named = {"7": Value(5.0), "a": [Value(6.0)]}


@pytest.mark.parametrize(
    "make",
    [Oddly, lambda: MLP(2, [3, 3, 3, 1], seed=4), network, lambda: Sequential(GRU(2, 3, seed=1), Layer(3, 2, seed=2))],
)
def test_any_tree_of_parameters_comes_back(make, tmp_path):
    model = make()
    for i, p in enumerate(model.parameters()):
        p.data = 0.5 + i
    save(tmp_path / "model", model)
    other = make()
    load(tmp_path / "model", other)
    assert [p.data for p in other.parameters()] == [p.data for p in model.parameters()]


def test_what_does_not_fit_is_refused_and_changes_nothing(tmp_path):
    path = tmp_path / "run"
    model = MLP(1, [3, 1], seed=1)
    adam = Adam(model.parameters())
    save(path, model, adam)

    def refused(message, other, *rest):
        before = [p.data for p in other.parameters()]
        with pytest.raises(ValueError, match=message):
            load(path, other, *rest)
        assert [p.data for p in other.parameters()] == before

    refused(r"weights has the shape \(3, 1\), but in this model it is \(4, 1\)", MLP(1, [4, 1], seed=2))
    refused("no parameters layers.2.neurons", MLP(1, [3, 3, 1], seed=2))
    refused("parameters that this model does not have: layers.1", MLP(1, [3], seed=2))
    other = MLP(1, [3, 1], seed=2)
    refused("saved with the optimizer Adam with mean, variance, not with SGD", other, SGD(other.parameters()))
    refused("moved 10 parameters, not 3", other, Adam(other.parameters()[:3]))
    refused("without the state of the history", other, None, History())
    save(path, model)
    refused("without the state of the optimizer", other, Adam(other.parameters()))
    whole = path.read_bytes()
    for cut in (0, 5, 20, len(whole) - 1):
        path.write_bytes(whole[:cut])
        refused("is not a file that nn.save wrote, or is not whole", other)
    header = json.loads(whole[8 : 8 + int.from_bytes(whole[:8], "little")])
    newer = header["__metadata__"]["chainrule"].replace('"version": 1', '"version": 9')
    arrays = safetensors.load(whole)
    path.write_bytes(safetensors.save(arrays, metadata={"chainrule": newer}))
    refused("of version 9; this library reads version 1", other)
    path.write_bytes(safetensors.save(arrays))
    refused("which is no weight or bias of a Linear layer", other)
    for foreign in ("{}", "[]", "not JSON"):
        path.write_bytes(safetensors.save(arrays, metadata={"chainrule": foreign}))
        refused("is not a file that nn.save wrote", other)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nowhere", other)


class Shaking(Module):
    def __init__(self, *, generators):
        self.layer, self.generators = Layer(1, 1, None, seed=1), generators
        for i in range(generators):
            setattr(self, f"noise{i}", random.Random(i))

    def __call__(self, row):
        return self.layer(row)


def test_other_state_beside_the_same_parameters_is_refused_and_changes_nothing(tmp_path):
    path = tmp_path / "model"

    def refused(message, saved, other, *, optimizers=False):
        save(path, saved, SGD(saved.parameters()))
        before = state_of(other)
        with pytest.raises(ValueError, match=message):
            load(path, other, SGD(other.parameters()) if optimizers else None)
        assert state_of(other) == before

    plain, dropping = Sequential(Layer(1, 2, seed=1)), Sequential(Layer(1, 2, seed=2), Dropout(0.5))
    refused("has the buffers none, and this model has layers.1.drawn", plain, dropping)
    refused("has the buffers layers.1.drawn, and this model has none", dropping, plain)
    wide = BatchNorm(2)
    wide.running_mean = [0.0, 0.0, 0.0]
    refused("running_mean holds 3 numbers, and in this model 2", wide, BatchNorm(2))
    with_one, with_two = (Shaking(generators=n) for n in (1, 2))
    refused("saved with 2 random generators in the model, and this model has 1", with_two, with_one, optimizers=True)
    load(path, with_one)  # the weights alone


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"pip install 'chainrule\[save\]'"):
        save(tmp_path / "model", MLP(1, [1], seed=1))
    model = network()
    before = state_of(model)
    with pytest.raises(ImportError, match=r"pip install 'chainrule\[save\]'"):
        train(model, SGD(model.parameters()), None, 3, autosave=Autosave(tmp_path / "model", every=9))
    assert state_of(model) == before, "it is told before any work"
    assert os.listdir(tmp_path) == []


def test_a_failed_write_leaves_the_file_before(tmp_path, monkeypatch):
    path = tmp_path / "model"
    model = MLP(1, [1], seed=1)
    save(path, model)
    before = path.read_bytes()
    model.parameters()[0].data = 9.0

    def full(descriptor):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        save(path, model)
    assert path.read_bytes() == before


@pytest.mark.parametrize("backend", ["recorded", "numpy"])
def test_autosave_goes_on_from_the_middle_of_an_epoch(tmp_path, backend):
    path = tmp_path / "run"
    whole = network()
    adam = Adam(whole.parameters(), learning_rate=0.03)
    expected = train(whole, adam, None, 6, backend=backend)
    saved = []

    class Watched(Autosave):
        def save(self, model, optimizer, history):
            super().save(model, optimizer, history)
            saved.append((history.epochs, history.batches))
            if len(saved) == 3:
                raise SystemExit

    model = network()
    with pytest.raises(SystemExit):
        train(model, Adam(model.parameters(), 0.03), None, 6, backend=backend, autosave=Watched(path, every=4))
    assert saved == [(1, 1), (2, 2), (4, 0)]
    model = network(seed=5)
    optimizer = Adam(model.parameters(), learning_rate=0.5)
    history = train(model, optimizer, None, 6, backend=backend, autosave=Autosave(path, every=4))
    assert state_of(model, optimizer) == state_of(whole, adam)
    assert history == expected


def test_a_training_that_early_stopping_ended_stays_ended_when_it_is_started_again(tmp_path):
    path = tmp_path / "run"
    rates = {"schedule": lambda step: 1.0 if step < 9 else 100.0, "batch_size": 11}
    settings = {"early_stopping": EarlyStopping(3), **rates}
    whole = network()
    sgd = SGD(whole.parameters(), learning_rate=0.05)
    expected = train(whole, sgd, None, 60, autosave=Autosave(path, every=4), **settings)
    assert expected.epochs < 60
    assert whole.named_buffers() == expected.best_buffers
    model = network(seed=5)
    other = SGD(model.parameters(), learning_rate=0.5)
    assert train(model, other, None, 60, autosave=Autosave(path, every=4), **settings) == expected
    assert state_of(model, other) == state_of(whole, sgd)


OVERNIGHT = """
import sys
import safetensors.numpy  # now, so that the first step is soon
from nn import Adam, Autosave, History
from tests.support.training.saved import network, train
model = network()
optimizer = Adam(model.parameters(), learning_rate=0.03)
print("begun", flush=True)
train(model, optimizer, None, 100_000, autosave=Autosave(sys.argv[1], every=7))
"""


def test_killed_at_random_moments_it_goes_on_from_its_last_saved_step(tmp_path):
    kills = int(os.environ.get("CHAINRULE_KILLS", "20"))
    path = tmp_path / "night.safetensors"
    moments = random.Random(5)
    steps = 0
    for kill in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-c", OVERNIGHT, str(path)],
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stdout.readline() == "begun\n"
            time.sleep(moments.uniform(0.0, 0.12))
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        if path.exists():
            model = network()
            optimizer, history = Adam(model.parameters()), History()
            load(path, model, optimizer, history)
            assert optimizer.step_count >= steps, f"after kill {kill}"
            assert optimizer.step_count % 7 == 0
            assert 3 * history.epochs + history.batches == optimizer.step_count
            steps = optimizer.step_count
    assert steps > 0
    epochs = steps // 3 + 5
    model, whole = network(), network()
    resumed, uninterrupted = Adam(model.parameters()), Adam(whole.parameters(), learning_rate=0.03)
    state = random.getstate()
    gone_on = train(model, resumed, None, epochs, autosave=Autosave(path, every=7))
    random.setstate(state)
    expected = train(whole, uninterrupted, None, epochs)
    random.setstate(state)
    assert state_of(model, resumed) == state_of(whole, uninterrupted)
    assert gone_on == expected

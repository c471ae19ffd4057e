"""Weights go back only into the function that they were saved from."""

import copy
import functools
import subprocess
import sys

import pytest

import autograd
from autograd import Value
from nn import (
    MLP,
    SGD,
    Activation,
    Adam,
    AdamW,
    Autosave,
    BatchNorm,
    Checkpoint,
    Dropout,
    History,
    Layer,
    Module,
    Optimizer,
    Residual,
    Sequential,
    Softmax,
    fit,
    load,
    save,
)
from tests.support.training.recorded import Net, parts, state_of, trained, written
from tests.support.training.saved import X, Y, loss

safetensors = pytest.importorskip("safetensors.numpy")


class Bold(Optimizer):
    settings = ("learning_rate", "boldness", "mode")
    state_names = ("last",)

    def __init__(self, parameters, courage):
        super().__init__(parameters, 0.1)
        self.boldness, self.mode = courage, "plain"

    def update(self, maths, parameter, gradient, learning_rate, step, *memories):
        return parameter - learning_rate * gradient, (gradient,)


def test_an_optimizer_of_ones_own_comes_back_and_is_held_to_its_kinds(tmp_path):
    path, model = tmp_path / "run", MLP(1, [2, 1], seed=1)
    save(path, model, Bold(model.parameters(), 3.0))
    other = Bold(model.parameters(), 1.0)
    load(path, model, other)
    assert (other.boldness, other.mode) == (3.0, "plain")
    tensors, record = parts(path.read_bytes())
    for name, x in (("boldness", "3"), ("mode", 1), ("learning_rate", -1.0)):
        made = copy.deepcopy(record)
        made["optimizer"]["settings"][name] = x
        written(path, tensors, made, signed=True)
        with pytest.raises(ValueError, match=name):
            load(path, model, other)
        assert (other.learning_rate, other.boldness, other.mode) == (0.1, 3.0, "plain")


def test_settings_that_ask_for_other_memories_are_refused(tmp_path):
    path, model = tmp_path / "run", MLP(1, [2, 1], seed=1)
    save(path, model, SGD(model.parameters(), 0.1))
    tensors, record = parts(path.read_bytes())
    record["optimizer"]["settings"]["momentum"] = 0.9
    written(path, tensors, record, signed=True)
    with pytest.raises(ValueError, match="memories velocity"):
        load(path, model, SGD(model.parameters(), 0.1))


def test_a_parameter_where_the_optimizers_memories_stand_is_refused_when_it_is_saved(tmp_path):
    class Odd(Module):
        def __init__(self):
            self.optimizer = {"mean": Value(1.0)}

    with pytest.raises(ValueError, match=r"saved as optimizer.mean: give that attribute another name"):
        save(tmp_path / "odd", Odd())


# ----------------------------------------------------------------------- the same numbers, another function
def leaky(slope):
    return functools.partial(autograd.leaky_relu, slope=slope)


def square(z):
    return z * z


KINDS = {
    "tanh, relu": (lambda: MLP(2, [3, 1], "tanh", seed=1), lambda: MLP(2, [3, 1], "relu", seed=1)),
    "linear, sigmoid": (lambda: MLP(2, [3, 1], seed=1), lambda: MLP(2, [3, 1], output="sigmoid", seed=1)),
    "slope=0.1, slope=0.2": (lambda: Layer(2, 3, leaky(0.1), seed=1), lambda: Layer(2, 3, leaky(0.2), seed=1)),
    "square, tanh": (lambda: Layer(2, 3, square, seed=1), lambda: Layer(2, 3, "tanh", seed=1)),
    "a residual, nothing": (lambda: Residual(Layer(2, 2, seed=1)), lambda: Checkpoint(Layer(2, 2, seed=1))),
    "softmax, nothing": (lambda: Sequential(Layer(2, 2, seed=1), Softmax()), lambda: Sequential(Layer(2, 2, seed=1))),
    "softmax, tanh": (
        lambda: Sequential(Layer(2, 2, seed=1), Softmax()),
        lambda: Sequential(Layer(2, 2, seed=1), Activation("tanh")),
    ),
    "1e-05, 0.01": (lambda: BatchNorm(2), lambda: BatchNorm(2, epsilon=0.01)),
}


@pytest.mark.parametrize("words", KINDS)
def test_weights_go_into_the_function_that_they_were_saved_from(tmp_path, words):
    one, other = (make() for make in KINDS[words])
    other.parameters()[0].data = 7.0
    before = [p.data for p in other.parameters()]
    save(tmp_path / "weights", one)
    with pytest.raises(ValueError, match="another function") as told:
        load(tmp_path / "weights", other)
    assert all(word in str(told.value) for word in words.split(", "))
    assert [p.data for p in other.parameters()] == before
    load(tmp_path / "weights", one)


def test_what_is_the_same_function_in_use_takes_the_weights(tmp_path):
    path = tmp_path / "weights"
    for one, other in (
        (MLP(2, [3, 2], seed=1), Sequential(Layer(2, 3, seed=1), Layer(3, 2, None, seed=2))),
        (Dropout(0.5), Dropout(0.1)),
        (BatchNorm(2, momentum=0.1), BatchNorm(2, momentum=0.5)),
        (Layer(2, 2, "linear", seed=1), Layer(2, 2, None, seed=1)),
        (Layer(2, 2, "tanh", seed=1), Layer(2, 2, autograd.tanh, seed=1)),
    ):
        save(path, one)
        load(path, other)


def test_each_optimizer_of_ours_comes_back(tmp_path):
    path = tmp_path / "run"
    for kind in (SGD, Adam, AdamW):
        saved = trained(kind=kind, learning_rate=0.02)
        save(path, *saved)
        things = trained(seed=2, kind=kind)
        load(path, *things)
        assert state_of(*things) == state_of(*saved)


def test_a_training_that_was_begun_with_other_batches_is_not_gone_on_with(tmp_path):
    """It would never come to the end of the epoch that was begun."""
    path = tmp_path / "run"
    settings = {"loss": loss, "epochs": 3, "backend": "recorded"}
    model, optimizer, history = Net(1), None, History()
    optimizer = SGD(model.parameters(), 0.01)
    begun = []

    class Stopping(Autosave):
        def save(self, *things):
            super().save(*things)
            begun.append(copy.deepcopy(things[-1]))
            raise SystemExit

    with pytest.raises(SystemExit):
        fit(model, X, Y, optimizer=optimizer, history=history, batch_size=4, autosave=Stopping(path, 2), **settings)
    assert (begun[0].batches, begun[0].rows_so_far) == (2, 8)
    for size, rows in ((None, 11), (5, 11), (2, 11), (4, 7)):
        other = trained(seed=2, kind=SGD)[:2]
        fresh, before = History(), state_of(*other, History())
        for given in ({"history": copy.deepcopy(begun[0])}, {"history": fresh, "autosave": Autosave(path)}):
            with pytest.raises(ValueError, match=r"after 8 rows in 2 batches, and here an epoch has \d+ rows"):
                fit(other[0], X[:rows], Y[:rows], optimizer=other[1], batch_size=size, **given, **settings)
        assert state_of(*other, fresh) == before


OWN = """
import sys, autograd, nn
@autograd.op()
def stretched(maths, x):
    return x * {0}, ({0},)
model = nn.MLP(1, [2, 1], "stretched", seed=0)
getattr(nn, sys.argv[1])(sys.argv[2], model)
"""


def test_an_operation_of_ones_own_that_was_changed_is_refused(tmp_path):
    def run(factor, call):
        program = [sys.executable, "-c", OWN.format(factor), call, str(tmp_path / "w.st")]
        return subprocess.run(program, capture_output=True, text=True, check=False).stderr

    assert run("2.0", "save") == run("2.0", "load") == ""
    assert "ValueError" in (said := run("3.0", "load"))
    assert "stretched: -2 → -4, 0.75 → 1.5, 3 → 6, and in this model it is stretched: -2 → -6, 0.75 →" in said
    assert "would be another function" in said

"""What is meant where nothing is said: every default, beside the paper or library that it is taken from."""

import inspect
import math

import pytest

import nn
from autograd import Value

DECAYS = {"l1": 0.0, "l2": 0.0, "weight_decay": 0.0}
ADAM = {"learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}  # Kingma and Ba 2014
DEFAULTS = {
    "SGD": {"learning_rate": 0.01, "momentum": 0.0, "nesterov": False, **DECAYS},
    "RMSProp": {"learning_rate": 0.01, "decay": 0.99, "epsilon": 1e-8, "momentum": 0.0, **DECAYS},  # PyTorch
    "AdaGrad": {"learning_rate": 0.01, "epsilon": 1e-10, **DECAYS},  # PyTorch
    "Adam": {**ADAM, **DECAYS},
    "AdamW": {**ADAM, **DECAYS, "weight_decay": 0.01},  # PyTorch
    "Optimizer": DECAYS,
    "Cosine": {"final": 0.0},
    "OneCycle": {"rise": 0.3, "start": 0.04, "final": 4e-6},  # PyTorch: pct_start, 1 / div_factor, 1 / 25e4
    "StepDecay": {"factor": 0.1},
    "ReduceOnPlateau": {"factor": 0.1, "patience": 10, "margin": 0.0, "least": 0.0},  # PyTorch but for its margin
    "ClipByNorm": {"limit": float("inf")},
    "clip_by_norm": {"limit": float("inf")},
    "Neuron": {"activation": "relu", "nonlin": True, "outputs": 1, "bias": True},
    "Perceptron": {"activation": "relu", "nonlin": True, "outputs": 1, "bias": True},
    "Layer": {"activation": "relu", "nonlin": True, "bias": True},
    "MLP": {"activation": "relu", "bias": True},
    "RNN": {"activation": "tanh"},
    "LSTM": {"forget_bias": 1.0},  # Gers et al. 2000
    "Attention": {"heads": 1, "causal": False, "bias": True},
    "BatchNorm": {"momentum": 0.1, "epsilon": 1e-5},  # PyTorch
    "LayerNorm": {"epsilon": 1e-5},
    "RMSNorm": {"epsilon": 1e-5},
    "Dropout": {"seed": 0},
    "huber": {"delta": 1.0},
    "softmax_cross_entropy": {"smoothing": 0.0},
    "accuracy": {"threshold": 0.0},
    "classify": {"threshold": 0.0, "backend": "auto"},
    "predict": {"backend": "auto"},
    "fit": {"shuffle": 0, "callbacks": (), "backend": "auto", "metrics": ()},
    "Autosave": {"every": 100},
    "EarlyStopping": {"patience": 10, "margin": 0.0},
    "TrainingSession": {"seed": 0, "undo_limit": 64 * 2**20},
    "find_learning_rate": {"start": 1e-7, "end": 1.0, "steps": 100, "shuffle": 0, "backend": "auto"},
    "sharpness": {"tolerance": 1e-4, "limit": 200, "seed": 0},
    "save_onnx": {"double": False},
    "datasets.moons": {"count": 100, "noise": 0.1, "seed": 0},
    "datasets.circles": {"count": 100, "noise": 0.05, "seed": 0},
    "datasets.spirals": {"count": 150, "classes": 3, "turns": 0.75, "noise": 0.02, "seed": 0},
    "datasets.sine": {"count": 100, "frequency": 3.0, "noise": 0.0, "seed": 0},
    "datasets.split": {"share": 0.2, "seed": 0},
}


def said(thing):
    """Return the defaults of a call but for None, which stands for what follows from the rest."""
    parameters = inspect.signature(thing).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty and p.default is not None}


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_are_those_of_the_sources(name):
    if name == "save_onnx":
        pytest.importorskip("numpy")
    found = nn
    for part in name.split("."):
        found = getattr(found, part)
    assert said(found) == DEFAULTS[name]


VALUES = [Value(0.0)]
LINE = nn.MLP(1, [3, 1], "tanh", seed=0)
ROWS, TARGETS = [[k / 7.0] for k in range(20)], [math.sin(float(k)) for k in range(20)]


def learned(**settings):
    model = nn.MLP(1, [3, 1], "tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), 0.1)
    given = {"loss": nn.mean_squared_error, "optimizer": optimizer, **settings}
    history = nn.fit(model, ROWS, TARGETS, epochs=2, batch_size=3, **given)
    return history.losses, history.metrics


MADE = {  # what a call without settings makes, beside the same call with all of them
    **{name: lambda name=name, **more: vars(getattr(nn, name)(VALUES, **more)) for name in (
        "SGD", "RMSProp", "AdaGrad", "Adam", "AdamW",
    )},
    "Neuron": lambda **more: repr(nn.Neuron(2, seed=0, **more).state_dict()),
    "Layer": lambda **more: repr(nn.Layer(2, 1, seed=0, **more).state_dict()),
    "MLP": lambda **more: [nn.MLP(2, [1], seed=0, **more).parameter_count(), nn.MLP(2, [2, 1], **more).summary()],
    "RNN": lambda **more: repr(nn.RNN(2, 1, seed=0, **more).cell),
    "LSTM": lambda **more: nn.LSTM(2, 1, seed=0, **more).state_dict(),
    "Attention": lambda **more: nn.Attention(2, seed=0, **more).describe(),
    "BatchNorm": lambda **more: [(x := nn.BatchNorm(2, **more)).momentum, x.epsilon],
    "LayerNorm": lambda **more: nn.LayerNorm(2, **more).epsilon,
    "RMSNorm": lambda **more: nn.RMSNorm(2, **more).epsilon,
    "Dropout": lambda **more: nn.Dropout(0.5, **more).seed,
    "huber": lambda **more: nn.huber([3.0, 0.5, -1.5], [0.0, 0.0, 0.0], **more).data,
    "softmax_cross_entropy": lambda **more: nn.softmax_cross_entropy([[1.0, 3.0]], [0], **more).data,
    "accuracy": lambda **more: nn.accuracy([0.5, -0.5, 2.5], [1, 0, 0], **more),
    "classify": lambda **more: nn.classify(lambda row: row[0], [[0.5], [-0.5], [2.5]], **more),
    "fit": learned,
    "sharpness": lambda **more: nn.sharpness(LINE, ROWS, TARGETS, loss=nn.mean_squared_error, **more),
    "find_learning_rate": lambda **more: nn.find_learning_rate(
        LINE, ROWS, TARGETS, loss=nn.mean_squared_error, optimizer=nn.SGD(LINE.parameters()), batch_size=3, **more,
    ),
    "TrainingSession": lambda **more: [
        (x := nn.TrainingSession(LINE, ROWS, TARGETS, loss=nn.mean_squared_error, **more)).seed, x.undo_limit,
    ],
    "datasets.moons": nn.datasets.moons,
    "datasets.circles": nn.datasets.circles,
    "datasets.spirals": nn.datasets.spirals,
    "datasets.sine": nn.datasets.sine,
    "datasets.split": lambda **more: nn.datasets.split(ROWS, TARGETS, **more),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_a_call_without_settings_is_one_with_the_defaults(name):
    assert MADE[name]() == MADE[name](**DEFAULTS[name])


def test_an_optimizer_of_ones_own_decays_nothing_unasked():
    class Own(nn.Optimizer):
        settings = ("learning_rate", *DECAYS)

    assert {name: getattr(Own(VALUES, 0.1), name) for name in DECAYS} == DECAYS
    own = Own(VALUES, 0.1, l1=1.0, l2=2.0, weight_decay=3.0)
    assert (own.l1, own.l2, own.weight_decay) == (1.0, 2.0, 3.0)


RECORDS = {"Diagnosis", "Finding", "History", "Initializer", "LayerPass", "RateSweep", "Report", "Stretch"}


def test_no_default_is_left_out():
    calls = {name: getattr(nn, name) for name in nn.__all__ if name not in RECORDS}
    calls |= {f"datasets.{name}": getattr(nn.datasets, name) for name in ("moons", "circles", "spirals", "sine")}
    missing = [name for name, call in calls.items() if callable(call) and name not in DEFAULTS and said(call)]
    assert missing == []

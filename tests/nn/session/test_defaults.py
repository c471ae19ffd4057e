"""What is meant where nothing is said: every default, beside the paper or library that it is taken from."""

import inspect

import pytest

import nn

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


RECORDS = {"Diagnosis", "Finding", "History", "Initializer", "LayerPass", "RateSweep", "Report", "Stretch"}


def test_no_default_is_left_out():
    calls = {name: getattr(nn, name) for name in nn.__all__ if name not in RECORDS}
    calls |= {f"datasets.{name}": getattr(nn.datasets, name) for name in ("moons", "circles", "spirals", "sine")}
    missing = [name for name, call in calls.items() if callable(call) and name not in DEFAULTS and said(call)]
    assert missing == []

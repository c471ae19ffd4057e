"""`to_torch`: its source defines modules of PyTorch's that compute what the model does.

PyTorch itself is asked where it is installed, else a stand-in of a few lines with the modules that are used here.
"""

import sys
import types

import numpy as np
import pytest

import nn
from nn.saving.torch_module import ACTIVATIONS, FUNCTIONS

DRAW = np.random.default_rng(0)


class Part:
    def __init__(self, *sizes, **settings):
        self.sizes, self.settings, self.state = sizes, settings, {}

    def double(self):
        return self

    eval = double

    def load_state_dict(self, state):
        self.state = dict(state)

    def __call__(self, x):
        return self.forward(x)


class Chain(Part):
    def __init__(self, *parts):
        self.parts = parts

    def load_state_dict(self, state):
        for i, part in enumerate(self.parts):
            own = {k.removeprefix(f"{i}."): x for k, x in state.items() if k.startswith(f"{i}.")}
            inner = {k.removeprefix("block."): x for k, x in own.items()}
            (part.block if hasattr(part, "block") else part).load_state_dict(inner if hasattr(part, "block") else own)

    def forward(self, x):
        for part in self.parts:
            x = part(x)
        return x


def made_of(forward):
    return type("Made", (Part,), {"forward": forward})


def normal(self, x, mean, variance):
    shift = self.state.get("bias", 0.0)
    return self.state["weight"] * (x - mean) / np.sqrt(variance + self.settings["eps"]) + shift


def stand_in():
    torch = types.ModuleType("torch")
    torch.sin, torch.from_numpy, torch.tensor = np.sin, np.asarray, np.asarray
    torch.nn = types.SimpleNamespace(
        Module=Part,
        Sequential=Chain,
        Linear=made_of(lambda self, x: x @ self.state["weight"].T + self.state.get("bias", 0.0)),
        Tanh=made_of(lambda self, x: np.tanh(x)),
        ReLU=made_of(lambda self, x: np.maximum(x, 0.0)),
        Dropout=made_of(lambda self, x: x),
        Softmax=made_of(lambda self, x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
        LayerNorm=made_of(lambda self, x: normal(self, x, x.mean(-1, keepdims=True), x.var(-1, keepdims=True))),
        RMSNorm=made_of(lambda self, x: normal(self, x, 0.0, (x * x).mean(-1, keepdims=True))),
        BatchNorm1d=made_of(lambda self, x: normal(self, x, self.state["running_mean"], self.state["running_var"])),
        Embedding=made_of(lambda self, x: self.state["weight"][x]),
    )
    return torch


@pytest.fixture
def torch(monkeypatch):
    try:
        import torch
    except ImportError:
        torch = stand_in()
        monkeypatch.setitem(sys.modules, "torch", torch)
    return torch


def computed(torch, model, rows):
    source, state = nn.to_torch(model)
    names = {}
    exec(source, names)
    made = names["Model"]().double()
    made.load_state_dict({name: torch.from_numpy(x) for name, x in state.items()})
    found = made.eval()(torch.tensor(rows))
    return np.array(found.detach() if hasattr(found, "detach") else found)


MODELS = [
    nn.MLP(3, [4, 2], "tanh", seed=0),
    nn.MLP(3, [4, 2], "relu", bias=False, seed=0),
    nn.Sequential(nn.Layer(3, 3, "sin", seed=1), nn.LayerNorm(3), nn.Residual(nn.Layer(3, 3, "tanh", seed=2))),
    nn.Sequential(nn.Residual(nn.Sequential(nn.RMSNorm(3), nn.Layer(3, 3, None, seed=2))), nn.Softmax()),
    nn.Sequential(nn.Layer(3, 4, "relu", seed=0), nn.BatchNorm(4), nn.Dropout(0.5), nn.Layer(4, 2, None, seed=3)),
]


@pytest.mark.parametrize("model", MODELS, ids=range(len(MODELS)))
def test_the_source_computes_what_the_model_does(torch, model):
    for p in model.parameters():
        p.data += float(DRAW.normal()) * 0.1
    rows = DRAW.normal(size=(5, 3))
    model.batch(rows.tolist())  # running averages move
    np.testing.assert_allclose(computed(torch, model, rows), nn.predict(model, rows), rtol=1e-12, atol=1e-13)


def test_an_embedding_is_a_table(torch):
    model = nn.Embedding(4, 3, seed=0)
    found = computed(torch, nn.Sequential(model), np.array([2, 0]))
    np.testing.assert_array_equal(found, [[x.data for x in model.rows[i]] for i in (2, 0)])


def inverse(x):
    return 1.0 / x


def test_every_activation_has_a_counterpart_or_is_refused():
    for name in (*ACTIVATIONS, *FUNCTIONS):
        assert nn.to_torch(nn.MLP(2, [2, 1], name, seed=0)).source.count("torch.") >= 3
    model = nn.MLP(2, [2, 1], inverse, seed=0)
    with pytest.raises(TypeError, match="no counterpart of the activation inverse"):
        nn.to_torch(model)
    with pytest.raises(TypeError, match=r"no counterpart of a GRU; nn\.save_onnx"):
        nn.to_torch(nn.GRU(2, 3))

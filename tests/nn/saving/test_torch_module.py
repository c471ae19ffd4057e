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
        for name, part in vars(self).items():
            if isinstance(part, Part):
                part.load_state_dict(under(name, state))

    def __call__(self, x):
        return self.forward(x)


def under(name, state):
    return {k.removeprefix(f"{name}."): x for k, x in state.items() if k.startswith(f"{name}.")}


class Tensor(np.ndarray):
    def unflatten(self, axis, sizes):
        assert axis == -1
        return self.reshape(*self.shape[:-1], *sizes)

    def transpose(self, one, other):
        return self.swapaxes(one, other)

    def flatten(self, start):
        return self.reshape(*self.shape[:start], -1)


def attention(query, key, value, is_causal):
    scores = np.einsum("htk,hsk->hts", query, key) / np.sqrt(query.shape[-1])
    if is_causal:
        scores = np.where(np.tri(scores.shape[-1], dtype=bool), scores, -np.inf)
    shares = np.exp(scores)
    return np.einsum("hts,hsk->htk", shares / shares.sum(-1, keepdims=True), value).view(Tensor)


class Chain(Part):
    def __init__(self, *parts):
        self.parts = parts

    def load_state_dict(self, state):
        for i, part in enumerate(self.parts):
            part.load_state_dict(under(i, state))

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
    torch.sin, torch.from_numpy, torch.tensor = np.sin, np.asarray, lambda x: np.asarray(x).view(Tensor)
    torch.nn = types.SimpleNamespace(
        Module=Part,
        functional=types.SimpleNamespace(scaled_dot_product_attention=attention),
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
    return found.detach().numpy() if hasattr(found, "detach") else np.array(found)


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


@pytest.mark.parametrize("settings", [{}, {"causal": True}, {"bias": False}])
def test_attention_gathers_as_ours_does(torch, settings):
    model, rows = nn.Attention(4, 2, seed=3, **settings), DRAW.normal(size=(5, 4))
    for p in model.parameters():
        p.data += float(DRAW.normal()) * 0.1
    wanted = [[x.data for x in row] for row in model(rows.tolist())]
    np.testing.assert_allclose(computed(torch, model, rows), wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("network", [nn.RNN(2, 3, seed=0), nn.RNN(2, 3, "relu", seed=0), nn.LSTM(2, 3), nn.GRU(2, 3)])
def test_recurrent_networks_are_pytorchs(network):
    torch = pytest.importorskip("torch", reason="tests/nn/layers/test_recurrent.py compares their states")
    source, state = nn.to_torch(network)
    names = {}
    exec(source, names)
    made, rows = names["Model"]().double(), DRAW.normal(size=(5, 2))
    made.load_state_dict({name: torch.from_numpy(x) for name, x in state.items()})
    found = made(torch.tensor(rows))[0].detach().numpy()
    np.testing.assert_allclose(found, [[x.data for x in row] for row in network(rows.tolist())[0]], rtol=1e-12)


def test_an_embedding_is_a_table(torch):
    model = nn.Embedding(4, 3, seed=0)
    found = computed(torch, nn.Sequential(model), np.array([2, 0]))
    np.testing.assert_array_equal(found, [[x.data for x in model.rows[i]] for i in (2, 0)])


@pytest.mark.parametrize("name", [*ACTIVATIONS, *sorted(FUNCTIONS)])
def test_every_activation_is_pytorchs(name):
    torch = pytest.importorskip("torch", reason="it has the activations that are compared")
    model = nn.Sequential(nn.Layer(2, 3, name, seed=0), nn.Layer(3, 2, seed=1))
    for p in model.layers[0].parameters():
        p.data = abs(p.data) * 0.1 + (1.1 if name == "acosh" else 0.05)  # all are defined between 0.05 and 1 but it
    rows = DRAW.uniform(0.1, 0.9, size=(5, 2))
    wanted = nn.predict(model, rows)
    np.testing.assert_allclose(computed(torch, model, rows), wanted, rtol=1e-12, atol=1e-13)
    source, state = nn.to_torch(model)
    names = {}
    exec(source, names)
    made = names["Model"]()
    made.load_state_dict({name: torch.from_numpy(x) for name, x in state.items()})
    np.testing.assert_allclose(made(torch.tensor(rows).float()).detach().numpy(), wanted, rtol=1e-5, atol=1e-6)


def inverse(x):
    return 1.0 / x


def test_every_activation_has_a_counterpart_or_is_refused():
    for name in (*ACTIVATIONS, *FUNCTIONS):
        assert nn.to_torch(nn.MLP(2, [2, 1], name, seed=0)).source.count("torch.") >= 3
    model = nn.MLP(2, [2, 1], inverse, seed=0)
    with pytest.raises(TypeError, match="no counterpart of the activation inverse"):
        nn.to_torch(model)
    with pytest.raises(TypeError, match="PyTorch's RNN has tanh or relu, and this one sigmoid"):
        nn.to_torch(nn.RNN(2, 3, "sigmoid"))
    with pytest.raises(TypeError, match=r"no counterpart of a Checkpoint; nn\.save_onnx"):
        nn.to_torch(nn.Checkpoint(nn.Layer(2, 3)))

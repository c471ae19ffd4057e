"""Layer norm, RMS norm, attention and layers without biases: against NumPy's formulas, recorded and compiled."""

import statistics

import numpy as np
import pytest
from scipy import special

import nn
from autograd import Value, compile, gradcheck, total  # noqa: A004

ROWS = [[0.5, -1.0, 2.0, 0.25], [1.5, 0.0, -0.5, 1.0], [-2.0, 0.75, 0.1, 0.3]]


def layer_matrix(layer):
    weights = np.array([[w.data for w in n.weights] for n in layer.neurons])
    return weights, np.array([0.0 if n.bias is None else n.bias.data for n in layer.neurons])


def drawn(module):
    draw = np.random.default_rng(0)
    for p in module.parameters():
        p.data = float(draw.normal())
    return module


@pytest.mark.parametrize("kind", [nn.LayerNorm, nn.RMSNorm])
def test_rows_are_normalized_by_themselves(kind):
    layer = drawn(kind(4, epsilon=1e-3))
    x, scale = np.array(ROWS), np.array([p.data for p in layer.scale])
    middle = x.mean(1, keepdims=True) if kind is nn.LayerNorm else 0.0
    wanted = scale * (x - middle) / np.sqrt(((x - middle) ** 2).mean(1, keepdims=True) + 1e-3)
    if kind is nn.LayerNorm:
        wanted = wanted + [p.data for p in layer.shift]
    found = np.array([[y.data for y in row] for row in layer.batch(ROWS)])
    np.testing.assert_allclose(found, wanted, rtol=1e-14)
    gradcheck(lambda: total([y * y for y in layer(ROWS[0])]), layer.parameters()).raise_if_wrong()
    with pytest.raises(ValueError, match="takes rows of 4 numbers, not of 2"):
        layer([1.0, 2.0])
    with pytest.raises(ValueError, match="epsilon keeps the division finite"):
        kind(4, epsilon=0.0)


@pytest.mark.parametrize(("heads", "causal"), [(1, False), (2, True), (4, False)])
def test_attention_is_softmax_of_scaled_products(heads, causal):
    attention = drawn(nn.Attention(4, heads, causal=causal, seed=1))
    x, size = np.array(ROWS), 4 // heads
    q, k, v = (
        x @ w.T + b for w, b in (layer_matrix(layer) for layer in (attention.query, attention.key, attention.value))
    )
    joined, shares = [], []
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        scores = q[:, part] @ k[:, part].T / np.sqrt(size)
        scores = np.where(np.tri(3, dtype=bool), scores, -np.inf) if causal else scores
        shares.append(special.softmax(scores, axis=1))
        joined.append(shares[-1] @ v[:, part])
    w, b = layer_matrix(attention.output)
    wanted = np.concatenate(joined, 1) @ w.T + b
    found = np.array([[y.data for y in row] for row in attention(ROWS)])
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(attention.weights, shares, rtol=1e-12, atol=1e-16)


class Block(nn.Module):
    def __init__(self):
        self.first, self.attention = nn.LayerNorm(4), nn.Attention(4, 2, causal=True, seed=0)
        self.wide, self.last = nn.MLP(4, [8, 4], "gelu", bias=False, seed=1), nn.RMSNorm(4)

    def __call__(self, rows):
        gathered = self.attention([self.first(row) for row in rows])
        rows = [[a + b for a, b in zip(x, y, strict=True)] for x, y in zip(rows, gathered, strict=True)]
        return [total(self.last(self.wide(row))) for row in rows]


def test_a_transformer_of_such_layers_is_trained_alike_on_every_backend():
    data = [[[0.1 * (i + j * k) for k in range(4)] for j in range(3)] for i in range(3)]
    targets = [[0.1 * i, 0.2, -0.1 * i] for i in range(3)]
    found = {}
    for backend in ("recorded", "numpy", "native", "jax"):
        model = Block()
        optimizer = nn.Adam(model.parameters(), 0.01)
        found[backend] = nn.fit(
            model, data, targets, loss=nn.mean_squared_error, optimizer=optimizer, epochs=4, backend=backend
        ).losses
        assert found[backend] == pytest.approx(found["recorded"], rel=1e-10)
    assert found["recorded"][-1] < found["recorded"][0]


def test_layers_without_biases_have_fewer_parameters_and_the_function_of_biases_of_0():
    with_biases, without = nn.MLP(4, [3, 1], seed=0), nn.MLP(4, [3, 1], bias=False, seed=0)
    assert with_biases.parameter_count() - without.parameter_count() == 4
    assert not [path for path, _ in without.named_parameters() if "bias" in path]
    assert without.layers[0].neurons[0].bias is None
    assert "no bias" in repr(without)
    for row in ROWS:
        assert without(row).data == with_biases(row).data
    loss = lambda x, y: nn.mean_squared_error(without.batch(x), y)  # noqa: E731
    recorded = loss(ROWS, [1.0, 0.0, 1.0])
    recorded.backward()
    slopes = [p.grad for p in without.parameters()]
    value, gradient = compile(loss, without.parameters()).value_and_gradient(ROWS, [1.0, 0.0, 1.0])
    assert value == pytest.approx(recorded.data, rel=1e-14)
    assert list(gradient) == pytest.approx(slopes, rel=1e-12, abs=1e-15)
    without.layers[0].neurons[0].bias = Value(0.5)
    assert [path for path, _ in without.named_parameters() if "bias" in path] == ["layers.0.neurons.0.bias"]


def test_bad_sizes_are_refused():
    with pytest.raises(ValueError, match="the width is a multiple of the number of heads"):
        nn.Attention(4, 3)
    with pytest.raises(ValueError, match="attention over no rows"):
        nn.Attention(4)([])
    with pytest.raises(ValueError, match="no weights before"):
        nn.Attention(4).weights


SIZES = {
    "Attention": (nn.Attention, [2, 1]),
    "BatchNorm": (nn.BatchNorm, [2]),
    "LayerNorm": (nn.LayerNorm, [2]),
    "RMSNorm": (nn.RMSNorm, [2]),
    "Embedding": (nn.Embedding, [2, 2]),
    "Neuron": (nn.Neuron, [2]),
    "Layer": (nn.Layer, [2, 2]),
    "RNN": (nn.RNN, [2, 2]),
    "LSTM": (nn.LSTM, [2, 2]),
    "GRU": (nn.GRU, [2, 2]),
}


@pytest.mark.parametrize(
    ("name", "which"), [(name, i) for name, (_, sizes) in SIZES.items() for i in range(len(sizes))]
)
def test_every_size_is_a_whole_number_from_1(name, which):
    make, sizes = SIZES[name]
    for wrong, error, words in (
        (0, ValueError, "is at least 1, not 0"),
        (1.5, TypeError, "is a whole number, not 1.5"),
    ):
        with pytest.raises(error, match=words):
            make(*sizes[:which], wrong, *sizes[which + 1 :])
    make(*[1] * len(sizes))


def test_the_rows_of_an_embedding_begin_normal_with_deviation_1():
    numbers = [p.data for p in nn.Embedding(100, 20, seed=0).parameters()]
    assert statistics.fmean(numbers) == pytest.approx(0.0, abs=0.08)
    assert statistics.pstdev(numbers) == pytest.approx(1.0, abs=0.06)

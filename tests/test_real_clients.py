"""Programs written for micrograd do here what they did there: only the import changes.

The two expressions are those of micrograd's own tests, the training that of its demo (github.com/karpathy/micrograd).
The numbers compared with are PyTorch 2.13's, in double precision.
"""

import random

import pytest

from autograd import Value
from nn import MLP, Layer, Neuron


def one_input(x):
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    return h + q + q * x


def two_inputs(a, b):
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    f = (c - d) ** 2
    g = f / 2.0
    g += 10.0 / f
    return g


def test_micrograds_sanity_check_gives_pytorchs_numbers():
    x = Value(-4.0)
    y = one_input(x)
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_micrograds_longer_expression_gives_pytorchs_numbers():
    a, b = Value(-4.0), Value(2.0)
    g = two_inputs(a, b)
    g.backward()
    pytorch = (24.70408163265306, 138.83381924198252, 645.5772594752186)
    assert (g.data, a.grad, b.grad) == pytest.approx(pytorch, rel=1e-14)


def test_micrograds_network_has_the_same_shape():
    assert len(MLP(2, [16, 16, 1]).parameters()) == 337
    assert isinstance(MLP(2, [16, 16, 1])([1.0, -2.0]), Value)
    assert len(Layer(3, 4)([Value(1.0)] * 3)) == 4
    assert isinstance(Neuron(3)([1.0, 2.0, 3.0]), Value)


def test_micrograds_moons_training_reaches_every_point():
    datasets = pytest.importorskip("sklearn.datasets")
    random.seed(1337)
    X, y = datasets.make_moons(n_samples=100, noise=0.1, random_state=1337)
    y = y * 2 - 1  # NumPy integers: they mix with Values
    model = MLP(2, [16, 16, 1])

    def loss():
        scores = [model([Value(v) for v in row]) for row in X]
        losses = [(1 + -wanted * score).relu() for wanted, score in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total_loss = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        right = [(wanted > 0) == (score.data > 0) for wanted, score in zip(y, scores, strict=True)]
        return total_loss, sum(right) / len(right)

    for k in range(100):
        total_loss, _ = loss()
        model.zero_grad()
        total_loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    assert loss()[1] == 1.0

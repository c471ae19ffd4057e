"""Programs written for micrograd do here what they did there: only the import changes.

The two expressions are those of micrograd's own tests, the training that of its demo (github.com/karpathy/micrograd).
The numbers compared with are PyTorch 2.13's, in double precision.
"""

import operator
import random

import numpy as np
import pytest

from autograd import Value, no_grad
from nn import (
    GRU,
    LSTM,
    MLP,
    RNN,
    SGD,
    Activation,
    BatchNorm,
    Dropout,
    Layer,
    Module,
    Neuron,
    Residual,
    Sequential,
    Softmax,
    fit,
    mean_squared_error,
    predict,
    softmax_cross_entropy,
)


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


def test_micrograds_neuron_has_its_letters():
    neuron = Neuron(2, nonlin=False)
    by_hand = sum((w * x for w, x in zip(neuron.w, [1.0, -2.0], strict=True)), neuron.b)
    assert by_hand.data == neuron([1.0, -2.0]).data
    assert [*neuron.w, neuron.b] == neuron.parameters()
    neuron.w, neuron.b = [Value(3.0), Value(4.0)], Value(0.5)
    assert neuron([1.0, 1.0]).data == 7.5
    assert [name for name, _ in neuron.named_parameters()] == ["weights.0", "weights.1", "bias"]
    assert (neuron.nonlin, Neuron(2).nonlin) == (False, True)


class Micrograds(Module):
    """The MLP of micrograd's own file, letter by letter, of our layers."""

    def __init__(self, nin, nouts):
        sz = [nin] + nouts  # noqa: RUF005
        self.layers = [Layer(sz[i], sz[i + 1], nonlin=i != len(nouts) - 1) for i in range(len(nouts))]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]


@pytest.mark.parametrize("sizes", [[4, 1], [1], [4, 1, 3], [1, 1]])
def test_micrograds_own_mlp_of_our_layers_gives_what_ours_gives(sizes):
    theirs, ours = Micrograds(2, sizes), MLP(2, sizes)
    for p, q in zip(theirs.parameters(), ours.parameters(), strict=True):
        p.data = q.data
    row = [1.0, -2.0]
    numbers = [[y.data for y in out] if isinstance(out, list) else out.data for out in (theirs(row), ours(row))]
    assert numbers[0] == numbers[1]
    assert isinstance(numbers[0], float) == (sizes[-1] == 1)


def test_one_unit_gives_one_value_in_every_place():
    rows, targets = [[0.0, 1.0], [1.0, 0.5], [0.5, 0.5]], [1.0, 0.0, 0.5]
    made = [Layer(2, 1, None, seed=3), Sequential(Layer(2, 1, None, seed=3)), MLP(2, [1], seed=3)]
    assert [type(model(rows[0])) for model in made] == [Value] * 3
    assert [len(model.forward_cache(rows)) for model in made] == [1] * 3
    losses, predicted = [], []
    for backend in ("recorded", "numpy"):
        for model in [Sequential(Layer(2, 1, None, seed=3)), MLP(2, [1], seed=3)]:
            optimizer = SGD(model.parameters(), 0.1)
            history = fit(model, rows, targets, loss=mean_squared_error, optimizer=optimizer, epochs=3, backend=backend)
            losses.append(history.losses)
            predicted.append(predict(model, rows))
    assert all(one == pytest.approx(losses[0], rel=1e-14) for one in losses)
    assert all(one == pytest.approx(predicted[0], rel=1e-14) for one in predicted)
    with pytest.raises(ValueError, match="softmax_cross_entropy takes a row of logits for each target"):
        softmax_cross_entropy(made[1].batch(rows), [0, 0, 0])
    for after in (
        Layer(1, 2),
        Activation("tanh"),
        Softmax(),
        BatchNorm(1),
        Dropout(0.5),
        Residual(Layer(1, 1)),
        MLP(1, [2]),
    ):
        assert len(Sequential(Layer(2, 1), after).batch(rows)) == 3


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_a_recurrent_network_of_one_unit_still_gives_rows(kind):
    outputs, _ = kind(2, 1)([[1.0, 2.0], [0.0, 1.0]])
    assert [len(row) for row in outputs] == [1, 1]


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


# ------------------------------------------------------------------------------- the lecture's names
def trace(root):
    """As in karpathy/micrograd's trace_graph.ipynb and karpathy/nn-zero-to-hero's first lecture."""
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def draw_dot(root):
    graphviz = pytest.importorskip("graphviz")
    dot = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
    nodes, edges = trace(root)
    for n in nodes:
        uid = str(id(n))
        dot.node(name=uid, label="{ %s | data %.4f | grad %.4f }" % (n.label, n.data, n.grad), shape="record")  # noqa: UP031
        if n._op:
            dot.node(name=uid + n._op, label=n._op)
            dot.edge(uid + n._op, uid)
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot


def test_the_lectures_names_and_its_drawing_work():
    a = Value(2.0, label="a")
    b = Value(-3.0, (), "", "b")
    e = a * b
    e.label = "e"
    d = e + Value(10.0, label="c")
    d.backward()
    source = draw_dot(d).source
    assert "{ a | data 2.0000 | grad -3.0000 }" in source
    assert "{ e | data -6.0000 | grad 1.0000 }" in source
    assert ({x.label for x in e._prev}, e._op, a._op, d.label) == ({"a", "b"}, "×", "", "")
    assert (a.name, e.item()) == ("a", -6.0)
    e.label = ""
    assert e.name is None
    with pytest.raises(TypeError, match="the operations of the table record them"):
        Value(6.0, (a, b), "*")
    with pytest.raises(TypeError, match="one name, and here are two, 'a' and 'b'"):
        Value(2.0, "a", label="b")
    a.grad = None
    assert not a.has_grad


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("requires_grad", "every Value can have a gradient"),
        ("numpy", r"numpy\.array\(\[x\.data"),
        ("shape", "rows of Values are lists"),
        ("grad_fn", "op says which operation"),
        ("zero_grad", r"clear_grad\(\)"),
        ("sum", r"total\(values\)"),
        ("_backward", "local_derivatives"),
    ],
)
def test_names_that_mean_nothing_here_say_what_to_write(name, says):
    x = Value(1.0)
    with pytest.raises(AttributeError, match=says):
        getattr(x, name)
    with pytest.raises(AttributeError, match=says):
        setattr(x, name, True)
    assert not hasattr(x, name)


def test_a_value_is_not_compared_with_a_number_in_silence():
    x, y = Value(2.0), Value(2.0)
    same = operator.eq
    for compare in (lambda: same(x, 2.0), lambda: x != 2, lambda: x == np.float64(2.0), lambda: x in [1.0]):
        with pytest.raises(TypeError, match=r"a Value is equal only to itself.*value\.data, or write equal"):
            compare()
    assert x != y
    assert x in [y, x]
    assert x not in [y]
    assert {x, y} == {y, x}
    assert {x: 1, 2.0: 2}[x] == 1
    assert x != "2.0"
    assert x != None  # noqa: E711


def test_backward_of_what_no_grad_made_says_so():
    x = Value(2.0)
    with no_grad():
        y = x * x
    with pytest.raises(RuntimeError, match=r"computed inside no_grad\(\), which records nothing"):
        y.backward()
    assert (y.is_leaf, y.op, y.has_grad) == (True, None, False)
    (y * x).backward()  # as a number it takes part
    assert (x.grad, y.grad) == (4.0, 2.0)
    x.backward()
    assert x.grad == 5.0

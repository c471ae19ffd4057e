"""A gradient explained: the chain rule in symbols and numbers, and the same number as a sum over paths."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn
from autograd import Value, detach, dot, explain, leaky_relu, maximum, sigmoid, softplus, sqrt, steps, tanh, where
from autograd.explain.notation import Words
from autograd.recording.nodes import CONSTANT
from autograd.rules.operation import TABLE, Operation


@st.composite
def graphs(draw):
    nodes = [Value(draw(st.floats(-2, 2))) for _ in range(3)]
    pick = lambda: nodes[draw(st.integers(max(0, len(nodes) - 4), len(nodes) - 1))]  # noqa: E731
    for _ in range(draw(st.integers(1, 9))):
        kind = draw(st.integers(0, 4))
        if kind == 0:
            nodes.append(pick() * pick())
        elif kind == 1:
            nodes.append(pick() - pick() * 0.5)
        elif kind == 2:
            nodes.append(tanh(pick()))
        elif kind == 3:
            nodes.append(where(pick() > 0, pick(), pick()))
        else:
            nodes.append(dot([pick(), pick()], [pick(), 3.0], pick()))
    return nodes[0], nodes[-1]


def all_paths(root, node):
    """Every path, by brute force: the product of the local derivatives along it; cut edges carry nothing."""
    if root is node:
        return [1.0]
    products = []
    for parent, derivative in zip(root.parents, root.local_derivatives, strict=True):
        if not (root.op.stops_at_zero and derivative == 0.0):
            products += [derivative * rest for rest in all_paths(parent, node)]
    return products


@settings(max_examples=200, deadline=None)
@given(graphs(), st.integers(1, 4))
def test_paths_against_brute_force(pair, most):
    node, root = pair
    if node not in autograd.topological_order(root) or node is root:
        return
    paths = sorted(all_paths(root, node), key=abs, reverse=True)
    scale = math.fsum(map(abs, paths)) + 1e-300
    told = explain(root, node, paths=most)
    assert told.path_count == len(paths)
    assert len(told.paths) == min(most, len(paths))
    for path, product in zip(told.paths, paths, strict=False):
        assert abs(path.product) == pytest.approx(abs(product), rel=1e-12)
        assert path.nodes[-1] == told.node
        assert math.prod(path.local_derivatives) == pytest.approx(path.product, rel=1e-12)
    root.backward()
    if not paths:
        assert told.gradient == node._grad  # 0.0 behind a branch not taken, None behind a condition
        return
    assert abs(math.fsum(paths) - told.gradient) <= 1e-12 * scale
    total = math.fsum([p.product for p in told.paths] + [told.remainder])
    assert abs(total - told.gradient) <= 1e-15 * scale
    assert told.gradient == node.grad
    assert [s.contribution for s in told.contributions]
    assert str(told)


def test_two_to_the_thousandth_paths():
    x = Value(1.0, "x")
    y = x
    for _ in range(1000):
        y = y * 0.5 + y * 0.5
    told = explain(y, x, paths=2)
    assert told.path_count == 10**300
    assert told.gradient == 1.0
    assert [p.product for p in told.paths] == [0.5**1000] * 2
    assert "more than 10³⁰⁰ paths from L to x" in str(told)
    z = x
    for _ in range(100):
        z = z + z
    assert explain(z, x).path_count == 2**100
    assert "about 1.268e30 paths" in str(explain(z, x))


def test_paths_that_cancel_leave_the_small_rest():
    x = Value(1.0, "x")
    y = x * 1e8 - x * 1e8 + x * 0.25
    told = explain(y, x, paths=2)
    assert sorted(p.product for p in told.paths) == [-1e8, 1e8]
    assert told.remainder == told.gradient == 0.25


def test_lines_of_a_weight_and_of_a_node_that_is_used_twice():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    h = tanh(w * x)
    h.name = "h"
    loss = h * h + 3 * h
    assert explain(loss, x).lines == [
        "∂L/∂x = ∂L/∂v₁ · w = (1.9)(0.5) = 0.9498",
        "as a sum over paths: 3 paths from L to x",
        "  L → v₃ → h → v₁ → x:  (1)(3)(0.42)(0.5) = 0.63",
        "  L → v₂ → h → v₁ → x:  (1)(0.7616)(0.42)(0.5) = 0.1599",
        "  L → v₂ → h → v₁ → x:  (1)(0.7616)(0.42)(0.5) = 0.1599",
        "  total: 0.9498",
    ]
    lines = explain(loss, h, paths=1).lines
    assert lines[0] == "∂L/∂h: h is used 3 times, and the chain rule adds them up"
    assert lines[1] == "  through v₃: ∂L/∂v₃ · 3 = (1)(3) = 3"
    assert lines[2:4] == ["  through v₂: ∂L/∂v₂ · h = (1)(0.7616) = 0.7616"] * 2
    assert lines[4] == "∂L/∂h = ∂L/∂v₃ · 3 + ∂L/∂v₂ · h + ∂L/∂v₂ · h = 3 + 0.7616 + 0.7616 = 4.523"
    assert lines[5:] == [
        "as a sum over paths: 3 paths from L to h",
        "  L → v₃ → h:  (1)(3) = 3",
        "  all other paths together: 1.523",
        "  total: 4.523",
    ]
    assert explain(loss, loss).lines == ["∂L/∂L = 1: this is where the backward pass begins"]
    assert w.has_grad is False


def test_what_is_cut_is_said_and_what_is_foreign_refused():
    x = Value(2.0, "x")
    assert explain(detach(x) * 3, x).lines == ["no gradient reaches x from L: every way is cut"]
    other = Value(3.0, "b")
    loss = where(x > 0, x, other * x)
    assert explain(loss, other).lines == ["∂L/∂b = 0: no branch that leads from L to it was taken"]
    assert explain(loss, other).gradient == 0.0
    with pytest.raises(ValueError, match="was not computed from"):
        explain(x * 3, Value(1.0))
    with pytest.raises(ValueError, match="at least one path"):
        explain(x * 3, x, paths=0)


def test_infinities_of_both_signs_are_told_as_they_came():
    x = Value(0.0, "x")
    assert explain(sqrt(x) - sqrt(x), x).lines[3:] == [
        "∂L/∂x = ∂L/∂v₂ · (0.5 / v₂) + ∂L/∂v₁ · (0.5 / v₁) = −inf + inf = nan",
        "as a sum over paths: 2 paths from L to x",
        "  L → v₂ → x:  (−1)(inf) = −inf",
        "  L → v₁ → x:  (1)(inf) = inf",
        "  total: nan",
    ]


def test_many_uses_are_summed_up():
    w = Value(2.0, "w")
    told = explain(dot([w] * 40, [float(i) for i in range(40)]), w)
    assert told.lines[11] == "  the 30 smaller ones together: 435"
    assert told.lines[12] == "∂L/∂w = 780"


@pytest.mark.parametrize(
    ("make", "formula"),
    [
        (tanh, "(1 − L²)"), (sigmoid, "L·(1 − L)"), (lambda x: x.exp(), "L"), (lambda x: x.log(), "(1 / x)"),
        (lambda x: x**2, "2·x"), (lambda x: x**3, "3·x²"), (lambda x: x**-1, "(−x⁻²)"), (lambda x: x * 3, "3"),
        (lambda x: -x, "(−1)"), (lambda x: x / 4, "(1 / 4)"), (lambda x: x.relu(), "1 [x > 0]"), (softplus, "σ(x)"),
        (sqrt, "(0.5 / L)"), (leaky_relu, "1 [x > 0]"),
        (lambda x: maximum(x, 9.0), "0 [x < 9]"), (lambda x: abs(x), "1 [x > 0]"),
    ],
)  # fmt: skip
def test_local_derivatives_in_symbols(make, formula):
    nodes = autograd.topological_order(make(Value(2.0, "x")))
    assert Words(nodes, [n.data for n in nodes]).derivative(len(nodes) - 1, 0) == formula


@pytest.mark.parametrize("name", list(TABLE))
def test_every_operation_of_the_table_can_be_told(name):
    op = TABLE[name]
    for box in op.smooth_on:
        points = [[Value(low + share * (high - low)) for share in (0.4, 0.7)] for low, high in box]
        node = op(*(pair if i < op.groups else pair[0] for i, pair in enumerate(points)))
        nodes = autograd.topological_order(node)
        words = Words(nodes, [n.data for n in nodes])
        assert isinstance(node.op, Operation)
        assert "\0" not in words.computation(len(nodes) - 1)
        for slot, parent in enumerate(node.parents):
            if parent.op is not CONSTANT:
                assert "\0" not in words.derivative(len(nodes) - 1, slot)


def test_a_node_may_be_given_by_any_of_its_names():
    model = nn.MLP(2, [3, 1], seed=0)
    loss = nn.mean_squared_error([model(row) for row in ([1.0, 2.0], [0.5, -1.0])], [1.0, 0.0])
    weight = model.layers[0].neurons[1].weights[0]
    loss.name = "loss"
    for name in ("layers.0.neurons.1.weights.0", "w⁽¹⁾₂₁"):
        assert str(explain(loss, name)) == str(explain(loss, weight))
    assert explain(loss, "loss").gradient == 1.0
    assert explain(loss, "z⁽¹⁾₂[1]").gradient != explain(loss, "z⁽¹⁾₂[2]").gradient
    assert steps.record(loss).gradient("w⁽¹⁾₂₁") == explain(loss, weight).gradient
    with pytest.raises(ValueError, match=r"2 nodes are called '.*1.z': name one of z⁽¹⁾₂\[1\], z⁽¹⁾₂\[2\]"):
        explain(loss, "layers.0.neurons.1.z")
    with pytest.raises(ValueError, match=r"no node of this graph is called 'w⁽¹⁾₂₉'; there are w⁽¹⁾"):
        explain(loss, "w⁽¹⁾₂₉")
    with pytest.raises(ValueError, match=r"no node of this graph is called '\\x1b\[2J'; there are"):
        explain(loss, "\x1b[2J")

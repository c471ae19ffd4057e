"""Compiled programs at the edges of numbers: nan, infinite, 0 or folded away, all as the recorded pass has it."""

import math

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compile import compile_forward, compile_graph, compile_training
from autograd.recording.nodes import operand

BACKENDS = ["numpy", "native", "jax"]
NAN, INF = math.nan, math.inf


def needs(backend):
    if backend != "numpy":
        pytest.importorskip({"native": "llvmlite", "jax": "jax"}[backend])


def recorded(function, numbers, data):
    leaves = [Value(x) for x in numbers]
    root = function(leaves)(*nested(data))
    root.backward()
    return root.data, [leaf.grad for leaf in leaves]


def same(found, truth):
    """The numbers are the recorded ones but for their last digits, and nan and infinities are just those."""
    np.testing.assert_allclose(np.asarray(found, dtype=float), truth, rtol=1e-12)


def nested(data):
    return [nested(x) if isinstance(x, list) else Value(x) for x in data]


def compare(function, numbers, data, backend):
    """Check the compiled loss and gradient of `function(leaves)` against the recorded ones."""
    loss, gradient = recorded(function, numbers, data)
    leaves = [Value(x) for x in numbers]
    found, slopes = ag.compile(function(leaves), leaves, backend).value_and_gradient(*data)
    same(found, loss)
    same(slopes, gradient)


# ----------------------------------------------------------------------------- losses that fold away
FOLDED = {
    "a number": lambda w: lambda x: operand(3.0),
    "numbers alone": lambda w: lambda x: operand(2.0) * operand(3.0) + operand(0.5),
    "a branch that is known": lambda w: lambda x: ag.where(True, 2.0, w[0]),
    "a leaf": lambda w: lambda x: Value(7.0) * 2.0,
    "a parameter": lambda w: lambda x: w[1],
    "minus one": lambda w: lambda x: -w[1],
    "one that is detached": lambda w: lambda x: ag.detach(w[1]),
    "an input": lambda w: lambda x: x,
    "of inputs alone": lambda w: lambda x: ag.exp(x) * 2.0,
    "a condition": lambda w: lambda x: ag.where(x > 0.0, 1.0, 0.0),
    "a parameter to the 0": lambda w: lambda x: w[0] ** 0.0,
    "what cancels": lambda w: lambda x: w[0] - w[0],
    "the largest of one": lambda w: lambda x: ag.largest([w[2]]),
    "one of two parameters": lambda w: lambda x: ag.where(x > 5.0, w[0], w[1]),
}


@pytest.mark.parametrize("backend", BACKENDS[:2])
@pytest.mark.parametrize("name", FOLDED)
@pytest.mark.filterwarnings("ignore:the loss does not depend")
def test_a_loss_may_fold_to_a_number_or_be_a_leaf(name, backend):
    needs(backend)
    function, numbers = FOLDED[name], [0.5, -2.0, 3.0]
    compare(function, numbers, [1.5], backend)
    loss, gradient = recorded(function, numbers, [1.5])
    leaves = [Value(x) for x in numbers]
    step = ag.compile(function(leaves), leaves, backend)
    assert step(1.5) == loss
    assert [leaf.grad for leaf in leaves] == gradient
    for clip in (None, lambda gradient, norm: None):
        leaves = [Value(x) for x in numbers]
        train = compile_training(function(leaves), leaves, nn.SGD(leaves, 0.25), backend, clip)
        assert train(1.5)[0] == loss
        train.write_back()
        assert [leaf.data for leaf in leaves] == [x - 0.25 * g for x, g in zip(numbers, gradient, strict=True)]
    x, leaves = Value(1.5), [Value(x) for x in numbers]
    found, slopes = compile_graph(function(leaves)(x) * 1.0, [], leaves, backend).value_and_gradient()
    assert (found, slopes.tolist()) == (loss, gradient)
    leaves = [Value(x) for x in numbers]
    forward = compile_forward(lambda rows: [function(leaves)(row) for row in rows], leaves, backend)
    assert forward([1.5, 1.5]).tolist() == [loss, loss]


# ----------------------------------------------------------------------- truths and whole numbers
def above(v, x=0.0):
    return ag.where(v > x, 1.0, 0.0)


WHOLE = {
    "a choice of numbers, squared": lambda w: lambda x: w[0] * ag.where(x[0] > 0.0, 1e12, 2e12) ** 2.0,
    "and to a negative power": lambda w: lambda x: w[0] * ag.where(x[0] > 0.0, 3.0, 2.0) ** -3.0,
    "a count to a negative power": lambda w: lambda x: w[0] * ag.total([above(v) for v in x]) ** -3.0,
    "a truth times a number, cubed": lambda w: lambda x: ag.total([w[0] * (above(v) * 1e12) ** 3.0 for v in x]),
    "a product of truths": lambda w: lambda x: w[0] * ag.dot([above(v) for v in x], [above(v, -2.0) for v in x], 0.0),
    "a sum of truths": lambda w: lambda x: w[0] * (above(x[0]) + above(x[1])) * 1.5,
    "a difference of truths": lambda w: lambda x: w[0] * (above(x[0]) - above(x[1])) ** 3.0,
    "the largest of truths": lambda w: lambda x: w[0] * (ag.largest([above(v) for v in x]) - above(x[0])),
    "truths taken apart": lambda w: lambda x: ag.total([(above(x[i]) + above(x[j])) * w[i] for i, j in PAIRS]),
    "one of a truth and a number": lambda w: lambda x: w[0] * ag.maximum(above(x[0]) * 3.0, 2.0) ** -2.0,
    "minus a truth": lambda w: lambda x: -above(x[0]) * w[0],
    "a choice of a choice": lambda w: lambda x: w[0]
    * ag.where(x[0] > 0.0, 2e12, ag.where(x[1] > 0.0, 3e12, 4e12)) ** 2.0,
}  # fmt: skip
PAIRS = [(0, 3), (2, 1), (1, 0), (3, 3), (0, 2)]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.filterwarnings("ignore:the loss does not depend")
def test_truths_and_whole_numbers_are_floats_to_a_program(name, backend):
    needs(backend)
    if backend == "jax" and name not in ("a product of truths", "a sum of truths", "a count to a negative power"):
        pytest.skip("XLA takes its time to compile")
    for data in ([1.0, 2.0, -1.0, 4.0], [-1.0, -2.0, 3.0, -0.5]):
        compare(WHOLE[name], [2.0, -1.0, 0.5, 3.0], [data], backend)


# ------------------------------------------------------------------- 0 times what is no number, and others
def layer(units, inputs):
    def made(w):
        rows = [[w[(i + j) % len(w)] for i in range(inputs)] for j in range(units)]
        return lambda *x: ag.total([ag.dot(row, list(values), 0.0) for values in x for row in rows])

    return made


@pytest.mark.parametrize("backend", BACKENDS[:2])
@pytest.mark.filterwarnings("ignore:the loss does not depend")
@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (3, 1, 1), (1, 1, 3), (3, 1, 2), (1, 2, 3), (4, 2, 2), (17, 3, 2), (2, 1, 17)]
)
def test_a_weight_of_0_does_not_hide_what_is_no_number(shape, backend):
    needs(backend)
    rows, inputs, units = shape
    leaves = [Value(0.0) for _ in range(units + inputs - 1)]

    def loss(x):
        return layer(units, inputs)(leaves)(*x)

    step = ag.compile(loss, leaves, backend)
    zeros = [[0.0] * inputs for _ in range(rows)]
    for bad in (NAN, INF, -INF):
        data = [[bad if (i, j) == (0, 0) else 0.5 * i - j for j in range(inputs)] for i in range(rows)]
        for weight, given in ((0.0, data), (bad, zeros), (0.0, zeros), (bad, data)):
            leaves[0].data = weight
            root = loss([[Value(v) for v in row] for row in given])
            for leaf in leaves:
                leaf.clear_grad()
            root.backward()
            found, slopes = step.value_and_gradient(given)
            same(found, root.data)
            same(slopes, [leaf.grad for leaf in leaves])


EDGES = {
    "a dot with 0": lambda w: lambda x: ag.dot([w[0]], [0.0], 0.0) + w[1] * x,
    "a sum of 0 times a weight": lambda w: lambda x: ag.largest([w[1] * x, ag.total([w[0] * 0.0])]),
    "0 times x": lambda w: lambda x: w[0] * 0.0 * x + w[1],
    "x less x": lambda w: lambda x: (x - x) * w[0],
    "0 over x": lambda w: lambda x: w[0] * (0.0 / x),
    "the square of 0 times a weight": lambda w: lambda x: (w[0] * 0.0) ** 2.0 + x,
    "a branch that divides by 0": lambda w: lambda x: ag.where(w[1] ** 0.0 > 0.0, 0.0, w[0] * x / 0.0),
    "over 0 and over -0": lambda w: lambda x: ag.where(1.0 / (w[0] * 0.0 + x / 0.0) >= 0.0, 1.0, 2.0) * w[1]
    + ag.where(x / -0.0 > 0.0, w[0], w[1]) + ag.where(x / 0.0 > 0.0, w[0], w[1]),
    "constants of either sign": lambda w: lambda x: ag.total(
        [ag.where(x / z > 0.0, w[0], w[1]) for z in (0.0, -0.0, 1.0)]
    ),
    "a product of factors that overflows": lambda w: lambda x: ag.where(x > 1e308, w[0] * 1e300 * x * 1e300, w[1]),
    "the larger": lambda w: lambda x: ag.maximum(w[0] * x, w[1] * 0.0),
    "the largest of three": lambda w: lambda x: ag.largest([w[0] * x, w[1], w[1] * 0.0]),
}  # fmt: skip


@pytest.mark.parametrize("backend", BACKENDS[:2])
@pytest.mark.parametrize("name", EDGES)
@pytest.mark.filterwarnings("ignore:the loss does not depend")
def test_nothing_is_simplified_that_ieee_754_tells_apart(name, backend):
    needs(backend)
    leaves = [Value(0.5), Value(0.25)]
    step = ag.compile(EDGES[name](leaves), leaves, backend)
    for numbers in ([0.0, 1.0], [NAN, 2.0], [-INF, -0.0], [1e308, 0.5]):
        for leaf, number in zip(leaves, numbers, strict=True):
            leaf.data = number
        for x in (NAN, INF, -INF, 0.0, -0.0, 1.0, -2.5):
            loss, gradient = recorded(EDGES[name], numbers, [x])
            found, slopes = step.value_and_gradient(x)
            same(found, loss)
            same(slopes, gradient)


def test_minus_zero_is_another_number_in_native_code():
    pytest.importorskip("llvmlite")
    from autograd.compile.backends.native.emit.values import literal

    assert literal(0.0, 1) != literal(-0.0, 1)


# ------------------------------------------------------------------------------- where indices have 32 bits
@pytest.mark.filterwarnings("ignore:the loss does not depend")
def test_indices_are_as_wide_as_numpy_counts(monkeypatch):
    """As on WebAssembly, where intp has 32 bits and NumPy refuses to count with 64."""
    import sys

    words, bincount, repeat, seen = (
        sys.modules["autograd.compile.backends.numpy.operations"],
        np.bincount,
        np.repeat,
        [],
    )

    def narrow(x, what):
        x = np.asarray(x)
        assert np.can_cast(x.dtype, np.int32, "safe") or x.ndim == 0, f"{what} with {x.dtype}"
        seen.append(what)
        return x.astype(np.int64)

    def counted(x, *others, **named):
        return bincount(narrow(x, "bincount"), *others, **named)

    def repeated(x, counts, *others, **named):
        return repeat(x, narrow(counts, "repeat"), *others, **named)

    monkeypatch.setattr(np, "intp", np.int32)
    monkeypatch.setattr(np, "bincount", counted)
    monkeypatch.setattr(np, "repeat", repeated)
    monkeypatch.setitem(words.NAMESPACE, "bincount", counted)
    pool = [0, 2, 1, 1, 3, 0, 2, 2, 3, 1, 0, 3, 3]

    def gathered(w):
        return lambda x: ag.total([w[i] * v for i, v in zip(pool, x, strict=True)])

    def tangled(w):
        def function(x):
            nodes = [*w, *x]
            for k in range(200):
                i, j = (7 * k + k * k) % len(nodes), (11 * k + 3) % len(nodes)
                nodes.append(
                    [ag.sin, ag.tanh][k % 2](nodes[i] * nodes[j])
                    if k % 3
                    else ag.total([nodes[i], nodes[j], x[k % 13]])
                )
            return ag.total(nodes[-40:])

        return function

    def attention(w):
        def function(x):
            rows = [[x[3 * i + j] * w[j] for j in range(3)] for i in range(4)]
            scores = [[ag.dot(rows[i], rows[j], 0.0) for j in range(i + 1)] for i in range(4)]
            return ag.total([ag.dot(ag.softmax(s), [rows[j][0] for j in range(len(s))], 0.0) for s in scores])

        return function

    for function in (gathered, tangled, attention):
        compare(function, [0.5, -1.0, 0.25, 2.0], [[0.1 * k - 0.5 for k in range(13)]], "numpy")
    assert {"bincount", "repeat"} <= set(seen)

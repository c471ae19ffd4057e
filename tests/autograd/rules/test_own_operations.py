"""An operation of one's own: recorded, twice differentiated, compiled, explained, drawn, an activation by name."""

import json
import math
import subprocess

import pytest

import autograd as ag
import nn
import viz
from autograd import Value, explain
from autograd.compile.backends.javascript import source as javascript
from autograd.compile.frontend.trace import trace
from autograd.compile.programs.pipeline import build
from autograd.rules.operation import TABLE
from tests.support.web import node


@pytest.fixture
def lecun_tanh():
    """1.7159 tanh(2x/3), as LeCun et al. (1998) have it: a rule that a user writes."""

    @ag.op("LeCun")
    def lecun_tanh(maths, x):
        """1.7159 · tanh(2x/3)."""
        y = maths.tanh(x * (2.0 / 3.0))
        return 1.7159 * y, (1.7159 * 2.0 / 3.0 * (1.0 - y * y),)

    yield lecun_tanh
    del TABLE["lecun_tanh"]


def test_it_is_recorded_differentiated_twice_checked_and_found_by_name(lecun_tanh):
    x = Value(0.7, "x")
    y = lecun_tanh(x) * 2.0
    y.backward()
    t = math.tanh(1.4 / 3.0)
    assert y.data == 2.0 * 1.7159 * t
    assert x.grad == pytest.approx(2.0 * 1.7159 * 2.0 / 3.0 * (1.0 - t * t), rel=1e-15)
    second = -2.0 * t * (1.0 - t * t) * 1.7159 * 4.0 / 9.0
    assert ag.grad(ag.grad(lecun_tanh))(0.7) == pytest.approx(second, rel=1e-14)
    ag.gradcheck(lambda: lecun_tanh(x), [x]).raise_if_wrong()
    assert ag.lecun_tanh is lecun_tanh
    assert "1.144·(1 − tanh(x·0.6667)²)" in str(explain(y, x))
    assert "LeCun" in viz.draw(y).svg


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
def test_it_is_an_activation_that_every_backend_compiles(lecun_tanh, backend):
    if backend != "numpy":
        pytest.importorskip({"native": "llvmlite", "jax": "jax"}[backend])
    rows, targets = [[0.5, -1.0], [1.5, 2.0], [-0.3, 0.2]], [1.0, 0.0, 1.0]
    model = nn.MLP(2, [3, 1], activation="lecun_tanh", seed=1)

    def loss(rows, targets):
        return nn.mean_squared_error([model(row) for row in rows], targets)

    recorded = loss(rows, targets)
    recorded.backward()
    slopes = [p.grad for p in model.parameters()]
    value, gradient = ag.compile(loss, model.parameters(), backend).value_and_gradient(rows, targets)
    assert value == pytest.approx(recorded.data, rel=1e-14)
    assert list(gradient) == pytest.approx(slopes, rel=1e-12, abs=1e-15)


def test_it_is_written_in_javascript(lecun_tanh):
    w = Value(0.7)
    program, _ = build(trace(lambda x: lecun_tanh(w * x), [()], [w]), ["x"])
    source = javascript.script("P", {"f": javascript.emit(program)})
    run = (
        "const g = new Float64Array(1), p = P.f(Float64Array.of(0.7), g), x = Float64Array.of(2);"
        "const y = p.forward(x); p.backward(x); console.log(JSON.stringify([y, g[0]]));"
    )
    done = subprocess.run([node(), "-"], input=source + run, capture_output=True, text=True, check=True, timeout=60)
    t = math.tanh(2.8 / 3.0)
    slope = 2.0 * 1.7159 * 2.0 / 3.0 * (1.0 - t * t)
    assert json.loads(done.stdout) == pytest.approx([1.7159 * t, slope], rel=1e-14)


def test_an_edge_that_may_be_cut_carries_the_slope_where_it_is_not():
    @ag.op(stops_at_zero=True)
    def gate(maths, x):
        return maths.where(x > 0.0, 3.0 * x, 0.0), (maths.where(x > 0.0, 3.0, 0.0),)

    try:
        for at, slope in ((2.0, 6.0), (-2.0, 0.0)):
            x = Value(at)
            (gate(x) * 2.0).backward()
            assert x.grad == slope
        (gate(x) * math.inf).backward()  # nothing is sent where the edge is cut, not even 0 · inf
        assert x.grad == 0.0
    finally:
        del TABLE["gate"]


def test_a_rule_that_is_none_is_refused_when_it_is_entered():
    with pytest.raises(ValueError, match="there is an operation 'tanh' already"):

        @ag.op()
        def tanh(maths, x):
            return x, (1.0,)

    with pytest.raises(ValueError, match="takes 2 inputs, and its rule returns 1 derivatives"):

        @ag.op()
        def halfway(maths, x, y):
            return x + y, (1.0,)

    with pytest.raises(TypeError, match=r"cannot branch on its inputs with `if`: use maths\.where"):

        @ag.op()
        def branching(maths, x):
            return (x if x > 0.0 else 0.0), (1.0,)

    with pytest.raises(TypeError, match="returns its output and a tuple of derivatives"):

        @ag.op()
        def bare(maths, x):
            return x * x

    assert not {"halfway", "branching", "bare"} & TABLE.keys()


@pytest.mark.parametrize(
    ("rule", "way_out"),
    [
        (lambda m, x: (m.where(x == 1.0, 5.0, x * x), (2.0 * x,)), r"== or !=: use maths\.equal"),
        (lambda m, x: (x * x, (m.where(x != 1.0, 2.0 * x, 0.0),)), r"== or !=: use maths\.equal"),
        (lambda m, x: (x * x, (lambda: m.where(x * x == x, 2.0, x),)), r"== or !=: use maths\.equal"),
        (lambda m, x: (m.where(m.as_function(x, lambda: x * x) == x, x, 0.0), (1.0,)), r"== or !=: use maths\.equal"),
        (lambda m, x: (x**2, (2.0 * x,)), r"x \*\* n: use maths\.power"),
        (lambda m, x: (2.0**x, (2.0 * x,)), r"x \*\* n: use maths\.power"),
        (lambda m, x: (abs(x), (m.sign(x),)), r"use maths\.abs"),
        (lambda m, x: (math.exp(x), (m.exp(x),)), r"as math\.exp\(x\) does: use maths\.exp"),
    ],
)
def test_a_rule_that_symbols_would_read_otherwise_than_floats_is_refused(rule, way_out):
    rule.__name__ = "misread"
    with pytest.raises(TypeError, match=way_out):
        ag.op()(rule)
    assert "misread" not in TABLE


def test_the_decorator_needs_no_parentheses_and_checks_at_once_all_the_same():
    try:

        @ag.op
        def twice(maths, x):
            return x + x, (2.0,)

        assert (twice(3.0), ag.grad(twice)(3.0), twice.symbol) == (6.0, 2.0, "twice")
    finally:
        del TABLE["twice"]
    with pytest.raises(ValueError, match="takes 2 inputs, and its rule returns 1 derivatives"):

        @ag.op
        def half(maths, x, y):
            return x, (1.0,)


def test_the_same_rule_again_is_the_operation_that_it_was(lecun_tanh):
    def cell():
        @ag.op("twice")
        def doubled(maths, x):
            return x + x, (2.0,)

        return doubled

    try:
        assert cell() is cell()
    finally:
        del TABLE["doubled"]

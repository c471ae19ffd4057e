"""Checkpoints: the numbers and gradients of their function, in less memory."""

import copy
import math
import pickle
import random
import tracemalloc

import pytest

import autograd as ag
from autograd import Group, Value


def test_a_checkpoint_takes_arguments_by_name():
    x, w = Value(3.0), Value(2.0)
    out = ag.checkpoint(lambda x, scale, names=(): ag.tanh(x * scale * len(names)))(x, scale=w, names=["a"])
    out.backward()
    slope = 1.0 - math.tanh(6.0) ** 2
    assert (out.data, x.grad, w.grad) == pytest.approx((math.tanh(6.0), 2.0 * slope, 3.0 * slope), rel=1e-12)


# ---------------------------------------------------------------------------------- checkpoints
WEIGHTS = [Value(random.Random(i).uniform(-1, 1), f"w{i}") for i in range(20)]


ROWS = [Group(WEIGHTS[4 * i : 4 * i + 4]) for i in range(5)]


def block(inputs):
    return [ag.tanh(ag.dot(ROWS[j], inputs)) for j in range(4)]


def loss(inputs, block):
    for _ in range(4):
        inputs = block(inputs)
    return ag.dot(ROWS[4], inputs) ** 2


def gradients(out, inputs):
    for v in (*WEIGHTS, *inputs):
        v.clear_grad()
    out.backward()
    return [v.grad for v in (*WEIGHTS, *inputs)]


def test_a_checkpoint_has_the_numbers_and_gradients_of_its_function():
    inputs = [Value(0.1 * i) for i in range(4)]
    plain = loss(inputs, block)
    truth = gradients(plain, inputs)
    checkpointed = ag.checkpoint(block)
    for other in (checkpointed, ag.checkpoint(lambda x: checkpointed(x)), lambda x: ag.checkpoint(block)(x)):
        out = loss(inputs, other)
        assert out.data == plain.data
        assert gradients(out, inputs) == pytest.approx(truth, rel=1e-13)
    for duplicate in (copy.deepcopy(out), pickle.loads(pickle.dumps(out))):
        for v in ag.topological_order(duplicate):
            v.clear_grad()
        duplicate.backward()
        found = {v.name: v.grad for v in ag.topological_order(duplicate) if v.name in {w.name for w in WEIGHTS}}
        assert [found[w.name] for w in WEIGHTS] == pytest.approx(truth[:20], rel=1e-13)


def test_a_checkpoint_may_close_over_anything_and_be_given_the_same_value_twice():
    w, x, data = Value(0.5, "w"), Value(2.0, "x"), Group([1.0, 3.0])

    def program(wrapped):
        for v in (w, x):
            v.clear_grad()
        inner = w * x  # closed over, and no leaf
        total = ag.dot(data, [x, inner]) + x
        for _ in range(3):
            both = wrapped(lambda a, b: ag.sin(a * b) * inner + ag.dot(data, [w, x]) * b)
            total = both(total, total) + inner
            total = wrapped(lambda a: {"out": (a * x, w)})(total)["out"][0]
        total.backward()
        return [total.data, w.grad, x.grad, *[v.grad for v in data]]

    assert program(ag.checkpoint) == pytest.approx(program(lambda function: function), rel=1e-12)
    nested = lambda function: ag.checkpoint(lambda *a: ag.checkpoint(function)(*a))  # noqa: E731
    assert program(nested) == pytest.approx(program(lambda function: function), rel=1e-12)


def test_a_checkpoint_inside_grad_can_be_differentiated_again():
    x = [0.1, 0.2, 0.3, 0.4]
    plain = ag.hessian(lambda v: loss(v, block))(x)
    again = ag.hessian(lambda v: loss(v, ag.checkpoint(block)))(x)
    for ours, theirs in zip(again, plain, strict=True):
        assert [d.data for d in ours] == pytest.approx([d.data for d in theirs], rel=1e-12)
    assert ag.grad(lambda v: ag.checkpoint(ag.total)([y * y for y in v]))(x) == [2 * y for y in x]


def test_a_checkpoint_needs_less_memory():
    w = [Value(0.9 + i / 1000) for i in range(10)]

    def row(x):
        for _ in range(30):
            for v in w:
                x = ag.sin(x * v)
        return x

    def peak(function):
        tracemalloc.start()
        ag.total([function(0.1 * i) for i in range(40)]).backward()
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    stored, recomputed = peak(row), peak(ag.checkpoint(row))
    assert recomputed < stored / 10


def test_a_checkpoint_that_does_not_repeat_itself_is_refused():
    draws = iter(range(100))
    x = Value(2.0)
    with pytest.raises(RuntimeError, match="computed again"):
        ag.checkpoint(lambda v: v * next(draws))(x).backward()
    out = ag.checkpoint(lambda v: v * v)(x)
    x.data = 3.0
    with pytest.raises(RuntimeError, match="changed"):
        out.backward()
    assert not x.has_grad


def test_runs_share_what_they_close_over_and_one_keeps_its_graph_until_all_is_asked():
    w, x = Value(2.0, "w"), Value(3.0, "x")

    def pair(a):
        return [a * w, a * a * w]

    checkpointed = ag.checkpoint(pair)
    (first, second), (third, _) = checkpointed(x), checkpointed(x)
    assert checkpointed.__name__ == "checkpoint(pair)"
    assert (first.op.symbol, first.op.name, first.parents) == ("checkpoint pair", "checkpoint", (x, w))
    assert first._operands.inputs[1] is third._operands.inputs[1], "w is closed over by both"
    segment, other = first._operands.segment, third._operands.segment
    assert segment is second._operands.segment
    assert (first.local_derivatives, segment.kept is None) == ((2.0, 3.0), False)
    assert (third.local_derivatives, segment.kept, other.kept is None) == ((2.0, 3.0), None, False)
    assert (first.local_derivatives, second.local_derivatives) == ((2.0, 3.0), (12.0, 9.0))
    assert (segment.kept is None, other.kept) == (False, None), "another run came between"
    assert (first.local_derivatives, segment.kept) == ((2.0, 3.0), None), "all is asked"
    found = ag.gradients(second, [x, w])
    assert [d.data for d in found] == [12.0, 9.0]
    assert (segment.kept_fresh, segment.kept is None) == (False, False)
    assert ag.gradients(found[0], [x])[0].data == 4.0
    computed = []
    counted = ag.checkpoint(lambda a: computed.append(a) or a * a)
    node = counted(x)
    assert (node.local_derivatives, len(computed)) == ((6.0,), 2)


def test_what_is_computed_of_nothing_and_where_nothing_is_kept():
    x = Value(3.0, "x")
    assert ag.checkpoint(lambda a: 7.0)(x) == 7.0
    assert ag.checkpoint(lambda a: (a, x))(2.0) == (2.0, x), "what it returns as it came is as it came"
    constant = ag.checkpoint(lambda a: ag.dot([a], [Value(1.0)]) * 0.0 + 5.0)(2.0)
    assert constant.data == 5.0
    with ag.no_grad():
        assert ag.checkpoint(lambda a: a * a)(x).is_leaf
    named = ag.checkpoint(lambda a, b, c: a * b - c)(x, c=Value(1.0), b=Value(2.0))
    assert (named.data, [p.data for p in named.parents]) == (5.0, [3.0, 1.0, 2.0])
    with pytest.raises(TypeError, match=r"as in checkpoint\(f\)\(x\), not 3\.0"):
        ag.checkpoint(3.0)
    copied = copy.deepcopy(ag.checkpoint(lambda a: a * a)(x))
    with pytest.raises(RuntimeError, match="differentiated only once"):
        ag.gradients(copied, [copied.parents[0]])
    kept = iter([2.0, 2.0, 3.0])
    with pytest.raises(RuntimeError, match=r"<lambda> gave \[6\.0\] at first and \[9\.0\] when computed again"):
        next(iter([ag.checkpoint(lambda a: a * next(kept))(x) for _ in range(2)][1:])).backward()

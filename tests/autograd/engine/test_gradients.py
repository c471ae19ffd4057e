"""Backward: the policies of `Value`, and what peers get wrong."""

import copy
import gc
import operator
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import autograd as ag
import nn
from autograd import Group, Value, backward, fused
from autograd.recording import graph
from tests.support.exact import gradients


# -------------------------------------------------------------------------------- shared nodes
def test_a_diamond():
    assert gradients(lambda x: x * x + x, 3.0) == (12.0, 7.0)


def test_backward_twice_gives_exactly_twice():
    x = Value(3.0)
    y = x * x * x
    y.backward()
    assert x.grad == 27.0
    y.backward()
    assert x.grad == 54.0
    assert y.grad == 1.0


def test_two_losses_share_a_subexpression():
    w = Value(2.0)
    h = w * w
    (3 * h).backward()
    (5 * h).backward()
    assert w.grad == 32.0
    assert h.grad == 5.0  # inner nodes show the latest pass


def test_nodes_are_swept_once_all_their_children_are():
    a = Value(1.0)
    b = a + a
    c = b + b
    c.backward()
    assert (c.grad, b.grad, a.grad) == (1.0, 2.0, 4.0)


def test_parents_are_in_order_with_repeats():
    a, b = Value(2.0), Value(5.0)
    assert (a * a).parents == (a, a)
    assert (a * a).local_derivatives == (2.0, 2.0)
    assert (a - b).parents == (a, b)
    assert (a / b).parents == (a, b)
    assert (1 - a).parents[1] is a
    assert ag.dot([a, b, a], [b, b, a]).parents[:6] == (a, b, a, b, b, a)


def test_topological_order_is_parents_first_left_to_right():
    a, b = Value(1.0), Value(2.0)
    c, d = a * b, b + a
    e = c - d
    assert ag.topological_order(e) == [a, b, c, d, e]


def test_a_seed_scales_the_pass():
    x = Value(2.0)
    (x * x).backward(0.25)
    assert x.grad == 1.0
    with pytest.raises(TypeError, match="number"):
        (x * x).backward("1")


def test_a_leaf_is_its_own_derivative():
    x = Value(2.0)
    x.backward()
    x.backward(2.0)
    assert x.grad == 3.0


# --------------------------------------------------------------------------- reached, or a dash
def test_nodes_no_pass_has_reached_say_so():
    x, y, z = Value(1.0), Value(2.0), Value(3.0)
    out = x * 2 + z.detach()
    assert not x.has_grad
    out.backward()
    assert (x.has_grad, y.has_grad, z.has_grad) == (True, False, False)
    assert z.grad == y.grad == 0.0
    x.clear_grad()
    assert not x.has_grad
    assert x.grad == 0.0
    x.grad = 0.0
    assert x.has_grad


def test_a_parameter_the_loss_does_not_reach_is_warned_about_by_name():
    import nn

    used, unused = Value(1.0, "used"), Value(1.0, "lonely.weight")
    (used * used).backward()
    with pytest.warns(UserWarning, match=r"lonely\.weight"):
        nn.SGD([used, unused], learning_rate=0.1).step()
    assert unused.data == 1.0
    assert used.data == pytest.approx(0.8)


# --------------------------------------------------------------- numbers changed in between
def changed_afterwards(build):
    a, b = Value(2.0), Value(3.0)
    out = build(a, b)
    recorded = out.local_derivatives
    a.data, b.data = 20.0, 30.0
    return out, a, b, recorded


@pytest.mark.parametrize("build", [operator.mul, operator.truediv, operator.pow, lambda a, b: ag.dot([a, b], [b, a])])
def test_changing_an_input_before_backward_gives_the_recorded_gradient(build):
    fresh = Value(2.0), Value(3.0)
    build(*fresh).backward()
    out, a, b, recorded = changed_afterwards(build)
    out.backward()
    assert out.local_derivatives == recorded
    assert (a.grad, b.grad) == tuple(v.grad for v in fresh)


def test_a_group_follows_its_values_between_passes_and_keeps_each_pass_whole():
    w = Group([Value(1.0), Value(2.0)])
    first = ag.dot(w, [3.0, 4.0])
    w[0].data = 10.0
    second = ag.dot(w, [3.0, 4.0])
    assert (first.data, second.data) == (11.0, 38.0)
    first.backward()
    assert [v.grad for v in w] == [3.0, 4.0]
    x, bias = Group([Value(5.0), Value(6.0)]), Value(0.5)
    for record, slope in ((ag.total, 1.0), (lambda w: ag.dot(w, x, bias), 5.0), (lambda w: ag.dot(x, w, bias), 5.0)):
        outputs = []
        for w[0].data in (2.0, 20.0):
            outputs.append(record(w).data)
        assert outputs[1] - outputs[0] == 18.0 * slope
    inputs, neuron = Group([Value(1.0), Value(2.0)]), nn.Neuron(2, "linear", seed=0)
    neuron(inputs)
    inputs[0].data = 7.0
    assert neuron(inputs).data == neuron([7.0, 2.0]).data


def test_a_pass_that_is_interrupted_leaves_gradients_as_they_were(monkeypatch):
    x, y = Value(2.0), Value(3.0)
    (x * y).backward()
    out = ag.where(x > 0, x * y, 0.0) * x

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(graph.Cut, "push", interrupted)
    with pytest.raises(KeyboardInterrupt):
        out.backward()
    assert (x.grad, y.grad) == (3.0, 2.0)
    monkeypatch.undo()
    out.backward()
    assert (x.grad, y.grad) == (3.0 + 12.0, 2.0 + 4.0)


def test_a_pass_can_be_interrupted_at_every_line():
    x, y, z = Value(1.5), Value(-0.5), Value(0.25)
    group = Group([x, y])
    out = ag.dot(group, [y, z], x) + ag.where(x > y, ag.tanh(x * z), y) / ag.total([x, y, 3.0]) + ag.largest(group)
    out.backward()
    before = [v._grad for v in (x, y, z)]
    lines = 0

    def interrupted_at(last):
        def trace(frame, event, _):
            nonlocal lines
            if not frame.f_code.co_filename.startswith((backward.__file__, graph.__file__, fused.__path__[0])):
                return None
            lines += event == "line"
            if event == "line" and lines == last:
                raise KeyboardInterrupt
            return trace

        nonlocal lines
        lines = 0
        sys.settrace(trace)
        try:
            backward.sweep(out, 1.0)
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(None)
        return False

    last = 1
    while interrupted_at(last):
        assert [v._grad for v in (x, y, z)] == before, f"interrupted at line {last} of the pass"
        assert all(v._grad is not None for v in (x, y, z))
        last += 1
    assert last > 100
    assert [v._grad for v in (x, y, z)] == [2.0 * g for g in before]


# ------------------------------------------------------------------------- depth and memory
@pytest.fixture
def default_recursion_limit():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


def test_a_chain_of_a_million_nodes_is_built_sorted_swept_copied_and_freed(default_recursion_limit):
    x = Value(0.5)
    y = x
    for _ in range(500_000):
        y = -y.sin()
    twin = copy.deepcopy(y)
    order = ag.topological_order(twin)
    assert len(order) == 1_000_001
    y.backward()
    twin.backward()
    assert order[0] is not x
    assert order[0].grad == x.grad != 0.0
    del y, twin, order


def test_dropped_graphs_are_freed_at_once_without_the_collector():
    def program():
        x, y = Value(1.5), Value(-0.5)
        w = Group([x, y])
        out = ag.dot(w, [y, x], x) + ag.where(x > y, ag.tanh(x), y) / ag.total([x, y, 3.0]) ** 2 + ag.largest([x, y])
        out.backward()
        return out

    program()
    gc.collect()
    gc.disable()
    try:
        before = sum(isinstance(o, Value | Group) for o in gc.get_objects())
        for _ in range(1000):
            program()
        assert sum(isinstance(o, Value | Group) for o in gc.get_objects()) == before
    finally:
        gc.enable()


# ----------------------------------------------------------------------------- the same bits
XOR = """
import random
from autograd import Value, dot, tanh, Group
rng = random.Random(7)
def weights(n): return [Value(rng.uniform(-1, 1)) for _ in range(n)]
hidden, last = [(weights(2), Value(0.0)) for _ in range(4)], (weights(4), Value(0.0))
everything = [v for w, b in [*hidden, last] for v in [*w, b]]
for _ in range(100):
    loss = 0.0
    for x, y, target in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)):
        out = dot(last[0], [tanh(w[0] * x + w[1] * y + b) for w, b in hidden], last[1])
        loss = loss + (out - target) ** 2
    loss.backward()
    for v in everything:
        v.data -= 0.05 * v.grad
        v.clear_grad()
print(repr(loss.data))
"""


def test_the_same_seed_gives_the_same_bits_in_every_process():
    root = str(Path(ag.__file__).parent.parent)
    command = [sys.executable, "-c", XOR]
    places = [{"PYTHONPATH": root, "PYTHONHASHSEED": str(seed)} for seed in range(20)]
    running = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for env in places]
    answers = [process.communicate()[0] for process in running]
    assert answers[0].startswith("0.")
    assert len(set(answers)) == 1


# ------------------------------------------------------------------------- copying and saving
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_gradients_flow_in_a_copy(duplicate):
    x, y = Value(1.5, "x"), Value(-0.5, "y")
    w = Group([x, y])
    out = ag.dot(w, [y, 2.0]) * ag.where(x > y, ag.exp(x), y) + x / y
    twin = duplicate(out)
    leaves = {v.name: v for v in ag.topological_order(twin) if v.name}
    twin.backward()
    assert not x.has_grad
    out.backward()
    assert (leaves["x"].grad, leaves["y"].grad) == (x.grad, y.grad)
    assert twin.data == out.data
    again = duplicate(out)  # with the gradients it has
    assert {v.name: v.grad for v in ag.topological_order(again) if v.name} == {"x": x.grad, "y": y.grad}


def test_what_is_copied_together_stays_together():
    x = Value(2.0)
    first, second = copy.deepcopy([x * 3, x])
    first.backward()
    assert second.grad == 3.0
    assert x.grad == 0.0

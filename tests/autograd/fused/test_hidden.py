"""Rows of hidden layers wait with their nodes until somebody looks; whoever looks, and when, sees the same bits."""

import copy
import gc
import math
import pickle
import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, detect_anomaly, dot, explain, maximum, no_grad, softmax, steps, topological_order, total
from autograd.fused.hidden import Hidden
from autograd.recording.bulk import gradients_of
from autograd.recording.graph import structure
from nn import MLP, mean_squared_error

ACTIVATIONS = ["tanh", "relu", "sigmoid", "gelu", "softplus", "exp", "log", "linear"]


def record(chance, activation):
    """Return a model, and a loss of many uses of its outputs: once, twice, never, in no order."""
    sizes = [chance.randint(1, 10) for _ in range(chance.randint(1, 3))] + [chance.randint(1, 3)]
    inputs = chance.choice([1, 2, 3, 9])
    model = MLP(inputs, sizes, activation, seed=chance.randrange(1000))
    entered = [Value(chance.uniform(-1, 1)) for _ in range(inputs)]
    rows = [[chance.uniform(-2, 2) for _ in range(inputs)] for _ in range(chance.randint(1, 11))] + [entered]
    outputs = [y for row in rows for y in (lambda z: z if isinstance(z, list) else [z])(model(row))]
    used = chance.choices(outputs, k=chance.randint(1, 2 * len(outputs)))
    terms = [chance.choice([lambda y: y * y, lambda y: maximum(y, 0.1), lambda y: y.tanh()])(y) for y in used]
    parameters = model.parameters()
    return model, entered, terms, total(terms) + 0.1 * dot(parameters, parameters)


def waiting():
    """Return how many hidden rows there are that nobody has looked at."""
    rows = [x for x in gc.get_objects() if isinstance(x, Hidden)]
    return sum(row._opened is None for row in rows)


def bits(values):
    return [None if g is None else g.hex() for g in gradients_of(values)]


@given(st.integers(0, 10**6), st.sampled_from(ACTIVATIONS), st.sampled_from(["before", "partly", "between"]))
def test_gradients_are_the_same_bits_whoever_looks_and_when(seed, activation, when):
    (alone, entered, _, loss), (looked, also, terms, seen) = (record(random.Random(seed), activation) for _ in "ab")
    assert loss.data == seen.data or math.isnan(seen.data)
    if when == "before":
        topological_order(seen)
    elif when == "partly":
        topological_order(terms[len(terms) // 2])
    loss.backward()
    seen.backward()
    if when == "between":
        topological_order(seen)
        loss.backward()
        seen.backward()
    assert bits(alone.parameters()) == bits(looked.parameters())
    assert bits(entered) == bits(also)
    nodes = topological_order(loss)
    assert bits(nodes) == bits(topological_order(seen))
    assert [(v.op, v.name, v.data.hex()) for v in nodes] == [
        (v.op, v.name, v.data.hex()) for v in topological_order(seen)
    ]


def a_loss(seed=3):
    model = MLP(2, [3, 4, 1], "tanh", seed=seed)
    return model, mean_squared_error([model([0.5, -1.0]), model([2, 1])], [1.0, 0.0])


def test_nothing_is_made_until_somebody_looks():
    before = waiting()
    _, loss = a_loss()
    loss.backward()
    assert waiting() == before + 4
    names = [node.name for node in topological_order(loss) if node.name and ".a" in node.name]
    assert names[:3] == [f"layers.0.neurons.{i}.a" for i in range(3)]
    assert waiting() == before


@pytest.mark.parametrize("seed", range(20))
def test_rows_that_share_neurons_and_biases_used_between_them_add_up_in_the_order_of_their_nodes(seed):
    def a_loss():
        chance = random.Random(seed)
        model = MLP(2, [3, 2, 3, 1], "tanh", seed=seed)
        (one, other), bias = (chance.choice(model.layers[:3:2]).neurons for _ in "ab"), model.layers[0].neurons[1].bias
        if len(one[0].weights) == len(other[0].weights):
            one[0] = other[-1]
        rows = [[chance.uniform(-1, 1) for _ in "ab"] for _ in range(4)]
        terms = [model(rows[0]), bias * 0.3, model(rows[1]), bias.exp(), model(rows[2]), model(rows[3])]
        return model, total(chance.sample(terms, len(terms)))

    (model, loss), (looked, seen) = a_loss(), a_loss()
    topological_order(seen)
    loss.backward()
    seen.backward()
    assert bits(model.parameters()) == bits(looked.parameters())


def test_units_of_a_layer_see_the_same_inputs():
    model = MLP(2, [3, 1], seed=1)
    model.layers[0].neurons[1].weights = [1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match=r"see the same inputs, and these have \[2, 3\] weights"):
        model([1.0, 2.0])


def test_steps_and_explanations_tell_what_backward_did():
    model, loss = a_loss()
    loss.backward()
    recording = steps.record(loss, from_zero=True)
    for parameter in model.parameters():
        assert recording.gradient(parameter).hex() == parameter.grad.hex()
    weight = model.layers[0].neurons[0].weights[1]
    assert f"{weight.grad:.4g}"[:5] in str(explain(loss, weight)).replace("−", "-")


def test_copies_and_pickles_flow_as_the_original_does():
    model, loss = a_loss()
    for other in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        other.backward()
    other_model, other = copy.deepcopy(a_loss())
    other.backward()
    loss.backward()
    assert bits(model.parameters()) == bits(other_model.parameters())


def test_two_passes_add_up_on_leaves_and_the_nodes_show_the_latest():
    model, loss = a_loss()
    loss.backward()
    once = [p.grad for p in model.parameters()]
    loss.backward(3.0)
    assert [p.grad for p in model.parameters()] == pytest.approx([4 * g for g in once], rel=1e-15)
    _, again = a_loss()
    again.backward(3.0)
    inner = [node for node in topological_order(loss) if not node.is_leaf]
    assert bits(inner) == bits([node for node in topological_order(again) if not node.is_leaf])


def test_a_pass_that_fails_leaves_nothing_behind(monkeypatch):
    model, loss = a_loss()
    loss.backward()
    before = bits(model.parameters())
    monkeypatch.setattr(Hidden, "push", lambda self, gathered: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        loss.backward()
    monkeypatch.undo()
    assert bits(model.parameters()) == before
    assert not any(node.has_grad for node in topological_order(loss) if not node.is_leaf)
    loss.backward()
    assert [p.grad for p in model.parameters()] == [2 * float.fromhex(g) for g in before]


@pytest.mark.parametrize("look", [structure, lambda loss: None])
def test_dropped_graphs_are_freed_at_once(look):
    model, _ = a_loss()
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(20):
            loss = mean_squared_error([model([0.5, -1.0])], [1.0])
            loss.backward()
            look(loss)
            del loss
        assert len(gc.get_objects()) < before + 20
    finally:
        gc.enable()


def test_modes_see_every_operation():
    model = MLP(1, [2, 1], "exp", seed=0)
    model.layers[0].neurons[0].weights[0].data = 1e4
    with pytest.raises(FloatingPointError, match="exp"), detect_anomaly():
        model([1.0])
    assert model([1.0]).parents
    with no_grad():
        assert not model([1.0]).parents


def test_nodes_have_the_same_names_in_every_mode():
    model = MLP(2, [3, 2], "tanh", seed=0)
    plain = [node.name for node in topological_order(total(model([0.5, -1.0])))]
    with detect_anomaly():
        watched = [node.name for node in topological_order(total(model([0.5, -1.0])))]
    assert watched == plain
    assert sum(name is not None for name in plain) > len(model.parameters())


def test_numbers_changed_after_recording_do_not_change_what_was_recorded():
    model, loss = a_loss()
    _, kept = a_loss()
    for parameter in model.parameters():
        parameter.data += 1.0
    loss.backward()
    kept.backward()
    assert [n.data for n in topological_order(loss) if not n.is_leaf] == [
        n.data for n in topological_order(kept) if not n.is_leaf
    ]
    assert model([0.5, -1.0]).data != kept.data


def test_threads_that_look_at_once_see_the_same_nodes():
    _, loss = a_loss()
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(list(map(id, topological_order(loss))))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(order == seen[0] for order in seen)


def test_outputs_that_nothing_uses_leave_their_weights_unreached():
    model = MLP(2, [3, 2], "relu", seed=1)
    model([1.0, 2.0])[0].backward()
    assert all(p.has_grad for p in model.layers[1].neurons[0].parameters())
    assert not any(p.has_grad for p in model.layers[1].neurons[1].parameters())


def test_softmax_rows_of_several_outputs():
    model = MLP(2, [5, 3], "gelu", seed=1)
    loss = total([y * y for row in ([0.1, 0.2], [0.3, -0.4]) for y in softmax(model(row))])
    loss.backward()
    want = bits(model.parameters())
    model.zero_grad()
    topological_order(loss)
    loss.backward()
    assert bits(model.parameters()) == want

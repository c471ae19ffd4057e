"""A recorded pass adds up to the bits of `backward`, replays both ways, and says what happened in sentences."""

import copy
import json
import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Group, Value, detach, dot, largest, leaky_relu, maximum, relu, sigmoid, steps, tanh, total, where
from autograd.explain import naming
from autograd.explain.naming import short_names
from autograd.explain.number_format import show_number
from autograd.recording.nodes import CONSTANT
from nn.support.naming import layer_of, neuron_of, titled

UNARY = [tanh, sigmoid, relu, leaky_relu, detach, lambda x: -x, lambda x: x.exp()]
BINARY = [lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, maximum, lambda x, y: x / y]
NUMBERS = st.sampled_from([-0.0, 0.0, 1.0, -1.0, 0.1, 0.7, -1.3, 3.0, 1e-30, math.inf, math.nan])


@st.composite
def graphs(draw):
    """A graph with shared groups, groups with a Value twice, cut edges, constants, and nodes used many times."""
    nodes = [Value(draw(NUMBERS)) for _ in range(draw(st.integers(2, 4)))]
    groups = []
    pick = lambda: nodes[draw(st.integers(0, len(nodes) - 1))]  # noqa: E731
    for _ in range(draw(st.integers(1, 14))):
        kind = draw(st.integers(0, 6))
        if kind == 0:
            nodes.append(draw(st.sampled_from(UNARY))(pick()))
        elif kind <= 2:
            nodes.append(draw(st.sampled_from(BINARY))(pick(), pick() if draw(st.booleans()) else draw(NUMBERS)))
        elif kind == 3:
            nodes.append(where(pick() > 0.5, pick(), pick()))
        else:
            if not groups or draw(st.booleans()):
                groups.append(Group([pick(), pick(), 2.0] if draw(st.booleans()) else [pick(), pick(), pick()]))
            one, other = (groups[draw(st.integers(0, len(groups) - 1))] for _ in range(2))
            nodes.append(dot(one, other, pick()) if kind == 4 else total(one) if kind == 5 else largest(one))
    return nodes[-1]


def bits(x):
    return None if x is None else "nan" if x != x else struct.pack("<d", x)


def shown(node):
    return bits(node.grad) if node.has_grad else None


@settings(max_examples=300, deadline=None)
@given(graphs(), NUMBERS, st.booleans())
def test_recorded_pass_has_the_bits_of_backward_and_leaves_the_graph_alone(root, seed, twice):
    if twice:
        root.backward(0.3)
    before = [shown(node) for node in steps.topological_order(root)]
    recording = steps.record(root, seed)
    assert [shown(node) for node in recording.nodes] == before
    end = recording.replay(len(recording))
    root.backward(seed)
    for i, node in enumerate(recording.nodes):
        if node.op is not CONSTANT:
            assert bits(end.grads[i] if node.is_leaf else end.adjoints[i]) == shown(node), recording.transcript()
            assert bits(end.values[i]) == bits(node.data)


@settings(max_examples=100, deadline=None)
@given(graphs(), st.lists(st.tuples(st.booleans(), st.sampled_from(steps.granularities())), max_size=12))
def test_replay_is_exact_in_both_directions_and_from_any_jump(root, moves):
    recording = steps.record(root)
    replay, states = recording.replay(), []

    def state():
        shelves = replay.values, replay.adjoints, replay.grads, replay.subtotals.values()
        return tuple(tuple(map(bits, shelf)) for shelf in shelves)

    for i in range(len(recording) + 1):
        assert replay.position == i
        states.append(state())
        assert replay.forward() == (i < len(recording))
    assert not replay.subtotals or any(isinstance(e, steps.Send) and e.through is not None for e in recording.events)
    for onwards, granularity in moves:
        (replay.forward if onwards else replay.back)(granularity)
        assert state() == states[replay.position]
    while replay.back():
        assert state() == states[replay.position]
    assert replay.position == 0


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_contributions_count_up_and_are_products(root):
    recording = steps.record(root)
    arrived = {}
    for event in recording.events:
        if isinstance(event, steps.Send):
            assert bits(event.contribution) == bits(event.upstream * event.local_derivative)
            assert recording.nodes[event.node].parents[event.slot] is recording.nodes[event.parent]
            arrived[event.parent] = arrived.get(event.parent, 0) + 1
            assert event.arrival == arrived[event.parent] <= event.expected
            assert recording.nodes[event.parent].op is not CONSTANT
    assert all(arrived[e.parent] == e.expected for e in recording.events if isinstance(e, steps.Send))
    document = json.dumps(recording.as_json(), allow_nan=False)
    assert len(json.loads(document)["events"]) == len(recording)


def neuron():
    w, b = [Value(0.5), Value(-0.3)], Value(0.1)
    for node, name in zip([*w, b], ["weights.0", "weights.1", "bias"], strict=True):
        node.name = f"layers.0.neurons.0.{name}"
    z = dot(w, [1.0, 2.0], b)
    z.name = "layers.0.neurons.0.z"
    a = tanh(z)
    a.name = "layers.0.neurons.0.a"
    return (a - 1) ** 2, w, b


def test_sentences_of_a_neuron():
    loss, w, _ = neuron()
    recording = steps.record(loss)
    end = recording.replay(len(recording))
    gradient = end.grads[recording.index(w[0])]
    recording = recording.then_update({w[0]: w[0].data - 0.5 * gradient, w[1]: 7.0}, learning_rate=0.5)
    assert recording.transcript().splitlines() == [
        "forward",
        "    1  z₁ = w₁₁·x₁ + w₁₂·x₂ + b₁ = (0.5)(1) + (−0.3)(2) + 0.1 = 0",
        "    2  a₁ = tanh(z₁) = tanh(0) = 0",
        "    3  v₁ = a₁ − 1 = 0 − 1 = −1",
        "    4  L = v₁² = (−1)² = 1",
        "backward",
        "    5  ∂L/∂L = 1, where the backward pass begins",
        "    6  ∂L/∂v₁ = ∂L/∂L · 2·v₁ = (1)(−2) = −2",
        "    7  ∂L/∂a₁ = ∂L/∂v₁ · 1 = (−2)(1) = −2",
        "    8  ∂L/∂z₁ = ∂L/∂a₁ · (1 − a₁²) = (−2)(1) = −2",
        "    9  ∂L/∂w₁₁ = ∂L/∂z₁ · x₁ = (−2)(1) = −2",
        "   10  ∂L/∂w₁₂ = ∂L/∂z₁ · x₂ = (−2)(2) = −4",
        "   11  ∂L/∂b₁ = ∂L/∂z₁ · 1 = (−2)(1) = −2",
        "   12  w₁₁.grad = −2",
        "   13  w₁₂.grad = −4",
        "   14  b₁.grad = −2",
        "update",
        "   15  w₁₁ ← w₁₁ − η · ∂L/∂w₁₁ = 0.5 − (0.5)(−2) = 1.5",
        "   16  w₁₂ ← 7; it was −0.3, and moved by 7.3, with ∂L/∂w₁₂ = −4",
    ]
    replay = recording.replay()
    counts = dict.fromkeys(steps.granularities(), 0)
    for granularity in counts:
        replay.jump(0)
        while replay.forward(granularity):
            counts[granularity] += 1
    assert counts == {"edge": 16, "node": 13, "neuron": 3 + 3 + 1 + 1, "layer": 2 + 2 + 1 + 1, "phase": 4}


def test_a_bias_is_told_where_there_is_one_even_if_it_is_0():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    assert steps.record(dot([w], [x], Value(0.0, "b"))).sentence(0) == "L = w·x + b = (0.5)(2) + 0 = 1"
    assert steps.record(dot([w], [x], Value(3.0, "0"))).sentence(0) == "L = w·x + 0 = (0.5)(2) + 3 = 4"
    assert steps.record(dot([w], [x])).sentence(0) == "L = w·x = (0.5)(2) = 1"


def test_partial_sums_until_the_last_contribution_arrives_and_both_edges_of_a_square():
    x = Value(3.0, "x")
    sentences = [e.sentence(steps.record(x * x).words) for e in steps.record(x * x).events]
    assert sentences[2:4] == [
        "∂L/∂x receives ∂L/∂L · x = (1)(3) = 3; partial sum 1 of 2: 3",
        "∂L/∂x receives ∂L/∂L · x = (1)(3) = 3; the sum of all 2 is 6",
    ]


def test_shared_groups_collect_subtotals_only_where_the_bits_need_it():
    x, w = Group([Value(0.1, "x")]), Group([Value(0.7, "w")])
    plain = steps.record(dot(w, x) * dot(w, x))
    assert not any(isinstance(e, steps.Collect) for e in plain.events)
    mixed = steps.record(dot(w, x) * dot(w, x) + x[0])
    told = [mixed.sentence(i) for i, e in enumerate(mixed.events) if isinstance(e, steps.Collect)]
    assert told == ["∂L/∂x takes in the subtotal 0.098; sum: 1 + 0.098 = 1.098"]


def test_accumulation_starts_from_what_the_leaf_has_unless_from_zero():
    x = Value(2.0, "x")
    y = 3 * x
    y.backward()
    assert steps.record(y).sentence(3) == "x.grad = 3 + 3 = 6"
    assert steps.record(y, from_zero=True).sentence(3) == "x.grad = 3"
    assert steps.record(y).gradient(x) == 3.0
    assert x.grad == 3.0


def test_changed_numbers_strange_nodes_and_positions_are_refused():
    x = Value(2.0, "x")
    y = x * x
    with pytest.raises(IndexError, match="positions 0 to 5, not 9"):
        steps.record(y).replay(9)
    for position in (0, 5):  # at either end nothing is to be done, and it is refused all the same
        for move in ("forward", "back"):
            with pytest.raises(ValueError, match="no granularity 'atom'"):
                getattr(steps.record(y).replay(position), move)("atom")
    with pytest.raises(ValueError, match="was not computed from"):
        steps.record(y).index(Value(1.0))
    x.data = 5.0
    with pytest.raises(ValueError, match="computed from other numbers"):
        steps.record(y)


@pytest.mark.parametrize("product", [lambda w, x: w * x, lambda w, x: dot([w], [x])])
def test_a_change_that_leaves_the_result_as_it_was_is_refused_too(product):
    w, x = Value(0.0, "w"), Value(1.0, "x")
    y = product(w, x)
    steps.record(y)
    x.data = 5.0  # the recorded slope of w is 1
    with pytest.raises(ValueError, match="computed from other numbers"):
        steps.record(y)


def test_deep_graph_is_told_without_recursion():
    x = y = Value(1.0, "x")
    for _ in range(20_000):
        y = y + 1.0
    assert steps.record(y).gradient(x) == 1.0


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-0.62, "−0.62"), (0.123456, "0.1235"),
        (1e-7, "1.0e-7"), (-1e-9, "−1.0e-9"), (0.00012346, "0.0001235"), (12345.678, "12346"), (999999.7, "1.0e6"),
        (1.2345e300, "1.234e300"), (5e-324, "4.941e-324"), (math.nan, "nan"), (math.inf, "inf"), (-math.inf, "−inf"),
        (None, "—"), (100.0, "100"), (0.5, "0.5"), (99999.0, "99999"),
    ],
)  # fmt: skip
def test_numbers_print_to_four_digits_and_never_as_a_false_zero(number, text):
    assert show_number(number) == text


@given(st.floats(-1e308, 1e308))
def test_shown_numbers_are_within_half_a_unit_of_the_fourth_digit(x):
    read = float(show_number(x).replace("−", "-"))
    assert math.isclose(read, x, rel_tol=5.0001e-4, abs_tol=0.0) or abs(x) < 1e-320
    assert (show_number(x) == "0") == (x == 0)


def named(name, op=None):
    node = Value(1.0, name)
    return node * 1.0 if op else node


def test_short_names_are_textbook_letters_unique_and_safe():
    paths = {
        "layers.0.neurons.1.weights.0": "w⁽¹⁾₂₁",
        "layers.1.neurons.0.weights.11": "w⁽²⁾₁,₁₂",
        "layers.0.neurons.1.bias": "b⁽¹⁾₂",
        "layers.1.neurons.2.a": "a⁽²⁾₃",
        "layers.1.scale.0": "scale⁽²⁾₁",
        "weights.2": "w₃",
        "x1": "x₁",
        "rate": "rate",
        "a\u202eb\n": "a\\u202eb\\n",
        "n" * 10_000: "n" * 23 + "…",
    }
    nodes = [Value(1.0, name) for name in paths]
    assert short_names([*nodes, Value(0.0, "end")]) == [*paths.values(), "end"]
    twice = [Value(1.0, "z"), Value(1.0, "z"), Value(1.0, "z[1]"), Value(1.0), Value(1.0, "v1"), Value(1.0)]
    assert short_names(twice) == ["z[2]", "z[3]", "z[1]", "v₂", "v₁", "L"]
    one_layer = [Value(1.0, "layers.0.neurons.0.weights.1")]
    assert short_names(one_layer) == ["w₁₂"]
    two_nets = [Value(1.0, "encoder.layers.0.neurons.0.bias"), Value(1.0, "decoder.layers.0.neurons.0.bias")]
    assert short_names(two_nets) == ["encoder.b₁", "decoder.b₁"]
    assert neuron_of("net.layers.0.neurons.1.weights.2") == "net.layers.0.neurons.1"
    assert layer_of("net.layers.0.neurons.1.weights.2") == "net.layers.0"
    assert layer_of("loss") is None
    titles = {
        "layers.0": "layer 1",
        "layers.2.neurons.9": "layer 3, neuron 10",
        "net.layers.0.neurons.3": "net, layer 1, neuron 4",
        "layers.4.layers.0.block": "layer 5, layer 1, block",
        "memory.forget": "memory.forget",
        "players.0": "players.0",
        "": "",
    }
    assert {path: titled(path) for path in titles} == titles


def test_engine_alone_knows_nothing_of_networks():
    network = naming.paths()
    weight = Value(2.0, "layers.0.neurons.1.weights.0")
    try:
        naming.show_paths(naming.Paths())
        recording = steps.record(weight * 3.0)
        assert recording.words.names[0] == weight.name
        assert "neuron" not in recording.nodes_as_json()[0]
        with pytest.raises(ValueError, match="there are: edge, node, phase"):
            recording.replay().forward("neuron")
    finally:
        naming.show_paths(network)
    assert recording.replay().forward("neuron") == 1


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_names_are_unique_and_the_same_for_a_copy(root):
    nodes = steps.topological_order(root)
    names = short_names(nodes)
    variables = [name for name, node in zip(names, nodes, strict=True) if node.op is not CONSTANT]
    assert len(set(variables)) == len(variables)
    assert short_names(steps.topological_order(copy.deepcopy(root))) == names


def test_a_replay_says_where_it_stands():
    x = Value(3.0, "x")
    replay = steps.record(x * x).replay()
    assert (replay.event, replay.sentence) == (None, "the beginning: inputs and parameters are given")
    assert replay.forward() == 1
    assert replay.event is replay.recording.events[0]
    assert replay.sentence == replay.recording.sentence(0)

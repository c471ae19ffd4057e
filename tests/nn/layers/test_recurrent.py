"""Recurrent networks against PyTorch's numbers, whole and truncated."""

import gc

import pytest

from autograd import Value
from nn import GRU, LSTM, RNN, detach_state, mean_squared_error, to_torch
from tests.support.golden_files import GATES, assert_same, data, gate_layers, golden, gradient, values

CASES = golden("recurrent")["cases"]
NETS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}


def places(net):
    """Yield (our Values, PyTorch's name, its row) for the weights, with those that stand for one bias together."""
    for i, gate in enumerate(GATES[type(net)]):
        from_inputs, from_hidden = gate_layers(net, gate)
        for unit in range(net.hidden):
            row = i * net.hidden + unit
            a, b = from_inputs.neurons[unit], from_hidden.neurons[unit]
            yield list(a.weights)[: net.inputs], ["weight_ih_l0"], row
            yield list(b.weights)[-net.hidden :], ["weight_hh_l0"], row
            if a is b:
                yield [a.bias], ["bias_ih_l0", "bias_hh_l0"], row
            else:
                yield [a.bias], ["bias_ih_l0"], row
                yield [b.bias], ["bias_hh_l0"], row


def numbers(theirs, names, row):
    found = [theirs[name][row] for name in names]
    return found[0] if isinstance(found[0], list) else [sum(found)]


@pytest.mark.parametrize("case", CASES, ids=[f"{c['kind']}-{c['truncate']}" for c in CASES])
def test_recurrent_networks_agree_with_pytorch(case):
    net = NETS[case["kind"]](2, 3, seed=0)
    for ours, names, row in places(net):
        for p, x in zip(ours, numbers(case["parameters"], names, row), strict=True):
            p.data = x
    state = tuple(case["state"]) if case["kind"] == "LSTM" else case["state"]
    x = values(case["x"])
    outputs, _ = net(x, state, truncate=case["truncate"])
    loss = mean_squared_error(outputs, case["y"])
    loss.backward()
    assert_same(data(outputs), case["outputs"])
    assert_same(loss.data, case["loss"])
    assert_same(gradient(x), case["x_gradient"])
    for ours, names, row in places(net):
        assert_same(gradient(ours), numbers(case["gradients"], names[:1], row))


@pytest.mark.parametrize("case", CASES, ids=[f"{c['kind']}-{c['truncate']}" for c in CASES])
def test_pytorch_is_given_back_its_own_state(case):
    net, theirs = NETS[case["kind"]](2, 3, seed=0), case["parameters"]
    for ours, names, row in places(net):
        for p, x in zip(ours, numbers(theirs, names, row), strict=True):
            p.data = x
    source, state = to_torch(net)
    assert f"torch.nn.{case['kind']}(2, 3)," in source
    given = {name.removeprefix("0."): x.tolist() for name, x in state.items()}
    assert given.keys() == theirs.keys()
    for _, names, row in places(net):
        assert numbers(given, names, row) == numbers(theirs, names, row)


@pytest.mark.parametrize("kind", NETS.values())
def test_windows_carry_the_state_on_and_no_gradient_back(kind):
    net = kind(1, 2, seed=3)
    sequence = [[Value(0.3 * i)] for i in range(7)]
    whole, last = net(sequence)
    before, state = net(sequence[:4])
    after, end = net(sequence[4:], detach_state(state))
    assert data(before + after) == data(whole)
    assert detach_state(end) == detach_state(last)
    sum(after[-1]).backward()
    assert [x.has_grad for (x,) in sequence] == [False] * 4 + [True] * 3


@pytest.mark.parametrize("kind", NETS.values())
def test_truncation_stops_gradients_at_each_block(kind):
    net = kind(1, 2, seed=3)
    sequence = [[Value(0.3 * i)] for i in range(7)]
    outputs, _ = net(sequence, truncate=3)
    sum(outputs[-1]).backward()
    assert [x.grad != 0.0 for (x,) in sequence] == [False] * 6 + [True]
    sum(outputs[4]).backward()
    assert [x.grad != 0.0 for (x,) in sequence] == [False] * 3 + [True] * 2 + [False, True]


def test_an_lstm_begins_by_remembering():
    net = LSTM(2, 3, seed=0)
    assert [n.bias.data for n in net.forget_gate.neurons] == [1.0] * 3
    assert [n.bias.data for n in net.input_gate.neurons] == [0.0] * 3
    assert LSTM(2, 3, forget_bias=0.0).forget_gate.neurons[0].bias.data == 0.0


def test_parameters_are_shared_by_all_steps():
    net = RNN(1, 2, seed=0)
    assert net.parameter_count() == 2 * (1 + 2 + 1)
    outputs, _ = net([[1.0], [2.0], [3.0]])
    assert outputs[0][0].parents[0].parents[0] is outputs[2][0].parents[0].parents[0]


def test_a_long_sequence_in_windows_keeps_no_old_graph_alive():
    net, state = RNN(1, 2, seed=0), None
    gc.collect()
    before = len(gc.get_objects())
    for i in range(50):
        outputs, state = net([[0.1 * i]] * 4, state)
        state = detach_state(state)
    del outputs
    gc.collect()
    assert len(gc.get_objects()) - before < 200


def test_wrong_widths_are_counted_out():
    with pytest.raises(ValueError, match="this RNN takes 2 inputs, not 1"):
        RNN(2, 3)([[1.0]])
    with pytest.raises(ValueError, match="the state of this GRU takes 3 inputs, not 2"):
        GRU(2, 3)([[1.0, 2.0]], [0.0, 0.0])
    with pytest.raises(ValueError, match="the cell state of this LSTM takes 3 inputs, not 1"):
        LSTM(2, 3)([[1.0, 2.0]], ([0.0] * 3, [0.0]))
    with pytest.raises(ValueError, match="between truncations is at least 1, not 0"):
        RNN(1, 1)([[1.0]], truncate=0)

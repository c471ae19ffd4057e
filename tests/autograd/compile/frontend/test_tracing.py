"""What layers ask of a mode that traces them: nothing looks at a number, masks are drawn anew, averages are told."""

import pytest

import autograd as ag
from autograd import Value
from autograd.compile.frontend.numbered import Numbered
from autograd.compile.frontend.trace import trace
from autograd.compile.frontend.traced_graph import Traced
from autograd.recording import modes
from nn import (
    GRU,
    LSTM,
    MLP,
    RNN,
    Activation,
    BatchNorm,
    Checkpoint,
    Dropout,
    Layer,
    Residual,
    Sequential,
    Softmax,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge,
    mean_squared_error,
    softmax_cross_entropy,
)
from tests.support.golden_files import assert_same, data, gradient, values


class Blind:
    """A mode that lets no number be looked at."""

    def refuse_reading(self, what, value):
        raise AssertionError(f"{what} was read")

    def refuse_branching(self, condition):
        raise AssertionError("a branch was taken")


class Tracer(Blind):
    """A mode that offers all that nn/support/tracing.py asks for, and runs its program once."""

    def __init__(self):
        self.drawn, self.observed, self.guards = [], [], []

    def random_inputs(self, module, count):
        inputs = [Value(0.0) for _ in range(count)]
        self.drawn.append((module, inputs))
        for x, number in zip(inputs, module.next_numbers(count), strict=True):
            x.data = number
        return inputs

    def observe(self, seen, receive):
        self.observed.append((list(seen), receive))

    def guard(self, read):
        self.guards.append((read, read()))

    def finish(self):
        for seen, receive in self.observed:
            receive([v.data for v in seen])


ROWS = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [-1.0, 1.0, 0.75]]
MODELS = {
    "MLP": lambda: MLP(3, [4, 3], "gelu", seed=0),
    "blocks": lambda: Sequential(Residual(Layer(3, 3, "leaky_relu", seed=1)), Activation("elu"), Softmax()),
    "batch norm": lambda: Sequential(Layer(3, 3, None, seed=1), BatchNorm(3), Activation("relu")),
    "dropout": lambda: Sequential(Dropout(0.4, seed=1), Layer(3, 3, "tanh", seed=1), Dropout(0.3)),
    "checkpoint": lambda: Checkpoint(Sequential(Layer(3, 3, "tanh", seed=1), Dropout(0.3, seed=4))),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("in_use", [False, True])
def test_a_traced_pass_gives_the_recorded_numbers_gradients_and_state(name, in_use):
    results = []
    for tracing in (False, True):
        model, x = MODELS[name](), values(ROWS)
        if in_use:
            model.eval()
        if tracing:
            tracer = Tracer()
            with modes.mode(tracer):
                output = model.batch(x)
                loss = mean_squared_error(output, values(ROWS))
            tracer.finish()
        else:
            output = model.batch(x)
            loss = mean_squared_error(output, ROWS)
        loss.backward()
        results.append((data(output), gradient(x), model.named_buffers()))
    recorded, traced = results
    assert recorded[::2] == traced[::2]
    assert_same(traced[1], recorded[1], 1e-15)  # a checkpoint adds up its gradients in another order


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_recurrent_networks_can_be_traced(kind):
    net = kind(3, 2, seed=0)
    with modes.mode(Blind()):
        outputs, _ = net(values(ROWS), truncate=2)
    assert data(outputs) == data(net(ROWS, truncate=2)[0])


@pytest.mark.parametrize("loss", [mean_squared_error, binary_cross_entropy, binary_cross_entropy_with_logits, hinge])
def test_losses_can_be_traced(loss):
    predictions, targets = [0.3, 0.8, 0.1], [1.0, 1.0, 1.0]
    with modes.mode(Blind()):
        traced = loss(values(predictions), values(targets))
    assert traced.data == pytest.approx(loss(predictions, targets).data, rel=1e-15)


def test_cross_entropy_of_rows_can_be_traced():
    targets = [[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    with modes.mode(Blind()):
        traced = softmax_cross_entropy(values(ROWS), values(targets))
    assert traced.data == softmax_cross_entropy(ROWS, targets).data


def test_a_program_is_bound_to_what_it_was_traced_in():
    model, tracer = Sequential(BatchNorm(3), Dropout(0.5)), Tracer()
    model.eval()
    with modes.mode(tracer):
        model.batch(ROWS)
    assert all(read() == before for read, before in tracer.guards)
    model.train()
    assert [read() == before for read, before in tracer.guards] == [False] * 4
    model.eval()
    model.layers[0].running_mean[1] = 2.0  # no part of the program: it reads the averages at each run
    assert all(read() == before for read, before in tracer.guards)
    assert model.layers[0].next_numbers(6).tolist() == [0.0, 2.0, 0.0, 1.0, 1.0, 1.0]


def test_masks_are_never_frozen_into_a_program():
    with modes.mode(Blind()), pytest.raises(TypeError, match="Dropout draws new numbers at each run"):
        Dropout(0.5)([Value(1.0)])


def test_rows_that_are_one_have_the_same_values_in_lists_of_their_own():
    seen = []

    def function(*arguments):
        seen.extend(arguments)
        return ag.total([arguments[1][0], arguments[1][3]])

    rows = [[0, 2, 0, 1], [1, 0, 1, 1], [0, 1, 1, 0], [0, 0, 0, 0], None, None]
    traced = trace(function, [(4, 2), (4,), (4, 1, 2), (4, 0), (2, 2), ()], [], "XyzuvA", rows=rows)
    assert [len(values) for values in traced.arguments] == [6, 2, 4, 0, 4, 1]
    (a, b, c, d, e, f), (one, two) = traced.arguments[0], traced.arguments[1]
    assert seen[:2] == [[[a, b], [e, f], [a, b], [c, d]], [two, one, two, two]]
    assert seen[3] == [[], [], [], []]
    assert seen[4] == [traced.arguments[4][:2], traced.arguments[4][2:]]
    assert seen[5] is traced.arguments[5][0]
    assert seen[2][1] == seen[2][2] == [traced.arguments[2][2:]]
    assert seen[0][0] is not seen[0][2]
    assert seen[2][1][0] is not seen[2][2][0]
    assert seen[3][0] is not seen[3][1]


def test_a_graph_that_is_closed_keeps_nothing():
    table, kept, drawing = [Value(1.0), Value(2.0)], [], Dropout(0.5)

    def function(X):
        kept.append(Value(3.0) * X[0])
        kept.extend(modes.current("random_inputs")(drawing, 2))
        return ag.take(table, 1) * kept[0]

    traced = trace(function, [(1,)], table)
    assert [found for _, found in traced.taken.values()] == [[table[1]]]
    assert (traced.draws, traced.shapes, traced.arguments[1]) == ([drawing], [(1,), (2,)], kept[1:])
    assert len(traced.leaves) == 5
    assert traced.numbered.nodes[-1] is traced.root
    assert traced.blocks.size > 3
    assert traced.out_of_reach == set()  # the index could have been another
    traced.close()
    assert {"leaves", "numbered", "blocks"}.isdisjoint(vars(traced))
    assert (traced.root, traced.arguments, traced.taken, traced.leaves_made) == (None, [], {}, [])
    with pytest.raises(TypeError, match="compile"):
        kept[0].data


def test_nodes_are_numbered_after_their_operands_as_a_walk_from_the_left_meets_them():
    w, x, b = Value(2.0), Value(3.0), Value(5.0)
    with modes.mode(Tracer()):
        left, right = w * x, -x
        both = left + right
        whole = ag.total([right, w * x, b])
    found = Numbered({w: 0, x: 1}, [both, whole, left])
    assert found.leaves == 2
    assert found.roots == [4, 8, 2]
    assert found.inputs == [[0, 1], [1], [2, 3], [0, 1], [], [3, 5, 6], [7]]
    ops, inputs, roots = found.signature()
    names = [getattr(op, "name", op) for op in ops]
    assert names == ["multiply", "negative", "add", "multiply", "5.0", None, "total"]
    assert (inputs, roots) == (found.inputs, found.roots)
    assert found.uses() == [2, 3, 3, 2, 2, 1, 1, 1, 2]
    assert found.add([whole, right * right]) == [8, 9]
    assert found.inputs[7:] == [[3, 3]]


def test_what_was_recorded_by_other_means_is_reached_through_tables_too():
    w, x = [Value(2.0), Value(3.0), Value(4.0)], Value(5.0)
    table = [w[0] * 2.0, w[1] * 2.0]
    given = (table[1] * x, [[x]], [()], w)
    assert Traced(*given).out_of_reach == {0, 2}
    assert Traced(*given, taken={1: (table, [table[1]])}).out_of_reach == {2}

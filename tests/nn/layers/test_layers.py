"""Layers against PyTorch's numbers, and what they promise beyond them."""

import copy
import inspect
import math
import pickle
import random

import numpy as np
import pytest

import autograd
import nn
from autograd import Group, Value, exp
from autograd.recording.graph import operands
from nn import (
    MLP,
    BatchNorm,
    Checkpoint,
    Dropout,
    Embedding,
    Layer,
    Neuron,
    Residual,
    Sequential,
    Softmax,
    he_normal,
    he_uniform,
    mean_squared_error,
    xavier_normal,
    xavier_uniform,
)
from nn.layers.containers import as_row
from nn.layers.counter_random import stream_key, uniform, uniforms
from tests.support.golden_files import assert_same, data, gradient, values


# ------------------------------------------------------------------------------------- neurons
def test_wrong_numbers_of_inputs_are_counted_out():
    with pytest.raises(ValueError, match="this neuron takes 2 inputs, not 3"):
        Neuron(2)([1, 2, 3])
    with pytest.raises(ValueError, match="this layer takes 1 input, not 2"):
        Layer(1, 4)([1, 2])
    with pytest.raises(ValueError, match="takes 2 inputs, not 1"):
        MLP(2, [4, 1])(Value(1.0))
    with pytest.raises(TypeError, match="takes a sequence of 2 numbers, not float"):
        MLP(2, [4, 1])(1.0)
    with pytest.raises(TypeError, match=r"one row of 2 numbers, not several rows: for those use batch\(rows\)"):
        MLP(2, [4, 1])([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(TypeError, match=r"float\('1'\)"):
        MLP(2, [4, 1])(["1", "2"])


def test_what_cannot_be_built_is_refused_in_words():
    with pytest.raises(ValueError, match=r"no activation 'rleu'; there are: linear, .*relu"):
        MLP(2, [1], "rleu")
    with pytest.raises(ValueError, match=r"put nn.Softmax\(\) after the layer"):
        MLP(2, [3], output="softmax")
    with pytest.raises(TypeError, match="not 3"):
        Layer(2, 2, 3)
    with pytest.raises(ValueError, match=r"as in MLP\(2, \[16, 16, 1\]\), not 4"):
        MLP(2, 4)
    with pytest.raises(ValueError, match="the number of inputs is at least 1, not 0"):
        Neuron(0)
    with pytest.raises(TypeError, match=r"the number of outputs is a whole number, not 2.0"):
        Layer(2, 2.0)


def test_a_neuron_is_one_node_for_z_and_one_for_a_named_by_their_place():
    model = MLP(3, [4, 1], seed=0)
    a = model.layers[0]([1.0, 2.0, 3.0])[2]
    (z,) = a.parents
    assert (a.name, z.name) == ("layers.0.neurons.2.a", "layers.0.neurons.2.z")
    neuron = model.layers[0].neurons[2]
    assert z.parents[:3] == tuple(neuron.weights)
    assert z.parents[-1] is neuron.bias
    assert neuron.bias.name == "layers.0.neurons.2.bias"


def test_neurons_of_a_layer_share_their_inputs_and_samples_share_the_weights():
    layer = Layer(3, 2, seed=0)
    (first, beside), (second, _) = ([a.parents[0] for a in layer([1.0, 2.0, 3.0])] for _ in range(2))
    assert operands(first)[0] is operands(second)[0]
    assert operands(first)[1] is operands(beside)[1]
    layer.neurons[0].weights[1].data = 9.0
    assert layer([0.0, 1.0, 0.0])[0].data == pytest.approx(9.0)


def test_weights_may_be_replaced_and_tied():
    a, b = Neuron(2, None, seed=1), Neuron(2, None, seed=2)
    b.weights = list(a.weights)
    assert b([1.0, 2.0]).data == a([1.0, 2.0]).data
    assert isinstance(b.weights, Group)
    a.activation = exp
    assert a([0.0, 0.0]).data == 1.0


def test_an_activation_may_be_any_function_of_a_value():
    neuron = Neuron(1, lambda z: z * z + 1.0)
    neuron.weights[0].data = 3.0
    assert neuron([1.0]).data == 10.0
    assert neuron([1.0]).name == "a"
    assert Neuron(1, "relu", nonlin=False, seed=0).activation is None


def test_seeds_decide_all_and_pythons_own_seed_decides_where_none_is_given():
    def numbers(model):
        return [p.data for p in model.parameters()]

    assert numbers(MLP(2, [3, 1], seed=4)) == numbers(MLP(2, [3, 1], seed=4)) != numbers(MLP(2, [3, 1], seed=5))
    random.seed(1337)
    once = numbers(MLP(2, [3, 1]))
    random.seed(1337)
    assert numbers(MLP(2, [3, 1])) == once != numbers(MLP(2, [3, 1]))


@pytest.mark.parametrize("scheme", [xavier_uniform, xavier_normal, he_uniform, he_normal], ids=lambda s: s.name)
@pytest.mark.parametrize(("inputs", "outputs"), [(3, 5), (64, 16)])
def test_initialization_has_the_variance_and_the_shape_that_it_promises(scheme, inputs, outputs):
    promised = 2 / (inputs + outputs) if "xavier" in scheme.name else 2 / inputs
    generator = random.Random(0)
    drawn = np.array([scheme(generator, inputs, outputs) for _ in range(40_000)])
    assert scheme.variance(inputs, outputs) == promised
    assert drawn.var() == pytest.approx(promised, rel=0.03)  # 4 standard errors of a normal's variance
    assert drawn.mean() == pytest.approx(0.0, abs=4 * math.sqrt(promised / 40_000))
    kurtosis = ((drawn / drawn.std()) ** 4).mean()
    assert kurtosis == pytest.approx(1.8 if scheme.shape == "uniform" else 3.0, abs=0.15)


def test_the_scheme_suits_the_activation_and_biases_begin_at_zero():
    for activation, promised in (("relu", 2 / 50), ("gelu", 2 / 50), ("tanh", 2 / 250), (None, 2 / 250)):
        layer = Layer(50, 200, activation, seed=1)
        weights = np.array([[w.data for w in neuron.weights] for neuron in layer.neurons])
        assert weights.var() == pytest.approx(promised, rel=0.05)
        assert all(neuron.bias.data == 0.0 for neuron in layer.neurons)
    assert Layer(2, 1, initializer=he_normal, seed=3).parameter_count() == 3


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"])
def test_models_can_be_copied_and_pickled(copied):
    model = Sequential(MLP(2, [3, 3], "tanh", seed=0), BatchNorm(3), Dropout(0.5), Residual(Layer(3, 3, "elu", seed=1)))
    twin = copied(model)
    rows = [[1.0, 2.0], [3.0, -1.0]]
    assert data(twin.batch(rows)) == data(model.batch(rows))
    twin.layers[0].layers[0].neurons[0].weights[0].data += 1.0
    assert data(twin.batch(rows)) != data(model.batch(rows))
    assert twin.layers[0].layers[0].neurons[0].weights[0].data != model.layers[0].layers[0].neurons[0].weights[0].data


# -------------------------------------------------------------------------------------- blocks
def test_a_sequence_takes_modules_and_plain_functions():
    model = Sequential(Layer(2, 3, seed=0), lambda row: [x * 2 for x in row], Softmax())
    assert sum(data(model([1.0, 2.0]))) == pytest.approx(1.0, abs=1e-15)
    with pytest.raises(TypeError, match="number 1 is an int"):
        Sequential(Layer(2, 3), 3)


def test_a_residual_passes_the_gradient_by_addition():
    model = Residual(Layer(2, 2, "relu"))
    for parameter in model.parameters():
        parameter.data = -1.0  # every unit is dead
    x = [Value(1.0), Value(2.0)]
    y = model(x)
    (y[0] + y[1]).backward()
    assert data(y) == [1.0, 2.0]
    assert [v.grad for v in x] == [1.0, 1.0]
    with pytest.raises(ValueError, match="made 3 outputs of 2 inputs"):
        Residual(Layer(2, 3))([1.0, 2.0])


def test_an_embedding_is_looked_up_by_whole_number():
    table = Embedding(3, 2, seed=0)
    for index in (2, 2.0, np.int64(2), np.float64(2.0)):
        assert [x.parents for x in table(index)] == [(x,) for x in table.rows[2]]
    for wrong, message in ((3, "rows 0 to 2, and 3"), (-1, "and -1 is none")):
        with pytest.raises(IndexError, match=message):
            table(wrong)
    for wrong, message in ((1.5, "looked up by whole number"), (np.float64("nan"), "whole number"), ("1", "not str")):
        with pytest.raises(TypeError, match=message):
            table(wrong)


# ------------------------------------------------------------------------------- batch norm
def test_a_batch_of_one_row_gives_the_shift_and_leaves_the_running_variance():
    layer = BatchNorm(2)
    layer.shift[1].data = 5.0
    row = [Value(3.0), Value(-4.0)]
    output = layer(row)
    assert data(output) == [0.0, 5.0]
    (output[0] + output[1]).backward()
    assert [x.grad for x in row] == [0.0, 0.0]
    assert layer.running_variance == [1.0, 1.0]
    assert layer.running_mean == pytest.approx([0.3, -0.4])


def test_batch_norm_says_what_it_takes():
    with pytest.raises(ValueError, match="takes rows of 2 numbers, and row 1 has 3"):
        BatchNorm(2).batch([[1, 2], [1, 2, 3]])
    with pytest.raises(ValueError, match="no rows"):
        BatchNorm(2).batch([])
    with pytest.raises(ValueError, match="epsilon"):
        BatchNorm(2, epsilon=0.0)
    with pytest.raises(ValueError, match="momentum"):
        BatchNorm(2, momentum=1.5)


# --------------------------------------------------------------------------------- dropout
def test_the_mask_of_the_forward_pass_is_the_one_of_the_backward_pass():
    layer = Dropout(0.4, seed=1)
    row = [Value(2.0) for _ in range(2000)]
    output = layer(row)
    sum(output).backward()
    for x, y in zip(row, output, strict=True):
        assert (x.grad, y.data) in ((0.0, 0.0), (1.0 / 0.6, 2.0 / 0.6))
    dropped = sum(y.data == 0.0 for y in output)
    assert dropped == pytest.approx(800, abs=4 * math.sqrt(2000 * 0.4 * 0.6))
    assert sum(y.data for y in output) / 2000 == pytest.approx(2.0, abs=0.15)


def test_dropout_at_its_ends_and_in_use():
    row = [Value(2.0), Value(3.0)]
    assert Dropout(0.0)(row) == row
    everything = Dropout(1.0)(row)
    sum(everything).backward()
    assert data(everything) == [0.0, 0.0]
    assert [x.grad for x in row] == [0.0, 0.0]
    in_use = Dropout(0.5)
    in_use.eval()
    assert in_use(row) == row
    assert in_use.drawn == 0
    for p in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="probability of being dropped, from 0 to 1"):
            Dropout(p)


def test_masks_follow_from_seed_place_and_count_alone():
    def drawn(layer, calls):
        return [layer.mask(5) for _ in range(calls)]

    assert drawn(Dropout(0.5, seed=1), 3) == drawn(Dropout(0.5, seed=1), 3) != drawn(Dropout(0.5, seed=2), 3)
    layer = Dropout(0.5, seed=1)
    before = layer.named_buffers()
    once = drawn(layer, 3)
    assert once[0] != once[1]
    layer.load_buffers(before)
    assert drawn(layer, 3) == once
    model = Sequential(Dropout(0.5), Dropout(0.5))
    assert model.layers[0].mask(64) != model.layers[1].mask(64)


def test_random_numbers_by_counter_agree_between_python_and_numpy_to_the_bit():
    key = stream_key(2026, "layers.3")
    assert uniforms(key, 10**6, 10_000).tolist() == [uniform(key, i) for i in range(10**6, 10**6 + 10_000)]
    # splitmix64 from these seeds begins with these numbers (the reference implementation's own)
    first = {0: (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4), 1234567: (6457827717110365317, 3203168211198807973)}
    for seed, numbers in first.items():
        assert [int(uniform(seed, i) * 2**53) for i in range(2)] == [x >> 11 for x in numbers]


def test_random_numbers_by_counter_are_uniform_and_independent():
    drawn = uniforms(stream_key(0, ""), 0, 100_000)
    counts = np.histogram(drawn, bins=100, range=(0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 150  # χ² with 99 degrees of freedom: p ≈ 7e-4
    other = uniforms(stream_key(1, ""), 0, 100_000)
    for a, b in ((drawn[1:], drawn[:-1]), (drawn, other)):
        assert abs(np.corrcoef(a, b)[0, 1]) < 4 / math.sqrt(100_000)


def test_passes_are_cached_only_while_asked_for():
    model = MLP(2, [3, 1], seed=0)
    cache = model.forward_cache([[1.0, 2.0], [3.0, 4.0]])
    assert [len(layer.z) for layer in cache.values()] == [2, 2]
    model([1.0, 2.0])
    assert [len(layer.z) for layer in cache.values()] == [2, 2]


# ------------------------------------------------------------------------------ checkpoints
def block():
    return Sequential(Layer(3, 3, "tanh", seed=1), Dropout(0.5, seed=2), BatchNorm(3), Layer(3, 2, None, seed=3))


def row_block():
    return Sequential(Layer(3, 4, "relu", seed=1), Dropout(0.3, seed=2), Layer(4, 2, None, seed=3))


@pytest.mark.parametrize("make", [block, row_block])
def test_a_checkpointed_block_has_the_blocks_numbers_gradients_and_state(make):
    results = []
    for wrapped in (False, True):
        inner = make()
        inner.name_nodes("block")  # masks follow from a layer's place, so both need the same
        model = Checkpoint(inner) if wrapped else inner
        x = values([[1.0, 2.0, -1.0], [0.5, -1.0, 2.0], [0.1, 0.2, 0.3]])
        model.batch(x)  # so that the state has moved before
        output = model.batch(x)
        mean_squared_error(output, [[1.0, 0.0]] * 3).backward()
        results.append((data(output), gradient(x), [p.grad for p in inner.parameters()], inner.named_buffers()))
    for plain, recomputed in zip(*results, strict=True):
        if isinstance(plain, dict):
            assert plain == recomputed
        else:
            assert_same(recomputed, plain, 1e-14)


def test_a_checkpoint_takes_plain_functions_too():
    model = Checkpoint(lambda row: [x * x for x in row])
    x = [Value(3.0)]
    model(x)[0].backward()
    assert x[0].grad == 6.0


@pytest.mark.parametrize(
    "model", [Neuron(2), Layer(2, 3), MLP(2, [3, 1]), Sequential(Layer(2, 1))], ids=lambda m: type(m).__name__
)
def test_numbers_that_are_given_one_by_one_are_asked_for_as_a_row(model):
    with pytest.raises(
        TypeError, match=r"takes one row of inputs, and here are 2 arguments: write model\(\[1.0, -2.0\]\)"
    ):
        model(1.0, -2.0)
    with pytest.raises(TypeError, match=r"here are 4 arguments: write model\(\[1, 2, 3, …\]\)"):
        model(1, 2, 3, 4)
    assert [*inspect.signature(model).parameters] == ["inputs"]
    total = autograd.compile(lambda row: autograd.total(as_row(model(row))), model.parameters())
    assert total([1.0, -2.0]) == pytest.approx(autograd.total(as_row(model([1.0, -2.0]))).data)


def test_a_model_is_compiled_by_itself():
    model = MLP(2, [3, 1], seed=0)
    assert autograd.compile(model, model.parameters())([1.0, -2.0]) == pytest.approx(model([1.0, -2.0]).data, rel=1e-14)


def test_a_checkpoint_goes_row_by_row_unless_its_block_mixes_rows():
    class Alone(nn.Module):
        def __init__(self):
            self.seen = []

        def __call__(self, row):
            self.seen.append(len(row))
            return [2.0 * x for x in row]

        def batch(self, rows):
            raise AssertionError("its rows are computed alone")

    block = Alone()
    rows = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    for layer in (nn.Checkpoint(block), nn.Checkpoint(lambda row: [2.0 * x for x in row])):
        assert [[x.data for x in row] for row in layer.batch(rows)] == [[2.0, 4.0], [6.0, 8.0]]
    assert block.seen == [2, 2]
    together = nn.Checkpoint(nn.BatchNorm(2)).batch(rows)
    assert [[round(x.data, 3) for x in row] for row in together] == [[-1.0, -1.0], [1.0, 1.0]]

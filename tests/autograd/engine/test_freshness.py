"""Whatever happens to a model between its calls, it answers as one does that was built this moment, to the bit."""

import copy
import pickle
import random
import tempfile

import pytest

import nn
from autograd import Group, Value, dot, no_grad, topological_order, total
from nn import GRU, LSTM, MLP, RNN, SGD, Activation, Adam, Embedding, Layer, Neuron, Residual, Sequential

ACTIVATIONS = [None, "tanh", "relu", "sigmoid", "elu"]


def mlp(chance):
    return MLP(2, [3, 3, 3, 2], chance.choice(ACTIVATIONS), seed=chance.randrange(99))


def sequence(chance):
    residual = Residual(Sequential(Layer(3, 3, "tanh", seed=1), Activation("sigmoid"), Layer(3, 3, None, seed=2)))
    return Sequential(Layer(2, 3, chance.choice(ACTIVATIONS), seed=3), residual, MLP(3, [3, 3, 2], "gelu", seed=4))


def lookup(chance):
    return Sequential(Embedding(3, 3, seed=5), MLP(3, [3, 3, 2], chance.choice(ACTIVATIONS), seed=6))


def recurrent(chance):
    return chance.choice([RNN, LSTM, GRU])(2, 3, seed=chance.randrange(99))


MODELS = [mlp, sequence, lookup, recurrent]


def rows(model):
    if isinstance(model, Sequential) and isinstance(model.layers[0], Embedding):
        return [2, 0]
    return [[0.3, -0.7], [1.25, 0.5]]


def answer(model):
    """Return outputs and gradients of two rows, as they are to the bit."""
    outputs = model(rows(model))[0] if isinstance(model, RNN | LSTM | GRU) else [model(row) for row in rows(model)]
    flat = [x for row in outputs for x in (row if isinstance(row, list) else [row])]
    model.zero_grad()
    total([x * x for x in flat] + flat).backward()
    gradients = [p._grad for p in model.parameters()]
    return [x.data.hex() for x in flat], [g if g is None else g.hex() for g in gradients]


def built_anew(thing, known):
    """Return a model with the same numbers in the same places, whose parts were never called: built, not copied."""
    if id(thing) in known:
        return known[id(thing)][0]
    if isinstance(thing, Value):
        new = Value(thing.data)
    elif isinstance(thing, Group):
        new = Group([built_anew(x, known) for x in thing.values])
    elif isinstance(thing, nn.Module):
        new = object.__new__(type(thing))
        known[id(thing)] = new, thing
        for name, x in vars(thing).items():
            if name != "_latest":
                setattr(new, name, built_anew(x, known))
    elif isinstance(thing, list):
        new = [built_anew(x, known) for x in thing]
    else:
        return thing
    known[id(thing)] = new, thing
    return new


def layers(model):
    return [module for _, module in model.named_modules() if isinstance(module, Layer)]


# ------------------------------------------------------------------------------ what can happen to a model
def a_number_set(model, chance):
    p = chance.choice(model.parameters())
    p.data = chance.choice([0.0, -0.0, chance.uniform(-1, 1), p.data])


def a_sign_of_zero_turned(model, chance):
    for p in model.parameters():
        if p.data == 0.0:
            p.data = -p.data


def a_number_set_through_a_group(model, chance):
    neuron = chance.choice(chance.choice(layers(model)).neurons)
    neuron.weights[chance.randrange(len(neuron.weights))].data = chance.uniform(-1, 1)


def a_step(model, chance):
    make = chance.choice([SGD, Adam])
    optimizer = make(model.parameters(), learning_rate=0.1)
    model.zero_grad()
    for row in rows(model) if not isinstance(model, RNN | LSTM | GRU) else []:
        total(model(row)).backward()
    if all(p.has_grad for p in model.parameters()):
        optimizer.step()


def a_fit(model, chance):
    if isinstance(model, RNN | LSTM | GRU):
        return
    nn.fit(
        model, rows(model), [[0.1, 0.2]] * 2, loss=nn.mean_squared_error,
        optimizer=SGD(model.parameters(), learning_rate=0.1), epochs=1, backend="recorded",
    )  # fmt: skip


def weights_taken_from_another(model, chance):
    for p, x in zip(model.parameters(), [chance.uniform(-1, 1) for _ in model.parameters()], strict=True):
        p.data = x


def neurons_swapped(model, chance):
    one, other = chance.choice(layers(model)), chance.choice(layers(model))
    i, j = chance.randrange(len(one.neurons)), chance.randrange(len(other.neurons))
    if len(one.neurons[i].weights) == len(other.neurons[j].weights):
        one.neurons[i], other.neurons[j] = other.neurons[j], one.neurons[i]


def a_neuron_shared(model, chance):
    one, other = chance.choice(layers(model)), chance.choice(layers(model))
    if len(one.neurons[0].weights) == len(other.neurons[0].weights):
        one.neurons[0] = other.neurons[-1]


def a_neuron_replaced(model, chance):
    layer = chance.choice(layers(model))
    layer.neurons[0] = Neuron(len(layer.neurons[0].weights), chance.choice(ACTIVATIONS), seed=chance.randrange(99))


def weights_replaced(model, chance):
    one, other = (chance.choice(chance.choice(layers(model)).neurons) for _ in "ab")
    count = len(one.weights)
    fresh = [Value(chance.uniform(-1, 1)) for _ in range(count)]
    one.weights = chance.choice([fresh, other.weights if len(other.weights) == count else fresh])


def a_bias_replaced(model, chance):
    neuron = chance.choice(chance.choice(layers(model)).neurons)
    neuron.bias = Value(chance.uniform(-1, 1))


def a_bias_shared(model, chance):
    one, other = (chance.choice(chance.choice(layers(model)).neurons) for _ in "ab")
    one.bias = other.bias


def attributes_taken_from_another(model, chance):
    one, other = (chance.choice(chance.choice(layers(model)).neurons) for _ in "ab")
    if len(one.weights) == len(other.weights):
        vars(one).update(vars(other))


def an_activation_replaced(model, chance):
    for neuron in chance.choice(layers(model)).neurons[: chance.randint(1, 3)]:
        neuron.activation = nn.support.operation_names.resolve_activation(chance.choice(ACTIVATIONS))


def looked_at(model, chance):
    if not isinstance(model, RNN | LSTM | GRU):
        topological_order(model(rows(model)[0])[0])


def a_pass(model, chance):
    outputs = model(rows(model))[0] if isinstance(model, RNN | LSTM | GRU) else [model(r) for r in rows(model)]
    dot(outputs[0], outputs[0]).backward()


def gradients_cleared(model, chance):
    model.zero_grad()


def a_call_without_gradients(model, chance):
    with no_grad():
        answer_of = model(rows(model)) if isinstance(model, RNN | LSTM | GRU) else model(rows(model)[0])
    assert answer_of


def copied(model, chance):
    return copy.deepcopy(model)


def pickled(model, chance):
    return pickle.loads(pickle.dumps(model))


def saved_and_loaded(model, chance):
    with tempfile.TemporaryDirectory() as folder:
        nn.save(f"{folder}/weights", model)
        weights_taken_from_another(model, chance)
        answer(model)
        nn.load(f"{folder}/weights", model)


HAPPENS = [
    a_number_set, a_sign_of_zero_turned, a_number_set_through_a_group, a_step, a_fit, weights_taken_from_another,
    neurons_swapped, a_neuron_shared, a_neuron_replaced, weights_replaced, a_bias_replaced, a_bias_shared,
    attributes_taken_from_another, an_activation_replaced, looked_at, a_pass, gradients_cleared,
    a_call_without_gradients, copied, pickled, saved_and_loaded,
]  # fmt: skip


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("seed", range(12))
def test_a_model_answers_as_one_that_is_built_this_moment(make, seed):
    chance = random.Random(f"{make.__name__} {seed}")
    model, told = make(chance), []
    answer(model)
    for _ in range(10):
        happens = chance.choice(HAPPENS)
        told.append(happens.__name__)
        model = happens(model, chance) or model
        if chance.random() < 0.7:
            assert answer(model) == answer(built_anew(model, {})), told

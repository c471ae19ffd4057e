"""Odd inputs that strangers tried: each is answered by the call that was given it, in its own words."""

import random

import pytest

import nn

X, Y = [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]


def small():
    return nn.MLP(2, [2, 1], seed=0)


def finder(**given):
    model = small()
    optimizer = nn.SGD(model.parameters())
    nn.find_learning_rate(model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer, **given)


def sharpness(**given):
    nn.sharpness(small(), X, Y, loss=nn.mean_squared_error, **given)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nn.he_normal(None, 2, 2), r"random.Random\(seed\), inputs, outputs"),
        (lambda: nn.xavier_uniform(random.Random(0), "a", 2), r"nn.xavier_uniform\(random.Random"),
        (lambda: finder(start=None), r"find_learning_rate\(start=None\)"),
        (lambda: finder(end="a"), r"find_learning_rate\(end='a'\)"),
        (lambda: finder(start=-1.0), "start must be greater than 0"),
        (lambda: finder(end=0.0), r"find_learning_rate\(end=0.0\): end must be greater than 0"),
        (lambda: finder(start=1.0, end=0.1), "the end must be larger"),
        (lambda: sharpness(tolerance=None), r"sharpness\(tolerance=None\)"),
        (lambda: sharpness(limit=0), "limit must be 1 or more"),
        (lambda: nn.predict(None, X), r"predict\(model, inputs\) calls the model"),
        (lambda: nn.predict(nn.MLP, X), r"predict\(model, inputs\) calls the model"),
        (lambda: nn.LSTM(1, 2)(None), "what this LSTM is called on must be a sequence of rows, not None"),
        (lambda: nn.LSTM(1, 2)([[1.0]], 5), r"the state of this LSTM is a pair \(h, c\)"),
        (lambda: nn.LSTM(1, 2)([[1.0]], ([0, 0],)), r"the state of this LSTM is a pair \(h, c\)"),
        (lambda: nn.BatchNorm(2).load_buffers(None), "load_buffers takes what named_buffers"),
        (lambda: small().name_nodes(5), r"name_nodes\(prefix\) puts a text"),
        (lambda: setattr(nn.Neuron(2), "bias", 0.0), "neuron's bias is a Value or None, not a float"),
    ],
)
def test_an_odd_input_is_answered_by_the_call(call, words):
    with pytest.raises((TypeError, ValueError), match=words):
        call()


@pytest.mark.parametrize("odd", [None, "ab", [1.0], [1.0, None]])
def test_odd_buffers_are_refused_and_change_nothing(odd):
    norm = nn.BatchNorm(2)
    with pytest.raises((TypeError, ValueError), match="running_mean"):
        norm.load_buffers({"running_mean": odd, "running_variance": [1.0, 1.0]})
    assert norm.named_buffers() == {"running_mean": [0.0, 0.0], "running_variance": [1.0, 1.0]}


def test_modules_may_lie_in_each_other_as_deep_as_one_likes():
    layer = model = nn.Layer(2, 2, seed=0)
    for _ in range(2000):
        model = nn.Sequential(model)
    assert [a.data for a in model([1.0, 2.0])] == [a.data for a in layer([1.0, 2.0])]
    assert model.parameters() == layer.parameters()


def test_an_optimizer_that_declares_its_memories_by_an_older_name_is_told_the_new_one():
    with pytest.raises(TypeError, match=r"state_names = \('velocity',\)"):
        type("Heavy", (nn.Optimizer,), {"state": ("velocity",)})

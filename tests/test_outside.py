"""A program holds only as long as what its function read from outside is what it was: closures, globals, attributes."""

import warnings

import pytest

import nn
from autograd import Value, compile, total  # noqa: A004
from autograd.compile import compile_training

RATE = 1.0
ROWS = [1.0, 2.0]


def scaled(x):
    return x * RATE


@pytest.fixture
def w():
    return Value(2.0, "w")


def programs(step):
    return len(str(step).splitlines()) - 1


def test_a_global_that_a_helper_reads(w, monkeypatch):
    step = compile(lambda x: w * scaled(x), [w])
    assert step(3.0) == 6.0
    monkeypatch.setitem(globals(), "RATE", 2.0)
    assert step(3.0) == 12.0
    monkeypatch.setitem(globals(), "RATE", 1.0)
    assert step(3.0) == 6.0
    assert programs(step) == 2  # the first one holds again


def test_data_in_a_global(w, monkeypatch):
    step = compile(lambda: total([w * x for x in ROWS]), [w])
    assert step() == 6.0
    monkeypatch.setitem(globals(), "ROWS", [1.0, 3.0])
    assert step() == 8.0


def test_a_closure(w):
    k = 1.0
    step = compile(lambda x: w * x * k, [w])
    assert step(1.0) == 2.0
    k = 5.0
    assert step(1.0) == 10.0


class Inner(nn.Module):
    def __init__(self):
        self.factor = 2.0
        self.weight = Value(1.5)

    def __call__(self, x):
        return x * self.factor * self.weight


class Outer(nn.Module):
    def __init__(self):
        self.scale = 0.5
        self.parts = [Inner(), Inner()]

    def __call__(self, x):
        return self.loss(x) * self.scale

    def loss(self, x):
        return scaled(total([part(x) for part in self.parts]))


@pytest.mark.filterwarnings("ignore:the compiled function reads")
@pytest.mark.parametrize("way", ["function", "method"])
def test_attributes_of_the_users_own_modules(way, monkeypatch):
    model = Outer()
    step = compile((lambda x: model(x)) if way == "function" else model.__call__, model.parameters())
    assert step(1.0) == 3.0
    model.scale = 1.0
    assert step(1.0) == 6.0
    model.parts[1].factor = 4.0
    assert step(1.0) == 9.0
    monkeypatch.setitem(globals(), "RATE", 2.0)
    assert step(1.0) == 18.0


def test_what_changes_often_is_named_once(w):
    k = 0.0
    step = compile(lambda x: w * x * k, [w])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k in (1.0, 2.0, 3.0):
            assert step(1.0) == 2.0 * k
    k = 4.0
    with pytest.warns(UserWarning, match="reads k from outside, which changes"):
        assert step(1.0) == 8.0
    for k in range(5, 40):
        assert step(1.0) == 2.0 * k
    assert programs(step) == 16  # the latest


def test_what_a_function_counts_itself_is_its_own(w):
    class Counting:
        def __init__(self):
            self.calls = 0

        def __call__(self, x):
            self.calls += 1
            return w * x

    model = Counting()
    step = compile(lambda x: model(x), [w])
    for k in range(4):
        assert step(k) == 2.0 * k
    assert programs(step) == 1


def test_what_a_function_merely_names_is_no_reason_to_trace_again(w):
    calls = []

    def function(x):
        calls.append(1)
        return w * x

    step = compile(function, [w])
    for k in range(4):
        assert step(k) == 2.0 * k
    assert programs(step) == 1
    assert len(calls) <= 2


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
@pytest.mark.parametrize("clip", [None, 1e9])
def test_numbers_of_the_optimiser_changed_by_hand(backend, clip):
    def trained(way):
        weight = Value(1.0)
        optimizer = nn.SGD([weight], 0.1, momentum=0.9)
        limit = nn.ClipByNorm(clip).clip_array if clip else None
        train = compile_training(lambda x: (weight - x) ** 2, [weight], optimizer, backend, limit)
        for momentum in (0.9, 0.5, 0.9):
            optimizer.momentum = momentum
            for rate in (0.1, 0.05):
                optimizer.learning_rate = rate
                if way == "compiled":
                    train(3.0)
                else:
                    optimizer.zero_grad()
                    ((weight - 3.0) ** 2).backward()
                    optimizer.step()
        if way == "compiled":
            train.land()
            assert programs(train) == 2, "one for each momentum: the learning rate is a number of the program"
        return weight.data

    assert trained("compiled") == pytest.approx(trained("recorded"), rel=1e-14)

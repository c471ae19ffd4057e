"""A program holds only as long as what its function read from outside is what it was: closures, globals, attributes."""

import sys
import types
import warnings

import numpy as np
import pytest

import nn
from autograd import Value, compile, total  # noqa: A004
from autograd.compile import compile_training
from autograd.compile.frontend.guards import MOST, Outside
from autograd.compile.frontend.snapshots import DEEPEST

pytestmark = pytest.mark.usefixtures("unaudited")

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
    assert len(calls) == 2, "traced twice, and not again"


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
@pytest.mark.parametrize("clip", [None, 1e9])
def test_numbers_of_the_optimizer_changed_by_hand(backend, clip):
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
            train.write_back()
            assert programs(train) == 2, "one for each momentum: the learning rate is a number of the program"
        return weight.data

    assert trained("compiled") == pytest.approx(trained("recorded"), rel=1e-14)


CHANGES = {
    "a list": ([1.0, 2.0], lambda d: sum(d), lambda d: d.__setitem__(0, 5.0)),
    "its length": ([1.0, 2.0], lambda d: sum(d), lambda d: d.append(3.0)),
    "rows": ([[1.0, 2.0], [3.0, 4.0]], lambda d: d[1][0] * d[0][1], lambda d: d[1].__setitem__(0, 7.0)),
    "rows of a tuple": (([1.0], [3.0]), lambda d: d[1][0], lambda d: d[1].__setitem__(0, 7.0)),
    "a dict": ({"k": 2.0}, lambda d: d["k"], lambda d: d.update(k=3.0)),
    "a list in a dict": ({"k": [2.0]}, lambda d: d["k"][0], lambda d: d["k"].__setitem__(0, 3.0)),
    "an array": (np.array([1.0, 2.0]), lambda d: float(d.sum()), lambda d: d.__setitem__(1, 9.0)),
    "a set": ({1.0, 2.0}, lambda d: float(sum(d)), lambda d: d.add(5.0)),
    "another kind": ([1.0, [2.0]], lambda d: float(np.sum(d[1])), lambda d: d.__setitem__(1, np.array([4.0, 5.0]))),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_held_and_changed_in_its_place(name, w):
    data, read, change = CHANGES[name]
    step = compile(lambda x: w * x * read(data), [w])
    assert step(1.0) == 2.0 * read(data)
    assert step(1.0) == 2.0 * read(data)
    assert programs(step) == 1
    change(data)
    assert step(1.0) == 2.0 * read(data)
    assert programs(step) == 2


class Base:
    factor = 3.0

    def __init__(self, weight):
        self.weight, self.epoch, self.losses, self.settings = weight, 0, [], {"scale": 2.0}

    @property
    def scale(self):
        return self.settings["scale"]


class Trainer(Base):
    def loss(self, x):
        return self.weight * x * self.scale * self.factor

    def run(self, step, count):
        for _ in range(count):
            self.epoch += 1
            self.losses.append(step(1.0))


def test_attributes_that_a_method_does_not_read_are_no_reason_to_trace_again(w):
    trainer = Trainer(w)
    step = compile(trainer.loss, [w])
    trainer.run(step, 5)
    assert (trainer.losses, programs(step)) == ([12.0] * 5, 1)
    trainer.settings["scale"] = 1.0  # read by a property of the class that it comes from
    trainer.run(step, 1)
    trainer.factor = 5.0
    trainer.run(step, 1)
    assert trainer.losses[5:] == [6.0, 10.0]


def test_an_attribute_read_by_a_name_put_together(w):
    class Model:
        def __init__(self):
            self.k0, self.k1 = 2.0, 3.0

        def __call__(self, x):
            return w * x * sum(getattr(self, f"k{i}") for i in range(2))

    model = Model()
    step = compile(lambda x: model(x), [w])
    assert step(1.0) == 10.0
    model.k1 = 4.0
    assert step(1.0) == 12.0


class Thing:
    def __init__(self):
        self.k = self._k = 1.0


def test_by_a_name_put_together_private_attributes_are_read_of_objects_and_not_of_our_modules():
    thing, layer, other = Thing(), nn.Layer(1, 1), Thing()
    outside = Outside(lambda name: getattr(thing, name) + getattr(layer, name))
    assert [outside.reads(thing, [name]) for name in ("k", "_k", "__eq__", "__repr__")] == [True, True, True, False]
    assert [outside.reads(layer, [name]) for name in ("k", "_k")] == [True, False]
    assert not outside.reads(other, ["k"])
    assert outside.reads(thing, ["__repr__", "k"])
    assert not outside.reads(thing, [])


def test_lists_in_one_another_are_copied_so_deep_and_what_is_deeper_is_to_be_the_very_same():
    deep = inner = []
    lists = [deep]
    for _ in range(3000):
        inner.append([])
        inner = inner[0]
        lists.append(inner)
    outside = Outside(lambda: deep)
    for k, seen in ((0, "deep"), (DEEPEST - 1, "deep"), (DEEPEST, ""), (DEEPEST + 1, ""), (2000, "")):
        lists[k].append(1.0)
        assert outside.changed() == seen
        lists[k].pop()
    lists[DEEPEST - 1][0] = []
    assert outside.changed() == "deep"


def test_what_is_held_is_kept_once_and_what_cannot_change_is_not():
    plain, inside, many = (1.0, 2.0), ([1.0], 2.0), [0.0] * (MOST + 1)
    fits, rates, pairs = [0.0] * MOST, {"a": 1.0}, {2.0}
    outside = Outside(lambda: (plain, inside, many, fits, rates, pairs))
    assert [name for name, _, _ in outside._held] == ["fits", "inside", "pairs", "rates"]
    assert [name for name, _, _ in outside._loosely] == ["fits", "inside", "pairs", "rates"]
    many[0] = 1.0
    assert outside.changed() == ""
    fits[-1] = 1.0
    assert outside.changed() == "fits"


def test_of_a_librarys_module_data_are_read_and_of_the_users_own_functions_too(monkeypatch):
    own, library = types.ModuleType("numbers_of_mine"), types.ModuleType("some_library")
    library.__file__ = "/lib/site-packages/some_library.py"
    for module in (own, library):
        monkeypatch.setitem(sys.modules, module.__name__, module)
        module.k, module.held, module.called = 1.0, [1.0], lambda x: x
    for module, name, seen in (
        (own, "k", "k"), (own, "called", "called"), (own, "other", ""),
        (library, "k", "k"), (library, "called", ""), (library, "other", ""),
    ):  # fmt: skip
        outside = Outside(lambda: own.called(own.k + own.held[0]) + library.called(library.k + library.held[0]))
        assert outside.changed() == ""
        setattr(module, name, 2.0)
        assert outside.changed() == seen
        module.held[0] += 1.0
        assert outside.changed() == (seen or "held")
        module.k, module.called = 1.0, lambda x: x

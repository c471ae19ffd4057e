"""Whatever a program was traced from and that has changed is noticed at the next call: each line is a change."""

import argparse
import array
import collections
import contextvars
import dataclasses
import functools
import operator
import os
import sys
import types
import warnings
import weakref

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value, compile, total  # noqa: A004

X = [0.3, -0.7]


def assert_noticed(function, parameters, changes):
    """Each change of what the function reads changes what its program gives, at once."""
    step = compile(function, parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(2):
            before = step(X)
            assert before == pytest.approx(function([Value(x) for x in X]).data, rel=1e-12)
        for change in changes:
            change()
            truth = function([Value(x) for x in X]).data
            assert truth != before
            before = step(X)
            assert before == pytest.approx(truth, rel=1e-12)


# ------------------------------------------------------------------------------------ our own modules
def sequence():
    return nn.Sequential(
        nn.MLP(2, [3, 3], activation="tanh", output="tanh", seed=0),
        nn.Residual(nn.Layer(3, 3, "tanh", seed=1)),
        nn.Checkpoint(nn.Layer(3, 3, "tanh", seed=2)),
        nn.Activate("tanh"),
        nn.BatchNorm(3),
        nn.Layer(3, 2, None, seed=3),
    )


OURS = {
    "eval": lambda m: m.eval(),
    "eval of a part": lambda m: m.layers[4].eval(),
    "a layer replaced": lambda m: m.layers.__setitem__(-1, nn.Layer(3, 2, None, seed=9)),
    "append": lambda m: m.layers.append(nn.Activate("tanh")),
    "insert": lambda m: m.layers.insert(3, nn.Activate("sin")),
    "del": lambda m: m.layers.__delitem__(3),
    "pop": lambda m: m.layers.pop(),
    "layers": lambda m: setattr(m, "layers", m.layers[:2]),
    "reverse": lambda m: m.layers[0].layers[0].neurons.reverse(),
    "sort": lambda m: m.layers[0].layers[0].neurons.sort(key=lambda neuron: neuron.weights[0].data),
    "neurons": lambda m: setattr(m.layers[5], "neurons", m.layers[5].neurons[:1] * 2),
    "weights": lambda m: setattr(m.layers[0].layers[0].neurons[1], "weights", [Value(0.5), Value(0.1)]),
    "bias": lambda m: setattr(m.layers[0].layers[0].neurons[1], "bias", Value(0.5)),
    "activation": lambda m: setattr(m.layers[0].layers[1].neurons[1], "activation", ag.relu),
    "block of a Residual": lambda m: setattr(m.layers[1], "block", nn.Layer(3, 3, "sin", seed=4)),
    "a bias in it": lambda m: setattr(m.layers[1].block.neurons[0], "bias", Value(0.7)),
    "block of a Checkpoint": lambda m: setattr(m.layers[2], "block", nn.Layer(3, 3, "sin", seed=4)),
    "a bias in that": lambda m: setattr(m.layers[2].block.neurons[0], "bias", Value(0.7)),
    "an Activate's": lambda m: setattr(m.layers[3], "activation", ag.sin),
    "a setting": lambda m: setattr(m.layers[4], "epsilon", 0.5),
    "an entry of scale": lambda m: m.layers[4].scale.__setitem__(0, Value(3.0)),
    "shift": lambda m: setattr(m.layers[4], "shift", [Value(1.0)] * 3),
}


@pytest.mark.parametrize("name", OURS)
def test_parts_and_settings_of_our_own_containers(name):
    model = sequence()
    model.layers[4].running_mean[:] = [0.1, 0.2, 0.3]
    parameters = model.parameters()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_noticed(
            lambda x: total(model.batch([x, x[::-1]])[0]) + model(x)[0], parameters, [lambda: OURS[name](model)]
        )


class Mine(nn.Module):
    gain = 1.0

    def __init__(self):
        self.k, self._p, self.settings, self.weight = 2.0, 0.5, {"a": 1.0, "n": {"z": 2.0}}, Value(1.5)

    @classmethod
    def of_class(cls):
        return cls.gain

    @property
    def of_property(self):
        return self._p * self.settings["a"] * self.settings["n"]["z"]

    def __call__(self, row):
        return [x * self.k * self.of_property * self.of_class() * self.weight for x in row]


def test_a_users_module_inside_ours(monkeypatch):
    mine = Mine()
    model = nn.Sequential(nn.Residual(nn.Checkpoint(mine)), nn.Layer(2, 2, None, seed=0))
    assert_noticed(lambda x: model(x)[0], model.parameters(), [
        lambda: setattr(mine, "k", 3.0),
        lambda: setattr(mine, "_p", 0.25),
        lambda: mine.settings.update(a=4.0),
        lambda: mine.settings["n"].update(z=1.0),
        lambda: monkeypatch.setattr(Mine, "gain", 7.0),
        lambda: setattr(mine, "weight", Value(0.1)),
        lambda: monkeypatch.setattr(Mine, "__call__", lambda self, row: [self.k * x for x in row]),
    ])  # fmt: skip


def test_ours_inside_a_users_and_what_is_derived_from_ours():
    class Outer(nn.Module):
        def __init__(self):
            self.inner, self.last = nn.Sequential(nn.Layer(2, 2, "tanh", seed=0)), Scaled(2, 2, None, seed=1)

        def __call__(self, x):
            return self.last(self.inner(x))[0]

    class Scaled(nn.Layer):
        scale = 1.0

        def __call__(self, x):
            return [a * self.scale for a in super().__call__(x)]

    model = Outer()
    assert_noticed(lambda x: model(x), model.parameters(), [
        lambda: setattr(model.inner.layers[0].neurons[0], "activation", None),
        lambda: model.inner.layers.append(nn.Activate("sin")),
        lambda: setattr(model.last, "scale", 2.0),
        lambda: delattr(model.last, "scale"),
        lambda: setattr(model.last.neurons[0], "bias", Value(9.0)),
    ])  # fmt: skip


def test_functions_of_the_users_inside_ours():
    k, d = [1.5], {"k": 1.0}
    model = nn.Sequential(nn.MLP(2, [2, 2], lambda z: z * k[0], seed=0), lambda row: [x * d["k"] for x in row])
    changes = [lambda: k.__setitem__(0, 3.0), lambda: d.update(k=2.0)]
    assert_noticed(lambda x: total(model(x)), model.parameters(), changes)


def test_rows_of_an_embedding():
    table = nn.Embedding(50, 2, seed=0)
    assert_noticed(lambda x: total([a * b for a, b in zip(table(3), x, strict=True)]), table.parameters(), [
        lambda: table.rows.__setitem__(3, [Value(1.0), Value(2.0)]),
        lambda: table.rows[3].__setitem__(0, Value(9.0)),
    ])  # fmt: skip


def test_to_show_the_other_behavior_and_this_one_again_is_no_change():
    model = nn.Sequential(nn.Layer(2, 2, "tanh", seed=0), nn.Dropout(0.0), nn.Layer(2, 2, None, seed=0))
    step = compile(lambda x: total(model(x)), model.parameters())
    step(X)
    for _ in range(3):
        model.eval()
        model.train()
        step(X)
    assert len(str(step).splitlines()) == 2


# ---------------------------------------------------------------------------------- the user's objects
class Settings:
    scale = 1.0
    deep = {"a": [1.0]}  # noqa: RUF012

    class Inner:
        k = 1.0

    @classmethod
    def loss(cls, w, x):
        return w * x[0] * cls.scale


class Narrower(Settings):
    pass


class Slotted:
    __slots__ = ("k", "rates")

    def __init__(self):
        self.k, self.rates = 1.0, [2.0]


@dataclasses.dataclass(slots=True)
class Record:
    k: float = 1.0


class AttributeDict(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


class Forwarding:
    def __init__(self):
        self.__dict__["_kept"] = {"k": 1.0}

    def __getattr__(self, name):
        return self._kept[name]


class Described:
    def __init__(self):
        self.k = 1.0

    def __get__(self, owner, kind):
        return self.k


class WithDescriptor:
    k = Described()


class Typed(type):
    @property
    def k(cls):
        return cls._k


class OfTyped(metaclass=Typed):
    _k = 1.0


def put(where, key, x):
    return lambda: where.__setitem__(key, x)


def give(where, name, x):
    return lambda: setattr(where, name, x)


def classes(w):
    read = lambda x: w * x[0] * Settings.scale * Settings.deep["a"][0] * Settings.Inner.k * Narrower.scale  # noqa: E731
    return read, [give(Settings, "scale", 2.0), put(Settings.deep["a"], 0, 3.0), give(Settings.Inner, "k", 2.0),
                  give(Narrower, "scale", 5.0)]  # fmt: skip


def class_methods(w):
    return lambda x: Settings.loss(w, x), [give(Settings, "scale", 4.0)]


def metaclasses(w):
    return lambda x: w * x[0] * OfTyped.k, [give(OfTyped, "_k", 2.0)]


def namespaces(w):
    c = types.SimpleNamespace(k=1.0, inner=argparse.Namespace(z=2.0))
    return lambda x: w * x[0] * c.k * c.inner.z, [give(c, "k", 2.0), give(c.inner, "z", 5.0)]


def slots(w):
    a, b = Slotted(), Record()
    return lambda x: w * x[0] * a.k * a.rates[0] * b.k, [give(a, "k", 3.0), put(a.rates, 0, 4.0), give(b, "k", 9.0)]


def attributes_made_up(w):
    a, b, c = AttributeDict(k=1.0), Forwarding(), WithDescriptor()
    changes = [give(a, "k", 2.0), put(b._kept, "k", 3.0), give(vars(WithDescriptor)["k"], "k", 5.0)]
    return lambda x: w * x[0] * a.k * b.k * c.k, changes


def modules(w):
    config = sys.modules["settings_of_a_test"] = types.ModuleType("settings_of_a_test")
    config.k, config.d = 1.0, {"z": 1.0}

    def read(x):
        import settings_of_a_test

        return w * x[0] * config.k * settings_of_a_test.d["z"]

    return read, [give(config, "k", 2.0), put(config.d, "z", 3.0)]


def defaults(w):
    def helper(x, *, k=1.0):
        return x * k

    def read(x, k=1.0, d={"a": 2.0}):  # noqa: B006
        return w * helper(x[0]) * k * d["a"] * read.scale

    read.scale = 1.0
    return read, [put(read.__defaults__[1], "a", 3.0), give(read, "__defaults__", (2.0, {"a": 1.0})),
                  put(helper.__kwdefaults__, "k", 5.0), give(helper, "__kwdefaults__", {"k": 2.0}),
                  give(read, "scale", 3.0)]  # fmt: skip


def code(w):
    def helper(x):
        return x * 1.0

    return lambda x: w * helper(x[0]), [give(helper, "__code__", (lambda x: x * 2.0).__code__)]


def partials(w):
    d = {"k": 1.0}
    inner = functools.partial(lambda x, s, k: w * x[0] * s["k"] * k, s=d, k=2.0)
    return lambda x: inner(x), [put(d, "k", 3.0), put(inner.keywords, "k", 1.0)]


def a_partial_itself(w):
    d = {"k": 1.0}
    return functools.partial(lambda s, x: w * x[0] * s["k"], d), [put(d, "k", 3.0)]


def closures(w):
    k, d = 1.0, {"k": 1.0}

    def outer():
        def inner(x):
            return (lambda y: y * k)(x)

        return inner

    def change():
        nonlocal k
        k = 3.0

    def decorated(function):
        return functools.wraps(function)(lambda x: function(x) * d["k"])

    return decorated(functools.partial(lambda inner, x: w * inner(x[0]), outer())), [change, put(d, "k", 2.0)]


def containers(w):
    d, e, f = collections.deque([1.0, 2.0]), collections.defaultdict(dict), ({"a": {"b": [1.0]}},)
    g, h = array.array("d", [1.0]), collections.ChainMap({"z": 1.0}, {"y": 2.0})
    e["a"]["k"] = 1.0
    read = lambda x: w * x[0] * d[0] * e["a"]["k"] * f[0]["a"]["b"][0] * g[0] * h["y"]  # noqa: E731
    return read, [lambda: d.appendleft(3.0), put(e["a"], "k", 2.0), put(f[0]["a"]["b"], 0, 3.0), put(g, 0, 2.0),
                  put(h.maps[1], "y", 5.0)]  # fmt: skip


def longer_data(w):
    d, e = [1.0] * 500, np.ones(2000)
    return lambda x: w * x[0] * d[300] * float(e[700]), [put(d, 300, 2.0), put(e, 700, 3.0)]


def values(w):
    a, b, c = [w, Value(2.0)], {"a": Value(1.0)}, np.array([Value(1.0)], dtype=object)
    g = [ag.Group([w, Value(1.0)])]
    read = lambda x: a[0] * x[0] + a[1] * x[1] + b["a"] + c[0] + ag.dot(g[0], x)  # noqa: E731
    return read, [put(a, 0, Value(5.0)), a.reverse, put(b, "a", Value(5.0)), put(c, 0, Value(4.0)),
                  put(g, 0, ag.Group([Value(3.0), w]))]  # fmt: skip


def objects_in_lists(w):
    a = [Record(1.0), Record(2.0)]
    return lambda x: w * x[0] * a[0].k * a[1].k, [give(a[1], "k", 5.0), lambda: a.insert(0, Record(7.0))]


def readers(w):
    d, c = {"k": 1.0}, types.SimpleNamespace(k=1.0)
    get, attribute, item = d.get, operator.attrgetter("k"), operator.itemgetter("k")
    return lambda x: w * x[0] * get("k") * attribute(c) * item(d), [put(d, "k", 2.0), give(c, "k", 3.0)]


def references(w):
    a, c = Described(), contextvars.ContextVar("c", default=1.0)
    held = weakref.ref(a)
    return lambda x: w * x[0] * held().k * c.get() + 0.0 * len(vars(a)), [give(a, "k", 2.0), lambda: c.set(3.0)]


def the_environment(w):
    os.environ["CHAINRULE_TEST"] = "1.0"
    return lambda x: w * x[0] * float(os.environ["CHAINRULE_TEST"]), [put(os.environ, "CHAINRULE_TEST", "2.0")]


def a_cache(w):
    d = {"k": 1.0}
    scale = functools.lru_cache(lambda x: x * d["k"])
    return lambda x: w * x[0] * scale(1.0), [lambda: (put(d, "k", 2.0)(), scale.cache_clear())]


def monkeypatches(w):
    class Base:
        def act(self, x):
            return x * 1.0

    class Derived(Base):
        def __call__(self, x):
            return w * self.act(x[0])

    a = Derived()
    return a, [give(Base, "act", lambda self, x: x * 3.0), give(a, "act", lambda x: x * 4.0)]


def by_text(w):
    names = globals()
    names["FACTOR"] = 1.0
    return lambda x: w * x[0] * globals()["FACTOR"], [put(names, "FACTOR", 2.0)]


USERS = [classes, class_methods, metaclasses, namespaces, slots, attributes_made_up, modules, defaults, code, partials,
         a_partial_itself, closures, containers, longer_data, values, objects_in_lists, readers, references,
         the_environment, a_cache, monkeypatches, by_text]  # fmt: skip


@pytest.mark.parametrize("make", USERS)
def test_what_the_users_own_functions_read(make):
    w = Value(2.0, "w")
    read, changes = make(w)
    assert_noticed(read, [w], changes)

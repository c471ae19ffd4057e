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
import weakref

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.support.outcomes import assert_noticed


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
    d, e = {"k": 1.0}, {"k": 1.0}
    inner = functools.partial(lambda x, s, k: w * x[0] * s["k"] * k * e["k"], s=d, k=2.0)
    return lambda x: inner(x), [put(d, "k", 3.0), put(inner.keywords, "k", 1.0), put(e, "k", 2.0)]


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

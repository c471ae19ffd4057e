"""What equals another thing and is not the same, what stands in another order, and what is behind a property."""

import collections
import dataclasses
import math
import types
import warnings

import pytest

import autograd as ag
import nn
from autograd import Value, compile  # noqa: A004

pytestmark = pytest.mark.usefixtures("unaudited")

W = Value(2.0, "w")


@dataclasses.dataclass
class Named:
    name: str
    k: float = dataclasses.field(default=1.0, compare=False)


class AllEqual(nn.Module):
    """A module that says it equals any other of its kind."""

    def __init__(self, k):
        self.k = k

    def __eq__(self, other):
        return isinstance(other, AllEqual)

    __hash__ = nn.Module.__hash__

    def __call__(self, x):
        return x * self.k


class Real(float):
    """A number that can be given attributes."""


def assert_seen(function, *changes):
    """After many calls each change is seen at the very next one."""
    step = compile(function, parameters=[W])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(21):
            before = step([3.0])
        for change in changes:
            change()
            truth = function([Value(3.0)]).data
            assert truth != before
            before = step([3.0])
            assert before == pytest.approx(truth, rel=1e-12)


def of_dict(held):
    return lambda X: W * X[0] * held["c"].k


def of_list(held):
    return lambda X: W * X[0] * held[0].k


def test_an_equal_thing_in_the_place_of_another():
    for held in (
        {"c": Named("x")},
        collections.OrderedDict(c=Named("x")),
        types.MappingProxyType(d := {"c": Named("x")}),
    ):
        there = d if isinstance(held, types.MappingProxyType) else held
        assert_seen(of_dict(held), lambda there=there: there.update(c=Named("x", 5.0)))
    for held in ([Named("x")], collections.deque([Named("x")]), [AllEqual(1.0)], [types.SimpleNamespace(k=1.0)]):
        kind = type(held[0])
        new = {Named: Named("x", 5.0), AllEqual: AllEqual(5.0)}.get(kind, types.SimpleNamespace(k=5.0))
        assert_seen(of_list(held), lambda held=held, new=new: held.__setitem__(0, new))
    nested = {"a": [({"b": Named("x")},)]}
    assert_seen(
        lambda X: W * X[0] * nested["a"][0][0]["b"].k,
        lambda: nested["a"][0][0].update(b=Named("x", 5.0)),
        lambda: nested["a"].__setitem__(0, ({"b": Named("x", 7.0)},)),
    )


def test_an_equal_thing_held_as_an_attribute():
    thing = types.SimpleNamespace(d=Named("x"), t=(Named("x"),))
    assert_seen(
        lambda X: W * X[0] * thing.d.k * thing.t[0].k,
        lambda: setattr(thing, "d", Named("x", 5.0)),
        lambda: setattr(thing, "t", (Named("x", 3.0),)),
    )


def test_an_equal_member_of_a_set():
    held = {AllEqual(1.0)}

    def swap():
        held.clear()
        held.add(AllEqual(5.0))

    assert_seen(lambda X: W * X[0] * sum(m.k for m in held), swap)


def test_plain_numbers_are_compared_by_value_and_kind():
    signs, kinds, inner = [0.0], [1], {"a": [0.0]}
    assert_seen(lambda X: W * X[0] + 2.0 ** (W * math.copysign(1.0, signs[0])), lambda: signs.__setitem__(0, -0.0))
    assert_seen(lambda X: W * (X[0] if kinds[0] is True else 2.0), lambda: kinds.__setitem__(0, True))
    assert_seen(
        lambda X: W * X[0] + 2.0 ** (W * math.copysign(1.0, inner["a"][0])), lambda: inner["a"].__setitem__(0, -0.0)
    )


def test_equal_plain_numbers_need_no_new_program():
    numbers, thing = [0.5, 1000.25], types.SimpleNamespace(shape=(1000, 2.5))
    step = compile(lambda X: W * X[0] * numbers[1] * thing.shape[1], parameters=[W])
    step([3.0])
    numbers[:] = [float("0.5"), float("1000.25")]
    thing.shape = (int("1000"), float("2.5"))
    step([3.0])
    assert str(step).startswith("compiled for numpy: 1 parameter, 1 program\n") or "1 program" in str(step)
    assert "2 programs" not in str(step)


def in_turn(acts):
    def function(X):
        x = W * X[0]
        for act in acts():
            x = act(x)
        return x

    return function


def test_the_order_of_a_dict():
    d = {"a": ag.tanh, "b": ag.exp}
    assert_seen(in_turn(lambda: d.values()), lambda: d.update(a=d.pop("a")), lambda: d.update(b=d.pop("b")))
    ordered = collections.OrderedDict(a=ag.tanh, b=ag.exp)
    assert_seen(in_turn(lambda: ordered.values()), lambda: ordered.move_to_end("a"))
    held = [{"a": ag.tanh, "b": ag.exp}]
    assert_seen(in_turn(lambda: held[0].values()), lambda: held[0].update(a=held[0].pop("a")))
    assert_seen(in_turn(lambda: dict(**d).values()), lambda: d.update(a=d.pop("a")))


def again(thing, name):
    kept = getattr(thing, name)
    delattr(thing, name)
    setattr(thing, name, kept)


def test_the_order_of_attributes():
    thing = types.SimpleNamespace(a=ag.tanh, b=ag.exp)
    assert_seen(in_turn(lambda: vars(thing).values()), lambda: again(thing, "a"))
    assert_seen(in_turn(lambda: thing.__dict__.values()), lambda: again(thing, "b"))

    class Walked(nn.Module):
        def __init__(self):
            self.first, self.second = nn.Activation("tanh"), nn.Activation("exp")

        def __call__(self, row):
            for name, part in list(vars(self).items()):
                if name[0] != "_":
                    row = part(row)
            return row

    model = Walked()
    assert_seen(lambda X: model([W * X[0]])[0], lambda: again(model, "first"), lambda: again(model, "second"))


def test_what_is_behind_a_property_of_ours():
    optimizer, neuron = nn.SGD([W], 1.0), nn.Neuron(1, "tanh", seed=0)
    assert_seen(lambda X: W * X[0] * optimizer.learning_rate, lambda: setattr(optimizer, "learning_rate", 9.0))
    assert_seen(lambda X: W * X[0] * (2.0 if neuron.nonlin else 1.0), lambda: setattr(neuron, "activation", None))


def test_buffers_of_ours_that_a_function_looks_at_itself():
    norm, dropout = nn.BatchNorm(1), nn.Dropout(0.5, seed=0)
    assert_seen(lambda X: W * X[0] + norm.running_mean[0], lambda: norm.running_mean.__setitem__(0, 4.0))
    assert_seen(
        lambda X: W * X[0] * norm.running_variance[0],
        lambda: setattr(norm, "running_variance", [7.0]),
        lambda: norm.load_buffers({"running_mean": [0.0], "running_variance": [5.0]}),
    )
    assert_seen(lambda X: W * X[0] * (1 + dropout.drawn), lambda: setattr(dropout, "drawn", 3))


def test_the_name_of_a_value():
    free, held = Value(1.0, "a"), [Value(1.0, "a")]
    assert_seen(lambda X: W * X[0] * (2.0 if free.name == "a" else 1.0), lambda: setattr(free, "name", "b"))
    assert_seen(lambda X: W * X[0] * (2.0 if held[0].name == "a" else 1.0), lambda: setattr(held[0], "name", "b"))


@pytest.mark.parametrize("name", ["gain", "held"])
def test_attributes_of_a_number(name):
    real = Real(1.5)
    real.gain, real.held = 1.0, [1.0]
    changes = {"gain": lambda: setattr(real, "gain", 3.0), "held": lambda: real.held.__setitem__(0, 3.0)}
    assert_seen(lambda X: W * X[0] * real.gain * real.held[0], changes[name])


def test_dicts_of_rows_of_values_and_their_order():
    rows = {"a": [Value(1.0), Value(2.0)], "b": [Value(3.0)]}

    def loss(X):
        return W * X[0] * next(iter(rows.values()))[0]

    assert_seen(loss, lambda: rows["a"].__setitem__(0, Value(7.0)))
    assert_seen(loss, lambda: rows.__setitem__("a", [*rows.pop("a")]))
    assert_seen(loss, lambda: rows.__setitem__("b", [0.5]))


def test_what_is_nested_ten_thousand_deep():
    chain, table = (), [2.0]
    for _ in range(10_000):
        chain, table = (2.0, chain), [table]
    step = ag.compile(lambda X: W * X[0] * chain[0] + 0.0 * len(table), [W])
    for _ in range(3):
        assert step([1.5]) == W.data * 3.0
    with pytest.raises(ValueError, match="X is nested more than 64 deep"):
        step(table)

"""Parts and settings of modules, ours and the user's, are watched."""

import warnings

import pytest

import autograd as ag
import nn
from autograd import Value, compile, total  # noqa: A004
from tests.support.outcomes import X, assert_noticed

pytestmark = pytest.mark.usefixtures("unaudited")


# ------------------------------------------------------------------------------------ our own modules
def sequence():
    return nn.Sequential(
        nn.MLP(2, [3, 3], activation="tanh", output="tanh", seed=0),
        nn.Residual(nn.Layer(3, 3, "tanh", seed=1)),
        nn.Checkpoint(nn.Layer(3, 3, "tanh", seed=2)),
        nn.Activation("tanh"),
        nn.BatchNorm(3),
        nn.Layer(3, 2, None, seed=3),
    )


OURS = {
    "eval": lambda m: m.eval(),
    "eval of a part": lambda m: m.layers[4].eval(),
    "a layer replaced": lambda m: m.layers.__setitem__(-1, nn.Layer(3, 2, None, seed=9)),
    "append": lambda m: m.layers.append(nn.Activation("tanh")),
    "insert": lambda m: m.layers.insert(3, nn.Activation("sin")),
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
    "an Activation's": lambda m: setattr(m.layers[3], "activation", ag.sin),
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
        lambda: model.inner.layers.append(nn.Activation("sin")),
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

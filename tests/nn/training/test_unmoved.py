"""A parameter where nobody looks is named before training; what stays on purpose is not."""

import warnings
from functools import partial
from importlib.util import find_spec

import pytest

import autograd
import nn
from autograd import Value, detach, where

MACHINE_CODE = pytest.param("native", marks=pytest.mark.skipif(find_spec("llvmlite") is None, reason="no llvmlite"))
BACKENDS = pytest.mark.parametrize("backend", ["recorded", "numpy", MACHINE_CODE])
DATA = [[1.0], [2.0]], [3.0, 6.0]
elsewhere = Value(1.0)


class Holder:
    def __init__(self, **attributes):
        vars(self).update(attributes)


class Scaled(nn.Module):
    """w · x, times whatever `factor(self)` finds."""

    def __init__(self, factor, **attributes):
        self.w = Value(0.5)
        for name, x in attributes.items():
            setattr(self, name, x)
        self._factor = factor

    def __call__(self, row):
        return self._factor(self) * self.w * row[0]


def told(act):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        act()
    return [str(warning.message) for warning in seen]


def fitted(model, parameters=None, backend="recorded", loss=nn.mean_squared_error, data=DATA):
    optimizer = nn.SGD(parameters or model.parameters(), 0.01)
    return told(lambda: nn.fit(model, *data, loss=loss, optimizer=optimizer, epochs=3, backend=backend))


def of_closure():
    k = Value(1.0)
    return lambda model: k


class ClassOwn(Scaled):
    k = Value(1.0)


class Slotted:
    __slots__ = ("slot", "unset")

    def __init__(self):
        self.slot = Value(1.0)


def doubled(scale):
    return 2.0 * scale


class ReadsOutside(nn.Module):
    def __init__(self):
        self.w = Value(0.5)

    def __call__(self, row):
        return [self.w * x * elsewhere for x in row][0]  # noqa: RUF015


HIDDEN = {
    "part.k": lambda: Scaled(lambda m: m.part.k, part=Holder(k=Value(1.0))),
    "_scale": lambda: Scaled(lambda m: m._scale, _scale=Value(1.0)),
    "part.table.left": lambda: Scaled(lambda m: m.part.table["left"], part=Holder(table={"left": Value(1.0)})),
    "parts.0": lambda: Scaled(lambda m: next(iter(m.parts)), parts={Value(1.0)}),
    "part.below.1": lambda: Scaled(lambda m: m.part.below[1], part=Holder(below=[None, Value(1.0)])),
    "_factor.k": lambda: Scaled(of_closure()),
    "_factor.elsewhere": lambda: Scaled(lambda m: elsewhere),
    "mine": lambda: Scaled(lambda m: m._k, _k=Value(1.0, "mine")),
    "_body.layers.0.neurons.0.weights.0, _body.layers.0.neurons.0.bias": lambda: Scaled(
        lambda m: m._body([1.0]), _body=nn.MLP(1, [1], seed=0)
    ),
    "k": lambda: ClassOwn(lambda m: m.k),
    "part.slot": lambda: Scaled(lambda m: m.part.slot, part=Slotted()),
    "_layer.scale": lambda: Scaled(lambda m: m._layer(), _layer=partial(doubled, scale=Value(1.0))),
    "elsewhere": lambda: ReadsOutside(),
    "_flag": lambda: Scaled(lambda m: where(m.w > 0.0, 2.0, m._flag), _flag=Value(1.0)),
}


@pytest.mark.parametrize("names", HIDDEN)
@BACKENDS
def test_a_parameter_where_nobody_looks_is_named_once(names, backend):
    model = HIDDEN[names]()
    (message,) = fitted(model, backend=backend)
    shown = names.replace("_body.", "")  # a module has named its own
    assert message.startswith(f"{shown}: the loss depends on "), message
    assert "neither the model's parameters() nor the optimizer know" in message


def test_a_session_and_the_finder_name_it_too():
    model = Scaled(lambda m: m._scale, _scale=Value(1.0))
    settings = {"loss": nn.mean_squared_error, "optimizer": nn.SGD(model.parameters(), 0.01)}
    for use in (nn.TrainingSession, nn.find_learning_rate):
        (message,) = told(lambda use=use: use(model, *DATA, **settings))
        assert message.startswith("_scale: the loss depends on it")


def test_a_parameter_of_the_loss_is_named():
    spread = Value(2.0)

    def loss(predictions, targets):
        return nn.mean_squared_error(predictions, targets) / spread + autograd.log(spread)

    (message,) = fitted(nn.MLP(1, [1], seed=0), loss=loss)
    assert message.startswith("spread: the loss depends on it")
    model = nn.MLP(1, [1], seed=0)
    assert not fitted(model, [*model.parameters(), spread], loss=loss), "the optimizer has it"


def test_many_are_counted():
    (message,) = fitted(Scaled(lambda m: autograd.total(m._many), _many=[Value(0.1) for _ in range(11)]))
    assert message.startswith("_many.0, _many.1, ")
    assert "_many.7 and 3 more: the loss depends on them" in message


@pytest.mark.parametrize(
    "make",
    [
        lambda: Scaled(lambda m: detach(m._scale), _scale=Value(1.0)),
        lambda: Scaled(lambda m: m._scale.data, _scale=Value(1.0)),
        lambda: Scaled(lambda m: Value(2.0)),  # made anew in each pass
        lambda: Scaled(lambda m: where(m.w > m._bound, 1.0, 2.0), _bound=Value(0.1)),  # no gradient comes from there
        lambda: Scaled(lambda m: m.k, k=Value(1.0)),
        lambda: Scaled(lambda m: m.table["k"][0], table={"k": (Value(1.0),)}),
        lambda: nn.Sequential(nn.Layer(1, 3, seed=0), nn.BatchNorm(3), nn.Dropout(0.5, seed=0), nn.Layer(3, 1, seed=1)),
    ],
)
def test_what_stays_on_purpose_or_moves_is_no_alarm(make):
    model = make()

    def loss(predictions, targets):
        return nn.mean_squared_error([p[0] if isinstance(p, list) else p for p in predictions], targets)

    assert not fitted(model, loss=loss)


def test_parameters_that_are_kept_from_the_optimizer_and_data_that_are_values_are_no_alarm():
    model = nn.MLP(1, [2, 1], "tanh", seed=0)
    assert not fitted(model, model.layers[-1].parameters())
    inputs = [[Value(1.0)], [Value(2.0)]]
    targets = [Value(3.0), Value(6.0)]
    assert not fitted(model, data=(inputs, targets))

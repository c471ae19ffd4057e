"""`state_dict` and `load_state_dict` of modules and optimizers: names to numbers, strict, to the bit."""

import math

import pytest

import nn


def model(seed=1):
    return nn.Sequential(nn.Layer(2, 3, None, seed=seed), nn.BatchNorm(3), nn.Dropout(0.5), nn.Layer(3, 1, seed=seed))


def trained(made=nn.Adam, **settings):
    net = model()
    optimizer = made(net.parameters(), **settings)
    rows, targets = nn.datasets.xor()
    nn.fit(net, rows, targets, loss=nn.mean_squared_error, optimizer=optimizer, epochs=3, backend="recorded")
    return net, optimizer


def test_a_module_comes_back_to_the_bit():
    net, _ = trained()
    state = net.state_dict()
    assert list(state)[:2] == ["layers.0.neurons.0.weights.0", "layers.0.neurons.0.weights.1"]
    assert set(state) == {*dict(net.named_parameters()), *net.named_buffers()}
    other = model(seed=2)
    other.load_state_dict(state)
    assert repr(other.state_dict()) == repr(state)
    state["layers.1.running_mean"][0] = 7.0
    assert net.state_dict()["layers.1.running_mean"][0] != 7.0
    assert other.state_dict()["layers.1.running_mean"][0] != 7.0


def test_nan_and_minus_zero_come_back_too():
    net = nn.Layer(1, 1, None, seed=1)
    first, second = net.parameters()
    first.data, second.data = math.nan, -0.0
    state = net.state_dict()
    first.data = second.data = 1.0
    net.load_state_dict(state)
    assert repr([p.data for p in net.parameters()]) == "[nan, -0.0]"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda s: s.pop("layers.0.neurons.0.bias"), ValueError, "layers.0.neurons.0.bias is missing"),
        (lambda s: s.update(more=1.0), ValueError, "the state_dict is of another model: this one has no more$"),
        (lambda s: s.update({"layers.0.neurons.0.bias": "1"}), TypeError, "layers.0.neurons.0.bias: a real number"),
        (lambda s: s.update({"layers.3.neurons.0.bias": [1.0]}), TypeError, "layers.3.neurons.0.bias: a real number"),
        (lambda s: s.update({"layers.1.running_mean": [1.0]}), ValueError, "running_mean holds 1 numbers"),
        (lambda s: s.update({"layers.1.running_variance": [-1.0] * 3}), ValueError, "no variance is below 0"),
        (lambda s: s.update({"layers.2.drawn": -1}), ValueError, "no count of numbers drawn"),
    ],
)
def test_what_does_not_fit_a_module_changes_nothing(change, error, words):
    net, _ = trained()
    state, other = net.state_dict(), model(seed=2)
    change(state)
    before = repr(other.state_dict())
    with pytest.raises(error, match=words):
        other.load_state_dict(state)
    assert repr(other.state_dict()) == before


def test_a_column_that_never_varied_has_variance_0_and_is_loaded():
    net, _ = trained()
    other = model(seed=2)
    other.load_state_dict(net.state_dict() | {"layers.1.running_variance": [0.0] * 3})
    assert other.layers[1].running_variance == [0.0] * 3


@pytest.mark.parametrize(
    ("made", "settings"),
    [
        (nn.SGD, {}),
        (nn.SGD, {"momentum": 0.9, "nesterov": True}),
        (nn.AdaGrad, {}),
        (nn.RMSProp, {"momentum": 0.5}),
        (nn.Adam, {}),
        (nn.AdamW, {"weight_decay": 0.1}),
    ],
)
def test_an_optimizer_goes_on_as_if_it_had_never_stopped(made, settings):
    net, optimizer = trained(made, **settings)
    state = optimizer.state_dict()
    assert set(state) == {*optimizer.settings, "step_count", *optimizer.state_names}
    begin = {"momentum": 0.1} if settings.get("momentum") else {}
    other = model(seed=2)
    again = made(other.parameters(), learning_rate=0.5, **begin)
    again.load_state_dict(state)
    other.load_state_dict(net.state_dict())
    assert repr(again.state_dict()) == repr(state)
    for weights, mover in ((net, optimizer), (other, again)):
        for i, parameter in enumerate(weights.parameters()):
            parameter.grad = 0.1 * i - 0.3
        mover.step()
    assert repr(net.state_dict()) == repr(other.state_dict())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.pop("mean"), "the field mean is missing in the state_dict"),
        (lambda s: s.update(velocity=[]), "there is no field velocity"),
        (lambda s: s.update(mean=[0.0]), "mean holds 1 numbers, and this optimizer moves 19"),
        (lambda s: s.update(mean=0.0), "mean is 0.0, not a list"),
        (lambda s: s.update(mean=["x"] * 19), 'mean is "x", not a number'),
        (lambda s: s.update(step_count=-1), "step_count is -1, not a whole number"),
        (lambda s: s.update(beta1=1.5), "beta1 must be 0 or more and less than 1"),
        (lambda s: s.update(learning_rate=math.nan), "learning_rate must be 0 or more"),
    ],
)
def test_what_does_not_fit_an_optimizer_changes_nothing(change, words):
    _, optimizer = trained()
    state = optimizer.state_dict()
    other = nn.Adam(model().parameters(), 0.2)
    change(state)
    before = repr(other.state_dict())
    with pytest.raises(ValueError, match=words):
        other.load_state_dict(state)
    assert repr(other.state_dict()) == before


def test_settings_that_make_another_rule_are_refused():
    plain, heavy = (nn.SGD(model().parameters(), momentum=m) for m in (0.0, 0.9))
    with pytest.raises(ValueError, match="velocity"):
        plain.load_state_dict(heavy.state_dict())
    with pytest.raises(ValueError, match="memories none"):
        heavy.load_state_dict(heavy.state_dict() | {"momentum": 0.0})


def test_keywords_of_other_libraries_are_answered():
    with pytest.raises(TypeError, match="strict: the file and the model must have the same"):
        model().load_state_dict({}, strict=False)

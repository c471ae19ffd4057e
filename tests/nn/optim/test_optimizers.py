"""Optimizers: against PyTorch's paths, floats against arrays, and what they refuse."""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pytest

from autograd import Value
from nn.optim import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp

GOLDEN = json.loads((Path(__file__).parents[2] / "support" / "golden" / "optimizers.json").read_text())
KINDS: dict[str, type[Optimizer]] = {kind.__name__: kind for kind in (SGD, AdaGrad, RMSProp, Adam, AdamW)}


def loss(p):
    x, y, z = p
    return 3.0 * (x * x) + 0.5 * (x * y) + 0.1 * (y * y) * (y * y) + (z * x).tanh() - 0.2 * (y * z)


def named(run):
    return f"{run['optimizer']}({', '.join(f'{k}={v}' for k, v in run['settings'].items())})"


@pytest.mark.parametrize("run", GOLDEN["runs"], ids=named)
def test_the_path_is_pytorchs(run):
    parameters = [Value(x) for x in GOLDEN["start"]]
    optimizer = KINDS[run["optimizer"]](parameters, **run["settings"])
    for step, expected in enumerate(run["path"], start=1):
        optimizer.zero_grad()
        loss(parameters).backward()
        optimizer.step()
        assert [p.data for p in parameters] == pytest.approx(expected, rel=1e-12, abs=1e-12), f"step {step}"
    assert optimizer.step_count == len(run["path"]) == 50


class ArrayMaths:
    sqrt, power, where = staticmethod(np.sqrt), staticmethod(np.power), staticmethod(np.where)


@pytest.mark.parametrize("run", GOLDEN["runs"], ids=named)
def test_the_same_rule_moves_arrays(run):
    size, rng = 5, np.random.default_rng(1)
    values = [Value(x) for x in rng.normal(size=size)]
    optimizer = KINDS[run["optimizer"]](values, **run["settings"])
    array = np.array([v.data for v in values])
    memories = tuple(np.zeros(size) for _ in optimizer.state_names)
    for step in range(1, 11):
        gradient = rng.normal(size=size)
        for v, g in zip(values, gradient, strict=True):
            v.grad = g
        optimizer.step()
        given = [x.copy() for x in (array, gradient, *memories)]
        inputs = (array, gradient, *memories)
        array, memories = optimizer.rule(ArrayMaths, array, gradient, optimizer.learning_rate, step, *memories)
        assert all(np.array_equal(before, x) for before, x in zip(given, inputs, strict=True)), "changed in place"
        np.testing.assert_allclose(array, [v.data for v in values], rtol=1e-14)
        for name, memory in zip(optimizer.state_names, memories, strict=True):
            np.testing.assert_allclose(memory, optimizer.state[name], rtol=1e-14)


def test_adam_at_the_first_step_is_the_hand_value():
    # The bias correction makes m̂ = g and v̂ = g², so that the step is η g / (|g| + ε).
    for g, epsilon in [(0.5, 1e-8), (-3.0, 0.1), (1e-9, 1e-8)]:
        p = Value(2.0)
        p.grad = g
        Adam([p], learning_rate=0.1, epsilon=epsilon).step()
        assert p.data == pytest.approx(2.0 - 0.1 * g / (abs(g) + epsilon), rel=1e-15)


def test_unreached_parameters_stay_and_are_named_once():
    w, idle, other = Value(1.0, name="w"), Value(2.0, name="idle"), Value(3.0)
    optimizer = Adam([w, idle, other])
    (w * w).backward()
    with pytest.warns(UserWarning, match=r"idle, parameter 2: no backward pass has reached them"):
        optimizer.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
    assert (idle.data, other.data) == (2.0, 3.0)
    assert w.data != 1.0
    assert optimizer.state["mean"][1:] == [0.0, 0.0]


def test_a_parameter_given_twice_moves_once():
    w = Value(1.0)
    optimizer = SGD([w, w], learning_rate=0.5)
    w.grad = 1.0
    optimizer.step()
    assert optimizer.parameters == [w]
    assert w.data == 0.5


def test_an_interrupted_step_changes_nothing():
    class Interrupted(Adam):
        def update(self, maths, parameter, *rest):
            if parameter == 2.0:
                raise KeyboardInterrupt
            return super().update(maths, parameter, *rest)

    parameters = [Value(1.0), Value(2.0)]
    optimizer = Interrupted(parameters)
    sum(parameters).backward()
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert [p.data for p in parameters] == [1.0, 2.0]
    assert optimizer.state == {"mean": [0.0, 0.0], "variance": [0.0, 0.0]}
    assert optimizer.step_count == 0


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (SGD, {"learning_rate": -0.1}, r"SGD\(learning_rate=-0.1\).*0 or more"),
        (SGD, {"learning_rate": math.nan}, "learning_rate=nan"),
        (SGD, {"learning_rate": math.inf}, "finite"),
        (SGD, {"momentum": 1.0}, r"momentum=1.0.*less than 1"),
        (SGD, {"momentum": -0.5}, "momentum=-0.5"),
        (SGD, {"nesterov": True}, "momentum=0.0"),
        (AdaGrad, {"epsilon": 0.0}, "greater than 0"),
        (RMSProp, {"decay": 1.5}, "decay=1.5"),
        (Adam, {"beta1": 1.0}, "beta1=1.0"),
        (Adam, {"beta2": -0.1}, "beta2=-0.1"),
        (Adam, {"epsilon": -1e-8}, "epsilon=-1e-08"),
        (AdamW, {"weight_decay": -1.0}, "weight_decay=-1.0"),
    ],
)
def test_bad_hyper_parameters_are_refused(kind, settings, message):
    with pytest.raises(ValueError, match=message):
        kind([Value(1.0)], **settings)


def test_bad_parameters_are_refused():
    class Model:
        def parameters(self):
            return []

    with pytest.raises(TypeError, match=r"pass model.parameters\(\)"):
        SGD(Model())
    with pytest.raises(TypeError, match="number 1 of these is a float"):
        SGD([Value(1.0), 2.0])
    with pytest.raises(TypeError, match="number 0 of these is a list"):
        SGD([[Value(1.0)]])
    with pytest.raises(ValueError, match="no parameters"):
        SGD([])
    with pytest.raises(ValueError, match="computed from others"):
        SGD([Value(1.0) * 2])
    with pytest.raises(TypeError, match="real number"):
        SGD([Value(1.0)], learning_rate="0.1")
    optimizer = SGD([Value(1.0)])
    with pytest.raises(ValueError, match="learning_rate=-1"):
        optimizer.learning_rate = -1


# --------------------------------------------------------------------------------------------- settings
SETTINGS = {  # the numbers where each setting is still taken, and the nearest where it is not
    "learning_rate": ((0.0, 1e300), (-5e-324, math.inf, math.nan)),
    "momentum": ((0.0, 1.0 - 2**-53), (-5e-324, 1.0, math.nan)),
    "beta1": ((0.0, 1.0 - 2**-53), (-5e-324, 1.0, math.nan)),
    "beta2": ((0.0, 1.0 - 2**-53), (-5e-324, 1.0, math.nan)),
    "decay": ((0.0, 1.0 - 2**-53), (-5e-324, 1.0, math.nan)),
    "epsilon": ((5e-324, 1e300), (0.0, -1.0, math.inf, math.nan)),
    "l1": ((0.0, 1e300), (-5e-324, math.inf, math.nan)),
    "l2": ((0.0, 1e300), (-5e-324, math.inf, math.nan)),
    "weight_decay": ((0.0, 1e300), (-5e-324, math.inf, math.nan)),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_setting_is_taken_up_to_its_limit_and_not_beyond(kind):
    for name in kind.settings:
        if name != "nesterov":
            taken, refused = SETTINGS[name]
            for x in taken:
                assert getattr(kind([Value(1.0)], **{name: x}), name) == x
            for x in refused:
                with pytest.raises(ValueError, match=rf"{kind.__name__}\({name}="):
                    kind([Value(1.0)], **{name: x})


class Own(Optimizer):
    """Of a person's own: it may call things as it likes, and keep what it is given."""

    state_names = ("before",)

    def __init__(self, parameters):
        self.lr, self.betas, self.amsgrad = 7.0, (0.1, 0.2), True
        super().__init__(parameters, 0.5)

    def update(self, maths, parameter, gradient, learning_rate, step, *memories):
        return parameter - learning_rate * gradient, (gradient,)


def test_an_optimizer_of_ones_own_has_its_own_names_and_is_given_plain_floats():
    p = Value(1.0)
    optimizer = Own([p])
    assert (optimizer.lr, optimizer.betas, optimizer.amsgrad, optimizer.learning_rate) == (7.0, (0.1, 0.2), True, 0.5)
    (p * 3.0).backward()
    for _ in range(2):  # the second step uses a gradient that is used
        optimizer.step()
        assert type(optimizer.state["before"][0]) is float
    (p * 3.0).backward()
    optimizer.step()  # and the third one that was piled upon it
    assert optimizer.state["before"] == [6.0]
    assert type(optimizer.state["before"][0]) is float

"""What people type by the names of other libraries is accepted where it means ours, and answered where it does not."""

import copy
import importlib
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.support.advice_on_names import key
from tests.support.outcomes import told

ROOT = Path(ag.__file__).parent.parent


X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


PACKAGES = {"autograd": ag, "nn": nn}


guesses_of = {
    "autograd": importlib.import_module("autograd.support.foreign_names"),
    "nn": importlib.import_module("nn.support.foreign_names"),
}


def made():
    return nn.MLP(2, [3, 1], seed=0)


# ----------------------------------------------------------------------------------------- accepted
a, values = Value(2.0), [Value(1.0), Value(3.0), Value(-1.0), Value(3.0)]


# ----------------------------------------------------------------------------------------- answered
NAMES = [(package, name) for package in PACKAGES for name in guesses_of[package].NAMES]


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_a_name_of_anothers_is_ours_or_answered_however_it_is_asked_for(package, name):
    module, said = PACKAGES[package], guesses_of[package].NAMES[name]
    assert name not in module.__all__, "it is there"
    if said.isidentifier():
        assert getattr(module, name) is getattr(module, said)
        assert name not in dir(module)
        return
    assert not hasattr(module, name)
    assert told(lambda: getattr(module, name)).startswith(
        f"AttributeError: module {package!r} has no attribute {name!r}: "
    )
    for statement in (f"from {package} import {name}", f"import {package}.{name} as other"):
        assert told(lambda statement=statement: exec(statement, {})).startswith("ModuleNotFoundError: module"), (
            statement
        )


def names_in(sentence):
    """Yield the names of ours that a sentence mentions, as `nn.Layer`."""
    for word in sentence.replace("(", " ").replace(")", " ").replace(",", " ").replace(":", " ").split():
        package, dot, name = word.strip(";.`").partition(".")
        if dot and package in PACKAGES and name.isidentifier():
            yield package, name


def test_what_an_answer_names_is_there():
    for module in guesses_of.values():
        tables = [table for name, table in vars(module).items() if name.isupper() and isinstance(table, dict)]
        assert len(tables) >= 4
        for table in tables:
            for sentence in table.values():
                for package, name in names_in(sentence):
                    assert name in {*PACKAGES[package].__all__, "datasets", "estimators"}, sentence


def test_a_keyword_means_one_that_some_function_has():
    for package, module in guesses_of.items():
        takes = set()
        for name in PACKAGES[package].__all__:
            if callable(thing := getattr(PACKAGES[package], name)) and isinstance(thing, type | type(made)):
                takes |= set(inspect.signature(thing).parameters)
        for ours in module.SAME.values():
            assert set(ours.split()) & takes, ours


def without_answers():
    """Yield the public functions and classes with a signature of their own that Python would answer for."""
    for module in PACKAGES.values():
        for name in module.__all__:
            thing = getattr(module, name)
            made_here = (
                thing if inspect.isfunction(thing) else vars(thing).get("__init__") if isinstance(thing, type) else None
            )
            if made_here is not None:
                try:
                    thing(never_heard_of=1)
                except TypeError as error:
                    if f"{thing.__name__} takes no never_heard_of: it takes " not in str(error):
                        yield name


def test_whatever_is_public_answers_a_keyword_that_it_does_not_know():
    plain = {"mean", "norm", "smallest", "logsumexp", "log_softmax", "softmax",
             "number", "op", "topological_order", "take", "Value", "Condition",
             "Group", "he_normal", "he_uniform", "xavier_normal", "xavier_uniform", "Report", "RateSweep", "Diagnosis",
             "Finding", "Initializer"}  # fmt: skip
    assert set(without_answers()) <= plain


model, parameters = made(), made().parameters()


optimizer = nn.SGD(parameters, 0.1)


def fit(*given, **named):
    return nn.fit(model, X, Y, *given, **{"loss": nn.hinge, "optimizer": optimizer, "epochs": 1, **named})


@pytest.mark.parametrize(
    ("slip", "says"),
    [
        (lambda: nn.fit(model, X, Y, weight_decay=0.1), "fit takes no weight_decay: optimizers have it: nn.SGD(p"),
        (lambda: nn.Adam(parameters, momentum=0.9), "Adam takes no momentum: nn.SGD and nn.RMSProp have momentum"),
        (lambda: nn.Adam(parameters, betas=(0.9, 0.99)), "Adam takes no betas: write beta1=0.9, beta2=0.999"),
        (lambda: nn.SGD(parameters, learnin_rate=0.1), "SGD takes no learnin_rate: did you mean learning_rate?"),
        (lambda: nn.SGD(parameters, 0.1, lr=0.1), "SGD is given learning_rate twice: lr is learning_rate here"),
        (lambda: nn.SGD(parameters, lr=0.1, learning_rate=1.0), "SGD is given learning_rate twice: lr is"),
        (lambda: nn.SGD(parameters, 0.1, learning_rate=0.1), "SGD is given learning_rate twice"),
        (lambda: nn.SGD(lr=0.1), "SGD needs parameters as well, as in SGD(parameters, learning_rate=0.01, m"),
        (lambda: fit(verbose=1), "fit takes no verbose: progress=True shows a bar"),
        (lambda: fit(lr=0.1), "fit takes no lr: the optimizer has the rate, as in nn.SGD(model."),
        (lambda: fit(batchsize=2), "fit takes no batchsize: did you mean batch_size?"),
        (lambda: fit(nonsense=2), "fit takes no nonsense: it takes model, inputs, targets, loss, optimizer"),
        (lambda: fit(10), "fit takes 3 by place, not 4, as in fit(model, inputs, targets, loss=nn.mean"),
        (lambda: nn.fit(model, X, Y), "fit needs loss and optimizer and epochs as well, as in fit(model, inputs,"),
        (lambda: nn.Adam(parameters, 0.1, (0.9, 0.99)), "Adam(beta1=(0.9, 0.99)): a real number is needed here, n"),
        (lambda: nn.StepDecay(30, eta_min=0.1), "StepDecay takes no eta_min: final is a factor of the rate"),
        (lambda: nn.Softmax(dim=1), "Softmax takes no dim: a row has one dimension"),
        (lambda: nn.Sequential(layers=[]), "Sequential takes no layers: it takes its layers one by one"),
        (lambda: nn.EarlyStopping(3, restore_best_weights=True), "EarlyStopping takes no restore_best_weights: the"),
        (lambda: ag.no_grad(enabled=True), "no_grad() takes nothing, or the function to decorate"),
        (lambda: nn.MLP([2, 4, 1]), "MLP needs sizes as well, as in MLP(2, [16, 16, 1]) for 2 inputs, layers of 16"),
        (lambda: nn.MLP(2, 4, 4, 1), "MLP takes 3 by place, not 4, as in MLP(2, [16, 16, 1])"),
        (lambda: nn.MLP(2, 4, 1), "an MLP needs the sizes of its layers, as in MLP(2, [4, 1]), not 4"),
        (lambda: nn.MLP(2, [3], output=nn.Softmax()), "softmax is an activation of a whole row: put nn.Softmax()"),
        (lambda: nn.MLP(2, [3], output=ag.softmax), "softmax is an activation of a whole row: put nn.Softmax()"),
        (lambda: nn.Layer(2, 3, "Softmax"), "softmax is an activation of a whole row: put nn.Softmax()"),
        (lambda: nn.Layer(2, 3, nn.Softmax), "softmax is an activation of a whole row: put nn.Softmax()"),
        (lambda: nn.Layer(2, 3, nn.Activation), "an activation is a name, an operation or a function, not the class A"),
        (lambda: nn.mean_squared_error(Y, Y, reduction="sum"), "mean_squared_error takes no reduction: the"),
        (lambda: nn.predict(model, X, verbose=0), "predict takes no verbose: progress=True"),
        (lambda: model.zero_grad(set_to_none=True), "zero_grad takes no set_to_none: it does so always"),
        (lambda: optimizer.zero_grad(set_to_none=True), "zero_grad takes no set_to_none: it does so always"),
        (lambda: model.train(False), "train takes 0 by place, not 1"),
        (lambda: ag.gradcheck(lambda: a, [a], atol=1.0), "gradcheck takes no atol: there is one tolerance"),
        (lambda: ag.compile(lambda x: a), "compile needs parameters as well, as in compile(lambda x, y: loss"),
        (lambda: ag.compile(lambda x: a, model=model), "compile takes no model: parameters=model.parameters()"),
    ],
)  # fmt: skip
def test_a_call_by_anothers_keywords_is_answered(slip, says):
    assert told(slip).partition(": ")[2].startswith(says)


@pytest.mark.parametrize("name", [*guesses_of["nn"].OF_A_MODULE])
def test_a_module_is_asked_for_what_others_have(name):
    model = made()
    said = told(lambda: getattr(model, name))
    assert said == f"AttributeError: MLP has no attribute {name!r}: {guesses_of['nn'].OF_A_MODULE[name]}"
    assert not hasattr(model, name)
    assert name not in dir(model)
    setattr(model, name, 3)  # a user's own
    assert getattr(model, name) == 3


def test_an_optimizer_is_asked_for_what_others_have():
    for name, said in guesses_of["nn"].OF_AN_OPTIMIZER.items():
        if said.isidentifier():
            assert not hasattr(optimizer, name) or getattr(optimizer, name) == getattr(optimizer, said)
        else:
            assert (
                told(lambda name=name: getattr(optimizer, name))
                == f"AttributeError: SGD has no attribute {name!r}: {said}"
            )


def test_pythons_own_errors_stay_and_a_right_call_that_fails_inside_is_told_as_it_is():
    class Mine(nn.Module):
        def __init__(self, size, **rest):
            self.size, self.rest = size + rest.pop("more", 0), rest

        @property
        def weights(self):
            return self.nothing

    mine = Mine(size=1, lr=3)
    assert (mine.size, mine.rest) == (1, {"lr": 3})
    assert told(lambda: mine.weights) == "AttributeError: 'Mine' object has no attribute 'nothing'"
    assert told(lambda: mine.nonsense) == "AttributeError: 'Mine' object has no attribute 'nonsense'"
    assert told(lambda: nn.nonsense) == "AttributeError: module 'nn' has no attribute 'nonsense'"
    assert told(lambda: Mine(size="one")).startswith("TypeError: can only concatenate str"), "not a wrong call"
    assert told(lambda: Mine()) == "TypeError: Mine needs size as well, as in Mine(size, **rest)"
    with pytest.raises(ImportError, match="cannot import name 'nonsense' from 'nn'"):
        exec("from nn import nonsense", {})
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'nn\.nonsense'"):
        exec("import nn.nonsense", {})


def test_signatures_copies_and_pickles_are_as_without():
    assert list(inspect.signature(nn.SGD).parameters) == [
        *("parameters", "learning_rate", "momentum", "nesterov", "l1", "l2", "weight_decay")
    ]
    assert list(inspect.signature(nn.mean_squared_error).parameters) == ["predictions", "targets", "weights"]
    assert list(inspect.signature(nn.EarlyStopping).parameters) == ["patience", "margin"]
    for thing in (nn.fit, nn.hinge, ag.grad, ag.compile, nn.SGD, nn.MLP):
        assert pickle.loads(pickle.dumps(thing)) is thing
    model = made()
    both = [copy.deepcopy(model), copy.copy(model)]
    assert all(other([1.0, 2.0]).data == model([1.0, 2.0]).data for other in both)
    assert repr(copy.copy(optimizer)) == repr(pickle.loads(pickle.dumps(optimizer))) == repr(optimizer)
    assert repr(copy.deepcopy(nn.WarmUp(3))) == "WarmUp(steps=3, start=None, then=None)"


def test_a_stranger_who_wants_hips_autograd_is_told_which_this_is():
    program = "import autograd.numpy as np"
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert "this is chainrule's autograd, which records scalars, not HIPS/autograd" in ended.stderr


def test_a_guess_is_in_the_table_once_however_it_is_spelled():
    for module in guesses_of.values():
        told_twice = {}
        for name, said in module.NAMES.items():
            assert said.isidentifier() or told_twice.setdefault(key(name), said) == said, name


def test_an_activation_that_is_set_later_is_that_of_the_neurons():
    layer, neuron = nn.Layer(2, 3, seed=0), nn.Neuron(2, "relu", seed=0)
    layer.activation, neuron.activation = "Tanh", "tanh"
    tanh = nn.Layer(2, 3, "tanh", initializer=nn.he_normal, seed=0)
    for one, other in zip(layer.parameters(), tanh.parameters(), strict=True):
        one.data = other.data
    assert [y.data for y in layer([1.0, 2.0])] == [y.data for y in tanh([1.0, 2.0])]
    assert layer.activation is neuron.activation is ag.tanh
    neuron.nonlin = False
    assert (neuron.activation, neuron.describe()) == (None, "Neuron 2 → 1, linear")
    assert [name for name, _ in layer.named_parameters()] == [name for name, _ in tanh.named_parameters()]
    for thing in (layer, neuron):
        assert told(lambda thing=thing: setattr(thing, "activation", "tangent")).startswith(
            "ValueError: no activation 'ta"
        )
    assert told(lambda: setattr(made(), "activation", "tanh")).startswith(
        "AttributeError: an MLP has an activation in each layer: set model.layers[0].activation"
    )


@pytest.mark.parametrize("inputs", [{1.0, 2.0}, frozenset({1.0, 2.0}), {0: 1.0, 1: 2.0}, "12"])
@pytest.mark.parametrize(
    "made", [lambda: nn.Neuron(2), lambda: nn.Layer(2, 3), made, nn.Softmax, lambda: nn.BatchNorm(2)]
)
def test_a_row_has_an_order(made, inputs):
    assert f"not {'a ' * isinstance(made(), nn.Softmax | nn.BatchNorm)}{type(inputs).__name__}" in told(
        lambda: made()(inputs)
    )


def test_an_embedding_is_asked_for_one_row():
    says = "TypeError: an embedding is looked up by one whole number, not a list: for several use batch"
    assert told(lambda: nn.Embedding(3, 2)([1])) == says


def test_a_forward_takes_what_it_takes_and_may_be_said_anew():
    class Two(nn.Module):
        def __init__(self):
            self.w = Value(2.0)

        def forward(self, row, scale=1.0):
            return self.w * row[0] * scale

    class More(Two):
        def forward(self, row, scale=1.0):
            return super().forward(row, scale) + 1.0

    assert (Two()([3.0], scale=2.0).data, More()([3.0], 2.0).data) == (12.0, 13.0)
    assert nn.predict(More(), [[1.0], [2.0]]) == [3.0, 5.0]

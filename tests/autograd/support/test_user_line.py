"""Every warning of the library leads to the line of the person who can mend what it is about."""

import ast
import ctypes
import linecache
import math
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import nn
from autograd import Value, compile, total  # noqa: A004
from autograd.compile.frontend.audit import Audits
from autograd.compile.programs import compiled, every_size

ROOT = Path(__file__).parents[3]
HERE = "# the line of the user"
ROWS, TARGETS = [[0.0], [1.0], [2.0]], [0.0, 1.0, 0.0]


class Idle(nn.Module):
    """A network with a parameter that no loss reaches; its gradient may grow beyond all measure."""

    def __init__(self, factor=1.0):
        self.layer, self.idle, self.factor = nn.MLP(1, [2, 1], "tanh", seed=1), Value(1.0), factor

    def __call__(self, row):
        return self.layer(row) * self.factor


def fit(factor=1.0, **settings):
    model = Idle(factor)
    sgd = nn.SGD(model.parameters())
    settings.setdefault("loss", nn.mean_squared_error)
    nn.fit(model, ROWS, TARGETS, optimizer=sgd, epochs=10, **settings)  # the line of the user


def by_hand():
    w, idle = Value(1.0), Value(1.0)
    optimizer = nn.SGD([w, idle])
    (w * w).backward()
    optimizer.step()  # the line of the user


def forgotten():
    w = Value(1.0)
    optimizer = nn.SGD([w])
    for _ in range(3):
        (w * w).backward()
        optimizer.step()  # the line of the user


def unmoved():
    scale, model = Value(1.0), nn.MLP(1, [1], seed=0)
    sgd = nn.SGD(model.parameters())

    def loss(predictions, targets):
        return nn.mean_squared_error(predictions, targets) * scale

    nn.fit(model, ROWS, TARGETS, loss=loss, optimizer=sgd, epochs=1)  # the line of the user


def session():
    model = Idle()
    sgd = nn.SGD(model.parameters())
    session = nn.TrainingSession(model, ROWS, TARGETS, loss=nn.mean_squared_error, optimizer=sgd)
    session.step()  # the line of the user


def clip():
    w = Value(1.0)
    w.grad = math.inf
    nn.clip_by_norm([w], 1.0)  # the line of the user


def unused():
    step = compile(lambda x: total(x), [Value(1.0)])
    step([1.0, 2.0])  # the line of the user


def unused_by_way_of_numpy():
    step = compile(lambda x: x * x, [Value(1.0)])
    np.vectorize(step)([1.0])  # the line of the user


def changing():
    w, factor = Value(2.0), 0.0
    step = compile(lambda x: w * x * factor, [w])
    for factor in range(5):  # noqa: B007
        step(1.0)  # the line of the user


def unseen():
    w, factor = Value(2.0), ctypes.c_double(1.0)
    step = compile(lambda x: w * x * factor.value, [w])
    for factor.value in (1.0, 2.0):
        step(1.0)  # the line of the user


def two_faced():
    def readable(x):
        try:
            return bool(x.data)
        except TypeError:
            return False

    w = Value(2.0)
    step = compile(lambda x: w * x if readable(x) else w * x * 2.0, [w])
    for _ in range(2):
        step(1.0)  # the line of the user


def unseen_in_fit():
    def anneal(report):
        factor.value += 1.0

    factor = ctypes.c_double(1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Audits, "due", lambda self: False)
        loss = lambda p, y: nn.mean_squared_error(p, y) * factor.value  # noqa: E731
        fit(loss=loss, callbacks=[anneal], backend="numpy")


def broken():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.support.costs.WORTH_COMPILING", 0)
        patch.setattr("autograd.support.costs.COMPILING", 0)
        patch.setattr("nn.training.compiled.compile_training", lambda *given: 1 / 0)
        fit(backend="auto")


def missing():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.support.costs.WORTH_COMPILING", 0)
        patch.setattr("autograd.support.costs.COMPILING", 0)
        patch.setitem(sys.modules, "nn.training.compiled", None)
        fit(backend="auto")


def mistaken():
    def broken(*_):
        raise TypeError("no such thing")

    step = compile(lambda x: total(x) * w, [w := Value(1.0)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(every_size, "unify", broken)
        step([1.0] * 40)  # the line of the user


def uncompiled():
    step = compile(lambda x: x * w, [w := Value(1.0)])
    step(1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.support.costs.WORTH_MACHINE_CODE", 0)
        patch.setattr("autograd.support.costs.find_spec", lambda name: name)
        patch.setattr(compiled, "make_runner", lambda *given: 1 / 0)
        step(1.0)  # the line of the user


def nan_in_a_file():
    from safetensors.numpy import save_file

    with TemporaryDirectory() as folder:
        path = Path(folder) / "theirs.safetensors"
        save_file({"0.weight": np.array([[math.nan, 1.0]]), "0.bias": np.array([0.0])}, path)
        nn.load(path, nn.MLP(2, [1]))  # the line of the user


SITUATIONS = {
    "a program that LLVM does not compile": uncompiled,
    "an error in the search for a program for every size": mistaken,
    "optimizer.step": by_hand,
    "a forgotten zero_grad": forgotten,
    "a parameter where nobody looks": unmoved,
    "a session": session,
    "clip_by_norm": clip,
    "weights of PyTorch's that are nan": nan_in_a_file,
    "a step that does not use a parameter": unused,
    "the same, called by NumPy": unused_by_way_of_numpy,
    "a step that reads what changes": changing,
    "a step that reads what nobody sees": unseen,
    "a function that is another one when it is traced": two_faced,
    "a fit that reads what nobody sees": unseen_in_fit,
    "a compiler that fails": broken,
    "a compiler that is not there": missing,
    "fit, recorded": lambda: fit(backend="recorded"),
    "fit, compiled": lambda: fit(backend="numpy"),
    "fit, recorded, clipped": lambda: fit(1e200, clip=1.0, backend="recorded"),
    "fit, compiled, clipped": lambda: fit(1e200, clip=1.0, backend="numpy"),
}


def told(name):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        SITUATIONS[name]()
    return caught


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_warning_leads_to_the_users_own_line(name):
    caught = told(name)
    assert caught
    for warning in caught:
        assert warning.filename == __file__, warning.message
        assert HERE in linecache.getline(__file__, warning.lineno)


def test_these_are_all_the_warnings_that_there_are():
    messages = [str(warning.message) for name in SITUATIONS for warning in told(name)]
    calls = [
        (path, call)
        for package in ("autograd", "nn", "viz")
        for path in sorted((ROOT / package).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in ("warn", "warn_explicit")
    ]
    assert [path.name for path, call in calls if ast.unparse(call.func) != "warn"] == ["user_line.py"], "one door"
    for path, call in calls:
        if ast.unparse(call.func) == "warn":
            said = [part.value for part in getattr(call.args[0], "values", ()) if isinstance(part, ast.Constant)]
            assert said
            assert any(all(part in message for part in said) for message in messages), (path, call.lineno)

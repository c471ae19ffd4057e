"""C files: compiled by gcc and clang without a warning, they give NumPy's losses, gradients and trained weights."""

import ctypes
import shutil
import subprocess

import numpy as np
import pytest

import nn
from autograd import Value, compile, take, total  # noqa: A004
from autograd.compile import compile_training

COMPILERS = [
    pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not on this machine"))
    for name in ("gcc", "clang")
]
FLAGS = ["-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
DRAW = np.random.default_rng(0)
ROWS, CLASSES = DRAW.normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])


def library(source, folder, compiler):
    (folder / "program.c").write_text(source, encoding="ascii")
    path = folder / f"{compiler}.so"
    subprocess.run([compiler, *FLAGS, str(folder / "program.c"), "-o", str(path), "-lm"], check=True)
    made = ctypes.CDLL(str(path))
    for name in ("forward", "train"):
        if hasattr(made, name):
            getattr(made, name).restype = ctypes.c_double
    return made


def pointers(arguments):
    arrays = [np.ascontiguousarray(a, np.int32 if a.dtype.kind == "i" else np.float64) for a in arguments]
    return [a.ctypes.data_as(ctypes.c_void_p) for a in arrays], arrays


def vector(made, name, count):
    return np.array((ctypes.c_double * count).in_dll(made, name))


def classes(rows, targets, model):
    return nn.softmax_cross_entropy([model(row) for row in rows], targets)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu", "mish", "elu", "atan"])
def test_loss_and_gradient_are_numpys(tmp_path, compiler, activation):
    model = nn.MLP(3, [4, 3], activation, seed=1)
    step = compile(lambda x, y: classes(x, y, model), model.parameters())
    loss, gradient = step.value_and_gradient(ROWS, CLASSES)
    made = library(step.as_c(ROWS, CLASSES), tmp_path, compiler)
    given, kept = pointers([ROWS, CLASSES])
    assert made.forward(*given) == pytest.approx(loss, rel=1e-14)
    np.testing.assert_array_equal(vector(made, "theta", len(gradient)), [p.data for p in step.parameters])
    made.backward(*given)
    np.testing.assert_allclose(vector(made, "gradient", len(gradient)), gradient, rtol=1e-12, atol=1e-16)
    assert kept


OPTIMIZERS = {
    "sgd": lambda p: nn.SGD(p, 0.1, momentum=0.9, nesterov=True, l1=0.01),
    "adam": lambda p: nn.AdamW(p, 0.01, l2=0.1),
    "rmsprop": lambda p: nn.RMSProp(p, 0.01),
    "adagrad": lambda p: nn.AdaGrad(p, 0.1),
}


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_training_is_numpys(tmp_path, compiler, name):
    model = nn.MLP(3, [4, 1], "tanh", seed=1)
    optimizer, targets = OPTIMIZERS[name](model.parameters()), DRAW.normal(size=5)
    train = compile_training(lambda x, y: nn.mean_squared_error(model.batch(x), y), model.parameters(), optimizer)
    made = library(train.as_c(ROWS, targets), tmp_path, compiler)
    given, kept = pointers([ROWS, targets])
    losses = [made.train(*given, ctypes.c_double(optimizer.learning_rate)) for _ in range(20)]
    np.testing.assert_allclose(losses, train(ROWS, targets, steps=20), rtol=1e-11)
    train.write_back()
    weights = [p.data for p in model.parameters()]
    np.testing.assert_allclose(vector(made, "theta", len(weights)), weights, rtol=1e-10, atol=1e-13)
    assert kept


@pytest.mark.parametrize("compiler", COMPILERS)
def test_tables_recurrence_and_numbers_beside_the_arguments(tmp_path, compiler):
    table, beside = [[Value(0.1 * (i - j)) for j in range(3)] for i in range(4)], Value(2.0)
    cell = nn.GRU(3, 2, seed=0)
    parameters = [*cell.parameters(), *[v for row in table for v in row]]

    def loss(words):
        return total(cell([take(table, word) for word in words])[0][-1]) * beside

    step = compile(loss, parameters)
    words = np.array([1, 3, 0, 1])
    value, gradient = step.value_and_gradient(words)
    made = library(step.as_c(words), tmp_path, compiler)
    given, kept = pointers([words])
    assert made.forward(*given) == pytest.approx(value, rel=1e-14)
    np.testing.assert_array_equal(vector(made, "theta", len(gradient)), [p.data for p in step.parameters])
    made.backward(*given)
    np.testing.assert_allclose(vector(made, "gradient", len(gradient)), gradient, rtol=1e-12, atol=1e-16)
    assert kept


def test_what_c_cannot_be_given_is_refused():
    model = nn.Sequential(nn.Layer(2, 3, "relu", seed=0), nn.Dropout(0.5))
    step = compile(lambda x: total(model(x)), model.parameters())
    with pytest.raises(ValueError, match="draws numbers at each run"):
        step.as_c([1.0, 2.0])

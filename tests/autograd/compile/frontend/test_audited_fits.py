"""Whole trainings, and threads on one step, are audited: what changed in between is seen, or told at the end."""

import ctypes
import math
import random
import threading
import warnings

import pytest

import nn
from autograd import Value, compile, total  # noqa: A004
from autograd.compile import compile_training
from autograd.compile.frontend.audit import Audits, _rounding, disagreement

ROWS = [[0.5, -1.0], [1.5, 0.25], [-1.0, 1.0]]


@pytest.fixture
def hidden():
    """A number that no guard sees."""
    return ctypes.c_double(1.0)


# ------------------------------------------------------------------------------------------------ fit
def fitted(backend, change=None, **settings):
    scale = settings.pop("scale")
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)

    def loss(predictions, targets):
        return nn.mean_squared_error([p * scale() for p in predictions], targets)

    callbacks = [] if change is None else [lambda report: change(report.epoch)]
    optimizer = nn.Adam(model.parameters(), 0.05)
    history = nn.fit(
        model, ROWS, [1.0, 0.0, 1.0], loss=loss, optimizer=optimizer, epochs=12, backend=backend, callbacks=callbacks
    )
    return history.losses, [p.data for p in model.parameters()]


@pytest.mark.parametrize("backend", ["numpy", "native", "auto"])
@pytest.mark.filterwarnings("ignore:the compiled function reads")
def test_a_dict_that_a_callback_anneals(backend):
    def run(backend):
        settings = {"scale": 1.0, "inner": {"k": 1.0}}

        def anneal(epoch):
            settings["scale"] = 1.0 + epoch
            settings["inner"]["k"] = 0.5**epoch

        return fitted(backend, anneal, scale=lambda: settings["scale"] * settings["inner"]["k"])

    for one, other in zip(run("recorded"), run(backend), strict=True):
        assert one == pytest.approx(other, rel=1e-12)


def test_what_nobody_saw_is_told_at_the_end_of_a_fit(hidden, monkeypatch):
    monkeypatch.setattr(Audits, "due", lambda self: False)
    with pytest.warns(RuntimeWarning, match="at the end of this training the loss of the latest rows is"):
        fitted("numpy", lambda epoch: setattr(hidden, "value", 1.0 + epoch), scale=lambda: hidden.value)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted("numpy", scale=lambda: 2.0)


def test_settings_in_a_dict_of_the_users_own_optimizer():
    class Mine(nn.Optimizer):
        def __init__(self, parameters, rate):
            super().__init__(parameters, rate)
            self.given = {"decay": {"by": 0.5}}

        def update(self, maths, parameter, gradient, learning_rate, step, *memories):
            return parameter * self.given["decay"]["by"] - learning_rate * gradient, ()

    def trained(way):
        weight = Value(1.0)
        optimizer = Mine([weight], 0.1)
        train = compile_training(lambda x: (weight - x) ** 2, [weight], optimizer)
        for by in (0.5, 0.25, 0.75, 0.25):
            optimizer.given["decay"]["by"] = by
            if way == "compiled":
                train(3.0)
            else:
                optimizer.zero_grad()
                ((weight - 3.0) ** 2).backward()
                optimizer.step()
        train.write_back() if way == "compiled" else None
        return weight.data

    assert trained("compiled") == pytest.approx(trained("recorded"), rel=1e-14)


def test_what_draws_itself_is_trained_recorded(monkeypatch):
    monkeypatch.setattr("autograd.support.costs.WORTH_COMPILING", 0)
    monkeypatch.setattr("autograd.support.costs.COMPILING", 0)
    model, draw = nn.MLP(2, [1], seed=0), random.Random(3)

    def loss(predictions, targets):
        return nn.mean_squared_error([p + draw.gauss(0.0, 0.1) for p in predictions], targets)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = nn.fit(model, ROWS, [1.0, 0.0, 1.0], loss=loss, optimizer=nn.SGD(model.parameters()), epochs=3)
    assert "the function drew from a generator of its own" in history.backend.replace("loss_of", "the function")


def test_two_threads_on_one_step(hidden):
    model = nn.MLP(2, [3, 1], seed=0)
    step = compile(lambda x: total([model(row) for row in x]), model.parameters())
    wanted = {n: sum(model(row).data for row in ROWS[:n]) for n in (1, 2, 3)}
    wrong = []

    def run(n):
        for _ in range(30):
            loss, gradient = step.value_and_gradient(ROWS[:n])
            if abs(loss - wanted[n]) > 1e-12 or gradient[-1] != n:
                wrong.append((n, loss, gradient[-1]))

    threads = [threading.Thread(target=run, args=(n,)) for n in (1, 2, 3, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_rounding_is_told_by_the_numbers_and_adjoints_of_a_pass():
    """By hand: of (a + b)·c + d the terms are |number · adjoint|, and beside them stand the largest's own roundings."""
    a, b, c, d = (Value(x) for x in (1e6, -1e6, 3.0, 0.5))
    a.grad = 7.0
    loss = (a + b) * c + d
    terms = [3e6, 3e6, 0.0, 0.0, 0.0, 0.5, 0.5]  # a, b, their sum, c, its product, d, the loss
    one = 1000.0 / 2.0**52
    assert _rounding(loss) == pytest.approx(one * sum(terms) + 7 * (one * 1e6) ** 2, rel=1e-12)
    assert a.grad == 7.0
    assert not b.has_grad
    endless = Value(math.inf) + Value(2.0) * Value(-4.0)
    assert _rounding(endless) == pytest.approx(one * (2 * 8.0 + 8.0) + 5 * (one * 8.0) ** 2, rel=1e-12)


@pytest.mark.parametrize(
    ("found", "truth", "apart"),
    [
        ([1.0, 2.0], [1.0, 2.0], None),
        ([1.0, 2.5, 3.5], [1.0, 2.0, 3.0], (2.5, 2.0)),
        ([1.0 + 0.9e-9], [1.0], None),
        ([1.0 - 0.9e-9], [1.0], None),
        ([1.0 + 1.1e-9], [1.0], (1.0 + 1.1e-9, 1.0)),
        ([-1.0 + 1.1e-9, -2.0], [-1.0, -2.0], None),
        ([math.nan], [math.nan], None),
        ([math.nan], [1.0], (math.nan, 1.0)),
        ([1.0], [math.nan], (1.0, math.nan)),
        ([math.inf], [math.inf], None),
        ([math.inf], [-math.inf], (math.inf, -math.inf)),
        ([math.inf], [1.0], (math.inf, 1.0)),
        ([1.0, 1e-9], [math.inf, 0.0], (1.0, math.inf)),
        ([math.inf, 1e-9], [math.inf, 0.0], (1e-9, 0.0)),
        ([0.0], [0.0], None),
        ([1.0], [1.0, 1.0], (math.nan, math.nan)),
        ([], [], None),
    ],
)  # fmt: skip
def test_numbers_disagree_from_a_billionth_of_the_largest(found, truth, apart):
    told = disagreement(found, [Value(x) for x in truth])
    assert (told is None) if apart is None else (told == pytest.approx(apart, rel=0.0, abs=0.0, nan_ok=True))

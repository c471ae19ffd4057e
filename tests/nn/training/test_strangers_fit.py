"""One rule for every backend: what the loss finds of the optimizer, what a callback finds, and which data are used."""

import warnings
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest

import nn
from autograd import Value

BACKENDS = ["numpy", *(["native"] if find_spec("llvmlite") else [])]


class Line(nn.Module):
    def __init__(self, w=0.0):
        self.w = Value(w)

    def __call__(self, row):
        return self.w * row[0]


def trained(backend, loss_of, optimizer_of, *, epochs=2, **settings):
    model = Line()
    optimizer = optimizer_of(model.parameters())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nn.fit(
            model, [[1.0]] * 6, [[0.0]] * 6, loss=loss_of(optimizer), optimizer=optimizer, epochs=epochs,
            shuffle=None, backend=backend, progress=False, **settings,
        )  # fmt: skip
    return model.w.data


def counting(optimizer):
    return lambda p, y: nn.mean_squared_error(p, y) * 0 + p[0] * float(optimizer.step_count)


def remembering(optimizer):
    return lambda p, y: nn.mean_squared_error(p, y) * 0 + p[0] * (1.0 + optimizer.state["velocity"][0])


def rating(optimizer):
    return lambda p, y: nn.mean_squared_error(p, y) * 0 + p[0] * optimizer.learning_rate


def sgd(parameters):
    return nn.SGD(parameters, 1.0)


def with_momentum(parameters):
    return nn.SGD(parameters, 1.0, momentum=0.5)


@pytest.mark.parametrize("backend", ["auto", "recorded", *BACKENDS])
def test_the_loss_finds_the_optimizer_as_the_step_before_left_it(backend):
    assert trained(backend, counting, sgd, batch_size=2) == -15.0
    assert trained(backend, counting, sgd, epochs=4, report_every=4) == -6.0
    assert trained(backend, counting, sgd, batch_size=2, clip=100.0) == -15.0
    truth = trained("recorded", remembering, with_momentum, batch_size=2)
    assert trained(backend, remembering, with_momentum, batch_size=2) == pytest.approx(truth, rel=1e-12)


@pytest.mark.parametrize("backend", ["auto", "recorded", *BACKENDS])
def test_the_loss_finds_the_optimizers_own_rate(backend):
    assert trained(backend, rating, sgd, batch_size=2, schedule=lambda i: 1.0 + i) == -21.0
    assert trained(backend, rating, sgd, epochs=6, schedule=lambda i: 1.0 + i) == -21.0
    assert trained(backend, rating, sgd, batch_size=2, schedule=lambda i: 1.0 + i, clip=100.0) == -21.0


def test_auto_records_where_the_loss_reads_what_steps_move():
    model = nn.MLP(3, [8, 1], activation="tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), 1e-3)
    rows = [[0.1 * i, 0.2, 0.3] for i in range(64)]
    history = nn.fit(
        model, rows, [0.0] * 64, loss=lambda p, y: nn.mean_squared_error(p, y) * (1.0 + optimizer.step_count),
        optimizer=optimizer, epochs=100, backend="auto", progress=False, callbacks=[lambda report: report.epoch == 2],
    )  # fmt: skip
    assert history.backend.startswith("recorded (the loss reads")


# ------------------------------------------------------------------------------------------- gradients
def seen_gradients(backend, optimizer_of, **settings):
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    unused = Value(1.0)
    optimizer = optimizer_of([*model.parameters(), unused])
    seen = []

    def look(report):
        seen.append([p.grad for p in optimizer.parameters])

    rows = [[0.1 * i, 0.5 - 0.2 * i] for i in range(5)]
    unused.grad = 9.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nn.fit(
            model, rows, [0.3, -0.1, 0.4, 0.2, 0.0], loss=nn.mean_squared_error, optimizer=optimizer,
            epochs=4, backend=backend, progress=False, callbacks=[look], report_every=2, **settings,
        )  # fmt: skip
    assert not unused.has_grad
    return [*seen, [p.grad for p in optimizer.parameters]]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("optimizer_of", [sgd, with_momentum, lambda parameters: nn.Adam(parameters, 0.1)])
@pytest.mark.parametrize("settings", [{}, {"batch_size": 2}, {"batch_size": 2, "clip": 1e-3}])
def test_gradients_of_the_last_step_are_home_at_reports_and_at_the_end(backend, optimizer_of, settings):
    truth = seen_gradients("recorded", optimizer_of, **settings)
    found = seen_gradients(backend, optimizer_of, **settings)
    assert any(truth[0])
    for gradients, wanted in zip(found, truth, strict=True):
        assert gradients == pytest.approx(wanted, rel=1e-9, abs=1e-15)


# ------------------------------------------------------------------------------------------------ data
KINDS = {"lists": list, "tuple of lists": tuple, "array": np.array}


@pytest.mark.parametrize("backend", ["recorded", *BACKENDS])
@pytest.mark.parametrize("kind", KINDS)
def test_data_are_what_they_were_when_fit_began(backend, kind):
    def run(act):
        X, Y = KINDS[kind]([[1.0], [2.0], [3.0]]), KINDS[kind]([[0.5], [1.0], [2.0]])
        held_out = KINDS[kind]([[1.5], [2.5]]), KINDS[kind]([[1.0], [1.0]])
        model = Line()
        history = nn.fit(
            model, X, Y, loss=nn.mean_squared_error, optimizer=nn.SGD(model.parameters(), 0.01), epochs=4,
            backend=backend, progress=False, validation=held_out, report_every=1,
            callbacks=[lambda report: act(X, Y, *held_out)],
        )  # fmt: skip
        return model.w.data, history.losses, history.validation_losses

    def change(*data):
        for x in data:
            x[0][0] = 9.0

    assert run(change) == run(lambda *data: None)


class AmongOthers(Line):
    """What it makes of a row depends on the others, as a layer may say in `batch`."""

    def batch(self, rows):
        outputs = [self(row) for row in rows]
        return [x - outputs[0] + (1.0 if len(rows) > 100 else 0.0) for x in outputs]


@pytest.mark.parametrize("backend", ["auto", *BACKENDS])
@pytest.mark.parametrize("count", [3, 9, 4000])
@pytest.mark.parametrize("make", [AmongOthers, lambda w: nn.Sequential(AmongOthers(w))])
def test_rows_that_a_model_mixes_are_predicted_among_all(make, count, backend):
    rows = [[float(i)] for i in range(1, count + 1)]
    assert nn.predict(make(2.0), rows, backend=backend) == [2.0 * i + (count > 100) for i in range(count)]


@pytest.mark.parametrize("backend", ["recorded", *BACKENDS])
def test_rows_that_a_model_mixes_are_validated_among_all(backend):
    model, rows = AmongOthers(2.0), [[float(i)] for i in range(70)]
    more = rows * 2, [2.0 * i + 1.0 for i in range(70)] * 2
    history = nn.fit(
        model, rows, more[1][:70], loss=nn.mean_squared_error, optimizer=nn.SGD(model.parameters(), 0.0), epochs=1,
        validation=more, backend=backend, progress=False,
    )  # fmt: skip
    assert history.validation_losses == [0.0]


def test_a_model_that_counts_its_rows_is_predicted_as_it_is_recorded():
    class Counting(Line):
        count = 0

        def __call__(self, row):
            self.count += 1
            return self.w * row[0] * self.count

    found = nn.predict(Counting(1.0), [[1.0]] * 4000)
    assert {after - before for before, after in pairwise(found)} == {1.0}

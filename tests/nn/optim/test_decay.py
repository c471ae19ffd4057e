"""Decay of weights, rates of groups, and rates that fall on a plateau: by their formulas, on every backend."""

import math

import numpy as np
import pytest

import nn
from autograd import Value, mean
from nn.optim import SGD, AdaGrad, Adam, AdamW, RMSProp

KINDS = [SGD, AdaGrad, RMSProp, Adam, AdamW]
X, Y = [[0.5, -1.0], [1.5, 2.0], [-0.3, 0.2]], [1.0, 0.0, 1.0]


def after(optimizer_of, extra=lambda p: 0.0, steps=5):
    parameters = [Value(x) for x in (0.7, -1.3, 0.0)]
    optimizer = optimizer_of(parameters)
    for _ in range(steps):
        optimizer.zero_grad()
        x, y, z = parameters
        (3.0 * x * x + (x * y).tanh() + z * y + extra(parameters)).backward()
        optimizer.step()
    return [p.data for p in parameters]


@pytest.mark.parametrize("kind", KINDS)
def test_l2_and_l1_are_what_such_terms_in_the_loss_give(kind):
    squares = after(kind, lambda p: 0.05 * sum(x * x for x in p))
    assert after(lambda p: kind(p, l2=0.1)) == pytest.approx(squares, rel=1e-12)
    sizes = after(kind, lambda p: 0.1 * sum(abs(x) for x in p))
    assert after(lambda p: kind(p, l1=0.1)) == pytest.approx(sizes, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_decoupled_decay_shrinks_the_weight_before_the_step(kind):
    parameter, twin = Value(2.0), Value(2.0 * (1.0 - 0.1 * 0.5))
    parameter.grad = twin.grad = 0.25
    kind([parameter], 0.1, weight_decay=0.5).step()
    kind([twin], 0.1, weight_decay=0.0).step()
    assert parameter.data == twin.data


def trained(backend, make, epochs=20, **settings):
    model = nn.MLP(2, [3, 1], "tanh", seed=1)
    optimizer = make(model)
    history = nn.fit(
        model, X, Y, loss=nn.mean_squared_error, optimizer=optimizer, epochs=epochs, backend=backend, **settings
    )
    return [p.data for p in model.parameters()], history, optimizer


def grouped(model):
    optimizer = Adam(model.parameters(), 0.05, l1=0.01, l2=0.02, weight_decay=0.1)
    optimizer.scale_rate(model.layers[0].parameters(), 0.0)
    optimizer.scale_rate([model.layers[1].neurons[0].bias], 0.5)
    return optimizer


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
def test_decay_and_groups_are_compiled(backend):
    if backend != "numpy":
        pytest.importorskip({"native": "llvmlite", "jax": "jax"}[backend])
    assert trained(backend, grouped)[0] == pytest.approx(trained("recorded", grouped)[0], rel=1e-12)


def test_a_group_has_its_own_rate_and_a_factor_of_0_freezes():
    a, b, c = (Value(1.0, name=name) for name in "abc")
    optimizer = SGD([a, b, c], 0.1)
    optimizer.scale_rate([b], 0.5)
    optimizer.scale_rate([c], 0.0)
    for p in (a, b, c):
        p.grad = 1.0
    optimizer.step()
    assert [p.data for p in (a, b, c)] == [0.9, 0.95, 1.0]
    other = SGD([Value(0.0)] * 1 + [Value(0.0), Value(0.0)], 0.1)
    other.scale_rate(other.parameters, 1.0)
    other.load_state_dict(optimizer.state_dict())
    assert other.state["rate_factor"] == [1.0, 0.5, 0.0]
    with pytest.raises(ValueError, match=r"d is none of the 3 parameters that this SGD moves"):
        optimizer.scale_rate([Value(1.0, name="d")], 0.5)
    frozen, _, _ = trained("recorded", grouped)
    model = nn.MLP(2, [3, 1], "tanh", seed=1)
    assert frozen[:9] == [p.data for p in model.layers[0].parameters()]


def test_what_an_optimizer_of_ones_own_calls_so_is_its_own():
    class Shrinking(nn.Optimizer):
        settings = ("learning_rate", "weight_decay")

        def __init__(self, parameters, learning_rate=0.1, weight_decay=0.5):
            self.weight_decay = weight_decay
            super().__init__(parameters, learning_rate)

        def update(self, maths, parameter, gradient, learning_rate, step, *memories):
            return parameter * (1.0 - self.weight_decay) - learning_rate * gradient, ()

    p = Value(1.0)
    p.grad = 1.0
    Shrinking([p]).step()
    assert p.data == 0.4


# --------------------------------------------------------------------------------------- rates
def test_one_cycle_rises_and_falls_along_half_cosines():
    cycle = nn.OneCycle(100)
    assert cycle(0) == pytest.approx(0.04, rel=1e-15)
    assert cycle(29) == 1.0
    assert cycle(99) == cycle(10**6) == 4e-6
    assert cycle(14.5) == pytest.approx((0.04 + 1.0) / 2.0)  # halfway up, and down
    assert cycle(64) == pytest.approx((1.0 + 4e-6) / 2.0)
    rates = [cycle(step) for step in range(100)]
    assert rates[:30] == sorted(rates[:30])
    assert rates[29:] == sorted(rates[29:], reverse=True)
    with pytest.raises(ValueError, match="the rise is a share between 0 and 1"):
        nn.OneCycle(100, rise=1.0)


class Report:
    every = 1

    def __init__(self, losses, optimizer):
        self.history, self.optimizer = nn.History(losses=losses), optimizer


def test_the_rate_falls_after_so_many_reports_without_a_better_loss():
    optimizer, reduce, rates = SGD([Value(1.0)], 1.0), nn.ReduceOnPlateau(0.5, patience=2, least=0.2), []
    losses = [3.0, 2.0, 2.0, 2.5, 2.2, math.nan, 1.0, 1.0, 1.0, 1.0, 1.0]
    for i in range(len(losses)):
        reduce(Report(losses[: i + 1], optimizer))
        rates.append(optimizer.learning_rate)
    assert rates == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2]
    optimizer.learning_rate, rates = 1.0, []
    for i in range(1, 6):
        reduce(Report([math.nan] * i, optimizer))
        rates.append(optimizer.learning_rate)
    assert rates == [1.0, 0.5, 0.5, 0.25, 0.25]
    _, history, optimizer = trained(
        "recorded", lambda m: SGD(m.parameters(), 0.0), epochs=7, callbacks=[nn.ReduceOnPlateau(0.5, 3)]
    )
    assert history.losses[0] == history.losses[-1]
    assert optimizer.learning_rate == 0.0
    rates = []
    trained(
        "recorded", lambda m: SGD(m.parameters(), 1e-9), epochs=11, report_every=2,
        callbacks=[nn.ReduceOnPlateau(0.5, 2, margin=1.0), lambda report: rates.append(report.optimizer.learning_rate)],
    )  # fmt: skip
    assert rates == [1e-9, 1e-9, 5e-10, 5e-10, 2.5e-10, 2.5e-10]
    with pytest.raises(ValueError, match="the factor lies between 0 and 1"):
        nn.ReduceOnPlateau(factor=2.0)


# ------------------------------------------------------------------------------- losses of rows by weight
def test_weights_of_rows_are_repetitions_of_rows_on_every_backend():
    rows, targets, counts = [*X, [0.1, 0.9]], [0, 2, 1, 2], [1, 0, 3, 2]
    repeated = [(row, y) for row, y, n in zip(rows, targets, counts, strict=True) for _ in range(n)]
    found = []
    for backend, weights in (("recorded", None), ("recorded", counts), ("numpy", counts), ("native", counts)):
        model = nn.MLP(2, [3, 3], "tanh", seed=1)
        x, y = (rows, targets) if weights else ([r for r, _ in repeated], [t for _, t in repeated])
        nn.fit(
            model, x, y, loss=nn.softmax_cross_entropy, optimizer=Adam(model.parameters(), 0.1), epochs=10,
            backend=backend, weights=weights, validation=(rows, targets), metrics="accuracy",
        )  # fmt: skip
        found.append([p.data for p in model.parameters()])
    for other in found[1:]:
        assert other == pytest.approx(found[0], rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("size", [1, 4, None])
@pytest.mark.parametrize("backend", ["recorded", "numpy"])
def test_weights_count_alike_in_batches_of_any_size(size, backend):
    rows, targets, weights = [[1.0], [1.0]] * 6, [0.0, 1.0] * 6, [1.0, 99.0] * 6
    model = nn.MLP(1, [1], seed=0)
    history = nn.fit(
        model, rows, targets, loss=nn.mean_squared_error,
        optimizer=SGD(model.parameters(), 0.002 if size else 0.1), epochs=600,
        batch_size=size, weights=weights, backend=backend, validation=0.5, shuffle=0,
    )  # fmt: skip
    train, held = nn.datasets.split(list(range(12)), targets, share=0.5, seed=0)[1::2]
    share = 99 * sum(train) / (99 * sum(train) + train.count(0.0))
    assert model([1.0]).data == pytest.approx(share, abs=3e-3)
    if size is None:
        assert history.losses[-1] == pytest.approx(share * (1 - share), rel=1e-6)
    found, ones = model([1.0]).data, sum(held)
    wanted = (99 * ones * (1 - found) ** 2 + held.count(0.0) * found**2) / (99 * ones + held.count(0.0))
    assert history.validation_losses[-1] == pytest.approx(wanted, rel=1e-9)


def test_metrics_are_kept_at_each_report_and_saved(tmp_path):
    def worst(predictions, targets):
        return max(abs(p - y) for p, y in zip(predictions, targets, strict=True))

    _, history, _ = trained(
        "numpy", lambda m: Adam(m.parameters(), 0.05), metrics={"worst": worst, "half": nn.accuracy}
    )
    assert len(history.metrics["worst"]) == len(history.metrics["half"]) == 20
    assert history.metrics["worst"][-1] < history.metrics["worst"][0]
    assert "worst" in repr(history)
    pytest.importorskip("safetensors")
    model = nn.MLP(2, [3, 1], seed=0)
    nn.save(tmp_path / "w.st", model, None, history)
    again = nn.History()
    nn.load(tmp_path / "w.st", model, None, again)
    assert again.metrics == history.metrics
    for metrics, message in (
        ("precision", "only 'accuracy'"),
        ([1.0], "a metric is a function"),
        ([worst, worst], "two"),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            trained("recorded", lambda m: Adam(m.parameters(), 0.05), metrics=metrics)
    with pytest.raises(TypeError, match="takes none"):
        nn.fit(model, X, Y, loss=lambda p, y: mean(p), optimizer=Adam(model.parameters()), epochs=1, weights=[1, 1, 1])
    assert np.isfinite(history.losses).all()

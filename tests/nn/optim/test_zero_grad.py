"""A forgotten `zero_grad` is told once; gradients that are added up on purpose are no alarm."""

import copy
import pickle
import warnings

import pytest

import autograd
import nn
from autograd import Value, compile, mean  # noqa: A004
from nn import SGD, Adam, AdamW, ClipByNorm, RMSProp, clip_by_norm, clip_by_value

KINDS = pytest.mark.parametrize("kind", [SGD, lambda p, rate: SGD(p, rate, momentum=0.9, nesterov=True), Adam, AdamW])


def error(*values):
    return mean([(v - 1.0) ** 2 for v in values])


def told(run):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        run()
    return [str(warning.message) for warning in seen]


def looped(act, kind=SGD, steps=12, parameters=None):
    """Return what was told in so many rounds of `act(optimizer, w, v)`."""
    w, v = parameters or (Value(0.0, "w"), Value(0.5))
    optimizer = kind([w, v], 0.05)

    def run():
        for _ in range(steps):
            act(optimizer, w, v)

    return told(run)


def forgotten(optimizer, w, v):
    error(w, v).backward()
    optimizer.step()


@KINDS
def test_a_forgotten_zero_grad_is_told_once_by_name(kind):
    (message,) = looped(forgotten, kind)
    assert message.startswith("w, parameter 1: two steps in a row used gradients that hold those of the steps before")
    assert "call zero_grad() before backward()" in message


def test_the_third_step_tells_it_and_not_the_second():
    assert not looped(forgotten, steps=2)
    assert looped(forgotten, steps=3)


def clipped(clip):
    def act(optimizer, w, v):
        error(w, v).backward()
        clip([w, v], 0.1)
        optimizer.step()

    return act


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value, lambda p, _: clip_by_norm(p)])
def test_clipping_hides_nothing(clip):
    assert len(looped(clipped(clip))) == 1


def test_a_compiled_step_adds_too_and_is_told():
    w, v = Value(0.0, "w"), Value(0.5, "v")
    step = compile(lambda x: error(w * x, v), parameters=[w, v])

    def act(optimizer, w, v):
        step(1.0)
        optimizer.step()

    assert len(looped(act, parameters=(w, v))) == 1


def test_one_parameter_that_is_not_cleared_is_named_alone():
    def act(optimizer, w, v):
        v.clear_grad()
        forgotten(optimizer, w, v)

    (message,) = looped(act)
    assert message.startswith("w: two steps")


# --------------------------------------------------------------------------------------- on purpose
def cleared_before(optimizer, w, v):
    optimizer.zero_grad()
    forgotten(optimizer, w, v)


def cleared_after(optimizer, w, v):
    forgotten(optimizer, w, v)
    optimizer.zero_grad()


def cleared_by_hand(optimizer, w, v):
    forgotten(optimizer, w, v)
    w.grad = 0
    v.grad = 0.0


def cleared_one_by_one(optimizer, w, v):
    w.clear_grad()
    v.clear_grad()
    forgotten(optimizer, w, v)


def added_up(optimizer, w, v):
    for _ in range(4):
        (error(w, v) / 4.0).backward()
    optimizer.step()
    optimizer.zero_grad()


def two_losses(optimizer, w, v):
    optimizer.zero_grad()
    error(w, v).backward()
    (w * v).backward()
    optimizer.step()


def stepped_twice(optimizer, w, v):
    optimizer.zero_grad()
    error(w, v).backward()
    optimizer.step(0.01)
    optimizer.step(0.02)


def searched(optimizer, w, v):
    for rate in (0.1, 0.05, 0.02):
        optimizer.zero_grad()
        error(w, v).backward()
        optimizer.step(rate)


def decayed_by_hand(optimizer, w, v):
    for p in (w, v):
        p.grad = 0.9 * p.grad
    forgotten(optimizer, w, v)


def recomputed(optimizer, w, v):
    optimizer.zero_grad()
    autograd.checkpoint(error)(w, v).backward()
    optimizer.step()


@pytest.mark.parametrize(
    "act",
    [
        cleared_before, cleared_after, cleared_by_hand, cleared_one_by_one, added_up, two_losses, stepped_twice,
        searched, decayed_by_hand, recomputed,
    ],
)  # fmt: skip
@KINDS
def test_what_is_added_up_on_purpose_is_no_alarm(act, kind):
    assert not looped(act, kind)


def test_two_players_who_clear_their_own_are_no_alarm():
    ours, theirs = Value(0.3, "ours"), Value(-0.2, "theirs")
    first, second = SGD([ours], 0.05), SGD([theirs], 0.05)

    def run():
        for _ in range(8):
            first.zero_grad()
            (ours * theirs + ours * ours).backward()
            first.step()
            second.zero_grad()
            (theirs * theirs - ours * theirs).backward()
            second.step()

    assert not told(run)


def test_two_optimizers_of_one_parameter_are_no_alarm():
    w = Value(0.0)
    both = SGD([w], 0.01), Adam([w], 0.01)

    def run():
        for _ in range(6):
            w.clear_grad()
            error(w).backward()
            for optimizer in both:
                optimizer.step()

    assert not told(run)


def test_training_by_fit_and_by_a_session_is_no_alarm():
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    settings = {"loss": nn.mean_squared_error, "optimizer": SGD(model.parameters(), 0.1)}
    rows = [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]
    assert not told(lambda: nn.fit(model, *rows, epochs=9, clip=ClipByNorm(1.0), backend="recorded", **settings))
    assert not told(lambda: nn.TrainingSession(model, *rows, **settings).step(5))
    assert not told(lambda: nn.fit(model, *rows, epochs=9, backend="numpy", **settings))


# ----------------------------------------------------------------------------------- and no trace
@KINDS
def test_a_gradient_that_was_used_is_the_number_it_was(kind):
    w = Value(0.3, "w")
    optimizer = kind([w], 0.1)
    error(w).backward()
    before = w.grad
    optimizer.step()
    assert (w.grad, repr(w.grad), hash(w.grad)) == (before, repr(before), hash(before))
    assert repr(w) == f"Value({w.data!r}, name='w', grad={before!r})"
    for copied in (copy.deepcopy(w), pickle.loads(pickle.dumps(w))):
        assert copied.grad == before
        error(copied).backward()
    assert {type(x) for memory in optimizer.state.values() for x in memory} <= {float}
    w.grad = w.grad * 1.0
    error(w).backward()
    assert type(w.grad) is float


def test_an_optimizer_of_ones_own_is_given_plain_numbers():
    kinds = []

    class Own(RMSProp):
        def update(self, maths, parameter, gradient, learning_rate, step, *memories):
            kinds.append(type(gradient))
            return super().update(maths, parameter, gradient, learning_rate, step, *memories)

    looped(forgotten, Own)
    assert set(kinds) == {float}

"""What no guard sees shows in the loss: the function itself is run now and then, and compared with its program."""

import copy
import ctypes
import itertools
import math
import pickle
import random
import threading
import warnings

import numpy as np
import pytest

import nn
import viz
from autograd import Value, compile, dot, mean, no_grad, total, where  # noqa: A004
from autograd.compile import compile_forward, compile_training
from autograd.compile.frontend import audit, determined
from autograd.compile.frontend.audit import Audits
from autograd.compile.programs import program_cache as all_programs

ROWS = [[0.5, -1.0], [1.5, 0.25], [-1.0, 1.0]]


@pytest.fixture
def w():
    return Value(2.0, "w")


@pytest.fixture
def hidden():
    """A number that no guard sees."""
    return ctypes.c_double(1.0)


def programs(step):
    return len(str(step).splitlines()) - 1


# ------------------------------------------------------------------------------------------- when
@pytest.mark.parametrize("before", [1, 2, 3])
def test_a_change_that_no_guard_sees_is_told_with_both_numbers(w, hidden, before):
    step = compile(lambda x: w * x * hidden.value, [w])
    for _ in range(before):
        assert step(1.0) == 2.0
    hidden.value = 3.0
    w.clear_grad()
    with pytest.warns(RuntimeWarning, match=r"gave 2\.0, but the function itself gives 6\.0"):
        assert step(1.0) == 6.0
    assert (w.grad, programs(step)) == (3.0, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [step(1.0) for _ in range(8)] == [6.0] * 8


def test_which_calls_are_audited(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(audit, "perf_counter", lambda: now[0])

    def audited(audits, seconds, calls, between):
        found = []
        for call in range(1, calls + 1):
            now[0] += between
            if audits.due():
                found.append(call)
                audits.passed(seconds)
        return found

    assert audited(Audits(0.1), 0.0005, 100, 1e-6) == [2, 3, 4, 8, 16, 32, 64]
    assert audited(Audits(0.1), 0.01, 100, 1e-6) == [2, 3, 4]  # no cheap one
    assert audited(Audits(0.1), 0.06, 100, 1e-6) == [2]  # two would take longer than compiling did
    assert audited(Audits(0.1), 0.01, 1000, 0.011) == [2, 3, 4, *range(95, 1001, 91)]  # 0.01 s of each second


def test_a_call_after_a_pause_is_audited(w, hidden, monkeypatch):
    step = compile(lambda x: w * x * hidden.value, [w])
    for _ in range(5):
        step(1.0)
    now = audit.perf_counter() + 60.0
    monkeypatch.setattr(audit, "perf_counter", lambda: now)
    hidden.value = 3.0
    with pytest.warns(RuntimeWarning, match=r"the call before this one may be wrong|gives 6\.0"):
        assert step(1.0) == 6.0


# --------------------------------------------------------------------------------- nothing is disturbed
def test_audits_leave_numbers_gradients_masks_and_averages_alone():
    def run(audited):
        model = nn.Sequential(
            nn.Layer(2, 4, "tanh", seed=0), nn.Dropout(0.5, seed=1), nn.BatchNorm(4), nn.Layer(4, 2, None, seed=2)
        )
        step = compile(lambda x: mean([a * a for p in model.batch(x) for a in p]), model.parameters())
        step._programs.audited = audited
        random.seed(3)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            losses = [step(ROWS) for _ in range(9)]
        gradients = [p.grad for p in model.parameters()]
        return losses, gradients, model.named_buffers(), random.random()

    assert run(audited=True) == run(audited=False)


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
def test_training_goes_on_from_before_the_step_that_was_found_wrong(hidden, backend):
    pytest.importorskip("jax" if backend == "jax" else "numpy")
    pytest.importorskip("llvmlite" if backend == "native" else "numpy")
    weight = Value(1.0)
    train = compile_training(
        lambda x: (weight - x * hidden.value) ** 2, [weight], nn.SGD([weight], 0.1, momentum=0.5), backend
    )
    train(3.0, steps=2)
    hidden.value = 2.0
    with pytest.warns(RuntimeWarning, match="traced anew"):
        losses = train(3.0, steps=3)
    train.write_back()
    truth = Value(1.0)
    optimizer, wanted = nn.SGD([truth], 0.1, momentum=0.5), []
    for target in (3.0, 3.0, 6.0, 6.0, 6.0):
        optimizer.zero_grad()
        loss = (truth - target) ** 2
        loss.backward()
        optimizer.step()
        wanted.append(loss.data)
    assert weight.data == pytest.approx(truth.data, rel=1e-14)
    assert list(losses) == pytest.approx(wanted[2:], rel=1e-14)


def test_masks_are_those_of_the_step_even_when_it_is_traced_anew(hidden):
    model = nn.Sequential(nn.Dropout(0.5, seed=3), nn.Layer(2, 2, None, seed=0))
    step = compile(lambda x: total([a for p in model.batch(x) for a in p]) * hidden.value, model.parameters())
    losses = [step(ROWS), step(ROWS)]
    hidden.value = 2.0
    with pytest.warns(RuntimeWarning, match="traced anew"):
        losses.append(step(ROWS))
    losses.append(step(ROWS))
    model.layers[0].drawn = 0
    truth = [total([a for p in model.batch(ROWS) for a in p]).data * k for k in (1.0, 1.0, 2.0, 2.0)]
    assert losses == pytest.approx(truth, rel=1e-14)


def test_predictions_are_audited(w, hidden):
    forward = compile_forward(lambda rows: [[w * x * hidden.value for x in row] for row in rows], [w], rows=3)
    forward(ROWS)
    hidden.value = 2.0
    with pytest.warns(RuntimeWarning, match="traced anew"):
        np.testing.assert_allclose(forward(ROWS), 4.0 * np.array(ROWS))


def silent(step, *arguments, calls=5):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return [step(*arguments) for _ in range(calls)]


def test_rounding_is_no_difference():
    a, big = Value(3.0 + 4e-16), Value(1e8)
    silent(compile(lambda x: (a - x) ** 2, [a]), 3.0)
    silent(compile(lambda x: (big + x) - big - x, [big]), 0.1)
    silent(compile(lambda x: total([big, x, -big, -x, big * 1e-17]), [big]), 0.1)
    silent(compile(lambda x: where(x > 0.0, a / (x - x), a), [a]), 1.0)  # inf
    silent(compile(lambda x: a * (x - x) / (x - x), [a]), 1.0)  # nan
    row = [Value(random.Random(k).gauss(0.0, 1.0) * 1e8) for k in range(400)]
    silent(compile(lambda x: dot(row, x) - total([p * y for p, y in zip(row, x, strict=True)]), row), [0.1] * 400)


def test_labels_indices_and_checkpoints_are_audited_as_the_program_has_them():
    table, out = nn.Embedding(5, 3, seed=0), nn.Checkpoint(nn.Layer(3, 3, None, seed=1))
    step = compile(
        lambda k, y: nn.softmax_cross_entropy([out(table(i)) for i in k], y), table.parameters() + out.parameters()
    )
    silent(step, [0, 4, 2], [0, 2, 1])


def test_a_function_that_adds_to_a_list_may_do_so(w):
    seen = []

    def function(x):
        seen.append(x)
        return w * x

    step = compile(function, [w])
    silent(step, 1.0, calls=20)
    assert programs(step) == 1


def test_where_nothing_is_recorded_nothing_is_audited(w, hidden):
    step = compile(lambda x: w * x * hidden.value, [w])
    with no_grad():
        silent(step, 1.0)


def test_an_error_of_the_functions_own_is_not_kept_from_anybody(w, hidden):
    def function(x):
        if hidden.value > 1.0:
            raise OSError("no such file")
        return w * x

    model = nn.Dropout(0.5)
    step = compile(lambda x: function(model([x])[0]), [w])
    step(1.0)
    hidden.value = 2.0
    with pytest.raises(OSError, match="no such file"):
        step(1.0)
    assert model.drawn == 1, "a step that was not made draws nothing"


# ------------------------------------------------------------------------------------ what is no function
DRAWS = {
    "random": lambda: random.random,
    "random.choice": lambda: lambda: random.choice([1.0, 2.0]),
    "numpy.random": lambda: np.random.rand,
    "Random": lambda: random.Random(3).random,
    "default_rng": lambda: np.random.default_rng(3).random,
    "RandomState": lambda: np.random.RandomState(3).rand,
    "a coin": lambda: lambda: 1.0 if random.random() < 0.5 else 2.0,
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("seed", range(4))
def test_draws_of_the_users_own_are_refused(w, name, seed, monkeypatch):
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    random.seed(seed)
    draw = DRAWS[name]()
    step = compile(lambda x: w * x * draw(), [w])
    before = random.getstate()
    for _ in range(2):
        with pytest.raises(ValueError, match=r"drew from .*are to be arguments"):
            step(1.0)
    assert random.getstate() == before


def test_draws_in_a_long_trace_are_refused(w, monkeypatch):
    monkeypatch.setattr(determined, "LONG", 0.0)
    with pytest.raises(ValueError, match="drew from random"):
        compile(lambda x: w * x * random.random(), [w])(1.0)


def test_another_thread_may_draw(w):
    stop, started = threading.Event(), threading.Event()

    def draw():
        while not stop.wait(0.001):
            random.random()
            started.set()

    thread = threading.Thread(target=draw)
    thread.start()
    try:
        started.wait()
        for k in range(1, 4):
            assert compile(lambda x: total([w * a for a in x]), [w])([1.0] * k) == 2.0 * k
    finally:
        stop.set()
        thread.join()


def test_a_function_that_counts_is_told_from_one_that_changed(w):
    numbers = itertools.cycle([1.0, 1.0, 2.0])
    step = compile(lambda x: w * x * next(numbers), [w])
    step(1.0)
    with pytest.warns(RuntimeWarning, match="traced anew"), pytest.raises(ValueError, match="run again on the same"):
        step(1.0)
    with pytest.raises(ValueError, match="no program can stand for it"):
        step(1.0)


def test_a_function_that_once_gave_two_numbers_is_audited_at_the_first_call_of_its_next_program(w):
    numbers = itertools.cycle(
        [1.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0]
    )  # traced twice, run; traced twice, run, and run again
    step = compile(lambda x: w * x * next(numbers), [w])
    step(1.0)
    for _ in range(2):
        with (
            pytest.warns(RuntimeWarning, match="traced anew"),
            pytest.raises(ValueError, match="run again on the same"),
        ):
            step(1.0)


# ----------------------------------------------------------------------------------------- what leaks out
USES = [
    lambda v: v.data, lambda v: v.grad, lambda v: v.name, lambda v: v * 2.0, lambda v: 2.0 - v,
    lambda v: Value(1.0) / v, lambda v: -v, lambda v: v**2, lambda v: abs(v), lambda v: v.tanh(), lambda v: v > 0.0,
    lambda v: v == 2.0, lambda v: total([v]), lambda v: mean([v, v]), lambda v: dot([v], [1.0]),
    lambda v: where(v > 0.0, 1.0, 2.0), lambda v: float(v), lambda v: math.exp(v), lambda v: bool(v),
    lambda v: f"{v:.3f}", lambda v: sum([v]), lambda v: v.backward(), lambda v: viz.draw(v),
    lambda v: copy.deepcopy([v]), lambda v: pickle.dumps(v), lambda v: setattr(v, "data", 2.0),
    lambda v: nn.MLP(1, [1])([v]), lambda v: nn.SGD([v]), lambda v: np.array([v]) * 2,
    lambda v: nn.mean_squared_error([v], [1.0]), lambda v: compile(lambda x: x * v, [])(1.0), lambda v: list(v),
]  # fmt: skip


@pytest.mark.parametrize("use", USES)
def test_what_a_traced_function_leaves_outside_names_compile(use):
    kept, model = [], nn.MLP(1, [1], seed=0)
    step = compile(lambda x: kept.append(model(x)) or model(x) ** 2, parameters=model.parameters())
    step([1.0])
    with pytest.raises(TypeError, match="compile"):
        use(kept[0])
    assert "traced by compile" in repr(kept)


def test_an_argument_and_what_an_error_leaves_behind_have_no_number_either(w):
    kept = []

    def function(x):
        kept.extend([x, x * w])
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        compile(function, [w])(1.0)
    for v in kept:
        with pytest.raises(TypeError, match="compile"):
            v * 2.0


def test_what_was_left_by_one_trace_is_refused_in_the_next(w):
    class Caching:
        hidden = None

        def __call__(self, x):
            self.hidden, before = w * x, self.hidden
            return self.hidden if before is None else self.hidden + before

    with pytest.raises(TypeError, match="traced a function"):
        compile(Caching(), [w])(1.0)


# ------------------------------------------------------------------------------------------- how many
def test_programs_of_the_shapes_that_were_used_last_are_kept(w, monkeypatch):
    assert all_programs.MOST_IN_ALL == 128
    monkeypatch.setattr(all_programs, "MOST_IN_ALL", 4)
    step = compile(lambda x: total([w * a for a in x]), [w])
    for n in range(1, 9):
        for used in (1, n):
            assert step([1.0] * used) == 2.0 * used
        assert programs(step) <= 4
    known = [shapes[0][0] for shapes in step._programs.known]
    assert known == [6, 7, 1, 8]


def test_a_program_keeps_no_graph(w):
    step = compile(lambda x: total([w * a for a in x]), [w])
    step([1.0] * 5)
    traced = step._programs.latest.traced
    assert (traced.root, traced.arguments, traced.made) == (None, [], [])

"""One program for every size: what is found at a few small ones is, at any other, what a trace at full size finds."""

import ctypes
import itertools
import random
import re
import warnings

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compile.frontend import audit
from autograd.compile.frontend.trace import trace
from autograd.compile.frontend.validate import argument_names
from autograd.compile.programs import every_size, program_cache
from autograd.compile.programs.patterns import pattern_of, sizes_of
from autograd.compile.programs.pipeline import build
from autograd.compile.programs.size_formulas import DoesNotFitError, fit
from autograd.compile.programs.unify import unify
from tests.fuzz.random_programs import assert_same, recorded
from tests.fuzz.sizes import at_sizes
from tests.support.compiled.changes_of_mind import AT, CHANGES, GENERIC, drawn
from tests.support.programs import PROGRAMS, Draw

VALUES = [Value(1.0) for _ in range(8)]
OWN_MIND = {"small_transformer", "of_every_length", "branches"}  # of one length, or with branches that differ at 5 rows


# ------------------------------------------------------------------------------------------------ forms
@pytest.mark.parametrize(
    ("samples", "values", "at", "wanted"),
    [
        ([(5,), (7,)], [8, 8], (100,), 8),
        ([(5,), (7,)], [20, 28], (100,), 400),
        ([(5,), (7,)], [437, 459], (100,), 382 + 1100),
        ([(5,), (7,)], [25, 49], (100,), 10000),
        ([(5,), (7,)], [15, 28], (100,), 5050),
        ([(5,), (7,)], [0.2, 1 / 7], (100,), 0.01),
        ([(5,), (7,)], [0.4 / 3.0, 2 / 21], (100,), 2 / 300),
        ([(5,), (7,)], [0.25, 1 / 6], (100,), 1 / 99),
        ([(5,), (7,)], [5**-0.5, 7**-0.5], (100,), 0.1),
        ([(5, 8), (7, 8), (5, 10), (7, 10)], [40, 56, 50, 70], (30, 40), 1200),
        ([(5, 8), (7, 8), (5, 10), (7, 10)], [1 / 40, 1 / 56, 1 / 50, 1 / 70], (10, 100), 1e-3),
    ],
)
def test_numbers_have_the_simplest_form(samples, values, at, wanted):
    assert fit(values, samples).at(at) == pytest.approx(wanted, rel=1e-15, abs=0)


def test_shapes_and_slices_have_forms():
    assert fit([((0, 5, 1), (2, 9, 1)), ((0, 7, 1), (2, 11, 1))], [(5,), (7,)]).at((9,)) == ((0, 9, 1), (2, 13, 1))


@pytest.mark.parametrize("make", [np.tri, lambda n: np.arange(n) * 3, lambda n: np.arange(n)[:, None] + np.arange(4.0)])
def test_arrays_have_forms(make):
    np.testing.assert_array_equal(fit([make(5), make(7)], [(5,), (7,)]).at((23,)), make(23))


@pytest.mark.parametrize(
    "values", [[3, 4.5], [(1, 2), (1, 2, 3)], [0.3819, 0.2718], [np.array([3, 1, 4]), np.array([1, 5])]]
)
def test_what_follows_no_rule_does_not_fit(values):
    with pytest.raises(DoesNotFitError):
        fit(values, [(5,), (7,)])


def test_axes_that_vary_together_are_one_size():
    pattern = pattern_of([], ((128, 64), (128,)))
    assert sizes_of(pattern, ((30, 64), (30,))) == (30,)
    assert sizes_of(pattern, ((30, 64), (31,))) is None
    assert sizes_of(pattern, ((30, 63), (30,))) is None
    pattern = pattern_of([((4, 9), (4,))], ((8, 5), (8,)))
    assert sizes_of(pattern, ((7, 6), (7,))) == (7, 6)


# ---------------------------------------------------------------------------------------------- programs
def program_at(function, parameters, shapes):
    names = argument_names(function)
    return build(trace(function, shapes, parameters, names), names)[0]


@pytest.mark.parametrize("name", sorted(PROGRAMS.keys() - OWN_MIND))
def test_programs_at_5_and_7_rows_are_the_program_at_13(name):
    function, parameters, arguments = PROGRAMS[name]()
    shapes = [np.shape(a) for a in arguments]
    five, seven, truth = (
        program_at(function, parameters, [(n, *shape[1:]) if shape else () for shape in shapes]) for n in (5, 7, 13)
    )
    found = unify([five, seven], [(5,), (7,)]).at((13,))
    assert str(found) == str(truth)
    assert (found.used, found.order.tolist()) == (truth.used, truth.order.tolist())
    for one, other in zip(found.lines, truth.lines, strict=True):
        np.testing.assert_array_equal(np.array(one.detail, dtype=object), np.array(other.detail, dtype=object))


def is_found(step):
    """Whether the program that ran last was found from others."""
    return step._programs.latest.family is not None


def assert_right(step, function, parameters, x, y, tolerance=1e-12):
    values = [[Value(a) for a in row] if isinstance(row, list) else Value(row) for row in x]
    assert_same(step.value_and_gradient(x, y), recorded(function(values, y), parameters), tolerance=tolerance)


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_random_programs_at_five_sizes(seed):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not depend on")
        at_sizes(seed)


def test_every_length_of_a_sequence_and_every_number_of_sequences():
    draw = Draw()
    table, positions, w = draw.weights(5, 3), draw.weights(40, 3), draw.weights(5, 3)

    def loss(x, y):
        losses = []
        for sequence, wanted in zip(x, y, strict=True):
            seen = []
            for place, (token, after) in enumerate(zip(sequence, wanted, strict=True)):
                seen.append([a + b for a, b in zip(ag.take(table, token), positions[place], strict=True)])
                weights = ag.softmax([ag.dot(seen[-1], row) for row in seen])
                h = [ag.dot(weights, list(column)) for column in zip(*seen, strict=True)]
                logits = [ag.dot(ws, h) for ws in w]
                losses.append(ag.logsumexp(logits) - ag.take(logits, after))
        return ag.mean(losses)

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not depend on")
        step = ag.compile(loss, draw.parameters)
        for rows, length, found in [(2, 9, False), (3, 6, False), (20, 18, True), (30, 12, True)]:
            x, y = draw.whole(5, rows, length), draw.whole(5, rows, length)
            assert_same(step.value_and_gradient(x, y), recorded(loss(x, y), draw.parameters))
            assert is_found(step) == found


def test_programs_that_were_traced_as_they_came_are_enough():
    function, parameters, _ = PROGRAMS["softmax_by_hand"]()
    step, draw = ag.compile(function, parameters), Draw(1)
    for n, found in [(5, False), (8, False), (3, False), (30, True), (26, True), (20, True), (4, True)]:
        x, y = draw.rows(n, 3), [[1.0, 0.0, 0.0]] * n
        assert_right(step, function, parameters, x, y)
        assert is_found(step) == found
        assert not found or step._programs.latest.family.samples == [(5,), (8,)]


def test_a_sequence_shorter_than_all_before_is_of_their_program_or_traced():
    draw = Draw()
    positions, (w, p, q) = draw.weights(16, 3), draw.weights(3)

    def loss(x, changes):
        seen = []
        for a, row in zip(x, positions, strict=False):
            seen.append([ag.tanh(a * v) for v in row])
            seen[-1].append(ag.total([ag.dot(h[:3], row) for h in seen]))
        last = ag.tanh((q if changes and len(x) == 6 else p) * w)  # which is never taken, so that no number shows it
        return ag.where(w > -100.0, ag.mean([ag.total(h) for h in seen]), last)

    for changes in (False, True):
        step = ag.compile(lambda x, changes=changes: loss(x, changes), draw.parameters)
        step._programs.audited = False
        for length, found in [(8, False), (10, False), (6, not changes), (7, not changes), (5, not changes)]:
            x = [row[0] for row in draw.rows(length, 1)]
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message=".*does not depend on")
                assert_same(step.value_and_gradient(x), recorded(loss(list(map(Value, x)), changes), draw.parameters))
            assert is_found(step) == found, (changes, length, repr(step))
        x = [row[0] for row in draw.rows(14, 1)]
        assert_same(step.value_and_gradient(x), recorded(loss(list(map(Value, x)), changes), draw.parameters))


def test_small_sizes_that_are_cases_of_their_own_leave_large_ones_a_program():
    w = Value(0.5)
    own = {8: 0.3, 10: 0.7, 6: 0.2, 9: 0.4}
    step = ag.compile(lambda x: ag.mean(x) * w * own.get(len(x), 1.0), [w])
    for length, found in [(8, False), (10, False), (6, False), (9, False), (400, True)]:
        step([1.0] * length)
        assert is_found(step) == found, repr(step)


# ------------------------------------------------------------------------------------- changes of mind
def assert_right_here_and_elsewhere(name, seed):
    """The program is right at these parameters, and far from them, where other branches are taken."""
    function, parameters, (x, y) = drawn(name, seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*does not depend on")
        step = ag.compile(function, parameters)
        assert_right(step, function, parameters, x, y, tolerance=1e-11)
        step._programs.audited = False
        r = random.Random(seed)
        for p in parameters:
            p.data += r.uniform(-20.0, 20.0)
        assert_right(step, function, parameters, x, y, tolerance=1e-9)
    return is_found(step)


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_function_that_changes_its_mind_is_traced_anew(name):
    for seed in (sorted(CHANGES).index(name) % len(AT),):
        found = assert_right_here_and_elsewhere(name, seed)
        assert found or name not in GENERIC


def test_what_tracing_refuses_it_refuses_at_every_size():
    w = Value(0.5)
    step = ag.compile(lambda x: ag.mean(x) * (float(w) if len(x) > 30 else w), [w])
    with pytest.raises(TypeError, match="was read while"):
        step([1.0] * 40)
    assert step([1.0] * 20) == 0.5


def test_numbers_that_are_not_finite_leave_it_to_a_trace_at_full_size():
    w = Value(0.5)
    step = ag.compile(lambda x: ag.mean([w * a for a in x]), [w])
    assert step([np.inf] * 40) == np.inf
    assert not is_found(step)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda w, x: w * sum(x[:10]) if len(x) > 9 else ag.mean(x) * w, "gives other numbers than the function"),
        (lambda w, x: ag.mean(x) * w + 0.0 * (ag.exp(w) if len(x) > 30 else w), "records other operations at this"),
        (lambda w, x: ag.mean(x) * w if len(x) > 30 else [][len(x)], r"\(5,\) it raised IndexError: list index out of"),
        (lambda w, x: ag.mean(x) * w * [0.3, 0.7, 0.2][len(x) % 3], "differ from size to size"),
        (lambda w, x: ag.mean([ag.log(w * (a - a)) for a in x]), "the numbers are not all finite"),
        (lambda w, x: ag.mean(x) * w * VALUES[len(x) // 6], "reads other Values at each size"),
    ],
)
def test_the_report_says_why_a_size_was_traced(function, why):
    w = Value(1.0)
    step = ag.compile(lambda x: function(w, x), [w])
    step([1.0] * 40)
    assert not is_found(step)
    assert re.search(f"traced at this size, since .*{why}", repr(step)), repr(step)


@pytest.mark.parametrize("where", ["unify", "Rehearsal", "NumpyRunner"])
def test_an_error_of_ours_is_reported_and_each_size_traced(where, monkeypatch):
    def broken(*_, **__):
        raise TypeError("no such thing")

    monkeypatch.setattr(every_size, where, broken)
    w = Value(0.5)
    step = ag.compile(lambda x: ag.mean(x) * w, [w])
    with pytest.warns(RuntimeWarning, match=r"failed \(TypeError: no such thing\).*please report"):
        assert step([1.0] * 40) == 0.5
    assert "since looking for a program for every size failed" in repr(step)


# ------------------------------------------------------------------------------------------------ audits
def test_the_programs_of_a_family_are_audited_as_one(monkeypatch):
    w = Value(2.0)
    audited, made, audit_one = [], [], program_cache.Programs._audit
    monkeypatch.setattr(program_cache.Programs, "_audit", lambda *a: audited.append(len(made)) or audit_one(*a))
    monkeypatch.setattr(audit, "perf_counter", itertools.count(0, -1).__next__)  # the time for one never comes
    monkeypatch.setattr(program_cache, "perf_counter", lambda: 0.0)
    step = ag.compile(lambda x: ag.mean(x) * w, [w])
    for rows in [30, 40, 50, 30, 60, 40, 50, *[30, 40, 50] * 9]:
        made.append(rows)
        assert step([1.5] * rows) == pytest.approx(3.0)
    assert audited == [4, 8, 16, 32]  # at calls 2 and 3 a program was rehearsed


@pytest.mark.parametrize("at", [30, 40, 50])
def test_a_program_that_is_wrong_takes_its_family_with_it(at):
    w, hidden = Value(2.0), ctypes.c_double(1.0)  # which no guard sees
    step = ag.compile(lambda x: ag.mean(x) * w * hidden.value, [w])
    for rows in (30, 40, 50):
        assert step([1.5] * rows) == pytest.approx(3.0)
    hidden.value = 3.0
    with pytest.warns(RuntimeWarning, match="traced anew"):
        assert step([1.5] * at) == pytest.approx(9.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [step([1.5] * rows) for rows in (30, 40, 50, 60)] == pytest.approx([9.0] * 4)


def test_where_a_new_size_does_not_agree_the_others_are_audited():
    w, hidden = Value(2.0), ctypes.c_double(1.0)  # which no guard sees
    step = ag.compile(lambda x: ag.mean(x) * w * hidden.value, [w])
    step._programs.audited = False
    for rows in [30, 40] * 10:
        assert step([1.5] * rows) == pytest.approx(3.0)
    step._programs.audited, hidden.value = True, 3.0
    step._programs.latest.audits.passed(1e6, sparing=True)  # so that no other is due
    assert step([1.5] * 50) == pytest.approx(9.0)
    with pytest.warns(RuntimeWarning, match="traced anew"):
        assert step([1.5] * 30) == pytest.approx(9.0)


# ------------------------------------------------------------------------------------------ fit and predict
@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_fit_and_predict_find_the_same_as_tracing_each_size(backend, monkeypatch):
    if backend == "native":
        pytest.importorskip("llvmlite")

    def trained():
        draw = np.random.default_rng(0)
        x, y = draw.normal(size=(75, 4)), draw.normal(size=75)
        model = nn.Sequential(nn.MLP(4, [5], seed=1), nn.Dropout(0.3, seed=2), nn.BatchNorm(5), nn.MLP(5, [1], seed=3))
        optimizer = nn.Adam(model.parameters(), 0.01)
        history = nn.fit(model, x, y, loss=nn.mean_squared_error, optimizer=optimizer, epochs=2, batch_size=30,
                         backend=backend, progress=False)  # fmt: skip
        return history.loss, [p.data for p in model.parameters()], nn.predict(model, x, backend=backend).tolist()

    found = trained()
    monkeypatch.setattr(every_size, "TRIES", 0)
    for one, other in zip(trained(), found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12)


# ------------------------------------------------------------------------------------------ what it says
def test_the_source_and_the_report_say_n():
    model = nn.MLP(4, [5, 3], activation="relu", seed=1)
    step = ag.compile(lambda x, y: nn.softmax_cross_entropy(model.batch(x), y), model.parameters())
    step(np.ones((40, 4)), [0, 1] * 20)
    assert "n = 40\n" in step.source
    assert "# layer 1: (n rows, 5 units)" in step.source
    assert " / n" in step.source
    assert "x: (n, 4), y: (n,): found at n = 5 and n = 7, compared with the function at n = 40" in repr(step)
    own, named = {}, {}
    exec(step._programs.latest.runner.source, own)
    exec(step.source, named)  # which runs as it is: `n` is said in it
    assert set(own) - {"rows40"} <= set(named)


def test_a_function_that_keeps_a_list_of_its_own_is_not_traced_at_each_call():
    w, seen = Value(0.5), []

    def loss(x):
        seen.append(len(x))
        losses = [w * a for a in x]
        return ag.total([a * b for a in losses for b in losses]) / len(x)

    step = ag.compile(loss, [w])
    step([1.0] * 30)
    assert is_found(step)
    found = step._programs.latest
    step._programs.audited = False
    step([1.0] * 30)
    assert step._programs.latest is found

"""Limits that programs are found, guarded and audited by, each on both of its sides."""

import math
from collections import deque
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compile import compile_training
from autograd.compile.frontend import audit
from autograd.compile.frontend.audit import Auditing, Audits, disagreement
from autograd.compile.frontend.blocks import drawn, mixed
from autograd.compile.frontend.guards import MOST, Outside
from autograd.compile.frontend.snapshots import DEEPEST, copied
from autograd.compile.frontend.validate import shape_of
from autograd.compile.programs.every_size import TRIES
from autograd.compile.programs.patterns import LONG, pattern_of
from autograd.compile.programs.program_cache import OFTEN
from autograd.compile.programs.size_formulas import DoesNotFitError
from autograd.support.validate import number


# ------------------------------------------------------------------------------------------------ hashes
def test_kinds_are_mixed_as_splitmix64_does():
    """Its first numbers for the seed 1234567, as its authors' C gives them."""
    wanted = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    assert [int(drawn(np.array([1234567]), turn)[0]) for turn in range(5)] == wanted
    assert int(mixed(np.array([0], dtype=np.uint64))[0]) == 0


# ------------------------------------------------------------------------------------------------ guards
@pytest.mark.parametrize("make", [list, np.array, deque])
@pytest.mark.parametrize("place", ["itself", "attribute", "entry"])
def test_of_so_many_numbers_each_is_watched_and_of_more_none(make, place):
    assert MOST == 4096
    for count, seen in ((MOST, True), (MOST + 1, False)):
        numbers = make([0.5] * count)
        held = {"itself": numbers, "attribute": SimpleNamespace(a=numbers), "entry": {"a": numbers}}[place]
        outside = Outside(lambda x, held=held: x * (held.a if place == "attribute" else held["a"])[3])
        assert outside.changed() == ""
        numbers[3] = 0.25
        assert bool(outside.changed()) is seen


def test_lists_inside_one_another_are_copied_so_deep():
    innermost = [1.0]
    x = innermost
    for _ in range(DEEPEST - 1):
        x = [x]
    copy = copied(x, items := [], {id(x)}, deeper := [])
    for _ in range(DEEPEST - 1):
        (copy,) = copy
    assert (copy is innermost, copy, deeper, items) == (False, [1.0], [], [1.0])
    x = [x]
    copy = copied(x, items := [], {id(x)}, deeper := [])
    for _ in range(DEEPEST):
        (copy,) = copy
    assert copy is innermost
    assert deeper == [innermost]
    assert items == [innermost]


def test_data_are_nested_as_deep_as_numpys():
    x = 1.0
    for _ in range(64):
        x = [x]
    assert shape_of(x, "x", number) == (1,) * 64
    with pytest.raises(ValueError, match="x is nested more than 64 deep"):
        shape_of([x], "x", number)


# ------------------------------------------------------------------------------------------------ audits
def audits(compiling, seconds, calls, monkeypatch, sparing=False):
    """Which of so many calls are audited, all at one time, if an audit takes so long."""
    monkeypatch.setattr(audit, "perf_counter", lambda: 0.0)
    found, plan = [], Audits(compiling)
    for call in range(1, calls + 1):
        if plan.due():
            found.append(call)
            plan.passed(seconds, sparing=sparing)
    assert plan.calls == calls
    return found


@pytest.mark.parametrize(
    ("compiling", "seconds", "wanted"),
    [
        (0.0, 0.001, [2, 3, 4, 8, 16, 32]), (0.0, 0.0011, [2, 3, 4]), (0.0, 0.02, [2, 3, 4]), (0.0, 0.021, [2]),
        (0.042, 0.021, [2, 3]), (0.041, 0.021, [2]), (0.063, 0.021, [2, 3, 4]), (0.062, 0.021, [2, 3]),
        (9.0, 0.021, [2, 3, 4]),
    ],
)  # fmt: skip
def test_calls_are_audited_by_how_long_it_takes(compiling, seconds, wanted, monkeypatch):
    assert audits(compiling, seconds, 40, monkeypatch) == wanted


def test_audits_by_the_time_alone_and_after_a_rehearsal(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(audit, "perf_counter", lambda: now[0])
    plan = Audits(0.0)
    assert [plan.due(), plan.due()] == [False, True]
    plan.passed(0.5, sparing=True)
    now[0] = 49.9
    assert [plan.due() for _ in range(60)] == [False] * 60
    now[0] = 50.0
    assert plan.due()
    plan.at_once()
    assert plan.due()
    plan.at_once()
    plan.rehearsed(3.0)
    assert [plan.due(), plan.due()] == [False, True]
    plan.rehearsed(3.0)
    plan.at_once()
    assert plan.due()
    other = Audits(1.0)
    other.rehearsed(2.0)
    assert [other.due() for _ in range(2)] == [False, True]
    other.passed(1.5)
    assert other._next_call == 3, "1.5 s more are within the 3 s that compiling and rehearsing took"


def test_rounding_is_what_a_pass_may_do_to_its_numbers():
    x, y = Value(2.0), Value(3.0)
    x.grad = 7.0
    root = x * y
    unit = 1e3 * 2.0**-52
    assert audit._rounding(root) == pytest.approx(unit * 18.0 + 3 * (6.0 * unit) ** 2, rel=1e-12)
    assert (x.grad, y.has_grad) == (7.0, False)
    big, inf = Value(1e10), Value(math.inf)
    assert audit._rounding(big - big * 1.0 + 0.0 * (inf - inf)) == pytest.approx(unit * 3e10, rel=0.5)


def test_what_differs_by_more_than_rounding_is_told_with_the_first_pair():
    one = [Value(1.0), Value(2.0)]
    assert disagreement([1.0 + 1.9e-9, 2.0], one) is None, "1e-9 of the largest"
    assert disagreement([1.0 + 2.1e-9, 2.5], one) == (1.0 + 2.1e-9, 1.0)
    assert disagreement([math.nan, math.inf], [Value(math.nan), Value(math.inf)]) is None
    assert disagreement([math.inf, 2.0], one) == (math.inf, 1.0)
    assert disagreement([1.0, math.nan], one)[1] == 2.0
    assert np.isnan(disagreement([1.0], one)).all()


def test_an_audit_draws_what_the_program_drew_and_then_what_agrees_with_nothing():
    module = object()
    mode = Auditing([(module, np.array([0.5, 0.25, 0.75]))])
    found = [x.data for count in (2, 2, 1) for x in mode.random_inputs(module, count)]
    assert found[:3] == [0.5, 0.25, 0.75]
    assert np.isnan(found[3:]).all()
    assert len(found) == 5
    assert np.isnan([x.data for x in mode.random_inputs(object(), 2)]).all()
    assert mode.take([3.0, 4.0], Value(1.0)) == 4.0


# ------------------------------------------------------------------------------------------------- sizes
def test_a_first_axis_is_a_size_from_25_on():
    assert LONG == 25
    assert pattern_of([], ((24, 30),)) == (((False, 24), (False, 30)),)
    assert pattern_of([], ((25, 30),)) == (((True, 0), (False, 30)),)
    assert pattern_of([((25, 30), (25,))], ((25, 31), (30,))) == (((True, 0), (True, 1)), ((True, 2),))


def test_where_no_family_was_found_twice_none_is_looked_for():
    w, looked = Value(0.5), []

    def function(x):
        looked.append(len(x))
        return ag.mean([w * a for a in x]) * (1.0 if len(x) < 20 else float(len(x) % 7 + 1))

    step = ag.compile(function, [w])
    step._programs.audited = False
    counts = []
    for n in (40, 50, 60, 70):
        before = len(looked)
        step(np.ones(n))
        counts.append(len(looked) - before)
    assert TRIES == 2
    assert min(counts[:2]) > 2
    assert counts[2:] == [2, 2]


def test_the_fourth_program_of_one_shape_is_a_sign_that_numbers_should_be_arguments():
    w, scale = Value(0.5), [1.0]
    step = ag.compile(lambda x: w * x * scale[0], [w])
    step(1.0)
    for k in range(2, OFTEN):
        scale[0] = float(k)
        step(1.0)
    scale[0] = 9.0
    with pytest.warns(UserWarning, match="reads scale from outside, which changes"):
        step(1.0)


def test_a_family_knows_how_many_nodes_a_row_records():
    model = nn.MLP(3, [4, 1], "tanh", seed=0)
    step = ag.compile(lambda x: ag.mean([model(row) for row in x]), model.parameters())
    step(np.zeros((40, 3)))
    (family,) = step._programs._families._found
    assert family.samples == [(5,), (7,)]
    recorded = ag.mean([model(row) for row in np.zeros((5, 3)).tolist()])
    nodes = sum(1 for x in ag.topological_order(recorded) if not x.is_leaf)
    assert family.nodes_a_row(((40, 3),)) == 1 + nodes // 5
    assert family.shapes((9,)) == [(9, 3)]
    assert family.holds
    assert family.generic._order is None, "parameters are in one order at every size"
    program, sizes = family.named(((40, 3),))
    assert ([n.text for n in sizes], [int(n) for n in sizes]) == (["n"], [40])
    assert program.arguments[0][1] == (40, 3)


def test_what_no_form_fits_at_a_size_is_the_reason_that_is_given(monkeypatch):
    w = Value(0.5)
    step = ag.compile(lambda x: ag.mean([w * a for a in x]), [w])
    step(np.ones(40))

    def refuses(*_):
        raise DoesNotFitError("there is none at this size")

    family, families = step._programs.latest.family, step._programs._families
    monkeypatch.setattr(family.generic, "at", refuses)
    monkeypatch.setattr(families, "_candidates", lambda _: iter([family]))  # else another would be found
    assert step(np.ones(41)) == 0.5
    assert (step._programs.latest.family, step._programs.latest.why) == (None, "there is none at this size")


@pytest.mark.parametrize(
    ("shortest", "rows", "samples"),
    [(0, 23, None), (0, 24, [(5,), (7,)]), (6, 47, None), (6, 48, [(11,), (13,)]), (12, 90, None)],
)
def test_small_sizes_are_traced_where_they_are_half_the_work_at_most(shortest, rows, samples):
    w = Value(0.5)
    step = ag.compile(lambda x: ag.mean([w * a for a in x]) if len(x) > shortest else w * 2.0, [w])
    for n in (10, rows):
        step(np.ones(n))
    family = step._programs.latest.family
    assert (family and family.samples) == samples


# ---------------------------------------------------------------------------------------------- machine code
def test_rows_of_a_batch_are_fetched_where_all_arguments_are_rows():
    pytest.importorskip("llvmlite")
    from autograd.compile.backends.native.batches import can_fetch

    shapes = {(6, 2): True, (6,): True, (2, 3): True, (3, 2, 1): True, (5,): False, (): False, (2, 6): False}
    for shape, whether in shapes.items():
        arguments = [(0, (6, 3), False), (1, shape, True)]
        assert can_fetch(SimpleNamespace(arguments=arguments), 6) is whether
    assert not can_fetch(SimpleNamespace(arguments=[(0, (), False)]), 1)


def test_code_is_looked_for_by_how_well_it_was_compiled(monkeypatch):
    pytest.importorskip("llvmlite")
    from autograd.compile.backends.native.host import processor

    own, known, done = processor.host(), {}, []
    monkeypatch.setattr(processor, "kept", lambda key: done.append(("kept", key)) or known.get(key))
    monkeypatch.setattr(processor, "keep", known.__setitem__)
    monkeypatch.setattr(own, "key", lambda text, level: level)
    monkeypatch.setattr(own, "object_code", lambda text, level: done.append(("code", level)) or b"code")
    monkeypatch.setattr(own, "_link", lambda code, name: (code, name))
    assert own.compile("text", "run", 0) == (b"code", "run")
    assert own.compile("text", "run", 0) == (b"code", "run")
    assert own.compile("text", "run") == (b"code", "run")
    assert own.compile("text", "run", 0) == (b"code", "run")
    assert done == [
        ("kept", 1), ("kept", 0), ("code", 0), ("kept", 1), ("kept", 0), ("kept", 1), ("code", 1), ("kept", 1),
    ]  # fmt: skip


def test_machine_code_is_compiled_better_once_it_pays(monkeypatch):
    pytest.importorskip("llvmlite")
    w, compiled = [Value(0.5)], []
    step = ag.compile(lambda x: w[0] * x, w, "native")
    step(1.0)
    machine = step._programs.latest.runner.machine
    machine.work, machine._function, machine._level = 0, None, 0
    monkeypatch.setattr(
        machine, "processor", SimpleNamespace(compile=lambda *given: compiled.append(given[1:]) or given)
    )
    own = import_module("autograd.compile.backends.native.machine")
    monkeypatch.setattr(own, "pays_optimizing", lambda work, lines: work >= 30)
    found = [machine.function(10) for _ in range(4)]
    assert compiled == [("run", 0), ("run", 1)]
    assert found[0] is found[1] is not found[2] is found[3]
    assert machine.work == 40
    assert machine._lines == machine.text.count("\n")


def test_the_memory_of_machine_code_begins_at_a_cache_line_and_losses_have_room_of_their_own():
    pytest.importorskip("llvmlite")
    w = [Value(0.5), Value(0.25)]
    train = compile_training(lambda x: (w[0] * x + w[1]) ** 2, w, nn.SGD(w, 0.01), "native")
    assert [len(train(2.0, steps=n)) for n in (3, 2, 3, 70)] == [3, 2, 3, 70]
    native = train._programs.latest.runner
    room = native._losses
    train(2.0, steps=70)
    assert native._losses is room
    assert len(room) == len(native._rates) == 70
    assert native.memory.ctypes.data % 64 == 0
    assert len(native.memory) >= native.machine.plan.size
    assert len(native.memory) - native.machine.plan.size <= 16

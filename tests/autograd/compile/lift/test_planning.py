"""What is decided before a program for every size is found: blocks, patterns, where to trace, when to stop trying."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

import autograd as ag
from autograd import Value, dot, exp, mean, total, where
from autograd.compile.frontend import audit
from autograd.compile.frontend.audit import Audits
from autograd.compile.frontend.blocks import Blocks, different, drawn, mixed
from autograd.compile.frontend.trace import trace
from autograd.compile.programs import compiled
from autograd.compile.programs.every_size import Families
from autograd.compile.programs.outline import Outline, is_among, lengths_of
from autograd.compile.programs.patterns import LONG, is_alike, pattern_of, shapes_of, sizes_of


# ---------------------------------------------------------------------------------------------- blocks
def blocks_of(function, count):
    traced = trace(function, [(count,)], [], ["x"])
    nodes = [node for node in traced.made if node.op is not None]
    return Blocks(traced.leaves, nodes, traced.outputs)


def test_blocks_are_all_nodes_of_one_operation_on_one_level():
    """What the module's docstring shows."""
    found = blocks_of(lambda x: total([x[0] * x[1], x[0] * x[2]]) + 1.0, 3)
    told = [
        (b.op.name, b.places.tolist(), [c.tolist() for c in b.columns], [(m.tolist(), w.tolist()) for m, w in b.groups])
        for b in found.blocks
    ]
    assert told == [
        ("multiply", [3, 4], [[0, 0], [1, 2]], []),
        ("total", [5], [], [([[3, 4]], [0])]),
        ("add", [6], [[5], [7]], []),
    ]
    assert (found.size, found.roots, [x.data for x in found.given], found.begin) == (8, [6], [1.0], 7)


def test_groups_of_another_length_or_level_are_blocks_of_their_own():
    def function(x):
        one, other = total([x[0], x[1]]), total([x[1], x[2], 4.0])
        return dot([one, x[2]], [other, x[0]]) + dot([x[0], x[1]], [x[1], x[0]], 2.0) + total([x[0], x[1]])

    found = blocks_of(function, 3)
    told = [(b.op.name, b.places.tolist(), [(m.tolist(), w.tolist()) for m, w in b.groups]) for b in found.blocks]
    assert [(name, len(places)) for name, places, _ in told[:4]] == [("total", 2), ("total", 1), ("dot", 1), ("dot", 1)]
    assert told[0][2] == [([[0, 1]], [0, 0])] or told[0][2] == [([[0, 1], [0, 1]], [0, 1])]
    levels = [name for name, *_ in told]
    assert levels[-2:] == ["add", "add"]
    assert found.size == 3 + sum(len(places) for _, places, _ in told) + len(found.given)
    assert sorted(x.data for x in found.given) == [0.0, 2.0, 4.0]


def test_an_operand_that_was_not_recorded_here_is_missing():
    traced = trace(lambda x: exp(x[0]) * 2.0, [(1,)], [], ["x"])
    nodes = [node for node in traced.made if node.op is not None]
    with pytest.raises(KeyError, match="an operand is missing"):
        Blocks(traced.leaves, nodes[1:], traced.outputs)


def test_what_a_gradient_can_get_to():
    found = blocks_of(lambda x: where(x[0] > 0.0, x[1], exp(x[2])) + total([x[3], x[4]]), 6)
    reached = np.zeros(found.size, dtype=bool)
    found.reach(reached)
    assert not reached.any()
    reached[found.roots] = True
    found.reach(reached)
    assert reached[:6].tolist() == [False, True, True, True, True, False]


def test_kinds_are_of_operations_and_the_set_of_what_they_are_of():
    def kinds(function, leaves=(1, 2, 2), given=(5, 6, 7)):
        found = blocks_of(function, 3)
        return found.kinds(np.array(leaves, dtype=np.uint64), given[: len(found.given)]).tolist()

    assert len(kinds(lambda x: x[0] * x[1] + x[0] * x[2])) == 2
    assert len(kinds(lambda x: x[0] * x[1] + x[0] * x[2], (1, 2, 3))) == 3
    assert len(kinds(lambda x: x[0] * x[1] + x[1] * x[0])) == 3
    assert kinds(lambda x: total([x[0], x[1], x[2]])) == kinds(lambda x: total([x[2], x[1], x[0], x[0]]))
    assert kinds(lambda x: total([x[0], x[1]])) != kinds(lambda x: total([x[1], x[2]]))
    assert kinds(lambda x: x[0] * 3.0) != kinds(lambda x: x[0] * 3.0, given=(4,))
    assert kinds(lambda x: x[0]) == []


def test_numbers_that_look_drawn():
    x = np.arange(5000, dtype=np.uint64)
    for turn in (0, 1, 2):
        found = drawn(x, turn)
        assert len({*found.tolist()}) == len(x)
        ones = np.unpackbits(found.view(np.uint8)).mean()
        assert abs(ones - 0.5) < 0.01
    assert not set(drawn(x, 0).tolist()) & set(drawn(x, 1).tolist())
    assert mixed(np.array([0x9E3779B97F4A7C15], dtype=np.uint64)).tolist() == [0xE220A8397B1DCDAF]  # splitmix64(0)
    assert drawn(np.array([0]), 0).tolist() == [0xE220A8397B1DCDAF]
    assert drawn(np.array([0]), 1).tolist() == [0x6E789E6AA1B965F4]  # the second of its numbers
    assert different(np.array([3, 1, 3, 0, 1], dtype=np.uint64)).tolist() == [0, 1, 3]
    assert different(np.array([], dtype=np.uint64)).tolist() == []


# --------------------------------------------------------------------------------------------- patterns
def test_which_axes_are_sizes():
    two = ((LONG, 4), (LONG,), ())
    assert pattern_of([], two) == (((True, 0), (False, 4)), ((True, 0),), ())
    assert pattern_of([], ((LONG - 1, LONG), (3,), ())) == (((False, LONG - 1), (False, LONG)), ((False, 3),), ())
    seen = [((3, 4), (3,), ()), ((5, 4), (5,), ())]
    assert pattern_of(seen[:1], seen[1]) == (((True, 0), (False, 4)), ((True, 0),), ())
    apart = pattern_of([((3, 4), (6,), ())], ((5, 7), (9,), ()))
    assert apart == (((True, 0), (True, 1)), ((True, 2),), ())
    assert sizes_of(apart, [(5, 7), (9,), ()]) == (5, 7, 9)
    assert shapes_of(apart, (5, 7, 9)) == [(5, 7), (9,), ()]
    assert sizes_of(apart, [(5, 7), (9,), (), (11,)]) == (5, 7, 9)  # what is drawn is no argument
    assert sizes_of(pattern_of(seen[:1], seen[1]), [(7, 4), (7,), ()]) == (7,)
    for wrong in ([(7, 4), (8,), ()], [(7, 5), (7,), ()], [(7,), (7,), ()], [(7, 4, 1), (7,), ()]):
        assert sizes_of(pattern_of(seen[:1], seen[1]), wrong) is None
    assert is_alike(((3, 4), ()), ((5, 6), ()))
    assert not is_alike(((3, 4), ()), ((5,), ()))


# --------------------------------------------------------------------------------------------- outlines
def outline(kinds, **counts):
    return Outline(Counter(counts), np.array(sorted(kinds)))


def test_below_the_least_size_of_three_there_may_be_fewer_kinds():
    known = {(n,): outline(range(n), exp=n) for n in (4, 6, 8)}
    assert outline([0, 1], exp=2).continues(known, (2,))
    assert outline(range(10), exp=10).continues(known, (10,))
    assert not outline([0, 9], exp=2).continues(known, (2,))
    assert not outline([0, 1], exp=2).continues({at: known[at] for at in [(4,), (6,)]}, (2,))
    assert not outline([0, 1, 2, 7, 8], exp=5).continues(known, (5,))
    assert is_among(np.array([1, 2, 9]), np.array([2, 5])).tolist() == [False, True, False]
    assert is_among(np.array([1]), np.array([])).tolist() == [False]
    assert lengths_of([(3, 5), (2, 5), (3, 4)]) == [[2, 3], [4, 5]]


# ------------------------------------------------------------------------------------ where it is traced
@pytest.mark.parametrize(
    ("before", "shapes", "traced"),
    [
        ([], [(LONG - 1,)], []),
        ([], [(LONG,)], [5, 7]),
        ([9], [(23,)], []),
        ([9], [(24,)], [5, 7]),
        ([], [(47,)], [5, 7]),
        ([], [(48,)], [5, 7, 11, 13]),
        ([], [(0,)], []),
    ],
)
def test_a_function_is_traced_at_small_sizes_if_they_are_half_as_many_rows_at_most(before, shapes, traced, monkeypatch):
    w, at = Value(0.5), []
    step = ag.compile(lambda x: mean([w * a for a in x]), [w])
    for n in before:
        step(np.arange(float(n)))
    monkeypatch.setattr(Families, "_sized", lambda self, pattern, sizes: at.extend(sizes))
    monkeypatch.setattr(Families, "_unified", lambda self, pattern, parts, varies: [])
    list(step._programs._families._candidates(tuple(shapes)))
    assert at == traced


def test_after_two_failures_of_many_rows_none_is_looked_for_and_few_are_counted_apart(monkeypatch):
    w, asked = Value(0.5), []
    monkeypatch.setattr(Families, "_candidates", lambda self, shapes: asked.append(shapes) or iter([]))
    families = ag.compile(lambda x: mean([w * a for a in x]), [w])._programs._families
    assert families.compiled([np.zeros(30)]) is None
    assert len(asked) == 1
    assert families._failed == Counter()  # there was nothing to try

    def refuse(self, shapes, arrays, first, others):
        return None

    monkeypatch.setattr(Families, "_candidates", lambda self, shapes: asked.append(shapes) or iter([1]))
    monkeypatch.setattr(Families, "_first_to_agree", refuse)
    asked.clear()
    for n in (30, LONG, 40, LONG - 1, 50, 3, 4, 0):
        families.compiled([np.zeros(n)])
    assert asked == [((n,),) for n in (30, LONG, LONG - 1, 3)]


# ---------------------------------------------------------------------------------------------- clocks
def test_a_call_that_was_rehearsed_is_not_audited_and_the_next_one_is(monkeypatch):
    monkeypatch.setattr(audit, "perf_counter", lambda: 0.0)
    audits = Audits(0.0)
    assert [audits.due() for _ in range(3)] == [False, True, True]
    audits.rehearsed(0.5)
    assert [audits.due(), audits.due()] == [False, True]
    audits.passed(0.2)  # 0.2 + 0.2 s are less than was spent on compiling, but this was the fifth call
    assert (audits.calls, audits.last, audits.due()) == (5, 5, False)
    audits.rehearsed(0.5)
    audits.at_once()
    assert audits.due()
    audits.passed(0.1, sparing=True)
    assert not any(audits.due() for _ in range(100))
    early = Audits(0.1)
    early.rehearsed(0.3)
    assert [early.due(), early.due()] == [False, True]
    early.passed(0.2)
    assert early.due()
    early.passed(0.2)
    assert not early.due()


def test_seconds_are_told_by_the_clock(monkeypatch):
    monkeypatch.setattr(compiled, "perf_counter", itertools.count(1000.0).__next__)
    w = Value(0.5)
    step = ag.compile(lambda x: w * x, [w])
    step(1.0)
    seconds = step._programs.latest.seconds
    assert {*seconds} == {"trace", "lift", "emit"}
    assert (seconds["lift"], seconds["emit"]) == (1.0, 1.0)
    assert 0.0 <= seconds["trace"] < math.inf

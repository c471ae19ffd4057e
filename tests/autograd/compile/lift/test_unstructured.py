"""Scalars in no order: how they are opened, put on levels, joined into regions, and when there are too many kinds."""

import random
from types import SimpleNamespace

import numpy as np
import pytest

from autograd.compile.lift import unstructured
from autograd.compile.lift.level_schedule import Block, LevelSchedule, SequentialRun
from autograd.compile.lift.unstructured import _as_met, _levels, make_levels, opened, regions, without_structure


def tape(op, operands, groups=()):
    return SimpleNamespace(op=op, operands=operands, groups=groups, levels=lambda: [1] * len(op))


def test_sums_and_maxima_are_opened_and_the_rest_is_numbered():
    given = tape([""] * 6 + ["dot", "tanh"], [()] * 6 + [(0, 1), (6,)], [[0, 1], [3, 4]])
    assert opened(given, [6, 7]) == (
        ["multiply", "multiply", "total", "tanh"],
        [(-1, -4), (-2, -5), (0, 1), (2,)],
        {6: 2, 7: 3},
    )
    alone = tape(["", "", "dot", "exp"], [(), (), (0, 1), (2,)], [[0], [1]])
    assert opened(alone, [2, 3]) == (["multiply", "exp"], [(-1, -2), (0,)], {2: 0, 3: 1})
    largest = tape(["", "", "", "largest", "total"], [(), (), (), (0,), (0,)], [[0, 1, 2]])
    assert opened(largest, [3, 4]) == (
        ["maximum", "maximum", "total"],
        [(-1, -2), (0, -3), (-1, -2, -3)],
        {3: 1, 4: 2},
    )
    one = tape(["", "largest", "tanh"], [(), (0,), (1,)], [[0]])
    assert opened(one, [1, 2])[:2] == (["total", "tanh"], [(-1,), (0,)])


def test_each_scalar_stands_on_the_level_after_its_operands():
    assert _levels([(-1, -4), (-2, -5), (0, 1), (2,), (-3,), (0, 3)]) == [1, 1, 2, 3, 1, 4]
    different, which = _as_met(np.array([5, -1, 5, 3, -1]))
    assert (different.tolist(), which.tolist()) == ([5, -1, 3], [0, 1, 0, 2, 1])


def test_a_schedule_has_its_buffer_in_the_order_of_levels(monkeypatch):
    program = ["multiply", "multiply", "total", "tanh"], [(-1, -4), (-2, -5), (0, 1), (2,)]
    schedule, place, outer = make_levels(*program, lambda x: x == 0)
    assert (outer, place.tolist()) == ([0, 3, 1, 4], [4, 5, 6, 7])
    (run,) = schedule.blocks
    assert isinstance(run, SequentialRun), "few of a level are run one by one"
    assert (run.ops, run.operands) == (program[0], [(0, 1), (2, 3), (4, 5), (6,)])
    monkeypatch.setattr(unstructured, "NARROW", 2)
    schedule, place, outer = make_levels(*program, lambda x: x == 0)
    block, run = schedule.blocks
    assert isinstance(block, Block)
    assert (block.op, block.start, block.stop) == ("multiply", 4, 6)
    assert [index.tolist() for index in block.operands] == [[0, 2], [1, 3]]
    assert block.active == [0, 1], "not all that comes first is constant"
    assert block.targets.tolist() == [0, 2, 1, 3]
    assert (run.ops, run.operands) == (["total", "tanh"], [(4, 5), (6,)])
    constant, _, _ = make_levels(*program, lambda x: x in (0, 1))
    assert constant.blocks[0].active == [1]
    assert constant.blocks[0].targets.tolist() == [1, 3]
    shared, _, _ = make_levels(["multiply", "multiply"], [(-5, -5), (-7, -6)], lambda x: False)
    assert shared.blocks[0].targets.tolist() == [0, 1, 2]
    assert shared.blocks[0].which.tolist() == [0, 1, 0, 2]
    sums, _, _ = make_levels(["total", "total"], [(-1, -2, -3), (-4,)], lambda x: False)
    assert sums.blocks[0].bounds.tolist() == [0, 3]


def test_kinds_that_are_loose_are_joined_as_far_as_those_between_allow():
    members = {kind: np.array([kind]) for kind in (1, 2, 3, 4)}
    needs = {1: set(), 2: {1}, 3: {2}, 4: {3}}
    joined, needed = regions(members, needs, {1, 2, 4})
    assert {kind: ids.tolist() for kind, ids in joined.items()} == {-1: [1, 2], 3: [3], -2: [4]}
    assert needed == {-1: set(), 3: {-1}, -2: {3}}
    whole, needed = regions(members, needs, {1, 2, 3, 4})
    assert ({kind: ids.tolist() for kind, ids in whole.items()}, needed) == ({-1: [1, 2, 3, 4]}, {-1: set()})
    none, needed = regions(members, needs, set())
    assert (list(none), needed) == ([1, 2, 3, 4], needs)


def kinds(sizes, op="tanh", *, level=lambda kind: 1):
    """So many kinds of an operation, each of so many scalars, and the tape that they stand on."""
    members, start = {}, 0
    for kind, size in enumerate(sizes):
        members[kind] = np.arange(start, start + size)
        start += size
    levels = [level(kind) for kind in range(len(sizes))]
    return SimpleNamespace(op=[op] * start, operands=[(0,)] * start, groups=[[0]], levels=lambda: levels), members


@pytest.mark.parametrize(
    ("count", "size", "apart", "loose"),
    [
        (unstructured.SOME_KINDS, 1, True, False),
        (unstructured.SOME_KINDS + 1, 1, True, True),
        (unstructured.SOME_KINDS + 1, 2, True, False),
        (unstructured.FEW_KINDS, 1, False, False),
        (unstructured.FEW_KINDS + 1, 1, False, True),
        (unstructured.FEW_KINDS + 1, 1, True, False),
        (unstructured.FEW_KINDS + 1, unstructured.MIDDLING_KIND - 1, False, True),
        (unstructured.FEW_KINDS + 1, unstructured.MIDDLING_KIND, False, False),
        (unstructured.MANY_KINDS, unstructured.SMALL_KIND - 1, True, False),
        (unstructured.MANY_KINDS + 1, unstructured.SMALL_KIND - 1, True, True),
        (unstructured.MANY_KINDS + 1, unstructured.SMALL_KIND, True, False),
    ],
)
def test_too_many_small_kinds_have_no_structure(count, size, apart, loose):
    def level(kind):
        return kind if apart else 1

    assert len(without_structure(*kinds([size] * count, level=level))) == (count if loose else 0)
    assert without_structure(*kinds([size] * count, "take", level=level)) == set(), "what looks up keeps its own"


def test_what_is_little_work_beside_the_loose_goes_with_them():
    given, members = kinds([10, 10])
    ops = {0: "tanh", 1: "tanh"}
    assert unstructured._with_the_rest(given, members, ops, {0}) == {0}
    for beside, found in ((3, {0}), (2, {0, 1})):
        given, members = kinds([8 + (beside == 2) * 3, beside])
        assert unstructured._with_the_rest(given, members, ops, {0}) == found
    assert unstructured._with_the_rest(*kinds([4, 1]), ops, {0}) == {0}, "four fifths are not more than four fifths"
    assert unstructured._with_the_rest(*kinds([5, 1]), ops, {0}) == {0, 1}
    sums = tape(["dot"] * 2, [(0, 0)] * 2, [[7] * 9])
    assert unstructured._with_the_rest(sums, {0: np.array([0]), 1: np.array([1])}, {0: "dot", 1: "dot"}, {0}) == {0}


@pytest.mark.parametrize("seed", range(6))
def test_a_table_of_machine_code_is_the_same_wherever_its_buffer_lies(seed):
    """Places move with the buffer, and the bounds of totals, which count members, do not."""
    pytest.importorskip("llvmlite")
    from autograd.compile.backends.native.emit.regions import _table_of

    draw = random.Random(seed)
    blocks, start = [], 4
    for _ in range(6):
        ops = [draw.choice(["total", "total", "multiply", "tanh"]) for _ in range(draw.randrange(1, 5))]
        counts = {"total": draw.randrange(1, 4), "multiply": 2, "tanh": 1}
        operands = [tuple(draw.randrange(start) for _ in range(counts[op])) for op in ops]
        blocks.append(SequentialRun(ops, operands, start))
        start += len(ops)
    table = LevelSchedule(4, start, blocks, cuts=False)
    here, there = _table_of(table, 0), _table_of(table, 100)
    assert here.kinds == there.kinds
    for (kind, first, count, at), (other, moved, number, place) in zip(here.rows, there.rows, strict=True):
        assert (other, moved, number, place) == (kind, first + 100, count, at)
    for row, (near, far) in zip(here.rows, zip(here.places, there.places, strict=True), strict=True):
        bounds = row[2] + 1 if here.kinds[row[0]][0] == "total" else 0
        assert far[:bounds].tolist() == near[:bounds].tolist()
        assert far[bounds:].tolist() == (near[bounds:] + 100).tolist()
        if bounds:
            assert near[bounds - 1] == len(near) - bounds

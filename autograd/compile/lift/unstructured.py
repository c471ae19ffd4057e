"""Scalars without structure: which they are, what regions they make up, and the level schedule of a region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import chain, islice, pairwise
from typing import Final

import numpy as np

from autograd.compile.lift.layout import Index, ranked
from autograd.compile.lift.level_schedule import Block, LevelSchedule, SequentialRun
from autograd.compile.lift.tape import GROUPS, Tape
from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import ROWS
from autograd.rules.symbols import formulas

FEW_KINDS, SOME_KINDS, MANY_KINDS, SMALL_KIND, MIDDLING_KIND = 12, 200, 3000, 8, 64
NARROW: Final = 12  # fewer scalars than this on a level, and Python is faster than NumPy


def without_structure(tape: Tape, members: dict[int, Index]) -> set[int]:
    """Return the kinds that are too small to be arrays where there are too many of them.

    That is so where hardly two scalars are of one kind, where one operation on one level falls into many small kinds,
    and where all kinds together are many: of 900 rows of `tanh(w · x)` there is one kind of tanh, which is an array; of
    a program that computes 900 numbers each in a way of its own there are 900 kinds, and none is.
    """
    ops = {kind: tape.op[ids[0]] for kind, ids in members.items()}
    small = {kind for kind, ids in members.items() if len(ids) < SMALL_KIND and ops[kind] != "take"}
    if len(members) > SOME_KINDS and sum(map(len, members.values())) < 2 * len(members):
        return _with_the_rest(tape, members, ops, small)
    levels = tape.levels() if len(members) > FEW_KINDS else []
    rows: dict[tuple[str, int], list[int]] = {}
    for kind in members if levels else ():
        if ops[kind] != "take":
            rows.setdefault((ops[kind], levels[kind]), []).append(kind)
    loose: set[int] = set()
    for kinds in rows.values():
        if len(kinds) > FEW_KINDS and sum(len(members[kind]) for kind in kinds) < MIDDLING_KIND * len(kinds):
            loose.update(kinds)
    if len(members) - len(loose) > MANY_KINDS:
        loose |= small
    return _with_the_rest(tape, members, ops, loose)


def _with_the_rest(tape: Tape, members: dict[int, Index], ops: dict[int, str], loose: set[int]) -> set[int]:
    """Return the loose kinds, and all others with them if these are little work beside them."""
    work = {kind: len(ids) for kind, ids in members.items()}
    for kind in work:
        if ops[kind] in GROUPS:  # times how many products or summands each is made of
            work[kind] *= len(tape.groups[tape.operands[members[kind][0]][0]])
    if 5 * sum([work[kind] for kind in loose]) <= 4 * sum(work.values()):
        return loose
    return {kind for kind in members if ops[kind] != "take"}


def regions(
    members: dict[int, Index], needs: dict[int, set[int]], loose: set[int]
) -> tuple[dict[int, Index], dict[int, set[int]]]:
    """Return members and needs with the loose kinds put together, as few regions as the kinds in between allow."""
    phase: dict[int, int] = {}
    for kind in members:  # operands first, as they stand on the tape
        before = [phase[x] + (x in loose and kind not in loose) for x in needs[kind] if x in members]
        phase[kind] = max(before, default=0)
    name = {kind: -1 - phase[kind] if kind in loose else kind for kind in members}
    joined: dict[int, list[Index]] = {}
    needed: dict[int, set[int]] = {}
    for kind, ids in members.items():
        joined.setdefault(name[kind], []).append(ids)
        needed.setdefault(name[kind], set()).update(name.get(x, x) for x in needs[kind])
    for kind, others in needed.items():
        others.discard(kind)
    return {kind: np.concatenate(parts) for kind, parts in joined.items()}, needed


# ---------------------------------------------------------------------------------- the level schedule
def opened(tape: Tape, ids: Sequence[int]) -> tuple[list[str], list[tuple[int, ...]], dict[int, int]]:
    """Return scalars as operations on numbered scalars: dots and maxima are opened into products and maxima of two.

    Operands below 0 are places on the tape outside, −1 − place; the rest count the scalars returned.  Also returned:
    the number of each of `ids`.  Of `tanh` at place 7 of a dot at 6, of the places 0, 1 with 3, 4:

        multiply(-1, -4)  multiply(-2, -5)  total(0, 1)  tanh(2)      with the numbers {6: 2, 7: 3}
    """
    ops: list[str] = []
    operands: list[tuple[int, ...]] = []
    number: dict[int, int] = {}

    def write(op: str, inputs: Iterable[int]) -> int:
        ops.append(op)
        operands.append(tuple(inputs))
        return len(ops) - 1

    for i in ids:
        op, inputs = tape.op[i], tape.operands[i]
        if op not in GROUPS:
            number[i] = len(ops)
            ops.append(op)
            operands.append(tuple([number.get(x, -1 - x) for x in inputs]))
            continue
        first, *others = [[number.get(x, -1 - x) for x in tape.groups[g]] for g in inputs]
        if op == "dot":
            first = [write("multiply", pair) for pair in zip(first, *others, strict=True)]
        if op == "dot" and len(first) == 1:
            number[i] = first[0]
        elif op in ("dot", "total") or len(first) == 1:
            number[i] = write("total", first)
        else:
            number[i] = reduce(lambda x, y: write(ROWS[op].joins, (x, y)), first)
    return ops, operands, number


def make_levels(
    ops: list[str], operands: list[tuple[int, ...]], constant: Callable[[int], bool]
) -> tuple[LevelSchedule, Index, list[int]]:
    """Return the schedule of opened scalars, each one's place in the buffer, and the places that come from outside.

    Of the four in `opened`, whose outside is 0, 3, 1 and 4, the levels are 1, 1, 2 and 3, and the buffer holds
    four numbers, two products, the total and tanh: places 4, 5, 6 and 7.
    """
    lengths = np.fromiter(map(len, operands), np.intp, len(operands))
    flat = np.fromiter(chain.from_iterable(operands), np.int64, int(lengths.sum()))
    level = np.array(_levels(operands), dtype=np.intp)
    names = {op: k for k, op in enumerate(dict.fromkeys(ops))}
    kind = level * len(names) + np.array([names[op] for op in ops])
    order = np.argsort(kind, kind="stable")
    outside, entered = _as_met(flat[flat < 0])
    place = np.empty(len(ops), dtype=np.int64)
    place[order] = len(outside) + np.arange(len(ops))
    moved = place[np.maximum(flat, 0)]
    moved[flat < 0] = entered
    outer = (-1 - outside).tolist()
    starts, stops = np.cumsum(lengths, dtype=np.intp) - lengths, np.cumsum(lengths[order], dtype=np.intp)
    moved = moved[np.repeat(starts[order] - stops + lengths[order], lengths[order]) + np.arange(len(flat))].astype(
        np.intp
    )
    lengths, kind, sequence = lengths[order], kind[order], order.tolist()
    narrow = np.bincount(level)[level[order]] < NARROW
    begins = (narrow[1:] != narrow[:-1]) | ((kind[1:] != kind[:-1]) & ~narrow[1:])
    bounds = [0, *(np.flatnonzero(begins) + 1).tolist(), len(ops)]
    at = [0, *stops[np.array(bounds[1:]) - 1].tolist()]
    blocks: list[Block | SequentialRun] = []
    for (a, b), (start, stop), one_by_one in zip(
        pairwise(bounds), pairwise(at), narrow[bounds[:-1]].tolist(), strict=True
    ):
        op, inputs, place_of_first = ops[sequence[a]], moved[start:stop], len(outer) + a
        if one_by_one:
            left = iter(inputs.tolist())
            tuples = [tuple(islice(left, n)) for n in lengths[a:b].tolist()]
            blocks.append(SequentialRun([ops[i] for i in sequence[a:b]], tuples, place_of_first))
        elif op == "total":
            starts = np.cumsum(lengths[a:b], dtype=np.intp) - lengths[a:b]
            blocks.append(Block(op, place_of_first, len(outer) + b, [inputs], starts))
        else:
            blocks.append(Block(op, place_of_first, len(outer) + b, [*inputs.reshape(b - a, -1).T.copy()]))
    cuts = any(op != "total" and TABLE[op].stops_at_zero for op in names)
    is_constant = np.array([constant(x) for x in outer], dtype=bool)
    schedule = LevelSchedule(len(outer), len(outer) + len(ops), blocks, cuts)
    _aim([block for block in schedule.blocks if isinstance(block, Block)], is_constant, schedule.size)
    return schedule, place, outer


def _levels(operands: list[tuple[int, ...]]) -> list[int]:
    """Return how many scalars, itself included, lead one after the other to each: at least 1."""
    levels: list[int] = []
    for inputs in operands:
        highest = 0
        for x in inputs:
            if x >= 0 and levels[x] > highest:
                highest = levels[x]
        levels.append(highest + 1)
    return levels


def _as_met(entries: Index) -> tuple[Index, Index]:
    """Return the different entries in the order in which they are met first, and which of them each one is."""
    different, which = ranked(entries)
    first = np.empty(len(different), dtype=np.int64)
    first[which[::-1]] = np.arange(len(entries))[::-1]  # of several the last that is written stays: the first
    order = np.argsort(first)
    turn = np.empty(len(order), dtype=np.int64)
    turn[order] = np.arange(len(order))
    return different[order], turn[which]


def _aim(blocks: Sequence[Block], is_constant: Index, size: int) -> None:
    """Say for each block which inputs its adjoints go to, and to which places: of all blocks at once.

    A block that multiplies the places 4 and 6 by 4 and 5 sends four adjoints, to 4, 6, 4 and 5: the targets are
    4, 5 and 6, and `which` is 0, 2, 0 and 1.
    """
    others = {block.op for block in blocks} - {"total"}
    carries = {"total": [True], **{op: [d.number != 0.0 for d in formulas(op)[1]] for op in others}}
    sent: list[Index] = []
    for block in blocks:
        block.active = [
            k
            for k, (index, is_open) in enumerate(zip(block.operands, carries[block.op], strict=True))
            if is_open
            and (index[0] >= len(is_constant) or index.max() >= len(is_constant) or not is_constant[index].all())
        ]
        sent.append(np.concatenate([block.operands[k] for k in block.active]) if block.active else np.zeros(0, np.intp))
    counts = np.array([len(places) for places in sent], dtype=np.intp)
    different, which = ranked(
        np.concatenate([*sent, np.array([], np.int64)]) + size * np.repeat(np.arange(len(sent)), counts)
    )
    firsts = np.searchsorted(different, size * np.arange(len(sent) + 1)).tolist()
    start = 0
    for k, (block, places) in enumerate(zip(blocks, sent, strict=True)):
        stop = start + len(places)
        if firsts[k + 1] - firsts[k] < len(places):
            block.targets = different[firsts[k] : firsts[k + 1]] - size * k
            block.which = (which[start:stop] - firsts[k]).astype(np.intp)  # which may be 32 bits wide
        elif block.active:
            block.targets = places
        start = stop

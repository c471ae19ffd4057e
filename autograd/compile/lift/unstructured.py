"""Scalars without structure: which equivalence classes are too small to be arrays, and the regions they make up."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograd.compile.lift.layout import Index
from autograd.compile.lift.tape import GROUPS, Tape

__all__ = ["regions", "without_structure"]

FEW_KINDS, SOME_KINDS, MANY_KINDS, SMALL_KIND, MIDDLING_KIND = 12, 200, 3000, 8, 64


def without_structure(tape: Tape, members: dict[int, Index]) -> set[int]:
    """Return the kinds that are too small to be arrays where there are too many of them.

    That is so where hardly two scalars are of one kind, where one operation on one level falls into many small kinds,
    and where all kinds together are many.
    """
    small = {kind for kind, ids in members.items() if len(ids) < SMALL_KIND and tape.op[ids[0]] != "take"}
    if len(members) > SOME_KINDS and sum(map(len, members.values())) < 2 * len(members):
        return _with_the_rest(tape, members, small)
    rows: dict[tuple[str, int], list[int]] = {}
    for kind, ids in members.items():
        if tape.op[ids[0]] != "take":
            rows.setdefault((tape.op[ids[0]], tape.level[kind]), []).append(kind)
    loose: set[int] = set()
    for kinds in rows.values():
        if len(kinds) > FEW_KINDS and sum(len(members[kind]) for kind in kinds) < MIDDLING_KIND * len(kinds):
            loose.update(kinds)
    if len(members) - len(loose) > MANY_KINDS:
        loose |= small
    return _with_the_rest(tape, members, loose)


def _with_the_rest(tape: Tape, members: dict[int, Index], loose: set[int]) -> set[int]:
    """Return the loose kinds, and all others with them if these are little work beside them."""

    def work(kinds: Iterable[int]) -> int:
        return sum(len(members[k]) * _width(tape, members[k][0]) for k in kinds)

    if 5 * work(loose) <= 4 * work(members):
        return loose
    return {k for k, ids in members.items() if tape.op[ids[0]] != "take"}


def _width(tape: Tape, i: int) -> int:
    """Return how many products or summands a scalar is made of."""
    return len(tape.groups[tape.operands[i][0]]) if tape.op[i] in GROUPS else 1


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

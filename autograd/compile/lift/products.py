"""Dots become products: rows of one matrix with columns of another, a stack of such products, or element by element."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import numpy as np

from autograd.compile.ir.program import Array
from autograd.compile.lift.layout import Index, Ranked, axes_of, combined, distinct, is_among, ranked, ranks
from autograd.compile.lift.places import NUMBERS, THETA, Places
from autograd.compile.lift.tape import Tape

FEW_BLOCKS = 8
DENSE = 0.45  # a product of which so much is wanted is computed whole, the rest being holes


class Pairs(NamedTuple):
    """For each dot its place in a stack of products: which product, which row and which column, each ranked."""

    stack: Ranked
    row: Ranked
    column: Ranked

    @property
    def size(self) -> int:
        """How many elements the products have."""
        return self.stack[1] * self.row[1] * self.column[1]

    @property
    def places(self) -> Index:
        """Each dot's flat place in the stack of products."""
        return (self.stack[0] * self.row[1] + self.row[0]) * self.column[1] + self.column[0]

    @property
    def blocks(self) -> list[Index]:
        """The dots of each product, where there are a few and they are not of one size; else nothing."""
        stack, count = self.stack
        if not 1 < count <= FEW_BLOCKS:
            return []
        extents = [
            np.bincount((distinct(stack * n + side) // n).astype(np.intp), minlength=count)
            for side, n in (self.row, self.column)
        ]
        if all((extent == extent[0]).all() for extent in extents):
            return []
        return [np.flatnonzero(stack == k) for k in range(count)]


def arrange_dots(places: Places, ids: Index, wanted_low: Callable[[], bool]) -> bool:
    """Compute dots of one kind as products; return False if their lengths differ and they fit none.

    `wanted_low()` says whether holes are best filled with −inf, since an exponential or a maximum follows.
    """
    tape = places.tape
    first = np.array([tape.operands[i][0] for i in ids])
    second = np.array([tape.operands[i][1] for i in ids])
    if any(_are_zeros(places, x) and _are_used(tape, ids, y) for x, y in ((first, second), (second, first))):
        # as where a recurrent network begins; weights used nowhere else would be lost, and 0 times nan is nan
        places.home[ids], places.value[ids] = NUMBERS, 0.0
        return True
    ragged = len({len(tape.groups[g]) for g in first.tolist()}) > 1
    if ragged:
        one, other = _longest(places, first), _longest(places, second)
        if one is None or other is None:
            return False
        for own, *wider in zip(first.tolist(), one.tolist(), other.tolist(), strict=True):
            if len(tape.groups[own]) != min(len(tape.groups[g]) for g in wider):
                return False  # both go on, so the product would too
        first, second = one, other
    if places.home[tape.groups[first[0]][0]] <= NUMBERS:
        rows, columns = second, first  # weights are columns: x @ W.T
    else:
        rows, columns = first, second
    rows, columns = _with_data(places, rows, columns)
    pairs = _paired(places, rows, columns)
    if pairs is not None and (blocks := pairs.blocks):
        # as layers side by side: padded to one size they would be no matrices of parameters
        return all(arrange_dots(places, ids[block], wanted_low) for block in blocks)
    if pairs is not None:
        _product(places, ids, rows, columns, pairs, wanted_low)
    elif ragged:
        return False
    else:
        _one_by_one(places, ids, rows, columns)
    return True


def _are_zeros(places: Places, groups: Index) -> bool:
    """Whether the members of all groups are the number 0."""
    for members in map(places.tape.members, distinct(groups).tolist()):
        if (places.home[members] != NUMBERS).any() or places.value[members].any():
            return False
    return True


def _are_used(tape: Tape, ids: Index, groups: Index) -> bool:
    """Whether all of the groups are factors of other dots, too."""
    own = set(ids.tolist())
    dots = (
        operands
        for i, (op, operands) in enumerate(zip(tape.op, tape.operands, strict=True))
        if op == "dot" and i not in own
    )
    return {g for operands in dots for g in operands}.issuperset(groups.tolist())


def _longest(places: Places, groups: Index) -> Index | None:
    """Return for each group the longest one that it begins, or None if some begin in the same way and then part."""
    members = places.tape.groups
    longest: dict[int, int] = {}
    for g in distinct(groups).tolist():
        known = longest.get(members[g][0])
        if known is None or len(members[g]) > len(members[known]):
            longest[members[g][0]] = g
    for g in distinct(groups).tolist():
        if members[longest[members[g][0]]][: len(members[g])] != members[g]:
            return None
    return np.array([longest[members[g][0]] for g in groups.tolist()])


def _with_data(places: Places, rows: Index, columns: Index) -> tuple[Index, Index]:
    """Return rows and columns where numbers that weights meet are rows of data, if they are.

    Where a function closes over its data, each product has them anew; rows that are equal are told apart by their turn.
    """
    sides = [rows, columns]
    homes = [int(places.home[places.tape.groups[side[0]][0]]) for side in sides]
    if sorted(homes) != [THETA, NUMBERS]:
        return rows, columns
    data = homes.index(NUMBERS)
    known: dict[tuple[tuple[float, ...], int], int] = {}
    turns: Counter[tuple[int, tuple[float, ...]]] = Counter()
    named = []
    for g, weights in zip(sides[data].tolist(), sides[1 - data].tolist(), strict=True):
        row = tuple(places.value[list(places.tape.groups[g])].tolist())
        named.append(known.setdefault((row, turns[weights, row]), g))
        turns[weights, row] += 1
    if len(known) * len(distinct(sides[1 - data])) != len(rows):
        return rows, columns
    return np.array(named), sides[1 - data]


def _paired(places: Places, rows: Index, columns: Index) -> Pairs | None:
    """Return how the dots fill a product or a stack of them, or None if they do not."""
    count = len(rows)
    one = (np.zeros(count, dtype=np.int64), 1)
    row_columns, column_columns = (_columns(places, groups) for groups in (rows, columns))
    row, column = combined(row_columns, count), combined(column_columns, count)
    if row[1] * column[1] == count:
        return Pairs(one, row, column)
    shared = [c for c in row_columns if is_among(c, column_columns)]
    if shared:
        rest = [combined([c for c in cs if not is_among(c, shared)], count) for cs in (row_columns, column_columns)]
        pairs = Pairs(combined(shared, count), *rest)
        if count == len(distinct(pairs.places)) >= DENSE * pairs.size:
            return pairs
    blocks = _blocks(row, column)
    if blocks is not None and count == len(distinct(blocks.places)) >= DENSE * blocks.size:
        return blocks
    pairs = Pairs(one, row, column)
    return pairs if count == len(distinct(pairs.places)) >= DENSE * pairs.size else None


def _columns(places: Places, groups: Index) -> list[Ranked]:
    different, which = ranked(groups)
    return axes_of([column[which] for column in places.columns_of(different)])


def _blocks(row: Ranked, column: Ranked) -> Pairs | None:
    """Return dots that fall into blocks with rows and columns of their own as a stack of one product for each."""
    rows, columns = np.arange(row[1]), np.zeros(column[1], dtype=np.int64)
    while True:  # let every row and column know the least row that it is connected with
        columns[:] = row[1]
        np.minimum.at(columns, column[0], rows[row[0]])
        least = rows.copy()
        np.minimum.at(least, row[0], columns[column[0]])
        if np.array_equal(least, rows):
            break
        rows = least
    stack = ranks(rows[row[0]])
    if stack[1] in (1, row[1]):
        return None
    return Pairs(stack, *[_within(stack[0], x) for x in (row, column)])


def _within(stack: Index, x: Ranked) -> Ranked:
    """Return the rank of each among those of its own block."""
    whole, count = ranks(stack * x[1] + x[0])
    block = np.zeros(count, dtype=np.int64)
    block[whole] = stack
    first = np.searchsorted(block, np.arange(int(stack.max()) + 1))
    rank = whole - first[stack]
    return rank, int(rank.max()) + 1


def _product(
    places: Places, ids: Index, rows: Index, columns: Index, pairs: Pairs, wanted_low: Callable[[], bool]
) -> None:
    """Compute a product, or a stack of them, and let the dots live in it."""
    b = places.builder
    (s, stacks), (r, row_count), (c, column_count) = pairs
    row_groups, column_groups = np.full((stacks, row_count), rows[0]), np.full((stacks, column_count), columns[0])
    row_groups[s, r], column_groups[s, c] = rows, columns
    if stacks == 1:
        row_groups, column_groups = row_groups[0], column_groups[0]
    row_ids, column_ids = _same_width(places.members(row_groups), places.members(column_groups))
    if row_count == column_count == 1:
        if stacks > 1:
            x, y = (places.full_with_zeros(side.reshape(stacks, -1)) for side in (row_ids, column_ids))
            places.settle(b.sum(b.apply("multiply", x, y), (1,)), ids, pairs.places)
            return
        if row_ids.size == 1:
            x, y = places.full(row_ids.reshape(())), places.full(column_ids.reshape(()))
            places.settle(b.apply("multiply", x, y), ids, pairs.places)
            return
        order = np.argsort(places.places_of(row_ids[0]), kind="stable")  # a sum has no order: θ @ θ, not a gather
        first, second = row_ids[0][order], column_ids[0][order]
        squares = _squares_of_weights(places, first) if np.array_equal(first, second) else None
        if squares is None:
            squares = b.matmul(places.full_with_zeros(first), places.full_with_zeros(second))
        places.settle(squares, ids, pairs.places)
        return
    # rows first, so that their layout is known; weights are seated as the matrix that they are used as
    left, right = places.full_with_zeros(row_ids), places.full_with_zeros(column_ids)
    array = b.matmul(left, b.transpose(right))
    if len(ids) == pairs.size:
        places.settle(array, ids, pairs.places)
        return
    filling = -np.inf if wanted_low() else 0.0
    mask = np.zeros(array.shape, dtype=bool)
    mask.reshape(-1)[pairs.places] = True
    while mask.ndim > 2 and (mask == mask[:1]).all():
        mask = mask[0]
    condition = b.make("constant", (), mask.shape, mask)
    places.settle(b.apply("where", condition, array, b.number(filling)), ids, pairs.places, filling)


def _squares_of_weights(places: Places, ids: Index) -> Array | None:
    """Return the sum of the squares of some of the parameters' seats, seat by seat, or None if they are not that."""
    if (places.homes_of(ids) != THETA).any():
        return None
    wanted, b = places.places_of(ids), places.builder
    seats = [s for s in places.seats if s.detail in wanted]
    covered = np.concatenate([np.arange(s.detail, s.detail + s.size) for s in seats]) if seats else wanted[:0]
    if len(seats) < 2 or not np.array_equal(covered, wanted) or wanted[-1] - wanted[0] + 1 == len(wanted):
        return None  # what lies in a row is one product
    squares = [b.sum(b.apply("multiply", s, s), range(len(s.shape)), ()) for s in seats]
    return reduce(lambda x, y: b.apply("add", x, y), squares)


def _same_width(x: Index, y: Index) -> tuple[Index, Index]:
    width = max(x.shape[-1], y.shape[-1])
    wide = [np.concatenate([ids, np.full((*ids.shape[:-1], width - ids.shape[-1]), -1)], axis=-1) for ids in (x, y)]
    return wide[0], wide[1]


def _one_by_one(places: Places, ids: Index, rows: Index, columns: Index) -> None:
    """Compute dots that fit no product: all their factors side by side, multiplied and summed."""
    b = places.builder
    product = b.apply("multiply", places.full(places.members(rows)), places.full(places.members(columns)))
    places.settle(b.sum(product, (1,)), ids, np.arange(len(ids)))

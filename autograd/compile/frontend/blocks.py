"""Blocks: a traced graph in pieces that are computed at once, all nodes of one operation on one level.

A level is as far from the leaves as a longest path leads.  Of `total([w * x, w * y]) + 1`, with w, x and y in places 0
to 2, the nodes after them, and the constant last:

    level  operation  places  columns
    1      multiply   [3, 4]  [0, 0], [1, 2]
    2      total      [5]     [[3, 4]]           the members of the group that it is of, a row for each node
    3      add        [6]     [5], [7]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, repeat
from typing import Any, Final

import numpy as np

from autograd.recording.graph import open_edges, operands
from autograd.value import Value

__all__ = ["Block", "Blocks", "drawn"]

Index = np.ndarray[Any, Any]
NONE: Final = -1  # a place that is none, or not known yet
OWN: Final = np.uint64(0x9E3779B97F4A7C15)  # odd, so that multiplying by it loses nothing


@dataclass
class Block:
    """Nodes of one operation: their places, and for each operand a column of places, of a group a table.

    Attributes
        groups  for each operand that is a group: the different groups, one a row, and which of them each node has
    """

    op: Any
    places: Index
    columns: list[Index]
    groups: list[tuple[Index, Index]]


class Blocks:
    """Nodes in blocks, from the leaves on.  The leaves that are known have the first places, then come the nodes.

    Attributes
        size   how many places there are
        given  the leaves that come last: constants, and Values that are read at each run
        roots  the places of what is wanted
    """

    def __init__(self, leaves: Mapping[Any, int], nodes: Sequence[Any], roots: Sequence[Value]) -> None:
        """Put the nodes in blocks: each comes after its operands.  Raises KeyError if one of these is missing."""
        self._number = dict(leaves)
        self._number.update(zip(nodes, count(len(leaves))))
        self.given: list[Any] = []
        self.begin = len(self._number)  # of their places
        self._members: dict[Any, list[int]] = {}  # the places of a group's
        beside = [node._left for node in nodes], [node._right for node in nodes]
        several = {i: operands(nodes[i]) for i, x in enumerate(beside[0]) if x is None or x.is_group}
        left, right = (list(map(self._number.get, column, repeat(NONE))) for column in beside)
        level, both = self._levels(len(leaves), left, right, several), np.array((left, right), dtype=np.intp)
        for own, column in zip(beside, both, strict=True):
            for i in np.flatnonzero(column == NONE).tolist():
                if own[i] is not None and i not in several:
                    (column[i],) = self._placed([own[i]])
        ops = [node.op for node in nodes]
        forms: dict[Any, int] = {op: k for k, op in enumerate(dict.fromkeys(ops))}
        form = [*map(forms.__getitem__, ops)]
        for i, inputs in several.items():
            form[i] = forms.setdefault((nodes[i].op, *[len(x.values) for x in inputs if x.is_group]), len(forms))
        key = np.array(level, dtype=np.intp) * (len(forms) + 1) + np.array(form, dtype=np.intp)
        order = np.argsort(key, kind="stable")
        self.blocks = []
        for places in np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if nodes else []:
            op = nodes[places[0]].op
            if places[0] in several:
                own = [*zip(*[several[i] for i in places.tolist()], strict=True)]
                tables = [self._table(column) for column in own[: op.groups]]
                columns = [np.array(self._placed(column)) for column in own[op.groups :]]
            else:
                tables, columns = [], [column for column in both[:, places] if column[0] != NONE]
            self.blocks.append(Block(op, places + len(leaves), columns, tables))
        self.roots = self._placed(roots)
        self.size = len(self._number)

    def _levels(self, begin: int, left: list[int], right: list[int], several: dict[int, Any]) -> list[int]:
        """Return the level of each node: of those that have several operands from these, else from two places."""
        level = [0] * (self.begin + 1)  # the last of a leaf that has no place yet, or where there is no second operand
        depths: dict[Any, int] = {}  # of groups, and what stands beside them
        start = 0
        for stop in (*several, len(left)):
            for i, x, y in zip(range(begin + start, begin + stop), left[start:stop], right[start:stop], strict=True):
                a, b = level[x], level[y]
                level[i] = (a if a > b else b) + 1
            start = stop + 1
            if stop in several:
                here = 0
                for operand in several[stop]:
                    depth = depths.get(operand)
                    if depth is None:
                        depth = depths[operand] = self._depth(operand, level)
                    here = max(here, depth)
                level[begin + stop] = here + 1
        return level[begin:-1]

    def _depth(self, operand: Any, level: list[int]) -> int:
        """Return the level of an operand, of a group the highest of its members': leaves stand on level 0."""
        if not operand.is_group:
            return level[self._number.get(operand, NONE)]
        places = self._members[operand] = list(map(self._number.get, operand.values, repeat(NONE)))
        return max(map(level.__getitem__, places), default=0)

    def _placed(self, values: Sequence[Any]) -> list[int]:
        """Return the places of Values; leaves that are new get the next ones."""
        found: list[Any] = list(map(self._number.get, values))
        if None in found:
            for i in [i for i, place in enumerate(found) if place is None]:
                x = values[i]
                if operands(x):
                    raise KeyError("an operand is missing")
                found[i] = self._number.setdefault(x, len(self._number))
                if found[i] == self.begin + len(self.given):
                    self.given.append(x)
        return found

    def places(self, values: Sequence[Value]) -> list[int]:
        """Return the places of those of the Values that have one."""
        return [place for place in map(self._number.get, values) if place is not None]

    def _table(self, groups: Sequence[Any]) -> tuple[Index, Index]:
        rows = {group: k for k, group in enumerate(dict.fromkeys(groups))}
        members = np.array([self._members[group] for group in rows], dtype=np.intp)
        if (members == NONE).any():  # leaves that are new
            members = np.array([self._placed(group.values) for group in rows], dtype=np.intp)
        return members, np.array([rows[group] for group in groups])

    def reach(self, reached: Index) -> None:
        """Mark what a gradient can get to from what is marked: of a choice either branch, but no condition."""
        for block in reversed(self.blocks):
            here = reached[block.places]
            if here.any():
                open_ones = open_edges(block.op) if block.op.stops_at_zero else range(len(block.columns))
                for members, which in block.groups:
                    near = np.zeros(len(members), dtype=bool)  # each group once, however many nodes are of it
                    near[which[here]] = True
                    reached[members[near]] = True
                for k in open_ones:
                    reached[block.columns[k][here]] = True

    def kinds(self, leaves: Index, given: Sequence[int]) -> Index:
        """Return of what kind each node is, as a number: its operation and the kinds of its operands.

        `leaves` has the kinds of parameters and arguments, `given` those of the leaves that are neither.  A group is of
        the kind that the set of its members' kinds is.
        """
        found = np.zeros(self.size, dtype=np.uint64)
        found[: len(leaves)] = leaves
        found[self.size - len(given) :] = whole(given)
        for block in self.blocks:
            kind = np.repeat(whole([hash(block.op)]), len(block.places))
            for members, which in block.groups:
                each = np.sort(found[members], axis=1)
                each[:, 1:][each[:, 1:] == each[:, :-1]] = 0
                kind = mixed(kind * OWN + mixed(each).sum(axis=1)[which])
            for column in block.columns:
                kind = mixed(kind * OWN + found[column])
            found[block.places] = kind
        return different(np.concatenate([found[block.places] for block in self.blocks] or [found[:0]]))


def different(x: Index) -> Index:
    """Return the different numbers there are, in order."""
    x = np.sort(x)
    found: Index = x[np.diff(x, prepend=x[:1] + np.uint64(1)) != 0]
    return found


def whole(hashes: Sequence[int]) -> Index:
    """Return hashes as whole numbers of 64 bits."""
    return np.array(hashes, dtype=np.int64).view(np.uint64)


def drawn(x: Index, turn: int) -> Index:
    """Return for each of some whole numbers one of 64 bits that looks drawn, at each turn another."""
    return mixed(x.astype(np.uint64) + whole([turn + 1]) * OWN)


def mixed(x: Index) -> Index:
    """Return whole numbers of 64 bits, each changed into another one that looks drawn.  (Steele et al. 2014.)"""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Index = x ^ (x >> np.uint64(31))
    return found

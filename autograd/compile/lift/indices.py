"""Indices: of which numbers of which arguments an index is made, however they are cut, turned and put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograd.compile.ir.program import Array, Program

Places = np.ndarray[Any, Any]
ANY: Final = 1 << 62


def copied_from(index: Array, first: Callable[[Array], int]) -> Places:
    """Return for each element of an index the number of the one that it is a copy of.

    The elements of an input, or of a constant, are numbered one after the other from `first(array)` on.
    """
    parts = [copied_from(x, first) for x in index.operands]
    if not parts:
        return first(index) + np.arange(index.size).reshape(index.shape)
    if index.op == "join":
        return np.concatenate([x.reshape(-1) for x in parts])
    (x,) = parts
    if index.op == "reshape":
        return x.reshape(index.shape)
    if index.op == "slice":
        return x[tuple(slice(*ranges) for ranges in index.detail)]
    if index.op == "transpose":
        return x.transpose(index.detail)
    if index.op == "broadcast":
        return np.broadcast_to(x, index.shape)
    if index.op == "gather":
        return np.asarray(x.reshape(-1)[index.detail])
    raise NotImplementedError(f"an index is put together from whole numbers, not computed by {index.op}")


class Choice:
    """The numbers of one argument that are used as an index, and how many things each of them chooses from."""

    def __init__(self, argument: int, counts: Places) -> None:
        """Take for each number of the argument, row by row, how many things it chooses from; ANY if it is no index."""
        self.argument, self._all = argument, counts
        self._places = np.flatnonzero(counts < ANY)
        self._counts = counts[self._places]

    def in_rows(self, rows: int) -> Choice:
        """Return what holds for each row of data of which any so many rows may be this argument."""
        return Choice(self.argument, self._all.reshape(rows, -1).min(axis=0))

    def wrong(self, numbers: Places) -> tuple[int, float, int] | None:
        """Return the first number that names nothing: its flat place, itself, how many things there are; or None."""
        width = len(self._all)
        chosen = numbers.reshape(-1, width)[:, self._places]
        bad = (chosen < 0) | (chosen >= self._counts)
        if chosen.dtype.kind == "f":
            bad |= chosen != np.floor(chosen)
        if not bad.any():
            return None
        row, column = np.argwhere(bad)[0]
        return int(row * width + self._places[column]), chosen[row, column].item(), int(self._counts[column])


def choices(program: Program, arguments: int) -> list[Choice]:
    """Return what is used as an index of the first so many arguments, those of the user."""
    inputs = [array for array in program.lines if array.op == "input"]
    starts = dict(zip(inputs, np.cumsum([0, *[array.size for array in inputs]]).tolist(), strict=False))
    size = sum(array.size for array in inputs)
    counts = np.full(size, ANY, dtype=np.int64)
    for array in program.lines:
        if array.op in ("rows", "pick"):
            source, index = array.operands
            places = copied_from(index, lambda x: starts.get(x, size)).reshape(-1)
            np.minimum.at(counts, places[places < size], source.shape[0 if array.op == "rows" else -1])
    found = []
    for array, start in starts.items():
        argument, part = program.arguments[array.detail][0], counts[start : start + array.size]
        if argument < arguments and (part < ANY).any():
            found.append(Choice(argument, part))
    return found

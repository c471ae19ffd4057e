"""Rows that stay in files: one NumPy file for each part of a batch, of which a process opens those that are its own."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np

from autograd.support.costs import CHUNK


class RowFiles:
    """Rows in files: number i stands for row i of every file, so that there are as many as rows in one.

    What is read is the rows of the first file, then those of the second, and so on, with zeros for those of the files
    that belong to other processes.
    """

    def __init__(self, what: str, paths: Sequence[str | PathLike[str]], parts: int, own: Sequence[int]) -> None:
        """Open the files of the parts `own` among so many; raises TypeError or ValueError for what holds no such rows.

        All numbers in them are looked at once: each must be finite.
        """
        if len(paths) != parts:
            raise ValueError(
                f"{what}: rows come from {parts} files, one for each part of a batch, not from {len(paths)}"
            )
        self._what, self._paths, self._parts = what, paths, parts
        self._maps = {k: self._opened(k) for k in own}
        self._first = own[0]
        for k in own:
            if self._maps[k].shape != self._maps[self._first].shape:
                shapes = f"{self._maps[self._first].shape} and {self._maps[k].shape}"
                raise ValueError(f"{what}: files have as many rows, of one width, not {shapes} as in {paths[k]}")

    def _opened(self, k: int) -> Any:
        path = self._paths[k]
        try:
            found = np.load(path, mmap_mode="r", allow_pickle=False)
        except (EOFError, ValueError) as error:  # EOFError: an empty file
            raise ValueError(f"{self._what}: {path} is no file that numpy.save makes of numbers ({error})") from None
        if not isinstance(found, np.ndarray) or found.dtype.kind not in "fiub" or found.ndim == 0 or not len(found):
            raise ValueError(f"{self._what}: {path} holds no rows of numbers: numpy.save(path, array) makes such files")
        for start in range(0, len(found), CHUNK):
            rows = found[start : start + CHUNK]
            if found.dtype.kind == "f" and not np.isfinite(rows).all():
                place = start + int(np.argwhere(~np.isfinite(rows))[0][0])
                raise ValueError(
                    f"{self._what}: row {place} of {path} is not finite: leave such rows out or fill them in"
                )
        return found

    def __len__(self) -> int:
        return len(self._maps[self._first])

    def __getitem__(self, rows: Any) -> Any:
        """Return one row of this process's first file, as a list, or such rows of all files as one array."""
        first = self._maps[self._first]
        if isinstance(rows, int):
            return first[rows].tolist()
        chosen = first[rows]
        found = np.zeros((self._parts, *chosen.shape), dtype=first.dtype)
        for k, array in self._maps.items():
            found[k] = array[rows]
        return found.reshape(-1, *chosen.shape[1:])

    @property
    def shape(self) -> Any:
        """The shape of each file, as an array."""
        return np.array(self._maps[self._first].shape)

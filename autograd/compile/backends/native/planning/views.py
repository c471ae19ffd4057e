"""Where the elements of an array lie: an offset and strides, counted in doubles, in one block of memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd.compile.ir.program import Array, Shape
from autograd.compile.ir.sizes import Size, quotient, up

VIEWS = frozenset({"transpose", "reshape", "slice", "broadcast", "parameter"})


@dataclass(frozen=True)
class View:
    """The element at coordinates c lies at offset + Σ cᵢ · stridesᵢ; axes that only repeat have stride 0.

    `padded` is the axis along which lanes behind the last element belong to nobody, or -1: they may be written.
    """

    offset: int
    shape: Shape
    strides: tuple[int, ...]
    padded: int = -1


def laid_out(offset: int, shape: Shape, fast: int, lanes: int) -> tuple[View, int]:
    """Return the view of an array whose neighbors along axis `fast` lie side by side, and the doubles it takes.

    With lanes > 0 the fast axis is rounded up, so that whole registers fit.
    """
    axes = [i for i in range(len(shape)) if i != fast] + ([fast] if shape else [])
    strides = [0] * len(shape)
    step = 1
    for axis in reversed(axes):
        n = shape[axis]
        strides[axis] = step if n > 1 else 0
        step *= rounded(n, lanes) if axis == fast and lanes else n
    return View(offset, shape, tuple(strides), fast if lanes and shape else -1), step


def row_major(offset: int, shape: Shape) -> View:
    """Return the view of an array that lies in row-major order without gaps."""
    return laid_out(offset, shape, len(shape) - 1, 0)[0]


def width(n: int, lanes: int) -> int:
    """Return how many lanes to use for n elements: all of them, or the next power of two."""
    return lanes if isinstance(n, Size) else min(lanes, 1 << max(n - 1, 0).bit_length())


def widest(arrays: Sequence[Array], lanes: int) -> int:
    """Return how many lanes a program of these arrays is to use: no more than the longest axis needs.

    A wide register read where narrow ones were written just before waits for all of them to arrive in memory.
    """
    return max([2, *[width(n, lanes) for a in arrays if a.op != "theta" for n in a.shape]])


def rounded(n: Any, lanes: int) -> Any:
    """Return n rounded up to whole registers."""
    return up(n, width(n, lanes))


def registers(n: int, lanes: int) -> float:
    """Return what so many elements cost in registers: of a length that varies, what is left over one by one."""
    return float(rounded(n, lanes)) / width(n, lanes) * (2 if isinstance(n, Size) else 1)


def seen(array: Array, below: View) -> View | None:
    """Return where the elements of a view lie if its operand lies at `below`; None where strides cannot say it."""
    if array.op == "transpose":
        axes = array.detail
        room = axes.index(below.padded) if below.padded >= 0 else -1
        return View(below.offset, array.shape, tuple(below.strides[i] for i in axes), room)
    if array.op == "slice":
        offset = below.offset + sum(start * s for (start, _, _), s in zip(array.detail, below.strides, strict=True))
        steps = [s * step for (_, _, step), s in zip(array.detail, below.strides, strict=True)]
        strides = tuple(s if n > 1 else 0 for n, s in zip(array.shape, steps, strict=True))
        return View(offset, array.shape, strides)
    if array.op == "broadcast":
        return View(below.offset, array.shape, broadcast_strides(below, array.shape))
    strides_ = reshaped(below, array.shape)
    return None if strides_ is None else View(below.offset, array.shape, strides_)


def seen_inside(array: Array, source: Array, view: View) -> View | None:
    """Return where the elements of `array`, a view of a view of ... `source`, lie if `source` lies at `view`."""
    if array is source:
        return view
    below = seen_inside(array.operands[0], source, view)
    return None if below is None else seen(array, below)


def broadcast_strides(view: View, shape: Shape) -> tuple[int, ...]:
    """Return the strides of a view repeated to a shape."""
    lead = len(shape) - len(view.shape)
    own = [0 if n == 1 else s for n, s in zip(view.shape, view.strides, strict=True)]
    return (0,) * lead + tuple(own)


def reshaped(view: View, shape: Shape) -> tuple[int, ...] | None:
    """Return the strides under which the elements in row-major order have another shape, or None."""
    old = [(n, s) for n, s in zip(view.shape, view.strides, strict=True) if n != 1]
    strides: list[int] = []
    i = 0
    rest = 1  # elements of the current old run still to be given out
    run = 0
    for n in shape:
        if n == 1:
            strides.append(0)
            continue
        if rest == 1:  # gather old axes that advance as one, as many as are needed
            if i == len(old):
                return None
            rest, run = old[i]
            i += 1
        while (left := quotient(rest, n)) is None and i < len(old):
            m, s = old[i]
            if run != m * s:
                return None
            rest, run, i = rest * m, s, i + 1
        if left is None:
            return None
        rest = left
        strides.append(run * rest)
    return tuple(strides)


def natural(view: View, shape: Shape) -> bool:
    """Return whether the elements lie in row-major order without gaps."""
    step = 1
    for n, s in zip(reversed(shape), reversed(view.strides), strict=True):
        if n > 1 and s != step:
            return False
        step *= n
    return True

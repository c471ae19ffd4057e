"""Normalization, by batch and by row, and dropout: batch norm and dropout behave differently in training and in use."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from autograd import Value, dot, mean, number, sqrt, where
from nn.layers.containers import as_row
from nn.layers.counter_random import stream_key, uniform, uniforms
from nn.layers.forward_cache import Row
from nn.layers.module import Inputs, Module
from nn.support import tracing
from nn.support.validate import listed, positive_count

if TYPE_CHECKING:
    from nn.layers.counter_random import Floats


def _checked_epsilon(epsilon: float) -> float:
    epsilon = number(epsilon)
    if not epsilon > 0.0:
        raise ValueError(f"epsilon keeps the division finite and must be above 0, not {epsilon:g}")
    return epsilon


class BatchNorm(Module):
    """scale · (x − mean) / √(variance + epsilon) + shift, column by column.  (Ioffe and Szegedy 2015.)

    n rows of `width` numbers in, n rows of `width` out; scale and shift have one number for each column.
    In training mean and (biased) variance are the batch's own, and gradients flow through both; running averages
    move by `momentum` toward the batch's mean and unbiased variance.  In use they take the batch's place.
    A batch of one row has variance 0, so it gives the shift alone; it moves the running mean and leaves the variance.
    """

    buffers: ClassVar[tuple[str, ...]] = ("running_mean", "running_variance")
    mixes_rows: ClassVar[bool] = True

    def __init__(self, width: int, *, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        positive_count(width, "the width of a row")
        self.momentum, self.epsilon = number(momentum), _checked_epsilon(epsilon)
        if not 0.0 <= self.momentum <= 1.0:
            raise ValueError(f"momentum is the share of the new batch, from 0 to 1, not {self.momentum:g}")
        self.scale = [Value(1.0) for _ in range(width)]
        self.shift = [Value(0.0) for _ in range(width)]
        self.running_mean = [0.0] * width
        self.running_variance = [1.0] * width

    def __call__(self, inputs: Inputs | Value) -> Row:
        """Return one row normalized: in training as a batch of one."""
        return self.batch([inputs])[0]

    def batch(self, rows: Iterable[Any]) -> list[Row]:
        """Return the rows normalized; raises ValueError if there are none, or if one is of another width."""
        given = [as_row(row) for row in listed(rows, "rows")]
        if not given:
            raise ValueError("batch normalization of no rows is not defined: pass at least one")
        for i, row in enumerate(given):
            if len(row) != len(self.scale):
                raise ValueError(f"this batch norm takes rows of {len(self.scale)} numbers, and row {i} has {len(row)}")
        tracing.guard(self._mode)
        columns = list(zip(*given, strict=True))
        normal = self._by_batch(columns) if self.training else self._by_running_averages(columns)
        parts = list(zip(self.scale, self.shift, strict=True))
        rows = list(zip(*normal, strict=True))
        return [self._entered(row, [s * x + b for x, (s, b) in zip(row, parts, strict=True)]) for row in rows]

    def _mode(self) -> tuple[Any, ...]:
        return self.training, self.epsilon

    def _by_batch(self, columns: list[tuple[Value, ...]]) -> list[list[Value]]:
        means, variances, normal = [], [], []
        for column in columns:
            middle = mean(column)
            apart = [x - middle for x in column]
            variance = mean([d * d for d in apart])
            deviation = sqrt(variance + self.epsilon)
            means.append(middle)
            variances.append(variance)
            normal.append([d / deviation for d in apart])
        tracing.observe([*means, *variances], partial(self._remember, len(columns[0])))
        return normal

    def _remember(self, rows: int, statistics: list[float]) -> None:
        """Move the running averages toward a batch's means and biased variances, given one after the other."""
        old, new, width = 1.0 - self.momentum, self.momentum, len(self.scale)
        for i in range(width):
            self.running_mean[i] = old * self.running_mean[i] + new * statistics[i]
            if rows > 1:
                unbiased = statistics[width + i] * rows / (rows - 1)
                self.running_variance[i] = old * self.running_variance[i] + new * unbiased

    def _by_running_averages(self, columns: list[tuple[Value, ...]]) -> list[list[Value]]:
        width = len(self.scale)
        traced = tracing.random_inputs(self, 2 * width)  # a program asks anew at each run, for they move in training
        held: list[Any] = [*self.running_mean, *self.running_variance] if traced is None else traced
        root: Any = math.sqrt if traced is None else sqrt
        normal = []
        for column, middle, variance in zip(columns, held[:width], held[width:], strict=True):
            deviation = root(variance + self.epsilon)
            normal.append([(x - middle) / deviation for x in column])
        return normal

    def next_numbers(self, count: int) -> Floats:
        """Return the running averages, so often that they are `count` numbers, for a compiled program's run."""
        import numpy as np  # a program runs, so it is loaded

        return np.resize(np.array([*self.running_mean, *self.running_variance]), count)

    def _kind(self) -> str:
        return f"a batch norm with epsilon {self.epsilon!r}"

    def _check_buffer(self, name: str, x: Any) -> None:
        if any(y is None or (name == "running_variance" and y < 0.0) for y in x):
            raise ValueError("running averages are numbers, and no variance is below 0")

    def describe(self) -> str:
        """Return the width."""
        return f"BatchNorm {len(self.scale)}"


class _RowNorm(Module):
    """What layers that normalize each row by itself have in common: a width, a scale for each number, and epsilon."""

    def __init__(self, width: int, *, epsilon: float = 1e-5) -> None:
        positive_count(width, "the width of a row")
        self.epsilon = _checked_epsilon(epsilon)
        self.scale = [Value(1.0) for _ in range(width)]

    def __call__(self, inputs: Inputs | Value) -> Row:
        """Return one row normalized; raises ValueError if it is of another width."""
        row = as_row(inputs)
        if len(row) != len(self.scale):
            raise ValueError(f"this {type(self).__name__} takes rows of {len(self.scale)} numbers, not of {len(row)}")
        output = self._normal(row)
        return self._entered(row, output)

    def _normal(self, row: tuple[Value, ...]) -> Row:
        raise NotImplementedError

    def _kind(self) -> str:
        return f"{type(self).__name__} with epsilon {self.epsilon!r}"

    def describe(self) -> str:
        """Return the width."""
        return f"{type(self).__name__} {len(self.scale)}"


class LayerNorm(_RowNorm):
    """scale · (x − mean) / √(variance + epsilon) + shift, row by row.  (Ba, Kiros and Hinton 2016.)

    A row of `width` numbers in, a row of `width` out; mean and (biased) variance are the row's own, in training and in
    use alike; scale and shift have one number for each place.
    """

    def __init__(self, width: int, *, epsilon: float = 1e-5) -> None:
        super().__init__(width, epsilon=epsilon)
        self.shift = [Value(0.0) for _ in range(width)]

    def _normal(self, row: tuple[Value, ...]) -> Row:
        middle = mean(row)
        apart = [x - middle for x in row]
        deviation = sqrt(dot(apart, apart) / len(row) + self.epsilon)
        return [scale * (d / deviation) + shift for d, scale, shift in zip(apart, self.scale, self.shift, strict=True)]


class RMSNorm(_RowNorm):
    """scale · x / √(mean of x² + epsilon), row by row.  (Zhang and Sennrich 2019.)

    A row of `width` numbers in, a row of `width` out; scale has one number for each place.
    """

    def _normal(self, row: tuple[Value, ...]) -> Row:
        root = sqrt(dot(row, row) / len(row) + self.epsilon)
        return [scale * (x / root) for x, scale in zip(row, self.scale, strict=True)]


class Dropout(Module):
    """Each number is 0 with probability `p` in training, and else divided by 1 − p; in use nothing changes.

    A row of any length in, a row of that length out.
    So its mean stays the same (inverted scaling, Srivastava et al. 2014).  `p` 0 changes nothing, `p` 1 drops all.
    The mask is one factor per number and part of the graph, so backward goes through the same one.  It is drawn by
    counter (nn.random): it depends on the seed, on the layer's path and on how many numbers the layer has `drawn`.
    """

    buffers: ClassVar[tuple[str, ...]] = ("drawn",)

    def __init__(self, p: float, *, seed: int = 0) -> None:
        self.p = number(p)
        if not 0.0 <= self.p <= 1.0:
            raise ValueError(f"p is the probability of being dropped, from 0 to 1, not {self.p:g}")
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise TypeError(f"a seed is a whole number, not {seed!r}")
        self.seed = seed
        self.drawn = 0

    @property
    def key(self) -> int:
        """The key of the stream that the masks come from."""
        return stream_key(self.seed, self._path)

    def __call__(self, inputs: Inputs | Value) -> Row:
        """Return one row with some of its numbers dropped."""
        row = as_row(inputs)
        tracing.guard(self._mode)
        if not self.training or self.p == 0.0:
            return list(row)
        dropped = [x * factor for x, factor in zip(row, self.mask(len(row)), strict=True)]
        return self._entered(row, dropped)

    def mask(self, count: int) -> list[Any]:
        """Return the next `count` factors: 0 where the random number is below p, 1 / (1 − p) elsewhere."""
        kept = 1.0 / ((1.0 - self.p) or math.inf)
        traced = tracing.random_inputs(self, count)
        if traced is not None:
            return [where(x < self.p, 0.0, kept) for x in traced]
        key, start = self.key, self.drawn
        self.drawn = start + count
        return [0.0 if uniform(key, i) < self.p else kept for i in range(start, self.drawn)]

    def next_numbers(self, count: int) -> Floats:
        """Return the next `count` random numbers as a NumPy array, for a compiled program's masks."""
        self.drawn += count
        return uniforms(self.key, self.drawn - count, count)

    def _mode(self) -> tuple[Any, ...]:
        return self.training, self.p

    def _check_buffer(self, name: str, x: Any) -> None:
        if type(x) is not int or x < 0:
            raise ValueError(f"{x!r} is no count of numbers drawn")

    def describe(self) -> str:
        """Return the probability."""
        return f"Dropout {self.p:g}"

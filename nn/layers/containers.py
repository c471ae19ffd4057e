"""Modules made of modules, and what goes between layers: sequences, residuals, activations, embeddings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import autograd
from autograd import Group, Value, softmax
from nn.layers.calling import one_row, refuse_more
from nn.layers.dense import Seed
from nn.layers.forward_cache import Row
from nn.layers.initializers import generator_from
from nn.layers.module import Inputs, Module
from nn.support.operation_names import ActivationLike, activation_kind, activation_name, resolve_activation, returned
from nn.support.validate import listed, positive_count, said


def as_row(inputs: Inputs | Value) -> tuple[Value, ...]:
    """Return one row of inputs as Values; a single Value is a row of one.  Raises TypeError for what is no row."""
    if isinstance(inputs, str | dict | set | frozenset) or not hasattr(inputs, "__iter__"):
        raise TypeError(f"a row of numbers is needed here, not {said(inputs)}")
    return (inputs,) if isinstance(inputs, Value) else Group.of(inputs).values


def of_rows(layer: Any, rows: Iterable[Any]) -> list[Any]:
    """Return what a layer or a model makes of the rows, in order: as a batch if it can, else of each row alone."""
    batch = getattr(layer, "batch", None)
    return list(batch(rows)) if batch is not None else [layer(row) for row in rows]


def _check_callable(layer: Any, what: str) -> None:
    if isinstance(layer, type) or not callable(layer):
        raise TypeError(f"{what} is {said(layer)}")


def _unnested(layers: Iterable[Any]) -> Iterator[Any]:
    """Yield the layers, and in place of a Sequential its own, however deep they lie."""
    stack = [iter(layers)]
    while stack:
        for layer in stack[-1]:
            if type(layer) is Sequential:
                stack.append(iter(layer.layers))
                break
            yield layer
        else:
            stack.pop()


class Sequential(Module):
    """Modules (or plain functions of a row) one after another, each taking what the one before it gives."""

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        for i, layer in enumerate(layers):
            if isinstance(layer, list | tuple):
                raise TypeError("Sequential takes its layers one by one, Sequential(first, second), and not in a list")
            _check_callable(layer, f"Sequential takes modules and functions, and number {i}")
        self.layers = list(layers)

    @one_row
    def __call__(self, inputs: Any, *more: Any) -> Any:
        """Return what the last module makes of one row."""
        if more:
            refuse_more(self, (inputs, *more))
        return self.batch([inputs])[0]

    def batch(self, rows: Iterable[Any]) -> list[Any]:
        """Return what the last module makes of each row; each layer sees all rows before the next begins."""
        rows = listed(rows, "rows")
        for layer in _unnested(self.layers):
            rows = of_rows(layer, rows)
        return rows


class Residual(Module):
    """F(x) + x for a block F that gives as many outputs as it takes inputs.  (He et al. 2015.)

    The gradient reaches x by the addition, whatever F does to it.
    """

    def __init__(self, block: Callable[[Any], Any]) -> None:
        _check_callable(block, "the block of a Residual is a module or a function, and this")
        self.block = block

    def __call__(self, inputs: Inputs | Value) -> Row:
        """Return F(x) + x for one row; raises ValueError if the block changes the row's length."""
        return self.batch([inputs])[0]

    def batch(self, rows: Iterable[Any]) -> list[Row]:
        """Return F(x) + x for each row."""
        rows = [as_row(row) for row in listed(rows, "rows")]
        return [self._added(as_row(y), x) for y, x in zip(of_rows(self.block, rows), rows, strict=True)]

    def _kind(self) -> str:
        return "a residual"

    def _added(self, changed: tuple[Value, ...], inputs: tuple[Value, ...]) -> Row:
        if len(changed) != len(inputs):
            made = f"made {len(changed)} outputs of {len(inputs)} inputs"
            raise ValueError(f"a residual adds its block's outputs to its inputs, but the block {made}")
        row = [y + x for y, x in zip(changed, inputs, strict=True)]
        return self._entered(changed, row)


class Checkpoint(Module):
    """A block whose graph is not kept: backward computes it again from its inputs.  (Chen et al. 2016.)

    Numbers and gradients are the block's own; memory falls to its inputs and outputs, time rises by one more forward
    pass.  Masks and running averages are those of the first pass, and move once.
    """

    def __init__(self, block: Callable[[Any], Any]) -> None:
        _check_callable(block, "the block of a Checkpoint is a module or a function, and this")
        self.block = block

    def __call__(self, inputs: Any) -> Any:
        """Return what the block makes of one row."""
        return autograd.checkpoint(_Replay(self.block, self.block))(inputs)

    def batch(self, rows: Iterable[Any]) -> list[Any]:
        """Return what the block makes of each row; computed again row by row, or all at once if rows are mixed."""
        block, rows = self.block, listed(rows, "rows")
        if isinstance(block, Module) and any(module.mixes_rows for _, module in block.named_modules()):
            return list(autograd.checkpoint(_Replay(block, block.batch))(list(rows)))
        return [self(row) for row in rows]


class _Replay:
    """A pass over a block that gives the same again: what the block draws and averages begins where it first began."""

    def __init__(self, block: Any, run: Callable[[Any], Any]) -> None:
        self.block, self.run = block, run
        self.before: dict[str, Any] | None = None
        self.__name__ = activation_name(block)

    def __call__(self, inputs: Any) -> Any:
        """Return what the pass gives; from the second time on, leave the block's state as it was."""
        block = self.block
        if not isinstance(block, Module):
            return self.run(inputs)
        now = block.named_buffers()
        if self.before is None:
            self.before = now
            return self.run(inputs)
        block._put_buffers(self.before)
        try:
            return self.run(inputs)
        finally:
            block._put_buffers(now)


class Activation(Module):
    """An activation by itself, applied to each number of a row: for use after a layer without one."""

    def __init__(self, activation: ActivationLike) -> None:
        self.activation = resolve_activation(activation)

    def __call__(self, inputs: Inputs | Value) -> Row:
        """Return the activation of each number."""
        z = as_row(inputs)
        if self.activation is None:
            return list(z)
        row = [self.activation(x) for x in z]
        if wrong := [a for a in row if not isinstance(a, Value)]:
            raise TypeError(returned(self.activation, wrong[0]))
        return self._entered(z, row)

    def _kind(self) -> str:
        return activation_kind(self.activation)

    def describe(self) -> str:
        """Return the activation's name."""
        return activation_name(self.activation)


class Softmax(Module):
    """exp(zᵢ) / Σ exp(zⱼ): a row of k scores becomes a row of k probabilities.  (Bridle 1990.)

    For training leave it out, and give the scores to `softmax_cross_entropy`.
    """

    def __init__(self) -> None: ...

    def __call__(self, inputs: Inputs | Value) -> Row:
        """Return the probabilities of one row of scores."""
        z = as_row(inputs)
        row = softmax(z)
        return self._entered(z, row)

    def _kind(self) -> str:
        return "softmax"


class Embedding(Module):
    """`count` learned rows of `width` numbers, looked up by whole number; they begin normal with deviation 1.

    A whole number from 0 to count − 1 in, a row of `width` out.  (Bengio et al. 2003.)
    """

    def __init__(self, count: int, width: int, *, seed: Seed = None) -> None:
        positive_count(count, "the number of rows")
        positive_count(width, "the width of a row")
        generator = generator_from(seed)
        self.rows = [[Value(generator.gauss(0.0, 1.0)) for _ in range(width)] for _ in range(count)]

    def __call__(self, index: Any) -> Row:
        """Return the row of that number, from 0; beside other numbers of an array it may be a float, as 2.0 is.

        Raises TypeError for what is no whole number, IndexError for a row that there is not.
        """
        if not isinstance(index, Value):  # which is an entry of a compiled function's argument
            if hasattr(index, "__iter__") and not isinstance(index, str):
                raise TypeError(
                    f"an embedding is looked up by one whole number, not {said(index)}: for several use batch"
                )
            place = autograd.number(index)
            if not place.is_integer():
                raise TypeError(f"an embedding is looked up by whole number, not by {index!r}")
            if not 0 <= place < len(self.rows):
                raise IndexError(f"this embedding has rows 0 to {len(self.rows) - 1}, and {index} is none of them")
        return list(autograd.take(self.rows, index))

    def describe(self) -> str:
        """Return the table's size."""
        return f"Embedding {len(self.rows)} × {len(self.rows[0])}"

"""The forward cache: what each layer computed in a pass, for those who ask for it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, NamedTuple

from autograd import Value
from nn.support.contexts import Result, run_with
from nn.support.fields import modules_of

Row = list[Value]


class LayerPass(NamedTuple):
    """What one layer computed in a forward pass: one row per input row, one Value per unit."""

    z: list[Row]
    a: list[Row]


ForwardCache = dict[str, LayerPass]

# The cache that passes of this thread or task fill, with the path of each module by its id; None while none is filled.
watched: Final[ContextVar[tuple[ForwardCache, dict[int, str]] | None]] = ContextVar("watched", default=None)


def fill(cache: ForwardCache, model: Any, run: Callable[[], Result]) -> Result:
    """Return `run()`, whose passes fill the cache, by the paths that layers have in this model."""
    return run_with(watched, (cache, {id(module): path for path, module in modules_of(model)}), run)


def keep(module: Any, z: Row, a: Row) -> None:
    """Enter one row of a layer, if a cache is filled; a layer that the model's walk does not meet has its own path."""
    if (filled := watched.get()) is not None:
        cache, paths = filled
        layer = cache.setdefault(paths.get(id(module), module._path), LayerPass([], []))
        layer.z.append(z)
        layer.a.append(a)

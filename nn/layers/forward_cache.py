"""The forward cache: what each layer computed in a pass, for those who ask for it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, copy_context
from typing import Any, Final, NamedTuple, TypeVar

from autograd import Value

Row = list[Value]


class LayerPass(NamedTuple):
    """What one layer computed in a forward pass: one row per input row, one Value per unit."""

    z: list[Row]
    a: list[Row]


ForwardCache = dict[str, LayerPass]

Result = TypeVar("Result")


class _Watching(list[object]):
    """The forward cache that the passes of this thread or task fill at this moment.

    As a list it is empty while no thread fills one, so that layers, which ask at each row, need not look further.
    """

    def __init__(self) -> None:
        super().__init__()
        self._cache: ContextVar[tuple[ForwardCache, dict[int, str]] | None] = ContextVar("watching", default=None)

    def fill(self, cache: ForwardCache, model: Any, run: Callable[[], Result]) -> Result:
        """Return `run()`, whose passes fill the cache, by the paths that layers have in this model.

        The context is the call's own: no interrupt can leave it on.
        """
        modules = model.named_modules() if hasattr(model, "named_modules") else ()
        paths = {id(module): path for path, module in modules}
        begun = object()
        self.append(begun)
        try:
            return copy_context().run(self._filled, cache, paths, run)
        finally:
            self.remove(begun)

    def _filled(self, cache: ForwardCache, paths: dict[int, str], run: Callable[[], Result]) -> Result:
        self._cache.set((cache, paths))
        return run()

    def is_here(self) -> bool:
        """Return whether this thread or task fills one."""
        return self._cache.get() is not None

    def keep(self, module: Any, z: Row, a: Row) -> None:
        """Enter one row of the layer; one that the model's walk does not meet goes by its own path."""
        filled = self._cache.get()
        if filled is not None:
            cache, paths = filled
            layer = cache.setdefault(paths.get(id(module), module._path), LayerPass([], []))
            layer.z.append(z)
            layer.a.append(a)


watching: Final = _Watching()

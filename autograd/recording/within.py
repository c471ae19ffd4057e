"""Where a way of recording is on: inside a `with` block, or inside what is decorated, with brackets or without.

A generator or a coroutine that is decorated runs inside, each time that it is resumed; its caller, while it waits, does
not.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from functools import cached_property, partialmethod, update_wrapper, wraps
from types import coroutine
from typing import Any, TypeVar, overload

from autograd.recording import modes

__all__ = ["Block", "Way"]

Decorated = TypeVar("Decorated")


class Way:
    """A way of recording, made by `make`: `with way():` begins a block, `@way` and `@way()` decorate."""

    __name__: str

    def __init__(self, make: Callable[[], Any]) -> None:
        update_wrapper(self, make)
        vars(self).pop("__wrapped__")  # its signature is not that of a call
        self.make = make

    @overload
    def __call__(self) -> Block: ...
    @overload
    def __call__(self, function: Decorated, /) -> Decorated: ...
    def __call__(self, *function: Any, **named: Any) -> Any:
        """Return a block to be inside of; or, without brackets, the function decorated."""
        if len(function) > 1 or named:
            raise TypeError(f"{self.__name__}() takes nothing, or the function to decorate")
        return _decorated(self, *function) if function else Block(self)

    def __enter__(self) -> None:
        raise TypeError(f"a block begins with brackets: `with {self.__name__}():`")

    def __exit__(self, *error: object) -> None: ...

    def __reduce__(self) -> str:
        return self.__name__

    def __repr__(self) -> str:
        return f"<{self.__name__}: `with {self.__name__}():` and `@{self.__name__}`>"


class Block:
    """What a way of recording is on inside: `with block:`, as often as you like, or what `@block` decorates."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._entered: list[modes.mode] = []

    def __enter__(self) -> None:
        entered = modes.mode(self._way.make())
        entered.__enter__()
        self._entered.append(entered)

    def __exit__(self, *error: object) -> None:
        here = [entered for entered in self._entered if entered.is_here]  # other threads may be inside of it, too
        entered = (here or self._entered)[-1]
        self._entered.remove(entered)
        entered.__exit__(*error)

    def __call__(self, function: Decorated) -> Decorated:
        """Return the function with its whole run inside."""
        decorated: Decorated = _decorated(self._way, function)
        return decorated


def _decorated(way: Way, function: Any) -> Any:
    """Return what does as `function` does, inside of the way; raises TypeError for what is no function."""
    if isinstance(function, staticmethod | classmethod):
        return type(function)(_decorated(way, function.__func__))
    if isinstance(function, property):
        get, put, delete = (part and _decorated(way, part) for part in (function.fget, function.fset, function.fdel))
        return property(get, put, delete, function.__doc__)
    if isinstance(function, cached_property):
        return cached_property(_decorated(way, function.func))
    if isinstance(function, partialmethod):
        return partialmethod(_decorated(way, function.func), *function.args, **function.keywords)
    if isinstance(function, type):
        raise TypeError(
            f"@{way.__name__} decorates a function, and {function.__name__} is a class: decorate its methods"
        )
    if not callable(function):
        advice = f"; it is for a block, `with {way.__name__}():`, or a function, `@{way.__name__}`"
        raise TypeError(f"@{way.__name__} decorates a function, not {type(function).__name__}{advice}")
    return _of_its_kind(way, function)


def _of_its_kind(way: Way, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a generator function for a generator function, a coroutine function for one, and so on."""
    import inspect  # takes 6 ms to load

    code = function if inspect.isroutine(function) or hasattr(function, "func") else type(function).__call__
    if inspect.isgeneratorfunction(code):

        @wraps(function)
        def generator(*given: Any, **named: Any) -> Any:
            return (yield from _driven(way.make(), function(*given, **named)))

        return generator
    if inspect.iscoroutinefunction(code):

        @wraps(function)
        async def awaited(*given: Any, **named: Any) -> Any:
            return await _awaited(way.make(), function(*given, **named))

        return awaited
    if inspect.isasyncgenfunction(code):
        return _stepping(way, function)

    @wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        with Block(way):
            made = function(*given, **named)
        if inspect.isgenerator(made):
            return _driven(way.make(), made)
        if inspect.iscoroutine(made):
            return _awaiting(way.make(), made)
        return _stepping(way, lambda: made)() if inspect.isasyncgen(made) else made

    return called


def _driven(what: Any, inner: Any) -> Generator[Any, Any, Any]:
    """Do as the generator or coroutine does, with the mode on whenever it runs, and off whenever it waits."""
    entered = modes.mode(what)
    entered.begin()
    proceed, given = inner.send, None
    try:
        while True:
            what.resumed()
            entered.resume()
            try:
                item = proceed(given)
            except StopIteration as end:
                return end.value
            finally:
                entered.suspend()
            try:
                proceed, given = inner.send, (yield item)
            except BaseException as error:
                proceed, given = inner.throw, error
    finally:
        entered.end()


@coroutine
def _awaited(what: Any, inner: Any) -> Any:
    return (yield from _driven(what, inner))


async def _awaiting(what: Any, inner: Any) -> Any:
    return await _awaited(what, inner)


def _stepping(way: Way, function: Callable[..., Any]) -> Callable[..., AsyncGenerator[Any, Any]]:
    @wraps(function)
    async def stepped(*given: Any, **named: Any) -> AsyncGenerator[Any, Any]:
        what, inner = way.make(), function(*given, **named)
        step = inner.asend(None)
        while True:
            try:
                item = await _awaited(what, step)
            except StopAsyncIteration:
                return
            try:
                step = inner.asend((yield item))
            except GeneratorExit:
                await _awaited(what, inner.aclose())
                raise
            except BaseException as error:
                step = inner.athrow(error)

    return stepped

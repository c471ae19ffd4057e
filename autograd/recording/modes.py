"""Ways of recording other than the plain one: record nothing, watch for the first nan, trace a program.

`recorders` is looked at by every operation, so it costs next to nothing while no mode is on.  What a mode does is kept
per thread and per task; two counts of the modes that are on anywhere, of all and of those that record, are shared.

A `Way` makes such modes: `with way():` has one on in a block, `@way` and `@way()` in what is decorated.  A generator or
a coroutine that is decorated runs inside, each time that it is resumed; its caller, while it waits, does not.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextvars import ContextVar
from functools import cached_property, partialmethod, update_wrapper, wraps
from types import FrameType, coroutine
from typing import Any, Final, TypeVar, overload

Decorated = TypeVar("Decorated")

FORGOTTEN: Final = "computed inside no_grad"  # a mark on leaves, in the place of a second derivative

active: int = 0
recorders: int = 0  # of those, which have a `record`: while there is none, operations record as ever
_entered: Final[ContextVar[tuple[mode, ...]]] = ContextVar("modes", default=())

_GENERATOR, _ASYNC_GENERATOR = 0x20, 0x200  # the flags of code, as `inspect` has them; to load it takes 6 ms

_MANAGERS: Final = ("contextlib", "_pytest.fixtures")  # run a generator up to its `yield` in their caller's name
_BETWEEN: Final = (__name__, "contextlib")  # whose frames may lie between a block and its mode


class mode:  # noqa: N801  # a `with` block begins with it
    """Keeps the mode `what` on inside the `with` block, in this thread or task.

    In a generator's block it is on while the generator runs, and off in its caller while it waits at a `yield`.
    """

    def __init__(self, what: Any) -> None:
        self.what = what
        self.records = hasattr(what, "record")
        self.is_on = False
        self.generator: FrameType | None = None  # in whose block it is on

    def __enter__(self) -> Any:
        try:
            self.begin()
            self.generator = _generator(sys._getframe(1))
            self.resume()
        except BaseException:  # Ctrl-C may come anywhere
            self.leave()
            raise
        return self.what

    def __exit__(self, *error: object) -> None:
        try:
            self.leave()
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Be off, and not among those of this thread or task, whatever was the case."""
        if self.is_on:
            self.end()
        self.suspend()

    def begin(self) -> None:
        """Be on from here to `end`, for what runs between `resume` and `suspend` and for the tasks begun there."""
        global active, recorders
        active, recorders, self.is_on = active + 1, recorders + self.records, True

    def end(self) -> None:
        """Be off everywhere."""
        global active, recorders
        active, recorders, self.is_on, self.generator = active - 1, recorders - self.records, False, None

    def resume(self) -> None:
        """Be the innermost of this thread or task."""
        _entered.set((self, *_entered.get()))

    def suspend(self) -> None:
        """Leave this thread or task to the others; it may be another than that of `resume`."""
        _entered.set(tuple(entered for entered in _entered.get() if entered is not self))

    @property
    def is_here(self) -> bool:
        """Whether it was entered in this thread or task."""
        return any(entered is self for entered in _entered.get())

    @property
    def runs(self) -> bool:
        """Whether the generator in whose block it is on runs now."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame is not self.generator:
            frame = frame.f_back
        return frame is not None


def _generator(frame: FrameType | None) -> FrameType | None:
    """Return the frame of the generator in whose block this is, or None: a manager's stands for its caller's."""
    while frame is not None:
        if frame.f_globals.get("__name__") in _BETWEEN:
            frame = frame.f_back
            continue
        if not frame.f_code.co_flags & (_GENERATOR | _ASYNC_GENERATOR):
            return None
        if frame.f_back is None or frame.f_back.f_globals.get("__name__") not in _MANAGERS:
            return frame
        frame = frame.f_back
        while frame is not None and frame.f_globals.get("__name__") in _MANAGERS:
            frame = frame.f_back
    return None


def current(attribute: str) -> Callable[..., Any] | None:
    """Return that attribute of the innermost mode that has it, or None."""
    for entered in _entered.get():
        found: Callable[..., Any] | None = getattr(entered.what, attribute, None)
        if found is not None and entered.is_on and (entered.generator is None or entered.runs):
            return found
    return None


def read(value: Any) -> float:
    """Return the number of a Value, or what stands for it in the innermost mode that says so, as a trace does."""
    ask = current("read")
    number: float = value._data if ask is None else ask(value)
    return number


def refuse(what: str, *given: Any) -> None:
    """Raise TypeError if the innermost mode that refuses anything of the kind does so: a trace, which sees no numbers.

    reading     (what, value): a number read there would be frozen into the program
    writing     (what, value): it would be written now, and not when the program runs
    branching   (condition): only the branch taken now would be seen
    comparing   (value, other): `==` is identity, and would be False whatever the numbers
    """
    tell(f"refuse_{what}", *given)


def tell(event: str, *given: Any) -> None:
    """Tell the innermost mode that listens for it: a trace of a new leaf, `detect_anomaly` of a backward pass."""
    if (told := current(event)) is not None:
        told(*given)


# ------------------------------------------------------------------- where a mode is on: blocks and decorators
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
        self._entered: list[mode] = []

    def __enter__(self) -> None:
        entered = mode(self._way.make())
        self._entered.append(entered)
        try:
            entered.__enter__()
        except BaseException:
            self._entered.remove(entered)
            entered.leave()
            raise

    def __exit__(self, *error: object) -> None:
        entered = self._entered[-1]
        try:
            if not entered.is_here:  # other threads may be inside of it, too
                entered = next((x for x in reversed(self._entered) if x.is_here), entered)
            self._entered.remove(entered)
        finally:
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
    entered = mode(what)
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

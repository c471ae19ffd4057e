"""Validation: a function, its parameters and its data are checked here, in the user's terms, before any work."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from autograd.backward import is_leaf
from autograd.support.pytree import check_runs_at_once
from autograd.support.validate import number
from autograd.value import Value

__all__ = ["argument_names", "array_of", "checked_parameters", "in_order", "shape_of"]

DEEPEST: Final = 64  # axes of an array, as NumPy has it


def argument_names(function: Callable[..., Any]) -> list[str]:
    """Return the names of the arguments that a function takes its data by; those with a default keep it.

    Raises TypeError for what is no function, or takes its data otherwise.
    """
    if isinstance(function, Value):
        raise TypeError("compile takes a function of the data, not its result: compile_graph takes a recorded graph")
    if not callable(function):
        raise TypeError(f"compile takes a function of the data, not {type(function).__name__}")
    if isinstance(function, type):
        raise TypeError(
            f"compile takes a function of the data, and {function.__name__} is a class: make one of it first"
        )
    check_runs_at_once(function, "compile")
    own, within = _signature(function, follow=False), _signature(function, follow=True)
    star = next((p for p in own.values() if p.kind is p.VAR_POSITIONAL), None)
    if star is not None and not any(p.kind is p.VAR_POSITIONAL for p in within.values()):  # a decorator passes on what
        return OpenNames(_plain(within), star.name)  # it is given, and may add some of its own: the call tells
    return _plain(own)


class OpenNames(list[str]):
    """The names of what is given to a decorated function: those of the function within, if they are as many."""

    def __init__(self, within: Sequence[str], star: str) -> None:
        super().__init__(within)
        self._within, self._star = list(within), star

    def follow(self, count: int) -> None:
        """Be so many."""
        self[:] = self._within if len(self._within) == count else [f"{self._star}{i}" for i in range(count)]


def _signature(function: Callable[..., Any], *, follow: bool) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of a function itself, or of what it decorates; those of C functions may not be known."""
    try:
        return inspect.signature(function, follow_wrapped=follow).parameters
    except ValueError:
        if not follow and hasattr(function, "__wrapped__"):  # as functools.cache makes in C
            return _signature(function, follow=True)
        name = getattr(function, "__name__", type(function).__name__)
        raise TypeError(
            f"compile cannot see which arguments {name} takes: pass a function of its own, lambda x: {name}(x)"
        ) from None


def _plain(parameters: Mapping[str, inspect.Parameter]) -> list[str]:
    names = []
    for p in parameters.values():
        if p.kind is p.VAR_KEYWORD or p.default is not p.empty:
            continue
        if p.kind in (p.VAR_POSITIONAL, p.KEYWORD_ONLY):
            raise TypeError(f"the compiled function takes its data as plain arguments, not as {p}")
        names.append(p.name)
    return names


def in_order(names: Sequence[str], arguments: Sequence[Any], named: Mapping[str, Any]) -> list[Any]:
    """Return the arguments of a call in the order of their names; raises TypeError if they are not all there."""
    if isinstance(names, OpenNames) and named and len(arguments) + len(named) != len(names):
        raise TypeError("a decorator passes on what the compiled function is given: give it by place, not by name")
    if isinstance(names, OpenNames) and not named:
        names.follow(len(arguments))
        return list(arguments)
    for name in named:
        if name not in names:
            raise TypeError(f"the compiled function takes {', '.join(names) or 'no arguments'}, and not {name}")
    given = {**dict(zip(names, arguments, strict=False)), **named}
    if len(arguments) + len(named) != len(names):
        count = f"{len(names)} argument{'s' * (len(names) != 1)}"
        those = f" ({', '.join(names)})" if names else ""
        raise TypeError(f"the compiled function takes {count}{those}, not {len(arguments) + len(named)}")
    for name in named:
        if name in names[: len(arguments)]:
            raise TypeError(f"the compiled function is given {name} twice, by its place and by its name")
    return [given[name] for name in names]


def checked_parameters(parameters: Iterable[Value]) -> list[Value]:
    """Return the parameters as a list, each once; raises TypeError or ValueError for what is no leaf of a graph."""
    if hasattr(parameters, "parameters"):
        raise TypeError(
            f"compile takes Values as parameters, not a {type(parameters).__name__}: pass model.parameters()"
        )
    if isinstance(parameters, Value) or not hasattr(parameters, "__iter__"):
        kind = "one Value" if isinstance(parameters, Value) else type(parameters).__name__
        raise TypeError(f"compile takes a list of Values as parameters, not {kind}")
    if isinstance(parameters, Mapping):
        raise TypeError("compile takes a list of Values as parameters, not a dict: pass its .values()")
    found = list(parameters)
    plain = [x.__class__ is Value and x._left is None and x._operands is None for x in found]
    for k, parameter in enumerate([] if all(plain) else found):
        if not isinstance(parameter, Value):
            advice = ": make one list of all" if isinstance(parameter, list | tuple) else ""
            raise TypeError(
                f"compile takes Values as parameters, but number {k} is of type {type(parameter).__name__}{advice}"
            )
        if not is_leaf(parameter):
            raise ValueError(
                f"parameters are leaves of the graph, but number {k}, {parameter!r}, was computed from others"
            )
    return list(dict.fromkeys(found))


def array_of(given: Any, what: str) -> np.ndarray[Any, Any]:
    """Return nested lists or arrays of numbers as a float64 array (int64 if all are whole-number types).

    Raises ValueError for ragged rows, TypeError for what is no number, naming the place.
    """
    if type(given) is np.ndarray and given.dtype == np.float64:
        return given
    if hasattr(given, "mask") and hasattr(given, "filled"):
        raise TypeError(
            f"{what} is a masked array, and a program would see what its mask hides: pass {what}.filled(0.0), and the "
            f"mask as an argument of its own"
        )
    if isinstance(given, Iterator):
        given = list(given)
    if isinstance(given, Mapping | set | frozenset):
        advice = "pass its values as arguments of their own" if isinstance(given, Mapping) else "pass a list"
        raise TypeError(f"{what} is a {type(given).__name__}, but data are numbers, or rows of them in order: {advice}")
    try:
        array = np.asarray(given)
    except (ValueError, TypeError):
        array = np.empty(0, dtype=object)
    if array.dtype.kind in "ib" or (array.dtype.kind == "u" and array.max(initial=0) <= np.iinfo(np.int64).max):
        return array.astype(np.int64, copy=False)
    if array.dtype.kind in "fu":
        return array.astype(np.float64)
    shape_of(given, what, number)
    return np.asarray(_numbers(given), dtype=np.float64)


def _numbers(given: Any) -> Any:
    return [_numbers(x) for x in given] if _is_row(given) else number(given)


def _is_row(x: Any) -> bool:
    return hasattr(x, "__len__") and hasattr(x, "__iter__") and not isinstance(x, str | bytes | Value | Mapping)


def shape_of(given: Any, what: str, check: Callable[[Any], object], *, deep: int = 0) -> tuple[int, ...]:
    """Return the shape of nested rows; raises what is wrong with them, or what `check` says of an entry.

    `deep` is in how many rows they stand themselves.
    """
    if deep > DEEPEST:
        argument = what[: what.index("[")]
        raise ValueError(f"{argument} is nested more than {DEEPEST} deep: data are numbers, rows of them, or tables")
    if isinstance(given, Iterator):
        raise TypeError(f"{what} is a {type(given).__name__}, and has no length before it is read: pass list(…) of it")
    if not _is_row(given):
        try:
            check(given)
        except (TypeError, ValueError, OverflowError) as error:
            shown = repr(given) if len(repr(given)) < 80 else "too large"
            raise type(error)(f"{what} is {shown}: {error}") from None
        return ()
    shapes = [shape_of(x, f"{what}[{i}]", check, deep=deep + 1) for i, x in enumerate(given)]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            kinds = f"{_described(shapes[0])} in {what}[0], but {_described(shape)} in {what}[{i}]"
            advice = "" if deep else "; inputs and targets are arguments of their own"
            raise ValueError(f"the rows of {what} must be of one length: there are {kinds}{advice}")
    return (len(shapes), *(shapes[0] if shapes else ()))


def _described(shape: tuple[int, ...]) -> str:
    return f"{' × '.join(map(str, shape))} number{'s' * (shape != (1,))}" if shape else "one number"

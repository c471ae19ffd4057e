"""The door for data: rows and targets are checked once, here, before any work."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Real
from types import FunctionType
from typing import Any, Final

from autograd import Value, number
from autograd.support.messages import shown

__all__ = [
    "Loss",
    "check_attribute",
    "check_learner",
    "checked_count",
    "checked_inputs",
    "checked_loss",
    "checked_targets",
    "checked_values",
    "copied",
    "counted_as",
    "listed",
    "place",
    "predict_rows",
    "said",
    "shortened",
    "telling",
]

Loss = Callable[[list[Any], list[Any]], Value]
KINDS = 16  # so many different targets are looked at before any work: all classes of most problems
COLUMNS = 8  # so many columns of the inputs are looked at each by itself: each may be an index of its own kind


_places: Final[ContextVar[Sequence[int]]] = ContextVar("places", default=())


@contextmanager
def counted_as(places: Sequence[int]) -> Iterator[None]:
    """Inside the block a loss that is given so many rows names them by these places, as the user counts them."""
    token = _places.set(places)
    try:
        yield
    finally:
        _places.reset(token)


def place(i: int, count: int) -> int:
    """Return which of the user's rows the one numbered `i` of `count` is."""
    places = _places.get()
    return places[i] if len(places) == count else i


def check_attribute(kind: type, name: str, x: Any) -> None:
    """Raise TypeError if `x`, set under that name on a `kind` or in a class made from it, would hide a method.

    A function may take the place of another; a module, which can be called too, may not.
    """
    if isinstance(getattr(kind, name, None), FunctionType):
        may = isinstance(x, staticmethod | classmethod) or (callable(x) and not hasattr(x, "parameters"))
        if not may:
            taken = f"{name} is a method of {kind.__name__}, and {said(x)} would take its place"
            raise TypeError(f"{taken}: give the attribute another name")


def check_learner(model: Any, loss: Any) -> None:
    """Raise TypeError for a model that cannot be run or has no parameters, and for a loss that cannot be called."""
    if isinstance(model, type) or not (callable(model) or hasattr(model, "batch")) or not hasattr(model, "parameters"):
        raise TypeError(f"a model is called on rows and has parameters(), as an nn.Module does; this is {said(model)}")
    if isinstance(loss, type) or not callable(loss):
        raise TypeError(f"loss is a function of predictions and targets, as nn.mean_squared_error is, not {said(loss)}")


def checked_inputs(inputs: Any, what: str = "inputs") -> list[Any]:
    """Return the input rows as lists (or whole numbers, to be looked up), of one shape, every number finite.

    Raises TypeError for what is no number, ValueError for ragged rows, nan and infinities; each names the row.
    """
    rows = _listed(inputs, what)
    for i, row in enumerate(rows):
        if not isinstance(row, list | tuple) and type(row) is not int:  # a whole number may be an index
            example = "[[x] for x in inputs]"
            raise TypeError(f"{what}[{i}] is {said(row)}, but each row is a sequence of numbers: write {example}")
    _same_shape(rows, what)
    return rows


def checked_targets(targets: Any, count: int, what: str = "targets") -> list[Any]:
    """Return the targets as a list, one for each of `count` rows: a number each, or rows of one shape."""
    found = _listed(targets, what)
    if len(found) != count:
        whose = "validation: " if what.startswith("validation") else ""
        counted = f"there are {count} rows of inputs and {len(found)} targets"
        raise ValueError(f"{whose}each row needs a target, but {counted}")
    _same_shape(found, what)
    return found


def copied(data: Any) -> Any:
    """Return nested lists and tuples anew: what is done to the user's own later is not done to these."""
    if isinstance(data, list):
        return [copied(x) if isinstance(x, list | tuple) else x for x in data]
    if isinstance(data, tuple) and any(isinstance(x, list | tuple) for x in data):
        return tuple([copied(x) for x in data])
    return data


def checked_count(name: str, n: Any, least: int = 1) -> int:
    """Return `n`, a whole number of `least` or more; raises TypeError or ValueError naming it otherwise."""
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"{name} must be a whole number, not {n!r}")
    if n < least:
        raise ValueError(f"{name} must be {least} or more, not {n}")
    return int(n)


def checked_values(who: str, values: Any) -> list[Value]:
    """Return the Values as a list; raises TypeError for anything else. `who` says what they are wanted for."""
    if hasattr(values, "parameters"):
        raise TypeError(f"{who}, and this is {said(values)}: pass model.parameters()")
    if isinstance(values, Value) or not hasattr(values, "__iter__"):
        seen = "a function: call it" if callable(values) else repr(values)
        raise TypeError(f"{who}, [w, b] or model.parameters(), not {seen}")
    listed = list(values)
    for i, value in enumerate(listed):
        if not isinstance(value, Value):
            raise TypeError(f"{who}, and number {i} of these is {said(value)}")
    return listed


def checked_loss(loss: Any) -> Value:
    """Return what a loss function returned; raises TypeError unless it is one Value."""
    if isinstance(loss, Value):
        return loss
    if isinstance(loss, list | tuple):
        raise TypeError(f"a loss is one Value, not {len(loss)} of them: take their mean (autograd.mean)")
    advice = " (was a return forgotten?)" if loss is None else ", which cannot lead back to the parameters"
    raise TypeError(f"a loss is one Value, not {said(loss)}{advice}")


def telling(inputs: list[Any], targets: list[Any]) -> list[int]:
    """Return the few rows on which a model or loss that takes not all of them will say so, in order.

    They are the first two, those with the extremes of targets and of whole numbers among the inputs (which may be
    classes and indices), and one for each of 16 different targets.
    """
    chosen = {*range(min(2, len(inputs))), *_extremes(targets), *_wholes(inputs)}
    kinds: dict[tuple[Any, ...], int] = {}
    for i, target in enumerate(targets):
        kinds.setdefault(_numbers(target), i)
        if len(kinds) == KINDS:
            break
    return sorted(chosen.union(kinds.values()))


def _extremes(rows: list[Any]) -> set[int]:
    """Return the places of the least and greatest numbers and sums, and of the first number that is not whole."""
    numbers = [_numbers(row) or (0.0,) for row in rows]
    places = range(len(rows))
    found = {pick(places, key=[act(x) for x in numbers].__getitem__) for act in (min, max, sum) for pick in (min, max)}
    found.update(next(([i] for i in places if any(x % 1 for x in numbers[i])), []))
    return found


def _wholes(rows: list[Any]) -> set[int]:
    """Return the places of the extremes of columns that begin with a whole number, and of the first not whole in each.

    The first 8 such columns are looked at; since more may index one table, the extremes of all whole rows are added.
    """
    is_flat = isinstance(rows[0], list | tuple) and not any(isinstance(x, list | tuple) for x in rows[0])
    flat = rows if is_flat else [_numbers(row) for row in rows]
    whole = [j for j, x in enumerate(flat[0]) if _numbers(x)[0] % 1 == 0]
    found = set()
    for j in whole[:COLUMNS]:
        column = [_numbers(row[j])[0] for row in flat]
        found |= {column.index(min(column)), column.index(max(column))}
        found.update(next(([i] for i, x in enumerate(column) if x % 1), []))
    if len(whole) > COLUMNS and type(flat[0][0]) is int:
        places = range(len(flat))
        found |= {min(places, key=lambda i: min(flat[i])), max(places, key=lambda i: max(flat[i]))}
    return found


def _numbers(x: Any) -> tuple[Any, ...]:
    if isinstance(x, list | tuple):
        return tuple(number for element in x for number in _numbers(element))
    return (x.data,) if isinstance(x, Value) else (x,)


def predict_rows(model: Any, rows: Sequence[Any]) -> list[Any]:
    """Return what the model makes of the rows, in order: as a batch if it can, else of each row alone."""
    batch = getattr(model, "batch", None)
    return list(batch(rows)) if batch is not None else [model(row) for row in rows]


def listed(data: Any, what: str) -> list[Any]:
    """Return ordered data as a list: the rows of a table (of pandas, polars …) or array, or what it iterates over.

    Raises TypeError for what has no order, such as a set, and for what is no sequence at all.
    """
    data = _read(data)
    if isinstance(data, list):
        return data
    if isinstance(data, Set | Mapping):
        raise TypeError(f"{what} must be a sequence of rows, not {said(data)}, whose order pairs nothing: pass a list")
    if isinstance(data, str | bytes | Value) or not hasattr(data, "__iter__"):
        seen = "one number" if isinstance(data, Real) else said(data)
        raise TypeError(f"{what} must be a sequence of rows, not {seen}")
    return list(data)


def _read(data: Any) -> Any:
    """Return what an array or a table holds as lists of its numbers; anything else as it is."""
    kind = type(data)  # a table shows its columns as attributes
    if isinstance(data, Value):
        return data
    if hasattr(kind, "tolist"):
        return data.tolist()
    if hasattr(kind, "to_numpy"):
        return data.to_numpy().tolist()
    return data.__array__().tolist() if hasattr(kind, "__array__") else data


def _listed(data: Any, what: str) -> list[Any]:
    rows = [_read(row) for row in listed(data, what)]
    if not rows:
        raise ValueError(f"{what} hold no rows")
    return rows


def _same_shape(rows: list[Any], what: str) -> None:
    first = _shape(rows[0], f"{what}[0]")
    for i, row in enumerate(rows):
        shape = _shape(row, f"{what}[{i}]")
        if shape != first:
            raise ValueError(f"{what} are ragged: row 0 holds {_counted(first)}, row {i} holds {_counted(shape)}")


def _shape(x: Any, where: str) -> tuple[int, ...]:
    """Return the lengths of nested sequences of numbers, checking each number."""
    if type(x) is float or type(x) is int:
        if not _is_finite(x):
            seen = x if type(x) is float else "a whole number beyond the largest float"
            raise ValueError(f"{where} is {seen}: leave such rows out or fill them in, since no gradient survives them")
        return ()
    if isinstance(x, list | tuple):
        if set(map(type, x)) <= {float, int} and _is_finite(sum(x)):  # most rows, at the speed of C
            return (len(x),)
        shapes = {_shape(element, f"{where}[{i}]") for i, element in enumerate(x)}
        if len(shapes) > 1:
            raise ValueError(f"{where} mixes {' and '.join(sorted(map(_counted, shapes)))}")
        return (len(x), *(shapes.pop() if shapes else ()))
    if isinstance(x, Value):
        return _shape(x.data, where)
    if isinstance(x, str):
        raise TypeError(f"{where} is {x!r}, and a number is needed: {_for_words(x, where)}")
    try:
        return _shape(number(x), where)
    except TypeError as error:
        raise TypeError(f"{where}: {error}") from None


def _for_words(word: str, where: str) -> str:
    """Return what to do about a word in the place of a number."""
    try:
        float(word)
    except ValueError:
        if "targets[" in where:
            return "number the classes, [names.index(x) for x in targets] with names = sorted(set(targets))"
        return "make a column of 0 and 1 for each of the words"
    return f"float({word!r}) makes it one"


def _is_finite(x: float) -> bool:
    try:
        return math.isfinite(x)
    except OverflowError:  # a whole number of more than 308 digits
        return False


def _counted(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a number"
    return f"{' × '.join(map(str, shape))} number{'s' if shape != (1,) else ''}"


def shortened(names: Sequence[str]) -> str:
    """Return the first eight of the names, and how many more there are."""
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def said(x: Any) -> str:
    """Return in a few words what `x` is, for messages."""
    if x is None or isinstance(x, type):
        return "None" if x is None else f"the class {shown(x.__name__)}"
    kind = shown(type(x).__name__)
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"

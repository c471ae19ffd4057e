"""How data, counts, settings and attributes are checked, each once where it enters, and what the errors say."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Callable, Mapping, Sequence, Set
from contextvars import ContextVar
from numbers import Real
from types import FunctionType
from typing import Any, Final

from autograd import Value, number
from autograd.support.messages import shown

Loss = Callable[[list[Any], list[Any]], Value]
MOST: Final = 2**53  # beyond it not every whole number is a float
MOST_UNITS: Final = 10_000_000


# The rows that a loss is given, as the user counts them: it names one of so many by its place here.
PLACES: Final[ContextVar[Sequence[int]]] = ContextVar("places", default=())


def place(i: int, count: int) -> int:
    """Return which of the user's rows the one numbered `i` of `count` is."""
    places = PLACES.get()
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


def check_class(cls: type) -> None:
    """Raise TypeError if an attribute of the class would hide a method that it inherits."""
    for name, x in vars(cls).items():
        for base in cls.__bases__:
            check_attribute(base, name, x)


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


def checked_data(inputs: Any, targets: Any, which: str = "") -> tuple[list[Any], list[Any]]:
    """Return the rows of inputs and a target for each, checked; `which` comes before their names in errors."""
    inputs = checked_inputs(inputs, f"{which}inputs")
    return inputs, checked_targets(targets, len(inputs), f"{which}targets")


def checked_count(name: str, n: Any, least: int = 1, most: int = MOST) -> int:
    """Return `n`, a whole number from `least` to `most`; raises TypeError or ValueError naming it otherwise."""
    whole = _whole(n)
    if whole is None:
        raise TypeError(f"{name} must be a whole number, not {shown(repr(n))}")
    if whole < least:
        raise ValueError(f"{name} must be {least} or more, not {shown(whole)}")
    if whole > most:
        raise ValueError(f"{name} must be {most:,} or less, not {shown(whole) if whole < 2**1024 else 'a giant'}")
    return whole


def positive_count(count: object, what: str) -> int:
    """Return `count`; raises TypeError or ValueError if it is no whole number of at least 1.  `what` is a phrase."""
    whole = _whole(count)
    if whole is None:
        raise TypeError(f"{what} is a whole number, not {count!r}")
    if whole < 1:
        raise ValueError(f"{what} is at least 1, not {whole}")
    if whole > MOST_UNITS:
        raise ValueError(f"{what} is at most {MOST_UNITS:,} here, where each number is an object of its own")
    return whole


def _whole(n: Any) -> int | None:
    """Return a whole number, of NumPy's too, as an int; None for anything else, True and False among it."""
    try:
        return None if isinstance(n, bool) else operator.index(n)
    except TypeError:
        return None


def check(holds: bool, call: object, rule: str) -> None:
    """Raise ValueError, with the call and its rule, unless the rule holds."""
    if not holds:
        raise ValueError(f"{call}: {rule}")


def checked_number(name: str, x: Any) -> float:
    """Return `x` as a float; raises TypeError naming it for what is no number."""
    try:
        return number(x)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def checked_losses(call: str, losses: Any) -> list[float]:
    """Return losses as a list of floats; raises TypeError naming the call for what is no sequence of numbers."""
    if isinstance(losses, str | Mapping) or not hasattr(losses, "__iter__"):
        raise TypeError(f"{call} takes a History or a list of losses, not {said(losses)}")
    return [checked_number(f"{call}: loss {i}", x) for i, x in enumerate(losses, 1)]


def checked_setting(call: str, name: str, x: Any, low: float, below: float = math.inf, *, above: bool = False) -> float:
    """Return `x`, the setting of that name in a call; raises ValueError unless low ≤ x < below (low < x with `above`).

    Raises TypeError for what is no number.
    """
    checked = checked_number(f"{call}({name}={x!r})", x)
    if not (low < checked if above else low <= checked) or not checked < below:
        least = f"greater than {low:g}" if above else f"{low:g} or more"
        most = "finite" if below == math.inf else f"less than {below:g}"
        raise ValueError(f"{call}({name}={x!r}): {name} must be {least} and {most}")
    return checked


def copied(data: Any) -> Any:
    """Return nested lists and tuples anew: what is done to the user's own later is not done to these."""
    if isinstance(data, list | tuple) and any(issubclass(kind, list | tuple) for kind in {*map(type, data)}):
        return [*map(copied, data)] if isinstance(data, list) else tuple(map(copied, data))
    return data[:] if isinstance(data, list) else data


def plain_numbers(x: Any) -> Any:
    """Return nested rows of Values and numbers as lists of numbers, or the one number that it is."""
    if isinstance(x, Value):
        return x.data
    return [plain_numbers(y) for y in x] if hasattr(x, "__iter__") and not isinstance(x, str) else float(x)


def checked_values(who: str, values: Any) -> list[Value]:
    """Return the Values as a list; raises TypeError for anything else. `who` says what they are wanted for."""
    if hasattr(values, "parameters"):
        raise TypeError(f"{who}, and this is {said(values)}: pass model.parameters()")
    if isinstance(values, Value) or not hasattr(values, "__iter__") or getattr(values, "shape", None) == ():
        seen = "a function: call it" if callable(values) else repr(values)
        raise TypeError(f"{who}, [w, b] or model.parameters(), not {seen}")
    listed = list(values)
    for i, value in enumerate(listed):
        if not isinstance(value, Value):
            raise TypeError(f"{who}, and number {i} of these is {said(value)}")
    return listed


def checked_parameter(parameter: str | Value, named: Mapping[str, Value], known: Sequence[Value]) -> Value:
    """Return a parameter, given itself or by its path; raises KeyError naming the nearest paths, ValueError."""
    if isinstance(parameter, Value):
        if parameter not in known:
            raise ValueError(f"{parameter!r} is no parameter of this model")
        return parameter
    if parameter not in named:
        near = difflib.get_close_matches(parameter, named) or list(named)[:3]
        raise KeyError(f"no parameter {parameter!r} among {len(named)}; perhaps {' or '.join(near)}?")
    return named[parameter]


def checked_loss(loss: Any) -> Value:
    """Return what a loss function returned; raises TypeError unless it is one Value."""
    if isinstance(loss, Value):
        return loss
    if isinstance(loss, list | tuple):
        raise TypeError(f"a loss is one Value, not {len(loss)} of them: take their mean (autograd.mean)")
    advice = " (was a return forgotten?)" if loss is None else ", which cannot lead back to the parameters"
    raise TypeError(f"a loss is one Value, not {said(loss)}{advice}")


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
        if {float, int}.issuperset(map(type, x)) and _is_finite(sum(x)):  # most rows, at the speed of C
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
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"

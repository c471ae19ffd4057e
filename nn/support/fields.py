"""How one field of a saved or loaded state is checked; what is wrong is a ValueError that names the field."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from autograd.support.messages import printable, shown
from nn.support.validate import MOST, shortened

Part = TypeVar("Part")


def check_buffers(field: str, saved: Any, model: Any) -> None:
    """Raise ValueError unless these are the model's buffers, and each can take its place."""
    mine = buffers_of(model)
    if saved.keys() != mine.keys():
        raise ValueError(f"it has the {field} {names(sorted(saved))}, and this model has {names(sorted(mine))}")
    for path, x in saved.items():
        check_like(path, x, mine[path])
    for path, module in modules_of(model):
        for name in getattr(module, "buffers", ()):
            place = f"{path}.{name}" if path else name
            try:
                if hasattr(module, "_check_buffer"):
                    module._check_buffer(name, saved[place])
            except ValueError as error:
                raise ValueError(f"{place}: {error}") from None


def modules_of(model: Any) -> list[tuple[str, Any]]:
    """Return (path, module) for the model and each module below it; nothing for a model that does not say."""
    return list(model.named_modules()) if hasattr(model, "named_modules") else []


def buffers_of(model: Any) -> dict[str, Any]:
    """Return a copy of the model's state that is no parameter, by path."""
    return dict(model.named_buffers()) if hasattr(model, "named_buffers") else {}


def check_like(field: str, x: Any, mine: Any) -> None:
    """Raise ValueError unless `x` has the shape and the kind of what the model has there; null stands for a number."""
    if isinstance(mine, list | tuple):
        for i, (y, own) in enumerate(zip(list_of(field, x), mine, strict=False)):
            check_like(f"{field}[{i}]", y, own)
        if len(x) != len(mine):
            raise ValueError(f"{field} holds {len(x)} numbers, and in this model {len(mine)}")
    elif isinstance(mine, dict):
        check_fields(field, x, set(map(str, mine)))
        for name, own in mine.items():
            check_like(f"{field}.{name}", x[str(name)], own)
    elif isinstance(mine, bool | str):
        if type(x) is not type(mine):
            raise fault(field, x, "true or false" if isinstance(mine, bool) else "a text")
    elif x is not None:
        real(field, x)


def check_setting(field: str, x: Any, mine: Any) -> None:
    """Raise ValueError unless `x` can take the place of an optimizer's setting."""
    if isinstance(mine, bool | str | list | tuple | dict):
        check_like(field, x, mine)
    elif mine is not None or isinstance(x, list | dict):
        real(field, x)


def class_names(model: Any) -> tuple[str, ...]:
    """Return the names of the classes that a model was trained to tell apart, () if they are numbers."""
    found = getattr(model, "classes", ())
    are_names = isinstance(found, tuple | list) and all(isinstance(x, str) for x in found)
    return tuple(found) if are_names else ()


def checked_names(held: Any) -> tuple[str, ...]:
    """Return the names of classes: none, or two and more that differ; raises TypeError or ValueError for others."""
    if not isinstance(held, list | tuple) or not all(isinstance(name, str) for name in held):
        raise TypeError("classes in a state_dict are the names of classes, as texts")
    if len(held) == 1 or len(set(held)) < len(held):
        raise ValueError(f"classes are two or more, each of another name, and here are {names(held)}")
    return tuple(held)


def put_class_names(model: Any, names: tuple[str, ...]) -> None:
    """Leave the model with these names of classes; nothing is set where they are the same."""
    if names != class_names(model):
        model.classes = names


def names(found: Iterable[str]) -> str:
    """Return names in a few words that are safe to print."""
    return shortened([shown(name, 80) for name in found]) or "none"


def by_path(parts: Iterable[tuple[str, Part]]) -> dict[str, Part]:
    """Return a model's parts by their paths; raises ValueError if one leads to two of them."""
    pairs = list(parts)
    if twice := [path for path, n in Counter(path for path, _ in pairs).items() if n > 1]:
        raise ValueError(f"two of the model's parts are both called {names(twice)}: give their dict other keys")
    return dict(pairs)


def fault(field: str, x: Any, wanted: str) -> ValueError:
    """Return the error of a field that is not what is wanted."""
    return ValueError(f"{field} is {described(x)}, not {wanted}")


def described(x: Any) -> str:
    """Return in a few words what was found, safe to print."""
    if isinstance(x, list | dict):  # which may be long, and deep
        return f"{'a list' if isinstance(x, list) else 'an object'} of {len(x)}"
    return shown(json.dumps(x, ensure_ascii=False, default=repr))


def check_fields(field: str, x: Any, wanted: set[str], besides: Iterable[str] = ()) -> None:
    """Raise ValueError unless it is an object with all these fields, and with no others but those `besides`."""
    found = dictionary(field or "its record", x).keys()
    where = f" in {field}" if field else ""
    if missing := sorted(wanted - found):
        raise ValueError(f"the field {names(missing)} is missing{where}")
    if unknown := sorted(found - wanted - set(besides)):
        raise ValueError(f"there is no field {names(unknown)}{where}")


def dictionary(field: str, x: Any) -> dict[str, Any]:
    """Return an object with fields; raises ValueError for anything else."""
    if not isinstance(x, dict):
        raise fault(field, x, "an object with fields")
    return x


def list_of(field: str, x: Any) -> list[Any]:
    """Return a list; raises ValueError for anything else."""
    if not isinstance(x, list):
        raise fault(field, x, "a list")
    return x


def text(field: str, x: Any) -> str:
    """Return the text with all escaped that could move a terminal's cursor, but for line ends."""
    if not isinstance(x, str):
        raise fault(field, x, "a text")
    return "\n".join(map(printable, x.split("\n")))


def whole(field: str, x: Any) -> int:
    """Return a whole number from 0; raises ValueError for anything else."""
    if type(x) is not int or not 0 <= x <= MOST:
        raise fault(field, x, f"a whole number from 0 to {MOST}")
    return x


def real(field: str, x: Any) -> float:
    """Return a number; raises ValueError for what is none, or too large a whole one to be a float."""
    if type(x) not in (int, float) or (type(x) is int and abs(x) > MOST):
        raise fault(field, x, "a number")
    return x  # type: ignore[no-any-return]


def unless_none(check: Callable[[str, Any], Any], field: str, x: Any) -> Any:
    """Return None for null, else what the check returns."""
    return None if x is None else check(field, x)

"""What a saved file may hold: read once and strictly, every field checked, a check sum over all of it.

What is wrong is a ValueError that names the field; `nn.load` adds the file.  Nothing here changes anything.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import random
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import fields
from functools import partial
from importlib import import_module
from typing import Any, Final

from autograd.support.messages import missing_extra, printable, shown
from nn.history.history import History
from nn.layers.module import Module
from nn.optim.optimizer import Optimizer

__all__ = [
    "FORMAT",
    "VERSION",
    "check",
    "check_buffers",
    "check_whole",
    "checked_optimizer",
    "generator_state",
    "library",
    "names",
]
__all__ += ["packed", "unpacked"]

FORMAT: Final = "chainrule"
VERSION: Final = 1
FIRST: Final = {"format", "version", "buffers"}  # what every file has
SINCE: Final = {"kinds", "digest"}  # what files have that are not of the first days
MOST: Final = 2**53  # beyond it not every whole number is a float, and no training counts so far
SHOWN: Final = 8


# ------------------------------------------------------------------------------------------- the file
def library() -> Any:
    """Return safetensors for NumPy; raises ImportError naming the extra."""
    try:
        return import_module("safetensors.numpy")
    except ImportError:
        raise ImportError(missing_extra("weights are saved as safetensors", "save")) from None


def packed(tensors: dict[str, Any], record: Mapping[str, Any]) -> bytes:
    """Return the bytes of a file with these arrays, and the record with its check sum in the header."""
    plain = json.loads(json.dumps({"format": FORMAT, "version": VERSION, **record}))
    plain["digest"] = _digest(tensors, plain)
    data: bytes = library().save(tensors, metadata={FORMAT: json.dumps(plain)})
    return data


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arrays and the record of a file; raises ValueError for what no version of ours can have written."""
    load = library().load
    try:
        header = _json(data[8 : 8 + int.from_bytes(data[:8], "little")].decode())
        record = _json(header["__metadata__"][FORMAT])
        version, tensors = record["version"], load(data)
    except Exception:  # of whatever kind: the bytes are anybody's
        raise ValueError("this is not a file that nn.save wrote, or is not whole") from None
    if type(version) is not int or version != VERSION:
        raise ValueError(f"it is of version {_said(version)}; this library reads version {VERSION}")
    return tensors, record


def _json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is given twice")
    return found


def _digest(tensors: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all that a file says: the record, and each array with its name and shape."""
    said = {name: x for name, x in record.items() if name != "digest"}
    try:
        digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    except RecursionError:
        raise ValueError("its record is nested too deeply") from None
    for name in sorted(tensors):
        digest.update(json.dumps([name, tensors[name].shape]).encode())
        digest.update(tensors[name].astype("<f8").tobytes())
    return digest.hexdigest()


# ------------------------------------------------------------------------------ what stands by itself
def check(tensors: Mapping[str, Any], record: dict[str, Any], parameters: Iterable[str]) -> dict[str, Any]:
    """Return what the file says of a history, its texts safe to print, if all of it is as `nn.save` writes it.

    Raises ValueError if not, whatever it is to be loaded into.  `parameters` are the names of the model's arrays: what
    is called otherwise belongs to the optimizer or the history.
    """
    is_old = record.keys().isdisjoint(SINCE)
    _check_fields("", record, FIRST if is_old else FIRST | SINCE, {"optimizer", "generators", "history"})
    if record["format"] != FORMAT:
        raise _fault("format", record["format"], FORMAT)
    for name, array in tensors.items():
        if str(array.dtype) != "float64":
            raise ValueError(f"{shown(name)} holds {array.dtype} numbers, not float64")
    _dictionary("buffers", record["buffers"])
    if "kinds" in record:
        for path, kind in _dictionary("kinds", record["kinds"]).items():
            _text(f"kinds.{shown(path)}", kind)
    if ("optimizer" in record) != ("generators" in record):
        raise ValueError("it has one of the fields optimizer and generators, and not the other")
    mine = set(parameters)
    for part in ("optimizer", "history"):
        held = sorted(name for name in tensors if name.startswith(f"{part}.") and name not in mine)
        if part not in record and held:
            raise ValueError(f"it holds {names(held)}, and no field {part}")
        for name in held:
            if tensors[name].ndim != 1:
                raise ValueError(f"{shown(name)} has the shape {tensors[name].shape}, and is no list of numbers")
    if "optimizer" in record:
        _check_optimizer(record["optimizer"])
        for i, state in enumerate(_list("generators", record["generators"])):
            if state is not None or i > 0:
                generator_state(f"generators[{i}]", state)
    return _checked_history(tensors, record["history"], is_old) if "history" in record else {}


def check_whole(tensors: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    """Raise ValueError unless the check sum holds: the last check, since any other fault says more."""
    if "digest" in record and record["digest"] != _digest(tensors, record):
        raise ValueError("it is not whole: its check sum is not that of what it holds")


def _check_optimizer(saved: Any) -> None:
    _check_fields("optimizer", saved, {"kind", "step_count", "settings"})
    _text("optimizer.kind", saved["kind"])
    _whole("optimizer.step_count", saved["step_count"])
    _dictionary("optimizer.settings", saved["settings"])


def _checked_history(tensors: Mapping[str, Any], saved: Any, is_old: bool) -> dict[str, Any]:
    lists = {f"history.{field.name}" for field in fields(History) if field.type == "list[float]"}
    held = {name for name in tensors if name.startswith("history.")}
    if held - lists or (lists - held and not is_old):
        raise ValueError(f"its history holds {names(sorted(held))}, not {names(sorted(lists))}")
    checks = {field.name: HISTORY[str(field.type)] for field in fields(History) if field.type != "list[float]"}
    _check_fields("history", saved, set() if is_old else set(checks), set(checks))
    found = {name: checks[name](f"history.{name}", x) for name, x in saved.items()}
    epochs = len(tensors.get("history.losses", ()))
    best, batches, rows = found.get("best_epoch"), found.get("batches", 0), found.get("rows_so_far", 0)
    if best is not None and not 1 <= best <= epochs:
        raise _fault("history.best_epoch", best, f"one of the {epochs} epochs that were made")
    if (best is None) != (found.get("best_loss") is None):
        raise ValueError("history.best_epoch and history.best_loss: one is there without the other")
    if rows < batches or (rows and not batches):
        raise _fault("history.rows_so_far", rows, f"those of {batches} batches")
    so_far = found.get("loss_so_far", 0.0)
    if not math.isfinite(so_far) or (so_far and not batches):
        raise _fault("history.loss_so_far", so_far, f"the finite loss of {batches} batches")
    return found


def generator_state(field: str, state: Any) -> Any:
    """Return a state for `random.Random.setstate`; raises ValueError for what is none."""
    words = state[1] if isinstance(state, list) and len(state) == 3 else None
    if not isinstance(words, list) or any(type(x) is not int for x in (state[0], *words)):
        raise _fault(field, state, "the state of a generator of random numbers")
    if state[2] is not None and not (type(state[2]) is float and math.isfinite(state[2])):
        raise _fault(f"{field}[2]", state[2], "a number or null")
    made = (state[0], tuple(words), state[2])
    try:
        random.Random(0).setstate(made)
    except (TypeError, ValueError, OverflowError):
        raise _fault(field, state, "the state of a generator of random numbers") from None
    return made


# ------------------------------------------------------------------------------ what it is loaded into
def check_buffers(field: str, saved: Any, model: Any) -> None:
    """Raise ValueError unless these are the model's buffers, and each can take its place."""
    mine = model.named_buffers() if hasattr(model, "named_buffers") else {}
    if saved.keys() != mine.keys():
        raise ValueError(f"it has the {field} {names(sorted(saved))}, and this model has {names(sorted(mine))}")
    for path, x in saved.items():
        _check_like(path, x, mine[path])
    for path, module in model.named_modules() if hasattr(model, "named_modules") else ():
        for name in getattr(module, "buffers", ()):
            place = f"{path}.{name}" if path else name
            try:
                if isinstance(module, Module):
                    module._check_buffer(name, saved[place])
            except ValueError as error:
                raise ValueError(f"{place}: {error}") from None


def _check_like(field: str, x: Any, mine: Any) -> None:
    """Raise ValueError unless `x` has the shape and the kind of what the model has there; null stands for a number."""
    if isinstance(mine, list | tuple):
        for i, (y, own) in enumerate(zip(_list(field, x), mine, strict=False)):
            _check_like(f"{field}[{i}]", y, own)
        if len(x) != len(mine):
            raise ValueError(f"{field} holds {len(x)} numbers, and in this model {len(mine)}")
    elif isinstance(mine, dict):
        _check_fields(field, x, set(map(str, mine)))
        for name, own in mine.items():
            _check_like(f"{field}.{name}", x[str(name)], own)
    elif isinstance(mine, bool | str):
        if type(x) is not type(mine):
            raise _fault(field, x, "true or false" if isinstance(mine, bool) else "a text")
    elif x is not None:
        _real(field, x)


def checked_optimizer(saved: Mapping[str, Any], optimizer: Optimizer, *, is_old: bool) -> dict[str, Any]:
    """Return the settings to give the optimizer, as its own constructor checked them; raises ValueError."""
    settings = saved["settings"]
    known = set(optimizer.settings)
    _check_fields("optimizer.settings", settings, set() if is_old else known, known)
    for name, x in settings.items():
        _check_setting(f"optimizer.settings.{name}", x, getattr(optimizer, name))
    try:
        tried = _tried(optimizer, settings)
    except Exception as error:  # a user's optimizer may raise anything
        raise ValueError(f"optimizer.settings: {shown(error, 200)}") from None
    if tried.state_names != optimizer.state_names:
        kept = names(tried.state_names)
        raise ValueError(f"optimizer.settings are those of one with the memories {kept}, and this has {optimizer!r}")
    return {name: getattr(tried, name) for name in settings}


def _check_setting(field: str, x: Any, mine: Any) -> None:
    if isinstance(mine, bool | str | list | tuple | dict):
        _check_like(field, x, mine)
    elif mine is not None or isinstance(x, list | dict):
        _real(field, x)


def _tried(optimizer: Optimizer, settings: Mapping[str, Any]) -> Optimizer:
    """Return another optimizer with these settings: made by the class, or a copy if that has another constructor."""
    make = type(optimizer)
    others = list(inspect.signature(make).parameters.values())[1:]
    needed = {p.name for p in others if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    if needed <= settings.keys() <= {p.name for p in others}:
        return make(optimizer.parameters, **settings)
    tried = copy(optimizer)
    for name, x in settings.items():
        setattr(tried, name, x)
    return tried


# ------------------------------------------------------------------------------------------ one field
def names(found: Iterable[str]) -> str:
    """Return names from a file in a few words that are safe to print."""
    listed = [shown(name, 80) for name in found]
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more or "none"


def _fault(field: str, x: Any, wanted: str) -> ValueError:
    return ValueError(f"{field} is {_said(x)}, not {wanted}")


def _said(x: Any) -> str:
    if isinstance(x, list | dict):  # which may be long, and deep
        return f"{'a list' if isinstance(x, list) else 'an object'} of {len(x)}"
    return shown(json.dumps(x, ensure_ascii=False))


def _check_fields(field: str, x: Any, wanted: set[str], besides: Iterable[str] = ()) -> None:
    """Raise ValueError unless it is an object with all these fields, and with no others but those `besides`."""
    found = _dictionary(field or "its record", x).keys()
    where = f" in {field}" if field else ""
    if missing := sorted(wanted - found):
        raise ValueError(f"the field {names(missing)} is missing{where}")
    if unknown := sorted(found - wanted - set(besides)):
        raise ValueError(f"there is no field {names(unknown)}{where}")


def _dictionary(field: str, x: Any) -> dict[str, Any]:
    if not isinstance(x, dict):
        raise _fault(field, x, "an object with fields")
    return x


def _list(field: str, x: Any) -> list[Any]:
    if not isinstance(x, list):
        raise _fault(field, x, "a list")
    return x


def _text(field: str, x: Any) -> str:
    """Return the text with all escaped that could move a terminal's cursor, but for line ends."""
    if not isinstance(x, str):
        raise _fault(field, x, "a text")
    return "\n".join(map(printable, x.split("\n")))


def _whole(field: str, x: Any) -> int:
    if type(x) is not int or not 0 <= x <= MOST:
        raise _fault(field, x, f"a whole number from 0 to {MOST}")
    return x


def _real(field: str, x: Any) -> float:
    if type(x) not in (int, float) or (type(x) is int and abs(x) > MOST):
        raise _fault(field, x, "a number")
    return x  # type: ignore[no-any-return]


def _unless_none(check: Callable[[str, Any], Any], field: str, x: Any) -> Any:
    return None if x is None else check(field, x)


HISTORY: Final[dict[str, Callable[[str, Any], Any]]] = {  # the check for each type that a field of History has
    "str": _text,
    "int": _whole,
    "float": _real,
    "int | None": partial(_unless_none, _whole),
    "float | None": partial(_unless_none, _real),
    "dict[str, Any]": _dictionary,
}

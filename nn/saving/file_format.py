"""What a saved file may hold, read once and strictly: every field, the check sum, whether it is this model's.

What is wrong is a ValueError that names the field; `nn.load` adds the file.  Nothing here changes anything.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import partial
from importlib import import_module
from typing import Any, Final

from autograd.rules.maths import FLOATS
from autograd.support.messages import missing_extra, shown
from nn.history.history import History
from nn.optim.optimizer import Optimizer
from nn.saving.snapshot import BuffersAndRNG
from nn.support.fields import (
    check_buffers,
    check_fields,
    checked_names,
    described,
    dictionary,
    fault,
    list_of,
    names,
    real,
    text,
    unless_none,
    whole,
)

FORMAT: Final = "chainrule"
VERSION: Final = 1
WEIGHTS: Final = {"format", "version", "buffers"}  # what a file of weights alone has, as the playground writes it
FIELDS: Final = {*WEIGHTS, "kinds", "digest"}  # what a file of `save` has


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
        raise ValueError(f"it is of version {described(version)}; this library reads version {VERSION}")
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
    content = {name: x for name, x in record.items() if name != "digest"}
    try:
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
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
    is_bare = record.keys().isdisjoint(FIELDS - WEIGHTS)
    more = {"classes"} if is_bare else {"optimizer", "generators", "history", "classes"}
    check_fields("", record, WEIGHTS if is_bare else FIELDS, more)
    if record["format"] != FORMAT:
        raise fault("format", record["format"], FORMAT)
    for name, array in tensors.items():
        if str(array.dtype) != "float64":
            raise ValueError(f"{shown(name)} holds {array.dtype} numbers, not float64")
    dictionary("buffers", record["buffers"])
    for i, name in enumerate(list_of("classes", record.get("classes", []))):
        text(f"classes[{i}]", name)
    checked_names(record.get("classes", []))
    for path, kind in dictionary("kinds", record.get("kinds", {})).items():
        text(f"kinds.{shown(path)}", kind)
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
        for i, state in enumerate(list_of("generators", record["generators"])):
            if state is not None or i > 0:
                generator_state(f"generators[{i}]", state)
    return _checked_history(tensors, record["history"]) if "history" in record else {}


def check_whole(tensors: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    """Raise ValueError unless the check sum holds: the last check, since any other fault says more."""
    if "digest" in record and record["digest"] != _digest(tensors, record):
        raise ValueError("it is not whole: its check sum is not that of what it holds")


def _check_optimizer(saved: Any) -> None:
    check_fields("optimizer", saved, {"kind", "step_count", "settings"})
    text("optimizer.kind", saved["kind"])
    whole("optimizer.step_count", saved["step_count"])
    dictionary("optimizer.settings", saved["settings"])


def _checked_history(tensors: Mapping[str, Any], saved: Any) -> dict[str, Any]:
    lists = {f"history.{field.name}" for field in fields(History) if field.type == "list[float]"}
    held = {name for name in tensors if name.startswith("history.")}
    if held != lists:
        raise ValueError(f"its history holds {names(sorted(held))}, not {names(sorted(lists))}")
    checks = {field.name: HISTORY[str(field.type)] for field in fields(History) if field.type != "list[float]"}
    check_fields("history", saved, set(checks))
    found = {name: checks[name](f"history.{name}", x) for name, x in saved.items()}
    epochs, so_far = len(tensors["history.losses"]), found["loss_so_far"]
    best, batches, rows = found["best_epoch"], found["batches"], found["rows_so_far"]
    if best is not None and not 1 <= best <= epochs:
        raise fault("history.best_epoch", best, f"one of the {epochs} epochs that were made")
    if (best is None) != (found["best_loss"] is None):
        raise ValueError("history.best_epoch and history.best_loss: one is there without the other")
    if rows < batches or (rows and not batches):
        raise fault("history.rows_so_far", rows, f"those of {batches} batches")
    if not math.isfinite(so_far) or (so_far and not batches):
        raise fault("history.loss_so_far", so_far, f"the finite loss of {batches} batches")
    return found


def generator_state(field: str, state: Any) -> Any:
    """Return a state for `random.Random.setstate`; raises ValueError for what is none."""
    words = state[1] if isinstance(state, list) and len(state) == 3 else None
    if not isinstance(words, list) or any(type(x) is not int for x in (state[0], *words)):
        raise fault(field, state, "the state of a generator of random numbers")
    if state[2] is not None and not (type(state[2]) is float and math.isfinite(state[2])):
        raise fault(f"{field}[2]", state[2], "a number or null")
    made = (state[0], tuple(words), state[2])
    try:
        random.Random(0).setstate(made)
    except (TypeError, ValueError, OverflowError):
        raise fault(field, state, "the state of a generator of random numbers") from None
    return made


# ------------------------------------------------------------------------- whether it is this model's
def check_kinds(saved: Mapping[str, str], mine: Mapping[str, str]) -> None:
    """Raise ValueError where the same numbers would be another function in this model."""
    for path in sorted(saved.keys() | mine.keys()):
        before, now = saved.get(path), mine.get(path)
        if before != now:
            were = f"it was saved from {shown(before)}" if before is not None else "nothing was"
            are = f"in this model it is {shown(now)}" if now is not None else "this model has nothing"
            raise ValueError(
                f"{shown(path, 80) or 'the model'}: {were}, and {are}: the same numbers would be another function"
            )


def check_memories(kind: str, tensors: Mapping[str, Any], optimizer: Optimizer) -> None:
    """Raise ValueError for memories of another optimizer, or of another number of parameters."""
    saved = sorted(n.removeprefix("optimizer.") for n in tensors if n.startswith("optimizer."))
    if kind != type(optimizer).__name__ or saved != sorted(optimizer.state_names):
        with_memories = f" with {names(saved)}" if saved else ""
        raise ValueError(f"it was saved with the optimizer {shown(kind)}{with_memories}, not with {optimizer!r}")
    for name in saved:
        count = len(tensors[f"optimizer.{name}"])
        if count != len(optimizer.parameters):
            raise ValueError(
                f"optimizer.{name}: its optimizer moved {count} parameters, not {len(optimizer.parameters)}"
            )


def check_rule(optimizer: Optimizer, memories: Mapping[str, list[float]], steps: int) -> None:
    """Raise ValueError for memories that no steps leave, of which the optimizer's own rule cannot make the next."""
    for i, row in enumerate(zip(*memories.values(), strict=True)):
        try:
            optimizer.rule(FLOATS, 0.0, 0.0, optimizer.learning_rate, steps + 1, *row)
        except ValueError:  # of the square root of a negative number
            held = ", ".join(f"optimizer.{name}[{i}] is {x!r}" for name, x in zip(memories, row, strict=True))
            raise ValueError(f"{held}: no steps of {type(optimizer).__name__} leave that behind") from None
        except ArithmeticError:  # numbers too far out for floats, which a training that diverged does leave
            pass


def checked_generators(saved: list[Any], model: Any) -> list[Any]:
    """Return the states of the generators; raises ValueError if they are not as many as this model's."""
    held, count = len(saved) - 1, len(BuffersAndRNG(model).generator_states()) - 1
    if held != count:
        raise ValueError(f"it was saved with {held} random generators in the model, and this model has {count}")
    return [None if state is None else generator_state(f"generators[{i}]", state) for i, state in enumerate(saved)]


def check_best(history: Mapping[str, Any], model: Any, optimizer: Optimizer | None) -> None:
    """Raise ValueError if the best epoch is not this model's, since early stopping will take it back."""
    kept, buffers = len(history["best_parameters"]), history["best_buffers"]
    if history["best_epoch"] is None:
        if kept or buffers:
            raise ValueError("history.best_parameters and history.best_buffers are of no best_epoch")
        return
    if optimizer is not None and kept != len(optimizer.parameters):
        raise ValueError(f"history.best_parameters holds {kept} numbers, not {len(optimizer.parameters)}")
    check_buffers("history.best_buffers", buffers, model)


# ------------------------------------------------------------------------------------ a history's fields
HISTORY: Final[dict[str, Callable[[str, Any], Any]]] = {  # the check for each type that a field of History has
    "str": text,
    "int": whole,
    "float": real,
    "int | None": partial(unless_none, whole),
    "float | None": partial(unless_none, real),
    "dict[str, Any]": dictionary,
}

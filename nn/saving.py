"""Saving and loading: weights as safetensors, the rest as JSON in its header; no pickle, and never half a file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from autograd import Value
from autograd.files import check_folder, write_file
from nn.history import History
from nn.layers import Neuron
from nn.optimizers import Optimizer
from nn.rows import checked_count
from nn.snapshot import Surroundings

__all__ = ["Autosave", "load", "save"]

FORMAT: Final = "chainrule"
VERSION: Final = 1
Box = tuple[tuple[int, ...], list[str]]


@dataclass(frozen=True)
class Autosave:
    """A file that `fit` saves all to that is needed to go on, every so many steps and at the end.

    If the file is there when `fit` starts with a fresh history, it goes on from it, to the same bits as if it had
    never stopped.
    """

    path: str | Path
    every: int = 100

    def __post_init__(self) -> None:
        checked_count("Autosave's every", self.every)

    def save(self, model: Any, optimizer: Optimizer, history: History) -> None:
        """Leave the file holding this state; at any moment it holds this one or the one before."""
        save(self.path, model, optimizer, history)

    def resume(self, model: Any, optimizer: Optimizer, history: History) -> bool:
        """Return whether the state was taken from the file: not if there is none, or the history has begun."""
        if history.epochs or history.batches or not Path(self.path).exists():
            return False
        load(self.path, model, optimizer, history)
        return True


def save(path: str | Path, model: Any, optimizer: Optimizer | None = None, history: History | None = None) -> None:
    """Leave a file that holds the model's parameters and buffers, and the optimiser's and history's state if given.

    Parameters are 64-bit arrays under their paths without the numbers that count: `layers.0.neurons.weights` has a
    row for each neuron.  The file is the old one or the new one at any moment, whole.
    Raises FileNotFoundError if there is no such folder, ImportError naming the extra where safetensors is missing.
    """
    check_place(path)
    named = dict(model.named_parameters())
    boxes = _boxes(model, named)
    tensors = {name: _array([named[path].data for path in paths], shape) for name, (shape, paths) in boxes.items()}
    record: dict[str, Any] = {"format": FORMAT, "version": VERSION, "buffers": _buffers(model)}
    if optimizer is not None:
        record["generators"] = [_listed(state) for state in Surroundings(model).generator_states()]
        record["optimizer"] = {
            "kind": type(optimizer).__name__,
            "step_count": optimizer.step_count,
            "settings": {name: getattr(optimizer, name) for name in optimizer.settings},
        }
        for name, memory in optimizer.memories.items():
            tensors[f"optimizer.{name}"] = _array(memory, (len(memory),))
    if history is not None:
        kept = asdict(history)
        for name in [name for name, x in kept.items() if isinstance(x, list)]:
            tensors[f"history.{name}"] = _array(kept[name], (len(kept.pop(name)),))
        record["history"] = kept
    data = _library().save(tensors, metadata={FORMAT: json.dumps(record)})
    write_file(path, data)


def load(path: str | Path, model: Any, optimizer: Optimizer | None = None, history: History | None = None) -> None:
    """Leave the model, and the optimiser and history if given, as they were when the file was saved, to the bit.

    Raises ValueError, and changes nothing, if the file is of another kind or version, or if its parameters or
    optimiser are not those given; ImportError naming the extra where safetensors is missing.
    """
    tensors, record = _read(Path(path))
    named = dict(model.named_parameters())
    boxes = _boxes(model, named)
    weights = {n: a for n, a in tensors.items() if not n.startswith(("optimizer.", "history."))}
    _check_boxes(path, weights, {name: shape for name, (shape, _) in boxes.items()})
    _check_state(path, model, record, with_generators=optimizer is not None)
    for given, part in ((optimizer, "optimizer"), (history, "history")):
        if given is not None and part not in record:
            raise ValueError(f"{path} was saved without the state of the {part}: load it without one")
    if optimizer is not None:
        _check_optimizer(path, optimizer, record["optimizer"], tensors)
    for name, (_, paths) in boxes.items():
        for parameter, x in zip(paths, weights[name].ravel().tolist(), strict=True):
            named[parameter].data = x
    if hasattr(model, "load_buffers"):
        model.load_buffers(record["buffers"])
    if optimizer is not None:
        for name in optimizer.state:
            optimizer.memories[name][:] = tensors[f"optimizer.{name}"].tolist()
        optimizer.step_count = record["optimizer"]["step_count"]
        for name, x in record["optimizer"]["settings"].items():
            setattr(optimizer, name, x)
        Surroundings(model).put_generator_states([_tupled(state) for state in record["generators"]])
    if history is not None:
        for name, x in record["history"].items():
            setattr(history, name, x)
        for name in [n for n in tensors if n.startswith("history.")]:
            setattr(history, name.removeprefix("history."), tensors[name].tolist())


def check_place(path: str | Path) -> None:
    """Raise ImportError if nothing can be saved here, FileNotFoundError if there is no folder to leave the file in."""
    _library()
    check_folder(path)


# ----------------------------------------------------------------------------------- names and shapes
def _boxes(model: Any, named: Mapping[str, Value]) -> dict[str, Box]:
    """Return the arrays that the parameters make: name -> (shape, paths in the order of its elements).

    The numbers in a path that count Values and neurons become axes, if the box they span is full; else the first
    of them stays in the name, as those that count other modules do.
    """
    modules = dict(model.named_modules()) if hasattr(model, "named_modules") else {}
    boxes: dict[str, Box] = {}

    def counts(prefix: str) -> bool:
        return prefix not in modules or isinstance(modules[prefix], Neuron)

    def gather(paths: list[str], kept: int) -> None:
        groups: dict[str, list[tuple[tuple[int, ...], str]]] = {}
        for path in paths:
            parts = path.split(".")
            axes = [i for i, part in enumerate(parts) if re.fullmatch("[0-9]+", part)]
            axes = [i for i in axes if counts(".".join(parts[: i + 1]))][kept:]
            name = ".".join(part for i, part in enumerate(parts) if i not in axes)
            groups.setdefault(name, []).append((tuple(int(parts[i]) for i in axes), path))
        for name, members in groups.items():
            shape = tuple(1 + max(axis) for axis in zip(*(place for place, _ in members), strict=True))
            if math.prod(shape) == len(members) and name not in boxes:
                boxes[name] = shape, [path for _, path in sorted(members)]
            else:
                gather([path for _, path in members], kept + 1)

    gather(list(named), 0)
    return boxes


def _check_boxes(path: str | Path, found: Mapping[str, Any], wanted: Mapping[str, tuple[int, ...]]) -> None:
    missing, extra = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    if missing:
        raise ValueError(f"{path} has no parameters {', '.join(missing)}, but only {', '.join(sorted(found))}")
    if extra:
        raise ValueError(f"{path} has parameters that this model does not have: {', '.join(extra)}")
    for name, shape in wanted.items():
        if found[name].shape != shape:
            raise ValueError(f"{path}: {name} has the shape {found[name].shape}, but in this model it is {shape}")


def _check_state(path: str | Path, model: Any, record: Mapping[str, Any], *, with_generators: bool) -> None:
    saved, mine = record["buffers"], _buffers(model)
    if saved.keys() != mine.keys():
        raise ValueError(f"{path} has the buffers {_names(saved)}, and this model has {_names(mine)}")
    for name, kept in mine.items():
        if isinstance(kept, list) and len(kept) != len(saved[name]):
            raise ValueError(f"{path}: {name} holds {len(saved[name])} numbers, and in this model {len(kept)}")
    if with_generators and "generators" in record:
        held, count = len(record["generators"]) - 1, len(Surroundings(model).generator_states()) - 1
        if held != count:
            raise ValueError(f"{path} was saved with {held} random generators in the model, and this model has {count}")


def _names(buffers: Mapping[str, Any]) -> str:
    return ", ".join(sorted(buffers)) or "none"


def _check_optimizer(
    path: str | Path, optimizer: Optimizer, record: Mapping[str, Any], tensors: Mapping[str, Any]
) -> None:
    kind = type(optimizer).__name__
    saved = sorted(n.removeprefix("optimizer.") for n in tensors if n.startswith("optimizer."))
    if record["kind"] != kind or saved != sorted(optimizer.state):
        with_memories = f" with {', '.join(saved)}" if saved else ""
        raise ValueError(f"{path} was saved with the optimiser {record['kind']}{with_memories}, not with {optimizer!r}")
    for name in optimizer.state:
        count = len(tensors[f"optimizer.{name}"])
        if count != len(optimizer.parameters):
            raise ValueError(f"{path}: its optimiser moved {count} parameters, not {len(optimizer.parameters)}")


# ------------------------------------------------------------------------------------------- the file
def _library() -> Any:
    try:
        return import_module("safetensors.numpy")
    except ImportError:
        raise ImportError("weights are saved as safetensors: pip install 'chainrule[save]'") from None


def _array(numbers: list[float], shape: tuple[int, ...]) -> Any:
    return import_module("numpy").array(numbers, dtype="float64").reshape(shape)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    library = _library()
    data = path.read_bytes()
    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        record = json.loads(header["__metadata__"][FORMAT])
        version, tensors = record["version"], library.load(data)
    except Exception:
        raise ValueError(f"{path} is not a file that nn.save wrote, or is not whole") from None
    if version != VERSION:
        raise ValueError(f"{path} is of version {version}; this library reads version {VERSION}")
    return tensors, record


def _buffers(model: Any) -> dict[str, Any]:
    return dict(model.named_buffers()) if hasattr(model, "named_buffers") else {}


def _listed(state: Any) -> Any:
    return [_listed(x) for x in state] if isinstance(state, tuple) else state


def _tupled(state: Any) -> Any:
    return tuple(_tupled(x) for x in state) if isinstance(state, list) else state

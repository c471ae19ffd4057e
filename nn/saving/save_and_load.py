"""Saving and loading: weights as safetensors, the rest as JSON in its header; no pickle, and never half a file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

from autograd import Value
from autograd.recording.bulk import set_numbers
from autograd.support.files import check_folder, read_file, write_file
from autograd.support.messages import shown
from nn.history.history import History
from nn.layers.dense import Layer, Neuron
from nn.layers.module import Module
from nn.optim.optimizer import Optimizer
from nn.saving import file_format
from nn.saving.linear_layers import linear_weights
from nn.saving.snapshot import BuffersAndRNG
from nn.support.fields import (
    buffers_of,
    by_path,
    check_buffers,
    check_fields,
    class_names,
    modules_of,
    names,
    put_class_names,
)
from nn.support.foreign_names import GUESSES
from nn.support.validate import checked_count, said

Box = tuple[tuple[int, ...], list[str]]


@GUESSES.of_class
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

    def resume(
        self,
        model: Any,
        optimizer: Optimizer,
        history: History,
        check: Callable[[int, int], None] = lambda batches, rows: None,
    ) -> bool:
        """Return whether the state was taken from the file: not if there is none, or the history has begun.

        `check(batches, rows)`, of the epoch that was begun, may raise ValueError to leave all as it is.
        """
        if history.epochs or history.batches or not Path(self.path).exists():
            return False

        def check_all(saved: Mapping[str, Any]) -> None:
            check(saved["batches"], saved["rows_so_far"])
            if history.classes and saved["classes"] != history.classes:
                held, mine = (", ".join(map(shown, x)) for x in (saved["classes"], history.classes))
                raise ValueError(f"its classes are {held or 'numbers'}, and those of these targets are {mine}")

        _load(self.path, model, optimizer, history, check_all)
        return True


@GUESSES
def save(path: str | Path, model: Any, optimizer: Optimizer | None = None, history: History | None = None) -> None:
    """Leave a file that holds the model's parameters and buffers, and the optimizer's and history's state if given.

    Parameters are 64-bit arrays under their paths without the numbers that count: `layers.0.neurons.weights` has a
    row for each neuron.  The header says besides what each layer makes of them, what `model.classes` are
    called, and has a check sum of all.
    The file is the old one or the new one at any moment, whole.
    Raises FileNotFoundError if there is no such folder, ImportError naming the extra where safetensors is missing.
    """
    _check_given("save", path, model, optimizer, history)
    check_place(path)
    named = _named(model)
    boxes = _boxes(model, named)
    if taken := [name for name in boxes if name.startswith(("optimizer.", "history."))]:
        raise ValueError(f"parameters of a model cannot be saved as {names(taken)}: give that attribute another name")
    tensors = {name: _array([named[path].data for path in paths], shape) for name, (shape, paths) in boxes.items()}
    record: dict[str, Any] = {"buffers": buffers_of(model), "kinds": _kinds(model)}
    if classes := class_names(model):
        record["classes"] = list(classes)
    if optimizer is not None:
        record["generators"] = BuffersAndRNG(model).states_to_keep()
        record["optimizer"] = {
            "kind": type(optimizer).__name__,
            "step_count": optimizer.step_count,
            "settings": {name: getattr(optimizer, name) for name in optimizer.settings},
        }
        for name, memory in optimizer.state.items():
            tensors[f"optimizer.{name}"] = _array(memory, (len(memory),))
    if history is not None:
        kept = asdict(history)
        for name in [name for name, x in kept.items() if isinstance(x, list)]:
            tensors[f"history.{name}"] = _array(kept[name], (len(kept.pop(name)),))
        record["history"] = kept
    write_file(path, file_format.packed(tensors, record))


@GUESSES
def load(path: str | Path, model: Any, optimizer: Optimizer | None = None, history: History | None = None) -> None:
    """Leave the model, and the optimizer and history if given, as they were when the file was saved, to the bit.

    A safetensors file of PyTorch's, with the state of an nn.Sequential of Linear layers (`0.weight`, `0.bias`,
    `2.weight`, …), goes into a model whose Layers are of these sizes, in order; it says nothing of activations.

    Raises ValueError, naming file and field, and changes nothing, if anything in the file is not as `save` writes it,
    if its parameters or optimizer are not those given, or if the model makes another function of the same numbers, as
    another activation does (an operation of one's own is known by its name and values, a function of Python's by its
    name alone); ImportError naming the extra where safetensors is missing.
    """
    _check_given("load", path, model, optimizer, history)
    _load(path, model, optimizer, history)


def _load(
    path: str | Path,
    model: Any,
    optimizer: Optimizer | None,
    history: History | None,
    check_history: Callable[[Mapping[str, Any]], None] = lambda history: None,
) -> None:
    file_format.library()
    data = read_file(path)
    try:
        weights = linear_weights(data, model)
        if weights is not None and (optimizer or history is not None):
            raise ValueError("it holds the weights of Linear layers alone: load it without optimizer and history")
        after = _State.saved(data, model, optimizer, history) if weights is None else _State(weights, buffers_of(model))
        if after.history is not None:
            check_history(after.history)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    before = _State.now(model, optimizer, history)
    try:
        after.put(model, optimizer, history)
    except BaseException:  # an interrupt, or a setter of the user's own
        before.put(model, optimizer, history)
        raise


def _check_given(call: str, path: Any, model: Any, optimizer: Any, history: Any) -> None:
    """Raise TypeError for what is not the thing that is wanted in its place."""
    example = f'nn.{call}("weights.st", model, optimizer, history)'
    for name, x, is_right in (
        ("path", path, isinstance(path, str | PathLike)),
        ("model", model, hasattr(model, "named_parameters") and not isinstance(model, type)),
        ("optimizer", optimizer, optimizer is None or isinstance(optimizer, Optimizer)),
        ("history", history, history is None or isinstance(history, History)),
    ):
        if not is_right:
            raise TypeError(f"{call}: {name} is {said(x)}; write {example}")


def check_place(path: str | Path) -> None:
    """Raise ImportError if nothing can be saved here, FileNotFoundError if there is no folder to leave the file in."""
    file_format.library()
    check_folder(path)
    if Path(path).is_fifo():  # which would be waited for, and could not be loaded
        raise ValueError(f"{path} is a pipe, not a file")


@dataclass
class _State:
    """All that a file changes, checked: parameters and buffers by path, and what there is of the others."""

    parameters: dict[str, float]
    buffers: dict[str, Any]
    optimizer: dict[str, Any] | None = None
    generators: list[Any] | None = None
    history: dict[str, Any] | None = None
    classes: tuple[str, ...] | None = None

    @classmethod
    def now(cls, model: Any, optimizer: Optimizer | None, history: History | None) -> _State:
        """Return what these hold now."""
        state = cls({path: parameter.data for path, parameter in model.named_parameters()}, buffers_of(model))
        state.classes = class_names(model)
        if optimizer is not None:
            state.optimizer = optimizer.state_dict()
            state.generators = BuffersAndRNG(model).generator_states()
        if history is not None:
            state.history = dict(vars(history))
        return state

    @classmethod
    def saved(cls, data: bytes, model: Any, optimizer: Optimizer | None, history: History | None) -> _State:
        """Return what a file holds for these; raises ValueError, naming the field, unless all of it is as it should."""
        tensors, record = file_format.unpacked(data)
        boxes = _boxes(model, _named(model))
        fields = file_format.check(tensors, record, boxes)
        weights = {n: a for n, a in tensors.items() if not n.startswith(("optimizer.", "history."))}
        _check_boxes(weights, {name: shape for name, (shape, _) in boxes.items()})
        check_buffers("buffers", record["buffers"], model)
        if "kinds" in record:
            file_format.check_kinds(record["kinds"], _kinds(model))
        for given, part in ((optimizer, "optimizer"), (history, "history")):
            if given is not None and part not in record:
                raise ValueError(f"it was saved without the state of the {part}: load it without one")
        numbers = {name: weights[name].ravel().tolist() for name in boxes}
        found = [pair for name, (_, paths) in boxes.items() for pair in zip(paths, numbers[name], strict=True)]
        state = cls(dict(found), record["buffers"])
        state.classes = tuple(record.get("classes", ()))
        if optimizer is not None:
            held = record["optimizer"]
            file_format.check_memories(held["kind"], tensors, optimizer)
            memories = {name: tensors[f"optimizer.{name}"].tolist() for name in optimizer.state_names}
            check_fields("optimizer.settings", held["settings"], set(optimizer.settings))
            settings = optimizer.checked_settings(held["settings"], "optimizer.settings")
            state.optimizer = {**settings, "step_count": held["step_count"], **memories}
            file_format.check_rule(optimizer, memories, held["step_count"])
            state.generators = file_format.checked_generators(record["generators"], model)
        if history is not None:
            lists = {n.removeprefix("history."): a.tolist() for n, a in tensors.items() if n.startswith("history.")}
            state.history = {**fields, **lists}
            file_format.check_best(state.history, model, optimizer)
        file_format.check_whole(tensors, record)
        return state

    def put(self, model: Any, optimizer: Optimizer | None, history: History | None) -> None:
        """Leave model, optimizer, generators and history with it."""
        named = dict(model.named_parameters())
        set_numbers([named[path] for path in self.parameters], self.parameters.values())
        if hasattr(model, "load_buffers"):
            model.load_buffers(self.buffers)
        if self.classes is not None:
            put_class_names(model, self.classes)
        if optimizer is not None and self.optimizer is not None:
            optimizer.put(self.optimizer)
        if self.generators is not None:
            BuffersAndRNG(model).put_generator_states(self.generators)
        if history is not None and self.history is not None:
            for name, x in self.history.items():
                setattr(history, name, x)


# ----------------------------------------------------------------------------------- names and shapes
def _boxes(model: Any, named: Mapping[str, Value]) -> dict[str, Box]:
    """Return the arrays that the parameters make: name -> (shape, paths in the order of its elements).

    The numbers in a path that count Values and neurons become axes, if the box they span is full; else the first
    of them stays in the name, as those that count other modules do.
    """
    modules = dict(modules_of(model))
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


def _named(model: Any) -> dict[str, Value]:
    """Return the parameters by path; raises ValueError if a path leads to two of them, or to two modules."""
    by_path(modules_of(model))
    return by_path(model.named_parameters())


def _check_boxes(found: Mapping[str, Any], wanted: Mapping[str, tuple[int, ...]]) -> None:
    missing, extra = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    if missing:
        raise ValueError(f"it has no parameters {names(missing)}, but only {names(sorted(found))}")
    if extra:
        raise ValueError(f"it has parameters that this model does not have: {names(extra)}")
    for name, shape in wanted.items():
        if found[name].shape != shape:
            raise ValueError(f"{name} has the shape {found[name].shape}, but in this model it is {shape}")


def _kinds(model: Any) -> dict[str, str]:
    """Return by path what modules make of their parameters, besides what the parameters say; for layers, in one go."""
    kinds: dict[str, str] = {}
    counted: set[Any] = set()
    for path, module in modules_of(model):
        if isinstance(module, Module) and module not in counted and (kind := module._kind()):
            kinds[path] = kind
            counted.update(module.neurons if isinstance(module, Layer) else ())
    return kinds


def _array(numbers: list[float], shape: tuple[int, ...]) -> Any:
    return import_module("numpy").array(numbers, dtype="float64").reshape(shape)

"""Whether what a file holds is this model's: kinds of layers, an optimizer's memories, generators, the best epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd.rules.maths import FLOATS
from autograd.support.messages import shown
from nn.optim.optimizer import Optimizer
from nn.saving.file_format import generator_state
from nn.saving.snapshot import BuffersAndRNG
from nn.support.fields import check_buffers, names


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

"""A plain function of Values in a session: its arguments are what is learned, and what it returns is the loss."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value, number
from nn import SGD, Module, TrainingSession
from viz.session.commands_step_back import Session
from viz.session.predictions import Answer


class Expression(Module):
    """A function as a model: its arguments are the parameters, and it is called on a row of nothing."""

    def __init__(self, function: Callable[..., Value], start: Sequence[float]) -> None:
        self._function, names = function, _names(function, len(start))
        self.arguments = [Value(number(x), name) for name, x in zip(names, start, strict=True)]

    def __call__(self, inputs: Any) -> Value:
        """Return the function of the arguments as they are now."""
        return self._function(*self.arguments)


def _names(function: Callable[..., Any], count: int) -> list[str]:
    """Return the names of a function's arguments; raises TypeError if it does not take so many."""
    try:
        bound = inspect.signature(function).bind(*range(count))
    except ValueError:  # what is built in may have none to show
        return [f"x{k + 1}" for k in range(count)]
    except TypeError as error:
        called = getattr(function, "__name__", "the function")
        raise TypeError(f"session(function, inputs): {called} is to be called with {count} numbers: {error}") from None
    names = []
    for name, given in bound.arguments.items():
        names += [f"{name}{k + 1}" for k in range(len(given))] if isinstance(given, tuple) else [name]
    return names


def is_plain_function(model: Any) -> bool:
    """Return whether a model is a function without parameters of its own."""
    return callable(model) and not isinstance(model, type) and not hasattr(model, "parameters")


class FunctionSession(Session):
    """The commands for a function: it has no rows."""

    def __init__(
        self, function: Any, start: Any, targets: Any, *, loss: Any, optimizer: Any, title: str | None
    ) -> None:
        if targets is not None or loss is not None or optimizer is not None or not isinstance(start, list | tuple):
            raise TypeError(
                "session(function, [2.0, −3.0]) takes a function and the numbers that it begins with, and what the "
                "function returns is the loss; with rows and targets pass a model that has parameters(), as nn.MLP"
            )
        model = Expression(function, start)
        plain = SGD(model.parameters(), learning_rate=0.1)
        training = TrainingSession(model, [[]], [0.0], loss=_first, optimizer=plain)
        super().__init__(training, title or getattr(function, "__name__", "function").strip("<>"))

    def _answers(self) -> list[Answer]:
        return []

    def _rows(self) -> str:
        named = ((name, value) for name, value in zip(self._weight_names(), self._model.parameters(), strict=True))
        numbers = ", ".join(f"{name} = {value.data:.4g}" for name, value in named)
        return f"  {numbers};  L = {self._training.pass_now()[1].data:.4g}".replace("-", "−")


def _first(predictions: list[Any], targets: list[Any]) -> Any:
    return predictions[0]

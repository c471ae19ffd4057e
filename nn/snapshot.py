"""What training changes, read and put back to the bit: parameters, gradients, memories, buffers, generators."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from typing import Any

from autograd import Value
from autograd.bulk import gradients_of, numbers_of, set_numbers
from nn.optimizers import Optimizer

__all__ = ["Gradients", "Snapshot", "Surroundings", "numbers"]


def numbers(values: Sequence[Value]) -> array[float]:
    """Return the numbers the Values hold, 8 bytes each."""
    return array("d", numbers_of(values))


class Gradients:
    """The gradients of some Values, and which of them a backward pass had reached."""

    __slots__ = ("_data", "_reached")

    def __init__(self, values: Sequence[Value]) -> None:
        gradients = gradients_of(values)
        self._data = array("d", [0.0 if x is None else x for x in gradients])
        reached = [x is not None for x in gradients]
        self._reached = True if all(reached) else bytes(reached) if any(reached) else False

    def put(self, values: Sequence[Value]) -> None:
        """Leave the Values with these gradients."""
        reached = self._reached if isinstance(self._reached, bytes) else [self._reached] * len(values)
        for v, x, was_reached in zip(values, self._data, reached, strict=True):
            if was_reached:
                v.grad = x
            else:
                v.clear_grad()


class Surroundings:
    """What a forward pass may change beside the graph: the model's buffers, and the generators of random numbers.

    Generators are every `random.Random` that a module holds, and Python's shared one.
    """

    def __init__(self, model: Any) -> None:
        modules = [module for _, module in model.named_modules()] if hasattr(model, "named_modules") else [model]
        self._buffers = [(module, name) for module in modules for name in getattr(module, "buffers", ())]
        held = [x for module in modules for x in vars(module).values() if isinstance(x, random.Random)]
        self._generators = list({id(x): x for x in held}.values())
        self._last: list[Any] = []
        self.changed = 0  # how many of the states had changed at the latest reading

    def read(self) -> list[Any]:
        """Return a state for `put`; what has not changed since the last reading is shared with it, not copied."""
        state = self.generator_states()
        state += [_copied(getattr(module, name)) for module, name in self._buffers]
        pairs = list(zip(self._last or state, state, strict=True))
        self._last = [old if old == new else new for old, new in pairs]
        self.changed = sum(old is not new for (old, _), new in zip(pairs, self._last, strict=True))
        return self._last

    def generator_states(self) -> list[Any]:
        """Return the state of Python's shared generator, and of each that a module holds."""
        return [random.getstate(), *(generator.getstate() for generator in self._generators)]

    def put_generator_states(self, states: list[Any]) -> None:
        """Leave the generators with these states."""
        random.setstate(states[0])
        for generator, kept in zip(self._generators, states[1:], strict=True):
            generator.setstate(kept)

    def put(self, state: list[Any]) -> None:
        """Leave buffers and generators as they were at that reading."""
        first = 1 + len(self._generators)
        self.put_generator_states(state[:first])
        for (module, name), kept in zip(self._buffers, state[first:], strict=True):
            setattr(module, name, _copied(kept))


class Snapshot:
    """All that training changes in a model and its optimiser, as it is now."""

    def __init__(self, model: Any, optimizer: Optimizer, surroundings: Surroundings | None = None) -> None:
        self._optimizer, self._surroundings = optimizer, surroundings or Surroundings(model)
        self._values = list(dict.fromkeys([*model.parameters(), *optimizer.parameters]))
        self.parameters = numbers(self._values)
        self.memories = {name: array("d", memory) for name, memory in optimizer.memories.items()}
        self.learning_rate, self.step_count = optimizer.learning_rate, optimizer.step_count
        self._gradients = Gradients(self._values)
        self._state = self._surroundings.read()

    def restore(self) -> None:
        """Leave everything as it was when the snapshot was taken, to the bit."""
        set_numbers(self._values, self.parameters)
        self._gradients.put(self._values)
        for name, memory in self.memories.items():
            self._optimizer.memories[name][:] = memory
        self._optimizer.learning_rate, self._optimizer.step_count = self.learning_rate, self.step_count
        self._surroundings.put(self._state)


def _copied(x: Any) -> Any:
    return [_copied(element) for element in x] if isinstance(x, list) else x

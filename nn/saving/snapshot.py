"""What training changes, read and put back to the bit: parameters, gradients, memories, buffers, generators."""

from __future__ import annotations

import random
import sys
import threading
import time
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final
from weakref import WeakSet

from autograd import Value
from autograd.recording.bulk import gradients_of, keep_gradients, numbers_of, set_numbers
from nn.optim.optimizer import Optimizer
from nn.support.contexts import Result
from nn.support.fields import modules_of
from nn.support.validate import copied


def numbers(values: Sequence[Value]) -> array[float]:
    """Return the numbers the Values hold, 8 bytes each."""
    return array("d", numbers_of(values))


class Gradients:
    """The gradients of some Values, and which of them a backward pass had reached."""

    __slots__ = ("_data", "_reached")

    def __init__(self, values: Sequence[Value]) -> None:
        gradients = gradients_of(values)
        self._data = array("d", [0.0 if x is None else x for x in gradients])
        self._reached = bytes([x is not None for x in gradients])

    def put(self, values: Sequence[Value]) -> None:
        """Leave the Values with these gradients."""
        pairs = zip(self._data, self._reached, strict=True)
        keep_gradients(values, [x if was_reached else None for x, was_reached in pairs])


class BeforeStep:
    """What a step of the optimizer changes, as it was before: parameters, memories, learning rate, step count."""

    def __init__(self, values: Sequence[Value], optimizer: Optimizer) -> None:
        self.parameters = numbers(values)
        self.memories = {name: array("d", memory) for name, memory in optimizer.state.items()}
        self.learning_rate, self.step_count = optimizer.learning_rate, optimizer.step_count

    def put(self, values: Sequence[Value], optimizer: Optimizer) -> None:
        """Leave the Values and the optimizer with these numbers."""
        set_numbers(values, self.parameters)
        for name, memory in self.memories.items():
            optimizer.state[name][:] = memory.tolist()
        optimizer.learning_rate, optimizer.step_count = self.learning_rate, self.step_count


class BuffersAndRNG:
    """What a forward pass may change beside the graph: the model's buffers, and the generators of random numbers.

    Generators are every `random.Random` that a module holds, and Python's own.  That one is other threads' too, and to
    put it back would give them their numbers again: beside others it is put back only if a pass of ours drew from it.
    """

    def __init__(self, model: Any) -> None:
        modules = [module for _, module in modules_of(model)] or [model]
        self._buffers = [(module, name) for module in modules for name in getattr(module, "buffers", ())]
        held = [x for module in modules for x in vars(module).values() if isinstance(x, random.Random)]
        self._generators = list({id(x): x for x in held}.values())
        self._model, self._drew = model, False
        self._last: list[Any] = []
        self.changed = 0  # how many of the states had changed at the latest reading

    def read(self) -> list[Any]:
        """Return a state for `put`; what has not changed since the last reading is shared with it, not copied."""
        state = self.generator_states()
        state += [copied(getattr(module, name)) for module, name in self._buffers]
        pairs = list(zip(self._last or state, state, strict=True))
        self._last = [old if old == new else new for old, new in pairs]
        self.changed = sum(old is not new for (old, _), new in zip(pairs, self._last, strict=True))
        return self._last

    def generator_states(self) -> list[Any]:
        """Return the state of Python's own generator, and of each that a module holds."""
        return [random.getstate(), *(generator.getstate() for generator in self._generators)]

    def states_to_keep(self) -> list[Any]:
        """Return the states of the generators, None for Python's own where another thread is drawing from it."""
        states = self.generator_states()
        if not self._draws and _others_draw():
            states[0] = None
        return states

    def rehearse(self, run: Callable[[], Result]) -> Result:
        """Return `run()`, with everything as before; what it draws from Python's own generator is noted."""
        before = self.read()
        drew: list[str] = []
        try:
            return run() if _is_alone() or sys.getprofile() is not None else _watched(run, drew)
        finally:
            if drew or (_is_alone() and random.getstate() != before[0]):
                self._drew = True
                with suppress(TypeError):  # a model that cannot be referred to weakly
                    _drawing.add(self._model)
            self.put(before)

    @property
    def _draws(self) -> bool:
        try:
            return self._drew or self._model in _drawing
        except TypeError:
            return False

    def put_generator_states(self, states: list[Any]) -> None:
        """Leave the generators with states that were kept, Python's own not while another thread is drawing from it."""
        shared, *own = states
        if shared is not None and (self._draws or not _others_draw()):
            random.setstate(shared)
        self._put_own(own)

    def _put_own(self, states: list[Any]) -> None:
        for generator, kept in zip(self._generators, states, strict=True):
            generator.setstate(kept)

    def put(self, state: list[Any]) -> None:
        """Leave buffers and generators as they were at that reading."""
        first = 1 + len(self._generators)
        if _is_alone() or self._draws:
            random.setstate(state[0])
        self._put_own(state[1:first])
        for (module, name), kept in zip(self._buffers, state[first:], strict=True):
            setattr(module, name, copied(kept))


_drawing: WeakSet[Any] = WeakSet()  # models that drew from Python's own generator when they were tried
TURN: Final = 0.006  # seconds in which other threads do what they do
SHARED: Final = random.random.__self__  # type: ignore[attr-defined]  # the generator behind the functions of `random`


def _is_alone() -> bool:
    return threading.active_count() == 1


def _others_draw() -> bool:
    """Return whether another thread draws from Python's own generator, as far as a few milliseconds show."""
    before = random.getstate()
    if not _is_alone():
        time.sleep(TURN)
    return random.getstate() != before


def _watched(run: Callable[[], Result], drew: list[str]) -> Result:
    """Return `run()`, and leave in `drew` which function it called of Python's own generator in this thread."""

    def watch(frame: Any, event: str, called: Any) -> None:
        if event == "c_call" and getattr(called, "__self__", None) is SHARED:
            drew.append(called.__name__)
            sys.setprofile(None)

    sys.setprofile(watch)
    try:
        return run()
    finally:
        sys.setprofile(None)


class Snapshot:
    """All that training changes in a model and its optimizer, as it is now."""

    def __init__(self, model: Any, optimizer: Optimizer, buffers_and_rng: BuffersAndRNG | None = None) -> None:
        self._optimizer, self._buffers_and_rng = optimizer, buffers_and_rng or BuffersAndRNG(model)
        self._values = list(dict.fromkeys([*model.parameters(), *optimizer.parameters]))
        self._before = BeforeStep(self._values, optimizer)
        self._gradients = Gradients(self._values)
        self._state = self._buffers_and_rng.read()

    def restore(self) -> None:
        """Leave everything as it was when the snapshot was taken, to the bit."""
        self._before.put(self._values, self._optimizer)
        self._gradients.put(self._values)
        self._buffers_and_rng.put(self._state)

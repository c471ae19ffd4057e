"""Training on many devices: the parts of a batch are computed apart, and put together in one order everywhere.

Every process holds all weights, computes its own parts, is given everybody's, and makes the same update.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from autograd.compile.backends.jax.devices import Devices, PartProgram
from autograd.compile.backends.numpy.update import load_update
from autograd.compile.backends.runner import Floats
from autograd.compile.programs.compiled import Compiled
from autograd.compile.training import TrainingStep
from autograd.support.costs import CHUNK
from autograd.value import Value

__all__ = ["Devices", "DevicesStep"]


class DevicesStep(TrainingStep):
    """Steps of an optimizer on a loss that is a mean over rows, which many devices share.

    The loss and gradient of a batch are the sums of its parts' in their order, each times its rows, through all rows:
    the same bits for 1, 2, 4 and 8 devices, in however many processes.

    Attributes
        devices  the devices
        asked    whether this process is asked to stop
        told     whether at the last step any process was
    """

    fuses: ClassVar[bool] = False

    def __init__(
        self,
        function: Callable[..., Any],
        parameters: Iterable[Value],
        optimizer: Any,
        devices: Devices,
        clip: Callable[[Floats, float], None] | None = None,
    ) -> None:
        self.devices = devices
        self.asked: Callable[[], bool] = lambda: False
        self.told = False
        self._parts: WeakKeyDictionary[Compiled, PartProgram] = WeakKeyDictionary()
        self._latest: tuple[Sequence[int], Floats] | None = None
        super().__init__(function, parameters, optimizer, "jax", clip)

    def _steps(self, arrays: list[Any], steps: int) -> Floats:
        """Make so many steps on these rows, or those up to the one after which every process stops."""
        losses = [self._step(arrays)]
        while len(losses) < steps and not self._is_last(losses[-1]):
            losses.append(self._step(arrays))
        return np.array(losses)

    def on_rows(self, rows: Sequence[Sequence[int]], rates: Sequence[float], *data: Any) -> Floats:
        """Return the losses of one step for each entry of `rows`, up to the one after which every process stops.

        The data need be no arrays: `x[rows]` is asked of each.
        """
        losses: list[float] = []
        for chosen, rate in zip(rows, rates, strict=True):
            losses.extend(self(*[x[np.array(chosen)] for x in data], rate=rate))
            if self._is_last(losses[-1]):
                break
        return np.array(losses)

    def _is_last(self, loss: float) -> bool:
        """Whether no process goes on: where they look, for the time's sake, is not the same for all."""
        return self.told or not math.isfinite(loss)

    def _step(self, arrays: list[Any]) -> float:
        """Make one step, and return its loss."""
        count, parts, n = len(arrays[0]), self.devices.parts, len(self.parameters)
        bounds = [count * k // parts for k in range(parts + 1)]
        spans = list(pairwise(bounds))
        begun = [
            (i, self._begun(arrays, *spans[k], k)) for i, k in enumerate(self.devices.own) if bounds[k] < bounds[k + 1]
        ]
        found = np.zeros((len(self.devices.own), 2 + n))
        found[:, 0] = self.asked()
        for i, (compiled, (loss, gradient)) in begun:
            found[i, 1] = loss
            found[i, 2 + compiled.program.order] = gradient
        few = [x[: -(-count // parts)] for x in arrays]  # this process may have no rows
        compiled = begun[0][1][0] if begun else self._programs.program_for(few)
        everybody = self.devices.gathered(found)
        self.told = bool(everybody[:, 0].any())
        total = np.zeros(1 + n)
        for (start, stop), row in zip(spans, everybody, strict=True):
            total += row[1:] * (stop - start)
        total /= count
        self._move(compiled, total[1:])
        return float(total[0])

    def _begun(self, arrays: list[Any], start: int, stop: int, part: int) -> tuple[Compiled, Any]:
        """Return the program for a part of the rows, and its loss and gradient, which are being computed."""
        return self._programs.run([x[start:stop] for x in arrays], partial(self._run, part=part))

    def _run(self, compiled: Compiled, given: list[Any], steps: int = 1, part: int | None = None) -> Any:
        if compiled.traced.draws or compiled.traced.observed:
            raise ValueError(
                "devices compute parts of a batch by themselves, and this model draws numbers or keeps averages at "
                "each step, as dropout and batch norm do: train it without devices="
            )
        if compiled not in self._parts:
            self._parts[compiled] = PartProgram(compiled.program)
        device = self.devices.of(self.devices.own.start if part is None else part)
        return self._parts[compiled].begin(device, self.theta, given)

    def _move(self, compiled: Compiled, gradient: Floats) -> None:
        """Update the parameters that were reached by the optimizer's rule, after clipping."""
        if compiled not in self._own:
            places = np.array(sorted(compiled.reached), dtype=np.int64)
            vectors = [np.zeros(len(places)) for _ in range(2 + len(self.memories))]
            self._own[compiled] = places, vectors, load_update(self.optimizer, vectors)
        places, vectors, update = self._own[compiled]
        theta, own, *memories = vectors
        for vector, whole in zip(vectors, (self.theta, gradient, *self.memories), strict=True):
            vector[:] = whole[places]
        if self.clip is not None:
            with np.errstate(over="ignore"):
                self.norm = math.sqrt(np.add.reduce(own * own))  # BLAS would add by the number of threads
            if math.isfinite(self.norm):
                self.clip(own, self.norm)
        clipped = np.zeros_like(gradient)
        clipped[places] = own
        with np.errstate(all="ignore"):
            update(self._learning_rate, self.steps_made + 1)
        for vector, whole in zip((theta, *memories), (self.theta, *self.memories), strict=True):
            whole[places] = vector
        self._latest = compiled.reached, clipped
        self._used.update(compiled.reached)
        self.steps_made += 1

    def check(self, batch: int, *data: Any) -> None:
        """Raise TypeError or IndexError if something in the data is used as an index and cannot be one."""
        del batch  # the latest program is for a part of it
        rows = self._programs.latest.traced.shapes[0][0]
        for start in range(0, len(data[0]), CHUNK):
            arrays = self._programs.arrays([x[start : start + CHUNK] for x in data])
            self._programs.check_indices(self._programs.latest, arrays, rows)

    def _latest_gradient(self) -> tuple[Sequence[int], Floats] | None:
        return self._latest

    def _sync(self) -> None:
        super()._sync()
        begun = (
            "weights, optimizer's memories and step count: begin with one seed, and with one autosave file that all see"
        )
        self.devices.agree([self.theta, *self.memories, np.array(self.steps_made)], begun)

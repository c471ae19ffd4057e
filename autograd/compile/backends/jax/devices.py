"""One program on many devices, of one process or of many that `jax.distributed` has joined.

A batch is cut into parts, PARTS of them or one for each device if there are more.  A part is computed by one compiled
program on one device, and what came of it is only moved, by an all-gather: no sum is made by a collective operation.
So the bits are those of the parts, and neither devices nor processes are seen in them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import multihost_utils

from autograd.compile.backends.jax.source import JAX, Jax, in_64_bits
from autograd.compile.ir.program import Array

PARTS: Final = 8
BLOCK: Final = 64  # products that are added at a time
FLOATS = np.ndarray[Any, np.dtype[np.float64]]


class Devices:
    """Some of the devices that JAX sees in this process, or all of them in all processes, and which parts are theirs.

    Attributes
        parts      how many parts a batch has
        own        the numbers of those that this process computes
        processes  how many processes there are
        is_first   whether this is the first of them
    """

    def __init__(self, count: int | None) -> None:
        """Take so many devices, None for all.

        Raises ValueError if JAX does not see them, or if the parts cannot be shared out evenly.
        """
        # the CPU's products are cut by the number of threads: BLOCK keeps their sums, this keeps the cores free
        os.environ.setdefault("PJRT_NPROC", "1")
        self.processes, index, there = jax.process_count(), jax.process_index(), jax.device_count()
        count = there if count is None else count
        if count > there or (self.processes > 1 and count != there):
            seen = (
                f"JAX sees {there} device{'s' * (there != 1)} in {self.processes} process{'es' * (self.processes > 1)}"
            )
            more = '; on a CPU jax.config.update("jax_num_cpu_devices", n), before JAX is used, makes more'
            raise ValueError(f"devices={count}, but {seen}{more if self.processes == 1 else ': take all of them'}")
        self.parts = max(PARTS, count)
        if self.parts % count or count % self.processes:
            fitting = [n for n in range(1, PARTS + 1) if PARTS % n == 0]
            raise ValueError(
                f"devices={count}: {PARTS} parts of a batch are shared evenly by {fitting}, or by more than 8"
            )
        self._local = jax.local_devices()[: count // self.processes]
        if len(self._local) * self.processes != count:
            raise ValueError(f"process {index} has {len(self._local)} of {count} devices: give each process as many")
        each = self.parts // self.processes
        self.own, self.is_first = range(index * each, (index + 1) * each), index == 0

    def of(self, part: int) -> Any:
        """Return the device that computes a part of this process's own."""
        return self._local[(part - self.own.start) * len(self._local) // len(self.own)]

    def gathered(self, rows: Any) -> Any:
        """Return the rows that all processes give, in the order of the processes; each gives as many of one length."""
        with in_64_bits():
            return multihost_utils.process_allgather(rows, tiled=True)

    def agree(self, arrays: Iterable[Any], what: str) -> None:
        """Raise RuntimeError, in which `what` says what should be alike, unless all processes hold the same numbers."""
        digest = hashlib.sha256()
        for array in arrays:
            digest.update(f"{array.shape} {array.dtype}".encode())
            digest.update(np.ascontiguousarray(array).data)
        found = self.gathered(np.frombuffer(digest.digest(), dtype=np.uint8)[None])
        for k, other in enumerate(found):
            if (other != found[0]).any():
                raise RuntimeError(f"process {k} and process 0 of {self.processes} do not have the same {what}")


class PartProgram(Jax):
    """A program of a loss for one part of a batch, whose bits do not depend on how many threads a device has."""

    table: ClassVar[dict[str, Callable[..., Any]]] = {**JAX, "matmul": lambda a, x, y: _in_blocks(a, x, y)}

    def begin(self, device: Any, theta: FLOATS, arguments: Sequence[Any]) -> tuple[Any, Any]:
        """Return the loss and its gradient in the order of the parameters, which the device is still computing."""
        with in_64_bits():
            given = jax.device_put([theta[self.program.order], *arguments], device)
            loss, gradient, _ = self._once(*given)
            return loss.reshape(()), gradient


def _in_blocks(a: Array, x: Any, y: Any) -> Any:
    """Return a product whose sums are made of those of BLOCK products each, in order.

    On a CPU, XLA's products add in an order that depends on the number of threads, but for short sums.
    """
    missing = -x.shape[-1] % BLOCK
    if x.shape[-1] <= BLOCK:
        return JAX["matmul"](a, x, y)
    x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, missing)])
    y = jnp.pad(y, [(0, 0)] * (y.ndim - 2) + [(0, missing), (0, 0)])
    x = jnp.moveaxis(x.reshape(*x.shape[:-1], -1, BLOCK), -2, 0)
    y = jnp.moveaxis(y.reshape(*y.shape[:-2], -1, BLOCK, y.shape[-1]), -3, 0)

    def add(total: Any, block: Any) -> tuple[Any, None]:
        return total + jnp.matmul(*block, precision="highest"), None

    return jax.lax.scan(add, jnp.zeros(a.shape), (x, y))[0]

"""What work costs: one model for `compile`, `nn.fit` and `nn.predict`, which choose by it how to compute.

Work is counted in operands that are recorded, one of which takes pure Python about 36 ns; NumPy a hundredth of it.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

NODE: Final = 16  # to record a node takes as long as so many operands
COMPILING = 450  # to compile one, as long as so many
WORTH_COMPILING = 1_800_000  # as much work again, whatever is compiled: NumPy is loaded, and all that finds arrays
WORTH_MACHINE_CODE = 3_000  # small steps after which a tenth of a second of LLVM has paid
LARGE_STEP: Final = 500_000  # work of a step of which half as many are enough
WORTH_OPTIMIZING = 200_000  # operations for each line that LLVM compiled in a hurry, after which it looks twice
FITS_CACHE: Final = 10_000_000  # work of a step, beyond which a matrix library that uses all cores is as good
CHUNK: Final = 1 << 16  # rows that are looked at in one go, so that those of files are not all in memory
MANY_ROWS: Final = 2_000  # to predict, after which compiling has paid
MANY_PRODUCTS: Final = 10_000_000  # or so many rows × parameters: half a second's work


def pays_arrays(steps: int, work: int, nodes: int) -> bool:
    """Whether so many steps, each of so much work, are worth compiling the nodes that one records."""
    return work * steps >= WORTH_COMPILING + COMPILING * nodes


def pays_machine_code(steps: int, work: int) -> bool:
    """Whether so many steps, each of so much work, are worth LLVM's time, and it is there."""
    paid = steps * (1 + work / LARGE_STEP) >= WORTH_MACHINE_CODE
    return paid and work < FITS_CACHE and find_spec("llvmlite") is not None


def pays_optimizing(operations: int, lines: int) -> bool:
    """Whether so many operations, run by so many lines that LLVM compiled in a hurry, are worth compiling with care."""
    return operations >= WORTH_OPTIMIZING * lines


def pays_to_predict(rows: int, parameters: int) -> bool:
    """Whether so many rows are worth compiling a model of so many parameters."""
    return rows > MANY_ROWS or rows * parameters > MANY_PRODUCTS
